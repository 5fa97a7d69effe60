/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How it is read what the loop counts by the way. Most of it is counted once a turn or once a batch; what
 * is counted of callbacks costs them nothing, since it is found where the loop has looked at the clock anyway.
 */
#include <Python.h>

#include <qi/monitor.h>

#include "python/border.h"
#include "signals/connections.h"
#include "signals/link.h"
#include "python/call.h"
#include "python/gate.h"
#include "loop/loop_p.h"
#include "watch/slow.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/visit.h"
#include "watch/setup.h"

/* len(asyncio.all_tasks(loop)), or -1 with an exception. */
static Py_ssize_t count_tasks(PyObject *loop)
{
    PyObject *tasks = qip_call_python("asyncio", "all_tasks", "(O)", loop);
    Py_ssize_t count = tasks ? PyObject_Size(tasks) : -1;

    Py_XDECREF(tasks);
    return count;
}

static int read_counters(qip_loop *loop, qi_loop_counters *out)
{
    const Py_ssize_t tasks = count_tasks((PyObject *)loop);
    const qip_counters *counters = &loop->counters;
    const uint64_t lived = qip_clock_ns() - counters->since_ns;

    if (tasks < 0)
        return -1;
    *out = (qi_loop_counters){
        .size = sizeof *out,
        .turns = counters->turns,
        .callbacks = counters->callbacks - loop->todo,
        .polls = counters->polls,
        .slice_overruns = counters->slice_overruns,
        .slow_steps = counters->slow_steps,
        .nested_turns = counters->nested_turns,
        .busy_ns = counters->busy_ns,
        .idle_ns = lived > counters->busy_ns ? lived - counters->busy_ns : 0,
        .longest_step_ns = counters->longest_step_ns,
        .lag_ns = counters->lag_ns,
        .lag_max_ns = counters->lag_max_ns,
        .ready = qip_ready_count(loop),
        .timers = qip_scheduled_count(loop),
        .descriptors = loop->fd_count,
        .tasks = (size_t)tasks,
        .connections = qip_connections_count() + qip_links_count(),
    };
    return 0;
}

int qi_loop_counters_read(qi_runtime *runtime, qi_loop_counters *out)
{
    qi_loop_counters read;
    int status = qip_runtime_check(runtime);

    if (status < 0)
        return status;
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there is nowhere to put the counters");
    qip_visit visit;
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    PyObject *loop = Py_XNewRef(runtime->loop); /* which the GUI thread may close meanwhile */
    if (!loop)
        status = qip_fail(QI_ERR_NOT_RUNNING, "the runtime has no loop any more");
    else if (read_counters((qip_loop *)loop, &read) < 0)
        status = qip_fail_python("reading the counters");
    else
        status = qip_sized_write(out, &read, sizeof read, "qi_loop_counters");
    Py_XDECREF(loop);
    qip_python_leave(visit);
    return status;
}

/* -- for the package --------------------------------------------------------------------------------------- */

static PyObject *counters(PyObject *module, PyObject *loop)
{
    qi_loop_counters c;

    (void)module;
    if (!PyObject_TypeCheck(loop, (PyTypeObject *)qip_loop_refs.loop_type))
        return PyErr_Format(PyExc_TypeError, "the counters are those of a loop of qi's, not of %R",
                            loop);
    if (read_counters((qip_loop *)loop, &c) < 0)
        return NULL;
    return Py_BuildValue(
        "{sK sK sK sK sK sK sd sd sd sd sd sn sn sn sn sn}", "turns", c.turns, "callbacks",
        c.callbacks, "polls", c.polls, "slice_overruns", c.slice_overruns, "slow_steps",
        c.slow_steps, "nested_turns", c.nested_turns, "busy", qip_seconds(c.busy_ns), "idle",
        qip_seconds(c.idle_ns), "longest_step", qip_seconds(c.longest_step_ns), "lag",
        qip_seconds(c.lag_ns), "lag_max", qip_seconds(c.lag_max_ns), "ready", (Py_ssize_t)c.ready,
        "timers", (Py_ssize_t)c.timers, "descriptors", (Py_ssize_t)c.descriptors, "tasks",
        (Py_ssize_t)c.tasks, "connections", (Py_ssize_t)c.connections);
}

int qip_counters_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_counters", counters, METH_O,
         "_counters(loop)\n--\n\nWhat the loop has counted, as a dictionary; times are seconds."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
