/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking the host for the next turn: now, for what is ready, or when the first timer is due. */
#include "loop/loop_p.h"

#include <math.h>

/* How often a foreign selector is asked that has no descriptor which the host could watch. */
static const double foreign_interval = 0.01;

void qip_loop_wake_from_afar(qip_loop *loop)
{
    if (!qip_poller_wake(loop->poller) && loop->host)
        loop->host->vtable->wake_anyhow(loop->host);
}

void qip_loop_ask_wake(qip_loop *loop)
{
    if (!loop->host || loop->wake_asked || loop->paused)
        return;
    if (loop->thread != PyThread_get_thread_ident()) {
        /* call_soon() and the like in the wrong thread, which asyncio does not check: spare the host. */
        qip_loop_wake_from_afar(loop);
        return;
    }
    loop->wake_asked = true;
    loop->counters.asked_ticks = qip_ticks();
    if (!loop->host->vtable->wake(loop->host))
        qip_loop_wake_from_afar(loop);
}

/* The deadline on the poller's clock, rounded up so that no timer is found early. */
static uint64_t deadline_ns(double when)
{
    double ns = ceil(when * 1e9);
    if (ns <= 0)
        return 0;
    return ns < 9e18 ? (uint64_t)ns : (uint64_t)9e18;
}

/* What a time of the loop's clock is on the system's, now. Beware: may call Python. INFINITY: unknown. */
static double on_system_clock(qip_loop *loop, double when)
{
    if (!(qip_loop_overrides(loop) & QIP_OVERRIDES_TIME))
        return when;
    PyObject *raised = qip_take_exception();
    double now = qip_loop_now(loop);
    bool failed = now == -1 && PyErr_Occurred();
    if (failed)
        PyErr_WriteUnraisable((PyObject *)loop);
    qip_give_exception(raised);
    return failed ? INFINITY : qip_seconds(qip_clock_ns()) + (when - now);
}

void qip_loop_arm_timer(qip_loop *loop)
{
    double when = qip_first_deadline(loop);

    if (when < INFINITY)
        when = on_system_clock(loop, when);
    if (loop->foreign_selector && loop->foreign_fd < 0)
        when = fmin(when, qip_seconds(qip_clock_ns()) + foreign_interval);
    if (when < INFINITY && loop->poller && !qip_poller_arm(loop->poller, deadline_ns(when)))
        qip_loop_ask_wake(loop); /* the turn finds that the poller is lost, and makes it anew */
}

void qip_loop_arm_in(qip_loop *loop, double seconds)
{
    if (loop->foreign_selector && loop->foreign_fd < 0)
        seconds = fmin(seconds, foreign_interval);
    if (seconds < INFINITY && loop->poller)
        qip_poller_arm(loop->poller, deadline_ns(qip_seconds(qip_clock_ns()) + seconds));
}

double qip_loop_until_timer(qip_loop *loop)
{
    double when = qip_first_deadline(loop);

    return when < INFINITY ? fmax(0, on_system_clock(loop, when) - qip_seconds(qip_clock_ns()))
                           : INFINITY;
}

void qip_loop_settle(qip_loop *loop)
{
    if (!loop->running)
        return;
    if (qip_loop_has_work(loop) || loop->stopping)
        qip_loop_ask_wake(loop);
    else
        qip_loop_arm_timer(loop);
}

/* A callback goes on handling events of the host while we hold still: it may wait for something of ours. */
static void ask_again(qip_loop *loop, bool blocks)
{
    loop->asked_in_vain = blocks ? QIP_PATIENCE : loop->asked_in_vain + 1;
    if (loop->asked_in_vain < QIP_PATIENCE || qip_loop_is_too_deep(loop))
        return;
    loop->paused = false;
    loop->host->vtable->pause(loop->host, false);
}

/*
 * The host is about to poll or wait, perhaps in an event loop that a callback has started: what that
 * callback has scheduled before must not lie there until it returns. Called without the GIL; outside
 * of callbacks and turns there is nothing to do, and no need to take it.
 */
void qip_loop_check(void *client, bool blocks)
{
    qip_loop *loop = client;

    if (loop->thread == qip_pulse_ident())
        qip_pulse_cycle(qip_top_frame((PyThreadState *)qip_pulse_thread()));
    if (loop->paused && loop->bare)
        ask_again(loop, blocks);
    if (loop->waits)
        qip_wait_check(loop, blocks);
    if (qip_loop_is_idle(loop) || loop->paused || loop->wake_asked || !Py_IsInitialized())
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    qip_loop_settle(loop);
    PyGILState_Release(gil);
}
