/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::Task<T>: a coroutine of Python that C++ has started, and the T that will come of it.
 *
 *     qi::Task<QString> task = python.run<QString>("orders:send", 1, "two", QStringList{"a", "b"});
 *     task.then(this, [this](qi::Result<QString> answer) { ... });   // a callback, which may be followed by others,
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
#include <condition_variable>
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
#include <qi/fields.hpp>
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

template <typename T = void> class Task;
template <typename T = void> class Continued;

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
    const qi_value *result; /* NULL: there is an error in its place, or `made` */
    Error error;
    const QByteArray &target;
    const void *made = nullptr; /* the T, where then() has made it; not NULL for void */

    template <typename T> Result<T> as() const
    {
        if constexpr (std::is_void_v<T>) {
            if (made)
                return {};
        } else if constexpr (std::is_copy_constructible_v<T>) {
            if (made)
                return *static_cast<const T *>(made);
        }
        if (!result)
            return error;
        if constexpr (isReadable<T>) {
            Result<T> read = qi::read<T>(*result);
            if (read)
                return read;
            return at(QStringLiteral("the result of ") + QString::fromUtf8(target), read.error());
        } else { /* a type of C++ alone, which only then() makes */
            return Error::make(QI_ERR_TYPE, QStringLiteral("the result is none of Python's"));
        }
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

    /*
     * Makes it what becomes of a function that follows another task: it has no task of Python's, and ends by succeed() or
     * fail(), in any thread.
     */
    void follow(const std::shared_ptr<SharedTask> &source)
    {
        bool cancelled;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            if (!m_follows) {
                m_follows = true;
                m_name = source->m_name;
                m_target = source->m_target;
            }
            m_sources = {source};
            cancelled = m_cancelled;
        }
        if (cancelled)
            source->cancel();
    }
    /* The same of several tasks, before anybody else has it. `target` is what messages call it. */
    void follow(const std::vector<std::shared_ptr<SharedTask>> &sources, const char *target)
    {
        m_follows = true;
        m_target = target;
        m_sources = sources;
    }
    void succeed(std::shared_ptr<const void> made) { end_followed(std::move(made), {}); }
    void fail(const Error &error) { end_followed(nullptr, error); }

    qi_task *task() const { return m_task; }
    QString plugin() const
    {
        qi_value map = qi_none();
        QString id;
        if (m_task && qi_task_describe(m_task, &map) == QI_OK)
            id = text_of(map, "plugin");
        qi_value_clear(&map);
        return id;
    }
    bool follows() const { return m_follows; }
    const QByteArray &target() const { return m_target; }
    void observe() { m_observed = true; }

    TaskState state() const
    {
        if (!m_follows)
            return m_task ? TaskState(qi_task_state(m_task)) : TaskState::Failed;
        const std::lock_guard<std::mutex> lock(m_mutex);
        if (!m_ended)
            return TaskState::Pending;
        return !m_failure                 ? TaskState::Done
               : m_failure->isCancelled() ? TaskState::Cancelled
                                          : TaskState::Failed;
    }

    void cancel()
    {
        std::vector<std::shared_ptr<SharedTask>> sources;
        if (m_follows) {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_cancelled = true;
            sources = m_sources;
        }
        for (const std::shared_ptr<SharedTask> &source : sources)
            source->cancel();
        if (m_task)
            qi_task_cancel(m_task); /* fails only if there is nothing left to cancel */
    }

    /* Calls `use` with what has come of it. */
    template <typename Use> void ask(Use use) const
    {
        qi_value value = qi_none();
        if (m_launch_error)
            use(Ending{nullptr, *m_launch_error, m_target});
        else if (m_follows)
            use(followed());
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
        if (m_follows)
            return wait_followed(milliseconds).template as<T>();
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
        if (m_ended || m_launch_error || !(m_task || m_follows))
            return false;
        m_waiting.push_back(waiting);
        return true;
    }

    /* What has come of what follows another; under no lock, since nothing of it changes after the end. */
    Ending followed() const
    {
        bool ended;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            ended = m_ended;
        }
        if (!ended)
            return {
                nullptr,
                Error::make(QI_ERR_PENDING, QStringLiteral("what follows the task has not ended")),
                m_target};
        return {nullptr, m_failure.value_or(Error()), m_target, m_failure ? nullptr : m_made.get()};
    }
    Ending wait_followed(int milliseconds) const
    {
        if (on_gui_thread())
            return {nullptr,
                    Error::make(QI_ERR_WRONG_THREAD,
                                QStringLiteral("the GUI thread cannot wait for what runs in it")),
                    m_target};
        std::unique_lock<std::mutex> lock(m_mutex);
        const auto ended = [this] { return m_ended; };
        if (milliseconds < 0)
            m_over.wait(lock, ended);
        else
            m_over.wait_for(lock, std::chrono::milliseconds(milliseconds), ended);
        lock.unlock();
        return followed();
    }

    /* In the GUI thread, as tasks of Python end. */
    void end_followed(std::shared_ptr<const void> made, const std::optional<Error> &failure)
    {
        QCoreApplication *application = QCoreApplication::instance();
        if (!application || on_gui_thread())
            end_followed_here(std::move(made), failure);
        else
            QMetaObject::invokeMethod(
                application,
                [self = shared_from_this(), made, failure] {
                    self->end_followed_here(made, failure);
                },
                Qt::QueuedConnection);
    }
    void end_followed_here(std::shared_ptr<const void> made, const std::optional<Error> &failure)
    {
        std::vector<std::shared_ptr<SharedTask>> sources;
        {
            const std::lock_guard<std::mutex> lock(m_mutex);
            m_made = std::move(made);
            m_failure = failure;
            sources.swap(m_sources); /* which end without the lock */
        }
        end({nullptr, failure.value_or(Error()), m_target, failure ? nullptr : m_made.get()});
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
        m_over.notify_all();
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
        else if (m_failure && !m_failure->isCancelled())
            report(*m_failure, m_target, m_name);
        else if (m_task && qi_task_state(m_task) == QI_TASK_STATE_FAILED &&
                 qi_task_result(m_task, nullptr) < 0)
            report(Error::last(), m_target, m_name);
    }

    /* Written before the launch returns, and read only. */
    qi_task *m_task = nullptr;
    QByteArray m_name, m_target;
    std::optional<Error> m_launch_error;

    std::atomic<bool> m_observed{false}, m_follows{false};
    mutable std::mutex m_mutex; /* of what comes below */
    mutable std::condition_variable m_over;
    bool m_ended = false, m_cancelled = false;
    std::vector<std::shared_ptr<SharedTask>> m_sources; /* what is followed; none after the end */
    std::shared_ptr<const void> m_made;                 /* these two change no more after the end */
    std::optional<Error> m_failure;
    std::vector<Waiting> m_waiting;
    std::vector<Listener> m_listeners;
    std::optional<Progress> m_progress;
};

/* Ends what follows a task with what its function has made. */
template <typename T> void end_with(SharedTask &next, Result<T> made)
{
    if (!made)
        next.fail(made.error());
    else if constexpr (std::is_void_v<T>)
        next.succeed(std::make_shared<char>());
    else
        next.succeed(std::make_shared<T>(std::move(*made)));
}

/* Ends it as another task ends. */
template <typename T> class EndWith final : public TypedWaiter<T>
{
  public:
    explicit EndWith(std::shared_ptr<SharedTask> next) : m_next(std::move(next)) {}
    void call() override { end_with<T>(*m_next, std::move(*this->m_result)); }

  private:
    std::shared_ptr<SharedTask> m_next;
};

/* What a function gives to what follows it: of a Result and a Task what is in it, of what cannot be copied nothing. */
template <typename R> struct Following {
    using Type = std::conditional_t<std::is_copy_constructible_v<R>, R, void>;
};
template <> struct Following<void> {
    using Type = void;
};
template <> struct Following<Error> : Following<void> {
};
template <typename T> struct Following<Result<T>> : Following<T> {
};
template <typename T> struct Following<Task<T>> : Following<T> {
};
template <typename T> struct Following<Continued<T>> : Following<T> {
};

template <typename R> struct IsTask : std::false_type {
};
template <typename T> struct IsTask<Task<T>> : std::true_type {
};
template <typename T> struct IsTask<Continued<T>> : std::true_type {
};

/* What knows no types of a function of then(): it ends what follows, whatever becomes of the function. */
class Link
{
  public:
    explicit Link(std::shared_ptr<SharedTask> next) : m_next(std::move(next)) {}
    Link(const Link &) = delete;
    Link &operator=(const Link &) = delete;
    ~Link()
    {
        if (!m_next)
            return;
        if (m_called)
            m_next->observe(); /* it threw, which has been reported */
        m_next->fail(Error::make(m_called ? QI_ERR_STATE : QI_ERR_CANCELLED,
                                 m_called
                                     ? QStringLiteral("the function of then() threw")
                                     : QStringLiteral("the receiver of then() was destroyed")));
    }
    /* Code of the application's is called, or has returned. */
    void begin(bool called = true) { m_called = called; }
    std::shared_ptr<SharedTask> take() { return std::exchange(m_next, nullptr); }
    const std::shared_ptr<SharedTask> &next() const { return m_next; }

  private:
    std::shared_ptr<SharedTask> m_next;
    bool m_called = false;
};

template <typename T, typename F> class Then final : public TypedWaiter<T>
{
  public:
    template <typename G>
    Then(G &&function, std::shared_ptr<SharedTask> next)
        : m_function(std::forward<G>(function)), m_link(std::move(next))
    {
    }
    void call() override
    {
        using R = std::decay_t<std::invoke_result_t<F &, Result<T>>>;
        using To = typename Following<R>::Type;
        constexpr bool may_fail = IsResult<R>::value || std::is_same_v<R, Error>;
        m_link.begin();
        if constexpr (std::is_void_v<To> && !IsTask<R>::value && !may_fail) {
            (void)m_function(std::move(*this->m_result));
            end_with<void>(*m_link.take(), {});
        } else if constexpr (IsTask<R>::value) {
            follow<To>(m_function(std::move(*this->m_result)).shared());
        } else if constexpr (std::is_void_v<To> && !std::is_convertible_v<R, Result<void>>) {
            const R made = m_function(std::move(*this->m_result)); /* of what cannot be copied */
            end_with<void>(*m_link.take(), made ? Result<void>() : Result<void>(made.error()));
        } else {
            Result<To> made = m_function(std::move(*this->m_result));
            end_with<To>(*m_link.take(), std::move(made));
        }
    }

  private:
    template <typename To> void follow(const std::shared_ptr<SharedTask> &task)
    {
        const auto next = m_link.take();
        const auto waiter = std::make_shared<EndWith<To>>(next);
        next->follow(task);
        if (task->at_end(waiter))
            return;
        task->ask([&](const Ending &ending) { waiter->take(ending); });
        waiter->call();
    }

    F m_function;
    Link m_link;
};

inline std::shared_ptr<SharedTask> follower(const std::shared_ptr<SharedTask> &source)
{
    auto next = std::make_shared<SharedTask>();
    next->follow(source);
    return next;
}

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
template <typename T> class [[nodiscard]] Task : public detail::OldTask<Task<T>>
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
    /** The id of the plugin whose code it is; empty: the application's, or it has not begun. Thread: any. */
    QString plugin() const { return m_shared->plugin(); }
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
     *
     * What the function returns is the result of the Continued that then() returns, for a next then(), a QFuture or
     * `co_await`. A Result is that result; a Task that it returns is waited for, and its result is it. After a function that
     * threw it is the error QI_ERR_STATE, after a context that was destroyed QI_ERR_CANCELLED. An error that nobody asks for
     * is reported.
     */
    template <typename F> auto then(QObject *context, F &&function) const
    {
        using Function = std::decay_t<F>;
        constexpr bool fits = std::is_invocable_v<Function &, Result<T>>;
        static_assert(fits,
                      "qi: then() wants a function that takes a qi::Result of the task's type");
        if constexpr (fits) {
            /* What knows no T is in SharedTask, lest every call make it anew. */
            auto next = detail::follower(m_shared);
            m_shared->then(context, new detail::Then<T, Function>(std::forward<F>(function), next));
            using R = std::decay_t<std::invoke_result_t<Function &, Result<T>>>;
            return Continued<typename detail::Following<R>::Type>(std::move(next));
        }
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

/**
 * What comes of a function of then(): a Task without a task of Python's, which may be dropped. Its handle() is NULL and its
 * id() 0; cancel() cancels what it follows.
 */
template <typename T> class Continued : public Task<T>
{
  public:
    using Task<T>::Task;
};

QI_ABI_END
} // namespace qi

#include <qi/future.hpp> /* IWYU pragma: export */

#endif /* QI_TASK_HPP */
