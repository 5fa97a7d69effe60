// SPDX-License-Identifier: BSD-3-Clause
//
// All that the demo asks of libqi, in the demo's own words. There is no Python in it: coroutines are named
// by text, errors and output arrive as signals.
#pragma once

#include <functional>
#include <initializer_list>

#include <QObject>
#include <QString>
#include <qi/qi.h>

// An exception that nobody awaited, as the error callback gets it.
struct Failure {
    QString type;
    QString message;
    QString traceback;
    QString task;
    QString signal;
    QString target;
};

class Python : public QObject
{
    Q_OBJECT

  public:
    using Done = std::function<void(int status, const QString &text)>;

    // Starts the runtime with the plugins in `folder`; false with why() set.
    bool start(const QString &folder);
    QString why() const;
    QString version() const;

    // Shows an object to the plugins as qi.host.<name>.
    void show(const char *name, QObject *object);

    // Lets a signal launch a coroutine.
    void connectSignal(QObject *sender, const char *signal, const char *target,
                       qi_overlap overlap = QI_OVERLAP_CONCURRENT);

    // Starts a coroutine that is cancelled with `owner`. Returns its handle, to be released; `done` hears
    // of the end, with the result or the error as text, as long as `owner` lives.
    qi_task *run(const char *target, std::initializer_list<qi_value> args, QObject *owner,
                 Done done = {});

    // What the last shutdown found: true if nothing was left behind.
    bool endedClean() const { return m_clean; }
    size_t tasksCancelled() const { return m_cancelled; }

  signals:
    void failed(const Failure &failure);
    void printed(const QString &line);

  private:
    static void onError(const qi_error *error, const qi_origin *origin, void *user);
    static void onLine(const char *line, size_t size, void *user);
    static void onShutdown(const qi_shutdown_report *report, void *user);
    void check(int status, const QString &what);

    qi_runtime *m_runtime = nullptr;
    bool m_clean = false;
    size_t m_cancelled = 0;
};
