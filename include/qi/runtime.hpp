/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi::Runtime: Python in a Qt application, for C++.
 *
 *     QApplication app(argc, argv);
 *     auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");
 *
 *     python.registerObject("window", &window).expect("the window");
 *     python.connect(&button, &QPushButton::clicked, "orders:send").expect("the button");
 *     python.run<int>("orders:count").then(&window, [](qi::Result<int> count) { ... });
 *     return app.exec();
 *
 * There is one runtime a process. The object that start() gives out owns it and shuts it down at its end, if
 * aboutToQuit has not; any other, as of current(), refers to it.
 */
#ifndef QI_RUNTIME_HPP
#define QI_RUNTIME_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <qi/call.hpp>
#include <qi/config.hpp>
#include <qi/connect.hpp>
#include <qi/deprecated.hpp>
#include <qi/expose.hpp>
#include <qi/listener.hpp>
#include <qi/monitor.h>
#include <qi/result.hpp>
#include <qi/runtime.h>
#include <qi/stubs.h>
#include <qi/task.hpp>
#include <qi/value.hpp>
#ifdef QT_GUI_LIB /* which registers QImage by being included */
#include <qi/image.hpp>
#endif

namespace qi
{
QI_ABI_BEGIN

class Debugger;
class Event;
class Monitor;
class Plugins;
class Scope;
struct AuditEvent;
struct OutputLine;

namespace detail
{

template <typename R, typename... A>
Task<R> launch(qi_runtime *runtime, const TaskOptions &options, const Target &target,
               const A &...arguments)
{
    static_assert(
        (IsArgument<A>::value && ...),
        "qi: an argument of run() is of a type that cannot be given to Python; convert it to "
        "a type of <qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise "
        "qi::Converter");
    static_assert(
        isReadable<R>,
        "qi: the result of run() is of a type that cannot be got from Python; use a type of "
        "<qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise qi::Converter. What "
        "only views memory of others, as QStringView and const char * do, cannot be a result.");
    if constexpr ((IsArgument<A>::value && ...) && isReadable<R>) {
        qi_value values[sizeof...(A) + 1];
        qi_entry entries[sizeof...(A) + 1];
        CallArguments written(values, entries, sizeof...(A));
        (written.add(arguments), ...);
        return Task<R>(launch_task(runtime, options, target, written));
    } else {
        return Task<R>();
    }
}

/*
 * What the callbacks of the runtime that is there refer to, until the next one is started, or its owner finds
 * it CLOSED: a shutdown that is asked for in a coroutine begins after the owner's end.
 */
inline std::shared_ptr<Callbacks> &kept_callbacks()
{
    static auto *kept = new std::shared_ptr<Callbacks>; /* never destroyed: who knows what ends last */
    return *kept;
}

} // namespace detail

/** The runtime of the process: see the head of <qi/runtime.hpp>, and <qi/runtime.h> for its states. */
class Runtime : public detail::OldRuntime<Runtime>
{
  public:
    /** Refers to no runtime: every call fails. */
    Runtime() = default;
    /** Refers to a runtime of the C API, which it does not own. */
    explicit Runtime(qi_runtime *borrowed) : m_handle(borrowed) {}
    Runtime(Runtime &&other) noexcept
        : m_handle(std::exchange(other.m_handle, nullptr)),
          m_owns(std::exchange(other.m_owns, false))
    {
    }
    Runtime &operator=(Runtime &&other) noexcept
    {
        Runtime taken(std::move(other)); /* first: it may be this one */
        std::swap(m_handle, taken.m_handle);
        std::swap(m_owns, taken.m_owns);
        return *this;
    }
    Runtime(const Runtime &) = delete;
    Runtime &operator=(const Runtime &) = delete;
    /** Shuts the runtime down if it owns it. What is left behind goes to onShutdown(), or the log. */
    ~Runtime()
    {
        if (!m_owns)
            return;
        qi_runtime_shutdown(m_handle, 0);
        if (qi_runtime_state(m_handle) == QI_RUNTIME_STATE_CLOSED)
            (void)std::exchange(detail::kept_callbacks(), nullptr);
    }

    /** Starts Python and its loop; fails as qi_runtime_init(). Thread: that of the QCoreApplication. */
    static Result<Runtime> start(const Config &config = Config())
    {
        auto callbacks = std::make_shared<detail::Callbacks>(config.callbacks());
        Runtime runtime;
        const Result<void> begun = config.init(callbacks.get(), &runtime.m_handle);
        if (!begun)
            return begun.error();
        detail::kept_callbacks().swap(callbacks);
        runtime.m_owns = true;
        return runtime;
    }
    /** The process's runtime while it is running or closing, whoever has started it; not owned. Thread: any. */
    static Runtime current() { return Runtime(qi_runtime_current()); }

    /** The handle for the C API; NULL if it refers to none. Borrowed. */
    qi_runtime *handle() const { return m_handle; }
    /** Whether it runs, and has not begun to shut down. Thread: any. */
    bool isRunning() const { return qi_runtime_state(m_handle) == QI_RUNTIME_STATE_RUNNING; }
    /** The same. */
    explicit operator bool() const { return isRunning(); }
    /** Gives the runtime up: from now on this object does not own it any more. */
    qi_runtime *release()
    {
        m_owns = false;
        return m_handle;
    }

    /** Shuts down, as qi_runtime_shutdown(). Thread: GUI. */
    Result<void> shutdown(unsigned flags = 0)
    {
        return Result<void>::of(qi_runtime_shutdown(m_handle, flags));
    }
    /** How long Python callbacks may take turns; 0: the default. Thread: GUI. */
    Result<void> setSlice(std::chrono::microseconds time)
    {
        return Result<void>::of(qi_runtime_set_slice(m_handle, detail::as_unsigned(time)));
    }
    /** The same, as it was set last. Thread: GUI. */
    Result<std::chrono::microseconds> slice() const
    {
        unsigned time = 0;
        if (qi_runtime_get_slice(m_handle, &time) != QI_OK)
            return Error::last();
        return std::chrono::microseconds(time);
    }
    /** Switches asyncio's debug mode: see qi_runtime_set_debug(). Thread: GUI. */
    Result<void> setDebug(bool on) { return Result<void>::of(qi_runtime_set_debug(m_handle, on)); }
    /** Whether that is on. Thread: GUI. */
    Result<bool> isDebug() const
    {
        bool on = false;
        if (qi_runtime_get_debug(m_handle, &on) != QI_OK)
            return Error::last();
        return on;
    }

    /* -- tasks ------------------------------------------------------------------------------------- */

    /**
     * Calls a coroutine function, and runs it up to its first suspension before it returns.
     *
     * R is what shall come of it; void drops that. The arguments are converted as their types in
     * <qi/types.hpp> say, and checked by the compiler. What fails is the result of the task. Thread: any;
     * from another than the GUI's, the launch is queued.
     */
    template <typename R = void, typename... A>
    Task<R> run(const Target &target, const A &...arguments) const
    {
        return detail::launch<R>(m_handle, TaskOptions(), target, arguments...);
    }
    /** The same, with a name, a timeout, an owner, or a callback for progress. */
    template <typename R = void, typename... A>
    Task<R> run(const TaskOptions &options, const Target &target, const A &...arguments) const
    {
        return detail::launch<R>(m_handle, options, target, arguments...);
    }
    /** Launches without a handle: what goes wrong is reported to the error callback. Thread: any. */
    template <typename... A> void launch(const Target &target, const A &...arguments) const
    {
        (void)run<void>(target, arguments...);
    }
    /** The same with options. */
    template <typename... A>
    void launch(const TaskOptions &options, const Target &target, const A &...arguments) const
    {
        (void)run<void>(options, target, arguments...);
    }

    /**
     * Calls a plain function, or whatever Python can call, and gives its result, or the exception: see qi_call().
     *
     * A coroutine function has no result yet when it returns: run() launches those. Thread: GUI.
     */
    template <typename R = void, typename... A>
    Result<R> call(const Target &target, const A &...arguments) const
    {
        detail::Callee callee;
        callee.runtime = m_handle;
        callee.target = &target;
        return detail::call<R>(callee, arguments...);
    }

    /** Looks a callable up once, to be run, connected or called often. Thread: GUI. */
    Result<Callable> resolve(const Target &target) const
    {
        qi_callable *callable = nullptr;
        if (target.error())
            return *target.error();
        if (qi_callable_resolve(m_handle, target.text(), &callable) != QI_OK)
            return Error::last();
        return Callable(callable);
    }

    /* -- signals and objects ------------------------------------------------------------------------- */

    /** Connects a signal to a coroutine function: see qi::connect(). Thread: GUI. */
    template <typename Sender, typename F,
              typename = std::enable_if_t<!std::is_convertible_v<F, const char *>>>
    Result<Connection> connect(const Sender &sender, F signal, const Target &target,
                               const ConnectOptions &options = {}) const
    {
        return detail::connect_typed(m_handle, sender, signal, target, options);
    }
    /** Connects a signal by its name. Thread: GUI. */
    Result<Connection> connect(const QObject *sender, const char *signal, const Target &target,
                               const ConnectOptions &options = {}) const
    {
        return detail::connect_named(m_handle, sender, signal, target, options);
    }

    /** Shows an object to Python, as qi.host.<name>: see qi_object_register(). Thread: GUI. */
    Result<void> registerObject(const QString &name, QObject *object) const
    {
        detail::Texts texts;
        const char *text = texts.text(name, "the name of an object");
        return texts.then([&] { return qi_object_register(m_handle, text, object); });
    }
    /** Takes a name out of qi.host. Thread: GUI. */
    Result<void> unregisterObject(const QString &name) const
    {
        detail::Texts texts;
        const char *text = texts.text(name, "the name of an object");
        return texts.then([&] { return qi_object_unregister(m_handle, text); });
    }

    /* -- functions ------------------------------------------------------------------------------------ */

    /** Shows a function to Python, as qi.host.<name>(…): see qi::registerFunction(). Thread: GUI. */
    template <typename F>
    Result<void> registerFunction(const char *name, F &&function,
                                  const FunctionOptions &options = {}) const
    {
        return qi::registerFunction(m_handle, name, std::forward<F>(function), options);
    }
    /** Shows a member function of an object to Python. Thread: GUI. */
    template <typename Object, typename Member,
              typename = std::enable_if_t<std::is_member_function_pointer_v<Member>>>
    Result<void> registerFunction(const char *name, Object *object, Member member,
                                  const FunctionOptions &options = {}) const
    {
        return qi::registerFunction(m_handle, name, object, member, options);
    }
    /** Takes a function out of qi.host. Thread: GUI. */
    Result<void> unregisterFunction(const char *name) const
    {
        return Result<void>::of(qi_function_unregister(m_handle, name));
    }

    /* -- source -------------------------------------------------------------------------------------- */

    /** Runs Python source in the namespace of __main__: see qi_exec(). Thread: GUI. */
    Result<void> exec(const QString &source, const QString &filename = QString()) const
    {
        detail::Texts texts;
        const char *text = texts.text(source, "the source"),
                   *name = texts.optional(filename, "the file name");
        return texts.then([&] { return qi_exec(m_handle, text, name); });
    }
    /** Runs a file of Python source. Thread: GUI. */
    Result<void> execFile(const QString &path) const
    {
        detail::Texts texts;
        const char *text = texts.text(path, "the path");
        return texts.then([&] { return qi_exec_file(m_handle, text); });
    }
    /** Evaluates an expression in the namespace of __main__, as a T. Thread: GUI. */
    template <typename T = Value> Result<T> eval(const QString &expression) const
    {
        Result<Value> value = evaluated(expression);
        if (!value)
            return value.error();
        return value->template to<T>();
    }

    /**
     * Runs Python source in which `await` may stand at the top level, as a task: see qi_exec_async(). Thread: any.
     *
     * Its result is the value of the last statement, where that is an expression.
     */
    template <typename T = void>
    Task<T> execAsync(const QString &source, const QString &filename = QString(),
                      const TaskOptions &options = {}) const;
    /** A namespace for scripts: see <qi/scope.hpp>. Thread: GUI. */
    Result<Scope> newScope() const;
    /** Imports a module, unless that was done before: see qi_import(). Thread: GUI. */
    Result<Value> importModule(const QString &name) const;

    /* -- what goes on -------------------------------------------------------------------------------- */

    /** The plugins of the application: see <qi/plugins.hpp>. */
    Plugins plugins() const;
    /** The watchdog, the tasks and the counters of the loop: see <qi/monitor.hpp>. */
    Monitor monitor() const;
    /** Debuggers that attach: see <qi/debugger.hpp>. */
    Debugger debugger() const;
    /** Has a function hear each line that Python prints, from any thread: see <qi/output.hpp>. Thread: GUI. */
    Result<Listener> listenToOutput(std::function<void(const OutputLine &)> call) const;
    /** Has a function hear the events of a name, of all with an empty one: see <qi/events.hpp>. Thread: GUI. */
    Result<Listener> listenToEvents(const QString &name,
                                    std::function<void(const Event &)> call) const;
    /**
     * Has a function answer whether Python code may do what it is about to; an empty one ends that. It is called in the
     * thread that runs the code, several calls at a time: see <qi/audit.hpp>. Thread: GUI.
     */
    Result<void> setAudit(std::function<bool(const AuditEvent &)> audit) const;
    /** Writes type stubs of all that qi.host has now, for editors: see qi_stubs_write(). Thread: GUI. */
    Result<void> writeStubs(const QString &folder) const
    {
        detail::Texts texts;
        const char *path = texts.text(folder, "the folder of stubs");
        return texts.then([&] { return qi_stubs_write(m_handle, path); });
    }
    /** Raises qi.Interrupted in the Python code that holds the GUI thread now: see qi_runtime_interrupt(). Thread: any. */
    Result<void> interrupt(const QString &reason = QString()) const
    {
        detail::Texts texts;
        const char *text = texts.optional(reason, "the reason of an interrupt");
        return texts.then([&] { return qi_runtime_interrupt(m_handle, text); });
    }

    /**
     * Has a function called once in the GUI thread's event loop: see qi_runtime_post(). Where the runtime ends before, it
     * is destroyed uncalled. What it throws is reported. Thread: any.
     */
    template <typename F> Result<void> post(F &&function) const
    {
        using Type = std::decay_t<F>;
        detail::Kept<Type> kept(std::forward<F>(function));
        return Result<void>::of(kept.taken(qi_runtime_post(
            m_handle, [](void *user) { detail::Kept<Type>::of(user)(); }, kept.user(), kept.destroy)));
    }

  private:
    Result<Value> evaluated(const QString &expression) const
    {
        detail::Texts texts;
        const char *text = texts.text(expression, "the expression");
        qi_value raw = qi_none();
        const Result<void> done = texts.then([&] { return qi_eval(m_handle, text, &raw); });
        if (!done)
            return done.error();
        return Value(raw);
    }

    qi_runtime *m_handle = nullptr;
    bool m_owns = false;
};

/** Runs a coroutine function with the runtime of the process: see Runtime::run(). Thread: any. */
template <typename R = void, typename... A> Task<R> run(const Target &target, const A &...arguments)
{
    return detail::launch<R>(qi_runtime_current(), TaskOptions(), target, arguments...);
}
/** The same with options. */
template <typename R = void, typename... A>
Task<R> run(const TaskOptions &options, const Target &target, const A &...arguments)
{
    return detail::launch<R>(qi_runtime_current(), options, target, arguments...);
}

QI_ABI_END
} // namespace qi

#endif /* QI_RUNTIME_HPP */
