/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How calls of the C++ API fail: they return a Result, which holds what was asked for, or the Error. Nothing
 * throws, so the headers work with -fno-exceptions.
 *
 *     if (auto total = python.eval<double>("sum(prices)"))
 *         show(*total);
 *     else
 *         qWarning() << total.error().message;
 */
#ifndef QI_RESULT_HPP
#define QI_RESULT_HPP

#include <functional>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <QtCore/qdebug.h>
#include <QtCore/qstring.h>

#include <qi/base.h>

namespace qi
{
QI_ABI_BEGIN

template <typename T> class Result;

/** What went wrong. Copies share their texts. */
struct Error {
    /** A negative qi_status. */
    int status = QI_ERR_INTERNAL;
    /** One paragraph that says what happened and what to do. */
    QString message;
    /** The qualified name of the exception's type; empty if Python raised nothing. */
    QString type;
    /** The whole traceback as Python prints it, or empty. */
    QString traceback;

    /** A copy of what a function of the C API gave out. Thread: any. */
    static Error copy(const qi_error &error)
    {
        return {error.status, QString::fromUtf8(error.message),
                QString::fromUtf8(error.python_type), QString::fromUtf8(error.traceback)};
    }
    /** A copy of qi_last_error(): what failed last in this thread. Thread: any. */
    static Error last() { return copy(*qi_last_error()); }
    /** One of the caller's own making. */
    static Error make(int status, const QString &message) { return {status, message, {}, {}}; }

    /** Whether it tells of a cancellation: by hand, timeout, owner, or shutdown. */
    bool isCancelled() const
    {
        return status == QI_ERR_CANCELLED || status == QI_ERR_TIMEOUT ||
               status == QI_ERR_SHUTTING_DOWN;
    }
    QI_DEPRECATED("use isCancelled()") bool is_cancelled() const { return isCancelled(); }
};

/** Writes the message, with the traceback below it if there is one. */
inline QDebug operator<<(QDebug debug, const Error &error)
{
    const QDebugStateSaver saver(debug);
    debug.noquote().nospace() << qi_status_name(error.status) << ": " << error.message;
    if (!error.traceback.isEmpty())
        debug << '\n' << error.traceback;
    return debug;
}

namespace detail
{

/* An error for C, which borrows its texts for the call. */
template <typename Use> int with_raw(const Error &error, Use use)
{
    const QByteArray message = error.message.toUtf8(), type = error.type.toUtf8(),
                     traceback = error.traceback.toUtf8();
    qi_error raw;
    qi_error_init(&raw);
    raw.status = error.status;
    raw.message = message.constData();
    if (!type.isEmpty())
        raw.python_type = type.constData();
    if (!traceback.isEmpty())
        raw.traceback = traceback.constData();
    return use(raw);
}

/* A span of time as the C API has it: what is too long is the longest that there is. */
template <typename Time> unsigned as_unsigned(Time time)
{
    constexpr unsigned most = std::numeric_limits<unsigned>::max();
    return time.count() < 0 ? 0 : time.count() > most ? most : unsigned(time.count());
}

/* The same, where a negative span means without limit. */
template <typename Time> int as_timeout(Time time)
{
    constexpr int most = std::numeric_limits<int>::max();
    return time.count() < 0 ? -1 : time.count() > most ? most : int(time.count());
}

[[noreturn]] inline void no_value(const Error &error, const char *what)
{
    qFatal("%s: %s%s%s", what, error.message.toUtf8().constData(),
           error.traceback.isEmpty() ? "" : "\n", error.traceback.toUtf8().constData());
}

template <typename T> struct IsResult : std::false_type {
};
template <typename T> struct IsResult<Result<T>> : std::true_type {
};

/* What a function makes of the value of a Result<T>; of Result<void>, of nothing. */
template <typename F, typename T> struct Mapped {
    using Type = std::invoke_result_t<F, T>;
};
template <typename F> struct Mapped<F, void> {
    using Type = std::invoke_result_t<F>;
};

} // namespace detail

/**
 * A value, or the Error because of which there is none.
 *
 * It is to be looked at: a call whose Result is dropped is a warning of the compiler. To ask for the value
 * where there is none ends the program, with the message of the error.
 */
template <typename T> class [[nodiscard]] Result
{
    static_assert(!std::is_reference_v<T>, "a Result holds a value: use a pointer for a reference");

  public:
    using value_type = T;

    /** Holds a value; implicit, so that a function may return either. */
    template <typename U = T, typename = std::enable_if_t<std::is_convertible_v<U &&, T> &&
                                                          !std::is_same_v<std::decay_t<U>, Error> &&
                                                          !detail::IsResult<std::decay_t<U>>::value>>
    Result(U &&value) : m_value(std::in_place, std::forward<U>(value))
    {
    }
    /** Holds an error. */
    Result(Error error) : m_error(std::move(error)) {}

    bool has_value() const { return m_value.has_value(); }
    explicit operator bool() const { return has_value(); }

    /** The value; the program ends if there is none. */
    T &value() &
    {
        check("value() of a qi::Result that failed");
        return *m_value;
    }
    /** The value; the program ends if there is none. */
    const T &value() const &
    {
        check("value() of a qi::Result that failed");
        return *m_value;
    }
    /** The value, moved out; the program ends if there is none. */
    T &&value() && { return std::move(value()); }

    T &operator*() &
    {
        check("operator* of a qi::Result that failed");
        return *m_value;
    }
    const T &operator*() const &
    {
        check("operator* of a qi::Result that failed");
        return *m_value;
    }
    T &&operator*() && { return std::move(**this); }
    T *operator->() { return &**this; }
    const T *operator->() const { return &**this; }

    /** The value, or another one where there is none. */
    template <typename U = T> T value_or(U &&other) const &
    {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }
    /** The value, moved out, or another one where there is none. */
    template <typename U = T> T value_or(U &&other) &&
    {
        return has_value() ? std::move(**this) : static_cast<T>(std::forward<U>(other));
    }

    /** The value; without one the program ends, with `what` and the error as its last words. */
    T expect(const char *what) &&
    {
        check(what);
        return std::move(**this);
    }

    /** The error; of status QI_OK and without a text if there is none. */
    Error error() const { return has_value() ? Error{QI_OK, {}, {}, {}} : m_error; }
    /** QI_OK, or the error's status. */
    int status() const { return has_value() ? int(QI_OK) : m_error.status; }

    /** What `next`, which returns a Result, makes of the value; or the error. */
    template <typename F> auto and_then(F &&next) && -> typename detail::Mapped<F, T>::Type
    {
        static_assert(detail::IsResult<typename detail::Mapped<F, T>::Type>::value,
                      "and_then() wants a function that returns a qi::Result; map() takes others");
        if (!has_value())
            return std::move(m_error);
        return std::invoke(std::forward<F>(next), std::move(**this));
    }
    /** What `next`, which returns a Result, makes of a copy of the value; or the error. */
    template <typename F> auto and_then(F &&next) const &
    {
        return Result(*this).and_then_moved(next);
    }

    /** A Result of what `change` makes of the value; or the error. */
    template <typename F> auto map(F &&change) && -> Result<typename detail::Mapped<F, T>::Type>
    {
        if (!has_value())
            return std::move(m_error);
        if constexpr (std::is_void_v<typename detail::Mapped<F, T>::Type>) {
            std::invoke(std::forward<F>(change), std::move(**this));
            return {};
        } else {
            return std::invoke(std::forward<F>(change), std::move(**this));
        }
    }
    /** A Result of what `change` makes of a copy of the value; or the error. */
    template <typename F> auto map(F &&change) const & { return Result(*this).map_moved(change); }

    /** Itself, or what `repair`, which gets the error, returns in its place. */
    template <typename F> Result or_else(F &&repair) &&
    {
        if (has_value())
            return std::move(*this);
        return std::invoke(std::forward<F>(repair), std::move(m_error));
    }

  private:
    template <typename F> auto and_then_moved(F &next) { return std::move(*this).and_then(next); }
    template <typename F> auto map_moved(F &change) { return std::move(*this).map(change); }

    void check(const char *what) const
    {
        if (!has_value())
            detail::no_value(m_error, what);
    }

    std::optional<T> m_value;
    Error m_error; /* of no meaning where there is a value */
};

/** Success, or the Error. */
template <> class [[nodiscard]] Result<void>
{
  public:
    using value_type = void;

    /** Success. */
    Result() = default;
    /** Holds an error. */
    Result(Error error) : m_error(std::move(error)), m_failed(true) {}
    /** What a function of the C API returned: for a negative status, with qi_last_error(). */
    static Result of(int status)
    {
        if (status < 0)
            return Error::last();
        return {};
    }

    bool has_value() const { return !m_failed; }
    explicit operator bool() const { return has_value(); }

    /** Ends the program if it holds an error. */
    void value() const { expect("value() of a qi::Result that failed"); }
    /** Ends the program if it holds an error, with `what` and the error as its last words. */
    void expect(const char *what) const
    {
        if (m_failed)
            detail::no_value(m_error, what);
    }

    /** The error; of status QI_OK and without a text if there is none. */
    Error error() const { return m_failed ? m_error : Error{QI_OK, {}, {}, {}}; }
    /** QI_OK, or the error's status. */
    int status() const { return m_failed ? m_error.status : int(QI_OK); }

    /** What `next`, which returns a Result, gives after success; or the error. */
    template <typename F> auto and_then(F &&next) const -> typename detail::Mapped<F, void>::Type
    {
        static_assert(detail::IsResult<typename detail::Mapped<F, void>::Type>::value,
                      "and_then() wants a function that returns a qi::Result; map() takes others");
        if (m_failed)
            return m_error;
        return std::invoke(std::forward<F>(next));
    }

    /** A Result of what `make` returns after success; or the error. */
    template <typename F> auto map(F &&make) const -> Result<typename detail::Mapped<F, void>::Type>
    {
        if (m_failed)
            return m_error;
        if constexpr (std::is_void_v<typename detail::Mapped<F, void>::Type>) {
            std::invoke(std::forward<F>(make));
            return {};
        } else {
            return std::invoke(std::forward<F>(make));
        }
    }

    /** Itself, or what `repair`, which gets the error, returns in its place. */
    template <typename F> Result or_else(F &&repair) const
    {
        return m_failed ? std::invoke(std::forward<F>(repair), m_error) : *this;
    }

  private:
    Error m_error;
    bool m_failed = false;
};

QI_ABI_END
} // namespace qi

#endif /* QI_RESULT_HPP */
