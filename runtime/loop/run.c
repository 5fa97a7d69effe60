/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a loop in each of its modes: as the owner of the program, whose host executes an event loop; as a guest,
 * who is started and stopped; and without a host. Which of it may be done when is the table in docs/design.md.
 */
#include "loop/loop.h"
#include "loop/loop_p.h"
#include "python/visit.h"

qip_host_factory qip_host_new;

/* Qt's own descriptors are shared with the parent after a fork(): where it had run a loop there, none may run here. */
static bool qt_is_known;
static unsigned qt_forks;

static bool qt_is_parents(void)
{
    return qt_is_known && qt_forks != qip_fork_count;
}

int qip_loop_attach_host(qip_loop *loop)
{
    const qip_host_client client = {.turn = qip_loop_turn, .check = qip_loop_check, .loop = loop};
    const char *why = "there is no host for an event loop";

    if (!loop->poller) {
        qip_loop_closed_error();
        return -1;
    }
    loop->host = qip_host_new(&client, &why);
    if (!loop->host) {
        PyErr_Format(PyExc_RuntimeError, "the loop has no event loop to run on: %s", why);
        return -1;
    }
    if (loop->host->vtable->watch(loop->host, qip_poller_fd(loop->poller)) < 0) {
        qip_loop_drop_host(loop);
        PyErr_SetString(PyExc_RuntimeError, "Qt cannot watch the loop's descriptor");
        return -1;
    }
    qt_is_known = true;
    qt_forks = qip_fork_count;
    qip_fd_watch_foreign(loop, true);
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    loop->last_poll_ns = 0; /* a run begins with a look at the descriptors, however short it is */
    return 0;
}

static PyObject *loop_start(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->mode != QIP_MODE_GUEST) {
        PyErr_SetString(PyExc_RuntimeError,
                        "start() needs guest mode: call set_mode(QiLoopMode.GUEST) before");
        return NULL;
    }
    if (qip_loop_call_self(loop, "_run_forever_setup") < 0)
        return NULL;
    if (qip_loop_attach_host(loop) < 0) {
        PyObject *raised = qip_take_exception();
        if (qip_loop_call_self(loop, "_run_forever_cleanup") < 0)
            PyErr_WriteUnraisable(self);
        qip_give_exception(raised);
        return NULL;
    }
    qip_loop_settle(loop);
    Py_RETURN_NONE;
}

/* Interleaved code stops a guest at once; a callback, or another thread, at the end of a batch. */
static PyObject *loop_stop(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    loop->stopping = true;
    if (loop->running && loop->thread != PyThread_get_thread_ident()) {
        if (loop->poller)
            qip_loop_wake_from_afar(loop);
    } else if (loop->running && qip_loop_is_idle(loop)) {
        if (loop->mode == QIP_MODE_GUEST && !loop->waits)
            qip_loop_finish_guest(loop);
        else
            qip_loop_settle(loop);
    }
    Py_RETURN_NONE;
}

/* Whether the program was asked to end, and not the loop to stop; -1 with an exception. */
static int run_owner(qip_loop *loop)
{
    if (qip_loop_attach_host(loop) < 0)
        return -1;
    loop->ending = false;
    Py_CLEAR(loop->raised);
    qip_loop_settle(loop);

    qip_host_end end;
    qip_host *host = loop->host;
    Py_BEGIN_ALLOW_THREADS
    end = host->vtable->run(host);
    Py_END_ALLOW_THREADS
    qip_python_resumed();
    bool stopped = loop->ending;
    loop->ending = false;
    qip_loop_drop_host(loop);
    loop->todo = 0;
    if (loop->raised) {
        qip_give_exception(loop->raised);
        loop->raised = NULL;
        return -1;
    }
    if (PyErr_CheckSignals() < 0)
        return -1;
    if (!stopped && end != QIP_HOST_QUIT) {
        PyErr_SetString(
            PyExc_RuntimeError,
            end == QIP_HOST_RAN
                ? "Qt's event loop ended before the asyncio loop was stopped"
                : "Qt's event loop cannot run (any more) after QCoreApplication::exit()");
        return -1;
    }
    return !stopped;
}

bool qip_loop_leave_owner(PyObject *running, PyObject *exception)
{
    qip_loop *loop = (qip_loop *)running;

    if (loop->mode != QIP_MODE_OWNER || !loop->host || !loop->running)
        return false;
    Py_XSETREF(loop->raised, Py_NewRef(exception));
    loop->ending = true;
    loop->host->vtable->quit(loop->host);
    return true;
}

static int run_native(qip_loop *loop)
{
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    do {
        int result = qip_lists_settle(loop) ? qip_loop_call_self(loop, "_run_once")
                                            : qip_loop_iterate(loop, true);
        if (result < 0)
            return -1;
    } while (!loop->stopping);
    return 0;
}

/* The middle part of run_forever(), between the base class's set-up and clean-up. True: the application has quit. */
static PyObject *loop_run_until_stopped(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->mode == QIP_MODE_GUEST) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a loop in guest mode is run by Qt's event loop; use start() and stop()");
        return NULL;
    }
    const bool by_qt = loop->mode == QIP_MODE_OWNER && !qt_is_parents();
    const int result = by_qt ? run_owner(loop) : run_native(loop);
    return result < 0 ? NULL : PyBool_FromLong(result);
}

static PyObject *loop_set_mode(PyObject *self, PyObject *mode)
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *value = PyObject_GetAttrString(mode, "value");
    long number = value ? PyLong_AsLong(value) : -1;

    Py_XDECREF(value);
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_MemoryError))
        return NULL; /* that is no fault of the argument's */
    if (PyErr_Occurred() || number < QIP_MODE_OWNER || number > QIP_MODE_NATIVE) {
        PyErr_Format(PyExc_TypeError, "set_mode() wants a member of QiLoopMode, not %R", mode);
        return NULL;
    }
    if (loop->closed)
        return qip_loop_closed_error();
    if (loop->running || loop->stopping) {
        PyErr_SetString(PyExc_RuntimeError,
                        loop->running ? "the mode of a running loop cannot be changed"
                                      : "the mode cannot be changed while a stop is pending");
        return NULL;
    }
    loop->mode = (qip_mode)number;
    Py_RETURN_NONE;
}

static PyObject *loop_exec_modal(PyObject *self, PyObject *function)
{
    qip_loop *loop = (qip_loop *)self;

    if (!PyCallable_Check(function)) {
        PyErr_Format(PyExc_TypeError, "exec_modal() wants a callable, not %R", function);
        return NULL;
    }
    if (loop->closed)
        return qip_loop_closed_error();
    if (!loop->running) {
        PyErr_Format(PyExc_RuntimeError,
                     "exec_modal() is for coroutines and callbacks, but %R is not running", self);
        return NULL;
    }
    if (!qip_ring_push(&loop->modal, Py_NewRef(function))) {
        Py_DECREF(function);
        return PyErr_NoMemory();
    }
    if (qip_loop_is_idle(loop))
        qip_loop_ask_wake(loop);
    Py_RETURN_NONE;
}

PyMethodDef qip_run_methods[] = {
    {"start", loop_start, METH_NOARGS,
     PyDoc_STR("Puts a loop in guest mode into the running state and returns.")},
    {"stop", loop_stop, METH_NOARGS,
     PyDoc_STR(
         "Stops the loop after the callbacks that are ready; a guest at once, outside of them.")},
    {"set_mode", loop_set_mode, METH_O,
     PyDoc_STR("Sets the mode, a QiLoopMode; only while the loop is not running.")},
    {"exec_modal", loop_exec_modal, METH_O,
     PyDoc_STR(
         "Calls a function right after the current callback, outside of asyncio's callbacks.")},
    {"_run_until_stopped", loop_run_until_stopped, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
