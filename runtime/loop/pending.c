/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pending is the done-callback of its task, and a link of its launcher's list.
 *
 * The reference that the list holds makes it reachable from C for as long as the task runs, so that
 * nothing here can be part of a garbage cycle, and the type needs no support for the collector. The price
 * is that every way out must go through qip_pending_drop(): the task ends, or its launcher gives it up.
 */
#include "loop/pending.h"

#include <structmember.h>

#include <stddef.h>

#include "python/border.h"
#include "python/module.h"
#include "core/coarse_clock.h"
#include "python/compat.h"
#include "loop/setup.h"
#include "python/asyncio.h"

static PyObject *pending_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    qip_pending *pending = (qip_pending *)self;

    (void)args;
    (void)kwnames;
    if (PyVectorcall_NARGS(nargsf) != 1) {
        PyErr_SetString(PyExc_TypeError, "a done callback gets the task as its only argument");
        return NULL;
    }
    if (pending->task)
        pending->ended(pending);
    Py_RETURN_NONE;
}

static void pending_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    Py_XDECREF(((qip_pending *)self)->task);
    Py_XDECREF(((qip_pending *)self)->signal);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef pending_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(qip_pending, vectorcall), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot pending_slots[] = {
    {Py_tp_doc, "The done-callback of a task that libqi has launched."},
    {Py_tp_dealloc, pending_dealloc},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, pending_members},
    {0, NULL},
};

static PyType_Spec pending_spec = {
    .name = "_qi.Pending",
    .basicsize = sizeof(qip_pending),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = pending_slots,
};

/* A method of asyncio's own Task, which is asked after every emission: the C function behind it, so that
 * nothing has to be looked up. NULL if it has another form. */
static PyCFunction own_method(const char *name)
{
    PyObject *method = PyObject_GetAttrString(qip_asyncio.task_type, name);
    PyCFunction function = NULL;

    if (method && Py_IS_TYPE(method, &PyMethodDescr_Type)) {
        const PyMethodDef *definition = ((PyMethodDescrObject *)method)->d_method;
        if (definition->ml_flags == METH_NOARGS)
            function = definition->ml_meth;
    }
    PyErr_Clear();
    Py_XDECREF(method); /* the function is part of the type, which stays */
    return function;
}

static PyObject *pending_type; /* the done-callback of a task that libqi launched */
static PyCFunction own_done, own_exception;

bool qip_pending_check(PyObject *object)
{
    return Py_IS_TYPE(object, (PyTypeObject *)pending_type);
}

int qip_pending_setup(PyObject *module)
{
    qip_module_keep(pending_type);
    own_done = own_method("done");
    own_exception = own_method("exception");
    pending_type = PyType_FromModuleAndSpec(module, &pending_spec, NULL);
    return pending_type ? 0 : -1;
}

static void link_pending(qip_pending_list *list, qip_pending *pending)
{
    pending->list = list;
    pending->next = list->first;
    if (list->first)
        list->first->previous = pending;
    list->first = pending;
}

static void unlink_pending(qip_pending *pending)
{
    if (pending->previous)
        pending->previous->next = pending->next;
    else
        pending->list->first = pending->next;
    if (pending->next)
        pending->next->previous = pending->previous;
    pending->list = NULL;
    pending->previous = pending->next = NULL;
}

static PyObject *add_done_callback; /* interned for the life of the process, as are the names below */
static PyObject *done_name, *exception_name, *cancel_name, *unseen_name;

static int intern_names(void)
{
    if (cancel_name)
        return 0;
    add_done_callback = PyUnicode_InternFromString("add_done_callback");
    done_name = PyUnicode_InternFromString("done");
    exception_name = PyUnicode_InternFromString("exception");
    unseen_name = PyUnicode_InternFromString("_log_traceback");
    cancel_name = PyUnicode_InternFromString("cancel");
    return cancel_name && unseen_name && exception_name && done_name && add_done_callback ? 0 : -1;
}

static qip_pending *new_pending(PyObject *task, PyObject *signal, qip_pending_fn ended, void *data)
{
    PyTypeObject *type = (PyTypeObject *)pending_type;
    qip_pending *pending = intern_names() < 0 ? NULL : PyObject_New(qip_pending, type);

    if (pending) {
        pending->vectorcall = pending_call;
        pending->task = Py_NewRef(task);
        pending->data = data;
        pending->ended = ended;
        pending->signal = Py_XNewRef(signal);
        pending->since_ticks = qip_ticks();
        pending->previous = pending->next = NULL;
    }
    return pending;
}

int qip_pending_add(qip_pending_list *list, PyObject *task, PyObject *signal, qip_pending_fn ended,
                    void *data, qip_pending **place)
{
    qip_pending *pending = new_pending(task, signal, ended, data);
    int result = 0;

    if (!pending)
        return -1;
    /* First: a future that another thread has ended meanwhile calls back at once. */
    link_pending(list, pending);
    if (place)
        *place = pending;
    Py_INCREF(pending);
    PyObject *nothing = PyObject_CallMethodOneArg(task, add_done_callback, (PyObject *)pending);
    if (!nothing && !pending->task) {
        PyErr_WriteUnraisable(task); /* it has called back all the same */
    } else if (!nothing) {
        qip_pending_drop(pending);
        if (place)
            *place = NULL;
        result = -1;
    }
    Py_XDECREF(nothing);
    Py_DECREF(pending);
    return result;
}

void qip_pending_drop(qip_pending *pending)
{
    if (!pending->task)
        return;
    unlink_pending(pending);
    Py_CLEAR(pending->task);
    Py_DECREF(pending);
}

/* -- tasks ---------------------------------------------------------------------------------------------- */

static PyObject *call_noargs(PyObject *task, PyCFunction function, PyObject *name)
{
    if (function && (PyObject *)Py_TYPE(task) == qip_asyncio.task_type)
        return function(task, NULL);
    return PyObject_CallMethodNoArgs(task, name);
}

int qip_task_is_done(PyObject *task)
{
    if (intern_names() < 0)
        return -1;
    PyObject *answer = call_noargs(task, own_done, done_name);
    if (!answer)
        return -1;
    int done = PyObject_IsTrue(answer);
    Py_DECREF(answer);
    return done;
}

PyObject *qip_task_exception(PyObject *task)
{
    PyObject *exception = intern_names() < 0 ? NULL
                                             : call_noargs(task, own_exception, exception_name);

    PyErr_Clear(); /* CancelledError: it did not fail */
    if (exception == Py_None)
        Py_CLEAR(exception);
    return exception;
}

bool qip_task_failed_unseen(PyObject *task)
{
    PyObject *unseen = intern_names() < 0 ? NULL : PyObject_GetAttr(task, unseen_name);
    bool result = unseen == Py_True;

    PyErr_Clear(); /* not a future of asyncio's */
    Py_XDECREF(unseen);
    return result;
}

/* The loop of an application that hosts Python is left by no exception. */
static bool is_hosts_loop(PyObject *task)
{
    PyObject *loop = PyObject_CallMethod(task, "get_loop", NULL);
    PyObject *answer = loop ? PyObject_GetAttrString(loop, "_is_hosts") : NULL;
    bool result = answer == Py_True;

    PyErr_Clear(); /* not a future of asyncio's, or not a loop of ours */
    Py_XDECREF(answer);
    Py_XDECREF(loop);
    return result;
}

bool qip_exception_left_loop(PyObject *exception, PyObject *task)
{
    return (PyErr_GivenExceptionMatches(exception, PyExc_SystemExit) ||
            PyErr_GivenExceptionMatches(exception, PyExc_KeyboardInterrupt)) &&
           !is_hosts_loop(task);
}

void qip_task_cancel(PyObject *task)
{
    PyObject *raised = qip_take_exception();
    PyObject *answer = intern_names() < 0 ? NULL : PyObject_CallMethodNoArgs(task, cancel_name);

    if (!answer)
        PyErr_WriteUnraisable(task);
    Py_XDECREF(answer);
    qip_give_exception(raised);
}

void qip_pending_cancel_all(const qip_pending_list *list)
{
    PyObject *raised = qip_take_exception();
    PyObject *tasks = PyList_New(0);

    for (qip_pending *pending = list->first; tasks && pending; pending = pending->next) {
        if (PyList_Append(tasks, pending->task) < 0)
            Py_CLEAR(tasks);
    }
    if (!tasks)
        PyErr_WriteUnraisable(NULL);
    for (Py_ssize_t i = 0; tasks && i < PyList_GET_SIZE(tasks); i++)
        qip_task_cancel(PyList_GET_ITEM(tasks, i));
    Py_XDECREF(tasks);
    qip_give_exception(raised);
}
