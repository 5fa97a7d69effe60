/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watchdog as the package has it: qi.watch() and its like come here, and what Python wants to be called with
 * is called from here.
 */
#include "watch/watchdog.h"

#include <Python.h>

#include <string.h>

#include "loop/loop_p.h"
#include "python/border.h"
#include "python/call.h"
#include "python/compat.h"
#include "python/gate.h"
#include "python/gil.h"
#include "python/visit.h"
#include "watch/interrupt.h"
#include "watch/setup.h"

static PyObject *python_stalled, *python_slow; /* what Python wants to be called; NULL: nothing */

static PyObject *text(const char *utf8)
{
    if (!utf8)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(utf8, (Py_ssize_t)strlen(utf8), "replace");
}

/* In the watchdog's thread. While native code holds the GIL, this waits. */
static int call_stalled(const qi_stall *stall, void *user)
{
    int answer = QI_STALL_WAIT;

    (void)user;
    qip_gil gil;
    if (!qip_gil_try_enter(&gil))
        return answer;
    PyObject *callable = Py_XNewRef(python_stalled);
    PyObject *result = callable
                           ? qip_call_python("qi._watch.stalls", "call_stalled", "(OIIOONNNNN)",
                                             callable, stall->milliseconds, stall->reports,
                                             stall->native ? Py_True : Py_False,
                                             stall->over ? Py_True : Py_False, text(stall->stack),
                                             text(stall->task), text(stall->plugin),
                                             text(stall->signal), text(stall->target))
                           : NULL;
    if (result)
        answer = PyObject_IsTrue(result) > 0 ? QI_STALL_INTERRUPT : QI_STALL_WAIT;
    else if (PyErr_Occurred())
        PyErr_WriteUnraisable(callable);
    Py_XDECREF(result);
    Py_XDECREF(callable);
    qip_gil_leave(gil);
    return answer;
}

static void call_slow(const qi_slow_step *step, void *user)
{
    (void)user;
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *callable = Py_XNewRef(python_slow);
    PyObject *result = callable ? qip_call_python("qi._watch.stalls", "call_slow", "(OKNNNNN)",
                                                  callable, (unsigned long long)step->microseconds,
                                                  text(step->task), text(step->coroutine),
                                                  text(step->plugin), text(step->signal),
                                                  text(step->target))
                                : NULL;
    if (!result && PyErr_Occurred())
        PyErr_WriteUnraisable(callable);
    Py_XDECREF(result);
    Py_XDECREF(callable);
    PyGILState_Release(gil);
}

/* False, with an exception: the watchdog is that of another thread. */
static bool is_ours(const char *what)
{
    if (!qip_pulse_thread() || PyThread_get_thread_ident() == qip_pulse_ident())
        return true;
    PyErr_Format(PyExc_RuntimeError, "%s belongs to the thread of the event loop", what);
    return false;
}

/* Where nobody embeds Python there is no runtime to begin with, and the loop that runs here is watched. */
static PyObject *start_here(PyObject *module, PyObject *arguments)
{
    qi_watchdog_options options;
    PyObject *stalled, *slow, *loop;

    (void)module;
    qi_watchdog_options_init(&options);
    if (!PyArg_ParseTuple(arguments, "OIIIIOO", &loop, &options.limit_ms, &options.repeat_ms,
                          &options.interrupt_ms, &options.slow_step_ms, &stalled, &slow))
        return NULL;
    if (!is_ours("watch()"))
        return NULL;
    if (qip_watchdog_check(&options) < 0) /* then the one that runs goes on */
        return qip_raise_status(qi_last_error());
    if (!qip_pulse_thread()) {
        qip_pulse_open(loop, true);
        if (qip_interrupt_open() < 0)
            return NULL;
    }
    qip_watchdog_close();
    Py_XSETREF(python_stalled, stalled == Py_None ? NULL : Py_NewRef(stalled));
    Py_XSETREF(python_slow, slow == Py_None ? NULL : Py_NewRef(slow));
    options.stalled = python_stalled ? call_stalled : NULL;
    options.slow = python_slow ? call_slow : NULL;
    if (qip_watchdog_open(qip_runtime_current(), &options) < 0)
        return qip_raise_status(qi_last_error());
    Py_RETURN_NONE;
}

static PyObject *stop_here(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    (void)module;
    /* Nor may the watchdog's own thread wait for its end. */
    if (!is_ours("unwatch()"))
        return NULL;
    qip_watchdog_close();
    Py_CLEAR(python_stalled);
    Py_CLEAR(python_slow);
    if (!qip_runtime_current()) {
        qip_interrupt_close();
        qip_pulse_close();
    }
    Py_RETURN_NONE;
}

static PyObject *interrupt_here(PyObject *module, PyObject *arguments)
{
    const char *reason;

    (void)module;
    if (!PyArg_ParseTuple(arguments, "z", &reason))
        return NULL;
    if (qip_interrupt_period(0, reason) < 0)
        return qip_raise_status(qi_last_error());
    Py_RETURN_NONE;
}

static PyObject *hold_here(PyObject *module, PyObject *held)
{
    int is_true = PyObject_IsTrue(held);

    (void)module;
    if (is_true < 0)
        return NULL;
    qip_watchdog_hold(is_true);
    Py_RETURN_NONE;
}

int qip_watchdog_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_watchdog_start", start_here, METH_VARARGS,
         "_watchdog_start(loop, limit_ms, repeat_ms, interrupt_ms, slow_step_ms, stalled, "
         "slow)\n--\n\n"
         "Starts the watchdog of this thread; the last two are callables or None."},
        {"_watchdog_stop", stop_here, METH_NOARGS, "_watchdog_stop()\n--\n\nStops it."},
        {"_watchdog_hold", hold_here, METH_O,
         "_watchdog_hold(held)\n--\n\n"
         "While a debugger holds the GUI thread, the watchdog tells of nothing."},
        {"_interrupt", interrupt_here, METH_VARARGS,
         "_interrupt(reason)\n--\n\nRaises qi.Interrupted in what holds the GUI thread."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
