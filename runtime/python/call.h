/* SPDX-License-Identifier: BSD-3-Clause */
/* Calling functions of modules by name. GIL: held. */
#ifndef QIP_PYTHON_CALL_H
#define QIP_PYTHON_CALL_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls a function of a module ("signal", or one of the package's) with arguments as in Py_BuildValue, in
 * parentheses; new reference, or NULL with an exception. */
PyObject *qip_call_python(const char *module, const char *function, const char *format, ...);

#ifdef __cplusplus
}
#endif

#endif
