/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handle and TimerHandle as Python sees them. They behave as asyncio.Handle and asyncio.TimerHandle do, attribute
 * by attribute, and answer to their names: __class__ is asyncio's class, so isinstance() holds. They are not subclasses of it,
 * since such an object would carry eight slots that nobody uses, through the hottest path there is.
 */
#include "loop/loop_p.h"
#include "loop/setup.h"

#include <stddef.h>
#include <structmember.h>

/*
 * Somebody else's _run_once() calls it, perhaps in the middle of another callback: what a nested turn does for its
 * callbacks is done here for this one. 0, or -1 with an exception.
 */
static int run_in_bracket(qip_loop *loop, qip_handle *handle)
{
    const bool nested = qip_level(loop) > 0;
    PyObject *outer_task = nested ? qip_task_leave((PyObject *)loop) : NULL;
    qip_exc_scope scope;

    if (PyErr_Occurred())
        PyErr_WriteUnraisable((PyObject *)loop);
    if (nested)
        qip_exc_scope_enter(&scope);
    handle->queued = false;
    loop->counters.callbacks++;
    qip_bracket_open(loop);
    const qip_ran ran = qip_handle_call(handle);
    qip_bracket_close(loop);
    if (ran == QIP_RAN_BLOCKED && nested && qip_defer(loop, (PyObject *)handle) < 0)
        PyErr_WriteUnraisable((PyObject *)handle);
    if (ran == QIP_RAN_BLOCKED && !nested) {
        PyErr_SetString(PyExc_RuntimeError, "cannot enter context: it is already entered");
        qip_loop_report(loop, "A callback's context is in use for good", (PyObject *)handle);
    }
    if (nested)
        qip_exc_scope_leave(&scope);
    qip_task_enter_again((PyObject *)loop, outer_task);
    if (ran != QIP_RAN_RAISED && loop->modal.count)
        qip_loop_run_modals(loop);
    return ran == QIP_RAN_RAISED ? -1 : 0;
}

/* Called by whoever has got hold of a handle. 0, or -1 with an exception. */
static int run_alone(qip_handle *handle)
{
    const qip_ran ran = qip_handle_call(handle);

    if (ran == QIP_RAN_BLOCKED)
        PyErr_Format(PyExc_RuntimeError, "cannot enter context: %R is already entered",
                     handle->context);
    return ran == QIP_RAN ? 0 : -1;
}

static PyObject *handle_run(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_handle *handle = (qip_handle *)self;

    if (handle->cancelled || !handle->loop)
        Py_RETURN_NONE;
    qip_loop *loop = (qip_loop *)Py_NewRef(handle->loop);
    Py_INCREF(self);
    const bool iterates = loop->lists.used && loop->running &&
                          loop->thread == PyThread_get_thread_ident();
    const int result = iterates ? run_in_bracket(loop, handle) : run_alone(handle);
    if (handle->fd >= 0)
        qip_fd_unmask(loop, handle);
    Py_DECREF(self);
    Py_DECREF(loop);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *handle_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_handle_await((qip_handle *)self);
    qip_handle_cancel((qip_handle *)self);
    Py_RETURN_NONE;
}

/* Leaves the heap at once, with its callback. */
static void forget_timer(qip_loop *loop, qip_timer_handle *timer)
{
    qip_timers_remove(&loop->timers, &timer->timer);
    qip_handle_release((PyObject *)timer);
}

static PyObject *timer_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_timer_handle *timer = (qip_timer_handle *)self;

    if (timer->handle.cancelled)
        Py_RETURN_NONE;
    PyObject *counted = Py_NewRef(Py_None);
    Py_INCREF(self); /* leaving the timers may give up the last other reference */
    if (timer->listed && timer->handle.loop) /* it stays in the list, whose user counts such */
        Py_SETREF(counted,
                  PyObject_CallMethod(timer->handle.loop, "_timer_handle_cancelled", "O", self));
    qip_handle_cancel(&timer->handle);
    if (timer->timer.place)
        forget_timer((qip_loop *)timer->handle.loop, timer);
    Py_DECREF(self);
    return counted;
}

static PyObject *handle_cancelled(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_handle_await((qip_handle *)self);
    return PyBool_FromLong(((qip_handle *)self)->cancelled);
}

static PyObject *asyncio_class(PyObject *self)
{
    if ((PyObject *)Py_TYPE(self) == qip_loop_refs.timer_handle_type)
        return qip_loop_refs.asyncio_timer_handle;
    return ((qip_handle *)self)->threadsafe ? qip_loop_refs.threadsafe_handle
                                            : qip_loop_refs.asyncio_handle;
}

/* Calls asyncio's own Python method with this object as its self. */
static PyObject *borrow_method(PyObject *self, const char *name, PyObject *argument)
{
    PyObject *method = PyObject_GetAttrString(asyncio_class(self), name);
    PyObject *result = NULL;

    if (method)
        result = PyObject_CallFunctionObjArgs(method, self, argument, NULL);
    Py_XDECREF(method);
    return result;
}

static PyObject *handle_repr(PyObject *self)
{
    return borrow_method(self, "__repr__", NULL);
}

static PyObject *handle_repr_info(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return borrow_method(self, "_repr_info", NULL);
}

static PyObject *handle_get_context(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *context = ((qip_handle *)self)->context;
    return context ? Py_XNewRef(qip_handle_own_context((qip_handle *)self)) : Py_NewRef(Py_None);
}

static PyObject *timer_when(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyFloat_FromDouble(((qip_timer_handle *)self)->when);
}

static PyObject *timer_compare(PyObject *self, PyObject *other, int op)
{
    static const char *const names[] = {
        [Py_LT] = "__lt__", [Py_LE] = "__le__", [Py_EQ] = "__eq__",
        [Py_NE] = "__ne__", [Py_GT] = "__gt__", [Py_GE] = "__ge__",
    };
    const bool ours = (PyObject *)Py_TYPE(other) == qip_loop_refs.timer_handle_type;
    if (ours && op == Py_LT) /* what a heap asks for all the time */
        return PyBool_FromLong(((qip_timer_handle *)self)->when < ((qip_timer_handle *)other)->when);
    if (op != Py_NE)
        return borrow_method(self, names[op], other);
    PyObject *equal = borrow_method(self, "__eq__", other);
    if (!equal || equal == Py_NotImplemented)
        return equal;
    int truth = PyObject_IsTrue(equal);
    Py_DECREF(equal);
    return truth < 0 ? NULL : PyBool_FromLong(!truth);
}

static Py_hash_t timer_hash(PyObject *self)
{
    PyObject *when = PyFloat_FromDouble(((qip_timer_handle *)self)->when);
    Py_hash_t hash = when ? PyObject_Hash(when) : -1;

    Py_XDECREF(when);
    return hash;
}

static PyObject *get_class(PyObject *self, void *Py_UNUSED(closure))
{
    return Py_NewRef(asyncio_class(self));
}

static PyObject *get_callback(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *callback = ((qip_handle *)self)->callback;
    return Py_NewRef(callback ? callback : Py_None);
}

static PyObject *get_context(PyObject *self, void *Py_UNUSED(closure))
{
    return handle_get_context(self, NULL);
}

static PyObject *get_source_traceback(PyObject *self, void *Py_UNUSED(closure))
{
    qip_handle_origin *origin = ((qip_handle *)self)->origin;
    return Py_NewRef(origin && origin->source_traceback ? origin->source_traceback : Py_None);
}

static PyObject *get_repr(PyObject *self, void *Py_UNUSED(closure))
{
    qip_handle_origin *origin = ((qip_handle *)self)->origin;
    return Py_NewRef(origin && origin->repr ? origin->repr : Py_None);
}

/* Tests write it. */
static PyObject *get_is_cancelled(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_handle *)self)->cancelled);
}

static int set_is_cancelled(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    int truth = value ? PyObject_IsTrue(value) : 0;

    if (truth >= 0)
        ((qip_handle *)self)->cancelled = truth;
    return truth < 0 ? -1 : 0;
}

static PyObject *get_args(PyObject *self, void *Py_UNUSED(closure))
{
    qip_handle *handle = (qip_handle *)self;
    return handle->cancelled ? Py_NewRef(Py_None) : qip_handle_arguments_tuple(handle);
}

static PyObject *get_scheduled(PyObject *self, void *Py_UNUSED(closure))
{
    qip_timer_handle *timer = (qip_timer_handle *)self;
    return PyBool_FromLong(timer->timer.place != 0 || timer->listed);
}

/* Whoever takes it out of the list says so. */
static int set_scheduled(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    int truth = value ? PyObject_IsTrue(value) : 0;

    if (truth >= 0)
        ((qip_timer_handle *)self)->listed = truth;
    return truth < 0 ? -1 : 0;
}

static PyMethodDef handle_methods[] = {
    {"_run", handle_run, METH_NOARGS, PyDoc_STR("Calls the callback in its context.")},
    {"_repr_info", handle_repr_info, METH_NOARGS, NULL},
    {"cancel", handle_cancel, METH_NOARGS, PyDoc_STR("Gives the callback up; it is not called.")},
    {"cancelled", handle_cancelled, METH_NOARGS, PyDoc_STR("True if the callback was given up.")},
    {"get_context", handle_get_context, METH_NOARGS, PyDoc_STR("The context the callback runs in.")},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef timer_methods[] = {
    {"cancel", timer_cancel, METH_NOARGS, PyDoc_STR("Gives the callback up; it is not called.")},
    {"when", timer_when, METH_NOARGS, PyDoc_STR("The deadline, on the clock of loop.time().")},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef handle_members[] = {
    {"_loop", T_OBJECT, offsetof(qip_handle, loop), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qip_handle, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyMemberDef timer_members[] = {
    {"_when", T_DOUBLE, offsetof(qip_timer_handle, when), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef handle_getset[] = {
    {"__class__", get_class, NULL, NULL, NULL},
    {"_callback", get_callback, NULL, NULL, NULL},
    {"_args", get_args, NULL, NULL, NULL},
    {"_context", get_context, NULL, NULL, NULL},
    {"_cancelled", get_is_cancelled, set_is_cancelled, NULL, NULL},
    {"_source_traceback", get_source_traceback, NULL, NULL, NULL},
    {"_repr", get_repr, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyGetSetDef timer_getset[] = {
    {"_scheduled", get_scheduled, set_scheduled, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot handle_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A callback that waits to be called; see asyncio.Handle.")},
    {Py_tp_dealloc, qip_handle_dealloc},
    {Py_tp_traverse, qip_handle_traverse},
    {Py_tp_clear, qip_handle_clear},
    {Py_tp_repr, handle_repr},
    {Py_tp_methods, handle_methods},
    {Py_tp_members, handle_members},
    {Py_tp_getset, handle_getset},
    {0, NULL},
};

static PyType_Slot timer_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A callback with a deadline; see asyncio.TimerHandle.")},
    {Py_tp_dealloc, qip_handle_dealloc},
    {Py_tp_traverse, qip_handle_traverse},
    {Py_tp_clear, qip_handle_clear},
    {Py_tp_hash, timer_hash},
    {Py_tp_richcompare, timer_compare},
    {Py_tp_methods, timer_methods},
    {Py_tp_members, timer_members},
    {Py_tp_getset, timer_getset},
    {0, NULL},
};

static PyType_Spec handle_spec = {
    .name = "_qi.Handle",
    .basicsize = sizeof(qip_handle),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = handle_slots,
};

static PyType_Spec timer_spec = {
    .name = "_qi.TimerHandle",
    .basicsize = sizeof(qip_timer_handle),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = timer_slots,
};

int qip_handle_setup(PyObject *module)
{
    PyObject *events = PyImport_ImportModule("asyncio.events");
    PyObject *transports = events ? PyImport_ImportModule("asyncio.transports") : NULL;

    if (transports)
        qip_loop_refs.base_transport = PyObject_GetAttrString(transports, "BaseTransport");
    Py_XDECREF(transports);
    if (!qip_loop_refs.base_transport) {
        Py_XDECREF(events);
        return -1;
    }
    qip_loop_refs.asyncio_handle = PyObject_GetAttrString(events, "Handle");
    qip_loop_refs.asyncio_timer_handle = PyObject_GetAttrString(events, "TimerHandle");
    qip_loop_refs.threadsafe_handle = PyObject_GetAttrString(events, "_ThreadSafeHandle");
    if (!qip_loop_refs.threadsafe_handle)
        PyErr_Clear(); /* Python 3.13 or older */
    Py_DECREF(events);
    if (!qip_loop_refs.asyncio_handle || !qip_loop_refs.asyncio_timer_handle)
        return -1;
    qip_loop_refs.handle_type = PyType_FromModuleAndSpec(module, &handle_spec, NULL);
    if (!qip_loop_refs.handle_type)
        return -1;
    qip_loop_refs.timer_handle_type = PyType_FromModuleAndSpec(module, &timer_spec,
                                                               qip_loop_refs.handle_type);
    if (!qip_loop_refs.timer_handle_type)
        return -1;
    if (PyModule_AddType(module, (PyTypeObject *)qip_loop_refs.handle_type) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_loop_refs.timer_handle_type);
}
