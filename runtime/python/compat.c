/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where asyncio keeps the current task: a dictionary until 3.13, which can be read at the price of one
 * look-up, and the thread state from 3.14 on, reached through the functions of `_asyncio`.
 */
#include "python/compat.h"

#include "python/module.h"
#include "python/setup.h"

/* asyncio.tasks.current_task from 3.14 on, until then asyncio.tasks._current_tasks. */
static PyObject *current_tasks;

static PyObject *take_attribute(PyObject *module, const char *name)
{
    PyObject *value = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return value;
}

int qip_compat_setup(PyObject *Py_UNUSED(module))
{
    PyObject *tasks = PyImport_ImportModule("asyncio.tasks");

    qip_module_keep(current_tasks);
    if (!tasks)
        return -1;
#if PY_VERSION_HEX >= 0x030E0000
    current_tasks = take_attribute(tasks, "current_task");
#else
    current_tasks = take_attribute(tasks, "_current_tasks");
#endif
    return current_tasks ? 0 : -1;
}

#if PY_VERSION_HEX >= 0x030E0000

static PyObject *running_task(PyObject *loop)
{
    PyObject *task = PyObject_CallOneArg(current_tasks, loop);

    if (task == Py_None) {
        Py_DECREF(task);
        return NULL;
    }
    return task;
}

#else

static PyObject *running_task(PyObject *loop)
{
    if (PyDict_GET_SIZE(current_tasks) == 0)
        return NULL;
    PyObject *task = PyDict_GetItemWithError(current_tasks, loop);
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

PyObject *qip_task_leave(PyObject *loop)
{
    PyObject *task = running_task(loop);

    if (task && call_tasks("_leave_task", loop, task) < 0)
        Py_CLEAR(task);
    return task;
}

void qip_task_enter_again(PyObject *loop, PyObject *task)
{
    if (!task)
        return;
    PyObject *raised = qip_take_exception();
    if (call_tasks("_enter_task", loop, task) < 0)
        PyErr_WriteUnraisable(task);
    qip_give_exception(raised);
    Py_DECREF(task);
}
