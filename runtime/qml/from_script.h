// SPDX-License-Identifier: BSD-3-Clause
/*
 * From JavaScript to Python, as a QVariant that libqi converts.
 *
 *   undefined, null               None
 *   boolean, string               bool, str
 *   number                        int where it is whole and at most 2**53 either way, else float
 *   object, Map                   dict, in their order; of an object what Object.keys() has
 *   array, Set                    list, set
 *   Date                          datetime in the local time zone, with its offset; None if it is invalid
 *   URL, RegExp                   str, re.Pattern
 *   ArrayBuffer, typed arrays     bytes
 *   function                      qi.qml.JSFunction; one that was made of a callable of Python's is that callable
 *   Error                         qi.qml.JSError, not raised
 *   QObject, value types of QML   the proxy, what libqi makes of their types
 *   anything else, as Symbol      opaque, and itself again when it goes back
 *
 * What refers to itself, or is nested deeper than 200, is refused, as is what throws when it is read. Thread: the engine's.
 */
#ifndef QIP_QML_FROM_SCRIPT_H
#define QIP_QML_FROM_SCRIPT_H

#include <QtCore/qregularexpression.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

#include <qi/result.hpp>

namespace qi
{

Result<QVariant> from_script(const QJSValue &value);

/* The same of the items of an array. */
Result<QVariantList> arguments_from_script(const QJSValue &array);
/* The same of an object, for arguments by name. */
Result<QVariantMap> named_from_script(const QJSValue &object);

/* A re.Pattern, of a text and flags ("ims"), and of what QML makes of a RegExp that it hands to C++. */
Result<QVariant> pattern_from_script(const QString &source, const QString &flags);
Result<QVariant> pattern_from_qt(const QRegularExpression &pattern);

} // namespace qi

#endif
