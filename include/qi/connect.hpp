/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals that launch coroutines, checked by the compiler.
 *
 *     qi::connect(button, &QPushButton::clicked, "orders:send", {.overlap = qi::Overlap::Drop})
 *         .expect("the button");
 *     qi::connect(box, qOverload<int>(&QSpinBox::valueChanged), "orders:count").expect("the box");
 *
 * The compiler checks that the signal is one of the sender's class or a base of it, and that Python can get
 * its arguments. Whether the target exists and takes so many arguments is known when connect() is called.
 */
#ifndef QI_CONNECT_HPP
#define QI_CONNECT_HPP

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <qi/connection.h>
#include <qi/deprecated.hpp>
#include <qi/result.hpp>
#include <qi/target.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

/** What an emission does while the coroutine of an earlier one still runs: see qi_overlap. */
enum class Overlap {
    Concurrent = QI_OVERLAP_CONCURRENT,
    Drop = QI_OVERLAP_DROP,
    Queue = QI_OVERLAP_QUEUE,
    Restart = QI_OVERLAP_RESTART,
    Latest = QI_OVERLAP_LATEST
};

/** When an emission reaches the loop: see qi_delivery. */
enum class Delivery { Auto = QI_DELIVERY_AUTO, Queued = QI_DELIVERY_QUEUED };

/** How a signal is connected; what is left out has the default that stands here. */
struct ConnectOptions {
    Overlap overlap = Overlap::Concurrent;
    Delivery delivery = Delivery::Auto;
    /** The receiver: its end ends the connection and cancels the tasks. */
    QObject *owner = nullptr;
    /** Name of the tasks that are launched; empty: asyncio makes one. */
    QString taskName = {};
    /** Emissions that may wait under Overlap::Queue; 0: any number. */
    std::size_t queueLimit = 0;
    /** Allows a target that is no coroutine function; it is called in the emission. */
    bool allowPlain = false;
    /** Disconnects at the first emission. */
    bool singleShot = false;
    /** Keyword arguments of every call, beside the arguments of the signal. */
    QVariantMap named = {};
};

/**
 * The handle of a connection. The connection goes on when the handle is destroyed, as that of QObject::connect()
 * does: make it a ScopedConnection where it shall end.
 */
class Connection : public detail::OldConnection<Connection>
{
  public:
    /** Of no connection. */
    Connection() = default;
    /** Takes a handle of the C API. */
    explicit Connection(qi_connection *owned) : m_handle(owned) {}
    Connection(Connection &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    Connection &operator=(Connection &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    ~Connection() { qi_connection_release(m_handle); }

    /** The number by which qi::Monitor lists it, also when it has ended; 0: of no connection. Thread: any. */
    qint64 id() const { return qi_connection_id(m_handle); }
    /** Whether it still launches. Thread: any. */
    bool isConnected() const { return qi_connection_is_connected(m_handle); }
    /** Whether it still launches. */
    explicit operator bool() const { return isConnected(); }
    /** Ends it; tasks that it launched go on. Thread: GUI, else it fails with QI_ERR_WRONG_THREAD. */
    Result<void> disconnect()
    {
        const int status = qi_connection_disconnect(m_handle);
        if (status == QI_OK)
            m_handle = nullptr;
        return Result<void>::of(status);
    }
    /** The handle for the C API. Borrowed. */
    qi_connection *handle() const { return m_handle; }

  private:
    qi_connection *m_handle = nullptr;
};

/** A connection that ends with this object, which is destroyed on the GUI thread. */
class ScopedConnection : public detail::OldConnection<ScopedConnection>
{
  public:
    ScopedConnection() = default;
    /** Implicit, so that a member may be assigned what connect() has made. */
    ScopedConnection(Connection &&connection) : m_connection(std::move(connection)) {}
    ScopedConnection(ScopedConnection &&) noexcept = default;
    ScopedConnection &operator=(ScopedConnection &&other) noexcept
    {
        ScopedConnection taken(std::move(other)); /* first: it may be this one */
        std::swap(m_connection, taken.m_connection);
        return *this;
    }
    ~ScopedConnection() { (void)m_connection.disconnect(); }

    bool isConnected() const { return m_connection.isConnected(); }
    /** Ends it now. */
    Result<void> disconnect() { return m_connection.disconnect(); }
    /** Lets the connection go on without this object. */
    Connection detach() { return std::move(m_connection); }

  private:
    Connection m_connection;
};

namespace detail
{

/* The parts of the type of a member function. */
template <typename F> struct Signal : std::false_type {
};
template <typename C, typename R, typename... A> struct Signal<R (C::*)(A...)> : std::true_type {
    using Class = C;
    using Return = R;
};
template <typename C, typename R, typename... A>
struct Signal<R (C::*)(A...) const> : Signal<R (C::*)(A...)> {
};
template <typename C, typename R, typename... A>
struct Signal<R (C::*)(A...) noexcept> : Signal<R (C::*)(A...)> {
};
template <typename C, typename R, typename... A>
struct Signal<R (C::*)(A...) const noexcept> : Signal<R (C::*)(A...)> {
};

/* The mark of private signals is a private struct of their class, which only its name tells. */
template <typename T> constexpr bool is_private_signal_mark()
{
    if constexpr (!std::is_empty_v<T>) {
        return false;
    } else {
#ifdef Q_CC_MSVC
        constexpr std::string_view name = __FUNCSIG__;
#else
        constexpr std::string_view name = __PRETTY_FUNCTION__;
#endif
        return name.find("::QPrivateSignal") != std::string_view::npos;
    }
}

template <typename T> constexpr bool is_mark()
{
    if constexpr (std::is_class_v<T>)
        return is_private_signal_mark<T>();
    else
        return false;
}

/* Whether Python gets something of an argument of a signal. */
template <typename A> constexpr bool crosses()
{
    using T = std::remove_cv_t<std::remove_reference_t<A>>;
    if constexpr (is_mark<T>() || std::is_arithmetic_v<T> || std::is_enum_v<T>)
        return true;
    else
        return bool(QMetaTypeId2<T>::Defined);
}

template <typename A>
inline constexpr bool is_out_parameter = std::is_lvalue_reference_v<A> &&
                                         !std::is_const_v<std::remove_reference_t<A>>;

template <typename A> struct CheckArgument {
    static_assert(
        !is_out_parameter<A>,
        "qi::connect: the signal has an argument by a reference that is not const: the emitter "
        "waits for an answer, which a coroutine cannot give in time");
    static_assert(
        is_out_parameter<A> || crosses<A>(),
        "qi::connect: Python cannot get an argument of this signal: declare its type with "
        "Q_DECLARE_METATYPE (and register a converter, if it shall be more than opaque). A "
        "pointer must be one to a class of QObject, whose definition is included here");
};

template <typename F> struct CheckArguments : std::true_type {
};
template <typename C, typename R, typename... A>
struct CheckArguments<R (C::*)(A...)> : std::bool_constant<(sizeof(CheckArgument<A>) && ...)> {
};
template <typename C, typename R, typename... A>
struct CheckArguments<R (C::*)(A...) const> : CheckArguments<R (C::*)(A...)> {
};

template <typename Sender, typename F> constexpr bool check_signal()
{
    constexpr bool is_member = Signal<F>::value;
    static_assert(is_member,
                  "qi::connect: a signal is given as a pointer to a member function: "
                  "&QPushButton::clicked, or qOverload<int>(&QSpinBox::valueChanged) of several");
    if constexpr (is_member) {
        using Class = typename Signal<F>::Class;
        constexpr bool is_object = std::is_base_of_v<QObject, Class>;
        static_assert(is_object,
                      "qi::connect: the class of the signal is not derived from QObject");
        static_assert(std::is_void_v<typename Signal<F>::Return>,
                      "qi::connect: this member function returns something, so it is no signal");
        static_assert(
            std::is_convertible_v<Sender, const Class *>,
            "qi::connect: the sender is no pointer to an object of the class that has this "
            "signal, nor of one that is derived from it");
        return CheckArguments<F>::value;
    }
    return false;
}

inline Result<Connection> connect_named(qi_runtime *runtime, const QObject *sender,
                                        const char *signal, const Target &target,
                                        const ConnectOptions &options)
{
    if (!runtime)
        return Error::make(
            QI_ERR_NOT_RUNNING,
            QStringLiteral("no runtime is running to connect a signal with; start one "
                           "first, with qi::Runtime::start()"));
    if (target.error())
        return *target.error();
    Texts texts;
    const char *name = texts.optional(options.taskName, "the name of a task");
    if (texts.error())
        return *texts.error();
    qi_connection_options raw;
    qi_connection_options_init(&raw);
    raw.overlap = int(options.overlap);
    raw.delivery = int(options.delivery);
    raw.owner = options.owner;
    raw.task_name = name;
    raw.queue_limit = options.queueLimit;
    raw.callable = target.callable();
    raw.flags = (options.allowPlain ? unsigned(QI_CONNECTION_FLAG_ALLOW_PLAIN) : 0u) |
                (options.singleShot ? unsigned(QI_CONNECTION_FLAG_SINGLE_SHOT) : 0u);
    Storage storage;
    qi_entry *named = storage.entries(std::size_t(options.named.size()));
    for (auto i = options.named.cbegin(); i != options.named.cend(); ++i)
        named[raw.kwarg_count++] = {storage.text(i.key()), storage.write(i.value())};
    if (storage.error())
        return at(QStringLiteral("a keyword argument of ") + target.name(), *storage.error());
    raw.kwargs = raw.kwarg_count ? named : nullptr;
    qi_connection *connection = nullptr;
    /* A signal is emitted whether or not its sender is const to those who connect. */
    if (qi_asyncslot_connect(runtime, const_cast<QObject *>(sender), signal, target.text(), &raw,
                             &connection) != QI_OK)
        return Error::last();
    return Connection(connection);
}

template <typename Sender, typename F>
Result<Connection> connect_typed(qi_runtime *runtime, const Sender &sender, F signal,
                                 const Target &target, const ConnectOptions &options)
{
    if constexpr (check_signal<Sender, F>()) {
        const typename Signal<F>::Class *object = sender;
        const QMetaMethod method = QMetaMethod::fromSignal(signal);
        if (!method.isValid())
            return Error::make(
                QI_ERR_NOT_FOUND,
                QStringLiteral("the member function of %1 that was given is no signal")
                    .arg(QString::fromUtf8(Signal<F>::Class::staticMetaObject.className())));
        return connect_named(runtime, object, method.methodSignature().constData(), target, options);
    } else {
        return Error::make(QI_ERR_TYPE, QString());
    }
}

} // namespace detail

/**
 * Connects a signal to a coroutine function, with the runtime of the process.
 *
 * `sender` is a pointer, also a QPointer. Of an overloaded signal, say which: qOverload<int>(&C::changed).
 * Thread: GUI. Fails: as qi_asyncslot_connect(); QI_ERR_NOT_FOUND also for a slot in place of a signal;
 * QI_ERR_NOT_RUNNING without a runtime.
 */
template <typename Sender, typename F,
          typename = std::enable_if_t<!std::is_convertible_v<F, const char *>>>
Result<Connection> connect(const Sender &sender, F signal, const Target &target,
                           const ConnectOptions &options = {})
{
    return detail::connect_typed(qi_runtime_current(), sender, signal, target, options);
}

/** Connects a signal by its name, as qi_asyncslot_connect() does: for classes known at run time only. */
inline Result<Connection> connect(const QObject *sender, const char *signal, const Target &target,
                                  const ConnectOptions &options = {})
{
    return detail::connect_named(qi_runtime_current(), sender, signal, target, options);
}

QI_ABI_END
} // namespace qi

#endif /* QI_CONNECT_HPP */
