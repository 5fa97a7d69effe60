// SPDX-License-Identifier: BSD-3-Clause
#include "python.h"

#include <QtQml/qjsengine.h>

#include <qi/qi.hpp>

#include "from_script.h"
#include "python_function.h"
#include "python_side.h"
#include "python_task.h"
#include "run.h"
#include "to_script.h"

namespace qi
{

namespace
{

Result<RunOptions> options_of(const QJSValue &given)
{
    RunOptions options;
    options.name = given.property(QStringLiteral("name")).isString()
                       ? given.property(QStringLiteral("name")).toString()
                       : QString();
    options.timeout = given.property(QStringLiteral("timeout")).toUInt();
    options.owner = given.property(QStringLiteral("owner")).toQObject();
    Result<QVariantMap> named = named_from_script(given.property(QStringLiteral("named")));
    if (!named)
        return named.error();
    options.named = std::move(*named);
    return options;
}

} // namespace

QJSValue Python::run(const QJSValue &target, const QJSValue &arguments, const QJSValue &options)
{
    QJSEngine &engine = *qjsEngine(this);
    const Result<QVariantList> values = arguments_from_script(arguments);
    const Result<RunOptions> how = options_of(options);
    if (!values || !how)
        return PythonTask::make(
            engine, Run::failed(engine, target.toString(), values ? how.error() : values.error()));
    const PythonFunction *function = PythonFunction::of(target);
    return PythonTask::make(engine, function ? Run::start(engine, function->value(), *values, *how)
                                             : Run::start(engine, target.toString(), *values, *how));
}

QJSValue Python::call(const QJSValue &target, const QJSValue &arguments, const QJSValue &named)
{
    const Result<void> there = check_runtime();
    if (!there)
        return give(there.error());
    const Result<QVariantList> values = arguments_from_script(arguments);
    if (!values)
        return give(values.error());
    const Result<QVariantMap> by_name = named_from_script(named);
    if (!by_name)
        return give(by_name.error());
    const PythonFunction *function = PythonFunction::of(target);
    const Result<Value> answer = function ? function->value().call<Value>(spread(*values, *by_name))
                                          : Runtime::current().call<Value>(
                                                target.toString(), spread(*values, *by_name));
    return answer ? give(to_script(*qjsEngine(this), answer->get())) : give(answer.error());
}

QJSValue Python::eval(const QString &expression)
{
    const Result<void> there = check_runtime();
    if (!there)
        return give(there.error());
    const Result<Value> answer = Runtime::current().eval<Value>(expression);
    return answer ? give(to_script(*qjsEngine(this), answer->get())) : give(answer.error());
}

QJSValue Python::value(const QVariant &value)
{
    return give(to_script(*qjsEngine(this), value));
}

QJSValue Python::give(const Result<QJSValue> &made)
{
    if (made)
        return *made;
    QJSEngine &engine = *qjsEngine(this);
    engine.throwError(error_to_script(engine, made.error()));
    return QJSValue();
}

} // namespace qi
