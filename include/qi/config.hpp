/* SPDX-License-Identifier: BSD-3-Clause */
/* How a qi::Runtime is started: qi_config for C++, with callbacks that are functions. */
#ifndef QI_CONFIG_HPP
#define QI_CONFIG_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

#include <qi/deprecated.hpp>
#include <qi/result.hpp>
#include <qi/runtime.h>
#include <qi/text.hpp>

namespace qi
{
QI_ABI_BEGIN

/** What asyncio does in nested Qt event loops: see qi_nested. */
enum class Nested { Run = QI_NESTED_RUN, Hold = QI_NESTED_HOLD };

/** How grave a message is. */
enum class LogLevel {
    Debug = QI_LOG_DEBUG,
    Info = QI_LOG_INFO,
    Warning = QI_LOG_WARNING,
    Error = QI_LOG_ERROR
};

/** What an exception that nobody awaits belonged to; what is not known is empty. */
struct Origin {
    /** The task's name. */
    QString task;
    /** "Class::signal(types)" of the emission that started it. */
    QString signal;
    /** "module:callable" of the slot or task. */
    QString target;
    /** The id of the plugin whose code it is. */
    QString plugin;
};

/** What a shutdown found and did: see qi_shutdown_report. */
struct ShutdownReport {
    /** Nothing had to be left behind. */
    bool clean = true;
    /** How many tasks were alive, and ended when asked to. */
    std::size_t tasksCancelled = 0;
    /** Tasks that did not end in time: their names and where they wait. */
    QStringList tasksLeft;
    /** Executor threads that did not end in time, and what they run. */
    QStringList threadsLeft;
    /** How long it took. */
    std::chrono::milliseconds duration = std::chrono::milliseconds(0);
};

namespace detail
{

/* What the callbacks of a runtime call. */
struct Callbacks : std::enable_shared_from_this<Callbacks> {
    std::function<void(LogLevel, const QString &, const QString &)> log;
    std::function<void(const Error &, const Origin &)> error;
    std::function<void(const QString &)> out, err;
    std::function<void(const ShutdownReport &)> shutdown;
};

} // namespace detail

/**
 * The configuration of a runtime, a setting a call. A text that cannot be given to C fails the start. What a callback
 * throws is reported to onError(), and what that throws, to the log.
 * What is not set has qi_config's default.
 *
 *     qi::Config().modulePaths({"plugins"}).slice(std::chrono::milliseconds(1))
 */
class Config : public detail::OldConfig<Config>
{
  public:
    /** Folders that are put at the front of sys.path, in this order. Relative ones, here and below, begin at the program's folder. */
    Config &modulePaths(const QStringList &folders) { return set(m_modulePaths, folders); }
    /** Prefix of a Python installation. Not together with venv(). */
    Config &home(const QString &folder) { return set(m_home, folder); }
    /** Folder of a virtual environment. */
    Config &venv(const QString &folder) { return set(m_venv, folder); }
    /** What sys.argv is, with the program's name first. */
    Config &argv(const QStringList &arguments) { return set(m_argv, arguments); }
    /** Name of the program, for messages of Python. */
    Config &programName(const QString &name) { return set(m_programName, name); }
    /** The interpreter that sys.executable names. */
    Config &executable(const QString &path) { return set(m_executable, path); }
    /** Honours PYTHON* environment variables and the user's site-packages. */
    Config &useEnvironment(bool use = true) { return set(m_raw.use_environment, use); }

    /** How long Python callbacks may take turns before Qt gets its own. */
    Config &slice(std::chrono::microseconds time)
    {
        return set(m_raw.slice_us, detail::as_unsigned(time));
    }
    /** What asyncio does in nested Qt event loops. */
    Config &nested(Nested nested) { return set(m_raw.nested, int(nested)); }
    /** In how many event loops, one inside the other, asyncio runs. */
    Config &nestedLimit(unsigned limit) { return set(m_raw.nested_limit, limit); }
    /** asyncio's debug mode. */
    Config &debug(bool debug = true) { return set(m_raw.debug, debug); }
    /** Ctrl+C raises KeyboardInterrupt in the Python code that runs on the GUI thread. */
    Config &handleSigint(bool handle = true) { return set(m_raw.handle_sigint, handle); }

    /** Gets messages of libqi and of Python's logging: level, source and text. Thread: any, one at a time. */
    Config &onLog(std::function<void(LogLevel, const QString &, const QString &)> call)
    {
        return set(m_callbacks.log, std::move(call));
    }
    /** Gets exceptions that nobody awaits. Thread: GUI, or the thread of Python that raised it. */
    Config &onError(std::function<void(const Error &, const Origin &)> call)
    {
        return set(m_callbacks.error, std::move(call));
    }
    /** Gets what is written to sys.stdout, line by line. Thread: any, one at a time. */
    Config &onOutput(std::function<void(const QString &)> call)
    {
        return set(m_callbacks.out, std::move(call));
    }
    /** Gets what is written to sys.stderr, line by line. Thread: any, one at a time. */
    Config &onErrorOutput(std::function<void(const QString &)> call)
    {
        return set(m_callbacks.err, std::move(call));
    }
    /** Called at the end of the shutdown. Thread: GUI. */
    Config &onShutdown(std::function<void(const ShutdownReport &)> call)
    {
        return set(m_callbacks.shutdown, std::move(call));
    }

    /** Does not shut down by itself when the application emits aboutToQuit. */
    Config &keepOnQuit(bool keep = true) { return set(m_raw.keep_on_quit, keep); }
    /** Time that tasks which waited for aboutToQuit have for their own clean-up. */
    Config &grace(std::chrono::milliseconds time)
    {
        return set(m_raw.grace_ms, detail::as_unsigned(time));
    }
    /** Time that tasks have to end once they are cancelled. */
    Config &cancelTime(std::chrono::milliseconds time)
    {
        return set(m_raw.cancel_ms, detail::as_unsigned(time));
    }
    /** Time that threads of the default executor have to end. */
    Config &executorTime(std::chrono::milliseconds time)
    {
        return set(m_raw.executor_ms, detail::as_unsigned(time));
    }

    /** Starts a runtime; `callbacks` is kept until it is CLOSED. For Runtime::start(). */
    Result<void> init(detail::Callbacks *callbacks, qi_runtime **out) const;
    /** Calls a function of the C API, which gets all but the callbacks. For Doctor. */
    template <typename Use> Result<void> use(Use use) const
    {
        detail::Texts texts;
        const qi_config config = raw(texts);
        return texts.then([&] { return use(&config); });
    }
    /** The callbacks that were set. */
    const detail::Callbacks &callbacks() const { return m_callbacks; }

  private:
    template <typename T, typename U> Config &set(T &member, U &&value)
    {
        member = std::forward<U>(value);
        return *this;
    }

    qi_config raw(detail::Texts &texts) const;

    qi_config m_raw = initial(); /* what needs no memory of its own */
    QStringList m_modulePaths, m_argv;
    QString m_home, m_venv, m_programName, m_executable;
    detail::Callbacks m_callbacks;

    static qi_config initial()
    {
        qi_config config;
        qi_config_init(&config);
        return config;
    }
};

namespace detail
{

/* What these throw, libqi reports: see the head of <qi/base.h>. */

/* Held for a call, which may destroy the Runtime that holds them as well. */
inline std::shared_ptr<Callbacks> hold_callbacks(void *user)
{
    return static_cast<Callbacks *>(user)->weak_from_this().lock();
}

inline void call_log(const qi_log_record *record, void *user)
{
    const auto held = hold_callbacks(user);
    static_cast<Callbacks *>(user)->log(LogLevel(record->level), QString::fromUtf8(record->source),
                                        QString::fromUtf8(record->text));
}

inline void call_error(const qi_error *error, const qi_origin *origin, void *user)
{
    const qi_origin nothing = {};
    const qi_origin &from = origin ? *origin : nothing;
    const auto held = hold_callbacks(user);
    static_cast<Callbacks *>(user)->error(
        Error::copy(*error), {QString::fromUtf8(from.task), QString::fromUtf8(from.signal),
                              QString::fromUtf8(from.target), QString::fromUtf8(from.plugin)});
}

inline void call_out(const qi_output_line *line, void *user)
{
    const auto held = hold_callbacks(user);
    static_cast<Callbacks *>(user)->out(QString::fromUtf8(line->text, qsizetype(line->length)));
}

inline void call_err(const qi_output_line *line, void *user)
{
    const auto held = hold_callbacks(user);
    static_cast<Callbacks *>(user)->err(QString::fromUtf8(line->text, qsizetype(line->length)));
}

inline void call_shutdown(const qi_shutdown_report *raw, void *user)
{
    ShutdownReport report;
    report.clean = raw->clean;
    report.tasksCancelled = raw->tasks_cancelled;
    for (std::size_t i = 0; i < raw->tasks_left; i++)
        report.tasksLeft.append(QString::fromUtf8(raw->task_names[i]));
    for (std::size_t i = 0; i < raw->threads_left; i++)
        report.threadsLeft.append(QString::fromUtf8(raw->thread_names[i]));
    report.duration = std::chrono::milliseconds(raw->milliseconds);
    const auto held = hold_callbacks(user);
    static_cast<Callbacks *>(user)->shutdown(report);
}

inline void set_callbacks(qi_config &config, Callbacks *callbacks)
{
    config.log_user = config.error_user = config.out_user = config.err_user =
        config.on_shutdown_user = callbacks;
    if (callbacks->log)
        config.log = call_log;
    if (callbacks->error)
        config.error = call_error;
    if (callbacks->out)
        config.out = call_out;
    if (callbacks->err)
        config.err = call_err;
    if (callbacks->shutdown)
        config.on_shutdown = call_shutdown;
}

} // namespace detail

inline qi_config Config::raw(detail::Texts &texts) const
{
    qi_config config = m_raw;
    config.module_paths = texts.list(m_modulePaths, "a folder of modulePaths()");
    config.module_path_count = std::size_t(m_modulePaths.size());
    config.argv = texts.list(m_argv, "an argument of argv()");
    config.argc = std::size_t(m_argv.size());
    config.home = texts.optional(m_home, "home()");
    config.venv = texts.optional(m_venv, "venv()");
    config.program_name = texts.optional(m_programName, "programName()");
    config.executable = texts.optional(m_executable, "executable()");
    return config;
}

inline Result<void> Config::init(detail::Callbacks *callbacks, qi_runtime **out) const
{
    detail::Texts texts;
    qi_config config = raw(texts);
    detail::set_callbacks(config, callbacks);
    return texts.then([&] { return qi_runtime_init(&config, out); });
}

QI_ABI_END
} // namespace qi

#endif /* QI_CONFIG_HPP */
