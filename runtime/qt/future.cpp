/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.HostFuture`: a QFuture of the host, of whatever type, as Python awaits it. What waits is Python, in
 * pyshim/qi/_objects/futures.py; here is what it asks the future, and the watcher whose signals it connects.
 *
 * No type is known at compile time. Qt converts each QFuture<T> to a QFuture<void>, which shares its state;
 * the results in there are read by the type that the name "QFuture<T>" tells. The QVariant that holds the
 * QFuture<T> itself keeps them alive.
 *
 * Nothing here waits. The watcher lives in the GUI thread, and belongs to the application as a child, lest
 * it be left behind where no event loop runs any more.
 */
#include "qt/future.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qpointer.h>

#include <memory>

#include "python/compat.h"
#include "python/module.h"
#include "qt/setup.h"
#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/cache.h"
#include "qt/conversions.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

using Watcher = QFutureWatcher<void>;

struct HostFuture {
    QVariant value;             /* the QFuture<T> */
    QFutureInterfaceBase state; /* what it shares with all its copies */
    QPointer<Watcher> watcher;
};

PyObject *future_type; /* _qi.HostFuture: a QFuture of the host's */

struct FutureObject {
    PyObject_HEAD
    PyObject *weak_references;
    HostFuture *future;
};

HostFuture *self_of(PyObject *object)
{
    return reinterpret_cast<FutureObject *>(object)->future;
}

bool is_future_of_void(QMetaType type)
{
    return type == QMetaType::fromType<QFuture<void>>();
}

/* T of QFuture<T>; invalid if Qt's type system does not know it by its name. */
QMetaType result_type(QMetaType type)
{
    const QByteArray name = QByteArray(type.name());
    return QMetaType::fromName(name.mid(8, name.size() - 9));
}

QFuture<void> as_void(const QVariant &value)
{
    return value.value<QFuture<void>>();
}

/* -- what it is asked ------------------------------------------------------------------------------- */

bool is_done(HostFuture *future)
{
    return future->state.isFinished() || future->state.isCanceled();
}

PyObject *future_done(PyObject *self, PyObject *)
try {
    return PyBool_FromLong(is_done(self_of(self)));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_running(PyObject *self, PyObject *)
try {
    return PyBool_FromLong(self_of(self)->state.isRunning());
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_cancelled(PyObject *self, PyObject *)
try {
    const HostFuture *future = self_of(self);
    return PyBool_FromLong(future->state.isCanceled() && !future->state.hasException());
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_cancel(PyObject *self, PyObject *)
try {
    HostFuture *future = self_of(self);
    const bool was_done = is_done(future);

    if (!was_done) {
        QFutureInterfaceBase state = future->state; /* whom it tells may do away with this object */
        GilReleased released;
        state.cancel();
    }
    return PyBool_FromLong(!was_done);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_progress(PyObject *self, void *)
try {
    HostFuture *future = self_of(self);
    PyObject *type = cached_attribute("qi._objects.types", "Progress");
    Ref text(type ? to_python(future->state.progressText()) : nullptr);

    if (!text)
        return nullptr;
    return PyObject_CallFunction(type, "iiiO", future->state.progressValue(),
                                 future->state.progressMinimum(), future->state.progressMaximum(),
                                 text.get());
} catch (...) {
    return qi::raise_thrown();
}

/* -- results ---------------------------------------------------------------------------------------- */

/* Copies one result; false if there is none. The store is shared with whoever computes, hence its mutex. */
bool copy_result(HostFuture *future, QMetaType type, int index, QVariant *out)
{
    QMutexLocker<QMutex> lock(&future->state.mutex());
    const QtPrivate::ResultStoreBase &store = future->state.resultStoreBase();

    if (index >= store.count())
        return false;
    const QtPrivate::ResultIteratorBase place = store.resultAt(index);
    const char *data = place.pointer<char>();
    /* A result that came with others lies in a QList<T>, whose data lie together, whatever T is. */
    if (place.isVector())
        data += qsizetype(place.vectorIndex()) * (type.sizeOf() - 1);
    if (type.id() == QMetaType::QVariant)
        *out = *reinterpret_cast<const QVariant *>(data);
    else
        *out = QVariant(type, data);
    return true;
}

int results_so_far(HostFuture *future)
{
    return is_future_of_void(future->value.metaType()) ? 0 : future->state.resultCount();
}

PyObject *make_result(HostFuture *future, int index)
{
    const QMetaType type = result_type(future->value.metaType());

    if (!type.isValid()) {
        const QByteArray name = future->value.typeName();
        const QByteArray inner = name.mid(8, name.size() - 9);
        return PyErr_Format(PyExc_TypeError,
                            "the type of the results of %s is not known to Qt's type system; call "
                            "qi::registerFuture<%s>() of <qi/qt.hpp> in the application",
                            name.constData(), inner.constData());
    }
    QVariant value;
    if (copy_result(future, type, index, &value))
        return to_python(value);
    return PyErr_Format(PyExc_IndexError, "%s has no result %d yet", future->value.typeName(), index);
}

PyObject *future_result_count(PyObject *self, PyObject *)
try {
    return PyLong_FromLong(results_so_far(self_of(self)));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_result_at(PyObject *self, PyObject *number)
try {
    HostFuture *future = self_of(self);
    const long index = PyLong_AsLong(number);

    if (index == -1 && PyErr_Occurred())
        return nullptr;
    if (index < 0 || index >= results_so_far(future))
        return PyErr_Format(PyExc_IndexError, "%s has no result %ld yet", future->value.typeName(),
                            index);
    return make_result(future, int(index));
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_results(PyObject *self, PyObject *)
try {
    HostFuture *future = self_of(self);
    const int count = results_so_far(future);
    Ref list(PyList_New(0));

    for (int i = 0; list && i < count; i++) {
        Ref item(make_result(future, i));
        if (!item || PyList_Append(list.get(), item.get()) < 0)
            return nullptr;
    }
    return list.release();
} catch (...) {
    return qi::raise_thrown();
}

/* -- the outcome ------------------------------------------------------------------------------------ */

/* Raises asyncio's `name`. */
PyObject *raise_of_asyncio(const char *name, HostFuture *future, const char *what)
{
    if (PyObject *type = cached_attribute("asyncio", name))
        PyErr_Format(type, "%s %s", future->value.typeName(), what);
    return nullptr;
}

enum class Outcome { None, Result, Exception, Cancelled };

/* Whoever computes stores the exception first and cancels then, so it is looked at in the other order. */
Outcome outcome_of(const HostFuture *future)
{
    if (future->state.isCanceled())
        return future->state.hasException() ? Outcome::Exception : Outcome::Cancelled;
    return future->state.isFinished() ? Outcome::Result : Outcome::None;
}

/* True if there is a result. Otherwise an exception is set. */
bool check_outcome(HostFuture *future, Outcome outcome)
{
    switch (outcome) {
    case Outcome::Exception:
        return raise_host_exception(future->state.exceptionStore().exception());
    case Outcome::Cancelled:
        return raise_of_asyncio("CancelledError", future, "was cancelled");
    case Outcome::None:
        return raise_of_asyncio("InvalidStateError", future, "has not finished");
    case Outcome::Result:
        break;
    }
    return true;
}

PyObject *future_result(PyObject *self, PyObject *)
try {
    HostFuture *future = self_of(self);

    if (!check_outcome(future, outcome_of(future)))
        return nullptr;
    if (is_future_of_void(future->value.metaType()))
        Py_RETURN_NONE;
    return results_so_far(future) == 1 ? make_result(future, 0) : future_results(self, nullptr);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_exception(PyObject *self, PyObject *)
try {
    HostFuture *future = self_of(self);
    const Outcome outcome = outcome_of(future);

    if (check_outcome(future, outcome))
        Py_RETURN_NONE;
    return outcome == Outcome::Exception ? qip_take_exception() : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

/* -- waiting ---------------------------------------------------------------------------------------- */

PyObject *future_watcher(PyObject *self, void *)
try {
    HostFuture *future = self_of(self);

    if (!QCoreApplication::instance() || !qip_qt_on_application_thread()) {
        PyErr_SetString(
            PyExc_RuntimeError,
            "a QFuture is awaited and watched in the GUI thread, where the application's "
            "event loop runs");
        return nullptr;
    }
    if (!future->watcher) {
        future->watcher = new Watcher(QCoreApplication::instance());
        future->watcher->setObjectName(QString::fromLatin1(future->value.typeName()));
        future->watcher->setFuture(as_void(future->value));
    }
    return qip_qt_wrap(future->watcher);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *call_waiter(const char *name, PyObject *self)
{
    PyObject *function = cached_attribute("qi._objects.futures", name);
    return function ? PyObject_CallOneArg(function, self) : nullptr;
}

PyObject *future_await(PyObject *self)
try {
    Ref coroutine(call_waiter("wait", self));
    return coroutine ? PyObject_CallMethod(coroutine.get(), "__await__", nullptr) : nullptr;
} catch (...) {
    return qi::raise_thrown();
}

PyObject *future_iterate(PyObject *self)
try {
    return call_waiter("stream", self);
} catch (...) {
    return qi::raise_thrown();
}

/* -- the type --------------------------------------------------------------------------------------- */

void future_dealloc(PyObject *self)
try {
    PyTypeObject *type = Py_TYPE(self);
    HostFuture *future = self_of(self);

    if (reinterpret_cast<FutureObject *>(self)->weak_references)
        PyObject_ClearWeakRefs(self);
    if (future && future->watcher) /* perhaps in the midst of one of its signals */
        future->watcher->deleteLater();
    delete future;
    type->tp_free(self);
    Py_DECREF(type);
} catch (...) {
    qi::tell_thrown("the memory of an object was not freed");
}

PyObject *future_repr(PyObject *self)
try {
    HostFuture *future = self_of(self);
    static const char *const states[] = {"pending", "finished", "failed", "cancelled"};
    const char *state = states[int(outcome_of(future))];

    return PyUnicode_FromFormat("<qi.HostFuture %s %s>", future->value.typeName(), state);
} catch (...) {
    return qi::raise_thrown();
}

PyMethodDef future_methods[] = {
    {"cancel", future_cancel,
     METH_NOARGS, "cancel($self, /)\n--\n\nAsks the host to cancel it, by QFuture::cancel(). False if it was done already."},
    {"done", future_done, METH_NOARGS,
     "done($self, /)\n--\n\nTells whether it has finished, failed or was cancelled."},
    {"running", future_running,
     METH_NOARGS, "running($self, /)\n--\n\nTells whether the host computes; so it may after a cancel(), for a while."},
    {"cancelled", future_cancelled, METH_NOARGS,
     "cancelled($self, /)\n--\n\nTells whether it was cancelled."},
    {"result", future_result, METH_NOARGS,
     "result($self, /)\n--\n\nThe result; a list where there are none or several; None for "
     "QFuture<void>.\n"
     "Raises what the host stored as exception, CancelledError, or InvalidStateError before the "
     "end."},
    {"exception", future_exception,
     METH_NOARGS, "exception($self, /)\n--\n\nThe exception that it failed with, or None. Raises as result() otherwise."},
    {"results", future_results, METH_NOARGS,
     "results($self, /)\n--\n\nThe list of the results that there are so far."},
    {"result_count", future_result_count, METH_NOARGS,
     "result_count($self, /)\n--\n\nHow many results there are so far."},
    {"result_at", future_result_at,
     METH_O, "result_at($self, index, /)\n--\n\nOne of the results that there are; raises IndexError before it is."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef future_members[] = {
    {"progress", future_progress, nullptr, "value, minimum, maximum and text of its progress",
     nullptr},
    {"watcher", future_watcher, nullptr,
     "the QFutureWatcher, whose signals tell of progress, results and the end", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef future_offsets[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(FutureObject, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot future_slots[] = {
    {Py_tp_doc,
     const_cast<char *>(
         "A QFuture of the application. Await it for its result, or iterate over it with\n"
         "`async for` to get its results as they come. A task that is cancelled while it\n"
         "awaits the future cancels it, by QFuture::cancel().")},
    {Py_tp_dealloc, reinterpret_cast<void *>(future_dealloc)},
    {Py_tp_repr, reinterpret_cast<void *>(future_repr)},
    {Py_am_await, reinterpret_cast<void *>(future_await)},
    {Py_am_aiter, reinterpret_cast<void *>(future_iterate)},
    {Py_tp_methods, future_methods},
    {Py_tp_getset, future_members},
    {Py_tp_members, future_offsets},
    {0, nullptr},
};

PyType_Spec future_spec = {
    "_qi.HostFuture",
    int(sizeof(FutureObject)),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    future_slots,
};

} // namespace

bool is_future(QMetaType type)
{
    if (!type.isValid() || strncmp(type.name(), "QFuture<", 8) != 0)
        return false;
    return is_future_of_void(type) ||
           QMetaType::canConvert(type, QMetaType::fromType<QFuture<void>>());
}

PyObject *future_new(const QVariant &value)
{
    PyTypeObject *type = as_type(future_type);
    /* First, lest an object without one be left where memory is missing. */
    std::unique_ptr<HostFuture> future(
        new HostFuture{value, QFutureInterfaceBase::get(as_void(value)), nullptr});
    PyObject *object = type ? type->tp_alloc(type, 0) : nullptr;

    if (object)
        reinterpret_cast<FutureObject *>(object)->future = future.release();
    return object;
}

const QVariant *future_value(PyObject *object)
{
    return is_of(object, future_type) ? &self_of(object)->value : nullptr;
}

} // namespace qi

int qip_future_setup(PyObject *module)
try {
    qip_module_keep(qi::future_type);
    return qi::add_type(module, &qi::future_spec, &qi::future_type);
} catch (...) {
    return qi::raise_thrown(-1);
}
