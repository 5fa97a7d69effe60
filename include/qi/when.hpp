/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several tasks as one: all of them, or the first. What comes is a task as then() gives one, so it has a then() of
 * its own, a QFuture and `co_await`. Worker threads may rather wait: <qi/waiting.hpp>.
 *
 *     qi::whenAll(python.run<int>("a:count"), python.run<QString>("b:name"))
 *         .then(this, [](const qi::Result<std::tuple<qi::Result<int>, qi::Result<QString>>> &all) { … });
 *     qi::whenAny(mirrors)                       // of a std::vector<qi::Task<QByteArray>>
 *         .then(this, [](const qi::Result<qi::First<QByteArray>> &first) { … first->index … first->result … });
 */
#ifndef QI_WHEN_HPP
#define QI_WHEN_HPP

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <qi/result.hpp>
#include <qi/task.hpp>

namespace qi
{
QI_ABI_BEGIN

/** The one of several tasks that has ended first. */
template <typename T = void> struct First {
    std::size_t index; /* which one, counted from 0 in the order in which they were given */
    Result<T> result;  /* what it has come to */
};

namespace detail
{

/* The results of several tasks, each written by the waiter of its own, and what tells when the last has come. */
template <typename Slots> class Gathering
{
  public:
    Gathering(std::shared_ptr<SharedTask> next, Slots places, std::size_t count)
        : results(std::move(places)), m_next(std::move(next)), m_left(count + 1)
    {
    }
    Gathering(const Gathering &) = delete;
    Gathering &operator=(const Gathering &) = delete;

    /* One has come, or all are being waited for, which counts as one more. */
    void came()
    {
        if (m_left.fetch_sub(1) == 1)
            end();
    }

    Slots results;

  private:
    void end();

    std::shared_ptr<SharedTask> m_next;
    std::atomic<std::size_t> m_left;
};

template <typename... T>
std::tuple<Result<T>...> opened(std::tuple<std::optional<Result<T>>...> &places)
{
    return std::apply([](auto &...place) { return std::tuple<Result<T>...>(std::move(*place)...); },
                      places);
}
template <typename T> std::vector<Result<T>> opened(std::vector<std::optional<Result<T>>> &places)
{
    std::vector<Result<T>> all;
    all.reserve(places.size());
    for (std::optional<Result<T>> &place : places)
        all.push_back(std::move(*place));
    return all;
}

template <typename Slots> void Gathering<Slots>::end()
{
    auto all = opened(results);
    m_next->succeed(std::make_shared<decltype(all)>(std::move(all)));
}

/* Writes the result of one task. */
template <typename T, typename Slots> class Gather final : public Waiter
{
  public:
    Gather(std::shared_ptr<Gathering<Slots>> all, std::optional<Result<T>> *place)
        : m_all(std::move(all)), m_place(place)
    {
    }
    void take(const Ending &ending) override { m_place->emplace(ending.as<T>()); }
    void call() override { m_all->came(); }

  private:
    std::shared_ptr<Gathering<Slots>> m_all;
    std::optional<Result<T>> *m_place; /* in m_all */
};

/* Who comes first. */
template <typename T> class Race
{
  public:
    explicit Race(std::shared_ptr<SharedTask> next) : m_next(std::move(next)) {}
    Race(const Race &) = delete;
    Race &operator=(const Race &) = delete;

    void came(std::size_t index, Result<T> result)
    {
        if (!m_over.exchange(true))
            m_next->succeed(std::make_shared<First<T>>(First<T>{index, std::move(result)}));
    }

  private:
    std::shared_ptr<SharedTask> m_next;
    std::atomic<bool> m_over{false};
};

template <typename T> class Racer final : public TypedWaiter<T>
{
  public:
    Racer(std::shared_ptr<Race<T>> race, std::size_t index)
        : m_race(std::move(race)), m_index(index)
    {
    }
    void call() override { m_race->came(m_index, std::move(*this->m_result)); }

  private:
    std::shared_ptr<Race<T>> m_race;
    std::size_t m_index;
};

/* Has a waiter called at the end of a task, at once where that has been. */
inline void wait_for_end(const std::shared_ptr<SharedTask> &task,
                         const std::shared_ptr<Waiter> &waiter)
{
    if (task->at_end(waiter))
        return;
    task->ask([&](const Ending &ending) { waiter->take(ending); });
    waiter->call();
}

using SharedTasks = std::vector<std::shared_ptr<SharedTask>>;

inline std::shared_ptr<SharedTask> follower_of_all(const SharedTasks &sources, const char *name)
{
    auto next = std::make_shared<SharedTask>();
    next->follow(sources, name);
    return next;
}

template <typename All, typename... T, std::size_t... index>
Continued<All> when_all(std::index_sequence<index...>, const Task<T> &...tasks)
{
    using Slots = std::tuple<std::optional<Result<T>>...>;
    auto next = follower_of_all({tasks.shared()...}, "whenAll()");
    const auto all = std::make_shared<Gathering<Slots>>(next, Slots(), sizeof...(T));
    (wait_for_end(tasks.shared(),
                  std::make_shared<Gather<T, Slots>>(all, &std::get<index>(all->results))),
     ...);
    all->came();
    return Continued<All>(std::move(next));
}

template <typename T> Continued<First<T>> when_any(const SharedTasks &tasks)
{
    auto next = follower_of_all(tasks, "whenAny()");
    const auto race = std::make_shared<Race<T>>(next);
    for (std::size_t i = 0; i < tasks.size(); i++)
        wait_for_end(tasks[i], std::make_shared<Racer<T>>(race, i));
    if (tasks.empty())
        next->fail(Error::make(QI_ERR_ARGUMENT, QStringLiteral("whenAny() wants a task at least")));
    return Continued<First<T>>(std::move(next));
}

/* The type that all of several have, else void. */
template <typename T, typename... Rest>
using CommonResult = std::conditional_t<(std::is_same_v<T, Rest> && ...), T, void>;

} // namespace detail

/**
 * A task that ends when all of several have, in whatever way: its result is a std::tuple of theirs, each a
 * qi::Result, and it never fails by itself. Cancelling it cancels all that have not ended. Thread: any.
 */
template <typename T, typename... Rest>
[[nodiscard]] Continued<std::tuple<Result<T>, Result<Rest>...>> whenAll(const Task<T> &task,
                                                                        const Task<Rest> &...rest)
{
    return detail::when_all<std::tuple<Result<T>, Result<Rest>...>>(
        std::index_sequence_for<T, Rest...>(), task, rest...);
}

/** The same for any number of tasks, none included; its result is a std::vector of theirs, in order. Thread: any. */
template <typename T>
[[nodiscard]] Continued<std::vector<Result<T>>> whenAll(const std::vector<Task<T>> &tasks)
{
    using Slots = std::vector<std::optional<Result<T>>>;
    detail::SharedTasks shared;
    for (const Task<T> &task : tasks)
        shared.push_back(task.shared());
    auto next = detail::follower_of_all(shared, "whenAll()");
    const auto all = std::make_shared<detail::Gathering<Slots>>(next, Slots(tasks.size()),
                                                                tasks.size());
    for (std::size_t i = 0; i < tasks.size(); i++)
        detail::wait_for_end(shared[i],
                             std::make_shared<detail::Gather<T, Slots>>(all, &all->results[i]));
    all->came();
    return Continued<std::vector<Result<T>>>(std::move(next));
}

/**
 * A task that ends with the first of several: its result is a qi::First, which tells which one that was, and what it
 * has come to; where the tasks are of different types, whether it has come to a result, and the task itself has that.
 * The others go on; cancelling what is returned, before that, cancels all. Thread: any.
 */
template <typename T, typename... Rest>
[[nodiscard]] Continued<First<detail::CommonResult<T, Rest...>>> whenAny(const Task<T> &task,
                                                                         const Task<Rest> &...rest)
{
    return detail::when_any<detail::CommonResult<T, Rest...>>({task.shared(), rest.shared()...});
}

/** The same for any number of tasks. Thread: any. Fails: QI_ERR_ARGUMENT, as its result, where there is none. */
template <typename T> [[nodiscard]] Continued<First<T>> whenAny(const std::vector<Task<T>> &tasks)
{
    detail::SharedTasks shared;
    for (const Task<T> &task : tasks)
        shared.push_back(task.shared());
    return detail::when_any<T>(shared);
}

QI_ABI_END
} // namespace qi

#endif /* QI_WHEN_HPP */
