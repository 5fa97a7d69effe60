/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals in coroutines of C++20: `co_await` waits for the next emission, for so long at most, and gives its arguments.
 *
 *     auto pressed = co_await qi::signal(button, &QPushButton::clicked);              // qi::Result<bool>
 *     auto read = co_await qi::signal(socket, &QIODevice::readyRead, std::chrono::seconds(5)); // qi::Result<void>
 *
 * It begins to listen at the co_await, in whose thread the coroutine goes on. Where the frame is destroyed before that,
 * nothing happens any more.
 */
#ifndef QI_SIGNAL_HPP
#define QI_SIGNAL_HPP

#include <qi/connect.hpp>
#include <qi/result.hpp>

#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* What comes of the arguments of a signal: nothing, the one, or a tuple. The mark of private signals is none. */
template <typename Before, typename... A> struct Emission {
    using Type = Before;
};
template <typename... Before, typename A, typename... Rest>
struct Emission<std::tuple<Before...>, A, Rest...>
    : std::conditional_t<is_mark<std::decay_t<A>>(), Emission<std::tuple<Before...>, Rest...>,
                         Emission<std::tuple<Before..., std::decay_t<A>>, Rest...>> {
};
template <typename Tuple> struct Unpacked {
    using Type = Tuple;
};
template <> struct Unpacked<std::tuple<>> {
    using Type = void;
};
template <typename A> struct Unpacked<std::tuple<A>> {
    using Type = A;
};
template <typename F> struct SignalArguments;
template <typename C, typename R, typename... A> struct SignalArguments<R (C::*)(A...)> {
    using All = typename Emission<std::tuple<>, A...>::Type;
    using Type = typename Unpacked<All>::Type;
};
template <typename C, typename R, typename... A>
struct SignalArguments<R (C::*)(A...) const> : SignalArguments<R (C::*)(A...)> {
};

/* What waits, whatever its type. The receiver of the signals lives in the thread that waits. */
class Emitted : public std::enable_shared_from_this<Emitted>
{
  public:
    Emitted() = default;
    Emitted(const Emitted &) = delete;
    Emitted &operator=(const Emitted &) = delete;
    ~Emitted() { receiver->deleteLater(); } /* it may be in the emission */

    void wait(const QObject *sender, std::chrono::milliseconds time, std::coroutine_handle<> frame)
    {
        coroutine = frame;
        QObject::connect(sender, &QObject::destroyed, receiver, [self = weak_from_this()] {
            if (const auto held = self.lock())
                held->fail(Error::make(QI_ERR_DEAD_OBJECT,
                                       QStringLiteral("the object was destroyed whose signal a "
                                                      "coroutine waits for")));
        });
        if (time.count() >= 0)
            QTimer::singleShot(time, receiver, [self = weak_from_this()] {
                if (const auto held = self.lock())
                    held->fail(Error::make(QI_ERR_TIMEOUT,
                                           QStringLiteral("the signal did not come in time")));
            });
    }
    void fail(Error why)
    {
        if (!coroutine)
            return;
        error = std::move(why);
        resume();
    }
    /* Once: what comes after that is not heard. */
    void resume() { std::exchange(coroutine, nullptr).resume(); }

    QObject *const receiver = new QObject;
    std::coroutine_handle<> coroutine;
    std::optional<Error> error;
};

/* The slot: it takes what is given out, and not the mark of private signals. */
template <typename Wait, typename All> struct EmissionSlot;
template <typename Wait, typename... A> struct EmissionSlot<Wait, std::tuple<A...>> {
    std::weak_ptr<Wait> waiting;

    void operator()(const A &...arguments) const
    {
        const std::shared_ptr<Wait> held = waiting.lock();
        if (!held || !held->coroutine)
            return;
        held->value.emplace(arguments...);
        held->resume();
    }
};

} // namespace detail

/** What waits for a signal; see signal(). It lives in the frame of the coroutine. */
template <typename Sender, typename F> class SignalAwaiter
{
  public:
    using value_type = typename detail::SignalArguments<F>::Type;

    SignalAwaiter(Sender *sender, F signal, std::chrono::milliseconds time)
        : m_sender(sender), m_signal(signal), m_time(time)
    {
    }
    SignalAwaiter(const SignalAwaiter &) = delete;
    SignalAwaiter &operator=(const SignalAwaiter &) = delete;
    ~SignalAwaiter()
    {
        if (m_wait)
            m_wait->coroutine = nullptr; /* the frame goes while it waits */
    }

    bool await_ready() const { return !m_sender; }

    void await_suspend(std::coroutine_handle<> coroutine)
    {
        m_wait = std::make_shared<Wait>();
        QObject::connect(m_sender, m_signal, m_wait->receiver,
                         detail::EmissionSlot<Wait, typename detail::SignalArguments<F>::All>{m_wait});
        m_wait->wait(m_sender, m_time, coroutine);
    }

    Result<value_type> await_resume()
    {
        if (!m_wait)
            return Error::make(QI_ERR_DEAD_OBJECT,
                               QStringLiteral("there is no object whose signal could come"));
        if (m_wait->error)
            return *m_wait->error;
        if constexpr (std::is_void_v<value_type>)
            return {};
        else
            return std::move(*m_wait->value);
    }

  private:
    struct Nothing {
    };
    struct Wait final : detail::Emitted {
        std::optional<std::conditional_t<std::is_void_v<value_type>, Nothing, value_type>> value;
    };

    Sender *m_sender;
    F m_signal;
    std::chrono::milliseconds m_time;
    std::shared_ptr<Wait> m_wait;
};

/**
 * Waits for the next emission of a signal in a coroutine, for `time` at most; below 0: for ever.
 *
 * It gives a Result of the signal's argument, of a tuple of several, or of void. Thread: that of an event loop, which need
 * not be the sender's. Fails: QI_ERR_TIMEOUT, QI_ERR_DEAD_OBJECT (the sender was destroyed, or is NULL).
 */
template <typename Sender, typename F>
SignalAwaiter<Sender, F> signal(Sender *sender, F signal,
                                std::chrono::milliseconds time = std::chrono::milliseconds(-1))
{
    static_assert(detail::check_signal<Sender *, F>());
    return SignalAwaiter<Sender, F>(sender, signal, time);
}

QI_ABI_END
} // namespace qi

#endif

#endif /* QI_SIGNAL_HPP */
