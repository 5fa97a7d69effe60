/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Polling while a loop is brought down (down.c). It never fails, and never lasts beyond the loop's time: the poller may
 * be lost, or closed for good.
 */
#include "loop/loop_p.h"

#include <math.h>
#include <time.h>

enum { NAP_NS = 1000000 };

bool qip_loop_is_late(const qip_loop *loop)
{
    return qip_loop_is_going_down(loop) && qip_clock_ns() >= loop->down_until_ns;
}

static void nap(void)
{
    const struct timespec moment = {.tv_nsec = NAP_NS};

    Py_BEGIN_ALLOW_THREADS
    nanosleep(&moment, NULL);
    Py_END_ALLOW_THREADS
}

void qip_loop_poll_anyhow(qip_loop *loop, bool block)
{
    uint64_t limit = loop->down_until_ns;
    if (loop->timers.count) { /* the poller's own timer may be what was closed */
        const double next = ceil(qip_timers_deadline(&loop->timers) * 1e9);
        limit = next < (double)limit ? (uint64_t)fmax(next, 0) : limit;
    }
    if (loop->poller)
        qip_poller_limit(loop->poller, limit);
    if (qip_fd_poll(loop, block) == 0)
        return;
    if (loop->poll_failed)
        PyErr_Clear();
    else
        qip_loop_report(loop, "The event loop cannot poll; it ends without descriptors", NULL);
    loop->poll_failed = true;
    if (block)
        nap();
}
