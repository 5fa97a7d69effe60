/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's timers: a function, a clock of Qt's, and a handle.
 *
 * A timer is held by the list of those that have not ended, by its handle, and by each call of it. It ends once, in
 * end(): it leaves the list, its clock goes, and the host's `destroy` is called, when no call of it is on the stack. All but
 * the count and `active` is touched in the GUI thread only. No Python runs here; the GIL, where a caller has it, is given
 * away around the host's code.
 */
#include "life/timers.h"

#include <Python.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <qi/timer.h>

#include "core/callout.h"
#include "core/handles.h"
#include "core/hostcall.h"
#include "core/status.h"
#include "core/users.h"
#include "python/gate.h"
#include "python/interp.h"
#include "qt/bridge.h"

struct qi_timer {
    atomic_int references;
    atomic_bool active;
    const qi_runtime *runtime;
    qi_timer_fn call;
    qip_user user;
    qip_qt_timer *clock; /* NULL: ended */
    unsigned wait_ms;    /* that the clock has */
    unsigned repeat_ms;  /* 0: once */
    unsigned calls;      /* that are on the stack */
    bool has_handle;     /* somebody may start it again */
    qi_timer *next;
};

static qi_timer *timers; /* those that have not ended */

static void keep(void *timer)
{
    atomic_fetch_add(&((qi_timer *)timer)->references, 1);
}

static void drop(qi_timer *timer)
{
    if (atomic_fetch_sub(&timer->references, 1) == 1)
        free(timer);
}

/* -- the end ------------------------------------------------------------------------------------------- */

static void call_destroy(qi_timer *timer)
{
    PyThreadState *thread = qip_gil_drop();

    qip_user_destroy(&timer->user);
    qip_gil_take(thread);
}

/* The caller holds a reference. */
static void end(qi_timer *timer)
{
    qi_timer **link = &timers;

    if (!timer->clock)
        return;
    while (*link != timer)
        link = &(*link)->next;
    *link = timer->next;
    atomic_store(&timer->active, false);
    qip_qt_timer_free(timer->clock);
    timer->clock = NULL;
    if (!timer->calls)
        call_destroy(timer);
    drop(timer);
}

void qip_timers_end(void)
{
    while (timers) { /* Beware: a `destroy` may release others */
        qi_timer *timer = timers;
        keep(timer);
        end(timer);
        drop(timer);
    }
}

/* -- a call ---------------------------------------------------------------------------------------------- */

static void call_host(void *data)
{
    qi_timer *timer = data;
    timer->call(timer->has_handle ? timer : NULL, timer->user.user);
}

static void start_clock(qi_timer *timer, unsigned wait_ms)
{
    timer->wait_ms = wait_ms;
    atomic_store(&timer->active, true);
    qip_qt_timer_start(timer->clock, wait_ms, timer->repeat_ms != 0);
}

/* The job of the clock. Beware: the call may do anything, also end the timer and the runtime. */
static void fire(void *data)
{
    qi_timer *timer = data;

    if (qip_runtime_current() != timer->runtime ||
        qip_runtime_phase(timer->runtime) != QI_RUNTIME_STATE_RUNNING)
        return; /* its end comes with the runtime's */
    keep(timer);
    if (!timer->repeat_ms)
        atomic_store(&timer->active, false);
    else if (timer->wait_ms != timer->repeat_ms)
        start_clock(timer, timer->repeat_ms);
    timer->calls++;
    PyThreadState *thread = qip_gil_drop();
    if (qip_callout_begin()) {
        (void)qip_hostcall("a timer's call", call_host, timer);
        qip_callout_end();
    }
    qip_gil_take(thread);
    timer->calls--;
    if (!timer->clock && !timer->calls)
        call_destroy(timer);
    else if (!timer->has_handle && !atomic_load(&timer->active))
        end(timer);
    drop(timer);
}

/* -- the public functions ---------------------------------------------------------------------------------- */

static int check_times(unsigned after_ms, unsigned repeat_ms)
{
    if (after_ms <= INT_MAX && repeat_ms <= INT_MAX)
        return QI_OK;
    return qip_fail(QI_ERR_RANGE, "a timer of %u milliseconds is too long; the longest is %d",
                    after_ms > INT_MAX ? after_ms : repeat_ms, INT_MAX);
}

static qi_timer *make(const qi_runtime *runtime, qi_timer_fn call, qip_user user, bool has_handle)
{
    qi_timer *timer = calloc(1, sizeof *timer);

    if (!timer || !(timer->clock = qip_qt_timer_new(fire, timer)) ||
        (has_handle && qip_handle_add(timer, QIP_HANDLE_TIMER) != QI_OK)) {
        if (!timer)
            qip_fail(QI_ERR_MEMORY, "out of memory for a timer");
        else
            qip_qt_timer_free(timer->clock);
        free(timer);
        return NULL;
    }
    atomic_init(&timer->references, has_handle ? 2 : 1);
    atomic_init(&timer->active, false);
    timer->runtime = runtime;
    timer->call = call;
    timer->user = user;
    timer->has_handle = has_handle;
    timer->next = timers;
    timers = timer;
    return timer;
}

int qi_timer_start(qi_runtime *runtime, unsigned after_ms, unsigned repeat_ms, qi_timer_fn call,
                   void *user, qi_destroy_fn destroy, qi_timer **out)
{
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    if (status == QI_OK && !call)
        status = qip_fail(QI_ERR_ARGUMENT, "`call` is NULL; it is the function to call");
    if (status == QI_OK)
        status = check_times(after_ms, repeat_ms);
    if (status != QI_OK)
        return status;
    qi_timer *timer = make(runtime, call, (qip_user){user, destroy}, out != NULL);
    if (!timer)
        return qi_last_error()->status;
    timer->repeat_ms = repeat_ms;
    start_clock(timer, after_ms);
    if (out)
        *out = timer;
    return QI_OK;
}

/* With a reference, for the GUI thread. */
static int take(const qi_timer *timer)
{
    int status = qip_handle_take(timer, QIP_HANDLE_TIMER, "timer", keep);

    if (status != QI_OK || qip_runtime_on_gui_thread())
        return status;
    drop((qi_timer *)timer);
    return qip_fail(QI_ERR_WRONG_THREAD,
                    "timers belong to the GUI thread; qi_runtime_post() gets there");
}

int qi_timer_restart(qi_timer *timer, unsigned after_ms, unsigned repeat_ms)
{
    int status = take(timer);

    if (status != QI_OK)
        return status;
    status = check_times(after_ms, repeat_ms);
    if (status == QI_OK && !timer->clock)
        status = qip_fail(QI_ERR_NOT_RUNNING, "the timer has ended with its runtime");
    if (status == QI_OK) {
        timer->repeat_ms = repeat_ms;
        start_clock(timer, after_ms);
    }
    drop(timer);
    return status;
}

int qi_timer_stop(qi_timer *timer)
{
    int status = take(timer);

    if (status != QI_OK)
        return status;
    if (timer->clock)
        qip_qt_timer_stop(timer->clock);
    atomic_store(&timer->active, false);
    drop(timer);
    return QI_OK;
}

bool qi_timer_is_active(const qi_timer *timer)
{
    if (!qip_handle_take_quietly(timer, QIP_HANDLE_TIMER, keep))
        return false;
    const bool active = atomic_load(&timer->active);
    drop((qi_timer *)timer);
    return active;
}

int qi_timer_release(qi_timer *timer)
{
    if (!timer)
        return QI_OK;
    int status = take(timer);
    if (status != QI_OK)
        return status;
    if (qip_handle_give_up(timer, QIP_HANDLE_TIMER))
        drop(timer);
    end(timer);
    drop(timer);
    return QI_OK;
}
