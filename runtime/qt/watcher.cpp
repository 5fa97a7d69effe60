/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The future of a QFutureWatcher<T>, of which only the address is known. Its class is a template without a
 * meta-object of its own, and what it watches is behind a private member; so the application says for which T
 * there are watchers, when it calls qi::registerFuture<T>(), and here is a list of those that Qt's own types
 * make. Each is tried in turn, as there are few and one await asks once. Nothing is cast dynamically: an application
 * may be compiled without type information, in part or as a whole, and a cast of such an object crashes.
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
#include <cxxabi.h>
#include <typeinfo>

#include "core/status.h"
#include "qt/future.h"
#include "qt/object.h"
#include "qt/thrown.h"

namespace qi
{

namespace
{

/* What an object's class is known by: its table of virtual functions. In front of that stands its type information,
 * or nothing, where the class is compiled without. */
using Table = const void *;

Table table_of(const QObject *object)
{
    return *reinterpret_cast<const Table *>(object);
}

const std::type_info *type_of(Table table)
{
    return static_cast<const std::type_info *const *>(table)[-1];
}

/* Whether a class is another, or derived from it; the first base, as moc wants it for classes of QObject. */
bool is_or_derives(const std::type_info *type, const std::type_info &wanted)
{
    if (!type || *type == wanted)
        return type;
    if (const auto *single = dynamic_cast<const abi::__si_class_type_info *>(type))
        return is_or_derives(single->__base_type, wanted);
    const auto *several = dynamic_cast<const abi::__vmi_class_type_info *>(type);
    return several && several->__base_count > 0 &&
           is_or_derives(several->__base_info[0].__base_type, wanted);
}

struct Reader {
    Table table;
    qi_watched_future_fn read;

    bool operator==(const Reader &other) const
    {
        return table == other.table && read == other.read;
    }
    bool fits(Table object) const
    {
        return object == table || (type_of(table) && is_or_derives(type_of(object), *type_of(table)));
    }
};

template <typename T> Reader reader()
{
    const QFutureWatcher<T> example;
    return {table_of(&example), watchedFuture<T>};
}

struct Registry {
    QMutex mutex;
    QList<Reader> readers{
        reader<void>(),        reader<bool>(),       reader<int>(),
        reader<uint>(),        reader<qlonglong>(),  reader<qulonglong>(),
        reader<double>(),      reader<QString>(),    reader<QByteArray>(),
        reader<QStringList>(), reader<QVariant>(),   reader<QVariantList>(),
        reader<QVariantMap>(), reader<QList<int>>(), reader<QList<double>>(),
        reader<QDateTime>(),   reader<QUrl>(),       reader<QJsonObject>(),
        reader<QJsonArray>(),  reader<QObject *>(),
    };
    const qsizetype own = readers.size(); /* which stay */
};

Q_GLOBAL_STATIC(Registry, registry) /* NULL once the process ends */

bool read_future(QObject *watcher, QVariant *out)
{
    Registry *known = registry();
    if (!known)
        return false;
    QMutexLocker<QMutex> lock(&known->mutex);
    const QList<Reader> readers = known->readers;

    lock.unlock();
    const auto found = std::find_if(readers.begin(), readers.end(), [&](const Reader &reader) {
        return reader.fits(table_of(watcher));
    });
    if (found == readers.end())
        return false;
    found->read(watcher, out);
    return true;
}

int fail_at_the_end()
{
    return qip_fail(QI_ERR_STATE,
                    "the process ends, and what is known of watchers is gone already");
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
                    "qi::registerFuture<T>() of <qi/qt.hpp> in the application, for its T");
    return nullptr;
} catch (...) {
    return qi::raise_thrown();
}

int qi_watched_future_register(const QObject *example, qi_watched_future_fn read)
try {
    if (!example || !read)
        return qip_fail(QI_ERR_ARGUMENT,
                        "there is no example of a watcher, or nothing that reads its future");
    const Reader reader{table_of(example), read};
    Registry *known = registry();
    if (!known)
        return fail_at_the_end();
    const QMutexLocker<QMutex> lock(&known->mutex);
    if (!known->readers.contains(reader))
        known->readers.append(reader);
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

int qi_watched_future_unregister(const QObject *example)
try {
    if (!example)
        return qip_fail(QI_ERR_ARGUMENT, "there is no example of a watcher");
    Registry *known = registry();
    if (!known)
        return fail_at_the_end();
    const QMutexLocker<QMutex> lock(&known->mutex);
    const Table table = table_of(example);
    QList<Reader> &readers = known->readers;
    const auto end = std::remove_if(readers.begin() + known->own, readers.end(),
                                    [&](const Reader &reader) { return reader.table == table; });
    if (end == readers.end())
        return qip_fail(
            QI_ERR_NOT_FOUND,
            "watchers of this class were not registered by qi_watched_future_register()");
    readers.erase(end, readers.end());
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}
