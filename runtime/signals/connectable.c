/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may be connected to what: whether a callable can be a slot of a signal, how many arguments it takes, and
 * whether a connection may be of the type that is wanted.
 */
#include "signals/connectable.h"

#include <stdlib.h>

#include "python/compat.h"
#include "qt/bridge.h"

/* -- callables --------------------------------------------------------------------------------------- */

static bool is_type(PyObject *object, PyObject *type)
{
    return Py_TYPE(object) == (PyTypeObject *)type;
}

/* A slot or signal of another object: takes as many arguments as one of its forms does. */
static int proxy_signature(PyObject *callable, int parameters, qip_signature *out)
{
    qip_proxy *proxy;
    PyObject *name;

    if (is_type(callable, qip_bound.method)) {
        proxy = ((qip_method *)callable)->proxy;
        name = ((qip_method *)callable)->name;
    } else {
        proxy = ((qip_signal *)callable)->proxy;
        name = ((qip_signal *)callable)->name;
    }
    qi_object *object = qip_proxy_live(proxy);
    if (!object)
        return -1;
    out->least = out->most = qip_qt_accepts(object, name, parameters);
    if (out->most < 0) {
        if (PyErr_Occurred())
            return -1;
        PyErr_Format(PyExc_TypeError, "no form of %R takes %d arguments or fewer", callable,
                     parameters);
        return -1;
    }
    return 0;
}

static int refuse_coroutine(PyObject *callable)
{
    PyErr_Format(PyExc_TypeError,
                 "%R is a coroutine function, and calling it runs nothing; connect "
                 "qi.asyncslot(it) instead",
                 callable);
    return -1;
}

qip_slot *qip_slot_behind(PyObject *callable)
{
    PyObject *method = PyMethod_Check(callable) ? callable : NULL;

    if (method && qip_slot_check(PyMethod_GET_SELF(method)))
        return (qip_slot *)PyMethod_GET_SELF(method);
    if (method)
        callable = PyMethod_GET_FUNCTION(method);
    return qip_slot_check(callable) ? (qip_slot *)callable : NULL;
}

static int read_signature(PyObject *callable, qip_signature *takes)
{
    qip_slot *slot = qip_slot_behind(callable);

    if (!slot || (PyMethod_Check(callable) && PyMethod_GET_SELF(callable) != (PyObject *)slot))
        return qip_signature_read(callable, takes);
    *takes = slot->takes;
    return 0;
}

/* Most often a call stands where its function was meant. */
static int refuse_other(PyObject *object, qi_object *sender, int signal)
{
    char *name = qip_qt_signal_name(sender, signal);

    PyErr_Format(PyExc_TypeError, "%s: a callable expected, got %s%s", name ? name : "connect()",
                 object == Py_None ? "None" : Py_TYPE(object)->tp_name,
                 object == Py_None ? "; give the function itself, and not what it returns" : "");
    free(name);
    return -1;
}

int qip_connectable_check(PyObject *callable, qi_object *sender, int signal, qip_signature *takes)
{
    int parameters = qip_qt_signal_parameter_count(sender, signal);
    qip_slot *slot;

    if (is_type(callable, qip_bound.method) || is_type(callable, qip_bound.signal))
        return proxy_signature(callable, parameters, takes);
    if (!PyCallable_Check(callable))
        return refuse_other(callable, sender, signal);
    int coroutine = qip_signature_is_coroutine(callable);
    if (coroutine)
        return coroutine < 0 ? -1 : refuse_coroutine(callable);
    if (read_signature(callable, takes) < 0)
        return -1;
    if (takes->least <= parameters)
        return 0;
    slot = qip_slot_behind(callable);
    PyObject *shown = slot ? Py_XNewRef(qip_slot_target(slot)) : PyObject_Repr(callable);
    char *name = qip_qt_signal_name(sender, signal);
    if (shown)
        PyErr_Format(PyExc_TypeError, "%U wants %d arguments, but %s gives %d", shown, takes->least,
                     name ? name : "the signal", parameters);
    free(name);
    Py_XDECREF(shown);
    return -1;
}

/* -- connection types -------------------------------------------------------------------------------- */

int qip_connection_type_read(PyObject *object, int *out)
{
    PyObject *number = PyIndex_Check(object) ? Py_NewRef(object)
                                             : PyObject_GetAttrString(object, "value");
    long type = number && PyIndex_Check(number) ? PyLong_AsLong(number) : -1;

    Py_XDECREF(number);
    if (type >= 0 && !(type & ~(3L | QIP_CONNECTION_UNIQUE | QIP_CONNECTION_SINGLE_SHOT))) {
        *out = (int)type;
        return 0;
    }
    PyErr_Clear();
    PyErr_Format(
        type == -1 ? PyExc_TypeError : PyExc_ValueError,
        "%R is no qi.ConnectionType; there is Auto, Direct, Queued and BlockingQueued, with "
        "Unique and SingleShot to be added",
        object);
    return -1;
}

/* A thread that waits for itself waits forever. */
int qip_connection_type_check(int type, qi_object *sender)
{
    if ((type & 3) != QIP_CONNECTION_BLOCKING || !qip_qt_lives_here(sender))
        return 0;
    PyErr_Format(
        PyExc_RuntimeError,
        "a BlockingQueued connection would wait for itself: the %s lives in the GUI thread, "
        "where it is answered; take Auto or Queued",
        qip_qt_class_name(sender));
    return -1;
}
