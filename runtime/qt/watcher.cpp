/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The future of a QFutureWatcher<T>, of which only the address is known. Its class is a template without a
 * meta-object of its own, and what it watches is behind a private member; so the application says for which T
 * there are watchers, when it calls qi::register_future<T>(), and here is a list of those that Qt's own types
 * make. Each is tried in turn, as there are few and one await asks once.
 */
#include <qi/qt.hpp>

#include <QtCore/qdatetime.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qmutex.h>
#include <QtCore/qthread.h>
#include <QtCore/qurl.h>

#include <algorithm>

#include "core/status.h"
#include "qt/future.h"
#include "qt/object.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

struct Registry {
    QMutex mutex;
    QList<qi_watched_future_fn> readers{
        watched_future<void>,        watched_future<bool>,       watched_future<int>,
        watched_future<uint>,        watched_future<qlonglong>,  watched_future<qulonglong>,
        watched_future<double>,      watched_future<QString>,    watched_future<QByteArray>,
        watched_future<QStringList>, watched_future<QVariant>,   watched_future<QVariantList>,
        watched_future<QVariantMap>, watched_future<QList<int>>, watched_future<QList<double>>,
        watched_future<QDateTime>,   watched_future<QUrl>,       watched_future<QJsonObject>,
        watched_future<QJsonArray>,  watched_future<QObject *>,
    };
};

Q_GLOBAL_STATIC(Registry, registry)

bool read_future(QObject *watcher, QVariant *out)
{
    QMutexLocker<QMutex> lock(&registry()->mutex);
    const QList<qi_watched_future_fn> readers = registry()->readers;

    lock.unlock();
    return std::any_of(readers.begin(), readers.end(),
                       [&](qi_watched_future_fn read) { return read(watcher, out); });
}

} // namespace

} // namespace qi

using namespace qi;

PyObject *qip_qt_watched_future(qi_object *object)
try {
    QVariant future;

    if (object->thread() != QThread::currentThread()) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a QFutureWatcher is asked for its future in the thread where it lives");
        return nullptr;
    }
    if (read_future(object, &future))
        return future_new(future);
    PyErr_SetString(PyExc_TypeError,
                    "the type of the results of this QFutureWatcher is not known; call "
                    "qi::register_future<T>() of <qi/qt.hpp> in the application, for its T");
    return nullptr;
} catch (...) {
    return qi::raise_thrown();
}

int qi_watched_future_register(qi_watched_future_fn read)
try {
    if (!read)
        return qip_fail(QI_ERR_ARGUMENT, "`read` is NULL; there is nothing to register");
    const QMutexLocker<QMutex> lock(&registry()->mutex);
    if (!registry()->readers.contains(read))
        registry()->readers.append(read);
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}
