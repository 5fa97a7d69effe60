// SPDX-License-Identifier: BSD-3-Clause
#include "script_function.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include "engine.h"
#include "from_script.h"
#include "to_script.h"

namespace qi
{

namespace
{

bool here()
{
    return QCoreApplication::instance() &&
           QCoreApplication::instance()->thread() == QThread::currentThread();
}

/* In the thread of the engines, where there is still one. */
void release(QJSValue *function)
{
    if (here() || !QCoreApplication::instance())
        delete function;
    else
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [function] { delete function; }, Qt::QueuedConnection);
}

QVariantMap refused(const QString &why)
{
    return {{QStringLiteral("refused"), why}};
}

} // namespace

ScriptFunction::ScriptFunction(const QJSValue &function)
    : m_function(new QJSValue(function), release),
      m_name(function.property(QStringLiteral("name")).toString())
{
}

QVariantMap ScriptFunction::call(const QVariantList &arguments)
{
    if (!here())
        return refused(QStringLiteral(
            "a function of JavaScript belongs to the GUI thread; from another one use "
            "loop.call_soon_threadsafe()"));
    QJSEngine *engine = m_function && m_function->isCallable() ? engine_of(*m_function) : nullptr;
    if (!engine)
        engine = m_function && m_function->isCallable() ? last_engine() : nullptr;
    if (!engine)
        return refused(QStringLiteral("the engine of this function of JavaScript was destroyed"));
    QJSValue values = engine->newArray(uint(arguments.size()));
    for (qsizetype i = 0; i < arguments.size(); i++) {
        const Result<QJSValue> value = to_script(*engine, arguments[i]);
        if (!value)
            return refused(value.error().message);
        values.setProperty(quint32(i), *value);
    }
    /* call() of Qt's gives what was thrown as if it were the result. */
    const QJSValue outcome = helper(*engine, "call", R"(function (f, values) {
        try { return [true, f.apply(undefined, values)] } catch (error) { return [false, error] }
    })")
                                 .call({*m_function, values});
    const QJSValue answer = outcome.property(1);
    if (!outcome.property(0).toBool())
        return {{QStringLiteral("error"), error_parts(answer)}};
    const Result<QVariant> value = from_script(answer);
    if (!value)
        return refused(value.error().message);
    return {{QStringLiteral("value"), *value}};
}

QVariantList error_parts(const QJSValue &error)
{
    const auto text = [&](const char *name) {
        const QJSValue value = error.property(QLatin1String(name));
        return value.isUndefined() ? QString() : value.toString();
    };
    if (!error.isError()) /* anything may be thrown */
        return {error.toString()};
    return {text("message"), text("name"), text("fileName"),
            error.property(QStringLiteral("lineNumber")).toInt(), text("stack")};
}

} // namespace qi
