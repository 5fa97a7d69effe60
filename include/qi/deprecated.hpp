/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names that the C++ API had before it spoke Qt's way, in camelCase. Each still works, with a warning of the
 * compiler that says what to write instead, and all go with the next minor version; -DQI_NO_DEPRECATED leaves them
 * out today. docs/guide/renamed.md has the table, and what is renamed without an old name beside it.
 *
 * Here are those of members: in bases of their classes, which hold nothing; `Self` is the class. The old names of
 * functions and types stand below the new ones.
 */
#ifndef QI_DEPRECATED_HPP
#define QI_DEPRECATED_HPP

#include <chrono>
#include <functional>
#include <type_traits>
#include <utility>

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

#include <qi/base.h>
#include <qi/value.h>

namespace qi
{
QI_ABI_BEGIN

template <typename T> class Result;
struct Error;
struct Origin;
struct ShutdownReport;
struct FunctionOptions;
struct Progress;
enum class LogLevel;
enum class TaskState;

namespace detail
{

#ifdef QI_NO_DEPRECATED

template <typename Self> class OldRuntime
{
};
template <typename Self> class OldConfig
{
};
template <typename Self> class OldConnection
{
};
template <typename Self> class OldTask
{
};
template <typename Self> class OldValue
{
};
template <typename Self> class OldBuffer
{
};
template <typename Self> class OldParameter
{
};

#else

template <typename Self> class OldRuntime
{
  public:
    QI_DEPRECATED("use isRunning()") bool is_running() const { return self().isRunning(); }
    QI_DEPRECATED("use setSlice()") auto set_slice(std::chrono::microseconds time)
    {
        return static_cast<Self &>(*this).setSlice(time);
    }
    QI_DEPRECATED("use registerObject()") auto show(const QString &name, QObject *object) const
    {
        return self().registerObject(name, object);
    }
    QI_DEPRECATED("use unregisterObject()") auto hide(const QString &name) const
    {
        return self().unregisterObject(name);
    }
    template <typename F, typename Options = FunctionOptions>
    QI_DEPRECATED("use registerFunction()")
    auto expose(const char *name, F &&function, const Options &options = {}) const
    {
        return self().registerFunction(name, std::forward<F>(function), options);
    }
    template <typename Object, typename Member, typename Options = FunctionOptions,
              typename = std::enable_if_t<std::is_member_function_pointer_v<Member>>>
    QI_DEPRECATED("use registerFunction()")
    auto expose(const char *name, Object *object, Member member, const Options &options = {}) const
    {
        return self().registerFunction(name, object, member, options);
    }
    QI_DEPRECATED("use unregisterFunction()") auto unexpose(const char *name) const
    {
        return self().unregisterFunction(name);
    }
    QI_DEPRECATED("use execFile()") auto exec_file(const QString &path) const
    {
        return self().execFile(path);
    }

  private:
    const Self &self() const { return static_cast<const Self &>(*this); }
};

template <typename Self> class OldConfig
{
  public:
    QI_DEPRECATED("use modulePaths()") Self &module_paths(const QStringList &folders)
    {
        return self().modulePaths(folders);
    }
    QI_DEPRECATED("use programName()") Self &program_name(const QString &name)
    {
        return self().programName(name);
    }
    QI_DEPRECATED("use useEnvironment()") Self &use_environment(bool use = true)
    {
        return self().useEnvironment(use);
    }
    QI_DEPRECATED("use nestedLimit()") Self &nested_limit(unsigned limit)
    {
        return self().nestedLimit(limit);
    }
    QI_DEPRECATED("use handleSigint()") Self &handle_sigint(bool handle = true)
    {
        return self().handleSigint(handle);
    }
    QI_DEPRECATED("use onLog()")
    Self &on_log(std::function<void(LogLevel, const QString &, const QString &)> call)
    {
        return self().onLog(std::move(call));
    }
    QI_DEPRECATED("use onError()")
    Self &on_error(std::function<void(const Error &, const Origin &)> call)
    {
        return self().onError(std::move(call));
    }
    QI_DEPRECATED("use onOutput()") Self &on_output(std::function<void(const QString &)> call)
    {
        return self().onOutput(std::move(call));
    }
    QI_DEPRECATED("use onErrorOutput()")
    Self &on_error_output(std::function<void(const QString &)> call)
    {
        return self().onErrorOutput(std::move(call));
    }
    QI_DEPRECATED("use onShutdown()")
    Self &on_shutdown(std::function<void(const ShutdownReport &)> call)
    {
        return self().onShutdown(std::move(call));
    }
    QI_DEPRECATED("use keepOnQuit()") Self &keep_on_quit(bool keep = true)
    {
        return self().keepOnQuit(keep);
    }
    QI_DEPRECATED("use cancelTime()") Self &cancel_time(std::chrono::milliseconds time)
    {
        return self().cancelTime(time);
    }
    QI_DEPRECATED("use executorTime()") Self &executor_time(std::chrono::milliseconds time)
    {
        return self().executorTime(time);
    }

  private:
    Self &self() { return static_cast<Self &>(*this); }
};

template <typename Self> class OldConnection
{
  public:
    QI_DEPRECATED("use isConnected()") bool is_connected() const { return self().isConnected(); }

  private:
    const Self &self() const { return static_cast<const Self &>(*this); }
};

template <typename Self> class OldTask
{
  public:
    QI_DEPRECATED("use state()") TaskState phase() const { return self().state(); }
    QI_DEPRECATED("use isFinished()") bool is_done() const { return self().isFinished(); }
    template <typename F>
    QI_DEPRECATED("use onProgress()")
    void on_progress(QObject *context, F &&function) const
    {
        self().onProgress(context, std::forward<F>(function));
    }

  private:
    const Self &self() const { return static_cast<const Self &>(*this); }
};

template <typename Self> class OldValue
{
  public:
    QI_DEPRECATED("use copyOf()") static auto copy_of(const qi_value &value)
    {
        return Self::copyOf(value);
    }
    QI_DEPRECATED("use isNone()") bool is_none() const
    {
        return static_cast<const Self &>(*this).isNone();
    }
};

template <typename Self> class OldBuffer
{
  public:
    QI_DEPRECATED("use writableData()") void *writable_data() const
    {
        return self().writableData();
    }
    QI_DEPRECATED("use isContiguous()") bool is_contiguous() const { return self().isContiguous(); }

  private:
    const Self &self() const { return static_cast<const Self &>(*this); }
};

template <typename Self> class OldParameter
{
  public:
    QI_DEPRECATED("use defaultText()") const QByteArray &default_text() const
    {
        return self().defaultText();
    }
    QI_DEPRECATED("use isLiteral()") bool is_literal() const { return self().isLiteral(); }

  private:
    const Self &self() const { return static_cast<const Self &>(*this); }
};

#endif

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_DEPRECATED_HPP */
