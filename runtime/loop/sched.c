/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scheduling: call_soon, call_soon_threadsafe, call_later, call_at, and what lies near them.
 *
 * Everything here only puts handles into the ready queue or the timers. Code that runs outside of any
 * callback (a slot that Qt calls, a worker thread) also has to see to it that a turn comes; inside a
 * callback that is not needed, since the turn that runs it looks again before it ends.
 */
#include "loop/loop_p.h"
#include "loop/registry.h"
#include "loop/setup.h"

#include <math.h>

/* -- arguments: f(first, [second,] *args, context=None) ---------------------------------------------- */

int qip_context_keyword(const char *function, PyObject *const *after_positional,
                        PyObject *keyword_names, PyObject **context)
{
    *context = NULL;
    if (!keyword_names)
        return 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keyword_names); i++) {
        PyObject *name = PyTuple_GET_ITEM(keyword_names, i);
        if (name != qip_loop_refs.context_word &&
            PyUnicode_CompareWithASCIIString(name, "context") != 0) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function,
                         name);
            return -1;
        }
        *context = after_positional[i];
    }
    return 0;
}

static int check_count(const char *function, Py_ssize_t count, Py_ssize_t wanted)
{
    if (count >= wanted)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() takes at least %zd positional arguments (%zd given)",
                 function, wanted, count);
    return -1;
}

/* asyncio's own checks, by asyncio's own methods, which subclasses and tests may replace. */
static int debug_checks(qip_loop *loop, PyObject *callback, const char *function, bool same_thread)
{
    PyObject *result;

    if (same_thread) {
        result = PyObject_CallMethod((PyObject *)loop, "_check_thread", NULL);
        if (!result)
            return -1;
        Py_DECREF(result);
    }
    result = PyObject_CallMethod((PyObject *)loop, "_check_callback", "Os", callback, function);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* -- soon --------------------------------------------------------------------------------------------- */

static qip_handle *make_soon(qip_loop *loop, const char *function, bool same_thread,
                             PyObject *const *args, Py_ssize_t count, PyObject *keyword_names)
{
    PyObject *context;

    if (check_count(function, count, 1) < 0 ||
        qip_context_keyword(function, args + count, keyword_names, &context) < 0)
        return NULL;
    if (loop->closed)
        return (qip_handle *)qip_loop_closed_error();
    if (loop->debug && debug_checks(loop, args[0], function, same_thread) < 0)
        return NULL;
    return qip_handle_new(loop, (PyTypeObject *)qip_loop_refs.handle_type, args[0], args + 1,
                          count - 1, context);
}

/* Whether this is a task's step: a method of something that has a coroutine. */
static bool is_step(PyObject *callback)
{
    PyObject *owner = PyObject_GetAttrString(callback, "__self__");
    PyObject *get_coro = owner ? PyObject_GetAttrString(owner, "get_coro") : NULL;

    if (!get_coro)
        PyErr_Clear();
    Py_XDECREF(get_coro);
    Py_XDECREF(owner);
    return get_coro != NULL;
}

static PyObject *loop_call_soon(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                PyObject *keyword_names)
{
    qip_loop *loop = (qip_loop *)self;
    qip_handle *handle = make_soon(loop, "call_soon", true, args, count, keyword_names);

    if (!handle)
        return NULL;
    if (loop->capturing && (!loop->choosy || is_step(args[0]))) {
        /* The first step of a task that run_task() is making: it runs that itself. */
        loop->capturing = false;
        loop->captured = Py_NewRef((PyObject *)handle);
        if (loop->newcomer) /* Task.__init__ does nothing else in between */
            qip_newcomer_expect(loop->newcomer);
        return (PyObject *)handle;
    }
    if (qip_ready_push(loop, (PyObject *)handle) < 0) {
        Py_DECREF(handle);
        return NULL;
    }
    if (qip_loop_is_idle(loop))
        qip_loop_ask_wake(loop);
    return (PyObject *)handle;
}

/* After something was queued by whatever thread: make the loop's thread look. */
static int notify(qip_loop *loop)
{
    if (qip_loop_overrides(loop) & QIP_OVERRIDES_WRITE_TO_SELF) {
        PyObject *result = PyObject_CallMethod((PyObject *)loop, "_write_to_self", NULL);
        Py_XDECREF(result);
        return result ? 0 : -1;
    }
    if (loop->running && loop->thread == PyThread_get_thread_ident()) {
        if (qip_loop_is_idle(loop))
            qip_loop_ask_wake(loop);
    } else if (loop->poller) {
        qip_loop_wake_from_afar(loop);
    }
    return 0;
}

/* The GIL protects the ready queue, so another thread may push; all it has to add is the wake-up. */
static PyObject *loop_call_soon_threadsafe(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                           PyObject *keyword_names)
{
    qip_loop *loop = (qip_loop *)self;
    qip_handle *handle = make_soon(loop, "call_soon_threadsafe", false, args, count, keyword_names);

    if (!handle)
        return NULL;
    handle->threadsafe = qip_loop_refs.threadsafe_handle != NULL;
    if (qip_ready_push(loop, (PyObject *)handle) < 0 || notify(loop) < 0) {
        Py_DECREF(handle);
        return NULL;
    }
    return (PyObject *)handle;
}

static PyObject *loop_write_to_self(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->poller)
        qip_loop_wake_from_afar(loop);
    Py_RETURN_NONE;
}

/* Signal handlers and selectors hand over handles that exist already. */
static PyObject *loop_add_callback(PyObject *self, PyObject *handle)
{
    PyObject *cancelled = PyObject_GetAttrString(handle, "_cancelled");
    int given_up = cancelled ? PyObject_IsTrue(cancelled) : -1;

    Py_XDECREF(cancelled);
    if (given_up < 0 || (!given_up && qip_ready_push((qip_loop *)self, handle) < 0))
        return NULL;
    if (!given_up && qip_loop_is_idle((qip_loop *)self))
        qip_loop_ask_wake((qip_loop *)self);
    Py_RETURN_NONE;
}

/* -- later -------------------------------------------------------------------------------------------- */

static PyObject *loop_time(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return PyFloat_FromDouble(qip_seconds(qip_clock_ns()));
}

static PyObject *schedule(qip_loop *loop, const char *function, double when, PyObject *const *args,
                          Py_ssize_t count, PyObject *context)
{
    if (loop->closed)
        return qip_loop_closed_error();
    if (isnan(when)) {
        PyErr_Format(PyExc_ValueError, "%s() cannot wait for NaN", function);
        return NULL;
    }
    if (loop->debug && debug_checks(loop, args[0], function, true) < 0)
        return NULL;
    qip_handle *handle = qip_handle_new(loop, (PyTypeObject *)qip_loop_refs.timer_handle_type,
                                        args[0], args + 1, count - 1, context);
    if (!handle)
        return NULL;
    qip_timer_handle *timer = (qip_timer_handle *)handle;
    timer->when = when;
    if (loop->lists.used) {
        if (qip_lists_schedule(loop, timer) < 0) {
            Py_DECREF(handle);
            return NULL;
        }
    } else if (!qip_timers_add(&loop->timers, &timer->timer, when)) {
        Py_DECREF(handle);
        return PyErr_NoMemory();
    } else {
        Py_INCREF(handle); /* the heap's */
    }
    if (qip_loop_is_idle(loop))
        qip_loop_settle(loop);
    return (PyObject *)handle;
}

static PyObject *loop_call_at(PyObject *self, PyObject *const *args, Py_ssize_t count,
                              PyObject *keyword_names)
{
    PyObject *context;

    if (check_count("call_at", count, 2) < 0 ||
        qip_context_keyword("call_at", args + count, keyword_names, &context) < 0)
        return NULL;
    if (args[0] == Py_None) {
        PyErr_SetString(PyExc_TypeError, "when cannot be None");
        return NULL;
    }
    double when = PyFloat_AsDouble(args[0]);
    if (when == -1 && PyErr_Occurred())
        return NULL;
    return schedule((qip_loop *)self, "call_at", when, args + 1, count - 1, context);
}

/* call_later() where time() or call_at() is not ours: through both, as asyncio does it. */
static PyObject *call_later_overridden(PyObject *self, double delay, PyObject *const *args,
                                       Py_ssize_t count, PyObject *keyword_names)
{
    PyObject *call_at = NULL, *when = NULL, *result = NULL;
    double now = qip_loop_now((qip_loop *)self);

    if (now == -1 && PyErr_Occurred())
        return NULL;
    Py_ssize_t total = count + (keyword_names ? PyTuple_GET_SIZE(keyword_names) : 0);
    PyObject **stack = PyMem_Malloc((size_t)total * sizeof *stack);
    if (!stack)
        return PyErr_NoMemory();
    memcpy(stack, args, (size_t)total * sizeof *stack);
    call_at = PyObject_GetAttrString(self, "call_at");
    when = PyFloat_FromDouble(now + delay);
    if (call_at && when) {
        stack[0] = when;
        result = PyObject_Vectorcall(call_at, stack, (size_t)count, keyword_names);
    }
    Py_XDECREF(when);
    Py_XDECREF(call_at);
    PyMem_Free(stack);
    return result;
}

static PyObject *loop_call_later(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keyword_names)
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *context;

    if (check_count("call_later", count, 2) < 0 ||
        qip_context_keyword("call_later", args + count, keyword_names, &context) < 0)
        return NULL;
    if (args[0] == Py_None) {
        PyErr_SetString(PyExc_TypeError, "delay must not be None");
        return NULL;
    }
    double delay = PyFloat_AsDouble(args[0]);
    if (delay == -1 && PyErr_Occurred())
        return NULL;
    if (qip_loop_overrides(loop) & (QIP_OVERRIDES_TIME | QIP_OVERRIDES_CALL_AT))
        return call_later_overridden(self, delay, args, count, keyword_names);
    double when = qip_seconds(qip_clock_ns()) + delay;
    return schedule(loop, "call_later", when, args + 1, count - 1, context);
}

/* Moves all timers by so many seconds, for a clock that is set (qi.testing.Clock). Their order stays. */
static PyObject *loop_shift_timers(PyObject *self, PyObject *seconds)
{
    qip_loop *loop = (qip_loop *)self;
    double by = PyFloat_AsDouble(seconds);

    if (by == -1 && PyErr_Occurred())
        return NULL;
    if (loop->lists.used && qip_lists_shift(loop, by) < 0)
        return NULL;
    for (size_t i = 0; i < loop->timers.count; i++) {
        qip_timer_slot *slot = &loop->timers.slots[i];
        slot->when += by;
        qip_timer_handle_of(slot->timer)->when = slot->when;
    }
    if (qip_loop_is_idle(loop))
        qip_loop_settle(loop);
    Py_RETURN_NONE;
}

/* -- futures ------------------------------------------------------------------------------------------ */

static PyObject *loop_create_future(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_Vectorcall(qip_asyncio.future_type, &self, 0, qip_loop_refs.future_keywords);
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_sched_methods[] = {
    {"call_soon", FAST(loop_call_soon), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("call_soon(callback, *args, context=None)\n--\n\n"
               "Calls a function in the next iteration; in the order of the calls.")},
    {"call_soon_threadsafe", FAST(loop_call_soon_threadsafe), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("call_soon_threadsafe(callback, *args, context=None)\n--\n\n"
               "call_soon() for any thread.")},
    {"call_later", FAST(loop_call_later), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("call_later(delay, callback, *args, context=None)\n--\n\n"
               "Calls a function after so many seconds.")},
    {"call_at", FAST(loop_call_at), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("call_at(when, callback, *args, context=None)\n--\n\n"
               "Calls a function at a time of the loop's clock.")},
    {"time", loop_time, METH_NOARGS, PyDoc_STR("The loop's clock, in seconds: time.monotonic().")},
    {"create_future", loop_create_future, METH_NOARGS,
     PyDoc_STR("A Future that belongs to this loop.")},
    {"_shift_timers", loop_shift_timers, METH_O, NULL},
    {"_add_callback", loop_add_callback, METH_O, NULL},
    {"_write_to_self", loop_write_to_self, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int qip_sched_setup(PyObject *Py_UNUSED(module))
{
    qip_loop_refs.context_word = PyUnicode_InternFromString("context");
    return qip_loop_refs.context_word ? 0 : -1;
}
