/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a runtime: who may start it, when it can begin, and what is told of it.
 *
 * The stages themselves are in pyshim/qi/_life/shutdown.py. Around them, here: the gate closes first, so that
 * other threads are refused and nothing new begins; connections are cut before tasks are cancelled, or
 * a signal of a dying object could launch another; tasks whose handles C holds are settled after that,
 * so that no thread waits for ever in qi_task_wait(). A shutdown that is asked for inside a callback of
 * the loop waits until the loop has left it, because the loop cannot be run from within itself.
 */
#include <Python.h>

#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/users.h"
#include "python/border.h"
#include "core/callout.h"
#include "python/compat.h"
#include "core/config.h"
#include "life/timers.h"
#include "objects/events.h"
#include "life/deadline.h"
#include "life/life.h"
#include "python/call.h"
#include "python/gate.h"
#include "python/report.h"
#include "objects/expose.h"
#include "core/hostcall.h"
#include "core/handles.h"
#include "objects/hostnames.h"
#include "python/interp.h"
#include "signals/link.h"
#include "loop/loop.h"
#include "qt/bridge.h"
#include "tasks/tasks.h"
#include "signals/connections.h"
#include "core/status.h"
#include "python/stream.h"
#include "python/visit.h"

static qip_runtime_own *own_of(qi_runtime *runtime)
{
    return runtime->own;
}

/* -- the report ---------------------------------------------------------------------------------- */

/* What the stages came to: lists of str, which may be NULL. */
typedef struct outcome {
    size_t cancelled;
    PyObject *tasks, *threads;
} outcome;

/* The texts of a list of str, borrowed from it, in an array that the caller frees; NULL if empty. */
static const char **text_array(PyObject *list, size_t *count)
{
    const Py_ssize_t size = list ? PyList_GET_SIZE(list) : 0;
    const char **texts = size ? malloc((size_t)size * sizeof *texts) : NULL;

    *count = texts ? (size_t)size : 0;
    for (size_t i = 0; i < *count; i++) {
        texts[i] = PyUnicode_AsUTF8(PyList_GET_ITEM(list, (Py_ssize_t)i));
        if (!texts[i]) {
            PyErr_Clear();
            texts[i] = "a name that is no text";
        }
    }
    return texts;
}

/* Borrows from the lists. */
static void fill(qi_shutdown_report *report, const outcome *outcome)
{
    report->tasks_cancelled = outcome->cancelled;
    report->task_names = text_array(outcome->tasks, &report->tasks_left);
    report->thread_names = text_array(outcome->threads, &report->threads_left);
    report->clean = !report->tasks_left && !report->threads_left;
}

static void log_left(const char *const *names, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        qip_log(QI_LOG_WARNING, "qi", "shutdown left behind %s %s", what, names[i]);
}

typedef struct shutdown_call {
    const qi_config *config;
    const qi_shutdown_report *report;
} shutdown_call;

static void call_host(void *data)
{
    const shutdown_call *call = data;
    call->config->on_shutdown(call->report, call->config->on_shutdown_user);
}

static void tell(const qi_config *config, const qi_shutdown_report *report)
{
    if (!config->on_shutdown) {
        log_left(report->task_names, report->tasks_left, "the task");
        log_left(report->thread_names, report->threads_left, "the thread");
        return;
    }
    PyThreadState *thread = qip_gil_drop();
    (void)qip_hostcall("on_shutdown", call_host, &(shutdown_call){config, report});
    qip_gil_take(thread);
}

static int verdict(const qi_shutdown_report *report)
{
    if (report->clean)
        return QI_OK;
    const char *first = report->tasks_left ? report->task_names[0] : report->thread_names[0];
    return qip_fail(
        QI_ERR_TIMEOUT,
        "the runtime is shut down, but %zu tasks and %zu threads did not end as they should and "
        "were left behind; the first is %s",
        report->tasks_left, report->threads_left, first);
}

static unsigned milliseconds_since(const struct timespec *begin)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned)((now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000);
}

/* -- the stages ---------------------------------------------------------------------------------- */

/* What a stage raises is a fault of libqi's or of memory; the others must run all the same. */
static void run_stage(PyObject *result)
{
    if (!result) {
        PyObject *raised = qip_take_exception();
        if (raised)
            qip_report_exception(raised, NULL);
        Py_XDECREF(raised);
    }
    Py_XDECREF(result);
}

static PyObject *module_paths(const qi_config *config)
{
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && i < config->module_path_count; i++) {
        PyObject *path = PyUnicode_FromString(config->module_paths[i]);
        if (!path || PyList_Append(list, path) < 0)
            Py_CLEAR(list);
        Py_XDECREF(path);
    }
    return list;
}

/* Calls a function of the stages' module as one more step, which has what is left of the time. */
static void step(const qip_runtime_own *own, const char *function, PyObject *argument)
{
    PyObject *callable = PyObject_GetAttrString(own->stages, function);

    qip_deadline_rest();
    run_stage(callable ? PyObject_CallFunctionObjArgs(callable, argument, NULL) : NULL);
    Py_XDECREF(callable);
}

static void forget(qi_runtime *runtime)
{
    const qip_runtime_own *own = own_of(runtime);
    PyObject *paths = module_paths(&runtime->config);

    step(own, "finish", NULL);
    if (paths)
        step(own, "forget_modules", paths);
    else
        run_stage(NULL);
    Py_XDECREF(paths);
    if (qip_interp_is_ours())
        step(own, "forget_main", NULL);
    step(own, "collect", NULL);
}

/* Adds a text that names what held up the end. */
static void add_text(outcome *outcome, PyObject *text)
{
    if (!outcome->tasks)
        outcome->tasks = PyList_New(0);
    if (text && outcome->tasks)
        (void)PyList_Append(outcome->tasks, text);
    PyErr_Clear();
}

/* The stages could not even be begun, or raised: Python code has broken what they need. */
static void note_failure(outcome *outcome)
{
    PyObject *raised = qip_take_exception();
    PyObject *text = raised ? PyUnicode_FromFormat("the end's own stages failed: %R", raised) : NULL;

    if (!text) {
        PyErr_Clear();
        text = PyUnicode_FromString("the end's own stages failed");
    }
    add_text(outcome, text);
    Py_XDECREF(text);
    if (raised)
        qip_report_exception(raised, NULL);
    Py_XDECREF(raised);
}

static void run_stages(qi_runtime *runtime, outcome *outcome)
{
    const qi_config *config = &runtime->config;
    PyObject *result = PyObject_CallMethod(own_of(runtime)->stages, "run", "Oddd", runtime->loop,
                                           config->grace_ms / 1000.0, config->cancel_ms / 1000.0,
                                           config->executor_ms / 1000.0);
    Py_ssize_t cancelled = 0;

    if (result && PyArg_ParseTuple(result, "nO!O!", &cancelled, &PyList_Type, &outcome->tasks,
                                   &PyList_Type, &outcome->threads)) {
        outcome->cancelled = (size_t)cancelled;
        Py_INCREF(outcome->tasks);
        Py_INCREF(outcome->threads);
    } else {
        outcome->tasks = outcome->threads = NULL;
        note_failure(outcome);
    }
    Py_XDECREF(result);
    qip_loop_abandon(runtime->loop);
}

/* What had to be interrupted is among what was left behind: it has not ended by itself. */
static void add_held_up(outcome *outcome)
{
    PyObject *texts = qip_deadline_held_up();

    for (Py_ssize_t i = 0; texts && i < PyList_GET_SIZE(texts); i++)
        add_text(outcome, PyList_GET_ITEM(texts, i));
}

static void tell_that_it_stays(void)
{
    qip_log(QI_LOG_WARNING, "qi",
            "the interpreter is not finalised: other threads, or callers of this shutdown, "
            "are still in Python");
}

static bool may_finalize(const qi_shutdown_report *report)
{
    if (!qip_interp_is_ours() || report->threads_left)
        return false;
    /* Whoever called this out of Python or libqi would return into nothing, and since 3.13 a thread that
     * comes back to Python afterwards hangs or is torn down. */
    bool alone = !PyEval_GetFrame() && !qip_gil_is_awaited() && qip_interp_begin_end();
    if (!alone)
        tell_that_it_stays();
    return alone;
}

/* What host and plugins have connected, shown and launched goes, around the stages. */
static void end_all(qi_runtime *runtime, outcome *outcome)
{
    qip_connections_cut(runtime);
    qip_timers_end();
    run_stages(runtime, outcome);
    qip_deadline_rest();
    qip_links_cut();
    qip_host_clear();
    qip_expose_clear();
    qip_tasks_abandon(runtime);
    forget(runtime);
    add_held_up(outcome);
}

/* The runtime is CLOSED: nobody calls the host's callbacks any more. Beware: runs the host's code. */
static void end_users(void)
{
    PyThreadState *thread = PyEval_SaveThread();

    qip_users_end();
    PyEval_RestoreThread(thread);
}

/* GIL: held. Whether the interpreter shall be finalised. */
static bool shut_down(qi_runtime *runtime)
{
    qip_runtime_own *own = own_of(runtime);
    const qi_config *config = &runtime->config;
    qi_shutdown_report report = {.size = sizeof report};
    outcome outcome = {0};
    struct timespec begin;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    own->shutting_down = true;
    qip_deadline_open(config->grace_ms + config->cancel_ms + config->executor_ms, own->stages);
    end_all(runtime, &outcome);
    fill(&report, &outcome);
    report.milliseconds = milliseconds_since(&begin);
    qip_deadline_lift(); /* for the host's code */
    tell(config, &report);
    own->shutdown_status = verdict(&report);
    const bool finalize = (own->shutdown_flags & QI_SHUTDOWN_FLAG_FINALIZE) && may_finalize(&report);
    free((void *)report.task_names);
    free((void *)report.thread_names);
    Py_XDECREF(outcome.tasks);
    Py_XDECREF(outcome.threads);
    if (finalize)
        step(own, "run_exit_functions", NULL);
    qip_deadline_rest();
    qip_runtime_close(runtime);
    end_users();
    own->shutting_down = false;
    return finalize;
}

/* -- when ---------------------------------------------------------------------------------------- */

static int begin_now(qi_runtime *runtime)
{
    qip_visit visit = qip_python_enter();
    const bool finalize = shut_down(runtime), ended = finalize && qip_interp_finalize();

    if (finalize && !ended)
        tell_that_it_stays();
    if (!ended) /* else the GIL has gone with it */
        qip_python_leave(visit);
    return own_of(runtime)->shutdown_status;
}

static bool is_busy(qi_runtime *runtime)
{
    qip_visit visit = qip_python_enter();
    bool busy = qip_loop_is_busy(runtime->loop);

    qip_python_leave(visit);
    return busy;
}

static void begin_later(qi_runtime *runtime);

/* In the GUI thread's event loop. The runtime's structure is never freed once it has run. */
static void try_again(void *data)
{
    qi_runtime *runtime = data;

    if (qip_runtime_phase(runtime) != QI_RUNTIME_STATE_CLOSING || own_of(runtime)->shutting_down)
        return;
    if (is_busy(runtime))
        begin_later(runtime); /* a nested event loop, inside the callback that asked */
    else
        (void)begin_now(runtime);
}

/* The loop has been left, but the host's event handler that runs it has not. */
static void post_try(void *runtime)
{
    if (qip_qt_post(try_again, runtime) != QI_OK)
        qip_log(QI_LOG_WARNING, "qi", "the application is gone, so the runtime does not shut down");
}

static void begin_later(qi_runtime *runtime)
{
    qip_visit visit = qip_python_enter();

    qip_loop_when_left(runtime->loop, post_try, runtime);
    qip_python_leave(visit);
}

/* The host has finalised Python before: there is nothing left to run, but Qt may forget what it was told to call. */
static int close_without_python(qi_runtime *runtime)
{
    qip_runtime_own *own = own_of(runtime);

    qip_qt_off_quit(own->on_quit);
    own->on_quit = NULL;
    qip_timers_end();
    qip_events_forget();
    qip_tasks_abandon(runtime);
    own->embed = own->stages = runtime->loop = NULL; /* objects of an interpreter that is gone */
    if (!qip_callout_close(0))
        qip_users_forget();
    qip_gate_close(runtime);
    qip_users_end();
    return qip_fail(QI_ERR_NOT_RUNNING,
                    "Python was finalised by the application while the runtime stood; "
                    "qi_runtime_shutdown() comes first");
}

static int begin_closing(qi_runtime *runtime, unsigned flags)
{
    qip_runtime_own *own = own_of(runtime);

    if (!qip_interp_alive())
        return close_without_python(runtime);

    if (own->shutting_down)
        return qip_fail(QI_ERR_SHUTTING_DOWN,
                        "the shutdown is under way, this is called from inside it");
    own->shutdown_flags |= flags;
    qip_gate_narrow(runtime);
    if (!is_busy(runtime))
        return begin_now(runtime);
    begin_later(runtime);
    return QI_OK;
}

int qi_runtime_shutdown(qi_runtime *runtime, unsigned flags)
{
    if (qip_gate_is_foreign())
        return QI_OK; /* it is for the parent to end it */
    int status = qip_handle_check(runtime, QIP_HANDLE_RUNTIME, "runtime");
    if (status != QI_OK)
        return status;
    if (!qip_runtime_on_gui_thread())
        return qip_fail(QI_ERR_WRONG_THREAD, "qi_runtime_shutdown() belongs to the GUI thread");
    if (flags & ~(unsigned)QI_SHUTDOWN_FLAG_FINALIZE)
        return qip_fail(QI_ERR_ARGUMENT, "flags is 0x%x; only QI_SHUTDOWN_FLAG_FINALIZE is known",
                        flags);
    if (qip_runtime_phase(runtime) == QI_RUNTIME_STATE_CLOSED)
        return QI_OK;
    return begin_closing(runtime, flags);
}

void qip_shutdown_on_quit(void *data)
{
    qi_runtime *runtime = data;

    if (qip_runtime_phase(runtime) == QI_RUNTIME_STATE_RUNNING &&
        qip_runtime_has_started(runtime) && !qip_gate_is_foreign())
        (void)begin_closing(runtime, 0); /* the report and the log have told what went wrong */
}
