/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * connect() and disconnect() of a `_qi.Signal`: which of the connections that live are meant, and which of them
 * are a plugin's.
 */
#include "signals/link.h"

#include "python/compat.h"
#include "python/scope.h"
#include "core/status.h"
#include "signals/connectable.h"
#include "signals/link_p.h"
#include "signals/setup.h"
#include "signals/slot.h"

/* -- which connection is meant ----------------------------------------------------------------------- */

/* Comparing is Python code, which may end the connection. */
static int equal(PyObject *one, PyObject *other)
{
    Py_INCREF(one);
    int result = PyObject_RichCompareBool(one, other, Py_EQ);
    Py_DECREF(one);
    return result;
}

static int calls(qip_link *link, PyObject *callable)
{
    if (Py_IS_TYPE(callable, (PyTypeObject *)qip_bound.signal)) {
        PyObject *owner = PyCFunction_Check(link->callable) ? PyCFunction_GET_SELF(link->callable)
                                                            : NULL;
        return owner ? equal(owner, callable) : 0;
    }
    if (!link->receiver)
        return equal(link->callable, callable);
    if (!PyMethod_Check(callable) || PyMethod_GET_FUNCTION(callable) != link->callable)
        return 0;
    PyObject *receiver = qip_weakref_get(link->receiver);
    int same = receiver == PyMethod_GET_SELF(callable);
    Py_XDECREF(receiver);
    return same;
}

static int matches(qip_link *link, qip_signal *signal, int original, PyObject *callable)
{
    if (!link->relay || link->sender != (PyObject *)signal->proxy ||
        (original >= 0 && link->signal != original))
        return 0;
    if (!callable || callable == Py_None || callable == (PyObject *)link)
        return 1;
    return qip_link_check(callable) ? 0 : calls(link, callable);
}

/* The connection of a signal with a callable; NULL: there is none, or an exception is set. New reference. */
static PyObject *find_link(qip_signal *signal, PyObject *callable)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    int original = sender ? qip_qt_original_signal(sender, signal->index) : -1, match = 0;
    PyObject *links = qip_links_list(), *found = NULL;

    for (Py_ssize_t i = 0; links && match == 0 && i < PyList_GET_SIZE(links); i++) {
        match = matches(qip_as_link(PyList_GET_ITEM(links, i)), signal, original, callable);
        if (match > 0)
            found = Py_NewRef(PyList_GET_ITEM(links, i));
    }
    Py_XDECREF(links);
    return found;
}

/* -- connecting and disconnecting -------------------------------------------------------------------- */

PyObject *qip_link_connect(qip_signal *signal, PyObject *callable, PyObject *type)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    qip_link_spec spec = {.callable = callable};
    qip_signature takes;

    if (!sender)
        return NULL;
    if (signal->index < 0) {
        int index;
        const char *name = PyUnicode_AsUTF8(signal->name);
        if (name && qip_qt_find_signal(sender, name, &index) != QI_OK)
            PyErr_SetString(PyExc_TypeError, qi_last_error()->message);
        return NULL;
    }
    if (type && qip_connection_type_read(type, &spec.type) < 0)
        return NULL;
    /* Beware: asking for the type, and for the signature, may have run Python code. */
    sender = qip_proxy_live(signal->proxy);
    if (!sender || qip_connectable_check(callable, sender, signal->index, &takes) < 0)
        return NULL;
    sender = qip_proxy_live(signal->proxy);
    if (!sender || qip_connection_type_check(spec.type, sender) < 0)
        return NULL;
    if (spec.type & QIP_CONNECTION_UNIQUE) {
        PyObject *same = find_link(signal, callable);
        if (same || PyErr_Occurred())
            return same;
        sender = qip_proxy_live(signal->proxy); /* comparing is Python code, too */
    }
    spec.most = takes.most;
    return sender ? (PyObject *)qip_link_new(signal, sender, &spec) : NULL;
}

Py_ssize_t qip_link_disconnect(qip_signal *signal, PyObject *callable)
{
    qi_object *sender = qip_proxy_live(signal->proxy);
    int original = sender && signal->index >= 0 ? qip_qt_original_signal(sender, signal->index) : -1;
    Py_ssize_t count = 0;

    if (!sender || !qip_link_may_end())
        return -1;
    PyObject *links = qip_links_list();
    for (Py_ssize_t i = 0; links && i < PyList_GET_SIZE(links); i++) {
        qip_link *link = qip_as_link(PyList_GET_ITEM(links, i));
        int match = matches(link, signal, original, callable);
        if (match < 0) {
            Py_DECREF(links);
            return -1;
        }
        if (match) {
            qip_link_close(link);
            count++;
        }
    }
    Py_XDECREF(links);
    return links ? count : -1;
}

/* -- for the package --------------------------------------------------------------------------------- */

static bool is_of_scope(qip_link *link, PyObject *scope)
{
    if (qip_scope_is(link->context, scope))
        return true;
    PyObject *receiver = link->receiver ? qip_weakref_get(link->receiver) : NULL;
    PyObject *slot = receiver && qip_slot_check(receiver)               ? receiver
                     : link->callable && qip_slot_check(link->callable) ? link->callable
                                                                        : NULL;
    bool same = slot && qip_scope_is(((qip_slot *)slot)->context, scope);
    Py_XDECREF(receiver);
    return same;
}

static PyObject *scope_links(PyObject *Py_UNUSED(module), PyObject *scope)
{
    PyObject *links = qip_links_list(), *found = PyList_New(0);

    for (Py_ssize_t i = 0; links && found && i < PyList_GET_SIZE(links); i++) {
        PyObject *link = PyList_GET_ITEM(links, i);
        if (is_of_scope(qip_as_link(link), scope) && PyList_Append(found, link) < 0)
            Py_CLEAR(found);
    }
    if (!links)
        Py_CLEAR(found);
    Py_XDECREF(links);
    return found;
}

/* For bindings whose connections do not tell. */
static PyObject *is_connected(PyObject *Py_UNUSED(module), PyObject *connection)
{
    int connected = qip_qt_is_connected(connection);
    return connected < 0 ? NULL : PyBool_FromLong(connected);
}

static PyObject *connections(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return qip_links_list();
}

static PyMethodDef functions[] = {
    {"_scope_links", scope_links, METH_O, "The living connections that a Scope's code has made."},
    {"_connections", connections, METH_NOARGS, "All connections that live, the oldest first."},
    {"_is_connected", is_connected, METH_O,
     "Whether a QMetaObject.Connection of another binding lives."},
    {NULL, NULL, 0, NULL},
};

int qip_links_setup(PyObject *module)
{
    return PyModule_AddFunctions(module, functions);
}
