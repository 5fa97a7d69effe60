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

#include "qt/awaitables.h"
#include "qt/bridge.h"
#include "qt/class_info.h"
#include "qt/guard.h"
#include "qt/list_model.h"
#include "qt/ref.h"
#include "qt/thrown.h"

using namespace qi;

qip_proxy_types qip_proxies;
qip_proxy_functions qip_proxy_port;

/* No QHash, here and where else something is kept: those end the process where memory is missing. */
using Proxies = std::unordered_map<QObject *, PyObject *>;
Q_GLOBAL_STATIC(Proxies, proxies)

/* The proxy of a live object, borrowed, or NULL. */
static PyObject *known_proxy(QObject *object)
{
    const auto found = proxies()->find(object);
    const bool known = found != proxies()->end() && qip_proxy_port.object(found->second) == object;
    return known ? found->second : nullptr;
}

namespace
{

/* What of an object its proxy begins with. */
struct Facts {
    qi_object *object;
    PyTypeObject *type;
    const char *class_name;
};

} // namespace

static PyTypeObject *type_for(QObject *object)
{
    if (qobject_cast<QFutureWatcherBase *>(object))
        return as_type(qip_proxies.watcher);
    if (qip_proxies.list_model && qobject_cast<ListModel *>(object))
        return as_type(qip_proxies.list_model);
    const bool awaited = is_awaitable(object->metaObject());
    if (qobject_cast<QAbstractItemModel *>(object))
        return as_type(awaited ? qip_proxies.awaitable_model : qip_proxies.model);
    return as_type(awaited ? qip_proxies.awaitable : qip_proxies.object);
}

static void learn(qi_object *object, void *facts)
{
    *static_cast<Facts *>(facts) = {object, type_for(object), class_name_kept(object->metaObject())};
}

/* Takes the guard. */
static PyObject *make_proxy(const Facts &facts, void *guard)
{
    if (PyObject *known = known_proxy(facts.object)) { /* since the guard was made, which gives the GIL up */
        qip_qt_guard_free(guard);
        return Py_NewRef(known);
    }
    Ref proxy(qip_proxy_port.make(facts.type, facts.object, guard, facts.class_name));
    if (proxy)
        (*proxies())[facts.object] = proxy.get();
    return proxy.release();
}

PyObject *qip_qt_wrap(qi_object *object)
try {
    if (!object)
        return Py_NewRef(Py_None);
    if (PyObject *known = known_proxy(object))
        return Py_NewRef(known);
    Facts facts;
    learn(object, &facts);
    void *guard = qip_qt_guard_new(object);
    return guard ? make_proxy(facts, guard) : PyErr_NoMemory();
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_wrap_guarded(void *guard)
try {
    qi_object *object = qip_qt_guard_object(guard);
    if (PyObject *known = object ? known_proxy(object) : nullptr)
        return Py_NewRef(known);
    Facts facts;
    if (!look_at(guard, learn, &facts)) {
        PyErr_SetString(PyExc_ReferenceError, "the QObject of a value was destroyed");
        return nullptr;
    }
    return make_proxy(facts, qip_qt_guard_retain(guard));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_wrap_dying(qi_object *object)
try {
    if (!object)
        return Py_NewRef(Py_None);
    const auto found = proxies()->find(object);
    PyObject *known = found == proxies()->end() ? nullptr : found->second;
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
           is_of(object, qip_proxies.watcher) || is_of(object, qip_proxies.awaitable) ||
           is_of(object, qip_proxies.awaitable_model) || is_of(object, qip_proxies.list_model);
}

void *qip_qt_proxy_guard(PyObject *object)
try {
    return qip_qt_is_proxy(object) ? qip_proxy_port.guard(object) : nullptr;
} catch (...) {
    qi::tell_thrown("a proxy's guard was not told");
    return nullptr;
}
