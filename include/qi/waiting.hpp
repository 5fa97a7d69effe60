/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Worker threads that wait for several tasks of whatever types. In the GUI thread, which must not wait, there are whenAll()
 * and whenAny() of <qi/when.hpp>.
 *
 *     qi::Result<std::size_t> first = qi::waitForAny({python.run<int>("a:count"), python.run("b:load")});
 */
#ifndef QI_WAITING_HPP
#define QI_WAITING_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <qi/result.hpp>
#include <qi/task.h>
#include <qi/task.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* The handles of tasks; one that could not be launched has none, and has ended. */
inline std::vector<qi_task *> handles_of(const std::vector<Task<>> &tasks)
{
    std::vector<qi_task *> handles;
    for (const Task<> &task : tasks) {
        if (task.handle())
            handles.push_back(task.handle());
    }
    return handles;
}

} // namespace detail

/**
 * Waits until all tasks have ended, in whatever way; a time below 0 is no limit. Their results tell what they came to.
 *
 * Thread: any but the GUI's. Fails: QI_ERR_PENDING when the time is over, and as qi_tasks_wait().
 */
inline Result<void> waitForAll(const std::vector<Task<>> &tasks,
                               std::chrono::milliseconds time = std::chrono::milliseconds(-1))
{
    const std::vector<qi_task *> handles = detail::handles_of(tasks);
    const auto end = std::chrono::steady_clock::now() + time;
    const Result<void> done = Result<void>::of(
        qi_tasks_wait(handles.data(), handles.size(), QI_WAIT_ALL, detail::as_timeout(time)));
    if (!done)
        return done;
    for (const Task<> &task : tasks) { /* what follows tasks has no handle */
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (task.shared()->follows())
            (void)task.wait(time.count() < 0 ? time : std::max(left, std::chrono::milliseconds(0)));
        if (!task.isFinished())
            return Error::make(QI_ERR_PENDING,
                               QStringLiteral("what follows a task has not ended in time"));
    }
    return {};
}

/**
 * Waits until one of them has ended, and returns which; of several the first. Thread, and fails: as waitForAll(), and
 * QI_ERR_ARGUMENT for what follows a task and has not ended: for that there is whenAny().
 */
inline Result<std::size_t> waitForAny(const std::vector<Task<>> &tasks,
                                      std::chrono::milliseconds time = std::chrono::milliseconds(-1))
{
    const std::vector<qi_task *> handles = detail::handles_of(tasks);
    for (const Task<> &task : tasks) {
        if (task.shared()->follows() && !task.isFinished())
            return Error::make(
                QI_ERR_ARGUMENT,
                QStringLiteral("waitForAny() waits for tasks, and not for what follows them"));
    }
    if (handles.size() == tasks.size() && qi_tasks_wait(handles.data(), handles.size(), QI_WAIT_ANY,
                                                        detail::as_timeout(time)) != QI_OK)
        return Error::last();
    std::size_t index = 0;
    while (index < tasks.size() && !tasks[index].isFinished())
        index++;
    return index;
}

QI_ABI_END
} // namespace qi

#endif /* QI_WAITING_HPP */
