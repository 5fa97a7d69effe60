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

#include <qi/arguments.hpp>
#include <qi/callback.h>
#include <qi/deprecated.hpp>
#include <qi/result.hpp>
#include <qi/target.hpp>
#include <qi/task.h>
#include <qi/text.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

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
    bool allowPlain = false;
    /** Gets what the task tells of its progress, on the GUI thread. */
    std::function<void(const Progress &)> progress = {};
};

/** Where a task stands. */
enum class TaskState {
    Pending = QI_TASK_STATE_PENDING,
    Done = QI_TASK_STATE_DONE,
    Failed = QI_TASK_STATE_FAILED,
    Cancelled = QI_TASK_STATE_CANCELLED
};
#ifndef QI_NO_DEPRECATED
using TaskPhase QI_DEPRECATED("use TaskState") = TaskState;
#endif

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
    const qi_value *result; /* NULL: there is an error in its place */
    Error error;
    const QByteArray &target;

    template <typename T> Result<T> as() const
    {
        if (!result)
            return error;
        Result<T> read = qi::read<T>(*result);
        if (read)
            return read;
        return at(QStringLiteral("the result of ") + QString::fromUtf8(target), read.error());
    }
};

/* What is called at the end of a task, of whatever type. */
class Waiter
{
  public:
    Waiter() = default;
    Waiter(const Waiter &) = delete;
    Waiter &operator=(const Waiter &) = delete;
    virtual ~Waiter() = default;
    /* Makes what it wants of the end, once, on the GUI thread or where then() was called. */
    virtual void take(const Ending &ending) = 0;
    /* Goes on with that. */
    virtual void call() = 0;
};

/* One that wants a Result<T>. */
template <typename T> class TypedWaiter : public Waiter
{
  public:
    void take(const Ending &ending) override { m_result.emplace(ending.as<T>()); }

  protected:
    std::optional<Result<T>> m_result;
};

template <typename T, typename F> class Then final : public TypedWaiter<T>
{
  public:
    explicit Then(F &&function) : m_function(std::move(function)) {}
    explicit Then(const F &function) : m_function(function) {}
    void call() override { (void)m_function(std::move(*this->m_result)); }

  private:
    F m_function;
};

/*
 * What the copies of a Task share, and the library's callbacks refer to until the task has ended. All types
 * of results have the same; what is waiting knows its type.
 */
class SharedTask : public std::enable_shared_from_this<SharedTask>
{
  public:
    using Listener = std::function<void(const Progress &)>;

    SharedTask() = default;
    SharedTask(const SharedTask &) = delete;
    SharedTask &operator=(const SharedTask &) = delete;
    ~SharedTask()
    {
        if (!m_observed)
            report_failure();
        qi_task_release(m_task);
    }

    /*
     * Launches it by `start`, which gets the options of C and gives out the handle. `target` is what messages call it;
     * with an error it has failed before it began.
     */
    template <typename Start>
    void launch(const QString &target, const TaskOptions &options,
                const std::optional<Error> &error, Start start)
    {
        launch_erased(
            target, options, error,
            [](void *user, qi_task_options *raw, qi_task **out) {
                return (*static_cast<Start *>(user))(raw, out);
            },
            &start);
    }

    qi_task *task() const { return m_task; }
    const QByteArray &target() const { return m_target; }
    void observe() { m_observed = true; }

    TaskState state() const
    {
        return m_task ? TaskState(qi_task_state(m_task)) : TaskState::Failed;
    }

    void cancel()
    {
        if (m_task)
            qi_task_cancel(m_task); /* fails only if there is nothing left to cancel */
    }

    /* Calls `use` with what has come of it. */
    template <typename Use> void ask(Use use) const
    {
        qi_value value = qi_none();
        if (m_launch_error)
            use(Ending{nullptr, *m_launch_error, m_target});
        else
            use(ending_of(qi_task_result(m_task, &value), value));
        qi_value_clear(&value);
    }
    template <typename T> Result<T> result() const
    {
        std::optional<Result<T>> result;
        ask([&](const Ending &ending) { result.emplace(ending.as<T>()); });
        return std::move(*result);
    }
    /* The same, after its end. */
    template <typename T> Result<T> wait(int milliseconds) const
    {
        if (m_launch_error)
            return *m_launch_error;
        qi_value value = qi_none();
        Result<T> result = ending_of(qi_task_wait(m_task, milliseconds, &value), value).template as<T>();
        qi_value_clear(&value);
        return result;
    }

    /*
     * Has it called at the end, on the GUI thread, while `context` is there; without one in any case. False: it has
     * ended already, or is none, so nobody is called. Thread: any.
     */
    bool at_end(const std::shared_ptr<Waiter> &waiter, const QObject *context = nullptr)
    {
        return add({waiter, const_cast<QObject *>(context), context != nullptr, nullptr});
    }

    /* Has it called in the thread of `context`, while that is there, but not within this call. Thread: any. */
    void then(QObject *context, Waiter *owned)
    {
        const std::shared_ptr<Waiter> waiter(owned);
        observe();
        const bool here = on_gui_thread() && context->thread() == QThread::currentThread();
        if (here && at_end(waiter, context))
            return;
        /* It lives where the context does, so whether that is still there can be seen there. */
        const std::shared_ptr<QObject> mailbox(new QObject, [](QObject *box) { box->deleteLater(); });
        mailbox->moveToThread(context->thread());
        const Waiting waiting{waiter, context, true, mailbox};
        if (add(waiting))
            return;
        if (run("then()", [&] { ask([&](const Ending &ending) { waiter->take(ending); }); }))
            post(waiting);
    }

    /* The same in the GUI thread, by its event loop. Thread: any. */
    void call_later(const std::shared_ptr<Waiter> &waiter)
    {
        if (QCoreApplication *application = QCoreApplication::instance())
            QMetaObject::invokeMethod(
                application,
                [self = shared_from_this(), waiter] {
                    self->run("a continuation", [&] {
                        self->ask([&](const Ending &ending) { waiter->take(ending); });
                        waiter->call();
                    });
                },
                Qt::QueuedConnection);
    }

    std::optional<Progress> progress() const
    {
        const std::lock_guard<std::mutex> lock(m_mutex);
        return m_progress;
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
            tell(listener, *last);
    }

  private:
    /* Who waits; in the thread of the mailbox, where there is one. */
    struct Waiting {
        std::shared_ptr<Waiter> waiter;
        QPointer<QObject> context;
        bool has_context;
        std::shared_ptr<QObject> mailbox;
    };

    void launch_erased(const QString &target, const TaskOptions &options,
                       const std::optional<Error> &error,
                       int (*start)(void *user, qi_task_options *raw, qi_task **out), void *user)
    {
        Texts texts;
        m_name = texts.text(options.name, "the name of a task");
        m_target = target.toUtf8();
        if (options.progress)
            m_listeners.push_back(options.progress);
        if (error || texts.error()) {
            m_launch_error = error ? error : texts.error();
            return;
        }
        qi_task_options raw;
        qi_task_options_init(&raw);
        raw.name = m_name.isEmpty() ? nullptr : m_name.constData();
        raw.timeout_ms = as_unsigned(options.timeout);
        raw.owner = options.owner;
        raw.flags = options.allowPlain ? unsigned(QI_TASK_FLAG_ALLOW_PLAIN) : 0u;
        raw.done = on_done;
        raw.progress = on_progress;
        auto kept = std::make_unique<std::shared_ptr<SharedTask>>(shared_from_this());
        raw.user = kept.get();
        if (start(user, &raw, &m_task) == QI_OK)
            (void)kept.release(); /* on_done() has it, and has perhaps been called already */
        else
            m_launch_error = Error::last();
    }

    static void on_done(qi_task *, const qi_task_end *end, void *user)
    {
        const std::unique_ptr<std::shared_ptr<SharedTask>> self(
            static_cast<std::shared_ptr<SharedTask> *>(user));
        const bool failed = end->status < 0;
        (*self)->end({failed ? nullptr : end->result, failed ? Error::copy(*end->error) : Error(),
                      (*self)->m_target});
    }

    static void on_progress(qi_task *, const qi_task_progress *progress, void *user)
    {
        const std::shared_ptr<SharedTask> self = *static_cast<std::shared_ptr<SharedTask> *>(user);
        self->tell_all({progress->value, progress->maximum, QString::fromUtf8(progress->text)});
    }

    Ending ending_of(int status, const qi_value &value) const
    {
        return {status < 0 ? nullptr : &value, status < 0 ? Error::last() : Error(), m_target};
    }

    /* Calls code of the application's. False: it threw, which was reported as the task's. */
    template <typename Call> bool run(const char *what, Call call) const
    {
        return run_erased(
            what, [](void *user) { (*static_cast<Call *>(user))(); }, &call);
    }
    bool run_erased(const char *what, qi_callback_fn call, void *user) const
    {
        qi_origin origin;
        qi_origin_init(&origin);
        origin.target = m_target.constData();
        origin.task = m_name.isEmpty() ? nullptr : m_name.constData();
        return qi_callback_run(what, call, user, &origin) == QI_OK;
    }

    bool add(const Waiting &waiting)
    {
        observe();
        const std::lock_guard<std::mutex> lock(m_mutex);
        if (m_ended || m_launch_error || !m_task)
            return false;
        m_waiting.push_back(waiting);
        return true;
    }

    void post(const Waiting &waiting) const
    {
        const auto self = shared_from_this();
        QMetaObject::invokeMethod(
            waiting.mailbox.get(),
            [self, waiting] {
                if (waiting.context)
                    self->run("then()", [&] { waiting.waiter->call(); });
            },
            Qt::QueuedConnection);
    }

    void end(const Ending &ending)
    {
        std::vector<Waiting> all;
        std::vector<Listener> listeners;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_ended = true;
            all.swap(m_waiting);
            listeners.swap(m_listeners);
        }
        for (Waiting &waiting : all) {
            end_one(waiting, ending);
            waiting = {}; /* what it holds goes before the next is called */
        }
    }

    void end_one(const Waiting &waiting, const Ending &ending) const
    {
        if (!waiting.mailbox && waiting.has_context && !waiting.context)
            return;
        const bool taken = run("then()", [&] {
            waiting.waiter->take(ending);
            if (!waiting.mailbox)
                waiting.waiter->call();
        });
        if (taken && waiting.mailbox)
            post(waiting);
    }

    void tell(const Listener &listener, const Progress &progress) const
    {
        run("onProgress()", [&] { listener(progress); });
    }

    void tell_all(const Progress &progress)
    {
        std::vector<Listener> listeners;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_progress = progress;
            listeners = m_listeners;
        }
        for (const Listener &listener : listeners)
            tell(listener, progress);
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
    mutable std::mutex m_mutex; /* of what follows */
    bool m_ended = false;
    std::vector<Waiting> m_waiting;
    std::vector<Listener> m_listeners;
    std::optional<Progress> m_progress;
};

/* Launches what will be a Task, of whatever type. */
inline std::shared_ptr<SharedTask> launch_task(qi_runtime *runtime, const TaskOptions &options,
                                               const Target &target, const CallArguments &arguments)
{
    auto task = std::make_shared<SharedTask>();
    std::optional<Error> error = target.error();
    if (!error && arguments.error())
        error = at(QStringLiteral("an argument of ") + target.name(), *arguments.error());
    task->launch(target.name(), options, error, [&](qi_task_options *raw, qi_task **out) {
        raw->callable = target.callable();
        raw->kwargs = arguments.entries();
        raw->kwarg_count = arguments.entry_count();
        return qi_run_task(runtime, target.text(), arguments.values(), arguments.count(), raw, out);
    });
    return task;
}

inline void report_here(const Error &error, const QByteArray &target, const QByteArray &name)
{
    qi_origin origin;
    qi_origin_init(&origin);
    origin.target = target.constData();
    origin.task = name.isEmpty() ? nullptr : name.constData();
    with_raw(error, [&](const qi_error &raw) { return qi_error_report(&raw, &origin); });
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
template <typename T = void> class [[nodiscard]] Task : public detail::OldTask<Task<T>>
{
  public:
    using value_type = T;

    /** Refers to no task: everything that it is asked fails with QI_ERR_HANDLE. */
    Task() : m_shared(std::make_shared<detail::SharedTask>()) { m_shared->observe(); }
    /** Of what a Runtime has launched. */
    explicit Task(std::shared_ptr<detail::SharedTask> shared) : m_shared(std::move(shared)) {}
    /** Shares the task; so does what is moved, lest a Task be left that cannot be asked. */
    Task(const Task &) = default;
    Task &operator=(const Task &) = default;
    /** Shares a task of another type, whose result it drops. */
    template <typename U, typename = std::enable_if_t<std::is_void_v<T> && !std::is_void_v<U>>>
    Task(const Task<U> &other) : m_shared(other.shared())
    {
    }

    /** The handle for the C API; NULL if the launch failed. Borrowed from the copies of the Task. */
    qi_task *handle() const { return m_shared->task(); }

    /** Where it stands; Failed, if it could not be launched. Thread: any. */
    TaskState state() const { return m_shared->state(); }
    /** The number by which qi::Monitor lists and cancels it, or 0: see qi_task_id(). Thread: any. */
    qint64 id() const { return qi_task_id(handle()); }
    /** Its name, as it was given or as asyncio has made it; empty for one that could not be launched. Thread: any. */
    QString name() const { return QString::fromUtf8(qi_task_name(handle())); }
    /** What it calls, as "module:callable". Thread: any. */
    QString target() const { return QString::fromUtf8(m_shared->target()); }
    /** What it has told of its progress last, also after its end; nothing, if it has told nothing. Thread: any. */
    std::optional<Progress> progress() const { return m_shared->progress(); }
    /** Whether it has ended, in whatever way. Thread: any. */
    bool isFinished() const { return state() != TaskState::Pending; }

    /** The result; fails with QI_ERR_PENDING before the end, else with what ended the task. Thread: any. */
    Result<T> result() const
    {
        if (isFinished())
            m_shared->observe();
        return m_shared->result<T>();
    }

    /**
     * Waits for the end, and returns the result; a time below 0 is no limit.
     * Thread: any but the GUI's, where it fails with QI_ERR_WRONG_THREAD.
     */
    Result<T> wait(std::chrono::milliseconds time = std::chrono::milliseconds(-1)) const
    {
        m_shared->observe();
        return m_shared->wait<T>(detail::as_timeout(time));
    }

    /** Asks it to end: asyncio.CancelledError is raised in the coroutine at its next turn. Thread: any. */
    void cancel() const { m_shared->cancel(); }

    /**
     * Calls a function with the Result<T>, once, in the thread of `context`; not if that has been destroyed.
     *
     * It is called when the task has ended, never before then() has returned. For a context of the GUI
     * thread, at once at the end of the task; else by the event loop. What it throws is reported to the error
     * callback, as an error of the task, whenever it is called. Thread: any.
     */
    template <typename F> void then(QObject *context, F &&function) const
    {
        static_assert(std::is_invocable_v<std::decay_t<F> &, Result<T>>,
                      "qi: then() wants a function that takes a qi::Result of the task's type");
        /* What knows no T is in SharedTask, lest every call make it anew. */
        m_shared->then(context, new detail::Then<T, std::decay_t<F>>(std::forward<F>(function)));
    }

    /** Has a function called with what the task tells of its progress, on the GUI thread; what it throws is reported.
     * Thread: GUI. */
    template <typename F> void onProgress(QObject *context, F &&function) const
    {
        m_shared->listen([context = QPointer<QObject>(context),
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
    const std::shared_ptr<detail::SharedTask> &shared() const { return m_shared; }

  private:
    std::shared_ptr<detail::SharedTask> m_shared;
};

QI_ABI_END
} // namespace qi

#include <qi/future.hpp> /* IWYU pragma: export */

#endif /* QI_TASK_HPP */
