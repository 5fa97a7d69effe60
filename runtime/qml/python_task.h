// SPDX-License-Identifier: BSD-3-Clause
/* PythonTask of QML: what Python.run() returns. JavaScript owns it; the coroutine goes on without it. */
#ifndef QIP_QML_PYTHON_TASK_H
#define QIP_QML_PYTHON_TASK_H

#include <memory>

#include <QtCore/qobject.h>
#include <QtQml/qjsvalue.h>

#include "run.h"

namespace qi
{

class PythonTask : public QObject
{
    Q_OBJECT
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(bool running READ isRunning NOTIFY stateChanged)
    Q_PROPERTY(QJSValue result READ result NOTIFY stateChanged)
    Q_PROPERTY(QJSValue error READ error NOTIFY stateChanged)
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged)
    Q_PROPERTY(double progressMaximum READ progressMaximum NOTIFY progressChanged)
    Q_PROPERTY(QString progressText READ progressText NOTIFY progressChanged)
    Q_PROPERTY(QString target READ target CONSTANT)
    /* A function, since no function of C++ may be called so. */
    Q_PROPERTY(QJSValue catch READ catcher CONSTANT)

  public:
    enum State {
        Pending = int(TaskState::Pending),
        Done = int(TaskState::Done),
        Failed = int(TaskState::Failed),
        Cancelled = int(TaskState::Cancelled)
    };
    Q_ENUM(State)

    explicit PythonTask(std::shared_ptr<Run> run);
    /* One of an engine, which owns it. */
    static QJSValue make(QJSEngine &engine, std::shared_ptr<Run> run);

    State state() const { return State(m_run->state()); }
    bool isRunning() const { return state() == Pending; }
    QJSValue result() const { return m_run->result(); }
    QJSValue error() const { return m_run->error(); }
    double progress() const { return double(m_run->progress().value); }
    double progressMaximum() const { return double(m_run->progress().maximum); }
    QString progressText() const { return m_run->progress().text; }
    QString target() const { return m_run->target(); }
    QJSValue catcher() const;

    Q_INVOKABLE QJSValue then(const QJSValue &done = QJSValue(), const QJSValue &failed = QJSValue());
    Q_INVOKABLE QJSValue finally(const QJSValue &call);
    Q_INVOKABLE void cancel() { m_run->cancel(); }

  Q_SIGNALS:
    void stateChanged();
    void progressChanged();

  private:
    const std::shared_ptr<Run> m_run;
};

} // namespace qi

#endif
