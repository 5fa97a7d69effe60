/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The callbacks that wait: made, called, cancelled, freed. What Python sees of them is in handle_type.c.
 *
 * Freed handles are kept for reuse, because one is made for each callback of the loop.
 */
#include "loop/loop_p.h"

/* -- making and freeing ---------------------------------------------------------------------------- */

enum { FREE_LIST_LIMIT = 1024 };

static qip_handle *free_handles[FREE_LIST_LIMIT];
static int free_handle_count;

static qip_handle *allocate(PyTypeObject *type, bool is_timer)
{
    if (!is_timer && free_handle_count) {
        qip_handle *handle = free_handles[--free_handle_count];
        PyObject_Init((PyObject *)handle, type);
        return handle;
    }
    return (qip_handle *)(is_timer ? (PyObject *)PyObject_GC_New(qip_timer_handle, type)
                                   : (PyObject *)PyObject_GC_New(qip_handle, type));
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

static qip_handle_origin *note_origin(void)
{
    qip_handle_origin *origin = PyMem_Calloc(1, sizeof *origin);

    if (!origin)
        return (qip_handle_origin *)PyErr_NoMemory();
    origin->source_traceback = capture_stack();
    if (!origin->source_traceback) {
        PyMem_Free(origin);
        return NULL;
    }
    return origin;
}

/* Fills in the arguments. 0, or -1 with an exception and none. */
static int take_arguments(qip_handle *handle, PyObject *const *arguments, Py_ssize_t count)
{
    handle->argument_count = 0;
    if (count > QIP_INLINE_ARGS) {
        PyObject *many = PyTuple_New(count);
        if (!many)
            return -1;
        for (Py_ssize_t i = 0; i < count; i++)
            PyTuple_SET_ITEM(many, i, Py_NewRef(arguments[i]));
        handle->arguments[0] = many;
        handle->argument_count = QIP_MANY_ARGS;
        return 0;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        handle->arguments[i] = Py_NewRef(arguments[i]);
    handle->argument_count = (uint8_t)count;
    return 0;
}

/* Takes the reference to the context; NULL: an exception is set already. */
static qip_handle *new_handle(qip_loop *loop, PyTypeObject *type, PyObject *callback,
                              PyObject *const *arguments, Py_ssize_t count, PyObject *context)
{
    bool is_timer = (PyObject *)type == qip_loop_refs.timer_handle_type;
    qip_handle_origin *origin = NULL;

    if (!context)
        return NULL;
    if (loop->debug && !(origin = note_origin())) {
        Py_DECREF(context);
        return NULL;
    }
    qip_handle *handle = allocate(type, is_timer);
    if (!handle) {
        Py_DECREF(context);
        if (origin)
            Py_DECREF(origin->source_traceback);
        PyMem_Free(origin);
        return NULL;
    }
    handle->loop = Py_NewRef((PyObject *)loop);
    handle->callback = Py_NewRef(callback);
    handle->context = context;
    handle->origin = origin;
    handle->weakrefs = NULL;
    handle->fd = -1;
    handle->cancelled = handle->queued = handle->deferred = handle->running = false;
    handle->threadsafe = handle->shares_context = handle->seen = false;
    if (is_timer) {
        ((qip_timer_handle *)handle)->timer.place = 0;
        ((qip_timer_handle *)handle)->when = 0;
        ((qip_timer_handle *)handle)->listed = false;
    }
    if (take_arguments(handle, arguments, count) < 0)
        Py_CLEAR(handle);
    return handle;
}

static bool is_given(PyObject *context)
{
    return context && context != Py_None;
}

static int check_context(PyObject *context)
{
    if (!is_given(context) || PyContext_CheckExact(context))
        return 0;
    PyErr_Format(PyExc_TypeError, "context must be a contextvars.Context or None, not %R", context);
    return -1;
}

qip_handle *qip_handle_new(qip_loop *loop, PyTypeObject *type, PyObject *callback,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *context)
{
    bool copies = !is_given(context);

    if (check_context(context) < 0)
        return NULL;
    context = copies ? qip_context_pattern(&loop->contexts) : Py_NewRef(context);
    qip_handle *handle = new_handle(loop, type, callback, arguments, count, context);
    if (!handle)
        return NULL;
    handle->shares_context = copies;
    if (!loop->running)
        PyObject_GC_Track(handle);
    return handle;
}

qip_handle *qip_handle_new_for_fd(qip_loop *loop, int fd, PyObject *callback,
                                  PyObject *const *arguments, Py_ssize_t count, PyObject *context)
{
    PyTypeObject *type = (PyTypeObject *)qip_loop_refs.handle_type;

    if (check_context(context) < 0)
        return NULL;
    context = is_given(context) ? Py_NewRef(context) : PyContext_CopyCurrent();
    qip_handle *handle = new_handle(loop, type, callback, arguments, count, context);
    if (handle) {
        handle->fd = fd;
        PyObject_GC_Track(handle);
    }
    return handle;
}

void qip_handle_track(PyObject *handle)
{
    if (qip_handle_is_ours(handle) && !PyObject_GC_IsTracked(handle))
        PyObject_GC_Track(handle);
}

void qip_handle_track_all(qip_loop *loop)
{
    for (size_t i = 0; i < loop->ready.count; i++)
        qip_handle_track(qip_ring_at(&loop->ready, i));
    for (size_t i = 0; i < loop->timers.count; i++)
        qip_handle_track((PyObject *)qip_timer_handle_of(loop->timers.slots[i].timer));
    for (size_t i = 0; i < loop->deferred_count; i++)
        qip_handle_track(loop->deferred[i].handle);
}

/* Beware: freeing the callback or an argument can run any code. */
static void drop_callback(qip_handle *handle)
{
    int count = handle->argument_count == QIP_MANY_ARGS ? 1 : handle->argument_count;

    handle->argument_count = 0;
    Py_CLEAR(handle->callback);
    for (int i = 0; i < count; i++)
        Py_DECREF(handle->arguments[i]);
}

static void drop_origin(qip_handle *handle)
{
    qip_handle_origin *origin = handle->origin;

    handle->origin = NULL;
    Py_XDECREF(origin->source_traceback);
    Py_XDECREF(origin->repr);
    PyMem_Free(origin);
}

int qip_handle_clear(PyObject *self)
{
    qip_handle *handle = (qip_handle *)self;

    handle->cancelled = true; /* somebody may still look at it */
    drop_callback(handle);
    if (handle->origin)
        drop_origin(handle);
    Py_CLEAR(handle->context);
    Py_CLEAR(handle->loop);
    return 0;
}

int qip_handle_traverse(PyObject *self, visitproc visit, void *arg)
{
    qip_handle *handle = (qip_handle *)self;
    int count = handle->argument_count == QIP_MANY_ARGS ? 1 : handle->argument_count;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(handle->loop);
    Py_VISIT(handle->callback);
    Py_VISIT(handle->context);
    if (handle->origin) {
        Py_VISIT(handle->origin->source_traceback);
        Py_VISIT(handle->origin->repr);
    }
    for (int i = 0; i < count; i++)
        Py_VISIT(handle->arguments[i]);
    return 0;
}

/* What an untracked handle holds counts as the loop's own, if nobody else can have it. */
int qip_handle_visit(PyObject *handle, visitproc visit, void *arg)
{
    if (Py_REFCNT(handle) == 1 && qip_handle_is_ours(handle) && !PyObject_GC_IsTracked(handle))
        return qip_handle_traverse(handle, visit, arg);
    return visit(handle, arg);
}

static void free_handle(qip_handle *handle)
{
    PyTypeObject *type = Py_TYPE(handle);
    PyObject *context = handle->context;

    if (handle->weakrefs)
        PyObject_ClearWeakRefs((PyObject *)handle);
    handle->context = NULL;
    if (handle->seen)
        Py_XDECREF(context);
    else if (context && handle->loop)
        qip_context_give_back(&((qip_loop *)handle->loop)->contexts, context);
    qip_handle_clear((PyObject *)handle);
    if ((PyObject *)type == qip_loop_refs.handle_type && free_handle_count < FREE_LIST_LIMIT)
        free_handles[free_handle_count++] = handle;
    else
        PyObject_GC_Del(handle);
    Py_DECREF(type);
}

/* A handle may be the argument of a handle, and so on. Other containers in between look after themselves. */
static bool may_be_deep(const qip_handle *handle)
{
    if (handle->argument_count == QIP_MANY_ARGS || !qip_loop_refs.handle_type)
        return true;
    for (int i = 0; i < handle->argument_count; i++) {
        if (qip_handle_is_ours(handle->arguments[i]))
            return true;
    }
    return false;
}

void qip_handle_dealloc(PyObject *self)
{
    qip_handle *handle = (qip_handle *)self;

    handle->seen |= PyObject_GC_IsTracked(self);
    PyObject_GC_UnTrack(self);
    if (!may_be_deep(handle)) {
        free_handle(handle);
        return;
    }
    Py_TRASHCAN_BEGIN(self, qip_handle_dealloc) free_handle(handle);
    Py_TRASHCAN_END
}

/*
 * The Context that is the handle's own from now on. Borrowed; NULL with an exception. Beware: on 3.11 the copy
 * may start the collector, and that runs any code, which may cancel the handle or ask for its Context, too.
 */
PyObject *qip_handle_own_context(qip_handle *handle)
{
    if (handle->shares_context) {
        PyObject *pattern = Py_NewRef(handle->context);
        PyObject *unused = qip_context_from(&((qip_loop *)handle->loop)->contexts, pattern);
        if (unused && handle->shares_context) {
            PyObject *shared = handle->context;
            handle->context = unused;
            handle->shares_context = false;
            unused = shared;
        }
        Py_XDECREF(unused);
        Py_DECREF(pattern);
        if (handle->shares_context)
            return NULL;
    }
    return handle->context;
}

/* -- calling --------------------------------------------------------------------------------------- */

static PyObject *make_tuple(PyObject *const *items, int count)
{
    PyObject *tuple = PyTuple_New(count);

    for (int i = 0; tuple && i < count; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(items[i]));
    return tuple;
}

PyObject *qip_handle_arguments_tuple(qip_handle *handle)
{
    if (handle->argument_count == QIP_MANY_ARGS)
        return Py_NewRef(handle->arguments[0]);
    return make_tuple(handle->arguments, handle->argument_count);
}

/* "Exception in callback f(1) at file.py:3", and the rest of what asyncio puts into the context. */
static void report_exception(qip_handle *handle, PyObject *callback, PyObject *arguments)
{
    PyObject *exception = qip_take_exception();
    PyObject *helpers = PyImport_ImportModule("asyncio.format_helpers");
    PyObject *text = NULL, *message = NULL, *context = NULL, *result = NULL;

    if (helpers)
        text = PyObject_CallMethod(helpers, "_format_callback_source", "OO", callback, arguments);
    if (text)
        message = PyUnicode_FromFormat("Exception in callback %U", text);
    if (message)
        context = Py_BuildValue("{s:O,s:O,s:O}", "message", message, "exception", exception,
                                "handle", (PyObject *)handle);
    if (context && handle->origin && handle->origin->source_traceback &&
        PyDict_SetItemString(context, "source_traceback", handle->origin->source_traceback) < 0)
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

static qip_ran handle_failure(qip_handle *handle, PyObject *callback, PyObject *arguments)
{
    if (must_propagate())
        return QIP_RAN_RAISED;
    report_exception(handle, callback, arguments);
    if (!PyErr_Occurred())
        return QIP_RAN;
    if (must_propagate()) /* the exception handler may ask for that, too */
        return QIP_RAN_RAISED;
    PyErr_WriteUnraisable(callback);
    return QIP_RAN;
}

/* The exception is set. The arguments are those of the call, which the handle may have no more. */
static qip_ran call_failed(qip_handle *handle, PyObject *callback, PyObject *many,
                           PyObject *const *arguments, int count)
{
    PyObject *raised = qip_take_exception();
    PyObject *tuple = many ? Py_NewRef(many) : make_tuple(arguments, count);

    PyErr_Clear();
    qip_give_exception(raised);
    qip_ran ran = handle_failure(handle, callback, tuple ? tuple : Py_None);
    Py_XDECREF(tuple);
    return ran;
}

/*
 * The callback may cancel its own handle, which drops callback and arguments, so all of them are held
 * on the stack while it runs.
 */
qip_ran qip_handle_call(qip_handle *handle)
{
    PyObject *held[1 + QIP_INLINE_ARGS]; /* the first place is lent to the callee */
    PyObject *many = NULL;

    if (!handle->callback || !handle->context)
        return QIP_RAN; /* cancelled, and somebody has written False into _cancelled */
    /* It stays until the handle is freed, and that the caller holds. */
    PyObject *context = qip_handle_own_context(handle);
    if (!handle->callback) {
        PyErr_Clear();
        return QIP_RAN; /* cancelled meanwhile */
    }
    if (!context)
        return handle_failure(handle, handle->callback, Py_None);
    int count = handle->argument_count;
    if (PyContext_Enter(context) < 0) {
        PyErr_Clear();
        return QIP_RAN_BLOCKED;
    }
    PyObject *callback = Py_NewRef(handle->callback);
    if (count == QIP_MANY_ARGS) {
        many = Py_NewRef(handle->arguments[0]);
        count = 0;
    }
    for (int i = 0; i < count; i++)
        held[1 + i] = Py_NewRef(handle->arguments[i]);
    handle->running = true;
    PyObject *result = many ? PyObject_Call(callback, many, NULL)
                            : PyObject_Vectorcall(callback, held + 1,
                                                  (size_t)count | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                                  NULL);
    handle->running = false;
    if (handle->threadsafe)
        qip_handle_ended();

    qip_ran ran = QIP_RAN;
    if (PyContext_Exit(context) < 0)
        Py_CLEAR(result); /* the callback left another Context behind; say so rather than go on in it */
    if (result)
        Py_DECREF(result);
    else
        ran = call_failed(handle, callback, many, held + 1, count);
    for (int i = 0; i < count; i++)
        Py_DECREF(held[1 + i]);
    Py_XDECREF(many);
    Py_DECREF(callback);
    return ran;
}

/* -- cancelling ------------------------------------------------------------------------------------ */

/* "Executing <Handle …> took 2.5 seconds" needs to know what was cancelled meanwhile. */
static void keep_repr(qip_handle *handle)
{
    PyObject *raised = qip_take_exception();
    PyObject *repr = PyObject_Repr((PyObject *)handle);

    if (!handle->origin) /* made before debug mode was switched on */
        handle->origin = PyMem_Calloc(1, sizeof *handle->origin);
    if (!repr)
        PyErr_WriteUnraisable((PyObject *)handle);
    else if (handle->origin)
        Py_XSETREF(handle->origin->repr, Py_NewRef(repr));
    Py_XDECREF(repr);
    qip_give_exception(raised);
}

void qip_handle_cancel(qip_handle *handle)
{
    if (handle->cancelled)
        return;
    handle->cancelled = true;
    if (handle->loop && ((qip_loop *)handle->loop)->debug)
        keep_repr(handle);
    drop_callback(handle);
}
