/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way from an emission to a running task.
 *
 * On the hot path, which is a concurrent slot whose coroutine ends in its first step, nothing is
 * allocated but the coroutine and its task. A task that goes on costs one qip_pending, which holds both
 * it and the slot until it has ended: a slot that is disconnected meanwhile lives until then.
 *
 * Who hears of exceptions. What the function itself raises, when called, goes to the caller. What the
 * coroutine raises is the task's. Of a detached slot nobody ever gets a task, so its exception is
 * reported here when it ends. Otherwise the task was handed to the caller, who may await it; asyncio
 * complains once when the last reference goes and nobody has.
 */
#include "signals/slot.h"

#include "python/compat.h"
#include "loop/loop.h"
#include "python/report.h"
#include "python/scope.h"
#include "loop/steps.h"
#include "python/asyncio.h"

/* -- names, for messages and reports ------------------------------------------------------------------- */

/* A slot that the garbage collector has cleared has no callable any more, but may still be called by what
 * it clears next. */
PyObject *qip_slot_target(qip_slot *slot)
{
    if (!slot->target) {
        PyObject *target = slot->callable ? qip_signature_target(slot->callable)
                                          : PyUnicode_FromString("(cleared)");
        if (!slot->target) /* or code of the callable's has asked in between */
            slot->target = Py_XNewRef(target);
        Py_XDECREF(target);
    }
    return slot->target;
}

static const char *utf8_or_null(PyObject *text)
{
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;

    PyErr_Clear();
    return utf8;
}

static void report(qip_slot *slot, PyObject *signal, PyObject *exception, PyObject *task)
{
    PyObject *name = task ? PyObject_CallMethod(task, "get_name", NULL) : NULL;

    PyErr_Clear();
    PyObject *plugin = task ? qip_scope_blame_task(task, exception)
                            : NULL; /* else the report finds it */
    /* Held, since code that is run on the way may set it anew. */
    PyObject *shown = Py_XNewRef(signal ? signal : slot->signal);
    qi_origin origin = {
        .size = sizeof origin,
        .task = name && PyUnicode_Check(name) ? utf8_or_null(name) : NULL,
        .signal = utf8_or_null(shown),
        .target = utf8_or_null(qip_slot_target(slot)),
        .plugin = utf8_or_null(plugin),
    };
    qip_report_exception(exception, &origin); /* Beware: calls the host, without the GIL */
    Py_XDECREF(shown);
    Py_XDECREF(plugin);
    Py_XDECREF(name);
}

void qip_slot_report_raised(qip_slot *slot, PyObject *signal)
{
    PyObject *exception = qip_take_exception();

    report(slot, signal, exception, NULL);
    Py_XDECREF(exception);
}

/* -- tasks that go on, or have ended -------------------------------------------------------------------- */

/* Should asyncio complain of the task, since nobody awaits it, the loop finds this and passes it on. */
static void name_origin(qip_slot *slot, PyObject *signal, PyObject *task)
{
    PyObject *target = qip_slot_target(slot), *origin = NULL;

    signal = signal ? signal : slot->signal;
    if (target)
        origin = PyTuple_Pack(2, signal ? signal : Py_None, target);
    if (origin)
        (void)PyObject_SetAttrString(task, QIP_TASK_ORIGIN, origin);
    PyErr_Clear(); /* a task of somebody else's class may refuse it */
    Py_XDECREF(origin);
}

static void report_failure(qip_slot *slot, PyObject *signal, PyObject *task)
{
    if (!slot->detached) {
        if (qip_task_failed_unseen(task))
            name_origin(slot, signal, task);
        return;
    }
    PyObject *exception = qip_task_exception(task);
    if (exception && !qip_exception_left_loop(exception, task))
        report(slot, signal, exception, task);
    Py_XDECREF(exception);
}

void qip_slot_settle(qip_pending *pending)
{
    qip_slot *slot = pending->data;
    PyObject *task = Py_NewRef(pending->task), *signal = Py_XNewRef(pending->signal);

    qip_pending_drop(pending);
    report_failure(slot, signal, task);
    Py_XDECREF(signal);
    Py_DECREF(task);
    Py_DECREF(slot);
}

static void task_ended(qip_pending *pending)
{
    qip_slot *slot = (qip_slot *)Py_NewRef((PyObject *)pending->data);

    qip_slot_settle(pending);
    qip_overlap_next(slot, false);
    Py_DECREF(slot);
}

PyObject *qip_slot_of_pending(const qip_pending *pending)
{
    return pending->task && pending->ended == task_ended ? pending->data : NULL;
}

/* 0, or -1 with an exception set: what the task runner returned is no task, and cannot be followed. */
static int follow(qip_slot *slot, PyObject *signal, PyObject *task, bool cancel)
{
    int done = qip_task_is_done(task);

    if (done < 0)
        return -1;
    if (done) {
        report_failure(slot, signal, task);
        qip_overlap_next(slot, true);
        return 0;
    }
    if (qip_pending_add(&slot->running, task, signal, task_ended, Py_NewRef((PyObject *)slot),
                        NULL) < 0) {
        Py_DECREF(slot);
        return -1;
    }
    if (cancel)
        qip_task_cancel(task);
    return 0;
}

void qip_slot_close(qip_slot *slot)
{
    slot->closed = true;
    qip_overlap_forget(slot);
}

void qip_slot_cancel(qip_slot *slot)
{
    for (qip_launching *launching = slot->launching; launching; launching = launching->outer)
        launching->cancel = true;
    if (slot->running.first)
        qip_pending_cancel_all(&slot->running);
}

/* -- from a call to a task ------------------------------------------------------------------------------- */

PyObject *qip_running_loop(void)
{
    PyObject *loop = qip_loop_running_here();

    if (loop)
        return Py_NewRef(loop);
    loop = PyObject_CallNoArgs(qip_asyncio.get_running_loop);
    if (loop == Py_None)
        Py_CLEAR(loop);
    return loop;
}

static PyObject *raise_no_loop(qip_slot *slot)
{
    PyObject *target = qip_slot_target(slot);

    if (target)
        PyErr_Format(
            PyExc_RuntimeError,
            "the slot %U was called in a thread in which no asyncio event loop runs; connect it "
            "where the loop runs, or call it through loop.call_soon_threadsafe()",
            target);
    return NULL;
}

static PyObject *raise_too_few(qip_slot *slot, PyObject *signal, Py_ssize_t count)
{
    PyObject *target = qip_slot_target(slot);

    signal = signal ? signal : slot->signal;
    if (target && signal)
        PyErr_Format(PyExc_TypeError, "the slot %U takes at least %d arguments, but %U gives %zd",
                     target, slot->takes.least, signal, count);
    else if (target)
        PyErr_Format(PyExc_TypeError,
                     "the slot %U takes at least %d arguments, but the call gives %zd", target,
                     slot->takes.least, count);
    return NULL;
}

static PyObject *raise_no_coroutine(qip_slot *slot, PyObject *result)
{
    PyObject *target = qip_slot_target(slot);

    if (target)
        PyErr_Format(
            PyExc_TypeError,
            "the slot %U must be a coroutine function, but it returned an object of type %.200s",
            target, Py_TYPE(result)->tp_name);
    return NULL;
}

/*
 * Whether an object of a binding is but the shell of a QObject that Qt has deleted, as a window is that was closed with
 * WA_DeleteOnClose. Their classes have metaclasses.
 */
static bool is_shell(PyObject *receiver)
{
    if (Py_IS_TYPE((PyObject *)Py_TYPE(receiver), &PyType_Type))
        return false;
    PyObject *module = PyImport_ImportModule("qi._signals.slots");
    PyObject *answer = module ? PyObject_CallMethod(module, "is_deleted", "O", receiver) : NULL;
    const bool deleted = answer == Py_True;

    if (!answer)
        PyErr_WriteUnraisable(receiver);
    Py_XDECREF(answer);
    Py_XDECREF(module);
    return deleted;
}

/* What there is to call: a new reference; NULL without an exception if a weak slot's object is gone. */
static PyObject *callable_now(qip_slot *slot)
{
    if (!slot->receiver)
        return Py_NewRef(slot->callable);
    PyObject *receiver = qip_weakref_get(slot->receiver);
    if (!receiver)
        return NULL;
    if (is_shell(receiver)) {
        Py_DECREF(receiver);
        return NULL;
    }
    PyObject *method = PyMethod_New(slot->callable, receiver);
    Py_DECREF(receiver);
    return method;
}

static void close_coroutine(PyObject *coroutine)
{
    PyObject *raised = qip_take_exception();
    PyObject *nothing = PyObject_CallMethod(coroutine, "close", NULL);

    if (!nothing)
        PyErr_WriteUnraisable(coroutine);
    Py_XDECREF(nothing);
    qip_give_exception(raised);
}

/* A loop of somebody else's cannot start a task eagerly, and one that starts later was not asked for. */
static PyObject *raise_wrong_loop(qip_slot *slot, PyObject *loop)
{
    PyObject *target = qip_slot_target(slot);

    if (target)
        PyErr_Format(PyExc_RuntimeError,
                     "the slot %U was called in a thread in which a loop of another kind runs, "
                     "%.200s, which cannot "
                     "run a first step at once; use qi.new_event_loop() there, or give asyncslot() "
                     "a task_runner",
                     target, Py_TYPE(loop)->tp_name);
    return NULL;
}

static PyObject *run_by_runner(qip_slot *slot, PyObject *coroutine)
{
    PyObject *runner = Py_NewRef(slot->task_runner);
    PyObject *task = PyObject_CallOneArg(runner, coroutine);

    if (task && !PyObject_HasAttrString(task, "add_done_callback")) {
        PyObject *target = qip_slot_target(slot);
        if (target)
            PyErr_Format(PyExc_TypeError,
                         "the task_runner %R of the slot %U must return a task, not %R", runner,
                         target, task);
        Py_CLEAR(task);
    }
    Py_DECREF(runner);
    return task;
}

static PyObject *start(qip_slot *slot, PyObject *loop, PyObject *coroutine)
{
    if (slot->task_runner)
        return run_by_runner(slot, coroutine);
    if (!loop) {
        close_coroutine(coroutine);
        return raise_no_loop(slot);
    }
    if (qip_loop_is_loop(loop))
        return qip_loop_run_task(loop, coroutine, slot->task_name, NULL);
    close_coroutine(coroutine);
    return raise_wrong_loop(slot, loop);
}

/* Replaces what the function returned by its task, if it is a coroutine. */
static PyObject *start_result(qip_slot *slot, PyObject *loop, PyObject *result, bool *is_task)
{
    int is_coroutine = qip_is_coroutine_object(result);
    PyObject *outcome = NULL;

    *is_task = is_coroutine > 0;
    if (is_coroutine > 0)
        outcome = start(slot, loop, result);
    else if (is_coroutine == 0)
        outcome = slot->allow_plain ? Py_NewRef(result) : raise_no_coroutine(slot, result);
    Py_DECREF(result);
    return outcome;
}

static void push_launching(qip_slot *slot, PyObject *signal, qip_launching *launching)
{
    launching->signal = signal;
    launching->outer = slot->launching;
    launching->cancel = false;
    slot->launching = launching;
}

/* Not always the innermost: threads with loops of their own may be inside the same slot. */
static void remove_launching(qip_slot *slot, qip_launching *launching)
{
    qip_launching **link = &slot->launching;

    while (*link != launching)
        link = &(*link)->outer;
    *link = launching->outer;
}

/* The call and its first step, between push and remove. */
static PyObject *launch(qip_slot *slot, PyObject *signal, PyObject *callable, PyObject *const *args,
                        size_t nargsf, PyObject *loop)
{
    qip_launching launching;
    bool is_task = false;

    const qip_stopwatch watch = qip_stopwatch_start();
    push_launching(slot, signal, &launching);
    slot->launched++;
    PyObject *outcome = slot->keywords
                            ? PyObject_VectorcallDict(callable, args, nargsf, slot->keywords)
                            : PyObject_Vectorcall(callable, args, nargsf, NULL);
    if (outcome)
        outcome = start_result(slot, loop, outcome, &is_task);
    remove_launching(slot, &launching);
    if (qip_stopwatch_is_slow(&watch))
        qip_step_port.launch(&watch, outcome, signal ? signal : slot->signal, qip_slot_target(slot));

    if (is_task && outcome) {
        if (follow(slot, signal, outcome, launching.cancel) < 0)
            Py_CLEAR(outcome);
    } else if (slot->first_waiting) {
        PyObject *raised = qip_take_exception();
        qip_overlap_next(slot, true);
        qip_give_exception(raised);
    }
    return outcome;
}

PyObject *qip_slot_launch(qip_slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf)
{
    PyObject *loop = qip_running_loop();

    if (!loop && !slot->allow_plain)
        return PyErr_Occurred() ? NULL : raise_no_loop(slot);
    Py_INCREF(slot); /* the first step may drop the last reference of others */
    PyObject *callable = slot->closed ? NULL : callable_now(slot), *outcome = NULL;
    PyObject *entered = slot->context ? qip_scope_enter(slot->context)
                                      : qip_scope_enter_application();
    if (callable)
        outcome = launch(slot, signal, callable, args, nargsf, loop);
    else if (!PyErr_Occurred())
        outcome = Py_NewRef(Py_None);
    qip_scope_leave(entered);
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
    PyObject *module = tuple ? PyImport_ImportModule("qi._signals.slots") : NULL;

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

static PyObject *call_admitted(qip_slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf)
{
    if (slot->overlap != QI_OVERLAP_CONCURRENT) {
        Py_INCREF(slot);
        int admitted = qip_overlap_admit(slot, signal, args, PyVectorcall_NARGS(nargsf));
        Py_DECREF(slot);
        if (admitted < 0)
            return NULL;
        if (!admitted)
            Py_RETURN_NONE;
    }
    return qip_slot_launch(slot, signal, args, nargsf);
}

PyObject *qip_slot_emit(qip_slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf)
{
    Py_ssize_t count = PyVectorcall_NARGS(nargsf);

    if (count < slot->takes.least)
        return raise_too_few(slot, signal, count);
    if (slot->closed)
        Py_RETURN_NONE;
    if (slot->takes.most >= 0 && count > slot->takes.most)
        count = slot->takes.most;
    if (!may_be_temporary(args, count))
        return call_admitted(slot, signal, args,
                             (size_t)count | (nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET));
    PyObject *copy = copy_arguments(args, count);
    if (!copy)
        return NULL;
    PyObject *outcome = call_admitted(slot, signal, &PyTuple_GET_ITEM(copy, 0), (size_t)count);
    Py_DECREF(copy);
    return outcome;
}

PyObject *qip_slot_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (kwnames && PyTuple_GET_SIZE(kwnames) > 0) {
        PyErr_SetString(PyExc_TypeError,
                        "a slot takes positional arguments only, as signals give them");
        return NULL;
    }
    return qip_slot_emit((qip_slot *)self, NULL, args, nargsf);
}
