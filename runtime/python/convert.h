/* SPDX-License-Identifier: BSD-3-Clause */
/* qi_value <-> Python objects. GIL: held. */
#ifndef QIP_PYTHON_CONVERT_H
#define QIP_PYTHON_CONVERT_H

#include <Python.h>

#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* New reference, or NULL with an exception set (UnicodeDecodeError, ReferenceError for a dead QObject,
 * ValueError for one that points at NULL, RecursionError beyond 200 levels, …). */
PyObject *qip_value_to_python(const qi_value *value);

/* Makes an owning value. 0, or -1 with an exception set and *out none. */
int qip_value_from_python(PyObject *object, qi_value *out);

#ifdef __cplusplus
}
#endif

#endif
