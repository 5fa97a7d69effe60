/* SPDX-License-Identifier: BSD-3-Clause */
/* Being the running loop of a thread: what begins and ends with it, and which one that is. */
#include "loop/loop_p.h"

/*
 * The loop that began to run last, in any thread: nearly always the only one. Borrowed; the GIL guards it.
 * asyncio.get_running_loop() knows as much, but asks the system for the process id at each call on 3.11.
 */
static qip_loop *latest_runner;

PyObject *qip_loop_running_here(void)
{
    qip_loop *loop = latest_runner;
    bool is_here = loop && loop->running && loop->thread == PyThread_get_thread_ident();

    return is_here ? (PyObject *)loop : NULL;
}

void qip_loop_drop_host(qip_loop *loop)
{
    qip_host *host = loop->host;

    loop->host = NULL;
    loop->wake_asked = loop->paused = loop->host_borrowed = false;
    if (!host)
        return;
    host->vtable->destroy(host);
    qip_fd_watch_foreign(loop, false);
}

void qip_loop_set_running(qip_loop *loop, bool running)
{
    if (loop->running && !running)
        qip_handle_track_all(loop);
    loop->running = running;
    if (!running && loop->host_borrowed)
        qip_loop_drop_host(loop);
    if (running)
        latest_runner = loop;
    if (running && !loop->counters.since_ns)
        loop->counters.since_ns = qip_clock_ns();
}

int qip_loop_call_self(qip_loop *loop, const char *method)
{
    PyObject *result = PyObject_CallMethod((PyObject *)loop, method, NULL);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

void qip_loop_finish_guest(qip_loop *loop)
{
    qip_loop_drop_host(loop);
    loop->todo = 0;
    if (qip_loop_call_self(loop, "_run_forever_cleanup") < 0)
        PyErr_WriteUnraisable((PyObject *)loop);
    qip_loop_set_running(loop, false);
    loop->stopping = false;
}

void qip_loop_forget_runner(const qip_loop *loop)
{
    if (latest_runner == loop)
        latest_runner = NULL;
}
