/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where asyncio keeps the current task: a dictionary until 3.13, which can be read at the price of one
 * look-up, and the thread state from 3.14 on, reached through the functions of `_asyncio`.
 */
#include "python/compat.h"

static PyObject *take_attribute(PyObject *module, const char *name)
{
    PyObject *value = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return value;
}

int qip_compat_setup(qip_state *state)
{
    PyObject *tasks = PyImport_ImportModule("asyncio.tasks");

    if (!tasks)
        return -1;
#if PY_VERSION_HEX >= 0x030E0000
    state->current_task = take_attribute(tasks, "current_task");
    if (!state->current_task)
        return -1;
#else
    state->current_tasks = take_attribute(tasks, "_current_tasks");
    if (!state->current_tasks)
        return -1;
#endif
    return 0;
}

#if PY_VERSION_HEX >= 0x030E0000

static PyObject *running_task(qip_state *state, PyObject *loop)
{
    PyObject *task = PyObject_CallOneArg(state->current_task, loop);

    if (task == Py_None) {
        Py_DECREF(task);
        return NULL;
    }
    return task;
}

#else

static PyObject *running_task(qip_state *state, PyObject *loop)
{
    if (PyDict_GET_SIZE(state->current_tasks) == 0)
        return NULL;
    PyObject *task = PyDict_GetItemWithError(state->current_tasks, loop);
    return task == Py_None ? NULL : Py_XNewRef(task);
}

#endif

/* Calls a function of asyncio.tasks by its present name there, where nest_asyncio may have changed it. */
static int call_tasks(const char *function, PyObject *loop, PyObject *task)
{
    PyObject *tasks = PyImport_ImportModule("asyncio.tasks");
    PyObject *result = NULL;

    if (tasks)
        result = PyObject_CallMethod(tasks, function, "OO", loop, task);
    Py_XDECREF(tasks);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

PyObject *qip_task_leave(qip_state *state, PyObject *loop)
{
    PyObject *task = running_task(state, loop);

    if (task && call_tasks("_leave_task", loop, task) < 0)
        Py_CLEAR(task);
    return task;
}

void qip_task_enter_again(qip_state *state, PyObject *loop, PyObject *task)
{
    (void)state;
    if (!task)
        return;
    PyObject *raised = qip_take_exception();
    if (call_tasks("_enter_task", loop, task) < 0)
        PyErr_WriteUnraisable(task);
    qip_give_exception(raised);
    Py_DECREF(task);
}
