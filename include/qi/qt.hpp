/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What C++ applications may tell libqi about types of their own, and values as QVariants. The C headers do not need it.
 *
 *     qi::registerFuture<Report>();               // Python may await what returns a QFuture<Report>
 *     qi::registerCallback<bool(int, QString)>(); // Python may give a callable for a std::function
 */
#ifndef QI_QT_HPP
#define QI_QT_HPP

#include <functional>
#include <memory>
#include <type_traits>

#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <qi/task.h>
#include <qi/value.h>

extern "C" {

/**
 * Calls a callable of Python with values of Qt's.
 *
 * `arguments` are `count` values, copied; the callable gets as many of them as it takes. In the GUI thread
 * it is called at once. From any other thread the call is queued to the GUI thread, where `result` is NULL,
 * or else waited for there as Qt::BlockingQueuedConnection does; two threads that would wait for each other
 * are told. What the callable returns goes to `*result`, converted to the type that it has, or to the one
 * that suits where it is invalid; NULL drops it. An exception is reported to the runtime's error callback.
 * A coroutine function is launched and runs, before the call returns, up to its first suspension.
 *
 * Thread: any. Fails: QI_ERR_PYTHON (it raised, or the result is of another type), QI_ERR_NOT_RUNNING,
 * QI_ERR_HANDLE, QI_ERR_MEMORY.
 */
QI_API int qi_callable_call(const qi_callable *callable, const QVariant *arguments, size_t count,
                            QVariant *result);

/* Gives out the future of a watcher of the class that it was registered for. */
typedef void (*qi_watched_future_fn)(QObject *watcher, QVariant *future);

/**
 * Lets Python await the QFutureWatchers of one type: what qi::registerFuture() calls.
 *
 * `example` is a watcher of that type, borrowed for the call: its class is recognised, and where the application has
 * run-time type information, so are those that are derived from it. `read` is called for objects of these classes only,
 * and kept for good; a second time does nothing. Thread: any. Fails: QI_ERR_ARGUMENT.
 */
QI_API int qi_watched_future_register(const QObject *example, qi_watched_future_fn read);

/**
 * Undoes that for the class of `example`, whoever has registered it: before what `read` is part of is unloaded, say.
 *
 * A call of `read` that is under way in another thread may go on after that. Thread: any.
 * Fails: QI_ERR_ARGUMENT, QI_ERR_NOT_FOUND (watchers of that class are not known, or by libqi itself).
 */
QI_API int qi_watched_future_unregister(const QObject *example);

/**
 * Makes a value of a QVariant, by the conversions that properties and signals go through.
 *
 * What qi_value has no kind for is what Python would get, opaque: a QDateTime is a datetime, of
 * QI_KIND_PYTHON, and a member of an enumeration is that member. `*out` is owned: release it with qi_value_clear().
 * Thread: any; the GIL is taken inside. Fails: QI_ERR_ARGUMENT, QI_ERR_TYPE, QI_ERR_RANGE, QI_ERR_PYTHON,
 * QI_ERR_DEAD_OBJECT, QI_ERR_NOT_RUNNING, QI_ERR_MEMORY.
 */
QI_API int qi_value_from_variant(const QVariant *variant, qi_value *out);

/**
 * Makes a QVariant of a value, by the same conversions, as if it were assigned to a property.
 *
 * The type that `*variant` has is the type that is wanted; where it is invalid, the one that suits the value
 * best is chosen. On failure `*variant` is left as it was.
 * Thread: any; the GIL is taken inside. Fails: QI_ERR_ARGUMENT, QI_ERR_TYPE (the kind does not fit),
 * QI_ERR_RANGE (its range does not), QI_ERR_PYTHON, QI_ERR_DEAD_OBJECT, QI_ERR_NOT_RUNNING, QI_ERR_MEMORY.
 */
QI_API int qi_value_to_variant(const qi_value *value, QVariant *variant);
}

namespace qi
{
QI_ABI_BEGIN

/*
 * A callable that Python has given, or none. Copies share it; with the last of them Python's object goes,
 * which may happen in any thread, and after the runtime has shut down. As the type of a parameter or
 * property it takes any callable and None:
 *
 *     Q_INVOKABLE void setFilter(const qi::Callable &filter);
 *
 * Bound methods are held strongly, unlike those that are connected to a signal.
 */
class Callable
{
  public:
    Callable() = default;
    /** Takes the handle, which is released with the last copy. */
    explicit Callable(qi_callable *owned) : m_handle(owned, qi_callable_release) {}

    explicit operator bool() const { return bool(m_handle); }
    /** The handle for the C API, as for qi_task_options; borrowed. */
    qi_callable *handle() const { return m_handle.get(); }

    /** Calls it as qi_callable_call() does. R is what it shall return; if it fails, R(). */
    template <typename R = void, typename... A> R call(const A &...arguments) const
    {
        const QVariant values[] = {QVariant::fromValue(arguments)..., QVariant()};
        if constexpr (std::is_void_v<R>) {
            qi_callable_call(handle(), values, sizeof...(A), nullptr);
        } else if constexpr (std::is_same_v<R, QVariant>) {
            QVariant result;
            qi_callable_call(handle(), values, sizeof...(A), &result);
            return result;
        } else {
            QVariant result(QMetaType::fromType<R>());
            return qi_callable_call(handle(), values, sizeof...(A), &result) == QI_OK
                       ? result.template value<R>()
                       : R();
        }
    }

  private:
    std::shared_ptr<qi_callable> m_handle;
};

template <typename Signature> struct Callback;

template <typename R, typename... A> struct Callback<R(A...)> {
    static std::function<R(A...)> make(const Callable &callable)
    {
        if (!callable)
            return {};
        return [callable](A... arguments) -> R {
            return callable.call<R, std::decay_t<A>...>(arguments...);
        };
    }
};

/**
 * Lets Python give a callable wherever the application takes a std::function<Signature>.
 *
 * None gives an empty function. What an exception or a wrong result leads to is R(), a value-initialised
 * result; the exception is reported. Once is enough; a second time does nothing. Thread: any. Never fails.
 */
template <typename Signature> void registerCallback()
{
    using Function = std::function<Signature>;
    const QMetaType from = QMetaType::fromType<Callable>(), to = QMetaType::fromType<Function>();

    from.id(); /* by which the library finds both */
    to.id();
    if (!QMetaType::hasRegisteredConverterFunction(from, to))
        QMetaType::registerConverter<Callable, Function>(&Callback<Signature>::make);
}

#ifndef QI_NO_DEPRECATED
template <typename Signature> QI_DEPRECATED("use registerCallback()") void register_callback()
{
    registerCallback<Signature>();
}
#endif

/** The QFuture<T> of an object that is a QFutureWatcher<T>: a qi_watched_future_fn. */
template <typename T> void watchedFuture(QObject *object, QVariant *future)
{
    *future = QVariant::fromValue(static_cast<QFutureWatcher<T> *>(object)->future());
}

#ifndef QI_NO_DEPRECATED
template <typename T>
QI_DEPRECATED("use watchedFuture()")
void watched_future(QObject *object, QVariant *future)
{
    watchedFuture<T>(object, future);
}
#endif

/**
 * Lets Python await futures of a type that was not given to Q_DECLARE_METATYPE, and QFutureWatchers of it.
 *
 * Futures of Qt's own types, and of types declared with Q_DECLARE_METATYPE and named by qRegisterMetaType(), need no
 * registration; watchers do, but for those of the most common types. Once is enough; a second time does nothing.
 * Thread: any. Never fails.
 */
template <typename T> void registerFuture()
{
    const QMetaType future = QMetaType::fromType<QFuture<T>>();

    qRegisterMetaType<T>();
    qRegisterMetaType<QFuture<T>>();
    if (!QMetaType::hasRegisteredConverterFunction(future, QMetaType::fromType<QFuture<void>>()))
        QMetaType::registerConverter<QFuture<T>, QFuture<void>>(
            [](const QFuture<T> &typed) { return QFuture<void>(typed); });
    const QFutureWatcher<T> example;
    qi_watched_future_register(&example, watchedFuture<T>);
}

/** Has Python await QFutureWatchers of that type no more; futures still are: see qi_watched_future_unregister(). False: they
 * were not registered. Thread: any. */
template <typename T> bool unregisterWatcher()
{
    const QFutureWatcher<T> example;
    return qi_watched_future_unregister(&example) == QI_OK;
}

#ifndef QI_NO_DEPRECATED
template <typename T> QI_DEPRECATED("use registerFuture()") void register_future()
{
    registerFuture<T>();
}
#endif

QI_ABI_END
} // namespace qi

#endif /* QI_QT_HPP */
