/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIGINT under an embedded interpreter.
 *
 * To import `signal`, which asyncio does, installs Python's own handler where the disposition was the
 * default one, also in an isolated interpreter. So the host's disposition is saved before the imports
 * and put back after them; and Python's table is made to say SIG_DFL, since asyncio.Runner takes SIGINT
 * wherever it finds Python's own handler in that table.
 *
 * A host that hands Ctrl+C over gets a handler of libqi's: it sets CPython's flag, which makes running
 * Python code raise KeyboardInterrupt, and writes to a descriptor that the loop watches, which wakes Qt
 * where nothing of Python runs. In that turn the flag is looked at, and what it raises is reported.
 */
#include "python/sigint.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "python/compat.h"
#include "python/call.h"
#include "python/report.h"

static int wake_fd = -1; /* read by the handler: set before it is installed, closed after it is gone */
static struct sigaction before;
static PyObject *before_in_table; /* of Python's table; NULL: it did not know the handler */
static PyOS_sighandler_t pythons; /* what the system calls for a handler of Python's */
static bool taken;

void qip_sigint_save(qip_sigint *saved)
{
    sigaction(SIGINT, NULL, &saved->host);
    saved->python_had_it = false;
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    saved->python_had_it = PyMapping_HasKeyString(PyImport_GetModuleDict(), "_signal");
    PyGILState_Release(gil);
}

static PyObject *signal_constant(const char *name)
{
    PyObject *module = PyImport_ImportModule("signal");
    PyObject *constant = module ? PyObject_GetAttrString(module, name) : NULL;

    Py_XDECREF(module);
    return constant;
}

static void forget_default_handler(void)
{
    PyObject *current = qip_call_python("signal", "getsignal", "(i)", SIGINT);
    PyObject *pythons = signal_constant("default_int_handler");
    PyObject *none = signal_constant("SIG_DFL");

    if (current && pythons && none && current == pythons)
        Py_XDECREF(qip_call_python("signal", "signal", "(iO)", SIGINT, none));
    PyErr_Clear(); /* not Python's main thread: there nothing was taken, either */
    Py_XDECREF(none);
    Py_XDECREF(pythons);
    Py_XDECREF(current);
}

void qip_sigint_keep(const qip_sigint *saved)
{
    if (saved->python_had_it)
        return;
    PyObject *raised = qip_take_exception(); /* why the runtime cannot start: that is still to be told */
    forget_default_handler();
    qip_give_exception(raised);
    sigaction(SIGINT, &saved->host, NULL);
}

/* -- taking it ----------------------------------------------------------------------------------- */

static void on_sigint(int number)
{
    const int saved_errno = errno;
    const uint64_t one = 1;

    PyErr_SetInterruptEx(number);
    if (write(wake_fd, &one, sizeof one) < 0) {
        /* Full: the loop has been woken and has not looked yet. */
    }
    errno = saved_errno;
}

/* In the loop, after each signal. If Python code ran meanwhile, the interrupt was raised there. */
static PyObject *look(PyObject *self, PyObject *ignored)
{
    uint64_t count;

    (void)self;
    (void)ignored;
    if (read(wake_fd, &count, sizeof count) < 0) {
        /* Somebody has looked already. */
    }
    if (PyErr_CheckSignals() < 0) {
        PyObject *raised = qip_take_exception();
        qip_report_exception(raised, NULL);
        Py_XDECREF(raised);
    }
    Py_RETURN_NONE;
}

static int watch(PyObject *loop)
{
    static PyMethodDef method = {"look_for_interrupt", look, METH_NOARGS, NULL};
    PyObject *function = PyCFunction_New(&method, NULL);
    PyObject *result = function ? PyObject_CallMethod(loop, "add_reader", "iO", wake_fd, function)
                                : NULL;

    Py_XDECREF(result);
    Py_XDECREF(function);
    return result ? 0 : -1;
}

static int tell_python(void)
{
    PyObject *handler = signal_constant("default_int_handler");
    PyObject *old = handler ? qip_call_python("signal", "signal", "(iO)", SIGINT, handler) : NULL;
    int result = old ? 0 : -1;

    Py_XDECREF(handler);
    if (old == Py_None)
        Py_CLEAR(old);
    Py_XSETREF(before_in_table, old);
    pythons = PyOS_getsig(SIGINT);
    return result;
}

static void unwatch(PyObject *loop)
{
    PyObject *result = PyObject_CallMethod(loop, "remove_reader", "i", wake_fd);

    if (!result)
        PyErr_Clear(); /* the loop is closed, and has forgotten it with the rest */
    Py_XDECREF(result);
    close(wake_fd);
    wake_fd = -1;
}

int qip_sigint_take(PyObject *loop)
{
    struct sigaction action;

    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    sigaction(SIGINT, NULL, &before);
    if (watch(loop) < 0 || tell_python() < 0) {
        PyObject *raised = qip_take_exception();
        unwatch(loop);
        qip_give_exception(raised);
        return -1;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_sigint;
    action.sa_flags = SA_ONSTACK; /* no SA_RESTART: a Python that waits in a system call must notice */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    taken = true;
    return 0;
}

/* Whether SIGINT is still what was made of it here, or by a script, and not by the host meanwhile. */
static bool is_pythons(const struct sigaction *action)
{
    return !(action->sa_flags & SA_SIGINFO) &&
           (action->sa_handler == on_sigint || action->sa_handler == pythons);
}

void qip_sigint_release(PyObject *loop)
{
    struct sigaction now;

    if (!taken)
        return;
    taken = false;
    sigaction(SIGINT, NULL, &now);
    if (before_in_table) {
        Py_XDECREF(qip_call_python("signal", "signal", "(iO)", SIGINT, before_in_table));
        PyErr_Clear();
        Py_CLEAR(before_in_table);
    } else {
        forget_default_handler();
    }
    sigaction(SIGINT, is_pythons(&now) ? &before : &now, NULL);
    unwatch(loop);
}
