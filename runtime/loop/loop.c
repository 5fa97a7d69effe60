/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The type _qi.Loop: the core under asyncio's SelectorEventLoop. Its life, its modes, its attributes.
 *
 * The Python class is QiSelectorEventLoop(_qi.Loop, asyncio.SelectorEventLoop): what is hot is found
 * here first, everything else is asyncio's own code. That code reads and writes private attributes of
 * its base class (_ready, _closed, _thread_id, …); here they are descriptors over the structure.
 *
 * State and mode:
 *
 *              | OWNER                         | GUEST                        | NATIVE
 *   not running| set_mode(), run_forever()     | set_mode(), start()          | set_mode(), run_forever()
 *   running    | a host's event loop that we   | the host's own event loop    | the loop waits by itself
 *              | execute calls us              | calls us                     |
 *   stop()     | ends run_forever() after the  | after the batch; outside of  | as OWNER
 *              | batch                         | callbacks at once            |
 *
 * Continue reading in turn.c.
 */
#include "loop/loop_p.h"
#include "python/visit.h"
#include "loop/registry.h"
#include "loop/setup.h"

#include <stddef.h>
#include <structmember.h>

qip_host_factory qip_host_new;

static const PyMethodDef *more_methods;

enum { DEFAULT_SLICE_US = 2000, DEFAULT_NESTED_LIMIT = 64 };

bool qip_loop_is_loop(PyObject *object)
{
    return qip_loop_refs.loop_type &&
           PyObject_TypeCheck(object, (PyTypeObject *)qip_loop_refs.loop_type);
}

/* -- life ---------------------------------------------------------------------------------------------- */

static PyObject *loop_new(PyTypeObject *type, PyObject *Py_UNUSED(args),
                          PyObject *Py_UNUSED(keywords))
{
    qip_loop *loop = (qip_loop *)type->tp_alloc(type, 0);

    if (!loop)
        return NULL;
    loop->pace.slice_ns = (uint64_t)DEFAULT_SLICE_US * 1000;
    loop->nested_limit = DEFAULT_NESTED_LIMIT;
    loop->clock_resolution = 1e-9;
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    loop->foreign_fd = -1;
    loop->poller = qip_poller_new();
    if (!loop->poller) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(loop);
        return NULL;
    }
    return (PyObject *)loop;
}

static int loop_traverse(PyObject *self, visitproc visit, void *arg)
{
    qip_loop *loop = (qip_loop *)self;

    Py_VISIT(Py_TYPE(self));
    int result = 0;
    for (size_t i = 0; i < loop->ready.count && !result; i++)
        result = qip_handle_visit(qip_ring_at(&loop->ready, i), visit, arg);
    for (size_t i = 0; i < loop->timers.count && !result; i++)
        result = qip_handle_visit((PyObject *)qip_timer_handle_of(loop->timers.slots[i].timer),
                                  visit, arg);
    for (size_t i = 0; i < loop->deferred_count && !result; i++)
        result = qip_handle_visit(loop->deferred[i].handle, visit, arg);
    if (result)
        return result;
    for (size_t i = 0; i < loop->modal.count; i++)
        Py_VISIT((PyObject *)qip_ring_at(&loop->modal, i));
    Py_VISIT(loop->raised);
    Py_VISIT(loop->captured);
    Py_VISIT(loop->task_factory);
    Py_VISIT(loop->task_arguments);
    Py_VISIT(loop->current_handle);
    Py_VISIT(loop->selector);
    Py_VISIT(loop->contexts.pattern);
    Py_VISIT(loop->contexts.spare);
    return qip_fd_traverse(loop, visit, arg);
}

static void drop_ring(qip_ring *ring)
{
    for (PyObject *item; (item = qip_ring_pop(ring));)
        qip_handle_release(item);
}

/* Everything that waits, as close() throws it away. Beware: freeing callbacks can run any code. */
void qip_loop_drop_all(qip_loop *loop)
{
    drop_ring(&loop->ready);
    drop_ring(&loop->modal);
    Py_CLEAR(loop->task_arguments); /* holds the loop itself */
    for (qip_timer *timer; (timer = qip_timers_first(&loop->timers));) {
        qip_timers_remove(&loop->timers, timer);
        qip_handle_release((PyObject *)qip_timer_handle_of(timer));
    }
    while (loop->deferred_count)
        qip_handle_release(loop->deferred[--loop->deferred_count].handle);
}

static int loop_clear(PyObject *self)
{
    qip_loop *loop = (qip_loop *)self;

    qip_loop_drop_all(loop);
    qip_fd_clear(loop);
    Py_CLEAR(loop->raised);
    Py_CLEAR(loop->captured);
    Py_CLEAR(loop->task_factory);
    Py_CLEAR(loop->current_handle);
    Py_CLEAR(loop->selector);
    qip_contexts_clear(&loop->contexts);
    return 0;
}

static void destroy_host(qip_loop *loop)
{
    qip_host *host = loop->host;

    loop->host = NULL;
    loop->wake_asked = loop->paused = false;
    if (!host)
        return;
    host->vtable->destroy(host);
    qip_fd_watch_foreign(loop, false);
}

/*
 * The loop that began to run last, in any thread: nearly always the only one. Borrowed; the GIL guards it.
 * asyncio.get_running_loop() knows as much, but asks the system for the process id at each call on 3.11.
 */
static qip_loop *latest_runner;

PyObject *qip_loop_running_here(void)
{
    qip_loop *loop = latest_runner;
    bool is_here = loop && loop->running && loop->thread == PyThread_get_thread_ident();

    return is_here ? (PyObject *)loop : NULL;
}

static void loop_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qip_loop *loop = (qip_loop *)self;

    PyObject_GC_UnTrack(self);
    if (latest_runner == loop)
        latest_runner = NULL;
    destroy_host(loop);
    loop_clear(self);
    qip_ring_free(&loop->ready);
    qip_ring_free(&loop->modal);
    qip_timers_free(&loop->timers);
    PyMem_Free(loop->deferred);
    qip_poller_free(loop->poller);
    type->tp_free(self);
    Py_DECREF(type);
}

/* -- running ------------------------------------------------------------------------------------------- */

static void set_running(qip_loop *loop, bool running)
{
    if (loop->running && !running)
        qip_handle_track_all(loop);
    loop->running = running;
    if (running && !loop->counters.since_ns)
        loop->counters.since_ns = qip_clock_ns();
}

static int call_self(qip_loop *loop, const char *method)
{
    PyObject *result = PyObject_CallMethod((PyObject *)loop, method, NULL);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static int attach_host(qip_loop *loop)
{
    const qip_host_client client = {.turn = qip_loop_turn, .check = qip_loop_check, .loop = loop};
    const char *why = "there is no host for an event loop";

    if (!loop->poller) {
        qip_loop_closed_error();
        return -1;
    }
    loop->host = qip_host_new(&client, &why);
    if (!loop->host) {
        PyErr_Format(PyExc_RuntimeError, "the loop has no event loop to run on: %s", why);
        return -1;
    }
    if (loop->host->vtable->watch(loop->host, qip_poller_fd(loop->poller)) < 0) {
        destroy_host(loop);
        PyErr_SetString(PyExc_RuntimeError, "Qt cannot watch the loop's descriptor");
        return -1;
    }
    qip_fd_watch_foreign(loop, true);
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    loop->last_poll_ns = 0; /* a run begins with a look at the descriptors, however short it is */
    return 0;
}

static PyObject *loop_start(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->mode != QIP_MODE_GUEST) {
        PyErr_SetString(PyExc_RuntimeError,
                        "start() needs guest mode: call set_mode(QiLoopMode.GUEST) before");
        return NULL;
    }
    if (call_self(loop, "_run_forever_setup") < 0)
        return NULL;
    if (attach_host(loop) < 0) {
        PyObject *raised = qip_take_exception();
        if (call_self(loop, "_run_forever_cleanup") < 0)
            PyErr_WriteUnraisable(self);
        qip_give_exception(raised);
        return NULL;
    }
    qip_loop_settle(loop);
    Py_RETURN_NONE;
}

void qip_loop_finish_guest(qip_loop *loop)
{
    destroy_host(loop);
    loop->todo = 0;
    if (call_self(loop, "_run_forever_cleanup") < 0)
        PyErr_WriteUnraisable((PyObject *)loop);
    set_running(loop, false);
    loop->stopping = false;
}

/* Interleaved code stops a guest at once; a callback, or another thread, at the end of a batch. */
static PyObject *loop_stop(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    loop->stopping = true;
    if (loop->running && loop->thread != PyThread_get_thread_ident()) {
        if (loop->poller)
            qip_poller_wake(loop->poller);
    } else if (loop->running && qip_loop_is_idle(loop)) {
        if (loop->mode == QIP_MODE_GUEST)
            qip_loop_finish_guest(loop);
        else
            qip_loop_settle(loop);
    }
    Py_RETURN_NONE;
}

static int run_owner(qip_loop *loop)
{
    if (attach_host(loop) < 0)
        return -1;
    loop->ending = false;
    Py_CLEAR(loop->raised);
    qip_loop_settle(loop);

    bool ran;
    qip_host *host = loop->host;
    Py_BEGIN_ALLOW_THREADS
    ran = host->vtable->exec(host);
    Py_END_ALLOW_THREADS
    qip_python_resumed();
    bool stopped = loop->ending;
    loop->ending = false;
    destroy_host(loop);
    loop->todo = 0;
    if (loop->raised) {
        qip_give_exception(loop->raised);
        loop->raised = NULL;
        return -1;
    }
    if (PyErr_CheckSignals() < 0)
        return -1;
    if (!stopped) {
        PyErr_SetString(
            PyExc_RuntimeError,
            ran ? "Qt's event loop ended before the asyncio loop was stopped"
                : "Qt's event loop cannot run (any more) after QCoreApplication::exit()");
        return -1;
    }
    return 0;
}

static int run_native(qip_loop *loop)
{
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    do {
        int result = qip_loop_overrides(loop) & QIP_OVERRIDES_RUN_ONCE
                         ? call_self(loop, "_run_once")
                         : qip_loop_iterate(loop, true);
        if (result < 0)
            return -1;
    } while (!loop->stopping);
    return 0;
}

/* The middle part of run_forever(), between the base class's set-up and clean-up. */
static PyObject *loop_run_until_stopped(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->mode == QIP_MODE_GUEST) {
        PyErr_SetString(PyExc_RuntimeError,
                        "a loop in guest mode is run by Qt's event loop; use start() and stop()");
        return NULL;
    }
    int result = loop->mode == QIP_MODE_OWNER ? run_owner(loop) : run_native(loop);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* One iteration. With a host it never blocks, since the host does the waiting. */
static PyObject *loop_run_once(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;
    return qip_loop_iterate(loop, !loop->host) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *loop_set_mode(PyObject *self, PyObject *mode)
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *value = PyObject_GetAttrString(mode, "value");
    long number = value ? PyLong_AsLong(value) : -1;

    Py_XDECREF(value);
    if (PyErr_Occurred() || number < QIP_MODE_OWNER || number > QIP_MODE_NATIVE) {
        PyErr_Format(PyExc_TypeError, "set_mode() wants a member of QiLoopMode, not %R", mode);
        return NULL;
    }
    if (loop->closed)
        return qip_loop_closed_error();
    if (loop->running || loop->stopping) {
        PyErr_SetString(PyExc_RuntimeError,
                        loop->running ? "the mode of a running loop cannot be changed"
                                      : "the mode cannot be changed while a stop is pending");
        return NULL;
    }
    loop->mode = (qip_mode)number;
    Py_RETURN_NONE;
}

static PyObject *loop_exec_modal(PyObject *self, PyObject *function)
{
    qip_loop *loop = (qip_loop *)self;

    if (!PyCallable_Check(function)) {
        PyErr_Format(PyExc_TypeError, "exec_modal() wants a callable, not %R", function);
        return NULL;
    }
    if (loop->closed)
        return qip_loop_closed_error();
    if (!loop->running) {
        PyErr_Format(PyExc_RuntimeError,
                     "exec_modal() is for coroutines and callbacks, but %R is not running", self);
        return NULL;
    }
    if (!qip_ring_push(&loop->modal, Py_NewRef(function))) {
        Py_DECREF(function);
        return PyErr_NoMemory();
    }
    if (qip_loop_is_idle(loop))
        qip_loop_ask_wake(loop);
    Py_RETURN_NONE;
}

static PyObject *loop_is_running(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->running);
}

static PyObject *loop_is_closed(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->closed);
}

static PyObject *loop_get_debug(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->debug);
}

void qip_loop_set_slice(PyObject *loop, unsigned microseconds)
{
    ((qip_loop *)loop)->pace.slice_ns = (uint64_t)(microseconds ? microseconds : DEFAULT_SLICE_US) *
                                        1000;
}

bool qip_loop_is_busy(PyObject *loop)
{
    return !qip_loop_is_idle((qip_loop *)loop);
}

void qip_loop_when_left(PyObject *loop, void (*job)(void *data), void *data)
{
    ((qip_loop *)loop)->when_left = job;
    ((qip_loop *)loop)->when_left_data = data;
}

static PyObject *loop_set_slice(PyObject *self, PyObject *argument)
{
    long microseconds = PyLong_AsLong(argument);

    if (microseconds == -1 && PyErr_Occurred())
        return NULL;
    if (microseconds < 0 || microseconds > 1000000) {
        PyErr_SetString(PyExc_ValueError,
                        "a slice is 1 to 1000000 microseconds, or 0 for the default");
        return NULL;
    }
    qip_loop_set_slice(self, (unsigned)microseconds);
    Py_RETURN_NONE;
}

/* -- attributes ------------------------------------------------------------------------------------------ */

static int set_flag(PyObject *value, bool *flag)
{
    int truth = value ? PyObject_IsTrue(value) : 0;

    if (truth < 0)
        return -1;
    *flag = truth;
    return 0;
}

static PyObject *get_debug(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->debug);
}

static int set_debug(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return set_flag(value, &((qip_loop *)self)->debug);
}

static PyObject *get_stopping(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->stopping);
}

static int set_stopping(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return set_flag(value, &((qip_loop *)self)->stopping);
}

static PyObject *get_closed(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->closed);
}

static int set_closed(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;

    if (set_flag(value, &loop->closed) < 0)
        return -1;
    if (loop->closed)
        qip_loop_drop_all(loop);
    return 0;
}

static PyObject *get_thread_id(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return loop->running ? PyLong_FromUnsignedLong(loop->thread) : Py_NewRef(Py_None);
}

static int set_thread_id(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;

    set_running(loop, value && value != Py_None);
    if (loop->running) {
        loop->thread = PyLong_AsUnsignedLongMask(value);
        latest_runner = loop;
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *get_ready(PyObject *self, void *Py_UNUSED(closure))
{
    return qip_ready_view((qip_loop *)self);
}

static PyObject *get_scheduled(PyObject *self, void *Py_UNUSED(closure))
{
    return qip_scheduled_view((qip_loop *)self);
}

/* Assigned empty containers by BaseEventLoop.__init__(); anything else must be said with methods. */
static int refuse_contents(PyObject *Py_UNUSED(self), PyObject *value, void *closure)
{
    if (!value || PyObject_Size(value) != 0) {
        PyErr_Clear();
        PyErr_Format(PyExc_AttributeError, "%s belongs to the loop and cannot be replaced",
                     (const char *)closure);
        return -1;
    }
    return 0;
}

static PyObject *get_selector(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return Py_NewRef(loop->selector ? loop->selector : Py_None);
}

static int set_selector(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *marker = NULL;

    if (!value || value == Py_None) {
        loop->foreign_selector = false;
        Py_CLEAR(loop->selector);
        return 0;
    }
    marker = PyObject_GetAttrString(value, "_qi_own_poller");
    PyErr_Clear();
    loop->foreign_selector = marker != Py_True;
    Py_XDECREF(marker);
    Py_XSETREF(loop->selector, Py_NewRef(value));
    return 0;
}

static PyObject *get_nested(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((qip_loop *)self)->nested_hold ? "hold" : "run");
}

static int set_nested(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    bool hold = value && PyUnicode_Check(value) &&
                PyUnicode_CompareWithASCIIString(value, "hold") == 0;
    bool run = value && PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "run") == 0;

    if (!hold && !run) {
        PyErr_SetString(PyExc_ValueError, "nested is \"run\" or \"hold\"");
        return -1;
    }
    ((qip_loop *)self)->nested_hold = hold;
    return 0;
}

static PyObject *get_nested_limit(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLong(((qip_loop *)self)->nested_limit);
}

static int set_nested_limit(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    long limit = value ? PyLong_AsLong(value) : -1;

    if (PyErr_Occurred())
        return -1;
    if (limit < 1 || limit > 10000) {
        PyErr_SetString(PyExc_ValueError, "nested_limit is 1 to 10000");
        return -1;
    }
    ((qip_loop *)self)->nested_limit = (unsigned)limit;
    return 0;
}

static PyObject *get_poll_fd(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return PyLong_FromLong(loop->poller ? qip_poller_fd(loop->poller) : -1);
}

/* What the latest turn was given, in microseconds: see pace.h. */
static PyObject *get_turn_length(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble((double)((qip_loop *)self)->pace.turn_ns / 1e3);
}

static PyObject *get_mode(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(((qip_loop *)self)->mode);
}

static PyObject *get_busy(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(qip_loop_is_busy(self));
}

static PyGetSetDef loop_getset[] = {
    {"_debug", get_debug, set_debug, NULL, NULL},
    {"_stopping", get_stopping, set_stopping, NULL, NULL},
    {"_closed", get_closed, set_closed, NULL, NULL},
    {"_thread_id", get_thread_id, set_thread_id, NULL, NULL},
    {"_ready", get_ready, refuse_contents, NULL, "_ready"},
    {"_scheduled", get_scheduled, refuse_contents, NULL, "_scheduled"},
    {"_selector", get_selector, set_selector, NULL, NULL},
    {"_poll_fd", get_poll_fd, NULL, NULL, NULL},
    {"_mode", get_mode, NULL, NULL, NULL},
    {"_turn_length", get_turn_length, NULL, NULL, NULL},
    {"_busy", get_busy, NULL, NULL, NULL},
    {"nested", get_nested, set_nested,
     PyDoc_STR("What asyncio does in nested Qt event loops: \"run\" or \"hold\"."), NULL},
    {"nested_limit", get_nested_limit, set_nested_limit,
     PyDoc_STR("How many turns of the loop may be nested inside each other."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef loop_members[] = {
    {"_current_handle", T_OBJECT, offsetof(qip_loop, current_handle), 0, NULL},
    {"_task_factory", T_OBJECT, offsetof(qip_loop, task_factory), 0, NULL},
    {"_clock_resolution", T_DOUBLE, offsetof(qip_loop, clock_resolution), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* Methods may be replaced on the instance at any time; the next use looks which. */
static int loop_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    ((qip_loop *)self)->overrides |= QIP_OVERRIDES_UNKNOWN;
    return PyObject_GenericSetAttr(self, name, value);
}

static PyMethodDef own_methods[] = {
    {"start", loop_start, METH_NOARGS,
     PyDoc_STR("Puts a loop in guest mode into the running state and returns.")},
    {"stop", loop_stop, METH_NOARGS,
     PyDoc_STR(
         "Stops the loop after the callbacks that are ready; a guest at once, outside of them.")},
    {"set_mode", loop_set_mode, METH_O,
     PyDoc_STR("Sets the mode, a QiLoopMode; only while the loop is not running.")},
    {"exec_modal", loop_exec_modal, METH_O,
     PyDoc_STR(
         "Calls a function right after the current callback, outside of asyncio's callbacks.")},
    {"set_slice", loop_set_slice, METH_O,
     PyDoc_STR("Sets for how many microseconds callbacks may take turns before Qt gets its own.")},
    {"is_running", loop_is_running, METH_NOARGS, PyDoc_STR("True if the loop is running.")},
    {"is_closed", loop_is_closed, METH_NOARGS, PyDoc_STR("True if the loop was closed.")},
    {"get_debug", loop_get_debug, METH_NOARGS, PyDoc_STR("True in asyncio's debug mode.")},
    {"_run_until_stopped", loop_run_until_stopped, METH_NOARGS, NULL},
    {"_run_once", loop_run_once, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* -- the type -------------------------------------------------------------------------------------------- */

/* One method table out of those of the rooms; it lives as long as the type, which is as long as Python. */
static PyMethodDef *join_methods(void)
{
    const PyMethodDef *rooms[] = {own_methods, qip_sched_methods, qip_fd_methods, qip_eager_methods,
                                  more_methods};
    static PyMethodDef all[64];
    size_t count = 0;

    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        for (const PyMethodDef *method = rooms[room]; method && method->ml_name; method++) {
            if (count == sizeof all / sizeof *all - 1)
                Py_FatalError("the method table of _qi.Loop is too small");
            all[count++] = *method;
        }
    }
    return all;
}

void qip_loop_add_methods(const PyMethodDef *methods)
{
    more_methods = methods;
}

int qip_loop_setup(PyObject *module)
{
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)PyDoc_STR("The core of qi's event loops. Use qi.new_event_loop().")},
        {Py_tp_new, loop_new},
        {Py_tp_dealloc, loop_dealloc},
        {Py_tp_traverse, loop_traverse},
        {Py_tp_clear, loop_clear},
        {Py_tp_setattro, loop_setattro},
        {Py_tp_methods, join_methods()},
        {Py_tp_members, loop_members},
        {Py_tp_getset, loop_getset},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "_qi.Loop",
        .basicsize = sizeof(qip_loop),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
        .slots = slots,
    };

    qip_loop_refs.loop_type = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (!qip_loop_refs.loop_type)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_loop_refs.loop_type);
}
