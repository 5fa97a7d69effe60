// SPDX-License-Identifier: BSD-3-Clause
/* The singleton Python of QML: what calls it, and what it answers, are values of JavaScript. Each engine has its own. */
#ifndef QIP_QML_PYTHON_H
#define QIP_QML_PYTHON_H

#include <QtCore/qobject.h>
#include <QtQml/qjsvalue.h>

#include <qi/result.hpp>

namespace qi
{

class Python : public QObject
{
    Q_OBJECT

  public:
    using QObject::QObject;

    /*
     * Launches a coroutine function, with arguments and, in `options`, `name`, `timeout` (ms), `owner` (an object with which it
     * is cancelled) and `named` (arguments by name). A PythonTask; what goes wrong is what that fails with.
     */
    Q_INVOKABLE QJSValue run(const QJSValue &target, const QJSValue &arguments = QJSValue(),
                             const QJSValue &options = QJSValue());
    /* Calls a plain function, and gives its result. What it raises is thrown. */
    Q_INVOKABLE QJSValue call(const QJSValue &target, const QJSValue &arguments = QJSValue(),
                              const QJSValue &named = QJSValue());
    /* Evaluates an expression in the namespace of __main__. */
    Q_INVOKABLE QJSValue eval(const QString &expression);
    /* What call() would give of a value that Python has put into a property, or into an argument of a signal. */
    Q_INVOKABLE QJSValue value(const QVariant &value);

  private:
    QJSValue give(const Result<QJSValue> &made);
};

} // namespace qi

#endif
