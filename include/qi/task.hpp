/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::Task<T>: a coroutine of Python that C++ has started, and the T that will come of it.
 *
 *     qi::Task<QString> task = python.run<QString>("orders:send", 1, "two", QStringList{"a", "b"});
 *     task.then(this, [this](qi::Result<QString> answer) { ... });   // a callback,
 *     QFuture<QString> future = task;                                 // a QFuture,
 *     qi::Result<QString> answer = co_await task;                     // or a coroutine of C++20
 *
 * The coroutine has run up to its first suspension when run() returns. Copies of a Task share it; the
 * coroutine goes on when all are gone. An exception that nobody has asked for by then, and a launch that
 * has failed, are reported to the runtime's error callback, so dropping a Task hides nothing.
 */
#ifndef QI_TASK_HPP
#define QI_TASK_HPP

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>

#include <qi/result.hpp>
#include <qi/target.hpp>
#include <qi/task.h>
#include <qi/types.hpp>

namespace qi
{

/** How far a task says that it is, by qi.progress(). */
struct Progress {
    qint64 value = 0;
    /** What `value` ends at; 0 if the task does not know. */
    qint64 maximum = 0;
    QString text = {};
};

/** How a task is launched; what is left out has the default that stands here. */
struct TaskOptions {
    /** The task's name; empty: asyncio makes one. */
    QString name = {};
    /** Cancels the task when so much time is over, with QI_ERR_TIMEOUT; 0: never. */
    std::chrono::milliseconds timeout = std::chrono::milliseconds(0);
    /** Cancels the task when this object is destroyed. */
    QObject *owner = nullptr;
    /** Allows a callable that is no coroutine function; it is called, and what it returns is the result. */
    bool allow_plain = false;
    /** Gets what the task tells of its progress, on the GUI thread. */
    std::function<void(const Progress &)> progress = {};
};

/** Where a task stands. */
enum class TaskPhase {
    Pending = QI_TASK_STATE_PENDING,
    Done = QI_TASK_STATE_DONE,
    Failed = QI_TASK_STATE_FAILED,
    Cancelled = QI_TASK_STATE_CANCELLED
};

namespace detail
{

inline bool on_gui_thread()
{
    const QCoreApplication *application = QCoreApplication::instance();
    return application && application->thread() == QThread::currentThread();
}

/* Reports what nobody has asked for, on the GUI thread. */
void report(const Error &error, const QByteArray &target, const QByteArray &name);

/* How a task ended; borrowed for the call. */
struct Ending {
    int status;
    const qi_value *result;
    const qi_error *error;

    template <typename T> Result<T> as(const QByteArray &target) const
    {
        if (status < 0)
            return Error::copy(*error);
        Result<T> read = qi::read<T>(*result);
        if (read)
            return read;
        return at(QStringLiteral("the result of ") + QString::fromUtf8(target), read.error());
    }
};

/*
 * What the copies of a Task share, and the library's callbacks refer to until the task has ended. All types
 * of results have the same; what is waiting knows its type.
 */
class TaskState : public std::enable_shared_from_this<TaskState>
{
  public:
    using Continuation = std::function<void(const Ending &)>;
    using Listener = std::function<void(const Progress &)>;

    TaskState() = default;
    TaskState(const TaskState &) = delete;
    TaskState &operator=(const TaskState &) = delete;
    ~TaskState()
    {
        if (!m_observed)
            report_failure();
        qi_task_release(m_task);
    }

    void launch(qi_runtime *runtime, const Target &target, const TaskOptions &options,
                const Storage &storage, const qi_value *arguments, size_t count)
    {
        m_name = options.name.toUtf8();
        m_target = target.name().toUtf8();
        if (options.progress)
            m_listeners.push_back(options.progress);
        if (storage.error()) {
            m_launch_error = at(QStringLiteral("an argument of ") + target.name(), *storage.error());
            return;
        }
        qi_task_options raw;
        qi_task_options_init(&raw);
        raw.name = m_name.isEmpty() ? nullptr : m_name.constData();
        raw.timeout_ms = as_unsigned(options.timeout);
        raw.owner = options.owner;
        raw.callable = target.callable();
        raw.flags = options.allow_plain ? unsigned(QI_TASK_FLAG_ALLOW_PLAIN) : 0u;
        raw.done = on_done;
        raw.progress = on_progress;
        auto kept = std::make_unique<std::shared_ptr<TaskState>>(shared_from_this());
        raw.user = kept.get();
        if (qi_run_task(runtime, target.text(), arguments, count, &raw, &m_task) == QI_OK)
            (void)kept.release(); /* on_done() has it, and has perhaps been called already */
        else
            m_launch_error = Error::last();
    }

    qi_task *task() const { return m_task; }
    const QByteArray &target() const { return m_target; }
    const std::optional<Error> &launch_error() const { return m_launch_error; }
    void observe() { m_observed = true; }

    TaskPhase phase() const
    {
        return m_task ? TaskPhase(qi_task_state(m_task)) : TaskPhase::Failed;
    }

    void cancel()
    {
        if (m_task)
            qi_task_cancel(m_task); /* fails only if there is nothing left to cancel */
    }

    /* What has come of it; by `ask`, which is qi_task_result() or waits first. */
    template <typename T, typename Ask> Result<T> ask(Ask ask)
    {
        if (m_launch_error)
            return *m_launch_error;
        qi_value value = qi_none();
        const int status = ask(m_task, &value);
        Result<T> result = Ending{status, &value, qi_last_error()}.as<T>(m_target);
        qi_value_clear(&value);
        return result;
    }

    template <typename T> Result<T> result()
    {
        return ask<T>([](qi_task *task, qi_value *out) { return qi_task_result(task, out); });
    }

    /* Has it called at the end, on the GUI thread. False: it has ended already, or is none. Thread: any. */
    bool at_end(Continuation continuation)
    {
        const std::lock_guard<std::mutex> lock(m_mutex);
        m_observed = true;
        if (m_ended || m_launch_error || !m_task)
            return false;
        m_waiting.push_back(std::move(continuation));
        return true;
    }

    /* Has it called with each progress from now on, and with the last that was told. Thread: any. */
    void listen(const Listener &listener)
    {
        std::optional<Progress> last;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            last = m_progress;
            m_listeners.push_back(listener);
        }
        if (last)
            listener(*last);
    }

  private:
    /* Exceptions of the application's own callbacks would pass through C. */
    static void on_done(qi_task *, const qi_task_end *end, void *user) noexcept
    {
        const std::unique_ptr<std::shared_ptr<TaskState>> self(
            static_cast<std::shared_ptr<TaskState> *>(user));
        (*self)->end({end->status, end->result, end->error});
    }

    static void on_progress(qi_task *, const qi_task_progress *progress, void *user) noexcept
    {
        const std::shared_ptr<TaskState> self = *static_cast<std::shared_ptr<TaskState> *>(user);
        self->progress({progress->value, progress->maximum, QString::fromUtf8(progress->text)});
    }

    void end(const Ending &ending)
    {
        std::vector<Continuation> waiting;
        std::vector<Listener> listeners;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_ended = true;
            waiting.swap(m_waiting);
            listeners.swap(m_listeners);
        }
        for (Continuation &continuation : waiting) {
            continuation(ending);
            continuation = nullptr; /* what it holds goes before the next is called */
        }
    }

    void progress(const Progress &progress)
    {
        std::vector<Listener> listeners;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_progress = progress;
            listeners = m_listeners;
        }
        for (const Listener &listener : listeners)
            listener(progress);
    }

    /* Nobody can ask any more. A cancellation is not a failure. */
    void report_failure()
    {
        if (m_launch_error)
            report(*m_launch_error, m_target, m_name);
        else if (m_task && qi_task_state(m_task) == QI_TASK_STATE_FAILED &&
                 qi_task_result(m_task, nullptr) < 0)
            report(Error::last(), m_target, m_name);
    }

    /* Written before the launch returns, and read only. */
    qi_task *m_task = nullptr;
    QByteArray m_name, m_target;
    std::optional<Error> m_launch_error;

    std::atomic<bool> m_observed{false};
    std::mutex m_mutex; /* of what follows */
    bool m_ended = false;
    std::vector<Continuation> m_waiting;
    std::vector<Listener> m_listeners;
    std::optional<Progress> m_progress;
};

inline void report_here(const Error &error, const QByteArray &target, const QByteArray &name)
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
    qi_origin origin;
    qi_origin_init(&origin);
    origin.target = target.constData();
    origin.task = name.isEmpty() ? nullptr : name.constData();
    qi_error_report(&raw, &origin);
}

inline void report(const Error &error, const QByteArray &target, const QByteArray &name)
{
    if (on_gui_thread() || !QCoreApplication::instance())
        report_here(error, target, name);
    else
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [=] { report_here(error, target, name); },
            Qt::QueuedConnection);
}

} // namespace detail

/** A task whose result is a T; void drops what the coroutine returns. Copies share it. */
template <typename T = void> class [[nodiscard]] Task
{
  public:
    using value_type = T;

    /** Refers to no task: everything that it is asked fails with QI_ERR_HANDLE. */
    Task() : m_state(std::make_shared<detail::TaskState>()) { m_state->observe(); }
    /** Of what a Runtime has launched. */
    explicit Task(std::shared_ptr<detail::TaskState> state) : m_state(std::move(state)) {}
    /** Shares the task; so does what is moved, lest a Task be left that cannot be asked. */
    Task(const Task &) = default;
    Task &operator=(const Task &) = default;

    /** The handle for the C API; NULL if the launch failed. Borrowed from the copies of the Task. */
    qi_task *handle() const { return m_state->task(); }

    /** Where it stands; Failed, if it could not be launched. Thread: any. */
    TaskPhase phase() const { return m_state->phase(); }
    /** Whether it has ended, in whatever way. Thread: any. */
    bool is_done() const { return phase() != TaskPhase::Pending; }

    /** The result; fails with QI_ERR_PENDING before the end, else with what ended the task. Thread: any. */
    Result<T> result() const
    {
        if (is_done())
            m_state->observe();
        return m_state->result<T>();
    }

    /**
     * Waits for the end, and returns the result; a time below 0 is no limit.
     * Thread: any but the GUI's, where it fails with QI_ERR_WRONG_THREAD.
     */
    Result<T> wait(std::chrono::milliseconds time = std::chrono::milliseconds(-1)) const
    {
        m_state->observe();
        return m_state->ask<T>([&](qi_task *task, qi_value *out) {
            return qi_task_wait(task, detail::as_timeout(time), out);
        });
    }

    /** Asks it to end: asyncio.CancelledError is raised in the coroutine at its next turn. Thread: any. */
    void cancel() const { m_state->cancel(); }

    /**
     * Calls a function with the Result<T>, once, in the thread of `context`; not if that has been destroyed.
     *
     * It is called when the task has ended, never before then() has returned. For a context of the GUI
     * thread, at once at the end of the task; else by the event loop. Thread: any.
     */
    template <typename F> void then(QObject *context, F &&function) const
    {
        static_assert(std::is_invocable_v<std::decay_t<F> &, Result<T>>,
                      "qi: then() wants a function that takes a qi::Result of the task's type");
        auto shared = std::make_shared<std::decay_t<F>>(std::forward<F>(function));
        auto call = [shared](Result<T> result) { (void)(*shared)(std::move(result)); };
        const bool here = detail::on_gui_thread() && context->thread() == QThread::currentThread();

        if (!here || !call_at_end(context, call))
            call_by_event_loop(context, call);
    }

    /** Has a function called with what the task tells of its progress, on the GUI thread. Thread: GUI. */
    template <typename F> void on_progress(QObject *context, F &&function) const
    {
        m_state->listen([context = QPointer<QObject>(context),
                         function = std::forward<F>(function)](const Progress &progress) {
            if (context)
                function(progress);
        });
    }

    /**
     * A QFuture of the result. Cancelling it cancels the task, and the other way round; it shows the
     * progress; what goes wrong is a qi::Exception in it, where the compiler has exceptions, else a
     * cancellation. Thread: any.
     */
    QFuture<T> future() const;
    /** The same, implicitly. */
    operator QFuture<T>() const { return future(); }

    /** What the headers of this API share. */
    const std::shared_ptr<detail::TaskState> &state() const { return m_state; }

  private:
    template <typename Call> bool call_at_end(QObject *context, const Call &call) const
    {
        const QPointer<QObject> alive(context);
        return m_state->at_end([call, alive, target = m_state->target()](const detail::Ending &ending) {
            if (alive)
                call(ending.as<T>(target));
        });
    }

    /* The mailbox lives where the context does, so whether that is still there can be seen there. */
    template <typename Call> void call_by_event_loop(QObject *context, const Call &call) const
    {
        const QPointer<QObject> alive(context);
        std::shared_ptr<QObject> mailbox(new QObject, [](QObject *box) { box->deleteLater(); });
        mailbox->moveToThread(context->thread());
        auto post = [call, alive, mailbox](Result<T> result) {
            auto kept = std::make_shared<Result<T>>(std::move(result));
            QMetaObject::invokeMethod(
                mailbox.get(),
                [call, alive, kept] {
                    if (alive)
                        call(std::move(*kept));
                },
                Qt::QueuedConnection);
        };
        const bool waits = m_state->at_end(
            [post, target = m_state->target()](const detail::Ending &end) {
                post(end.as<T>(target));
            });
        if (!waits)
            post(m_state->result<T>());
    }

    std::shared_ptr<detail::TaskState> m_state;
};

} // namespace qi

#include <qi/future.hpp> /* IWYU pragma: export */

#endif /* QI_TASK_HPP */
