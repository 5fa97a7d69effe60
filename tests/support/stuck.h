/* SPDX-License-Identifier: BSD-3-Clause */
/* A QObject whose slots do not return until somebody lets them, for tests of what hangs. */
#ifndef QI_TESTS_STUCK_H
#define QI_TESTS_STUCK_H

#include <QtCore/qeventloop.h>
#include <QtCore/qobject.h>
#include <QtCore/qsemaphore.h>

namespace tests
{

class Stuck : public QObject
{
    Q_OBJECT

  public:
    /* Blocks until the test opens it. */
    Q_INVOKABLE void wait() { gate.acquire(); }
    Q_INVOKABLE void exec() { loop.exec(); }
    Q_INVOKABLE void quit() { loop.quit(); }

    QSemaphore gate;
    QEventLoop loop;

  Q_SIGNALS:
    void plain();
    void numbered(int number);
};

} // namespace tests

#endif
