/* SPDX-License-Identifier: BSD-3-Clause */
#include "life/unheard.h"

#include <stdbool.h>

#include "life/setup.h"
#include "python/report.h"

static PyObject *interrupted; /* the class, borrowed; NULL: no runtime ends */
static bool (*is_late)(void);
static PyObject *their_hook, *our_hook; /* sys.unraisablehook */
static size_t count;

static bool is_counted(PyObject *type)
{
    if (!type || type != interrupted || !is_late())
        return false;
    count++;
    return true;
}

/* `hook` gets what is not counted. In C, since a function of Python's would be interrupted, too. */
static PyObject *report_unraisable(PyObject *hook, PyObject *unraisable)
{
    PyObject *type = PyObject_GetAttrString(unraisable, "exc_type");
    const bool counted = is_counted(type);

    PyErr_Clear();
    Py_XDECREF(type);
    return counted ? Py_NewRef(Py_None) : PyObject_CallOneArg(hook, unraisable);
}

static PyObject *new_hook(PyObject *hook)
{
    static PyMethodDef definition = {"unraisablehook", report_unraisable, METH_O, NULL};

    return PyCFunction_New(&definition, hook);
}

void qip_unheard_open(PyObject *type, bool (*is_over)(void))
{
    interrupted = type;
    is_late = is_over;
    count = 0;
}

void qip_unheard_take_hook(void)
{
    if (our_hook || !interrupted)
        return;
    their_hook = Py_XNewRef(PySys_GetObject("unraisablehook"));
    our_hook = their_hook ? new_hook(their_hook) : NULL;
    if (our_hook)
        (void)PySys_SetObject("unraisablehook", our_hook);
    PyErr_Clear();
}

void qip_unheard_close(void)
{
    interrupted = NULL;
    if (our_hook && PySys_GetObject("unraisablehook") == our_hook)
        (void)PySys_SetObject("unraisablehook", their_hook);
    PyErr_Clear();
    Py_CLEAR(our_hook);
    Py_CLEAR(their_hook);
    if (count)
        qip_log(QI_LOG_WARNING, "qi",
                "the time of the end was over: %zu destructors or callbacks were interrupted", count);
    count = 0;
}

/* -- for the package ------------------------------------------------------------------------------- */

static PyObject *counting_hook(PyObject *Py_UNUSED(module), PyObject *hook)
{
    return new_hook(hook);
}

int qip_unheard_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_counting_hook", counting_hook, METH_O,
         PyDoc_STR(
             "_counting_hook(hook)\n--\n\n"
             "A sys.unraisablehook that calls another one. While a runtime ends it only counts the "
             "interrupts of code that was late.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
