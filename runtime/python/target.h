/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a call names: a target, "module:dotted.path", or a handle for a callable; and the port to whoever makes a
 * coroutine function one that can be called, which signals/ fills through life/wiring.c. GIL: held.
 */
#ifndef QIP_PYTHON_TARGET_H
#define QIP_PYTHON_TARGET_H

#include <Python.h>

#include <stdbool.h>

#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Finds "module:dotted.path" and returns the callable, a new reference. On failure NULL with the error
 * record set (not Python's exception): QI_ERR_NOT_FOUND with near names, QI_ERR_PYTHON, QI_ERR_ARGUMENT,
 * QI_ERR_TYPE (not callable).
 */
PyObject *qip_callable_find(qi_runtime *runtime, const char *target);
/* QI_OK, or QI_ERR_ARGUMENT / QI_ERR_ENCODING for what cannot be the name of a module. GIL: not needed. */
int qip_module_check_name(const char *name);
/* Imports a module; a new reference, or NULL with the record set: QI_ERR_NOT_FOUND with near names, QI_ERR_PYTHON. */
PyObject *qip_module_find(PyObject *name);
/* Makes the exception of an attribute that could not be read the record: QI_ERR_NOT_FOUND with near names, or what it is. */
int qip_attribute_failed(PyObject *owner, PyObject *name);
/* QI_ERR_NOT_FOUND for a name that a namespace, a dict, does not have, with near ones. */
int qip_name_not_found(PyObject *name, PyObject *names);
/* The callable of a handle, borrowed, and its "module:path" text; NULL with the record set. */
PyObject *qip_callable_object(const qi_callable *callable, const char **target);

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

/*
 * QI_OK, or QI_ERR_ARGUMENT / QI_ERR_ENCODING / QI_ERR_HANDLE: neither is there, or it is malformed. Where the handle
 * counts, `*held` is a reference to it, since another thread may release it at any moment; else NULL. GIL: not needed.
 */
int qip_callable_hold(const char *target, const qi_callable *handle, qi_callable **held);

/* QI_OK, or QI_ERR_NOT_COROUTINE with a message that names the way out (`flag`). */
int qip_callable_check_coroutine(PyObject *callable, const char *name, const char *flag);

/* Gives up such a reference. NULL is allowed. Thread: any. */
void qip_callable_drop(qi_callable *held);

typedef struct qip_callable_functions {
    /* What asyncslot() makes of a coroutine function; new reference, or NULL with an exception. */
    PyObject *(*slot)(PyObject *coroutine_function);
} qip_callable_functions;

extern qip_callable_functions qip_callable_port;

/* A handle for an object that the host may call as often as it likes, owned; a coroutine function is launched
 * as a slot is. NULL with an exception set. */
qi_callable *qip_callable_for_host(PyObject *object);

#ifdef __cplusplus
}
#endif

#endif
