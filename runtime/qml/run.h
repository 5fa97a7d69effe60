// SPDX-License-Identifier: BSD-3-Clause
/*
 * A coroutine that QML has launched. Its face in JavaScript is a PythonTask, which the engine's collector may take at any time;
 * this stays until the coroutine has ended, and so do the functions that wait for it.
 *
 * What it fails with is reported to the runtime's error callback if nobody takes it: nobody has read `error`, and each promise
 * that was made of it ends in one whose rejection nobody handles. Who takes it has until the next turn of the event loop.
 */
#ifndef QIP_QML_RUN_H
#define QIP_QML_RUN_H

#include <memory>
#include <optional>

#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

#include <qi/qi.hpp>

namespace qi
{

class PythonTask;

/* How it is launched; see Python.run() in docs/guide/quick.md. */
struct RunOptions {
    QString name;
    unsigned timeout = 0; /* ms */
    QObject *owner = nullptr;
    QVariantMap named;
};

class Run : public std::enable_shared_from_this<Run>
{
  public:
    /* Launches it; what goes wrong is what it fails with. */
    static std::shared_ptr<Run> start(QJSEngine &engine, const QString &target,
                                      const QVariantList &arguments, const RunOptions &options);
    /* The same of a coroutine function that JavaScript has. */
    static std::shared_ptr<Run> start(QJSEngine &engine, const Value &function,
                                      const QVariantList &arguments, const RunOptions &options);
    /* One that has failed before it began. */
    static std::shared_ptr<Run> failed(QJSEngine &engine, const QString &target, const Error &error);
    ~Run();
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

    /* Who is told of changes. */
    void set_face(PythonTask *face) { m_face = face; }

    TaskState state() const { return m_state; }
    const QString &target() const { return m_target; }
    const Progress &progress() const { return m_progress; }
    const QJSValue &result() const { return m_result; }
    /* Whoever reads it takes it. */
    const QJSValue &error();
    void cancel();
    /* A promise of the result, which is one more that is to be taken. */
    QJSValue promise();

  private:
    Run(QJSEngine &engine, const QString &target);

    void launch(const char *target, const QVariantList &arguments, const RunOptions &options);
    void end(const Result<QJSValue> &result);
    void settle();
    void report_later();
    void report();

    static void on_done(qi_task *task, const qi_task_end *end, void *user);
    static void on_progress(qi_task *task, const qi_task_progress *progress, void *user);

    QPointer<QJSEngine> m_engine;
    QPointer<PythonTask> m_face;
    QString m_target, m_place;
    qi_task *m_task = nullptr;
    TaskState m_state = TaskState::Pending;
    Progress m_progress;
    QJSValue m_result, m_error;
    std::optional<Error> m_failure;
    QJSValue m_promise; /* with `promise`, `resolve` and `reject`, once somebody wants it */
    bool m_taken = false;
};

/* Hands an error that nobody takes to the runtime, with the place in QML that has launched what failed. */
void report_untaken(const Error &error, const QString &target, const QString &place);

} // namespace qi

#endif
