/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting in the middle of a callback, or of a run_forever() that is not ours: what select() does for code that runs
 * iterations itself, as the run_until_complete() of nest_asyncio does. Where there is a host, its event loop is
 * executed meanwhile, so the window lives; the first turn that comes to it ends the wait, and the waiting
 * code runs what is ready. Event loops that somebody executes inside it are nested ones like any.
 */
#include "loop/loop_p.h"

#include "python/visit.h"

#include <math.h>

static int wait_alone(qip_loop *loop, double seconds)
{
    const bool block = seconds > 0 && !qip_loop_has_work(loop);

    if (block)
        qip_loop_arm_in(loop, seconds);
    return qip_fd_poll(loop, block);
}

static void exec_host(qip_loop *loop)
{
    qip_host *host = loop->host;

    Py_BEGIN_ALLOW_THREADS;
    host->vtable->exec(host);
    Py_END_ALLOW_THREADS;
    qip_python_resumed();
}

/* 0, or -1 with an exception. */
static int wait_in_host(qip_loop *loop, double seconds)
{
    const int outer_waits = loop->waits, outer_level = loop->wait_level;
    const int outer_turns = loop->wait_turns;
    const bool outer_blocked = loop->wait_blocked;

    qip_wait_resume(loop);
    (void)qip_wait_take_news(loop);
    if (qip_loop_has_work(loop) || seconds <= 0)
        loop->host->vtable->wake(loop->host); /* a cycle of it, and no more */
    else
        qip_loop_arm_in(loop, seconds);
    loop->waits++;
    loop->wait_level = qip_wait_level(loop) + 1;
    loop->wait_turns = loop->turns;
    loop->wait_over = loop->wait_blocked = false;
    exec_host(loop);
    const bool is_left = !loop->host; /* the loop was stopped, or ended, in there */
    const bool over = loop->wait_over && !is_left;
    loop->waits = outer_waits;
    loop->wait_level = outer_level;
    loop->wait_turns = outer_turns;
    loop->wait_blocked = outer_blocked;
    loop->wait_over = loop->waits > 0;
    if (loop->wait_over && !is_left) /* who waits below looks whether something has come about for him */
        loop->host->vtable->quit(loop->host);
    loop->host_had_ns = qip_clock_ns();
    if (PyErr_CheckSignals() < 0)
        return -1;
    if (!over) {
        PyErr_SetString(PyExc_RuntimeError, "Qt's event loop ended while asyncio waited in it");
        return -1;
    }
    return loop->poller ? qip_fd_poll(loop, false) : 0;
}

static int borrow_host(qip_loop *loop)
{
    if (qip_loop_attach_host(loop) < 0)
        return -1;
    loop->host_borrowed = true;
    loop->host_had_ns = qip_clock_ns();
    return 0;
}

int qip_loop_wait(qip_loop *loop, double seconds)
{
    if (loop->mode == QIP_MODE_NATIVE || loop->foreign_selector)
        return wait_alone(loop, seconds);
    if (!loop->host && borrow_host(loop) < 0)
        return -1;
    if (qip_fd_poll(loop, false) < 0)
        return -1;
    const bool is_hosts_turn = qip_clock_ns() - loop->host_had_ns >= loop->pace.slice_ns;
    if (!is_hosts_turn && (seconds <= 0 || qip_loop_has_work(loop) || loop->stopping))
        return 0;
    return wait_in_host(loop, seconds);
}

/* -- for Python --------------------------------------------------------------------------------------- */

/* What select() does: -1 with an exception, or how many seconds it may take. */
static double seconds_of(PyObject *timeout)
{
    double seconds = timeout == Py_None ? INFINITY : PyFloat_AsDouble(timeout);
    return seconds < 0 && !PyErr_Occurred() ? 0 : seconds;
}

/* Waits only for whoever runs the loop by a _run_once() of his own; else the host or our own iteration does. */
static PyObject *loop_poll(PyObject *self, PyObject *timeout)
{
    qip_loop *loop = (qip_loop *)self;
    const double seconds = seconds_of(timeout);
    const bool waits = loop->running && loop->thread == PyThread_get_thread_ident() &&
                       loop->lists.used && !loop->must_not_wait;

    if (PyErr_Occurred())
        return NULL;
    loop->must_not_wait = false;
    if ((waits ? qip_loop_wait(loop, seconds) : qip_fd_poll(loop, false)) < 0)
        return NULL;
    if (qip_loop_is_idle(loop))
        qip_loop_settle(loop); /* the poll may have taken the deadline away */
    Py_RETURN_NONE;
}

/* Somebody runs the loop by himself, as a rule in a callback, until what he waits for has come about. 0, or -1 with an
 * exception. */
static int iterate_for_somebody(qip_loop *loop)
{
    PyObject *outer_task = qip_task_leave((PyObject *)loop);
    qip_exc_scope scope;

    if (PyErr_Occurred())
        PyErr_WriteUnraisable((PyObject *)loop);
    qip_exc_scope_enter(&scope);
    int result = qip_loop_wait(loop, qip_loop_has_work(loop) ? 0 : qip_loop_until_timer(loop));
    if (result == 0)
        result = qip_loop_iterate(loop, false);
    qip_exc_scope_leave(&scope);
    qip_task_enter_again((PyObject *)loop, outer_task);
    return result;
}

/* One iteration. */
static PyObject *loop_run_once(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;
    const bool running_here = loop->running && loop->thread == PyThread_get_thread_ident();

    if (qip_lists_settle(loop)) /* somebody's own _run_once() calls us, and has changed the rest */
        return qip_lists_run_stock(loop);
    int result = running_here ? iterate_for_somebody(loop) : qip_loop_iterate(loop, !loop->host);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

PyMethodDef qip_wait_methods[] = {
    {"_poll", loop_poll, METH_O, NULL},
    {"_run_once", loop_run_once, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
