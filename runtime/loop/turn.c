/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One turn of the loop: poll, let timers expire, run callbacks, see what is left.
 *
 * With a host a turn runs iterations back to back until nothing is ready or the slice is used up, and
 * looks at the clock after each callback, so that the window gets its share in the middle of a batch,
 * too. It polls when it begins because of a descriptor, when the ready queue runs empty, and otherwise
 * every POLL_INTERVAL_NS, rather than once an iteration: system calls are most of an iteration's price.
 * While nobody but the loop itself has a descriptor, it polls rarely unless the host says that one is ready.
 *
 * Turns nest. A callback may run an event loop of the host's (QDialog::exec() and the like), and that
 * calls qip_loop_turn() again. The queue, the batch and the timers are the loop's, not the frame's, so a
 * nested turn simply goes on where the outer one stands, and the outer one finds less to do when it gets
 * control back. What needs care:
 *   - the task whose step is on the stack below is left before, and entered again after the nested turn;
 *   - no exception counts as handled in a nested turn, whatever the frames below are handling;
 *   - a callback whose Context is entered further down waits until that bracket closes;
 *   - a descriptor whose callback is on the stack below is not watched meanwhile.
 */
#include "loop/loop_p.h"
#include "loop/steps.h"
#include "python/child.h"
#include "python/visit.h"

#include <math.h>
#include <stddef.h>

enum {
    STALE_NS = 4000,                 /* how old the time may be that callbacks are measured by */
    SELF_PIPE_INTERVAL_NS = 10000000 /* only signal handlers are late if this is long */
};

typedef enum outcome {
    IDLE,    /* nothing is ready */
    MORE,    /* the slice is used up */
    STOPPED, /* the batch in which stop() was called is through */
    RAISED   /* SystemExit or KeyboardInterrupt is set */
} outcome;

/* -- running ---------------------------------------------------------------------------------------------------- */

/* A handle that somebody else made: asyncio's own for signals, or what a test put there. */
static qip_ran call_foreign(PyObject *handle)
{
    PyObject *cancelled = PyObject_GetAttrString(handle, "_cancelled");
    int given_up = cancelled ? PyObject_IsTrue(cancelled) : -1;

    Py_XDECREF(cancelled);
    if (given_up > 0)
        return QIP_RAN;
    PyObject *result = given_up == 0 ? PyObject_CallMethod(handle, "_run", NULL) : NULL;
    Py_XDECREF(result);
    return result ? QIP_RAN : QIP_RAN_RAISED;
}

/* "Executing <Handle …> took 0.123 seconds", by the logger that asyncio.base_events has at the moment. */
static void warn_if_slow(qip_loop *loop, PyObject *handle, double seconds)
{
    PyObject *base = NULL, *text = NULL, *result = NULL;
    PyObject *limit = PyObject_GetAttrString((PyObject *)loop, "slow_callback_duration");

    if (!limit || seconds < PyFloat_AsDouble(limit) || PyErr_Occurred())
        goto done;
    base = PyImport_ImportModule("asyncio.base_events");
    text = base ? PyObject_CallMethod(base, "_format_handle", "O", handle) : NULL;
    PyObject *logger = text ? PyObject_GetAttrString(base, "logger") : NULL;
    if (logger)
        result = PyObject_CallMethod(logger, "warning", "sOd", "Executing %s took %.3f seconds",
                                     text, seconds);
    Py_XDECREF(logger);
done:
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(handle);
    Py_XDECREF(result);
    Py_XDECREF(text);
    Py_XDECREF(base);
    Py_XDECREF(limit);
}

static qip_ran call_handle(PyObject *handle)
{
    return qip_handle_is_ours(handle) ? qip_handle_call((qip_handle *)handle) : call_foreign(handle);
}

static qip_ran call_handle_debug(qip_loop *loop, PyObject *handle)
{
    PyObject *outer = loop->current_handle;
    double began = qip_seconds(qip_clock_ns());

    loop->current_handle = Py_NewRef(handle);
    qip_ran ran = call_handle(handle);
    PyObject *raised = qip_take_exception();
    if (ran != QIP_RAN_BLOCKED)
        warn_if_slow(loop, handle, qip_seconds(qip_clock_ns()) - began);
    qip_give_exception(raised);
    Py_XSETREF(loop->current_handle, outer);
    return ran;
}

static inline qip_handle *own_handle(PyObject *handle)
{
    return qip_handle_is_ours(handle) ? (qip_handle *)handle : NULL;
}

/*
 * `own` is the handle if it is ours, else NULL; the caller lets go of it by finish_handle(). A Context can only
 * be entered once; where it is entered by a frame below, the callback waits, and where there is no such frame
 * (somebody else's Context.run() holds it for good) it fails as in asyncio.
 */
static qip_ran run_handle(qip_loop *loop, PyObject *handle, qip_handle *own)
{
    qip_ran ran = QIP_RAN;

    if (own)
        own->queued = false;
    if (!own || !own->cancelled) {
        qip_bracket_open(loop);
        ran = loop->debug ? call_handle_debug(loop, handle) : call_handle(handle);
        if (ran == QIP_RAN_BLOCKED && own && qip_level(loop) > 1 && qip_handle_is_of_connection(own))
            ran = qip_handle_call_beside(own);
        qip_bracket_close(loop);
        if (ran == QIP_RAN_BLOCKED) {
            ran = QIP_RAN;
            if (qip_level(loop) == 0) {
                PyErr_SetString(PyExc_RuntimeError, "cannot enter context: it is already entered");
                qip_loop_report(loop, "A callback's context is in use for good", handle);
            } else if (qip_defer(loop, handle) < 0) {
                PyErr_WriteUnraisable(handle);
            }
        }
    }
    return ran;
}

/* Lets go of a handle that run_handle() has run. */
static inline void finish_handle(qip_loop *loop, PyObject *handle, qip_handle *own)
{
    if (own && own->fd >= 0)
        qip_fd_unmask(loop, own);
    qip_handle_release(handle);
}

/* Beware: calls Python's clock where that is overridden. 0, or -1 with an exception. */
static int expire_timers(qip_loop *loop, uint64_t now_ns)
{
    if (!loop->timers.count)
        return 0;
    double now = qip_seconds(now_ns);
    if (qip_loop_overrides(loop) & QIP_OVERRIDES_TIME) {
        now = qip_loop_now(loop);
        if (now == -1 && PyErr_Occurred())
            return -1;
        now += loop->clock_resolution;
    }
    while (loop->timers.count && qip_timers_deadline(&loop->timers) <= now) {
        qip_timer *first = qip_timers_first(&loop->timers);
        if (!qip_ring_push(&loop->ready, qip_timer_handle_of(first))) {
            PyErr_NoMemory();
            return -1;
        }
        qip_timers_remove(&loop->timers, first); /* its reference is the ready queue's now */
    }
    return 0;
}

/*
 * Calls what exec_modal() has left, as interleaved code: outside of any bracket of this turn, so that
 * the event loop which it starts may turn us as if nothing were running.
 */
bool qip_loop_run_modals(qip_loop *loop)
{
    bool any = false;

    while (loop->modal.count) {
        PyObject *function = qip_ring_pop(&loop->modal);
        PyObject *result = PyObject_CallNoArgs(function);
        if (!result)
            qip_loop_report(loop, "Exception in a function given to exec_modal()", NULL);
        Py_XDECREF(result);
        Py_DECREF(function);
        any = true;
    }
    return any;
}

/* A new batch: poll if it is time, expire timers. 0, or -1 with an exception. */
static int begin_batch(qip_loop *loop, uint64_t now, bool must_poll)
{
    /* Whoever waits for a descriptor is called in asyncio's order: what is ready now, in the next iteration. */
    if (must_poll || qip_fd_in_use(loop) || now - loop->last_poll_ns >= SELF_PIPE_INTERVAL_NS) {
        if (qip_fd_poll(loop, false) < 0)
            return -1;
        loop->counters.polls++;
        loop->last_poll_ns = now;
    }
    if (expire_timers(loop, now) < 0)
        return -1;
    loop->todo = loop->ready.count;
    loop->counters.callbacks += loop->todo;
    return 0;
}

/* How long the host has let us wait for the turn that it was asked for. */
static void measure_lag(qip_loop *loop)
{
    qip_counters *counters = &loop->counters;
    const uint64_t ticks = loop->clock.now_ticks - counters->asked_ticks;

    counters->asked_ticks = 0;
    if (loop->clock.ticks_a_ns <= 0 || ticks > INT64_MAX)
        return;
    counters->lag_ns = (uint64_t)((double)ticks / loop->clock.ticks_a_ns);
    if (counters->lag_ns > counters->lag_max_ns)
        counters->lag_max_ns = counters->lag_ns;
}

/* What tells that an event loop has run inside a step, so that the window has lived meanwhile. */
static uint64_t period_of(const qip_loop *loop)
{
    return loop->thread == qip_pulse_ident() ? qip_pulse_period(qip_pulse_load())
                                             : loop->counters.nested_turns;
}

/* Since the clock was looked at last, a step has taken long, or those since then have. */
static void note_long_step(qip_loop *loop, const qip_handle *own, uint64_t ns)
{
    qip_loop_count_slow(loop, ns);
    if (own && loop->thread == qip_pulse_ident())
        qip_step_port.callback(own->callback, own->shares_context ? NULL : own->context, ns);
}

/* A callback has forked, and this is the child: it ends when the turn does (python/child.h). */
static bool is_childs_guest(const qip_loop *loop)
{
    return qip_loop_is_parents(loop) && loop->mode == QIP_MODE_GUEST;
}

/* What has come out of the callback is what comes out of the child. Takes the exception that is set. */
static void end_in_child(const qip_handle *own)
{
    PyObject *raised = qip_take_exception();
    PyObject *task = !raised && own && own->callback
                         ? PyObject_GetAttrString(own->callback, "__self__")
                         : NULL;

    if (task && PyObject_IsInstance(task, qip_asyncio.future_type) == 1)
        raised = PyObject_CallMethod(task, "exception", NULL);
    PyErr_Clear(); /* it was cancelled, goes on, or is no task */
    if (raised && PyExceptionInstance_Check(raised))
        (void)qip_child_raises(raised);
    Py_XDECREF(raised);
    Py_XDECREF(task);
}

/* *culprit: a new reference to the handle that the exception has come out of, where the outcome is RAISED. */
static outcome run_slice(qip_loop *loop, bool must_poll, PyObject **culprit)
{
    const uint64_t stale = loop->pace.slice_ns / 8 < STALE_NS ? loop->pace.slice_ns / 8 : STALE_NS;
    uint64_t now = qip_coarse_look(&loop->clock, stale);
    const unsigned news = (loop->host ? loop->host->vtable->news(loop->host) : QIP_HOST_EVENTS) |
                          loop->missed_news;
    const uint64_t end = now + qip_pace_begin(&loop->pace, news, now);
    uint64_t period = period_of(loop);

    loop->missed_news = 0;
    loop->counters.busy_since_ns = loop->host_had_ns = now;
    if (loop->counters.asked_ticks)
        measure_lag(loop);

    for (;;) {
        if (loop->modal.count && qip_loop_run_modals(loop))
            now = qip_coarse_look(&loop->clock, stale);
        if (!loop->running || loop->ending)
            return IDLE;
        if (is_childs_guest(loop))
            return IDLE; /* what waits is for the parent to run */
        if (qip_batch_is_through(loop)) {
            if (begin_batch(loop, now, must_poll) < 0)
                return RAISED;
            must_poll = false;
            if (!loop->todo)
                return loop->stopping ? STOPPED : IDLE;
        }
        loop->todo--;
        PyObject *handle = qip_ring_pop(&loop->ready);
        qip_handle *own = own_handle(handle);
        qip_ran ran = run_handle(loop, handle, own);
        if (is_childs_guest(loop)) {
            end_in_child(own);
            ran = QIP_RAN;
        }
        if (qip_coarse_is_stale(&loop->clock)) {
            const uint64_t before = now;
            now = qip_coarse_look(&loop->clock, stale);
            if (now - before > loop->counters.long_ns) {
                if (period == period_of(loop))
                    note_long_step(loop, own, now - before);
                period = period_of(loop);
            }
        }
        if (ran == QIP_RAN_RAISED)
            *culprit = Py_NewRef(handle);
        finish_handle(loop, handle, own);
        if (ran == QIP_RAN_RAISED)
            return RAISED;
        if (loop->lists.used) /* the callback has put a _run_once() in the place of ours */
            return loop->stopping ? STOPPED : MORE;
        if (!loop->todo && loop->stopping)
            return STOPPED;
        if (now >= end)
            return MORE;
    }
}

/* -- the host's side ------------------------------------------------------------------------------------------------ */

enum {
    MOST_BARE = 1 /* turns inside of a call like processEvents(), on top of the one that made the call */
};

/*
 * An event loop that is executed inside a callback waits for something, and asyncio goes on in it. A call that
 * only handles what waits, like processEvents(), does not: of 200 callbacks that make one each, every one would
 * run inside the one before. So there asyncio goes on once, and then holds still until that callback returns;
 * but a callback that makes the call again and again does wait, and is let in.
 */
static bool is_bare(const qip_loop *loop, int level)
{
    return loop->turns > 0 && level >= 0 && level == loop->host_level;
}

static int level_of(qip_loop *loop)
{
    int (*level)(qip_host *) = loop->host->vtable->level;

    return level ? level(loop->host) : -1;
}

/* Lets the host stop asking, and says why asyncio holds still if that is not what somebody asked for. */
static void refuse_nested_turn(qip_loop *loop)
{
    if (loop->paused)
        return;
    loop->paused = true;
    loop->host->vtable->pause(loop->host, true);
    if (qip_loop_is_too_deep(loop)) {
        PyErr_Format(
            PyExc_RecursionError,
            "%u Qt event loops are nested inside each other, the limit set by nested_limit; "
            "asyncio holds still until the innermost one returns",
            loop->nested_limit);
        qip_loop_report(loop, "Too many nested event loops", NULL);
    }
}

/* In owner mode the exception ends run_forever(); a guest has no caller, so it is reported. */
static void handle_raised(qip_loop *loop, PyObject *culprit)
{
    loop->todo = 0;
    if (loop->mode != QIP_MODE_OWNER) {
        qip_loop_report(loop, "A callback asked to end the process; as a guest, asyncio goes on",
                        culprit);
        return;
    }
    Py_XSETREF(loop->raised, qip_take_exception());
    loop->ending = true;
}

/*
 * Somebody's _run_once() has failed, and would again and again. As a guest the loop is not his alone, so it goes on
 * without it; else the exception ends run_forever(), as in asyncio.
 */
static outcome give_up_on_theirs(qip_loop *loop)
{
    const bool asks_for_end = PyErr_ExceptionMatches(PyExc_SystemExit) ||
                              PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);

    if (asks_for_end || loop->mode != QIP_MODE_GUEST)
        return RAISED;
    qip_lists_distrust(loop);
    qip_loop_report(
        loop,
        "A _run_once() that was put in the place of the loop's own failed; it is not called again",
        NULL);
    return MORE;
}

/* Somebody counts or replaces iterations: one a turn, through the attribute, in which the host has done the waiting. */
static outcome run_theirs(qip_loop *loop)
{
    const bool outer = loop->must_not_wait;

    loop->counters.busy_since_ns = loop->host_had_ns = qip_coarse_look(&loop->clock, 0);
    if (loop->counters.asked_ticks)
        measure_lag(loop);
    qip_loop_run_modals(loop);
    loop->must_not_wait = true;
    loop->lists.depth++;
    PyObject *result = qip_lists_run_once(loop);
    loop->lists.depth--;
    loop->must_not_wait = outer;
    Py_XDECREF(result);
    (void)qip_coarse_look(&loop->clock, 0);
    if (!result)
        return give_up_on_theirs(loop);
    if (!loop->running || loop->ending)
        return IDLE;
    if (loop->stopping)
        return STOPPED;
    return qip_loop_has_work(loop) ? MORE : IDLE;
}

static outcome run_turn(qip_loop *loop, bool must_poll, PyObject **culprit)
{
    return qip_lists_settle(loop) ? run_theirs(loop) : run_slice(loop, must_poll, culprit);
}

/* A turn has ended in which no other event loop has run. */
static void count_time(qip_loop *loop)
{
    qip_counters *counters = &loop->counters;

    if (!counters->busy_since_ns)
        return;
    const uint64_t lasted = loop->clock.now_ns - counters->busy_since_ns;
    counters->busy_ns += lasted;
    counters->slice_overruns += lasted >= 2 * loop->pace.turn_ns;
}

/* Before Qt waits: one of its dispatchers says nothing if what it shall watch is closed, and waits for ever. */
static void look_for_poller(qip_loop *loop)
{
    if (!qip_poller_is_there(loop->poller) && qip_fd_renew(loop) < 0)
        qip_loop_report(loop, "The event loop's own descriptors are lost", NULL);
}

static void turn(qip_loop *loop)
{
    bool must_poll = !loop->wake_asked;

    loop->wake_asked = false;
    if (!loop->running || loop->closed)
        return;
    const int level = level_of(loop);
    if (qip_wait_ends(loop, level))
        return;
    const int outer_level = loop->host_level, outer_bare = loop->bare;
    const int bare = is_bare(loop, level) ? outer_bare + 1 : 0;
    if (!qip_loop_may_turn(loop) || (bare > MOST_BARE && loop->asked_in_vain < QIP_PATIENCE)) {
        refuse_nested_turn(loop);
        return;
    }
    loop->asked_in_vain = 0;
    loop->host_level = level;
    loop->bare = bare;
    PyObject *outer_task = qip_level(loop) ? qip_task_leave((PyObject *)loop) : NULL;
    if (PyErr_Occurred())
        PyErr_WriteUnraisable((PyObject *)loop);
    qip_exc_scope scope;
    qip_exc_scope_enter(&scope);
    const uint64_t period = period_of(loop);
    loop->counters.turns++;
    loop->counters.nested_turns += loop->turns++ > 0;
    PyObject *culprit = NULL;
    outcome ended = run_turn(loop, must_poll, &culprit);
    loop->turns--;
    loop->host_level = outer_level;
    loop->bare = outer_bare;
    if (period == period_of(loop))
        count_time(loop);
    loop->counters.busy_since_ns = 0;
    qip_pace_end(&loop->pace, ended == MORE, loop->clock.now_ns);
    if (ended == RAISED)
        handle_raised(loop, culprit);
    Py_XDECREF(culprit);
    qip_exc_scope_leave(&scope);
    qip_task_enter_again((PyObject *)loop, outer_task);

    if (ended == STOPPED && loop->running && qip_level(loop) == 0) {
        if (loop->mode == QIP_MODE_OWNER)
            loop->ending = true;
        else
            qip_loop_finish_guest(loop);
    }
    if (ended != MORE && qip_loop_is_idle(loop))
        qip_contexts_settle(&loop->contexts);
    if (!qip_loop_has_work(loop) && loop->running && loop->poller)
        look_for_poller(loop);
    if (loop->waits && loop->host) { /* who waits below looks whether it was for this */
        loop->wait_over = true;
        loop->host->vtable->quit(loop->host);
    }
    if (loop->ending && loop->host) {
        loop->host->vtable->quit(loop->host);
        return;
    }
    qip_loop_resume(loop);
    qip_loop_settle(loop);
}

void qip_loop_turn(void *client)
{
    if (!Py_IsInitialized()) /* the host has finalised Python under a running guest */
        return;
    if (is_childs_guest(
            client)) /* the host's child goes on in Qt's event loop; the parent's callbacks do not */
        return;
    qip_visit visit = qip_python_enter();
    PyObject *loop = Py_NewRef((PyObject *)client);

    turn((qip_loop *)loop);
    qip_loop_left((qip_loop *)loop);
    if (((qip_loop *)loop)->mode == QIP_MODE_OWNER)
        visit.forks = qip_fork_count; /* a child that was forked in it returns to run_forever(), below */
    Py_DECREF(loop);
    qip_python_leave(visit);
}

/* -- without a host ------------------------------------------------------------------------------------------------- */

int qip_loop_iterate(qip_loop *loop, bool may_block)
{
    bool block = may_block && !qip_loop_has_work(loop) && !loop->stopping;

    loop->turns++;
    if (loop->thread == qip_pulse_ident())
        qip_pulse_store(qip_pulse_load() + QIP_PULSE_PERIOD);
    qip_loop_run_modals(loop);
    if (block) {
        qip_contexts_settle(&loop->contexts);
        block = !qip_loop_has_work(loop) && !loop->stopping;
    }
    if (block)
        qip_loop_arm_timer(loop);
    int result = 0;
    if (qip_loop_is_going_down(loop))
        qip_loop_poll_anyhow(loop, block);
    else
        result = qip_fd_poll(loop, block);
    if (result == 0)
        result = expire_timers(loop, qip_clock_ns());
    loop->counters.callbacks += loop->ready.count -
                                loop->todo; /* of a batch below, some are counted already */
    loop->todo = loop->ready.count;
    while (result == 0 && loop->todo && loop->ready.count && !qip_loop_is_late(loop)) {
        loop->todo--;
        PyObject *handle = qip_ring_pop(&loop->ready);
        qip_handle *own = own_handle(handle);
        if (run_handle(loop, handle, own) == QIP_RAN_RAISED)
            result = -1;
        finish_handle(loop, handle, own);
        if (loop->modal.count && result == 0)
            qip_loop_run_modals(loop);
    }
    loop->todo = 0;
    loop->turns--;
    return result;
}
