// SPDX-License-Identifier: BSD-3-Clause
#include "watchdog.h"

static const unsigned kLimit = 500;     // milliseconds until a stall is told of
static const unsigned kPatience = 3000; // and until it is ended

bool Watchdog::start(qi_runtime *runtime)
{
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.limit_ms = kLimit;
    options.repeat_ms = kLimit;
    options.stalled = onStall;
    options.stalled_user = this;
    return qi_watchdog_start(runtime, &options) == QI_OK;
}

// Called in the watchdog's thread, while the window's is stuck: the signal waits for that.
int Watchdog::onStall(const qi_stall *stall, void *user)
{
    if (stall->over || stall->milliseconds < kPatience)
        return QI_STALL_WAIT;
    emit static_cast<Watchdog *>(user)->stalled(
        QString::fromUtf8(stall->plugin), QString::fromUtf8(stall->task), int(stall->milliseconds),
        QString::fromUtf8(stall->stack));
    return QI_STALL_INTERRUPT;
}
