/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An exception that leaves Qt's event loops. Qt cannot be unwound, so they are told to return first; CPython
 * raises the exception, by a pending call, in the code that called exec(), as the first thing that happens there.
 *
 * A pending call is made wherever Python runs next, which may be a slot that Qt still calls. So it looks around:
 * it raises only outside of all event loops, and only in a frame that was on the stack when they were told to
 * return; else it asks to be made again. Where the application's own exec() returns, slots of aboutToQuit may take
 * their time, and the call is asked for only after them. A plain QEventLoop emits nothing.
 *
 * Thread: the application's, which has to be Python's main thread, too. GIL: held, except in the job.
 */
#include "life/leave.h"

#include <string.h>

#include "life/setup.h"
#include "loop/loop.h"
#include "python/asyncio.h"
#include "python/call.h"
#include "python/compat.h"
#include "qt/bridge.h"

static PyObject *leaving; /* what is to be raised; NULL: nothing */
static PyObject *stack;   /* the frames in which it may be raised, a list */
static void *on_quit;

/* -- where it may be raised --------------------------------------------------------------------------------------- */

/* Code of the package, or of asyncio's exception handlers, which has brought the exception here. */
static bool is_messenger(PyFrameObject *frame)
{
    PyObject *globals = PyFrame_GetGlobals(frame);
    PyObject *name = PyMapping_GetItemString(globals, "__name__");
    const char *module = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    bool result = module &&
                  (strncmp(module, "qi.", 3) == 0 || strcmp(module, "asyncio.base_events") == 0);

    PyErr_Clear();
    Py_XDECREF(name);
    Py_DECREF(globals);
    return result;
}

/* A list of the frames of this thread, or NULL with an exception. Empty: what runs here is not Python's. Inside of
 * event loops the messengers have gone before anything is raised; else they would get the exception. */
static PyObject *frames_of_now(void)
{
    PyObject *frames = PyList_New(0);
    PyFrameObject *frame = PyEval_GetFrame();

    Py_XINCREF(frame);
    while (frame && qip_qt_event_loops() == 0 && is_messenger(frame))
        Py_SETREF(frame, PyFrame_GetBack(frame));
    while (frames && frame) {
        if (PyList_Append(frames, (PyObject *)frame) < 0)
            Py_CLEAR(frames);
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_SETREF(frame, back);
    }
    Py_XDECREF(frame);
    return frames;
}

static bool was_there(PyObject *frame)
{
    for (Py_ssize_t i = 0; frame && stack && i < PyList_GET_SIZE(stack); i++) {
        if (PyList_GET_ITEM(stack, i) == frame)
            return true;
    }
    return false;
}

/* -- raising it --------------------------------------------------------------------------------------------------- */

static int raise_now(void *ignored);

static PyObject *take_back(void)
{
    PyObject *exception = leaving, *frames = stack;

    leaving = stack = NULL;
    Py_XDECREF(frames);
    return exception;
}

static void ask_to_raise(void)
{
    if (Py_AddPendingCall(raise_now, NULL) < 0) { /* somebody floods the queue */
        qip_give_exception(take_back());
        PyErr_WriteUnraisable(NULL);
    }
}

static int raise_now(void *ignored)
{
    (void)ignored;
    if (!leaving)
        return 0;
    if (!PyEval_GetFrame()) { /* the interpreter ends */
        Py_DECREF(take_back());
        return 0;
    }
    if (qip_qt_event_loops() > 0 || !was_there((PyObject *)PyEval_GetFrame())) {
        ask_to_raise();
        return 0;
    }
    qip_qt_exit_is_over();
    qip_give_exception(take_back());
    return -1;
}

/* The application has emitted aboutToQuit, and all slots were called. */
static void hand_over(void *ignored)
{
    (void)ignored;
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    void *token = on_quit;
    on_quit = NULL;
    qip_qt_off_quit(token);
    if (leaving)
        ask_to_raise();
    PyGILState_Release(gil);
}

/* -- leaving ------------------------------------------------------------------------------------------------------ */

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

/* Pending calls are made in that thread only. */
static bool is_pythons_main_thread(void)
{
    PyObject *thread = qip_call_python("threading", "main_thread", "()");
    PyObject *ident = thread ? PyObject_GetAttrString(thread, "ident") : NULL;
    bool result = ident && PyLong_AsUnsignedLong(ident) == PyThread_get_thread_ident();

    PyErr_Clear();
    Py_XDECREF(ident);
    Py_XDECREF(thread);
    return result;
}

/* Notes where the exception may be raised; false if there is no such place. */
static bool take(PyObject *exception)
{
    PyObject *frames = frames_of_now();
    bool found = frames && PyList_GET_SIZE(frames) > 0;

    PyErr_Clear();
    if (found) {
        Py_XSETREF(leaving, Py_NewRef(exception));
        Py_XSETREF(stack, Py_NewRef(frames));
    }
    Py_XDECREF(frames);
    return found;
}

static bool leave_event_loops(PyObject *exception)
{
    bool runs = qip_qt_application_runs();

    if (runs && !on_quit)
        on_quit = qip_qt_on_quit(hand_over, NULL);
    if (!take(exception))
        return false;
    if (qip_qt_event_loops() > 0)
        qip_qt_exit(status_of(exception));
    if (!runs)
        ask_to_raise();
    return true;
}

static bool leave_owner(PyObject *exception)
{
    PyObject *running = PyObject_CallNoArgs(qip_asyncio.get_running_loop);
    bool owns = running && qip_loop_is_loop(running) && qip_loop_leave_owner(running, exception);

    PyErr_Clear();
    Py_XDECREF(running);
    return owns;
}

bool qip_leave_exec(PyObject *exception)
{
    if (exception == leaving)
        return true; /* its task says that nobody has asked for it */
    if (leave_owner(exception))
        return true;
    return qip_qt_on_application_thread() && is_pythons_main_thread() && leave_event_loops(exception);
}

static PyObject *leave_exec(PyObject *Py_UNUSED(module), PyObject *exception)
{
    if (!PyExceptionInstance_Check(exception))
        return PyErr_Format(PyExc_TypeError, "an exception is needed, not %R", exception);
    return PyBool_FromLong(qip_leave_exec(exception));
}

static PyObject *exit_is_over(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (!leaving)
        qip_qt_exit_is_over();
    Py_RETURN_NONE;
}

int qip_leave_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_leave_exec", leave_exec, METH_O,
         PyDoc_STR("Ends Qt's event loops in this thread, and raises the exception where they were "
                   "entered; False if "
                   "there is no such place.")},
        {"_exit_is_over", exit_is_over, METH_NOARGS,
         PyDoc_STR("Lets Qt's event loops of this thread run again after _exit_event_loops(), once "
                   "all have returned.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
