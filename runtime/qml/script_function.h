// SPDX-License-Identifier: BSD-3-Clause
/*
 * A function of JavaScript as a value that Python holds: qi.qml.JSFunction has one, and calls it. The function is kept alive by
 * its copies, and released in the thread of its engine, since Python lets go of things in any thread.
 */
#ifndef QIP_QML_SCRIPT_FUNCTION_H
#define QIP_QML_SCRIPT_FUNCTION_H

#include <memory>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

namespace qi
{

class ScriptFunction
{
    Q_GADGET
    Q_PROPERTY(QString name READ name)

  public:
    ScriptFunction() = default;
    explicit ScriptFunction(const QJSValue &function);

    QString name() const { return m_name; }
    const QJSValue &function() const { return *m_function; }

    /*
     * Calls it. One of `value`; `error`, what it has thrown, as the arguments of qi.qml.JSError; `refused`, why it cannot be
     * called.
     */
    Q_INVOKABLE QVariantMap call(const QVariantList &arguments);

  private:
    std::shared_ptr<QJSValue> m_function;
    QString m_name;
};

/* What qi.qml.JSError is made of. */
QVariantList error_parts(const QJSValue &error);

} // namespace qi

Q_DECLARE_METATYPE(qi::ScriptFunction)

#endif
