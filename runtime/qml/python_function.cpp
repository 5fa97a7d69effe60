// SPDX-License-Identifier: BSD-3-Clause
#include "python_function.h"

#include "engine.h"
#include "from_script.h"
#include "python_side.h"
#include "python_task.h"
#include "run.h"
#include "script_function.h"
#include "to_script.h"

#include <qi/qi.hpp>

namespace qi
{

namespace
{

/* The function hands what it is called with on as one array, and tells whose it is to who knows the name. */
const char wrap[] = R"(function (target) {
    const call = function () { return target.invoke(Array.prototype.slice.call(arguments)) };
    Object.defineProperty(call, '__qi_python', {value: target});
    return call;
})";

} // namespace

QJSValue PythonFunction::invoke(const QJSValue &arguments)
{
    QJSEngine *engine = qjsEngine(this);
    const Result<QVariantList> values = arguments_from_script(arguments);
    if (!values) {
        engine->throwError(error_to_script(*engine, values.error()));
        return QJSValue();
    }
    if (m_async)
        return PythonTask::make(*engine, Run::start(*engine, m_value, *values, {}));
    const Result<Value> answer = m_value.call<Value>(spread(*values));
    const Result<QJSValue> made = answer ? to_script(*engine, answer->get())
                                         : Result<QJSValue>(answer.error());
    if (made)
        return *made;
    engine->throwError(error_to_script(*engine, made.error()));
    return QJSValue();
}

const PythonFunction *PythonFunction::of(const QJSValue &function)
{
    return function.isCallable() ? qobject_cast<PythonFunction *>(
                                       function.property(QStringLiteral("__qi_python")).toQObject())
                                 : nullptr;
}

Result<QJSValue> function_to_script(QJSEngine &engine, const Value &callable, bool is_async)
{
    Result<Value> kept = callable.copy();
    if (!kept)
        return kept.error();
    auto *target = new PythonFunction(std::move(*kept), is_async);
    QJSEngine::setObjectOwnership(target, QJSEngine::JavaScriptOwnership);
    const QJSValue object = engine.newQObject(target);
    return helper(engine, "wrap", wrap).call({object});
}

Result<QVariant> function_from_script(const QJSValue &function)
{
    if (const PythonFunction *python = PythonFunction::of(function))
        return variant_of(python->value().get());
    return call_python("JSFunction", {QVariant::fromValue(ScriptFunction(function))});
}

} // namespace qi
