// SPDX-License-Identifier: BSD-3-Clause
#include "python_task.h"

#include <QtQml/qjsengine.h>

#include "engine.h"

namespace qi
{

PythonTask::PythonTask(std::shared_ptr<Run> run) : m_run(std::move(run))
{
    m_run->set_face(this);
}

QJSValue PythonTask::make(QJSEngine &engine, std::shared_ptr<Run> run)
{
    auto *task = new PythonTask(std::move(run));
    QJSEngine::setObjectOwnership(task, QJSEngine::JavaScriptOwnership);
    return engine.newQObject(task);
}

QJSValue PythonTask::catcher() const
{
    QJSEngine *engine = qjsEngine(this);
    return engine
               ? helper(*engine, "catch", "function (failed) { return this.then(undefined, failed) }")
               : QJSValue();
}

QJSValue PythonTask::then(const QJSValue &done, const QJSValue &failed)
{
    QJSValue promise = m_run->promise();
    return promise.property(QStringLiteral("then")).callWithInstance(promise, {done, failed});
}

QJSValue PythonTask::finally(const QJSValue &call)
{
    QJSValue promise = m_run->promise();
    return promise.property(QStringLiteral("finally")).callWithInstance(promise, {call});
}

} // namespace qi
