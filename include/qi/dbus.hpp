/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of QtDBus that Python awaits, for applications that are linked to it:
 *
 *     qi::registerDBus();                          // once, before Python sees such an object
 *     qi::registerDBusReply<QString, int>();       // for functions that return a QDBusPendingReply<QString, int>
 *
 *     name, number = await qi.host.desk.ask()      # in Python
 */
#ifndef QI_DBUS_HPP
#define QI_DBUS_HPP

#include <memory>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qvariant.h>
#include <QtDBus/qdbusargument.h>
#include <QtDBus/qdbuserror.h>
#include <QtDBus/qdbusextratypes.h>
#include <QtDBus/qdbusmessage.h>
#include <QtDBus/qdbuspendingcall.h>
#include <QtDBus/qdbuspendingreply.h>

#include <qi/awaitable.hpp>
#include <qi/future.hpp>
#include <qi/result.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* What came over the bus, without its wrappings. */
inline QVariant unwrapped(const QVariant &value);

inline QVariant unwrapped(const QDBusArgument &argument)
{
    QVariantList items;
    QVariantMap map;

    switch (argument.currentType()) {
    case QDBusArgument::ArrayType:
        for (argument.beginArray(); !argument.atEnd();)
            items.append(unwrapped(argument.asVariant()));
        argument.endArray();
        return items;
    case QDBusArgument::StructureType:
        for (argument.beginStructure(); !argument.atEnd();)
            items.append(unwrapped(argument.asVariant()));
        argument.endStructure();
        return items;
    case QDBusArgument::MapType:
        for (argument.beginMap(); !argument.atEnd(); argument.endMapEntry()) {
            argument.beginMapEntry();
            const QString key = unwrapped(argument.asVariant()).toString();
            map.insert(key, unwrapped(argument.asVariant()));
        }
        argument.endMap();
        return map;
    default:
        return unwrapped(argument.asVariant());
    }
}

inline QVariant unwrapped(const QVariant &value)
{
    const QMetaType type = value.metaType();
    if (type == QMetaType::fromType<QDBusVariant>())
        return unwrapped(value.value<QDBusVariant>().variant());
    if (type == QMetaType::fromType<QDBusObjectPath>())
        return value.value<QDBusObjectPath>().path();
    if (type == QMetaType::fromType<QDBusSignature>())
        return value.value<QDBusSignature>().signature();
    if (type == QMetaType::fromType<QDBusArgument>())
        return unwrapped(value.value<QDBusArgument>());
    return value;
}

/* What a call that has finished has come to: nothing, the one value, or a list of several. */
inline Result<QVariant> read_call(const QDBusPendingCall &call)
{
    if (call.isError())
        return Error::make(QI_ERR_STATE,
                           call.error().name() + QStringLiteral(": ") + call.error().message());
    QVariantList values;
    for (const QVariant &argument : call.reply().arguments())
        values.append(unwrapped(argument));
    if (values.isEmpty())
        return QVariant();
    return values.size() == 1 ? values.first() : QVariant(values);
}

inline void fulfil_call(QPromise<QVariant> &promise, const QDBusPendingCall &call)
{
    Result<QVariant> value = read_call(call);
    if (value)
        promise.addResult(std::move(*value));
    else
        end_without(QFutureInterfaceBase::get(promise.future()), value.error());
    promise.finish();
}

inline QFuture<QVariant> future_of_call(const QDBusPendingCall &call)
{
    const auto promise = std::make_shared<QPromise<QVariant>>();
    const QFuture<QVariant> future = promise->future();

    promise->start();
    if (call.isFinished()) {
        fulfil_call(*promise, call);
        return future;
    }
    auto *watcher = new QDBusPendingCallWatcher(call);
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, watcher, [promise, watcher] {
        fulfil_call(*promise, *watcher);
        watcher->deleteLater();
    });
    watcher->moveToThread(QCoreApplication::instance()->thread()); /* which has an event loop */
    return future;
}

} // namespace detail

/**
 * Lets Python await what returns a QDBusPendingReply<T...>, beside what registerDBus() registers.
 *
 * Thread: any. False, with qi_last_error() set: as registerAwaitable().
 */
template <typename... T> bool registerDBusReply()
{
    return registerAwaitable<QDBusPendingReply<T...>>(
        [](const QDBusPendingReply<T...> &reply) { return detail::future_of_call(reply); });
}

/**
 * Lets Python await QDBusPendingCallWatcher, QDBusPendingCall and QDBusPendingReply<>.
 *
 * What comes is None, the one value, or a list of several; variants, object paths, arrays, structures and maps are
 * what they hold, texts, lists and dicts. An error that the other side has sent is a RuntimeError. Cancelling who
 * awaits it leaves the call on its way.
 *
 * Thread: any. False, with qi_last_error() set: as registerAwaitable().
 */
inline bool registerDBus()
{
    return registerAwaitable<QDBusPendingCallWatcher>(&QDBusPendingCallWatcher::finished,
                                                      &QDBusPendingCallWatcher::isFinished,
                                                      detail::read_call) &&
           registerAwaitable<QDBusPendingCall>(detail::future_of_call) && registerDBusReply<>();
}

QI_ABI_END
} // namespace qi

#endif /* QI_DBUS_HPP */
