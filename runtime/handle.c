/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handle and TimerHandle: the callbacks that wait, as C types.
 *
 * They behave as asyncio.Handle and asyncio.TimerHandle do, attribute by attribute, and answer to their
 * names: __class__ is asyncio's class, so isinstance() holds. They are not subclasses of it, since such
 * an object would carry eight slots that nobody uses, through the hottest path there is.
 *
 * Freed handles are kept for reuse, because one is made for each callback of the loop.
 */
#include "loop_p.h"

#include <stddef.h>
#include <structmember.h>

/* -- making and freeing ---------------------------------------------------------------------------- */

enum { FREE_LIST_LIMIT = 512 };

static qi__handle *free_handles[FREE_LIST_LIMIT];
static int free_handle_count;

static qi__handle *allocate(PyTypeObject *type, bool is_timer)
{
    if (!is_timer && free_handle_count) {
        qi__handle *handle = free_handles[--free_handle_count];
        PyObject_Init((PyObject *)handle, type);
        return handle;
    }
    return (qi__handle *)(is_timer ? (PyObject *)PyObject_GC_New(qi__timer_handle, type)
                                   : (PyObject *)PyObject_GC_New(qi__handle, type));
}

/* Where a handle was made, for debug mode: the stack of whoever called into the loop. */
static PyObject *capture_stack(void)
{
    PyObject *helpers = PyImport_ImportModule("asyncio.format_helpers");
    PyObject *sys_getframe = PySys_GetObject("_getframe"); /* borrowed */
    PyObject *frame = NULL, *stack = NULL;

    if (helpers && sys_getframe)
        frame = PyObject_CallNoArgs(sys_getframe);
    if (frame) {
        stack = PyObject_CallMethod(helpers, "extract_stack", "O", frame);
    } else if (PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear(); /* called from C, without any frame of Python */
        stack = PyList_New(0);
    }
    Py_XDECREF(frame);
    Py_XDECREF(helpers);
    return stack;
}

qi__handle *qi__handle_new(qi__loop *loop, PyTypeObject *type, PyObject *callback,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *context)
{
    qi__state *state = loop->state;
    PyObject *many = NULL, *stack = NULL;

    if (!context || context == Py_None) {
        context = PyContext_CopyCurrent();
    } else if (PyContext_CheckExact(context)) {
        Py_INCREF(context);
    } else {
        PyErr_Format(PyExc_TypeError, "context must be a contextvars.Context or None, not %R",
                     context);
        return NULL;
    }
    if (!context)
        return NULL;
    if (count > QI__INLINE_ARGS) {
        many = PyTuple_New(count);
        if (!many)
            goto fail;
        for (Py_ssize_t i = 0; i < count; i++)
            PyTuple_SET_ITEM(many, i, Py_NewRef(arguments[i]));
    }
    if (loop->debug && !(stack = capture_stack()))
        goto fail;
    qi__handle *handle = allocate(type, (PyObject *)type == state->timer_handle_type);
    if (!handle)
        goto fail;

    handle->loop = Py_NewRef((PyObject *)loop);
    handle->callback = Py_NewRef(callback);
    handle->context = context;
    handle->source_traceback = stack;
    handle->repr = NULL;
    handle->weakrefs = NULL;
    handle->many = many;
    handle->fd = -1;
    handle->argument_count = many ? 0 : (uint8_t)count;
    handle->cancelled = handle->queued = handle->deferred = handle->running = false;
    for (int i = 0; i < handle->argument_count; i++)
        handle->arguments[1 + i] = Py_NewRef(arguments[i]);
    if ((PyObject *)type == state->timer_handle_type) {
        ((qi__timer_handle *)handle)->timer.place = 0;
        ((qi__timer_handle *)handle)->when = 0;
    }
    PyObject_GC_Track(handle);
    return handle;

fail:
    Py_XDECREF(stack);
    Py_XDECREF(many);
    Py_DECREF(context);
    return NULL;
}

/* Beware: freeing the callback or an argument can run any code. */
static void drop_callback(qi__handle *handle)
{
    int count = handle->argument_count;

    handle->argument_count = 0;
    Py_CLEAR(handle->callback);
    Py_CLEAR(handle->many);
    for (int i = 0; i < count; i++)
        Py_DECREF(handle->arguments[1 + i]);
}

static int handle_clear(PyObject *self)
{
    qi__handle *handle = (qi__handle *)self;

    handle->cancelled = true; /* somebody may still look at it */
    drop_callback(handle);
    Py_CLEAR(handle->loop);
    Py_CLEAR(handle->context);
    Py_CLEAR(handle->source_traceback);
    Py_CLEAR(handle->repr);
    return 0;
}

static int handle_traverse(PyObject *self, visitproc visit, void *arg)
{
    qi__handle *handle = (qi__handle *)self;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(handle->loop);
    Py_VISIT(handle->callback);
    Py_VISIT(handle->context);
    Py_VISIT(handle->source_traceback);
    Py_VISIT(handle->many);
    for (int i = 0; i < handle->argument_count; i++)
        Py_VISIT(handle->arguments[1 + i]);
    return 0;
}

static void handle_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qi__handle *handle = (qi__handle *)self;
    qi__state *state = qi__state_get();

    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, handle_dealloc) /* a handle may be the argument of a handle, and so on */
        if (handle->weakrefs) PyObject_ClearWeakRefs(self);
    handle_clear(self);
    if (state && (PyObject *)type == state->handle_type && free_handle_count < FREE_LIST_LIMIT)
        free_handles[free_handle_count++] = handle;
    else
        PyObject_GC_Del(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* -- calling --------------------------------------------------------------------------------------- */

static PyObject *arguments_tuple(qi__handle *handle)
{
    if (handle->many)
        return Py_NewRef(handle->many);
    PyObject *tuple = PyTuple_New(handle->argument_count);
    for (int i = 0; tuple && i < handle->argument_count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(handle->arguments[1 + i]));
    return tuple;
}

/* "Exception in callback f(1) at file.py:3", and the rest of what asyncio puts into the context. */
static void report_exception(qi__handle *handle, PyObject *callback, PyObject *arguments)
{
    PyObject *exception = qi__take_exception();
    PyObject *helpers = PyImport_ImportModule("asyncio.format_helpers");
    PyObject *text = NULL, *message = NULL, *context = NULL, *result = NULL;

    if (helpers)
        text = PyObject_CallMethod(helpers, "_format_callback_source", "OO", callback, arguments);
    if (text)
        message = PyUnicode_FromFormat("Exception in callback %U", text);
    if (message)
        context = Py_BuildValue("{s:O,s:O,s:O}", "message", message, "exception", exception,
                                "handle", (PyObject *)handle);
    if (context && handle->source_traceback &&
        PyDict_SetItemString(context, "source_traceback", handle->source_traceback) < 0)
        Py_CLEAR(context);
    if (context)
        result = PyObject_CallMethod(handle->loop, "call_exception_handler", "O", context);
    Py_XDECREF(result);
    Py_XDECREF(context);
    Py_XDECREF(message);
    Py_XDECREF(text);
    Py_XDECREF(helpers);
    Py_DECREF(exception);
}

static bool must_propagate(void)
{
    return PyErr_ExceptionMatches(PyExc_SystemExit) ||
           PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
}

static qi__ran handle_failure(qi__handle *handle, PyObject *callback, PyObject *arguments)
{
    if (must_propagate())
        return QI__RAN_RAISED;
    report_exception(handle, callback, arguments);
    if (!PyErr_Occurred())
        return QI__RAN;
    if (must_propagate()) /* the exception handler may ask for that, too */
        return QI__RAN_RAISED;
    PyErr_WriteUnraisable(callback);
    return QI__RAN;
}

/*
 * The callback may cancel its own handle, which drops callback and arguments, so all of them are held
 * on the stack while it runs.
 */
qi__ran qi__handle_call(qi__handle *handle)
{
    PyObject *held[1 + QI__INLINE_ARGS];
    int count = handle->argument_count;
    if (!handle->callback)
        return QI__RAN; /* cancelled, and somebody has written False into _cancelled */
    PyObject *callback = Py_NewRef(handle->callback);
    PyObject *many = Py_XNewRef(handle->many);
    PyObject *context = handle->context; /* stays until the handle is freed, and that the caller holds */

    if (PyContext_Enter(context) < 0) {
        PyErr_Clear();
        Py_DECREF(callback);
        Py_XDECREF(many);
        return QI__RAN_BLOCKED;
    }
    for (int i = 0; i < count; i++)
        held[1 + i] = Py_NewRef(handle->arguments[1 + i]);
    handle->running = true;
    PyObject *result = many ? PyObject_Call(callback, many, NULL)
                            : PyObject_Vectorcall(callback, held + 1,
                                                  (size_t)count | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                                  NULL);
    handle->running = false;

    qi__ran ran = QI__RAN;
    if (PyContext_Exit(context) < 0)
        Py_CLEAR(result); /* the callback left another Context behind; say so rather than go on in it */
    if (!result) {
        PyObject *raised = qi__take_exception();
        PyObject *arguments = many ? Py_NewRef(many) : PyTuple_New(count);
        for (int i = 0; !many && arguments && i < count; i++)
            PyTuple_SET_ITEM(arguments, i, Py_NewRef(held[1 + i]));
        PyErr_Clear();
        qi__give_exception(raised);
        ran = handle_failure(handle, callback, arguments ? arguments : Py_None);
        Py_XDECREF(arguments);
    }
    Py_XDECREF(result);
    for (int i = 0; i < count; i++)
        Py_DECREF(held[1 + i]);
    Py_XDECREF(many);
    Py_DECREF(callback);
    return ran;
}

static PyObject *handle_run(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__handle *handle = (qi__handle *)self;

    if (handle->cancelled)
        Py_RETURN_NONE;
    qi__ran ran = qi__handle_call(handle);
    if (handle->fd >= 0 && handle->loop)
        qi__fd_unmask((qi__loop *)handle->loop, handle);
    switch (ran) {
    case QI__RAN_BLOCKED:
        PyErr_Format(PyExc_RuntimeError, "cannot enter context: %R is already entered",
                     handle->context);
        return NULL;
    case QI__RAN_RAISED:
        return NULL;
    default:
        Py_RETURN_NONE;
    }
}

/* -- cancelling ------------------------------------------------------------------------------------ */

void qi__handle_cancel(qi__handle *handle)
{
    if (handle->cancelled)
        return;
    handle->cancelled = true;
    if (handle->loop && ((qi__loop *)handle->loop)->debug) {
        /* "Executing <Handle …> took 2.5 seconds" needs to know what was cancelled meanwhile. */
        PyObject *raised = qi__take_exception();
        handle->repr = PyObject_Repr((PyObject *)handle);
        if (!handle->repr)
            PyErr_WriteUnraisable((PyObject *)handle);
        qi__give_exception(raised);
    }
    drop_callback(handle);
}

static PyObject *handle_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__handle_cancel((qi__handle *)self);
    Py_RETURN_NONE;
}

static PyObject *timer_cancel(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qi__timer_handle *timer = (qi__timer_handle *)self;

    if (!timer->handle.cancelled) {
        Py_INCREF(self); /* leaving the timers may give up the last other reference */
        qi__handle_cancel(&timer->handle);
        if (timer->timer.place)
            qi__timer_forget((qi__loop *)timer->handle.loop, timer);
        Py_DECREF(self);
    }
    Py_RETURN_NONE;
}

static PyObject *handle_cancelled(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qi__handle *)self)->cancelled);
}

/* -- the rest of asyncio's interface ----------------------------------------------------------------- */

static PyObject *asyncio_class(PyObject *self)
{
    qi__state *state = qi__state_get();
    bool timer = (PyObject *)Py_TYPE(self) == state->timer_handle_type;
    return timer ? state->asyncio_timer_handle : state->asyncio_handle;
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
    PyObject *context = ((qi__handle *)self)->context;
    return Py_NewRef(context ? context : Py_None);
}

static PyObject *timer_when(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyFloat_FromDouble(((qi__timer_handle *)self)->when);
}

static PyObject *timer_compare(PyObject *self, PyObject *other, int op)
{
    static const char *const names[] = {
        [Py_LT] = "__lt__", [Py_LE] = "__le__", [Py_EQ] = "__eq__",
        [Py_NE] = "__ne__", [Py_GT] = "__gt__", [Py_GE] = "__ge__",
    };
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
    PyObject *when = PyFloat_FromDouble(((qi__timer_handle *)self)->when);
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
    PyObject *callback = ((qi__handle *)self)->callback;
    return Py_NewRef(callback ? callback : Py_None);
}

static PyObject *get_args(PyObject *self, void *Py_UNUSED(closure))
{
    qi__handle *handle = (qi__handle *)self;
    return handle->cancelled ? Py_NewRef(Py_None) : arguments_tuple(handle);
}

static PyObject *get_scheduled(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qi__timer_handle *)self)->timer.place != 0);
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

#define MEMBER(name, field)                                                                        \
    {                                                                                              \
        name, T_OBJECT, offsetof(qi__handle, field), READONLY, NULL                                \
    }
static PyMemberDef handle_members[] = {
    MEMBER("_loop", loop),
    MEMBER("_context", context),
    MEMBER("_source_traceback", source_traceback),
    MEMBER("_repr", repr),
    {"_cancelled", T_BOOL, offsetof(qi__handle, cancelled), 0, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qi__handle, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyMemberDef timer_members[] = {
    {"_when", T_DOUBLE, offsetof(qi__timer_handle, when), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef handle_getset[] = {
    {"__class__", get_class, NULL, NULL, NULL},
    {"_callback", get_callback, NULL, NULL, NULL},
    {"_args", get_args, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyGetSetDef timer_getset[] = {
    {"_scheduled", get_scheduled, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot handle_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A callback that waits to be called; see asyncio.Handle.")},
    {Py_tp_dealloc, handle_dealloc},
    {Py_tp_traverse, handle_traverse},
    {Py_tp_clear, handle_clear},
    {Py_tp_repr, handle_repr},
    {Py_tp_methods, handle_methods},
    {Py_tp_members, handle_members},
    {Py_tp_getset, handle_getset},
    {0, NULL},
};

static PyType_Slot timer_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A callback with a deadline; see asyncio.TimerHandle.")},
    {Py_tp_dealloc, handle_dealloc},
    {Py_tp_traverse, handle_traverse},
    {Py_tp_clear, handle_clear},
    {Py_tp_hash, timer_hash},
    {Py_tp_richcompare, timer_compare},
    {Py_tp_methods, timer_methods},
    {Py_tp_members, timer_members},
    {Py_tp_getset, timer_getset},
    {0, NULL},
};

static PyType_Spec handle_spec = {
    .name = "_qi.Handle",
    .basicsize = sizeof(qi__handle),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = handle_slots,
};

static PyType_Spec timer_spec = {
    .name = "_qi.TimerHandle",
    .basicsize = sizeof(qi__timer_handle),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = timer_slots,
};

int qi__handle_setup(PyObject *module, qi__state *state)
{
    PyObject *events = PyImport_ImportModule("asyncio.events");

    if (!events)
        return -1;
    state->asyncio_handle = PyObject_GetAttrString(events, "Handle");
    state->asyncio_timer_handle = PyObject_GetAttrString(events, "TimerHandle");
    Py_DECREF(events);
    if (!state->asyncio_handle || !state->asyncio_timer_handle)
        return -1;
    state->handle_type = PyType_FromModuleAndSpec(module, &handle_spec, NULL);
    if (!state->handle_type)
        return -1;
    state->timer_handle_type = PyType_FromModuleAndSpec(module, &timer_spec, state->handle_type);
    if (!state->timer_handle_type)
        return -1;
    if (PyModule_AddType(module, (PyTypeObject *)state->handle_type) < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)state->timer_handle_type);
}
