/* SPDX-License-Identifier: BSD-3-Clause */
/* Source text that runs in a namespace. Thread: GUI; the GIL is taken inside. */
#ifndef QIP_LIFE_SCRIPT_H
#define QIP_LIFE_SCRIPT_H

#include <Python.h>

#include <qi/value.h>

#define QIP_SCRIPT_FILENAME "<string>" /* where the host gives none */

/* Runs, or evaluates, text of that size. `names` is the namespace, a dict; NULL: that of __main__. QI_OK, or the
 * failure. */
int qip_script_exec(PyObject *names, const char *source, size_t size, const char *filename);
int qip_script_eval(PyObject *names, const char *expression, size_t size, qi_value *out);

/* QI_OK, or the failure of text that Python could not read. Any thread; GIL: not needed. */
int qip_script_check(const char *text, size_t size, const char *what);

#endif
