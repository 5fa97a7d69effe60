/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value <-> Python objects, and the port to what stands for a QObject in Python, which qt/ fills through
 * life/wiring.c when the library is loaded. GIL: held.
 */
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

/* The same, but what is of a class derived from int, str and the like stays the object that it is. */
int qip_value_from_python_exactly(PyObject *object, qi_value *out);

/* Makes the exception that is set this thread's error record, clears it, and returns the status: QI_ERR_TYPE
 * and QI_ERR_RANGE for what conversions raise. */
int qip_fail_conversion(void);

/* For core/opaque.h. */
bool qip_opaque_hold(void *object);
void qip_opaque_drop(void *object);
void qip_opaque_type_name(void *object, char *buffer, size_t size);

typedef struct qip_object_functions {
    bool (*is_object)(PyObject *object);    /* whether it stands for a QObject */
    qi_object *(*unwrap)(PyObject *object); /* of such a one; NULL with ReferenceError: destroyed */
    void *(*guard)(PyObject *object);     /* of a proxy, borrowed; NULL for what a binding wraps */
    PyObject *(*wrap)(qi_object *object); /* new reference. Thread: the GUI thread */
    PyObject *(*wrap_guarded)(void *guard); /* the same; NULL with ReferenceError: its object is destroyed */
    bool (*is_dying)(const qi_object *object);
    PyObject *(*share)(qi_buffer *buffer); /* what shares its memory, a new reference; takes `buffer` */
} qip_object_functions;

extern qip_object_functions qip_object_port;

#ifdef __cplusplus
}
#endif

#endif
