/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the package qi asks of the application: whether there is one, whether its event loop runs, and to
 * make, run and end one where Python is the program. Thread: the application's, but for the questions.
 */
#include "qt/bridge.h"
#include "state.h"

static PyObject *has_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(qi_qt_has_application());
}

static PyObject *event_loops(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(qi_qt_event_loops());
}

static PyObject *exec_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    int code;

    if (!qi_qt_on_application_thread()) {
        PyErr_SetString(PyExc_RuntimeError,
                        qi_qt_has_application()
                            ? "the application's event loop runs in the application's thread only"
                            : "there is no QCoreApplication; create one first");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    code = qi_qt_exec();
    Py_END_ALLOW_THREADS
    return PyErr_CheckSignals() < 0 ? NULL : PyLong_FromLong(code);
}

static PyObject *exit_event_loops(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long code = PyLong_AsLong(argument);

    if (code == -1 && PyErr_Occurred())
        return NULL;
    qi_qt_exit((int)code);
    Py_RETURN_NONE;
}

/* Destructors and constructors of applications call plugins of Qt's, which may want the GIL. */
static PyObject *make_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    bool made;

    Py_BEGIN_ALLOW_THREADS
    made = qi_qt_make_application();
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(made);
}

static PyObject *drop_application(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    qi_qt_drop_application();
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

int qi__application_setup(PyObject *module, qi__state *Py_UNUSED(state))
{
    static PyMethodDef functions[] = {
        {"_has_application", has_application, METH_NOARGS,
         PyDoc_STR("True if there is a QCoreApplication.")},
        {"_event_loops", event_loops, METH_NOARGS,
         PyDoc_STR("How many of Qt's event loops run inside each other in this thread.")},
        {"_exec_application", exec_application, METH_NOARGS,
         PyDoc_STR("QCoreApplication::exec(), without the GIL; returns the exit code.")},
        {"_exit_event_loops", exit_event_loops, METH_O,
         PyDoc_STR("Makes all of Qt's event loops of this thread return, with this exit code.")},
        {"_make_application", make_application, METH_NOARGS,
         PyDoc_STR("Makes a QCoreApplication; False if there is an application.")},
        {"_drop_application", drop_application, METH_NOARGS,
         PyDoc_STR("Destroys the application that _make_application() has made.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
