/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the C++ files of qt/ ask of the C rooms. bridge.h is the other direction. The names avoid the
 * double underscore, which C++ reserves; there is nothing here but thin forwards. GIL: held, except for
 * qip_room_fail().
 */
#ifndef QI_RUNTIME_ROOMS_H
#define QI_RUNTIME_ROOMS_H

#include <Python.h>

#include <qi/base.h>
#include <qi/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sets this thread's error record, and returns `status`. The message is copied. */
int qip_room_fail(int status, const char *message);

/* Makes the exception that is set this thread's error record, clears it, and returns the status: QI_ERR_TYPE
 * and QI_ERR_RANGE for what conversions raise. */
int qip_room_fail_conversion(void);

/* Values of the C API: new reference or NULL, owning value or -1; an exception is set then. */
PyObject *qip_room_value_to_python(const qi_value *value);
int qip_room_value_from_python(PyObject *object, qi_value *out);
/* The same, but what is of a class derived from int, str and the like stays the object that it is. */
int qip_room_value_from_python_exactly(PyObject *object, qi_value *out);

/* The exception that is set, taken out (NULL: none), and set again. */
PyObject *qip_room_exception_take(void);
void qip_room_exception_give(PyObject *exception);

/* Reports the exception that is set as one that nobody awaits, and clears it. `signal` is what the
 * emission was of, `callable` what it was to call; both may be NULL. */
void qip_room_report(const char *signal, PyObject *callable);

/* A dict in the module's state for what qt/ makes once. Borrowed; NULL with an exception before `_qi`
 * was imported. */
PyObject *qip_room_cache(void);

/* The types of proxy.c and of qt/. Borrowed. */
PyTypeObject *qip_room_object_type(void);
PyTypeObject *qip_room_variant_type(void);
PyTypeObject *qip_room_gadget_type(void);
PyTypeObject *qip_room_model_type(void);
PyTypeObject *qip_room_watcher_type(void);
PyTypeObject *qip_room_index_type(void);
PyTypeObject *qip_room_future_type(void);
PyTypeObject *qip_room_buffer_type(void);

/* -- callables of the C API, for qt/callback.cpp ------------------------------------------------------ */

typedef struct qi_callable qi_callable;

/* A handle for an object, owned; a coroutine function is called as asyncslot() does. NULL with an exception
 * set. */
qi_callable *qip_room_callable_new(PyObject *object);
/* What a handle calls, a new reference; NULL with the error record set, and no exception. */
PyObject *qip_room_callable_object(const qi_callable *callable);
/* How many of `count` arguments a callable takes; -1 with TypeError: it wants more. */
int qip_room_takes(PyObject *callable, int count);
/* Whether there is a runtime that has not shut down. GIL: not needed. */
bool qip_room_is_running(void);

/* A strong reference to what a weak one refers to, or NULL without an exception: it is gone. */
PyObject *qip_room_weak_get(PyObject *weak);

/* 0, or -1 with RuntimeError: the extension module uses another copy of Qt. */
int qip_room_check_qt(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
