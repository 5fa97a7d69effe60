/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bringing down the loop of a host, whatever Python code has made of it: a clock that raises, an iteration of
 * somebody else's, a poller that is closed, attributes that are gone. The stages are in _life/shutdown.py; what
 * they need of the loop is here, and goes by the loop's own ways alone. Nothing here waits beyond its time.
 */
#include "loop/loop.h"
#include "loop/loop_p.h"

#include <math.h>

#include "python/asyncio.h"
#include "python/report.h"

enum { ONCE_NS = 1000000 }; /* for what is ready */

/* Takes those that have ended from the end of a list. True: none is left. */
static bool all_ended(PyObject *futures)
{
    for (Py_ssize_t size; (size = PyList_GET_SIZE(futures)) > 0;) {
        PyObject *done = PyObject_CallMethod(PyList_GET_ITEM(futures, size - 1), "done", NULL);
        const bool has_ended = done == Py_True;
        Py_XDECREF(done);
        PyErr_Clear(); /* a future of somebody's that does not even tell this has not ended */
        if (!has_ended || PyList_SetSlice(futures, size - 1, size, NULL) < 0)
            break;
    }
    PyErr_Clear();
    return PyList_GET_SIZE(futures) == 0;
}

static void say_running(PyObject *loop)
{
    Py_XDECREF(PyObject_CallOneArg(qip_asyncio.set_running_loop, loop));
    PyErr_Clear();
}

static void report_raised(void)
{
    PyObject *raised = qip_take_exception();

    if (raised)
        qip_report_exception(raised, NULL);
    Py_XDECREF(raised);
}

/* SystemExit and KeyboardInterrupt of somebody's clean-up leave an iteration, but end nothing. */
static bool run(qip_loop *loop, PyObject *futures)
{
    for (;;) {
        if (futures != Py_None && all_ended(futures))
            return true;
        if (loop->closed || qip_loop_is_late(loop))
            return false;
        loop->stopping = false; /* said by a clean-up that would end a program of its own */
        if (qip_loop_iterate(loop, true) < 0)
            report_raised();
    }
}

/* _run_down(futures, seconds): whether all of a list of futures have ended in time. None: runs for that time, or
 * once if that is 0. */
static PyObject *loop_run_down(PyObject *self, PyObject *arguments)
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *futures;
    double seconds;

    if (!PyArg_ParseTuple(arguments, "Od:_run_down", &futures, &seconds))
        return NULL;
    if (futures != Py_None && !PyList_Check(futures)) {
        PyErr_SetString(PyExc_TypeError, "a list of futures is needed, or None");
        return NULL;
    }
    if (loop->running || loop->host) {
        PyErr_SetString(PyExc_RuntimeError, "the loop is not down: _bring_down() comes first");
        return NULL;
    }
    loop->thread = PyThread_get_thread_ident();
    qip_loop_set_running(loop, true);
    say_running(self);
    const uint64_t now = qip_clock_ns();
    loop->down_until_ns = now + (seconds > 0 ? (uint64_t)(fmin(seconds, 1e6) * 1e9) : 0);
    bool ended = false;
    if (futures == Py_None && !loop->closed && seconds <= 0) {
        loop->down_until_ns = now + ONCE_NS;
        if (qip_loop_iterate(loop, false) < 0)
            report_raised();
    } else {
        ended = run(loop, futures);
    }
    say_running(Py_None);
    qip_loop_set_running(loop, false);
    return PyBool_FromLong(ended);
}

/* _bring_down(): nobody else runs it any more. */
static PyObject *loop_bring_down(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    qip_loop_drop_host(loop);
    loop->todo = 0;
    loop->ending = loop->stopping = loop->paused = loop->foreign_selector = false;
    loop->mode = QIP_MODE_NATIVE;
    loop->down_until_ns = qip_clock_ns();
    /* What waits in the lists of somebody else's iteration comes back, or is given up with them. */
    loop->lists.given = false;
    loop->lists.depth = 0;
    loop->waits = 0;
    loop->host_borrowed = false;
    if (qip_lists_settle(loop))
        qip_lists_clear(loop);
    qip_loop_set_running(loop, false);
    say_running(Py_None);
    Py_RETURN_NONE;
}

void qip_loop_abandon(PyObject *self)
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *raised = qip_take_exception();

    qip_loop_drop_host(loop);
    qip_loop_set_running(loop, false);
    say_running(Py_None);
    loop->closed = true;
    qip_loop_drop_all(loop); /* Beware: runs code of others, which finds it closed */
    qip_fd_clear(loop);
    qip_poller_free(loop->poller);
    loop->poller = NULL;
    qip_give_exception(raised);
}

static PyObject *loop_abandon(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop_abandon(self);
    Py_RETURN_NONE;
}

PyMethodDef qip_down_methods[] = {
    {"_bring_down", loop_bring_down, METH_NOARGS, NULL},
    {"_run_down", loop_run_down, METH_VARARGS, NULL},
    {"_abandon", loop_abandon, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
