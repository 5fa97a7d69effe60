// SPDX-License-Identifier: BSD-3-Clause
/*
 * A callable of Python as a function of JavaScript. The function has this object in its closure, and the object the callable, so
 * that the engine's collector lets go of all three.
 */
#ifndef QIP_QML_PYTHON_FUNCTION_H
#define QIP_QML_PYTHON_FUNCTION_H

#include <QtCore/qobject.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

#include <qi/qt.hpp>
#include <qi/value.hpp>

namespace qi
{

class PythonFunction : public QObject
{
    Q_OBJECT

  public:
    PythonFunction(Value callable, bool is_async) : m_value(std::move(callable)), m_async(is_async)
    {
    }
    /* That of a function; NULL: it is JavaScript's own, or no function. */
    static const PythonFunction *of(const QJSValue &function);

    const Value &value() const { return m_value; }

    /* What it returns, a task of a coroutine function; what it raises is thrown. */
    Q_INVOKABLE QJSValue invoke(const QJSValue &arguments);

  private:
    Value m_value;
    const bool m_async;
};

Result<QJSValue> function_to_script(QJSEngine &engine, const Value &callable, bool is_async);

/* A function of JavaScript for Python: the callable of one that function_to_script() has made. */
Result<QVariant> function_from_script(const QJSValue &function);

} // namespace qi

#endif
