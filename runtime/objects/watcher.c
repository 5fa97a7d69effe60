/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.FutureWatcher`: the proxy of a QFutureWatcher<T>, which besides may be awaited, as the QFuture that it
 * watches is. All that it does more than other proxies is to ask qt/watcher.cpp for that future.
 *
 * GIL: held.
 */
#include "python/docs.h"
#include "objects/proxy_p.h"
#include "objects/setup.h"

/* The `_qi.HostFuture`, or NULL with an exception. */
static PyObject *watched(PyObject *self)
{
    qi_object *object = qip_proxy_live((qip_proxy *)self);
    return object ? qip_qt_watched_future(object) : NULL;
}

static PyObject *watcher_await(PyObject *self)
{
    PyObject *future = watched(self);
    PyObject *iterator = future ? Py_TYPE(future)->tp_as_async->am_await(future) : NULL;

    Py_XDECREF(future);
    return iterator;
}

static PyObject *watcher_iterate(PyObject *self)
{
    PyObject *future = watched(self);
    PyObject *iterator = future ? Py_TYPE(future)->tp_as_async->am_aiter(future) : NULL;

    Py_XDECREF(future);
    return iterator;
}

static PyObject *watcher_future(PyObject *self, void *Py_UNUSED(closure))
{
    return watched(self);
}

static PyGetSetDef watcher_members[] = {
    {"future", watcher_future, NULL, "the QFuture that it watches, a HostFuture", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot watcher_slots[] = {
    {Py_tp_doc, "A QFutureWatcher of the host: an Object that can be awaited for the result of the "
                "QFuture that it\n"
                "watches at that time, or iterated over with `async for`. One that was given no "
                "future yet counts as\n"
                "cancelled, as Qt has it."},
    {Py_am_await, watcher_await},
    {Py_am_aiter, watcher_iterate},
    {Py_tp_getset, watcher_members},
    {0, NULL},
};

static PyType_Spec watcher_spec = {
    .name = "_qi.FutureWatcher",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = watcher_slots,
};

int qip_watcher_setup(PyObject *module)
{
    qip_proxies.watcher = PyType_FromModuleAndSpec(module, &watcher_spec, qip_proxies.object);
    if (!qip_proxies.watcher || qip_docs_set(qip_proxies.watcher, qip_proxy_doc) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_proxies.watcher);
}
