/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which proxy belongs to which QObject: always the same one, so that `is` holds in Python.
 *
 * The table borrows: an entry goes when its proxy does, and one whose QObject has died is replaced when another
 * QObject turns up at the same address. The GIL guards it.
 */
#include <unordered_map>

#include "qt/proxies.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qfuturewatcher.h>

#include "qt/bridge.h"
#include "qt/class_info.h"
#include "qt/ref.h"
#include "qt/thrown.h"

using namespace qi;

qip_proxy_types qip_proxies;
qip_proxy_functions qip_proxy_port;

/* No QHash, here and where else something is kept: those end the process where memory is missing. */
using Proxies = std::unordered_map<QObject *, PyObject *>;
Q_GLOBAL_STATIC(Proxies, proxies)

static PyObject *known_proxy(QObject *object)
{
    const auto found = proxies()->find(object);
    return found == proxies()->end() ? nullptr : found->second;
}

static PyTypeObject *type_for(QObject *object)
{
    if (qobject_cast<QAbstractItemModel *>(object))
        return as_type(qip_proxies.model);
    return as_type(qobject_cast<QFutureWatcherBase *>(object) ? qip_proxies.watcher
                                                              : qip_proxies.object);
}

PyObject *qip_qt_wrap(qi_object *object)
try {
    if (!object)
        return Py_NewRef(Py_None);
    PyObject *known = known_proxy(object);
    if (known && qip_proxy_port.object(known) == object)
        return Py_NewRef(known);
    const char *name = class_name_kept(object->metaObject());
    void *guard = qip_qt_guard_new(object);
    if (!guard)
        return PyErr_NoMemory();
    Ref proxy(qip_proxy_port.make(type_for(object), object, guard, name));
    if (proxy)
        (*proxies())[object] = proxy.get();
    return proxy.release();
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_wrap_dying(qi_object *object)
try {
    PyObject *known = object ? known_proxy(object) : nullptr;

    if (!object)
        return Py_NewRef(Py_None);
    return known ? Py_NewRef(known)
                 : qip_proxy_port.make(as_type(qip_proxies.object), object, nullptr, "QObject");
} catch (...) {
    return qi::raise_thrown();
}

void qip_qt_forget(qi_object *object, PyObject *proxy)
try {
    if (!proxies.exists())
        return;
    const auto found = proxies()->find(object);
    if (found != proxies()->end() && found->second == proxy)
        proxies()->erase(found);
} catch (...) {
    qi::tell_thrown("a proxy was not forgotten");
}

bool qip_qt_is_proxy(PyObject *object)
{
    return is_of(object, qip_proxies.object) || is_of(object, qip_proxies.model) ||
           is_of(object, qip_proxies.watcher);
}
