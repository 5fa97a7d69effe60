// SPDX-License-Identifier: BSD-3-Clause
/*
 * Engines of JavaScript, and small functions in its language that they keep for us.
 *
 * A QJSValue does not tell its engine. But every function has the constructor Function, which makes functions in the global
 * scope, and QML's engines have an object named Qt there, of which Qt tells the engine.
 */
#ifndef QIP_QML_ENGINE_H
#define QIP_QML_ENGINE_H

#include <QtCore/qstring.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

namespace qi
{

/* The engine of an object; NULL where there is no telling. */
QJSEngine *engine_of(const QJSValue &object);

/* Of objects that have no constructor, the engine that was used last; NULL: there is none any more. */
QJSEngine *last_engine();
void note_engine(QJSEngine *engine);

/* The function `source` of that engine, or of the engine of that object, evaluated once for each engine. */
QJSValue helper(QJSEngine &engine, const char *name, const char *source);
QJSValue helper(const QJSValue &object, const char *name, const char *source);

/* Where JavaScript is now: "file:///desk.qml:12" and so on, the innermost call first. */
QString stack_of(QJSEngine &engine);
/* The innermost place in a stack that has a file, as "file:///desk.qml:12"; empty: none. */
QString place_in(const QString &stack);

} // namespace qi

#endif
