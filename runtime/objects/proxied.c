/* SPDX-License-Identifier: BSD-3-Clause */
/* A proxy by itself: made, and asked for its QObject, which may be gone. What it can do is in proxy.c. */
#include "objects/proxy_p.h"

qi_object *qip_proxy_object(PyObject *proxy)
{
    return qip_qt_guard_object(((qip_proxy *)proxy)->guard);
}

void *qip_proxy_guard(PyObject *proxy)
{
    return ((qip_proxy *)proxy)->guard;
}

qi_object *qip_proxy_live(qip_proxy *proxy)
{
    qi_object *object = qip_qt_guard_object(proxy->guard);

    if (!object)
        PyErr_Format(PyExc_ReferenceError, "the %s at %p was destroyed", proxy->class_name,
                     (void *)proxy->address);
    return object;
}

PyObject *qip_proxy_new(PyTypeObject *type, qi_object *object, void *guard, const char *class_name)
{
    qip_proxy *proxy = (qip_proxy *)type->tp_alloc(type, 0);

    if (!proxy) {
        qip_qt_guard_free(guard);
        return NULL;
    }
    proxy->guard = guard;
    proxy->address = object;
    proxy->class_name = class_name;
    return (PyObject *)proxy;
}
