// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>
#include <qi/monitor.h>

// Tells of Python code that does not give the window back, and ends it when it has done so for too long.
class Watchdog : public QObject
{
    Q_OBJECT

  public:
    bool start(qi_runtime *runtime);

  signals:
    // Where the window was stuck, told when it is not any more.
    void stalled(const QString &plugin, const QString &task, int milliseconds, const QString &stack);

  private:
    static int onStall(const qi_stall *stall, void *user);
};
