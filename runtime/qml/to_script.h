// SPDX-License-Identifier: BSD-3-Clause
/*
 * From Python to JavaScript, as a value of an engine.
 *
 *   None, bool, int, float, str   null, boolean, number, string
 *   dict                          object; keys that are no texts become the texts of them
 *   list, tuple, set              array
 *   bytes                         ArrayBuffer
 *   datetime, date                Date
 *   re.Pattern                    RegExp
 *   a callable                    function; an async one gives a task, as Python.run() does
 *   an exception                  Error
 *   a proxy                       the QObject, whose owner does not change
 *   what came from JavaScript     itself
 *   types of Qt                   what QML makes of them
 *   anything else                 opaque, and itself again when it goes back
 *
 * Thread: the engine's.
 */
#ifndef QIP_QML_TO_SCRIPT_H
#define QIP_QML_TO_SCRIPT_H

#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

#include <qi/result.hpp>
#include <qi/value.h>

namespace qi
{

Result<QJSValue> to_script(QJSEngine &engine, const qi_value &value);
Result<QJSValue> to_script(QJSEngine &engine, const QVariant &value);

/* An error as JavaScript has them, with its `type`, `traceback` and `status`. */
QJSValue error_to_script(QJSEngine &engine, const Error &error);

} // namespace qi

#endif
