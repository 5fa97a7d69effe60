/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way from an emission to a running task.
 *
 * On the hot path, which is a concurrent slot whose coroutine ends in its first step, nothing is
 * allocated but the coroutine and its task. A task that goes on costs one qi__pending, which holds both
 * it and the slot until it has ended: a slot that is disconnected meanwhile lives until then.
 *
 * Who hears of exceptions. What the function itself raises, when called, goes to the caller. What the
 * coroutine raises is the task's. Of a detached slot nobody ever gets a task, so its exception is
 * reported here when it ends. Otherwise the task was handed to the caller, who may await it; asyncio
 * complains once when the last reference goes and nobody has.
 */
#include "slot.h"

#include <structmember.h>

#include <stddef.h>
#include <string.h>

#include "compat.h"
#include "loop.h"
#include "qt/bridge.h"
#include "runtime_p.h"

static const char *const overlap_names[] = {
    [QI_OVERLAP_CONCURRENT] = "concurrent", [QI_OVERLAP_DROP] = "drop",
    [QI_OVERLAP_QUEUE] = "queue",           [QI_OVERLAP_RESTART] = "restart",
    [QI_OVERLAP_LATEST] = "latest",
};

enum { OVERLAP_COUNT = sizeof overlap_names / sizeof *overlap_names };

/* -- names, for messages and reports ------------------------------------------------------------------- */

/* "module:callable". Borrowed; NULL with an exception set. A slot that the garbage collector has cleared
 * has no callable any more, but may still be called by what it clears next. */
static PyObject *target_of(qi__slot *slot)
{
    if (!slot->target)
        slot->target = slot->callable ? qi__signature_target(slot->callable)
                                      : PyUnicode_FromString("(cleared)");
    return slot->target;
}

static const char *utf8_or_null(PyObject *text)
{
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;

    PyErr_Clear();
    return utf8;
}

static void report(qi__slot *slot, PyObject *exception, PyObject *task)
{
    PyObject *name = task ? PyObject_CallMethod(task, "get_name", NULL) : NULL;

    PyErr_Clear();
    qi_origin origin = {
        .task = name && PyUnicode_Check(name) ? utf8_or_null(name) : NULL,
        .signal = utf8_or_null(slot->signal),
        .target = utf8_or_null(target_of(slot)),
    };
    qi__report_exception(exception, &origin); /* Beware: calls the host, without the GIL */
    Py_XDECREF(name);
}

void qi__slot_report_raised(qi__slot *slot)
{
    PyObject *exception = qi__take_exception();

    report(slot, exception, NULL);
    Py_XDECREF(exception);
}

/* -- tasks that go on, or have ended -------------------------------------------------------------------- */

static void report_failure(qi__slot *slot, PyObject *task)
{
    PyObject *exception = slot->detached ? qi__task_exception(task) : NULL;

    if (exception && !qi__exception_left_step(exception))
        report(slot, exception, task);
    Py_XDECREF(exception);
}

void qi__slot_settle(qi__pending *pending)
{
    qi__slot *slot = pending->data;
    PyObject *task = Py_NewRef(pending->task);

    qi__pending_drop(pending);
    report_failure(slot, task);
    Py_DECREF(task);
    Py_DECREF(slot);
}

static void task_ended(qi__pending *pending)
{
    qi__slot *slot = (qi__slot *)Py_NewRef((PyObject *)pending->data);

    qi__slot_settle(pending);
    qi__overlap_next(slot, false);
    Py_DECREF(slot);
}

/* 0, or -1 with an exception set: what the task runner returned is no task, and cannot be followed. */
static int follow(qi__slot *slot, PyObject *task, bool cancel)
{
    int done = qi__task_is_done(task);

    if (done < 0)
        return -1;
    if (done) {
        report_failure(slot, task);
        qi__overlap_next(slot, true);
        return 0;
    }
    if (!qi__pending_add(&slot->running, task, task_ended, Py_NewRef((PyObject *)slot))) {
        Py_DECREF(slot);
        return -1;
    }
    if (cancel)
        qi__task_cancel(task);
    return 0;
}

void qi__slot_close(qi__slot *slot)
{
    slot->closed = true;
    qi__overlap_forget(slot);
}

void qi__slot_cancel(qi__slot *slot)
{
    for (qi__launching *launching = slot->launching; launching; launching = launching->outer)
        launching->cancel = true;
    if (slot->running.first)
        qi__pending_cancel_all(&slot->running);
}

static void owner_gone(void *data)
{
    qi__slot *slot = (qi__slot *)Py_NewRef((PyObject *)data);

    qi__slot_close(slot);
    qi__slot_cancel(slot);
    Py_DECREF(slot);
}

/* -- from a call to a task ------------------------------------------------------------------------------- */

PyObject *qi__running_loop(void)
{
    PyObject *loop = qi__loop_running_here();

    if (loop)
        return Py_NewRef(loop);
    loop = PyObject_CallNoArgs(qi__state_get()->get_running_loop);
    if (loop == Py_None)
        Py_CLEAR(loop);
    return loop;
}

static PyObject *raise_no_loop(qi__slot *slot)
{
    PyObject *target = target_of(slot);

    if (target)
        PyErr_Format(
            PyExc_RuntimeError,
            "the slot %U was called in a thread in which no asyncio event loop runs; connect it "
            "where the loop runs, or call it through loop.call_soon_threadsafe()",
            target);
    return NULL;
}

static PyObject *raise_too_few(qi__slot *slot, Py_ssize_t count)
{
    PyObject *target = target_of(slot);

    if (target && slot->signal)
        PyErr_Format(PyExc_TypeError, "the slot %U takes at least %d arguments, but %U gives %zd",
                     target, slot->takes.least, slot->signal, count);
    else if (target)
        PyErr_Format(PyExc_TypeError,
                     "the slot %U takes at least %d arguments, but the call gives %zd", target,
                     slot->takes.least, count);
    return NULL;
}

static PyObject *raise_no_coroutine(qi__slot *slot, PyObject *result)
{
    PyObject *target = target_of(slot);

    if (target)
        PyErr_Format(
            PyExc_TypeError,
            "the slot %U must be a coroutine function, but it returned an object of type %.200s",
            target, Py_TYPE(result)->tp_name);
    return NULL;
}

/* What there is to call: a new reference; NULL without an exception if a weak slot's object is gone. */
static PyObject *callable_now(qi__slot *slot)
{
    if (!slot->receiver)
        return Py_NewRef(slot->callable);
    PyObject *receiver = qi__weakref_get(slot->receiver);
    if (!receiver)
        return NULL;
    PyObject *method = PyMethod_New(slot->callable, receiver);
    Py_DECREF(receiver);
    return method;
}

static void close_coroutine(PyObject *coroutine)
{
    PyObject *raised = qi__take_exception();
    PyObject *nothing = PyObject_CallMethod(coroutine, "close", NULL);

    if (!nothing)
        PyErr_WriteUnraisable(coroutine);
    Py_XDECREF(nothing);
    qi__give_exception(raised);
}

/* A loop of somebody else's cannot start a task eagerly. */
static PyObject *create_task(qi__slot *slot, PyObject *loop, PyObject *coroutine)
{
    PyObject *task = PyObject_CallMethod(loop, "create_task", "(O)", coroutine);
    PyObject *named = task && slot->task_name
                          ? PyObject_CallMethod(task, "set_name", "O", slot->task_name)
                          : NULL;

    PyErr_Clear();
    Py_XDECREF(named);
    return task;
}

static PyObject *start(qi__slot *slot, PyObject *loop, PyObject *coroutine)
{
    if (slot->task_runner)
        return PyObject_CallOneArg(slot->task_runner, coroutine);
    if (!loop) {
        close_coroutine(coroutine);
        return raise_no_loop(slot);
    }
    if (PyObject_TypeCheck(loop, (PyTypeObject *)qi__state_get()->loop_type))
        return qi__loop_run_task(loop, coroutine, slot->task_name, NULL);
    return create_task(slot, loop, coroutine);
}

/* Replaces what the function returned by its task, if it is a coroutine. */
static PyObject *start_result(qi__slot *slot, PyObject *loop, PyObject *result, bool *is_task)
{
    int is_coroutine = qi__is_coroutine_object(result);
    PyObject *outcome = NULL;

    *is_task = is_coroutine > 0;
    if (is_coroutine > 0)
        outcome = start(slot, loop, result);
    else if (is_coroutine == 0)
        outcome = slot->allow_plain ? Py_NewRef(result) : raise_no_coroutine(slot, result);
    Py_DECREF(result);
    return outcome;
}

static void push_launching(qi__slot *slot, qi__launching *launching)
{
    launching->outer = slot->launching;
    launching->cancel = false;
    slot->launching = launching;
}

/* Not always the innermost: threads with loops of their own may be inside the same slot. */
static void remove_launching(qi__slot *slot, qi__launching *launching)
{
    qi__launching **link = &slot->launching;

    while (*link != launching)
        link = &(*link)->outer;
    *link = launching->outer;
}

/* The call and its first step, between push and remove. */
static PyObject *launch(qi__slot *slot, PyObject *callable, PyObject *const *args, size_t nargsf,
                        PyObject *loop)
{
    qi__launching launching;
    bool is_task = false;

    push_launching(slot, &launching);
    PyObject *outcome = PyObject_Vectorcall(callable, args, nargsf, NULL);
    if (outcome)
        outcome = start_result(slot, loop, outcome, &is_task);
    remove_launching(slot, &launching);

    if (is_task && outcome) {
        if (follow(slot, outcome, launching.cancel) < 0)
            Py_CLEAR(outcome);
    } else if (slot->first_waiting) {
        PyObject *raised = qi__take_exception();
        qi__overlap_next(slot, true);
        qi__give_exception(raised);
    }
    return outcome;
}

PyObject *qi__slot_launch(qi__slot *slot, PyObject *const *args, size_t nargsf)
{
    PyObject *loop = qi__running_loop();

    if (!loop && !slot->allow_plain)
        return PyErr_Occurred() ? NULL : raise_no_loop(slot);
    Py_INCREF(slot); /* the first step may drop the last reference of others */
    PyObject *callable = callable_now(slot), *outcome = NULL;
    if (callable)
        outcome = launch(slot, callable, args, nargsf, loop);
    else if (!PyErr_Occurred())
        outcome = Py_NewRef(Py_None);
    Py_XDECREF(callable);
    Py_XDECREF(loop);
    Py_DECREF(slot);
    return outcome;
}

/* -- arguments ----------------------------------------------------------------------------------------------- */

/* Bindings may pass objects that exist during the emission only; their types have a metatype. */
static bool may_be_temporary(PyObject *const *args, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (Py_TYPE(Py_TYPE(args[i])) != &PyType_Type)
            return true;
    }
    return false;
}

static PyObject *copy_arguments(PyObject *const *args, Py_ssize_t count)
{
    PyObject *copy = NULL, *tuple = PyTuple_New(count);
    PyObject *module = tuple ? PyImport_ImportModule("qi._slots") : NULL;

    for (Py_ssize_t i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    if (module)
        copy = PyObject_CallMethod(module, "copy_signal_arguments", "(O)", tuple);
    if (copy && (!PyTuple_Check(copy) || PyTuple_GET_SIZE(copy) != count)) {
        PyErr_SetString(PyExc_TypeError,
                        "copy_signal_arguments() must return a tuple of the same length");
        Py_CLEAR(copy);
    }
    Py_XDECREF(module);
    Py_XDECREF(tuple);
    return copy;
}

static PyObject *call_admitted(qi__slot *slot, PyObject *const *args, size_t nargsf)
{
    if (slot->overlap != QI_OVERLAP_CONCURRENT) {
        Py_INCREF(slot);
        int admitted = qi__overlap_admit(slot, args, PyVectorcall_NARGS(nargsf));
        Py_DECREF(slot);
        if (admitted < 0)
            return NULL;
        if (!admitted)
            Py_RETURN_NONE;
    }
    return qi__slot_launch(slot, args, nargsf);
}

static PyObject *slot_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    qi__slot *slot = (qi__slot *)self;
    Py_ssize_t count = PyVectorcall_NARGS(nargsf);

    if (kwnames && PyTuple_GET_SIZE(kwnames) > 0) {
        PyErr_SetString(PyExc_TypeError,
                        "a slot takes positional arguments only, as signals give them");
        return NULL;
    }
    if (count < slot->takes.least)
        return raise_too_few(slot, count);
    if (slot->closed)
        Py_RETURN_NONE;
    if (slot->takes.most >= 0 && count > slot->takes.most)
        count = slot->takes.most;
    if (!may_be_temporary(args, count))
        return call_admitted(slot, args, (size_t)count | (nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET));
    PyObject *copy = copy_arguments(args, count);
    if (!copy)
        return NULL;
    PyObject *outcome = call_admitted(slot, &PyTuple_GET_ITEM(copy, 0), (size_t)count);
    Py_DECREF(copy);
    return outcome;
}

/* -- making one ------------------------------------------------------------------------------------------------ */

/* Splits a bound method, so that the slot does not keep its object alive. */
static int weaken(qi__slot *slot)
{
    PyObject *method = slot->callable;

    if (!PyMethod_Check(method)) {
        PyErr_Format(PyExc_TypeError, "weak=True needs a bound method, not %R", method);
        return -1;
    }
    slot->target = qi__signature_target(method);
    slot->receiver = slot->target ? PyWeakref_NewRef(PyMethod_GET_SELF(method), NULL) : NULL;
    if (!slot->receiver)
        return -1;
    slot->callable = Py_NewRef(PyMethod_GET_FUNCTION(method));
    Py_DECREF(method);
    return 0;
}

static int set_overlap(qi__slot *slot, const char *name)
{
    for (int i = 0; i < OVERLAP_COUNT; i++) {
        if (strcmp(name, overlap_names[i]) == 0) {
            slot->overlap = (qi_overlap)i;
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError,
                 "overlap must be 'concurrent', 'drop', 'queue', 'restart' or 'latest', not '%s'",
                 name);
    return -1;
}

static int set_owner(qi__slot *slot, PyObject *owner)
{
    if (!qi_qt_on_application_thread()) {
        PyErr_SetString(PyExc_RuntimeError, "a slot with an owner must be made in the GUI thread");
        return -1;
    }
    qi_object *object = qi_qt_unwrap(owner);
    if (!object)
        return -1;
    slot->owner = qi__owner_watch(object, owner_gone, slot);
    if (!slot->owner)
        PyErr_NoMemory();
    return slot->owner ? 0 : -1;
}

static PyObject *none_is_null(PyObject *object)
{
    return object == Py_None ? NULL : Py_XNewRef(object);
}

static qi__slot *allocate(PyTypeObject *type, PyObject *callable)
{
    qi__signature takes;

    if (qi__signature_read(callable, &takes) < 0)
        return NULL;
    qi__slot *slot = (qi__slot *)type->tp_alloc(type, 0);
    if (slot) {
        slot->vectorcall = slot_call;
        slot->callable = Py_NewRef(callable);
        slot->takes = takes;
    }
    return slot;
}

static PyObject *slot_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"callable",    "overlap", "name", "queue_limit", "allow_plain",
                            "task_runner", "owner",   "weak", "detached",    NULL};
    PyObject *callable, *name = NULL, *runner = NULL, *owner = NULL;
    const char *overlap = "concurrent";
    Py_ssize_t limit = 0;
    int plain = 0, weak = 0, detached = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|sOnpO$Opp:Slot", names, &callable, &overlap,
                                     &name, &limit, &plain, &runner, &owner, &weak, &detached))
        return NULL;
    if (name && name != Py_None && !PyUnicode_Check(name))
        return PyErr_Format(PyExc_TypeError, "name must be a str or None, not %.200s",
                            Py_TYPE(name)->tp_name);
    if (limit < 0)
        return PyErr_Format(PyExc_ValueError, "queue_limit must not be negative, but is %zd", limit);
    qi__slot *slot = allocate(type, callable);
    if (!slot)
        return NULL;
    slot->task_name = none_is_null(name);
    slot->task_runner = none_is_null(runner);
    slot->queue_limit = (size_t)limit;
    slot->allow_plain = plain;
    slot->detached = detached;
    if (set_overlap(slot, overlap) < 0 || (weak && weaken(slot) < 0) ||
        (owner && owner != Py_None && set_owner(slot, owner) < 0))
        Py_CLEAR(slot);
    return (PyObject *)slot;
}

static int set_text(PyObject **member, const char *text)
{
    *member = text ? PyUnicode_FromString(text) : NULL;
    return text && !*member ? -1 : 0;
}

qi__slot *qi__slot_new(const qi__slot_spec *spec)
{
    qi__slot *slot = allocate((PyTypeObject *)qi__state_get()->slot_type, spec->callable);

    if (!slot)
        return NULL;
    slot->overlap = spec->overlap;
    slot->queue_limit = spec->queue_limit;
    slot->allow_plain = spec->allow_plain;
    slot->detached = true;
    if (set_text(&slot->task_name, spec->task_name) < 0 ||
        set_text(&slot->signal, spec->signal) < 0 || set_text(&slot->target, spec->target) < 0)
        Py_CLEAR(slot);
    return slot;
}

/* -- the type -------------------------------------------------------------------------------------------------- */

static int slot_traverse(PyObject *self, visitproc visit, void *arg)
{
    qi__slot *slot = (qi__slot *)self;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(slot->dict);
    Py_VISIT(slot->callable);
    Py_VISIT(slot->receiver);
    Py_VISIT(slot->task_runner);
    for (qi__waiting *item = slot->first_waiting; item; item = item->next)
        Py_VISIT(item->args);
    return 0;
}

static int slot_clear(PyObject *self)
{
    qi__slot *slot = (qi__slot *)self;

    slot->closed = true;
    Py_CLEAR(slot->dict);
    Py_CLEAR(slot->receiver);
    Py_CLEAR(slot->task_runner);
    qi__overlap_forget(slot);
    Py_CLEAR(slot->callable);
    return 0;
}

static void slot_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qi__slot *slot = (qi__slot *)self;

    PyObject_GC_UnTrack(self);
    if (slot->weak_references)
        PyObject_ClearWeakRefs(self);
    qi__owner_release(slot->owner);
    slot_clear(self);
    Py_CLEAR(slot->task_name);
    Py_CLEAR(slot->signal);
    Py_CLEAR(slot->target);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *slot_repr(PyObject *self)
{
    qi__slot *slot = (qi__slot *)self;
    PyObject *target = target_of(slot);

    if (!target)
        return NULL;
    return PyUnicode_FromFormat("<_qi.Slot %U overlap=%s%s>", target, overlap_names[slot->overlap],
                                slot->closed ? " closed" : "");
}

/*
 * As an attribute of a class it binds like a function. A policy other than "concurrent" counts the tasks of
 * each object apart, which takes a slot for each: `qi._slots` keeps them.
 */
static PyObject *slot_get(PyObject *self, PyObject *object, PyObject *type)
{
    (void)type;
    if (!object || object == Py_None)
        return Py_NewRef(self);
    if (((qi__slot *)self)->overlap == QI_OVERLAP_CONCURRENT)
        return PyMethod_New(self, object);
    PyObject *module = PyImport_ImportModule("qi._slots");
    if (!module)
        return NULL;
    PyObject *bound = PyObject_CallMethod(module, "_bind", "OO", self, object);
    Py_DECREF(module);
    return bound;
}

static PyObject *slot_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__slot_cancel((qi__slot *)self);
    Py_RETURN_NONE;
}

static PyObject *slot_close(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__slot_close((qi__slot *)self);
    Py_RETURN_NONE;
}

static PyObject *slot_pump(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__slot *slot = (qi__slot *)self;

    slot->pump_due = false;
    qi__overlap_next(slot, false);
    Py_RETURN_NONE;
}

static PyMethodDef slot_methods[] = {
    {"cancel", slot_cancel, METH_NOARGS, "Asks every task that the slot has launched to end."},
    {"close", slot_close, METH_NOARGS, "Launches nothing any more, nor what waits. Tasks go on."},
    {"_pump", slot_pump, METH_NOARGS, "Gives what waits its turn."},
    {NULL, NULL, 0, NULL},
};

static PyObject *get_overlap(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(overlap_names[((qi__slot *)self)->overlap]);
}

static PyObject *get_target(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(target_of((qi__slot *)self));
}

static PyObject *get_running(PyObject *self, void *Py_UNUSED(closure))
{
    size_t count = 0;

    for (qi__pending *pending = ((qi__slot *)self)->running.first; pending; pending = pending->next)
        count++;
    return PyLong_FromSize_t(count);
}

static PyObject *get_waiting(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(((qi__slot *)self)->waiting_count);
}

static PyObject *get_signal(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *signal = ((qi__slot *)self)->signal;

    return Py_NewRef(signal ? signal : Py_None);
}

static int set_signal(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value && value != Py_None && !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "signal must be a str or None");
        return -1;
    }
    Py_XSETREF(((qi__slot *)self)->signal, none_is_null(value));
    return 0;
}

static PyGetSetDef slot_getset[] = {
    {"overlap", get_overlap, NULL, "The overlap policy.", NULL},
    {"target", get_target, NULL, "What is called, as \"module:callable\".", NULL},
    {"running", get_running, NULL, "How many tasks have not ended.", NULL},
    {"waiting", get_waiting, NULL, "How many emissions wait their turn.", NULL},
    {"signal", get_signal, set_signal, "The signal, for messages; None if unknown.", NULL},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef slot_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(qi__slot, vectorcall), READONLY, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(qi__slot, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qi__slot, weak_references), READONLY, NULL},
    {"callable", T_OBJECT, offsetof(qi__slot, callable), READONLY, "What is called."},
    {"task_name", T_OBJECT, offsetof(qi__slot, task_name), READONLY,
     "The name of its tasks, or None."},
    {"closed", T_BOOL, offsetof(qi__slot, closed), READONLY, "Whether it launches nothing any more."},
    {NULL, 0, 0, 0, NULL},
};

PyDoc_STRVAR(
    slot_doc,
    "Slot(callable, overlap='concurrent', name=None, queue_limit=0, allow_plain=False,\n"
    "     task_runner=None, *, owner=None, weak=False, detached=False)\n"
    "--\n\n"
    "A coroutine function that may be called as signals call their slots.\n\n"
    "A call with more arguments than the function takes passes the first ones. It returns the\n"
    "task, whose first step has run, or None where the overlap policy launches nothing now.");

static PyType_Slot slot_slots[] = {
    {Py_tp_doc, (void *)slot_doc},   {Py_tp_new, slot_new},       {Py_tp_dealloc, slot_dealloc},
    {Py_tp_traverse, slot_traverse}, {Py_tp_clear, slot_clear},   {Py_tp_call, PyVectorcall_Call},
    {Py_tp_repr, slot_repr},         {Py_tp_descr_get, slot_get}, {Py_tp_methods, slot_methods},
    {Py_tp_members, slot_members},   {Py_tp_getset, slot_getset}, {0, NULL},
};

static PyType_Spec slot_spec = {
    .name = "_qi.Slot",
    .basicsize = sizeof(qi__slot),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = slot_slots,
};

/* What qi._slots documents under the same name. */
static PyObject *positional_parameter_count(PyObject *Py_UNUSED(module), PyObject *callable)
{
    qi__signature takes;

    return qi__signature_read(callable, &takes) < 0 ? NULL : PyLong_FromLong(takes.most);
}

static PyMethodDef functions[] = {
    {"positional_parameter_count", positional_parameter_count, METH_O,
     "How many positional arguments a callable takes; -1: any number."},
    {NULL, NULL, 0, NULL},
};

int qi__slot_setup(PyObject *module, qi__state *state)
{
    PyObject *events = PyImport_ImportModule("asyncio.events");

    state->get_running_loop = events ? PyObject_GetAttrString(events, "_get_running_loop") : NULL;
    Py_XDECREF(events);
    if (!state->get_running_loop || qi__pending_setup(module, state) < 0 ||
        PyModule_AddFunctions(module, functions) < 0)
        return -1;
    state->slot_type = PyType_FromModuleAndSpec(module, &slot_spec, NULL);
    if (!state->slot_type)
        return -1;
    return PyModule_AddObjectRef(module, "Slot", state->slot_type);
}
