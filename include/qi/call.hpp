/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of Python whose answer is there when they return: what Runtime::call() and a qi::Value share.
 *
 *     qi::Result<double> best = python.call<double>("quotes:best", "EURUSD", qi::named("side", "buy"));
 *
 * An exception of Python is the error of the Result. A coroutine function has no answer yet: run() launches those.
 */
#ifndef QI_CALL_HPP
#define QI_CALL_HPP

#include <cstddef>

#include <QtCore/qstring.h>

#include <qi/arguments.hpp>
#include <qi/call.h>
#include <qi/result.hpp>
#include <qi/target.hpp>
#include <qi/types.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* What is called: a target, or a value, or a method of it. Borrowed. */
struct Callee {
    qi_runtime *runtime = nullptr;
    const Target *target = nullptr;
    const qi_value *value = nullptr;
    const char *method = nullptr; /* of the value; NULL: the value itself */

    QString name() const
    {
        if (target)
            return target->name();
        return method ? QString::fromUtf8(method) + QStringLiteral("()")
                      : QStringLiteral("the value");
    }
};

/* The part of a call that knows no types. */
inline int call_any(const Callee &callee, const CallArguments &arguments, qi_value *out)
{
    const qi_value *values = arguments.values();
    const qi_entry *entries = arguments.entries();
    const std::size_t count = arguments.count(), entry_count = arguments.entry_count();

    if (callee.value)
        return qi_value_call(callee.value, callee.method, values, count, entries, entry_count, out);
    if (qi_callable *callable = callee.target->callable())
        return qi_callable_call_values(callable, values, count, entries, entry_count, out);
    return qi_call(callee.runtime, callee.target->text(), values, count, entries, entry_count, out);
}

/* The same, and why it failed. */
inline Result<void> call_checked(const Callee &callee, const CallArguments &arguments, qi_value *out)
{
    if (callee.target && callee.target->error())
        return *callee.target->error();
    if (arguments.error())
        return at(QStringLiteral("an argument of ") + callee.name(), *arguments.error());
    return Result<void>::of(call_any(callee, arguments, out));
}

/* A result that is taken over, as an R. */
template <typename R> Result<R> read_owned(qi_value owned, const QString &name)
{
    Result<R> result = qi::read<R>(owned);
    qi_value_clear(&owned);
    if (result)
        return result;
    return at(QStringLiteral("the result of ") + name, result.error());
}

template <typename R, typename... A> Result<R> call(const Callee &callee, const A &...arguments)
{
    static_assert(
        (IsArgument<A>::value && ...),
        "qi: an argument of call() is of a type that cannot be given to Python; convert it to a "
        "type of <qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise qi::Converter");
    static_assert(
        isReadable<R>,
        "qi: the result of call() is of a type that cannot be got from Python; use a type of "
        "<qi/types.hpp>, declare it with Q_DECLARE_METATYPE, or specialise qi::Converter. What "
        "only views memory of others, as QStringView and const char * do, cannot be a result.");
    if constexpr ((IsArgument<A>::value && ...) && isReadable<R>) {
        qi_value values[sizeof...(A) + 1];
        qi_entry entries[sizeof...(A) + 1];
        CallArguments written(values, entries, sizeof...(A));
        (written.add(arguments), ...);
        qi_value value = qi_none();
        const Result<void> done = call_checked(callee, written, &value);
        if (!done)
            return done.error();
        return read_owned<R>(value, callee.name());
    } else {
        return Result<R>(Error());
    }
}

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_CALL_HPP */
