/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the package qi asks of the application: whether there is one, whether its event loop runs, and to
 * make, run and end one where Python is the program. Thread: the application's, but for the questions.
 */
#include "qt/bridge.h"
#include "python/visit.h"
#include "life/setup.h"

static PyObject *has_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(qip_qt_has_application());
}

static PyObject *is_application_thread(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(qip_qt_on_application_thread());
}

static PyObject *event_loops(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(qip_qt_event_loops());
}

/* Whether an application's event loop may be run or ended here; RuntimeError if not. */
static bool is_in_its_thread(void)
{
    if (qip_qt_on_application_thread())
        return true;
    PyErr_SetString(PyExc_RuntimeError,
                    qip_qt_has_application()
                        ? "the application's event loop runs in the application's thread only"
                        : "there is no QCoreApplication; create one first");
    return false;
}

static PyObject *exec_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    int code;

    if (!is_in_its_thread())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = qip_qt_exec();
    Py_END_ALLOW_THREADS
    qip_python_resumed();
    return PyErr_CheckSignals() < 0 ? NULL : PyLong_FromLong(code);
}

static PyObject *exit_event_loops(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long code = PyLong_AsLong(argument);

    if (code == -1 && PyErr_Occurred())
        return NULL;
    qip_qt_exit((int)code);
    Py_RETURN_NONE;
}

static PyObject *hush_application(PyObject *Py_UNUSED(module), PyObject *argument)
{
    int hushed = PyObject_IsTrue(argument);

    if (hushed < 0 || !is_in_its_thread())
        return NULL;
    qip_qt_hush_application(hushed);
    Py_RETURN_NONE;
}

/* -- an event loop of Qt's inside others ----------------------------------------------------------- */

static const char event_loop_name[] = "qi event loop";

static void free_event_loop(PyObject *capsule)
{
    qip_qt_event_loop_free(PyCapsule_GetPointer(capsule, event_loop_name));
}

static PyObject *new_event_loop(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (!qip_qt_has_application()) {
        PyErr_SetString(PyExc_RuntimeError, "there is no QCoreApplication; create one first");
        return NULL;
    }
    void *event_loop = qip_qt_event_loop_new();
    PyObject *capsule = NULL;
    if (event_loop && !(capsule = PyCapsule_New(event_loop, event_loop_name, free_event_loop)))
        qip_qt_event_loop_free(event_loop);
    return capsule;
}

static PyObject *exec_event_loop(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    void *event_loop = PyCapsule_GetPointer(capsule, event_loop_name);

    if (!event_loop)
        return NULL;
    Py_INCREF(capsule);
    Py_BEGIN_ALLOW_THREADS
    qip_qt_event_loop_exec(event_loop);
    Py_END_ALLOW_THREADS
    qip_python_resumed();
    Py_DECREF(capsule);
    return PyErr_CheckSignals() < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *quit_event_loop(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    void *event_loop = PyCapsule_GetPointer(capsule, event_loop_name);

    if (!event_loop)
        return NULL;
    qip_qt_event_loop_quit(event_loop);
    Py_RETURN_NONE;
}

/* For tests (qi.testing), which want to know when nothing is left to do. */
static PyObject *process_events(PyObject *Py_UNUSED(module), PyObject *milliseconds)
{
    unsigned long limit = PyLong_AsUnsignedLong(milliseconds);
    bool processed;

    if (PyErr_Occurred())
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    processed = qip_qt_process_events((unsigned)limit);
    Py_END_ALLOW_THREADS
    return PyErr_CheckSignals() < 0 ? NULL : PyBool_FromLong(processed);
}

/* -- the application's end ------------------------------------------------------------------------- */

typedef struct qip_farewell {
    PyObject *callable;
    void *token;
} qip_farewell;

static void say_farewell(void *data)
{
    qip_farewell *farewell = data;

    if (!Py_IsInitialized())
        return;
    qip_visit visit = qip_python_enter();
    qip_qt_off_quit(farewell->token);
    PyObject *result = PyObject_CallNoArgs(farewell->callable);
    if (!result)
        PyErr_WriteUnraisable(farewell->callable);
    Py_XDECREF(result);
    Py_DECREF(farewell->callable);
    PyMem_Free(farewell);
    qip_python_leave(visit);
}

static PyObject *when_quit(PyObject *Py_UNUSED(module), PyObject *callable)
{
    qip_farewell *farewell;

    if (!is_in_its_thread())
        return NULL;
    farewell = PyMem_Calloc(1, sizeof *farewell);
    if (!farewell)
        return PyErr_NoMemory();
    farewell->callable = Py_NewRef(callable);
    farewell->token = qip_qt_on_quit(say_farewell, farewell);
    if (!farewell->token) {
        Py_DECREF(farewell->callable);
        PyMem_Free(farewell);
        return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

/* -- applications of our own ------------------------------------------------------------------------ */

/* Destructors and constructors of applications call plugins of Qt's, which may want the GIL. */
static PyObject *make_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    bool made;

    Py_BEGIN_ALLOW_THREADS
    made = qip_qt_make_application();
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(made);
}

static PyObject *drop_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    qip_qt_drop_application();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

int qip_application_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_has_application", has_application, METH_NOARGS,
         PyDoc_STR("True if there is a QCoreApplication.")},
        {"_is_application_thread", is_application_thread, METH_NOARGS,
         PyDoc_STR("True in the thread of the application.")},
        {"_event_loops", event_loops, METH_NOARGS,
         PyDoc_STR("How many of Qt's event loops run inside each other in this thread.")},
        {"_exec_application", exec_application, METH_NOARGS,
         PyDoc_STR("QCoreApplication::exec(), without the GIL; returns the exit code.")},
        {"_exit_event_loops", exit_event_loops, METH_O,
         PyDoc_STR("Makes all of Qt's event loops of this thread return, with this exit code.")},
        {"_hush_application", hush_application, METH_O,
         PyDoc_STR(
             "Holds back the application's signals, aboutToQuit above all, or lets them go.")},
        {"_new_event_loop", new_event_loop, METH_NOARGS, PyDoc_STR("A QEventLoop.")},
        {"_exec_event_loop", exec_event_loop, METH_O, PyDoc_STR("Runs a QEventLoop without the GIL.")},
        {"_quit_event_loop", quit_event_loop, METH_O, PyDoc_STR("Makes a QEventLoop return.")},
        {"_process_events", process_events, METH_O,
         PyDoc_STR("Handles what waits in Qt's event queue, after at most so many milliseconds; "
                   "whether there was anything.")},
        {"_when_quit", when_quit, METH_O,
         PyDoc_STR("Calls a callable after the next aboutToQuit, before exec() returns.")},
        {"_make_application", make_application, METH_NOARGS,
         PyDoc_STR("Makes a QCoreApplication; False if there is an application.")},
        {"_drop_application", drop_application, METH_NOARGS,
         PyDoc_STR("Destroys the application that _make_application() has made.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
