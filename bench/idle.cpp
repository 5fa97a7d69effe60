// SPDX-License-Identifier: BSD-3-Clause
#include "idle.h"

#include <cstdio>
#include <utility>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qtimer.h>

namespace bench
{

namespace
{

constexpr int SETTLE_MS = 300;

// How often this thread has blocked so far; -1: unknown.
long voluntary_switches()
{
    std::FILE *status = std::fopen("/proc/thread-self/status", "re");
    char line[256];
    long count = -1;

    while (status && count < 0 && std::fgets(line, sizeof line, status))
        (void)std::sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    if (status)
        std::fclose(status);
    return count;
}

} // namespace

void count_wakeups(int milliseconds, std::function<void(long)> done)
{
    QTimer::singleShot(SETTLE_MS, Qt::PreciseTimer, qApp, [milliseconds, done = std::move(done)] {
        const long before = voluntary_switches();
        // The thread blocks once until this timer; whatever is more somebody else has caused.
        QTimer::singleShot(milliseconds, Qt::PreciseTimer, qApp, [before, done] {
            done(before < 0 ? -1 : voluntary_switches() - before - 1);
        });
    });
}

} // namespace bench
