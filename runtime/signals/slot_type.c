/* SPDX-License-Identifier: BSD-3-Clause */
/* `_qi.Slot` as Python sees it: how one is made, what it holds, its attributes. What a call does is in slot.c. */
#include "signals/slot.h"

#include <structmember.h>

#include <stddef.h>
#include <string.h>

#include "python/compat.h"
#include "qt/bridge.h"
#include "python/scope.h"
#include "python/call.h"
#include "signals/setup.h"
#include "python/module.h"

static PyObject *slot_type; /* _qi.Slot: a coroutine function with an overlap policy */

static const char *const overlap_names[] = {
    [QI_OVERLAP_CONCURRENT] = "concurrent", [QI_OVERLAP_DROP] = "drop",
    [QI_OVERLAP_QUEUE] = "queue",           [QI_OVERLAP_RESTART] = "restart",
    [QI_OVERLAP_LATEST] = "latest",
};

enum { OVERLAP_COUNT = sizeof overlap_names / sizeof *overlap_names };

/* -- making one ------------------------------------------------------------------------------------------------ */

/* Splits a bound method, so that the slot does not keep its object alive. */
static int weaken(qip_slot *slot)
{
    PyObject *method = slot->callable;

    if (!PyMethod_Check(method)) {
        PyErr_Format(PyExc_TypeError, "weak=True needs a bound method, not %R", method);
        return -1;
    }
    slot->target = qip_signature_target(method);
    slot->receiver = slot->target ? PyWeakref_NewRef(PyMethod_GET_SELF(method), NULL) : NULL;
    if (!slot->receiver)
        return -1;
    slot->callable = Py_NewRef(PyMethod_GET_FUNCTION(method));
    Py_DECREF(method);
    return 0;
}

static int set_overlap(qip_slot *slot, const char *name)
{
    for (int i = 0; i < OVERLAP_COUNT; i++) {
        if (strcmp(name, overlap_names[i]) == 0) {
            slot->overlap = (int)i;
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError,
                 "overlap must be 'concurrent', 'drop', 'queue', 'restart' or 'latest', not '%s'",
                 name);
    return -1;
}

static void owner_gone(void *data)
{
    qip_slot *slot = (qip_slot *)Py_NewRef((PyObject *)data);

    qip_slot_close(slot);
    qip_slot_cancel(slot);
    Py_DECREF(slot);
}

int qip_slot_own(qip_slot *slot, qi_object *owner)
{
    slot->owner = qip_owner_watch(owner, owner_gone, slot);
    if (!slot->owner)
        PyErr_NoMemory();
    return slot->owner ? 0 : -1;
}

static int set_owner(qip_slot *slot, PyObject *owner)
{
    if (!qip_qt_on_application_thread()) {
        PyErr_SetString(PyExc_RuntimeError, "a slot with an owner must be made in the GUI thread");
        return -1;
    }
    qi_object *object = qip_qt_unwrap(owner);
    return object ? qip_slot_own(slot, object) : -1;
}

static PyObject *none_is_null(PyObject *object)
{
    return object == Py_None ? NULL : Py_XNewRef(object);
}

static qip_slot *allocate(PyTypeObject *type, PyObject *callable, PyObject *keywords)
{
    qip_signature takes;

    if (qip_signature_read_beside(callable, keywords, &takes) < 0)
        return NULL;
    qip_slot *slot = (qip_slot *)type->tp_alloc(type, 0);
    if (slot) {
        slot->vectorcall = qip_slot_call;
        slot->callable = Py_NewRef(callable);
        slot->keywords = Py_XNewRef(keywords);
        slot->takes = takes;
        slot->context = qip_scope_keep();
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
    qip_slot *slot = allocate(type, callable, NULL);
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

bool qip_slot_check(PyObject *object)
{
    return PyObject_TypeCheck(object, (PyTypeObject *)slot_type);
}

static int set_text(PyObject **member, const char *text)
{
    *member = text ? PyUnicode_FromString(text) : NULL;
    return text && !*member ? -1 : 0;
}

qip_slot *qip_slot_new(const qip_slot_spec *spec)
{
    qip_slot *slot = allocate((PyTypeObject *)slot_type, spec->callable, spec->keywords);

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
    qip_slot *slot = (qip_slot *)self;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(slot->dict);
    Py_VISIT(slot->callable);
    Py_VISIT(slot->receiver);
    Py_VISIT(slot->keywords);
    Py_VISIT(slot->context);
    Py_VISIT(slot->task_runner);
    for (qip_waiting *item = slot->first_waiting; item; item = item->next)
        Py_VISIT(item->args); /* its signal is a str */
    return 0;
}

static int slot_clear(PyObject *self)
{
    qip_slot *slot = (qip_slot *)self;

    slot->closed = true;
    Py_CLEAR(slot->dict);
    Py_CLEAR(slot->receiver);
    Py_CLEAR(slot->context);
    Py_CLEAR(slot->task_runner);
    qip_overlap_forget(slot);
    Py_CLEAR(slot->callable);
    Py_CLEAR(slot->keywords);
    return 0;
}

static void slot_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qip_slot *slot = (qip_slot *)self;

    PyObject_GC_UnTrack(self);
    qip_owner_release(slot->owner); /* first: callbacks of weak references may destroy it */
    slot->owner = NULL;
    if (slot->weak_references)
        PyObject_ClearWeakRefs(self);
    slot_clear(self);
    Py_CLEAR(slot->task_name);
    Py_CLEAR(slot->signal);
    Py_CLEAR(slot->target);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *slot_repr(PyObject *self)
{
    qip_slot *slot = (qip_slot *)self;
    PyObject *target = qip_slot_target(slot);

    if (!target)
        return NULL;
    return PyUnicode_FromFormat("<_qi.Slot %U overlap=%s%s>", target, overlap_names[slot->overlap],
                                slot->closed ? " closed" : "");
}

/*
 * As an attribute of a class it binds like a function. A policy other than "concurrent" counts the tasks of
 * each object apart, which takes a slot for each: `qi._signals.slots` keeps them.
 */
static PyObject *slot_get(PyObject *self, PyObject *object, PyObject *type)
{
    (void)type;
    if (!object || object == Py_None)
        return Py_NewRef(self);
    if (((qip_slot *)self)->overlap == QI_OVERLAP_CONCURRENT)
        return PyMethod_New(self, object);
    PyObject *module = PyImport_ImportModule("qi._signals.slots");
    if (!module)
        return NULL;
    PyObject *bound = PyObject_CallMethod(module, "_bind", "OO", self, object);
    Py_DECREF(module);
    return bound;
}

static PyObject *slot_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_slot_cancel((qip_slot *)self);
    Py_RETURN_NONE;
}

static PyObject *slot_close(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_slot_close((qip_slot *)self);
    Py_RETURN_NONE;
}

static PyObject *slot_pump(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_slot *slot = (qip_slot *)self;

    slot->pump_due = false;
    qip_overlap_next(slot, false);
    Py_RETURN_NONE;
}

/* A class has been made with it: in one of a binding's, it is a slot of Qt's, too. */
static PyObject *slot_set_name(PyObject *self, PyObject *args)
{
    PyObject *owner, *name;

    if (!PyArg_ParseTuple(args, "OO:__set_name__", &owner, &name))
        return NULL;
    return qip_call_python("qi._signals.slots", "_named", "(OOO)", self, owner, name);
}

static PyMethodDef slot_methods[] = {
    {"cancel", slot_cancel, METH_NOARGS, "Asks every task that the slot has launched to end."},
    {"close", slot_close, METH_NOARGS, "Launches nothing any more, nor what waits. Tasks go on."},
    {"__set_name__", slot_set_name, METH_VARARGS,
     "What a class does with its attributes when it is made."},
    {"_pump", slot_pump, METH_NOARGS, "Gives what waits its turn."},
    {NULL, NULL, 0, NULL},
};

static PyObject *get_overlap(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(overlap_names[((qip_slot *)self)->overlap]);
}

static PyObject *get_target(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_XNewRef(qip_slot_target((qip_slot *)self));
}

static PyObject *get_running(PyObject *self, void *Py_UNUSED(closure))
{
    size_t count = 0;

    for (qip_pending *pending = ((qip_slot *)self)->running.first; pending; pending = pending->next)
        count++;
    return PyLong_FromSize_t(count);
}

static PyObject *get_waiting(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(((qip_slot *)self)->waiting_count);
}

static PyObject *get_signal(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *signal = ((qip_slot *)self)->signal;

    return Py_NewRef(signal ? signal : Py_None);
}

static int set_signal(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value && value != Py_None && !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "signal must be a str or None");
        return -1;
    }
    Py_XSETREF(((qip_slot *)self)->signal, none_is_null(value));
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
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(qip_slot, vectorcall), READONLY, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(qip_slot, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qip_slot, weak_references), READONLY, NULL},
    {"callable", T_OBJECT, offsetof(qip_slot, callable), READONLY, "What is called."},
    {"task_name", T_OBJECT, offsetof(qip_slot, task_name), READONLY,
     "The name of its tasks, or None."},
    {"closed", T_BOOL, offsetof(qip_slot, closed), READONLY, "Whether it launches nothing any more."},
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
    .basicsize = sizeof(qip_slot),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = slot_slots,
};

/* What qi._signals.slots documents under the same name. */
static PyObject *positional_parameter_count(PyObject *Py_UNUSED(module), PyObject *callable)
{
    qip_signature takes;

    return qip_signature_read(callable, &takes) < 0 ? NULL : PyLong_FromLong(takes.most);
}

static PyMethodDef functions[] = {
    {"positional_parameter_count", positional_parameter_count, METH_O,
     "How many positional arguments a callable takes; -1: any number."},
    {NULL, NULL, 0, NULL},
};

PyObject *qip_slot_of_function(PyObject *function)
{
    return qip_call_python("qi._signals.slots", "asyncslot", "(O)", function);
}

int qip_slot_setup(PyObject *module)
{
    if (PyModule_AddFunctions(module, functions) < 0)
        return -1;
    qip_module_keep(slot_type);
    slot_type = PyType_FromModuleAndSpec(module, &slot_spec, NULL);
    if (!slot_type)
        return -1;
    return PyModule_AddObjectRef(module, "Slot", slot_type);
}
