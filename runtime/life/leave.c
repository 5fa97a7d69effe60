/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An exception that leaves the application's event loop. Qt cannot be unwound, so it is told to return first;
 * CPython raises the exception in the code that called exec(), as the first thing that happens there.
 *
 * It is handed over when the application has emitted aboutToQuit and all slots have been called, for one of
 * them would be the code that it is raised in otherwise. Thread: the application's, which has to be Python's
 * main thread, too. GIL: held, except in the job.
 */
#include "life/leave.h"

#include "python/compat.h"
#include "qt/bridge.h"
#include "life/setup.h"

static PyObject *leaving; /* what is to be raised; NULL: nothing */
static void *on_quit;

static int raise_now(void *ignored)
{
    PyObject *exception = leaving;

    (void)ignored;
    leaving = NULL;
    if (!exception)
        return 0;
    qip_give_exception(exception);
    return -1;
}

static void hand_over(void *ignored)
{
    (void)ignored;
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    void *token = on_quit;
    on_quit = NULL;
    qip_qt_off_quit(token);
    if (Py_AddPendingCall(raise_now, NULL) < 0)
        PyErr_WriteUnraisable(leaving); /* the queue is full: somebody floods it */
    PyGILState_Release(gil);
}

/* The exit status that a SystemExit means; a KeyboardInterrupt's is 1, if somebody catches it. */
static int status_of(PyObject *exception)
{
    PyObject *code = PyObject_GetAttrString(exception, "code");
    int status = code == Py_None ? 0 : 1;

    if (code && PyLong_Check(code))
        status = (int)PyLong_AsLong(code);
    PyErr_Clear();
    Py_XDECREF(code);
    return status;
}

bool qip_leave_exec(PyObject *exception)
{
    if (!qip_qt_on_application_thread() || qip_qt_event_loops() == 0)
        return false;
    if (!on_quit)
        on_quit = qip_qt_on_quit(hand_over, NULL);
    if (!on_quit)
        return false;
    Py_XSETREF(leaving, Py_NewRef(exception));
    qip_qt_exit(status_of(exception));
    return true;
}

static PyObject *leave_exec(PyObject *Py_UNUSED(module), PyObject *exception)
{
    if (!PyExceptionInstance_Check(exception))
        return PyErr_Format(PyExc_TypeError, "an exception is needed, not %R", exception);
    return PyBool_FromLong(qip_leave_exec(exception));
}

int qip_leave_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_leave_exec", leave_exec, METH_O,
         PyDoc_STR("Ends Qt's event loops in this thread, and raises the exception where the "
                   "application's "
                   "exec() was called; False if none runs here.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
