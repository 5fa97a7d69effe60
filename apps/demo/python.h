// SPDX-License-Identifier: BSD-3-Clause
//
// Python in the demo: the runtime, and what it tells of. There is no Python here: coroutines are named by
// text, errors and output arrive as signals.
#pragma once

#include <optional>

#include <QObject>
#include <QString>
#include <qi/qi.hpp>

// An exception that nobody awaited, as the error callback gets it.
struct Failure {
    QString type;
    QString message;
    QString traceback;
    QString task;
    QString signal;
    QString target;
    QString plugin;
};

class Python : public QObject
{
    Q_OBJECT

  public:
    // Starts the runtime; false with why() set.
    bool start();
    QString why() const { return m_why; }
    QString version() const;

    const qi::Runtime &runtime() const { return m_runtime; }
    qi_runtime *handle() const { return m_runtime.handle(); }

    // Shows an object to the plugins as qi.host.<name>.
    void show(const QString &name, QObject *object);

    // What the last shutdown found.
    const std::optional<qi::ShutdownReport> &ending() const { return m_ending; }

  signals:
    void failed(const Failure &failure);
    void printed(const QString &line);

  private:
    qi::Runtime m_runtime;
    QString m_why;
    std::optional<qi::ShutdownReport> m_ending;
};
