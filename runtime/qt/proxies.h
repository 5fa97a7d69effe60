/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which proxy belongs to which QObject (bridge.h has more of it), and the port to whoever makes the proxies. That
 * a QObject is an object of Python, conversions must know; what such an object can do is for a higher room to
 * say (objects/proxy.c, model.c, watcher.c, awaitable.c).
 *
 * The rules: the functions are there from the moment the library is loaded (life/wiring.c), the types from
 * the import of `_qi` on, as long as that lives. GIL: held.
 */
#ifndef QIP_QT_PROXIES_H
#define QIP_QT_PROXIES_H

#include <Python.h>

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The types, kept by the module; NULL before and after. */
typedef struct qip_proxy_types {
    PyObject *object;    /* _qi.Object: the proxy of a QObject */
    PyObject *model;     /* _qi.Model: of a QAbstractItemModel */
    PyObject *watcher;   /* _qi.FutureWatcher: of a QFutureWatcher */
    PyObject *awaitable; /* _qi.Awaitable: of an object whose class is registered to be awaited */
    PyObject *awaitable_model; /* _qi.AwaitableModel: of a model of such a class */
    PyObject *list_model; /* qi.ListModel: of one that Python has made; NULL before there was one */
} qip_proxy_types;

extern qip_proxy_types qip_proxies;

typedef struct qip_proxy_functions {
    /* Makes the proxy of an object, of one of these types; takes the guard, which is NULL for an object that is
     * dead already. `class_name` is kept. */
    PyObject *(*make)(PyTypeObject *type, qi_object *object, void *guard, const char *class_name);
    /* The live object of a proxy, or NULL without an exception. */
    qi_object *(*object)(PyObject *proxy);
    /* What it was made with, borrowed. */
    void *(*guard)(PyObject *proxy);
} qip_proxy_functions;

extern qip_proxy_functions qip_proxy_port;

/* The proxy of an object that is being destroyed, as QObject::destroyed hands it out: it refers to
 * nothing any more. New reference. */
PyObject *qip_qt_wrap_dying(qi_object *object);

/* Called when a proxy goes, before its memory does. */
void qip_qt_forget(qi_object *object, PyObject *proxy);

#ifdef __cplusplus
}
#endif

#endif
