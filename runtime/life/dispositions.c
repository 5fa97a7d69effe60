/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Dispositions of signals as the system has them: Python's own table does not know of handlers in C. They hold
 * the addresses of functions, so they travel as capsules, which nobody else can make. Thread: any, GIL held.
 */
#include <Python.h>

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

#include "life/setup.h"

static const char capsule_name[] = "qi signal action";

static const struct sigaction *action_in(PyObject *capsule)
{
    if (!PyCapsule_IsValid(capsule, capsule_name)) {
        PyErr_SetString(PyExc_ValueError, "this is nothing that _get_signal_action() has returned");
        return NULL;
    }
    return PyCapsule_GetPointer(capsule, capsule_name);
}

static void free_action(PyObject *capsule)
{
    PyMem_Free(PyCapsule_GetPointer(capsule, capsule_name));
}

static PyObject *get_signal_action(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long number = PyLong_AsLong(argument);

    if (number == -1 && PyErr_Occurred())
        return NULL;
    struct sigaction *action = PyMem_Calloc(1, sizeof *action);
    if (!action)
        return PyErr_NoMemory();
    PyObject *capsule = NULL;
    if (number < 0 || number > INT_MAX)
        PyErr_Format(PyExc_ValueError, "%ld is no signal", number);
    else if (sigaction((int)number, NULL, action) < 0)
        PyErr_SetFromErrno(PyExc_OSError);
    else
        capsule = PyCapsule_New(action, capsule_name, free_action);
    if (!capsule)
        PyMem_Free(action);
    return capsule;
}

static PyObject *set_signal_action(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    int number;
    PyObject *saved;

    if (!PyArg_ParseTuple(arguments, "iO:_set_signal_action", &number, &saved))
        return NULL;
    const struct sigaction *action = action_in(saved);
    if (!action)
        return NULL;
    if (sigaction(number, action, NULL) < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

/* Member by member: what lies between them the C library leaves as it was. */
static bool are_same(const struct sigaction *one, const struct sigaction *other)
{
    if (one->sa_flags != other->sa_flags)
        return false;
    if (one->sa_flags & SA_SIGINFO ? one->sa_sigaction != other->sa_sigaction
                                   : one->sa_handler != other->sa_handler)
        return false;
    for (int number = 1; number <= SIGRTMAX; number++) {
        if (sigismember(&one->sa_mask, number) != sigismember(&other->sa_mask, number))
            return false;
    }
    return true;
}

static PyObject *is_same_signal_action(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *one, *other;

    if (!PyArg_ParseTuple(arguments, "OO:_is_same_signal_action", &one, &other))
        return NULL;
    const struct sigaction *first = action_in(one), *second = first ? action_in(other) : NULL;
    return second ? PyBool_FromLong(are_same(first, second)) : NULL;
}

int qip_dispositions_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_get_signal_action", get_signal_action, METH_O,
         PyDoc_STR("The disposition of a signal, for _set_signal_action().")},
        {"_set_signal_action", set_signal_action, METH_VARARGS, PyDoc_STR("Puts a disposition back.")},
        {"_is_same_signal_action", is_same_signal_action, METH_VARARGS,
         PyDoc_STR("Whether two dispositions do the same.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
