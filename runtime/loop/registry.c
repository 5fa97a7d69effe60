/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the set of all tasks comes to know newcomers, for 3.11.
 *
 * `_asyncio._all_tasks` is a WeakSet: a Python object around a set of weak references, `data`. asyncio adds
 * to it by its method `add` and reads it by iterating, which iterates over `data`. Two attributes of that
 * one object are replaced: `add` by a function of C that does the same, save that it leaves an expected
 * newcomer where it is; and `data` by a set whose iterator first lets all newcomers in. What becomes of a
 * reference whose task is gone is written out in C too, as WeakSet does it: while somebody iterates it
 * must wait in `_pending_removals`.
 *
 * All of this lives as long as the process, as asyncio's set does.
 */
#include "loop/registry.h"

#include "loop/setup.h"

#if !QIP_HAS_EAGER_START

#include <string.h>

#include "loop/pending.h"
#include "python/asyncio.h"

static qip_newcomer *newcomers; /* those on the stack, the latest first, of all threads */
static qip_newcomer *expecting; /* whose task asyncio is about to register */

static PyObject *data;      /* the set of weak references */
static PyObject *pending;   /* a list: what leaves when nobody iterates any more */
static PyObject *iterating; /* a set: who iterates */
static PyObject *all_tasks; /* the WeakSet */
static PyObject *when_gone; /* the callback of the weak references */

/* -- entering and leaving the set --------------------------------------------------------------------- */

static PyObject *task_gone(PyObject *Py_UNUSED(self), PyObject *reference)
{
    int failed = PySet_GET_SIZE(iterating) ? PyList_Append(pending, reference)
                                           : PySet_Discard(data, reference);
    return failed < 0 ? NULL : Py_NewRef(Py_None);
}

static int commit_removals(void)
{
    if (!PyList_GET_SIZE(pending))
        return 0;
    PyObject *result = PyObject_CallMethod(all_tasks, "_commit_removals", NULL);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static int let_in(PyObject *task)
{
    PyObject *reference = commit_removals() < 0 ? NULL : PyWeakref_NewRef(task, when_gone);
    int result = reference ? PySet_Add(data, reference) : -1;

    Py_XDECREF(reference);
    return result;
}

static PyObject *add(PyObject *Py_UNUSED(self), PyObject *task)
{
    qip_newcomer *newcomer = expecting;

    expecting = NULL;
    if (newcomer)
        newcomer->task = Py_NewRef(task);
    else if (let_in(task) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static int let_all_in(void)
{
    for (qip_newcomer *newcomer = newcomers; newcomer; newcomer = newcomer->outer) {
        PyObject *task = newcomer->task;
        newcomer->task = NULL;
        int failed = task ? let_in(task) : 0;
        Py_XDECREF(task); /* its launcher has another */
        if (failed < 0)
            return -1;
    }
    return 0;
}

/* -- newcomers ---------------------------------------------------------------------------------------- */

void qip_newcomer_open(qip_newcomer *newcomer)
{
    newcomer->task = NULL;
    newcomer->outer = newcomers;
    newcomers = newcomer;
}

void qip_newcomer_expect(qip_newcomer *newcomer)
{
    if (data)
        expecting = newcomer;
}

/* Takes the reference. */
static void let_in_unless_done(PyObject *task)
{
    PyObject *raised = PyErr_Occurred() ? qip_take_exception() : NULL;

    if (qip_task_is_done(task) <= 0) {
        PyErr_Clear();
        if (let_in(task) < 0)
            PyErr_WriteUnraisable(task);
    }
    Py_DECREF(task);
    if (raised)
        qip_give_exception(raised);
}

void qip_newcomer_made(qip_newcomer *newcomer, const PyObject *task)
{
    PyObject *came = newcomer->task;

    if (expecting == newcomer)
        expecting = NULL;
    if (came && came != task) {
        newcomer->task = NULL;
        let_in_unless_done(came);
    }
}

void qip_newcomer_close(qip_newcomer *newcomer)
{
    qip_newcomer **link = &newcomers;

    while (*link != newcomer)
        link = &(*link)->outer;
    *link = newcomer->outer;
    if (newcomer->task)
        let_in_unless_done(newcomer->task);
}

/* -- the set ------------------------------------------------------------------------------------------- */

static PyObject *task_set_iterate(PyObject *self)
{
    return let_all_in() < 0 ? NULL : PySet_Type.tp_iter(self);
}

static PyType_Slot task_set_slots[] = {
    {Py_tp_doc,
     "Weak references to all tasks; whoever iterates also finds those in their first step."},
    {Py_tp_iter, task_set_iterate},
    {0, NULL},
};

static PyType_Spec task_set_spec = {
    .name = "_qi.TaskSet",
    .flags = Py_TPFLAGS_DEFAULT, /* the collector sees into it as into any set */
    .slots = task_set_slots,
};

static PyMethodDef add_definition = {"add", add, METH_O, "Adds a task."};
static PyMethodDef gone_definition = {"_remove", task_gone, METH_O, "Removes a task that is gone."};

/* A member of the WeakSet if it is of exactly that type, else NULL without an exception. */
static PyObject *member(const char *name, PyTypeObject *type)
{
    PyObject *value = PyObject_GetAttrString(all_tasks, name);

    if (value && !Py_IS_TYPE(value, type))
        Py_CLEAR(value);
    PyErr_Clear();
    return value;
}

/* True if asyncio's set and its tasks are those that this file knows. */
static bool find_set(PyObject *task_type, PyObject **old_data)
{
    PyObject *extension = PyImport_ImportModule("_asyncio");
    PyObject *own_type = extension ? PyObject_GetAttrString(extension, "Task") : NULL;

    all_tasks = own_type == task_type ? PyObject_GetAttrString(extension, "_all_tasks") : NULL;
    PyErr_Clear();
    Py_XDECREF(own_type);
    Py_XDECREF(extension);
    if (!all_tasks || strcmp(Py_TYPE(all_tasks)->tp_name, "WeakSet") != 0)
        return false;
    pending = member("_pending_removals", &PyList_Type);
    iterating = member("_iterating", &PySet_Type);
    *old_data = member("data", &PySet_Type);
    return pending && iterating && *old_data;
}

/* Does nothing where asyncio is not what CPython brings. */
int qip_registry_setup(PyObject *module)
{
    PyObject *old_data = NULL;

    if (!find_set(qip_asyncio.task_type, &old_data)) {
        Py_XDECREF(old_data);
        return 0;
    }
    PyObject *bases = PyTuple_Pack(1, &PySet_Type);
    PyObject *type = bases ? PyType_FromModuleAndSpec(module, &task_set_spec, bases) : NULL;
    PyObject *tasks = type ? PyObject_CallOneArg(type, old_data) : NULL;
    PyObject *adder = PyCFunction_New(&add_definition, NULL);

    when_gone = PyCFunction_New(&gone_definition, NULL);
    Py_XDECREF(type);
    Py_XDECREF(bases);
    Py_DECREF(old_data);
    bool replaced = tasks && adder && when_gone &&
                    PyObject_SetAttrString(all_tasks, "data", tasks) == 0 &&
                    PyObject_SetAttrString(all_tasks, "add", adder) == 0;
    Py_XDECREF(adder);
    if (!replaced) {
        Py_XDECREF(tasks);
        return -1;
    }
    data = tasks;
    return 0;
}

#else

int qip_registry_setup(PyObject *Py_UNUSED(module))
{
    return 0;
}

#endif
