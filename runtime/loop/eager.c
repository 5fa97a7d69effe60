/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_task(): makes a Task and runs its first step before it returns.
 *
 * From 3.12 on Task can do that itself (eager_start). On 3.11 a Task schedules its first step while it
 * is made, with loop.call_soon(); that one call is captured, and the handle is called here. The same
 * happens where the loop has a task factory, which knows no eager_start, and where the caller gives a
 * Context: that may be entered already, which the stdlib's eager start does not survive (it returns
 * without giving back the current task).
 *
 * The step runs as a callback of the loop would: in a bracket, in the task's Context, with no other task
 * entered and no exception being handled, whatever the caller is in the middle of.
 */
#include "loop/loop_p.h"
#include "loop/registry.h"
#include "loop/setup.h"

#include <stddef.h>

/* -- making the task -------------------------------------------------------------------------------- */

/*
 * Task(coroutine, loop=…[, eager_start=True]), which is what signals make. Task is called by tuple and
 * dictionary, whatever the call looks like, so the dictionary is made once.
 */
static PyObject *new_plain_task(qip_loop *loop, PyObject *coroutine)
{
    if (!loop->task_arguments) {
        loop->task_arguments = QIP_HAS_EAGER_START
                                   ? Py_BuildValue("{sOsO}", "loop", loop, "eager_start", Py_True)
                                   : Py_BuildValue("{sO}", "loop", loop);
        if (!loop->task_arguments)
            return NULL;
    }
    PyObject *positional = PyTuple_Pack(1, coroutine);
    PyObject *keywords = Py_NewRef(loop->task_arguments); /* the first step may close the loop */
    PyObject *task = positional ? PyObject_Call(qip_asyncio.task_type, positional, keywords) : NULL;
    Py_DECREF(keywords);
    Py_XDECREF(positional);
    return task;
}

/* The same with name=…, and with context=… in the place of eager_start=True. */
static PyObject *new_task(qip_loop *loop, PyObject *coroutine, PyObject *name, PyObject *context)
{
    PyObject *stack[5], **arguments = stack + 1;

    arguments[0] = coroutine;
    arguments[1] = (PyObject *)loop;
    arguments[2] = name ? name : Py_None;
    arguments[3] = context ? context : Py_True; /* there only if the keywords have a name for it */
    return PyObject_Vectorcall(qip_asyncio.task_type, arguments, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET,
                               context ? qip_loop_refs.task_keywords_context
                                       : qip_loop_refs.task_keywords);
}

static bool has_task_factory(const qip_loop *loop)
{
    return loop->task_factory && loop->task_factory != Py_None;
}

/* By a method of Python's that makes a task. */
static PyObject *call_maker(qip_loop *loop, const char *maker, PyObject *coroutine, PyObject *name,
                            PyObject *context)
{
    PyObject *method = PyObject_GetAttrString((PyObject *)loop, maker);
    PyObject *args = method ? PyTuple_Pack(1, coroutine) : NULL;
    PyObject *keywords = args ? PyDict_New() : NULL;
    PyObject *task = NULL;

    if (keywords && (!name || PyDict_SetItemString(keywords, "name", name) == 0) &&
        (!context || PyDict_SetItemString(keywords, "context", context) == 0))
        task = PyObject_Call(method, args, keywords);
    Py_XDECREF(keywords);
    Py_XDECREF(args);
    Py_XDECREF(method);
    return task;
}

/*
 * Nobody will ever await it now: spare the caller the "never awaited" warning. Keeps the exception. What
 * has no throw() is no coroutine but, say, somebody's file, and stays open.
 */
static void close_coroutine(PyObject *coroutine)
{
    PyObject *raised = qip_take_exception();
    PyObject *throw = PyObject_GetAttrString(coroutine, "throw");
    PyObject *result = throw ? PyObject_CallMethod(coroutine, "close", NULL) : NULL;

    if (!result)
        PyErr_Clear(); /* not a coroutine at all, or one that refuses; the first exception says more */
    Py_XDECREF(result);
    Py_XDECREF(throw);
    qip_give_exception(raised);
}

/* -- the first step ----------------------------------------------------------------------------------- */

/*
 * eager_start lets SystemExit out of the constructor, and the task is gone: its result must live in a
 * future instead. Whether asyncio has complained of the exception already, which it does as the task
 * goes, or will, when somebody else gives it up, the future counts as looked at. Takes the exception.
 */
static PyObject *future_for(qip_loop *loop, PyObject *exception)
{
    PyObject *future = PyObject_CallMethod((PyObject *)loop, "create_future", NULL);
    PyObject *result = future ? PyObject_CallMethod(future, "set_exception", "O", exception) : NULL;
    PyObject *seen = result ? PyObject_CallMethod(future, "exception", NULL) : NULL;

    if (!seen)
        Py_CLEAR(future);
    Py_XDECREF(seen);
    Py_XDECREF(result);
    Py_DECREF(exception);
    return future;
}

/*
 * SystemExit and KeyboardInterrupt of a first step. A guest has no run_forever() that they could end, so
 * they are reported and the task, which has the exception as its result, is returned all the same.
 */
static PyObject *step_raised(qip_loop *loop, PyObject *task, PyObject *handle)
{
    if (loop->mode != QIP_MODE_GUEST) {
        Py_XDECREF(task);
        return NULL;
    }
    if (!task)
        return future_for(loop, qip_take_exception());
    qip_loop_report(loop, "A task asked to end the process; as a guest, asyncio goes on", handle);
    return task;
}

/* Takes over the reference to the task. */
static PyObject *run_first_step(qip_loop *loop, PyObject *task, PyObject *handle)
{
    switch (qip_handle_call((qip_handle *)handle)) {
    case QIP_RAN_BLOCKED:
        /* The Context that was asked for is entered already, by a frame below: the step has to wait. */
        if (qip_ready_push(loop, handle) < 0)
            Py_CLEAR(task);
        return task;
    case QIP_RAN_RAISED:
        return step_raised(loop, task, handle);
    default:
        return task;
    }
}

/* There is no task to return. `handle` may be NULL. */
static PyObject *no_task(qip_loop *loop, PyObject *coroutine, PyObject *handle, bool captures)
{
    bool exits = PyErr_ExceptionMatches(PyExc_SystemExit) ||
                 PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);

    if (exits && !captures)
        return step_raised(loop, NULL, NULL);
    if (!handle) {
        close_coroutine(coroutine);
        return NULL;
    }
    /* A factory has made the task, or has scheduled something else, before it failed: let it run. */
    PyObject *raised = qip_take_exception();
    if (qip_ready_push(loop, handle) < 0)
        PyErr_WriteUnraisable(handle);
    qip_give_exception(raised);
    return NULL;
}

/* The loop takes what is scheduled meanwhile for the first step: no finalizer may come in between. */
static PyObject *make_task(qip_loop *loop, PyObject *coroutine, PyObject *name, PyObject *context)
{
    bool collected = QIP_COLLECTS_IN_ALLOCATIONS && PyGC_Disable();
    PyObject *task = name || context ? new_task(loop, coroutine, name, context)
                                     : new_plain_task(loop, coroutine);

    if (collected)
        PyGC_Enable();
    return task;
}

static PyObject *make_and_step(qip_loop *loop, PyObject *coroutine, PyObject *name,
                               PyObject *context, qip_newcomer *newcomer)
{
    bool by_factory = has_task_factory(loop);
    bool captures = by_factory || context || !QIP_HAS_EAGER_START;
    bool outer_captures = loop->capturing; /* we may be inside a task factory */
    bool outer_choosy = loop->choosy;
    PyObject *outer_handle = loop->captured;
    PyObject *task;

    loop->capturing = captures;
    loop->choosy = by_factory || (name && !PyUnicode_CheckExact(name)); /* Task calls str(name) */
    loop->captured = NULL;
    loop->newcomer = by_factory ? NULL : newcomer;
    if (by_factory)
        task = call_maker(loop, "create_task", coroutine, name, context);
    else
        task = make_task(loop, coroutine, name, context);
    PyObject *handle = loop->captured;
    loop->captured = NULL;
    loop->capturing = false; /* until the step has run, which may schedule what it likes */
    loop->newcomer = NULL;
    qip_newcomer_made(newcomer, task);
    if (!task)
        task = no_task(loop, coroutine, handle, captures);
    else if (handle) /* none if the factory made an eager task */
        task = run_first_step(loop, task, handle);
    if (handle)
        qip_handle_release(handle);
    loop->capturing = outer_captures;
    loop->choosy = outer_choosy;
    loop->captured = outer_handle;
    return task;
}

static int check_runnable(qip_loop *loop, PyObject *coroutine, PyObject *context)
{
    if (context && !PyContext_CheckExact(context)) {
        PyErr_Format(PyExc_TypeError, "context must be a contextvars.Context or None, not %R",
                     context);
        close_coroutine(coroutine);
        return -1;
    }

    const char *why = NULL;

    if (loop->closed)
        why = "Event loop is closed";
    else if (!loop->running)
        why = "run_task() needs a running event loop";
    else if (loop->thread != PyThread_get_thread_ident())
        why = "run_task() must be called in the thread of the event loop; from another thread use "
              "asyncio.run_coroutine_threadsafe()";
    if (!why)
        return 0;
    PyErr_SetString(PyExc_RuntimeError, why);
    close_coroutine(coroutine);
    return -1;
}

static PyObject *run_task(qip_loop *loop, PyObject *coroutine, PyObject *name, PyObject *context,
                          bool may_nest)
{
    if (check_runnable(loop, coroutine, context) < 0)
        return NULL;
    PyObject *outer_task = qip_task_leave((PyObject *)loop);
    if (PyErr_Occurred() || (outer_task && !may_nest)) {
        if (!PyErr_Occurred())
            PyErr_SetString(
                PyExc_RuntimeError,
                "run_task() was called from a running task with allow_task_nesting=False");
        qip_task_enter_again((PyObject *)loop, outer_task);
        close_coroutine(coroutine);
        return NULL;
    }

    qip_exc_scope scope;
    qip_newcomer newcomer;
    qip_exc_scope_enter(&scope);
    qip_newcomer_open(&newcomer);
    qip_bracket_open(loop);
    PyObject *task = make_and_step(loop, coroutine, name, context, &newcomer);
    qip_bracket_close(loop);
    qip_newcomer_close(&newcomer);
    qip_exc_scope_leave(&scope);
    qip_task_enter_again((PyObject *)loop, outer_task);
    if (qip_loop_is_idle(loop))
        qip_loop_settle(loop);
    return task;
}

PyObject *qip_loop_run_task(PyObject *loop, PyObject *coroutine, PyObject *name, PyObject *context)
{
    Py_INCREF(loop);
    PyObject *task = qip_loop_overrides((qip_loop *)loop) & QIP_OVERRIDES_RUN_TASK
                         ? call_maker((qip_loop *)loop, "run_task", coroutine, name, context)
                         : run_task((qip_loop *)loop, coroutine, name, context, true);
    Py_DECREF(loop);
    return task;
}

/* -- for Python --------------------------------------------------------------------------------------- */

static PyObject *loop_run_task(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"", "allow_task_nesting", "name", "context", NULL};
    PyObject *coroutine, *name = Py_None, *context = Py_None;
    int may_nest = 1;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$pOO:run_task", names, &coroutine,
                                     &may_nest, &name, &context))
        return NULL;
    return run_task((qip_loop *)self, coroutine, name == Py_None ? NULL : name,
                    context == Py_None ? NULL : context, may_nest);
}

#define KEYWORDS ((PyCFunction)(void (*)(void))loop_run_task)

PyMethodDef qip_eager_methods[] = {
    {"run_task", KEYWORDS, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR(
         "run_task($self, coro, /, *, allow_task_nesting=True, name=None, context=None)\n--\n\n"
         "Makes a Task of a coroutine and runs it, before returning, up to its first suspension.")},
    {NULL, NULL, 0, NULL},
};

int qip_eager_setup(PyObject *Py_UNUSED(module))
{
    qip_loop_refs.task_keywords = QIP_HAS_EAGER_START
                                      ? Py_BuildValue("(sss)", "loop", "name", "eager_start")
                                      : Py_BuildValue("(ss)", "loop", "name");
    qip_loop_refs.task_keywords_context = Py_BuildValue("(sss)", "loop", "name", "context");
    qip_loop_refs.future_keywords = Py_BuildValue("(s)", "loop");
    return qip_loop_refs.task_keywords && qip_loop_refs.task_keywords_context &&
                   qip_loop_refs.future_keywords
               ? 0
               : -1;
}
