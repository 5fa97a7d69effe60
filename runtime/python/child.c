/* SPDX-License-Identifier: BSD-3-Clause */
/* See child.h. What a child does is in pyshim/qi/_python/child.py, whose functions are held from the beginning. */
#include "python/child.h"

#include <unistd.h>

#include "python/call.h"
#include "python/compat.h"
#include "python/gate.h"
#include "python/setup.h"

static PyObject *raises, *leaves;

static PyObject *take(PyObject *module, const char *name)
{
    return module ? PyObject_GetAttrString(module, name) : NULL;
}

int qip_child_expect(void)
{
    PyObject *module = PyImport_ImportModule("qi._python.child");
    PyObject *expected = module ? PyObject_CallMethod(module, "expect", NULL) : NULL;

    Py_XSETREF(raises, take(module, "raises"));
    Py_XSETREF(leaves, raises ? take(module, "leaves") : NULL);
    Py_XDECREF(expected);
    Py_XDECREF(module);
    return expected && leaves ? 0 : -1;
}

bool qip_child_raises(PyObject *exception)
{
    if (!qip_gate_is_foreign())
        return false;
    PyObject *pending = qip_take_exception();
    Py_XDECREF(raises ? PyObject_CallOneArg(raises, exception) : NULL);
    PyErr_Clear();
    qip_give_exception(pending);
    return true;
}

static PyObject *is_foreign(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(qip_gate_is_foreign());
}

int qip_child_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_is_foreign", is_foreign, METH_NOARGS,
         PyDoc_STR("True in a child of the process in which the runtime runs.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}

void qip_child_leaves(void)
{
    if (!qip_gate_is_foreign())
        return;
    PyObject *pending = qip_take_exception();
    if (pending)
        (void)qip_child_raises(pending);
    Py_XDECREF(leaves ? PyObject_CallNoArgs(leaves) : NULL);
    _exit(1); /* it has not even come to its own end */
}
