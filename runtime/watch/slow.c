/* SPDX-License-Identifier: BSD-3-Clause */
/* What a slow step was is asked when it has ended, of what the loop or the slot still holds of it. */
#include "watch/slow.h"

#include <stdlib.h>
#include <string.h>

#include "core/hostcall.h"
#include "core/status.h"
#include "python/compat.h"
#include "python/call.h"
#include "python/report.h"
#include "python/interp.h"
#include "loop/loop_p.h"

/* Who hears of them. The host may stop the watchdog in the call, and its pointer is needed until that has returned. */
typedef struct hearer {
    qi_slow_step_fn fn;
    qip_user user;
    unsigned references; /* GIL */
} hearer;

static struct {
    uint64_t limit_ns; /* 0: none is told */
    hearer *hearer;    /* NULL: they are logged */
} log_of;

/* GIL: held, and given away. Beware: runs the host's code. */
static void drop(hearer *one)
{
    if (!one || --one->references)
        return;
    PyThreadState *thread = qip_gil_drop();
    qip_user_destroy(&one->user);
    qip_gil_take(thread);
    free(one);
}

/* The counter's rate is asked of the loop when it is known there; a first guess is that of a slow processor. */
static double ticks_a_ns(void)
{
    const qip_loop *loop = qip_pulse_loop();

    return loop && loop->clock.ticks_a_ns > 0 ? loop->clock.ticks_a_ns : 1;
}

static void set_limit(unsigned milliseconds)
{
    qip_loop *loop = qip_pulse_loop();

    log_of.limit_ns = (uint64_t)milliseconds * 1000000;
    qip_step_port.limit_ns = log_of.limit_ns ? log_of.limit_ns : UINT64_MAX;
    /* Too early rather than too late: the time is looked at again. */
    qip_pulse_now.slow_ticks = (uint64_t)((double)log_of.limit_ns * ticks_a_ns() / 2);
    if (milliseconds && !qip_pulse_now.slow_ticks)
        qip_pulse_now.slow_ticks = 1;
    if (loop)
        qip_loop_look_for_long(loop);
}

int qip_slow_set(unsigned milliseconds, qi_slow_step_fn fn, qip_user user)
{
    hearer *one = fn || user.destroy ? malloc(sizeof *one) : NULL, *before = log_of.hearer;

    if ((fn || user.destroy) && !one)
        return qip_fail(QI_ERR_MEMORY, "out of memory for who hears of slow steps");
    if (one)
        *one = (hearer){fn, user, 1};
    log_of.hearer = one;
    set_limit(milliseconds);
    drop(before);
    return QI_OK;
}

void qip_slow_unset(void)
{
    (void)qip_slow_set(0, NULL, (qip_user){NULL, NULL});
}

typedef struct slow_call {
    const hearer *to;
    const qi_slow_step *step;
} slow_call;

static void call_host(void *data)
{
    const slow_call *call = data;
    call->to->fn(call->step, call->to->user.user);
}

static const char *utf8(PyObject *text)
{
    const char *result = text && PyUnicode_Check(text) ? PyUnicode_AsUTF8(text) : NULL;

    PyErr_Clear();
    return result;
}

static void log_step(const qi_slow_step *step)
{
    const char *what = step->coroutine ? step->coroutine
                       : step->target  ? step->target
                                       : "a callback";

    qip_log(QI_LOG_WARNING, "qi", "a step of %s%s%s%s took %.1f ms%s%s", what,
            step->task ? ", task " : "", step->task ? step->task : "",
            step->signal ? ", started by a signal," : "", (double)step->microseconds / 1000,
            step->plugin ? ", in the plugin " : "", step->plugin ? step->plugin : "");
}

/* `parts` is (task, coroutine, plugin, signal, target); `signal` and `target` stand for what it has not. */
static void tell(PyObject *parts, PyObject *signal, PyObject *target, uint64_t ns)
{
    PyObject *known[5] = {NULL};

    for (Py_ssize_t i = 0; parts && PyTuple_Check(parts) && i < 5 && i < PyTuple_GET_SIZE(parts); i++)
        known[i] = PyTuple_GET_ITEM(parts, i);
    const qi_slow_step step = {
        .size = sizeof step,
        .microseconds = ns / 1000,
        .task = utf8(known[0]),
        .coroutine = utf8(known[1]),
        .plugin = utf8(known[2]),
        .signal = utf8(signal) ? utf8(signal) : utf8(known[3]),
        .target = utf8(target) ? utf8(target) : utf8(known[4]),
    };
    hearer *to = log_of.hearer;

    if (!to || !to->fn) {
        log_step(&step);
        return;
    }
    to->references++;
    PyThreadState *thread = qip_gil_drop();
    (void)qip_hostcall("the watchdog's slow callback", call_host, &(slow_call){to, &step});
    qip_gil_take(thread);
    drop(to);
}

void qip_slow_callback(PyObject *callback, PyObject *context, uint64_t ns)
{
    if (!log_of.limit_ns || ns < log_of.limit_ns)
        return;
    PyObject *raised = qip_take_exception();
    PyObject *parts = qip_call_python("qi._watch.stalls", "describe_step", "(OO)",
                                      callback ? callback : Py_None, context ? context : Py_None);

    PyErr_Clear();
    tell(parts, NULL, NULL, ns);
    Py_XDECREF(parts);
    qip_give_exception(raised);
}

void qip_slow_launch(const qip_stopwatch *watch, PyObject *outcome, PyObject *signal, PyObject *target)
{
    const uint64_t ns = (uint64_t)((double)(qip_ticks() - watch->ticks) / ticks_a_ns());
    qip_loop *loop = qip_pulse_loop();

    /* An event loop inside has let the window live; and what other threads' loops launch is not the window's. */
    if (ns < log_of.limit_ns || qip_pulse_period(qip_pulse_load()) != watch->period ||
        PyThread_get_thread_ident() != qip_pulse_ident())
        return;
    PyObject *raised = qip_take_exception(), *parts = NULL;
    PyObject *task_type = qip_asyncio.task_type;
    Py_XINCREF(signal); /* a slot's, which may get another meanwhile */
    Py_XINCREF(target);
    if (outcome && PyObject_TypeCheck(outcome, (PyTypeObject *)task_type))
        parts = qip_call_python("qi._watch.stalls", "describe_task", "(O)", outcome);
    PyErr_Clear();
    if (loop && qip_loop_is_idle(loop)) /* else it is part of a callback that is measured */
        qip_loop_count_slow(loop, ns);
    tell(parts, signal, target, ns);
    Py_XDECREF(parts);
    Py_XDECREF(target);
    Py_XDECREF(signal);
    qip_give_exception(raised);
}
