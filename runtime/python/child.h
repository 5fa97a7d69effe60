/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A child of os.fork() in a process with a runtime. It is a program of its own, which ends where Python code returns to
 * the host: the host's code, its windows and its event loop are the parent's. GIL: held.
 */
#ifndef QIP_PYTHON_CHILD_H
#define QIP_PYTHON_CHILD_H

#include <Python.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A runtime begins: from now on children are prepared for. 0, or -1 with an exception. */
int qip_child_expect(void);

/* An exception that nobody takes: shown as python3 shows it, and the child's exit status from now on. False: this is no
 * child of a process with a runtime. Keeps the exception that is set. */
bool qip_child_raises(PyObject *exception);

/* Python code that was running when the process was forked returns to the host. In the child this does not return. */
void qip_child_leaves(void);

#ifdef __cplusplus
}
#endif

#endif
