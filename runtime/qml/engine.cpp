// SPDX-License-Identifier: BSD-3-Clause
#include "engine.h"

#include <QtCore/qpointer.h>
#include <QtCore/qstringlist.h>

namespace qi
{

namespace
{

QPointer<QJSEngine> &last()
{
    static QPointer<QJSEngine> engine;
    return engine;
}

/* The constructor of all functions: that of a method which objects inherit, as they may have a `constructor` of their own. */
QJSValue function_constructor(const QJSValue &object)
{
    const QJSValue made = object.property(QStringLiteral("hasOwnProperty"))
                              .property(QStringLiteral("constructor"));
    return made.isCallable() ? made : QJSValue();
}

/* What a function that has this body gives. Functions that Function makes see the global names only. */
QJSValue run_body(QJSValue function, const QString &body)
{
    return function.call({QJSValue(body)}).call();
}

/* They are kept at that constructor, under a name that no program has. */
QString key_of(const char *name)
{
    return QStringLiteral("__qi_") + QLatin1String(name);
}

QJSValue kept_helper(QJSValue constructor, const char *name, const char *source)
{
    QJSValue kept = constructor.property(key_of(name));
    if (kept.isCallable())
        return kept;
    kept = run_body(constructor, QStringLiteral("'use strict'; return ") + QLatin1String(source));
    /* Where nobody comes upon it who walks over what there is. */
    QJSValue keep = run_body(
        constructor,
        QStringLiteral("return function (name, value) { Object.defineProperty(Function, name, "
                       "{value: value, configurable: true}) }"));
    keep.call({QJSValue(key_of(name)), kept});
    return kept;
}

} // namespace

QJSEngine *engine_of(const QJSValue &object)
{
    const QJSValue constructor = function_constructor(object);
    if (constructor.isUndefined())
        return nullptr;
    const QJSValue qt = run_body(
        constructor, QStringLiteral("return typeof Qt === 'undefined' ? undefined : Qt"));
    return qt.isQObject() ? qjsEngine(qt.toQObject()) : nullptr;
}

QJSEngine *last_engine()
{
    return last();
}

void note_engine(QJSEngine *engine)
{
    last() = engine;
}

QJSValue helper(QJSEngine &engine, const char *name, const char *source)
{
    return kept_helper(engine.globalObject().property(QStringLiteral("Function")), name, source);
}

QJSValue helper(const QJSValue &object, const char *name, const char *source)
{
    const QJSValue constructor = function_constructor(object);
    if (!constructor.isUndefined())
        return kept_helper(constructor, name, source);
    return last_engine() ? helper(*last_engine(), name, source) : QJSValue();
}

QString stack_of(QJSEngine &engine)
{
    return helper(engine, "stack", "function () { return new Error().stack }").call().toString();
}

QString place_in(const QString &stack)
{
    const QStringList lines = stack.split(QLatin1Char('\n'));
    for (const QString &line : lines) {
        const QString place = line.mid(line.indexOf(QLatin1Char('@')) + 1);
        if (!place.isEmpty() && !place.startsWith(QLatin1Char(':')))
            return place;
    }
    return QString();
}

} // namespace qi
