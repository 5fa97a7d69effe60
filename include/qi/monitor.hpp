/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watching the runtime while it works: a window that hangs, callbacks that take long, what the loop and its tasks do.
 *
 *     qi::WatchdogOptions options;
 *     options.repeat = std::chrono::seconds(1);
 *     options.stalled = [](const qi::Stall &stall) { // on the watchdog's thread: the GUI thread hangs
 *         qWarning().noquote() << stall.plugin << "hangs:" << stall.stack;
 *         return stall.duration < std::chrono::seconds(10) ? qi::StallAnswer::Wait : qi::StallAnswer::Interrupt;
 *     };
 *     python.monitor().startWatchdog(options).expect("the watchdog");
 *
 * <qi/monitor.h> says what a stall is, and what an interrupt does.
 */
#ifndef QI_MONITOR_HPP
#define QI_MONITOR_HPP

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qstring.h>

#include <qi/connection.h>
#include <qi/fields.hpp>
#include <qi/listener.hpp>
#include <qi/monitor.h>
#include <qi/result.hpp>
#include <qi/runtime.hpp>

namespace qi
{
QI_ABI_BEGIN

/** A stretch in which Python does not give the GUI thread back: see qi_stall. What is not known is empty. */
struct Stall {
    /** How long it has lasted. */
    std::chrono::milliseconds duration = {};
    /** How often it was reported before. */
    unsigned reports = 0;
    /** Native code holds the GIL. */
    bool native = false;
    /** It has ended. */
    bool over = false;
    /** The Python stack, as in a traceback. */
    QString stack;
    QString task, plugin, signal, target;
};

/** What is done about a stall. */
enum class StallAnswer { Wait = QI_STALL_WAIT, Interrupt = QI_STALL_INTERRUPT };

/** A callback of the loop, or the first step of a task, that took long: see qi_slow_step. */
struct SlowStep {
    std::chrono::microseconds duration = {};
    QString task, coroutine, plugin, signal, target;
};

/** What the watchdog watches; what is left out has the default that stands here. */
struct WatchdogOptions {
    /** So long Python may hold the GUI thread. */
    std::chrono::milliseconds limit = std::chrono::milliseconds(1000);
    /** Reports a stall again each time that so much has passed; 0: once. */
    std::chrono::milliseconds repeat = {};
    /** Interrupts what holds the thread for so long; 0: only if `stalled` says so. */
    std::chrono::milliseconds interrupt = {};
    /** Reports callbacks that take longer; 0: none. */
    std::chrono::milliseconds slowStep = {};
    /** Gets a stall while it lasts, on the watchdog's thread: see qi_stall_fn. Without one, it is logged. */
    std::function<StallAnswer(const Stall &)> stalled = {};
    /** Gets a slow step, on the GUI thread. Without one, it is logged. */
    std::function<void(const SlowStep &)> slow = {};
};

/** What the loop has done since the runtime began, and what waits in it now: see qi_loop_counters. */
struct LoopCounters {
    quint64 turns = 0, callbacks = 0, polls = 0, sliceOverruns = 0, slowSteps = 0, nestedTurns = 0;
    std::chrono::nanoseconds busy = {}, idle = {}, longestStep = {}, lag = {}, longestLag = {};
    std::size_t ready = 0, timers = 0, descriptors = 0, tasks = 0, connections = 0;
};

/** A call on the stack of a task. */
struct StackFrame {
    QString file;
    int line = 0;
    QString function;
    /** The line of the source; empty if it cannot be had. */
    QString text;
};

/** A task of the loop that has not ended: see qi_tasks_list(). What is not known is empty. */
struct TaskInfo {
    /** For cancel(); never used again for another. */
    qint64 id = 0;
    QString name;
    /** "running", "ready", "waiting" or "cancelling". */
    QString state;
    /** Its step is on the GUI thread's stack now. */
    bool current = false;
    /** Since it was launched, or first listed where `ageKnown` is false. */
    std::chrono::milliseconds age = {};
    bool ageKnown = false;
    /** "module:coroutine". */
    QString coroutine;
    QString waitingFor, plugin, signal, target;
    /** The task that launched it, or awaits it; 0: none, or unknown. */
    qint64 parent = 0;
    /** The outermost call first. */
    QList<StackFrame> stack;
};

/** A connection of a signal that lives: see qi_connections_list(). What is not known is empty. */
struct ConnectionInfo {
    /** That of Connection::id(). */
    qint64 id = 0;
    /** "Class::signal(types)". */
    QString signal;
    QPointer<QObject> sender;
    /** "module:callable". */
    QString target;
    /** With which it ends, beside the sender. */
    QPointer<QObject> owner;
    QString plugin;
    /** "c" or "python": who has made it. */
    QString language;
    /** How many emissions have reached the loop, and how many of them have launched something. */
    qint64 emissions = 0, launched = 0;
    /** Tasks of it that have not ended, and emissions that wait their turn. */
    qint64 running = 0, waiting = 0;
};

namespace detail
{

inline int call_stalled(const qi_stall *raw, void *user)
{
    Stall stall;
    stall.duration = std::chrono::milliseconds(raw->milliseconds);
    stall.reports = raw->reports;
    stall.native = raw->native;
    stall.over = raw->over;
    stall.stack = QString::fromUtf8(raw->stack);
    stall.task = QString::fromUtf8(raw->task);
    stall.plugin = QString::fromUtf8(raw->plugin);
    stall.signal = QString::fromUtf8(raw->signal);
    stall.target = QString::fromUtf8(raw->target);
    return int(Kept<std::function<StallAnswer(const Stall &)>>::of(user)(stall));
}

inline void call_slow(const qi_slow_step *raw, void *user)
{
    Kept<std::function<void(const SlowStep &)>>::of(user)(
        {std::chrono::microseconds(raw->microseconds), QString::fromUtf8(raw->task),
         QString::fromUtf8(raw->coroutine), QString::fromUtf8(raw->plugin),
         QString::fromUtf8(raw->signal), QString::fromUtf8(raw->target)});
}

inline StackFrame frame_of(const qi_value &map)
{
    return {text_of(map, "file"), int(number_of(map, "line")), text_of(map, "function"),
            text_of(map, "text")};
}

inline TaskInfo task_of(const qi_value &map)
{
    TaskInfo task;
    task.id = number_of(map, "id");
    task.name = text_of(map, "name");
    task.state = text_of(map, "state");
    task.current = is_set(map, "current");
    task.age = std::chrono::milliseconds(qint64(fraction_of(map, "age") * 1000));
    task.ageKnown = is_set(map, "age_known");
    task.coroutine = text_of(map, "coroutine");
    task.waitingFor = text_of(map, "waiting_for");
    task.plugin = text_of(map, "plugin");
    task.signal = text_of(map, "signal");
    task.target = text_of(map, "target");
    task.parent = number_of(map, "parent");
    const qi_value stack = field_of(map, "stack");
    for (std::size_t i = 0; const qi_value *frame = qi_value_at(&stack, i); i++)
        task.stack.append(frame_of(*frame));
    return task;
}

inline ConnectionInfo connection_of(const qi_value &map)
{
    const qi_value sender = field_of(map, "sender"), owner = field_of(map, "owner");
    return {number_of(map, "id"),      text_of(map, "signal"),      qi_value_object(&sender),
            text_of(map, "target"),    qi_value_object(&owner),     text_of(map, "plugin"),
            text_of(map, "language"),  number_of(map, "emissions"), number_of(map, "launched"),
            number_of(map, "running"), number_of(map, "waiting")};
}

} // namespace detail

/** What goes on in a runtime, which it refers to. */
class Monitor
{
  public:
    explicit Monitor(qi_runtime *runtime) : m_runtime(runtime) {}

    /** Starts the watchdog, or gives a running one other options. Thread: GUI. Fails as qi_watchdog_start(). */
    Result<void> startWatchdog(const WatchdogOptions &options = {}) const
    {
        auto stalled = options.stalled;
        auto slow = options.slow;
        detail::Kept<std::function<StallAnswer(const Stall &)>> keptStalled(std::move(stalled));
        detail::Kept<std::function<void(const SlowStep &)>> keptSlow(std::move(slow));
        qi_watchdog_options raw;
        qi_watchdog_options_init(&raw);
        raw.limit_ms = detail::as_unsigned(options.limit);
        raw.repeat_ms = detail::as_unsigned(options.repeat);
        raw.interrupt_ms = detail::as_unsigned(options.interrupt);
        raw.slow_step_ms = detail::as_unsigned(options.slowStep);
        if (options.stalled) {
            raw.stalled = detail::call_stalled;
            raw.stalled_user = keptStalled.user();
            raw.stalled_destroy = keptStalled.destroy;
        }
        if (options.slow) {
            raw.slow = detail::call_slow;
            raw.slow_user = keptSlow.user();
            raw.slow_destroy = keptSlow.destroy;
        }
        const int status = qi_watchdog_start(m_runtime, &raw);
        if (options.stalled)
            keptStalled.taken(status);
        if (options.slow)
            keptSlow.taken(status);
        return Result<void>::of(status);
    }
    /** Stops it; a callback that is under way is waited for. Thread: GUI. Fails as qi_watchdog_stop(). */
    Result<void> stopWatchdog() const { return Result<void>::of(qi_watchdog_stop(m_runtime)); }

    /** The counters of the loop. Thread: any. Fails as qi_loop_counters_read(). */
    Result<LoopCounters> counters() const
    {
        using std::chrono::nanoseconds;
        qi_loop_counters raw;
        qi_loop_counters_init(&raw);
        if (qi_loop_counters_read(m_runtime, &raw) != QI_OK)
            return Error::last();
        return LoopCounters{raw.turns,
                            raw.callbacks,
                            raw.polls,
                            raw.slice_overruns,
                            raw.slow_steps,
                            raw.nested_turns,
                            nanoseconds(raw.busy_ns),
                            nanoseconds(raw.idle_ns),
                            nanoseconds(raw.longest_step_ns),
                            nanoseconds(raw.lag_ns),
                            nanoseconds(raw.lag_max_ns),
                            raw.ready,
                            raw.timers,
                            raw.descriptors,
                            raw.tasks,
                            raw.connections};
    }

    /** All tasks of the loop that have not ended. Thread: any. Fails as qi_tasks_list(). */
    Result<QList<TaskInfo>> tasks() const
    {
        qi_value list = qi_none();
        if (qi_tasks_list(m_runtime, &list) != QI_OK)
            return Error::last();
        return detail::take_items(list, detail::task_of);
    }
    /** All connections of signals that live. Thread: GUI. Fails as qi_connections_list(). */
    Result<QList<ConnectionInfo>> connections() const
    {
        qi_value list = qi_none();
        if (qi_connections_list(m_runtime, &list) != QI_OK)
            return Error::last();
        return detail::take_items(list, detail::connection_of);
    }
    /** Notes of each task when, and by which task, it was made. Thread: GUI. Fails as qi_tasks_trace(). */
    Result<void> traceTasks(bool on = true) const
    {
        return Result<void>::of(qi_tasks_trace(m_runtime, on));
    }
    /** Asks the task of that id to end. Thread: any. Fails as qi_tasks_cancel(). */
    Result<void> cancel(qint64 id) const
    {
        return Result<void>::of(qi_tasks_cancel(m_runtime, id));
    }

  private:
    qi_runtime *m_runtime;
};

inline Monitor Runtime::monitor() const
{
    return Monitor(m_handle);
}

QI_ABI_END
} // namespace qi

#endif /* QI_MONITOR_HPP */
