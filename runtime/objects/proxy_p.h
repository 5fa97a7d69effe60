/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The proxies' own header: `_qi.Object` (proxy.c), `_qi.Signal` and `_qi.Method` (bound.c). GIL: held.
 */
#ifndef QIP_OBJECTS_PROXY_P_H
#define QIP_OBJECTS_PROXY_P_H

#include <Python.h>

#include "qt/bridge.h"
#include "qt/object.h"
#include "qt/proxies.h"

/* The proxy of a QObject: weak, and the only one of it as long as it is referenced. */
typedef struct qip_proxy {
    PyObject_HEAD
    PyObject *weak_references;
    void *guard;            /* NULL: made for an object that was dying already */
    qi_object *address;     /* where it lives or lived; a name, never to be followed */
    const char *class_name; /* never freed */
} qip_proxy;

/* A signal of one object. */
typedef struct qip_signal {
    PyObject_HEAD
    PyObject *weak_references;
    qip_proxy *proxy;
    PyObject *name;
    int index; /* -1: overloads, none chosen yet */
} qip_signal;

/* The slots and invokables that one object has under one name. */
typedef struct qip_method {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    qip_proxy *proxy;
    PyObject *name;
} qip_method;

/* For qt/proxies.h, which says what they do. */
PyObject *qip_proxy_new(PyTypeObject *type, qi_object *object, void *guard, const char *class_name);
qi_object *qip_proxy_object(PyObject *proxy);
void *qip_proxy_guard(PyObject *proxy);

/* The live object, or NULL with ReferenceError set. */
qi_object *qip_proxy_live(qip_proxy *proxy);

/* New references, or NULL with an exception set. */
PyObject *qip_signal_new(qip_proxy *proxy, PyObject *name, int index);
PyObject *qip_method_new(qip_proxy *proxy, PyObject *name);

/* The __doc__ of a proxy: docs.h. */
PyObject *qip_proxy_doc(PyObject *proxy);

/*
 * The port to whoever connects: signals/link_connect.c, through life/wiring.c, when the library is loaded. A
 * `_qi.Signal` knows no more of connections than how to ask for them.
 */
typedef struct qip_connect_functions {
    /* Connects a callable to a signal and returns the `_qi.Connection`, a new reference; or NULL with
     * TypeError, ValueError, ReferenceError or RuntimeError set. `type` is a Qt::ConnectionType as a number, or
     * as a member of some binding's enumeration; NULL: automatic. */
    PyObject *(*connect)(qip_signal *signal, PyObject *callable, PyObject *type);

    /* Ends the connections of a signal with this callable or Connection; NULL: all of them. How many they
     * were, or -1 with an exception set. */
    Py_ssize_t (*disconnect)(qip_signal *signal, PyObject *callable);
} qip_connect_functions;

extern qip_connect_functions qip_connect_port;

typedef struct qip_bound_types {
    PyObject *signal; /* _qi.Signal: a signal of one object */
    PyObject *method; /* _qi.Method: a slot or invokable of one object */
} qip_bound_types;

extern qip_bound_types qip_bound;

#endif
