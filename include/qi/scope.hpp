/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Namespaces for scripts: one for each document, say, or for each formula, with the values that it works on.
 *
 *     qi::Scope scope = python.newScope().expect("a scope");
 *     scope.set("width", 2.5).expect("the width");
 *     qi::Result<double> area = scope.eval<double>(formula);
 *
 * exec() and eval() of a Runtime know one namespace, that of __main__. A scope is no sandbox.
 */
#ifndef QI_SCOPE_HPP
#define QI_SCOPE_HPP

#include <utility>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <qi/call.hpp>
#include <qi/result.hpp>
#include <qi/runtime.hpp>
#include <qi/scope.h>
#include <qi/task.hpp>
#include <qi/text.hpp>
#include <qi/value.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* Launches source with an `await` at its top level, in a scope or in __main__. */
inline std::shared_ptr<SharedTask> launch_source(qi_runtime *runtime, qi_scope *scope,
                                                 const TaskOptions &options, const QString &source,
                                                 const QString &filename)
{
    Texts texts;
    const char *text = texts.text(source, "the source"),
               *name = texts.optional(filename, "the file name");
    auto task = std::make_shared<SharedTask>();
    task->launch(filename.isEmpty() ? QStringLiteral("<string>") : filename, options, texts.error(),
                 [&](const qi_task_options *raw, qi_task **out) {
                     return qi_exec_async(runtime, scope, text, strlen(text), name, raw, out);
                 });
    return task;
}

} // namespace detail

/** A namespace of Python, which goes with this object once nothing in it is used. Thread: GUI, if nothing else is said. */
class Scope
{
  public:
    /** Refers to no scope: every call fails with QI_ERR_HANDLE. */
    Scope() = default;
    Scope(Scope &&other) noexcept
        : m_handle(std::exchange(other.m_handle, nullptr)), m_runtime(other.m_runtime)
    {
    }
    Scope &operator=(Scope &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        std::swap(m_runtime, other.m_runtime);
        return *this;
    }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;
    /** Thread: any. */
    ~Scope() { qi_scope_release(m_handle); }

    /** Makes one that is empty but for Python's built-in names. Fails as qi_scope_new(). */
    static Result<Scope> make(qi_runtime *runtime)
    {
        Scope scope;
        scope.m_runtime = runtime;
        if (qi_scope_new(runtime, &scope.m_handle) != QI_OK)
            return Error::last();
        return scope;
    }

    /** Sets a name to a value of any type that Converter knows. Fails as qi_scope_set(). */
    template <typename T> Result<void> set(const char *name, const T &value)
    {
        Storage storage;
        const qi_value written = storage.write(value);
        if (storage.error())
            return *storage.error();
        return Result<void>::of(qi_scope_set(m_handle, name, &written));
    }
    /** What a name is set to, as a T. Fails as qi_scope_get(). */
    template <typename T = Value> Result<T> get(const char *name) const
    {
        qi_value value = qi_none();
        if (qi_scope_get(m_handle, name, &value) != QI_OK)
            return Error::last();
        return detail::read_owned<T>(value, QString::fromUtf8(name));
    }

    /** Takes a name out, as `del` does. Fails as qi_scope_unset(). */
    Result<void> unset(const char *name)
    {
        return Result<void>::of(qi_scope_unset(m_handle, name));
    }

    /** Runs Python source. Fails as qi_scope_exec(). */
    Result<void> exec(const QString &source, const QString &filename = QString()) const
    {
        detail::Texts texts;
        const char *text = texts.text(source, "the source"),
                   *name = texts.optional(filename, "the file name");
        return texts.then([&] { return qi_scope_exec(m_handle, text, strlen(text), name); });
    }
    /** Evaluates an expression, as a T. Fails as qi_scope_eval(). */
    template <typename T = Value> Result<T> eval(const QString &expression) const
    {
        qi_value value = qi_none();
        const Result<void> done = evaluate(expression, &value);
        if (!done)
            return done.error();
        return detail::read_owned<T>(value, QStringLiteral("the expression"));
    }
    /** Runs source in which `await` may stand at the top level: see Runtime::execAsync(). Thread: any. */
    template <typename T = void>
    Task<T> execAsync(const QString &source, const QString &filename = QString(),
                      const TaskOptions &options = {}) const
    {
        return Task<T>(detail::launch_source(m_runtime, m_handle, options, source, filename));
    }

    /** The handle for the C API. Borrowed. */
    qi_scope *handle() const { return m_handle; }

  private:
    Result<void> evaluate(const QString &expression, qi_value *out) const
    {
        detail::Texts texts;
        const char *text = texts.text(expression, "the expression");
        return texts.then([&] { return qi_scope_eval(m_handle, text, strlen(text), out); });
    }

    qi_scope *m_handle = nullptr;
    qi_runtime *m_runtime = nullptr;
};

inline Result<Scope> Runtime::newScope() const
{
    return Scope::make(m_handle);
}

inline Result<Value> Runtime::importModule(const QString &name) const
{
    detail::Texts texts;
    const char *text = texts.text(name, "the name of a module");
    qi_value module = qi_none();
    const auto done = texts.then([&] { return qi_import(m_handle, text, &module); });
    if (!done)
        return done.error();
    return Value(module);
}

template <typename T>
Task<T> Runtime::execAsync(const QString &source, const QString &filename,
                           const TaskOptions &options) const
{
    return Task<T>(detail::launch_source(m_handle, nullptr, options, source, filename));
}

QI_ABI_END
} // namespace qi

#endif /* QI_SCOPE_HPP */
