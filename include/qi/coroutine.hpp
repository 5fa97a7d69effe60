/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks in coroutines of C++20: `co_await` gives the Result<T>, in any coroutine type, QCoro's among them.
 *
 *     QCoro::Task<> Window::send()
 *     {
 *         qi::Result<QString> answer = co_await python.run<QString>("orders:send", number());
 *         label->setText(answer.value_or(tr("failed")));
 *     }
 *
 * The coroutine goes on in the GUI thread, at the end of the task. Where its frame is destroyed before that,
 * the task is cancelled, as asyncio does with what a cancelled task awaits.
 */
#ifndef QI_COROUTINE_HPP
#define QI_COROUTINE_HPP

#include <qi/task.hpp>

#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)

#include <coroutine>

namespace qi
{
QI_ABI_BEGIN

/** What `co_await` makes of a Task. It lives in the frame of the coroutine that waits. */
template <typename T> class Awaiter
{
  public:
    explicit Awaiter(std::shared_ptr<detail::SharedTask> state) : m_state(std::move(state)) {}
    Awaiter(const Awaiter &) = delete;
    Awaiter &operator=(const Awaiter &) = delete;
    ~Awaiter()
    {
        if (!m_wait || !m_wait->coroutine)
            return;
        m_wait->coroutine = nullptr; /* the frame goes while it waits */
        m_state->cancel();
    }

    bool await_ready() const
    {
        m_state->observe();
        return m_state->state() != TaskState::Pending && detail::on_gui_thread();
    }

    void await_suspend(std::coroutine_handle<> coroutine)
    {
        const std::shared_ptr<Wait> wait = m_wait = std::make_shared<Wait>();
        const std::shared_ptr<detail::SharedTask> state = m_state;

        wait->coroutine = coroutine;
        /* Beware: from here on another thread may resume the coroutine, and this awaiter be gone. */
        if (!state->at_end(wait)) /* ended meanwhile, or elsewhere: go on in the GUI thread */
            state->call_later(wait);
    }

    Result<T> await_resume()
    {
        return m_wait ? std::move(*m_wait->result) : m_state->template result<T>();
    }

  private:
    /* Shared with the state, which outlives a frame that is destroyed. */
    struct Wait final : detail::Waiter {
        std::coroutine_handle<> coroutine;
        std::optional<Result<T>> result;

        void take(const detail::Ending &ending) override
        {
            if (coroutine)
                result.emplace(ending.as<T>());
        }
        void call() override
        {
            if (coroutine)
                std::exchange(coroutine, nullptr).resume();
        }
    };

    std::shared_ptr<detail::SharedTask> m_state;
    std::shared_ptr<Wait> m_wait;
};

/** Waits for a task in a coroutine. */
template <typename T> Awaiter<T> operator co_await(const Task<T> &task)
{
    return Awaiter<T>(task.shared());
}

QI_ABI_END
} // namespace qi

#endif

#endif /* QI_COROUTINE_HPP */
