/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Types of the application that Python awaits: what tells of the end, whether it has come, what the result is, and how
 * to ask for the end where nobody waits any more.
 *
 *     qi::registerAwaitable<Job>(&Job::finished, &Job::isFinished, &Job::total, &Job::abort);
 *     qi::registerAwaitable<Probe>(std::tuple(&Probe::done, &Probe::failed), &Probe::isOver,
 *                                  [](Probe &probe) -> qi::Result<double> { return probe.reading(); });
 *     qi::registerAwaitable<Ticket>([](const Ticket &ticket) { return ticket.future(); }); // a value, by its QFuture
 *
 *     total = await qi.host.job              # in Python
 *
 * <qi/network.hpp> and <qi/dbus.hpp> do that for types of QtNetwork and QtDBus.
 */
#ifndef QI_AWAITABLE_HPP
#define QI_AWAITABLE_HPP

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>

#include <qi/awaitable.h>
#include <qi/convert.hpp>
#include <qi/expose.hpp>
#include <qi/qt.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* The class that declares metaObject(): a class itself, where it has Q_OBJECT. */
template <typename C> C declares_meta_object(const QMetaObject *(C::*)() const);
template <typename T>
inline constexpr bool has_meta_object = std::is_same_v<decltype(declares_meta_object(&T::metaObject)), T>;

/* The signatures of signals. */
template <typename Signal> QByteArrayList signatures(Signal signal)
{
    return {QMetaMethod::fromSignal(signal).methodSignature()};
}
template <typename... Signal> QByteArrayList signatures(const std::tuple<Signal...> &all)
{
    return std::apply([](auto... signal) { return (QByteArrayList() + ... + signatures(signal)); },
                      all);
}

/* Calls what takes a T & or a T *, a member of T included. */
template <typename F, typename T> decltype(auto) with_object(F &function, T *object)
{
    if constexpr (std::is_invocable_v<F &, T &>)
        return std::invoke(function, *object);
    else
        return std::invoke(function, object);
}
template <typename F, typename T>
inline constexpr bool takes_object = std::is_invocable_v<F &, T &> || std::is_invocable_v<F &, T *>;

/* The functions of an awaitable, for C. */
template <typename T, typename Ended, typename Outcome, typename Cancel> struct Awaited {
    Ended ended;
    Outcome outcome;
    Cancel cancel;

    static int call_look(qi_object *object, const qi_emission *emission, qi_value *result, void *user)
    {
        auto *self = static_cast<Awaited *>(user);
        T *typed = static_cast<T *>(object);
        if constexpr (std::is_same_v<Ended, std::nullptr_t>) {
            if (!emission)
                return QI_ERR_PENDING;
        } else {
            if (!with_object(self->ended, typed))
                return QI_ERR_PENDING;
        }
        if constexpr (std::is_same_v<Outcome, std::nullptr_t>) {
            return QI_OK;
        } else if constexpr (std::is_void_v<decltype(with_object(self->outcome, typed))>) {
            with_object(self->outcome, typed);
            return QI_OK;
        } else {
            return give_any(with_object(self->outcome, typed), result);
        }
    }
    static void call_cancel(qi_object *object, void *user)
    {
        if constexpr (!std::is_same_v<Cancel, std::nullptr_t>)
            (void)with_object(static_cast<Awaited *>(user)->cancel, static_cast<T *>(object));
    }
    static void destroy(void *user) { delete static_cast<Awaited *>(user); }
};

/* The part that knows no types. */
inline bool register_awaitable(qi_awaitable &awaitable, const char *class_name,
                               const QByteArrayList &signal_names)
{
    QList<const char *> texts;
    for (const QByteArray &name : signal_names)
        texts.append(name.constData());
    awaitable.class_name = class_name;
    awaitable.signal_names = texts.constData();
    awaitable.signal_count = size_t(texts.size());
    return qi_awaitable_register(&awaitable) == QI_OK;
}

template <typename T, typename F> int future_of_value(const void *value, QVariant *out, void *user)
{
    using Future = std::decay_t<std::invoke_result_t<F &, const T &>>;
    if constexpr (!std::is_void_v<typename IsFuture<Future>::Type>)
        registerFuture<typename IsFuture<Future>::Type>();
    *out = QVariant::fromValue(std::invoke(*static_cast<F *>(user), *static_cast<const T *>(value)));
    return QI_OK;
}
template <typename F> void destroy_function(void *user)
{
    delete static_cast<F *>(user);
}

} // namespace detail

/**
 * Lets Python await the objects of a class T of QObjects, and of those derived from it: see the head of this file.
 *
 * `ends` is a signal of T, or a std::tuple of several, after which an object is looked at. `isFinished` tells whether
 * it has come to its end, and is asked when somebody begins to await it and after each of these signals; nullptr:
 * each emission is an end, for those who await the object then. `result` gives what Python gets, in any type of
 * <qi/types.hpp>; a qi::Result that failed is raised, and so is what it throws; nullptr: None, or the arguments of
 * the signal where `isFinished` is nullptr, too. `cancel` asks the object to end, when the task that awaits it was
 * cancelled; nullptr: it goes on. All three are functions or members that take a T & or a T *, and are called in the
 * thread where the object lives.
 *
 * A later registration of T replaces it. Register before Python sees objects of the class. Thread: any. False, with
 * qi_last_error() set: as qi_awaitable_register().
 */
template <typename T, typename Ends, typename Ended, typename Outcome = std::nullptr_t,
          typename Cancel = std::nullptr_t>
bool registerAwaitable(Ends ends, Ended isFinished, Outcome result = {}, Cancel cancel = {})
{
    static_assert(std::is_base_of_v<QObject, T>,
                  "qi: a type of values is awaited by a function that makes a QFuture of it");
    if constexpr (std::is_base_of_v<QObject, T>) {
        static_assert(!std::is_base_of_v<QFutureWatcherBase, T>,
                      "qi: a QFutureWatcher is awaited as its future; see qi::registerFuture()");
        static_assert(
            detail::has_meta_object<T>,
            "qi: a class that is awaited is known by its meta-object, and so needs Q_OBJECT");
        static_assert(std::is_same_v<Ended, std::nullptr_t> || detail::takes_object<Ended, T>,
                      "qi: `isFinished` wants a function or member that takes a T & or a T *");
        static_assert(std::is_same_v<Outcome, std::nullptr_t> || detail::takes_object<Outcome, T>,
                      "qi: `result` wants a function or member that takes a T & or a T *");
        static_assert(std::is_same_v<Cancel, std::nullptr_t> || detail::takes_object<Cancel, T>,
                      "qi: `cancel` wants a function or member that takes a T & or a T *");
        using Awaited = detail::Awaited<T, Ended, Outcome, Cancel>;
        qi_awaitable awaitable;
        qi_awaitable_init(&awaitable);
        if constexpr (!std::is_same_v<Ended, std::nullptr_t> ||
                      !std::is_same_v<Outcome, std::nullptr_t>)
            awaitable.look = Awaited::call_look;
        if constexpr (!std::is_same_v<Cancel, std::nullptr_t>)
            awaitable.cancel = Awaited::call_cancel;
        auto kept = std::unique_ptr<Awaited>(
            new Awaited{std::move(isFinished), std::move(result), std::move(cancel)});
        awaitable.user = kept.get();
        awaitable.destroy = Awaited::destroy;
        if (!detail::register_awaitable(awaitable, T::staticMetaObject.className(),
                                        detail::signatures(ends)))
            return false;
        (void)kept.release();
        return true;
    } else {
        return false;
    }
}

/**
 * Lets Python await a type of values, by a function that takes a const T & and gives a QFuture: wherever a T crosses to
 * Python, that gets the future, as a qi.HostFuture.
 *
 * It is the converter of the type: see qi::registerConverter(), and qi::unregisterConverter() for its end. `function`
 * is called in whatever thread a value crosses in, perhaps several at a time. Thread: any. False, with
 * qi_last_error() set, for a type that libqi converts itself.
 */
template <typename T, typename F> bool registerAwaitable(F function)
{
    static_assert(!std::is_base_of_v<QObject, T>,
                  "qi: an object is awaited by its signal: registerAwaitable<T>(&T::finished, "
                  "&T::isFinished)");
    constexpr bool fits = std::is_invocable_v<F &, const T &>;
    static_assert(
        fits,
        "qi: registerAwaitable() wants a function that takes a const T & and returns a QFuture");
    if constexpr (fits && !std::is_base_of_v<QObject, T>) {
        static_assert(detail::IsFuture<std::decay_t<std::invoke_result_t<F &, const T &>>>::value,
                      "qi: registerAwaitable() wants a function that takes a const T & and returns "
                      "a QFuture");
        qi_converter converter;
        qi_converter_init(&converter);
        converter.type = QMetaType::fromType<T>().id();
        converter.to = detail::future_of_value<T, F>;
        auto kept = std::make_unique<F>(std::move(function));
        converter.user = kept.get();
        converter.destroy = detail::destroy_function<F>;
        if (qi_converter_register(&converter) != QI_OK)
            return false;
        (void)kept.release();
        return true;
    } else {
        return false;
    }
}

/** Takes a class of QObjects out, as qi_awaitable_unregister() does. Thread: any. False: it was not registered. */
template <typename T> bool unregisterAwaitable()
{
    return qi_awaitable_unregister(T::staticMetaObject.className()) == QI_OK;
}

QI_ABI_END
} // namespace qi

#endif /* QI_AWAITABLE_HPP */
