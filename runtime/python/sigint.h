/* SPDX-License-Identifier: BSD-3-Clause */
/* Ctrl+C: the host's, unless it hands it over. GIL: held, except for qip_sigint_save(). */
#ifndef QIP_PYTHON_SIGINT_H
#define QIP_PYTHON_SIGINT_H

#include <Python.h>

#include <signal.h>
#include <stdbool.h>

/* What the host had set, before any import of Python's could change it. */
typedef struct qip_sigint {
    struct sigaction host;
    bool python_had_it; /* Python's module `signal` was at work before us: it is the attached host's */
} qip_sigint;

/* Around the imports that libqi makes. After qip_sigint_keep() the host's disposition stands again. */
void qip_sigint_save(qip_sigint *saved);
void qip_sigint_keep(const qip_sigint *saved);

/* From now on SIGINT is KeyboardInterrupt in the Python code of the GUI thread, or is reported where
 * none runs. 0, or -1 with an exception. qip_sigint_release() restores what stood before. */
int qip_sigint_take(PyObject *loop);
void qip_sigint_release(PyObject *loop);

#endif
