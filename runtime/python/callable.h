/* SPDX-License-Identifier: BSD-3-Clause */
/* What task.c and connection.c share about targets; runtime_p.h has the rest. GIL: held. */
#ifndef QIP_PYTHON_CALLABLE_H
#define QIP_PYTHON_CALLABLE_H

#include "life/runtime_p.h"

/*
 * The callable that a call names, by `target` or, where that is NULL, by `handle`. New reference, and
 * `*name` its text, borrowed from either; NULL with the error record set.
 */
PyObject *qip_callable_take(qi_runtime *runtime, const char *target, const qi_callable *handle,
                            const char **name);

/* A handle for an object that Python has given, owned; NULL with an exception of Python's set. */
qi_callable *qip_callable_adopt(PyObject *object);

/* The text that a handle was resolved from. Borrowed. Valid for those who hold a reference. */
const char *qip_callable_name(const qi_callable *handle);

/* QI_OK, or QI_ERR_ARGUMENT / QI_ERR_ENCODING / QI_ERR_HANDLE: neither is there, or it is malformed. GIL:
 * not needed. */
int qip_callable_check(const char *target, const qi_callable *handle);

/* QI_OK, or QI_ERR_NOT_COROUTINE with a message that names the way out (`flag`). */
int qip_callable_check_coroutine(PyObject *callable, const char *name, const char *flag);

/* A reference that outlives the handle's release. NULL is allowed. Thread: any. */
qi_callable *qip_callable_retain(const qi_callable *handle);
void qip_callable_drop(qi_callable *handle);

#endif
