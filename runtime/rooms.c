/* SPDX-License-Identifier: BSD-3-Clause */
/* The forwards of rooms.h. */
#include "rooms.h"

#include "python/border.h"
#include "python/callable.h"
#include "python/compat.h"
#include "python/convert.h"
#include "qt/check_qt.h"
#include "signals/link.h"
#include "core/opaque.h"
#include "life/runtime_p.h"
#include "python/signature.h"
#include "python/state.h"
#include "core/status.h"

int qip_room_fail(int status, const char *message)
{
    return qip_fail(status, "%s", message);
}

/* The status of a conversion's exception that is no more than its text; QI_OK: it is more. */
static int status_of_conversion(void)
{
    if (PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_ValueError))
        return QI_ERR_TYPE;
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        return QI_ERR_RANGE;
    return PyErr_ExceptionMatches(PyExc_ReferenceError) ? QI_ERR_DEAD_OBJECT : QI_OK;
}

int qip_room_fail_conversion(void)
{
    int status = status_of_conversion();

    if (status == QI_OK)
        return qip_fail_python("converting a value");
    PyObject *exception = qip_take_exception();
    PyObject *text = PyObject_Str(exception);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;
    qip_fail(status, "%s", utf8 ? utf8 : "the value does not fit");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_DECREF(exception);
    return status;
}

PyObject *qip_room_value_to_python(const qi_value *value)
{
    return qip_value_to_python(value);
}

int qip_room_value_from_python(PyObject *object, qi_value *out)
{
    return qip_value_from_python(object, out);
}

int qip_room_value_from_python_exactly(PyObject *object, qi_value *out)
{
    bool is_derived = (PyLong_Check(object) && !PyLong_CheckExact(object) && !PyBool_Check(object)) ||
                      (PyFloat_Check(object) && !PyFloat_CheckExact(object)) ||
                      (PyUnicode_Check(object) && !PyUnicode_CheckExact(object)) ||
                      (PyBytes_Check(object) && !PyBytes_CheckExact(object));

    if (!is_derived)
        return qip_value_from_python(object, out);
    qip_value_own_python(out, Py_NewRef(object));
    return 0;
}

PyObject *qip_room_exception_take(void)
{
    return qip_take_exception();
}

void qip_room_exception_give(PyObject *exception)
{
    qip_give_exception(exception);
}

void qip_room_report(const char *signal, PyObject *callable)
{
    PyObject *exception = qip_take_exception();
    PyObject *target = callable ? qip_link_target(callable) : NULL;

    if (!target)
        PyErr_Clear();
    qi_origin origin = {.signal = signal, .target = target ? PyUnicode_AsUTF8(target) : NULL};
    PyErr_Clear();
    if (exception)
        qip_report_exception(exception, &origin);
    Py_XDECREF(target);
    Py_XDECREF(exception);
}

PyObject *qip_room_cache(void)
{
    qip_state *state = qip_state_get();

    if (!state || !state->qt_cache) {
        PyErr_SetString(PyExc_RuntimeError, "the module _qi is not loaded");
        return NULL;
    }
    return state->qt_cache;
}

PyTypeObject *qip_room_object_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->object_type : NULL;
}

PyTypeObject *qip_room_variant_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->variant_type : NULL;
}

PyTypeObject *qip_room_gadget_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->gadget_type : NULL;
}

PyTypeObject *qip_room_model_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->model_type : NULL;
}

PyTypeObject *qip_room_watcher_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->watcher_type : NULL;
}

PyTypeObject *qip_room_index_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->index_type : NULL;
}

PyTypeObject *qip_room_future_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->host_future_type : NULL;
}

PyTypeObject *qip_room_buffer_type(void)
{
    qip_state *state = qip_state_get();
    return state ? (PyTypeObject *)state->buffer_type : NULL;
}

qi_callable *qip_room_callable_new(PyObject *object)
{
    int coroutine = qip_signature_is_coroutine(object);

    if (coroutine <= 0)
        return coroutine < 0 ? NULL : qip_callable_adopt(object);
    PyObject *module = PyImport_ImportModule("qi._slots");
    PyObject *slot = module ? PyObject_CallMethod(module, "asyncslot", "(O)", object) : NULL;
    qi_callable *callable = slot ? qip_callable_adopt(slot) : NULL;
    Py_XDECREF(slot);
    Py_XDECREF(module);
    return callable;
}

PyObject *qip_room_callable_object(const qi_callable *callable)
{
    return Py_XNewRef(qip_callable_object(callable, NULL));
}

int qip_room_takes(PyObject *callable, int count)
{
    qip_signature takes;

    if (qip_signature_read(callable, &takes) < 0)
        return -1;
    if (takes.least > count) {
        PyErr_Format(PyExc_TypeError, "%R wants %d arguments, but the application gives %d",
                     callable, takes.least, count);
        return -1;
    }
    return takes.most < 0 || takes.most > count ? count : takes.most;
}

bool qip_room_is_running(void)
{
    return qip_runtime_current() != NULL;
}

PyObject *qip_room_weak_get(PyObject *weak)
{
    return qip_weakref_get(weak);
}

int qip_room_check_qt(PyObject *module)
{
    return qip_copies_check(module);
}
