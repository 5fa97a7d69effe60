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

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "python/border.h"
#include "core/callout.h"
#include "python/compat.h"
#include "core/config.h"
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

static const char own_module[] = "qi._life.shutdown";

static qip_runtime_own *own_of(qi_runtime *runtime)
{
    return runtime->own;
}

/* -- the report ---------------------------------------------------------------------------------- */

/* The texts of a list of str, borrowed from it, in an array that the caller frees; NULL if empty. */
static const char **text_array(PyObject *list, size_t *count)
{
    Py_ssize_t size = PyList_GET_SIZE(list);
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
        "the runtime is shut down, but %zu tasks and %zu threads did not end in time and "
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

static void forget(qi_runtime *runtime)
{
    PyObject *paths = module_paths(&runtime->config);

    run_stage(qip_call_python(own_module, "finish", "()"));
    run_stage(paths ? qip_call_python(own_module, "forget_modules", "(O)", paths) : NULL);
    Py_XDECREF(paths);
    if (qip_interp_is_ours())
        run_stage(qip_call_python(own_module, "forget_main", "()"));
    run_stage(qip_call_python(own_module, "collect", "()"));
}

/* Runs the stages and fills the report; the lists that it borrows from are in *result, new reference. */
static void run_stages(qi_runtime *runtime, qi_shutdown_report *report, PyObject **result)
{
    const qi_config *config = &runtime->config;
    PyObject *tasks, *threads;
    Py_ssize_t cancelled;

    *result = qip_call_python(own_module, "run", "(Oddd)", runtime->loop, config->grace_ms / 1000.0,
                              config->cancel_ms / 1000.0, config->executor_ms / 1000.0);
    report->clean = true;
    if (!*result || !PyArg_ParseTuple(*result, "nO!O!", &cancelled, &PyList_Type, &tasks,
                                      &PyList_Type, &threads)) {
        run_stage(NULL);
        return;
    }
    report->tasks_cancelled = (size_t)cancelled;
    report->task_names = text_array(tasks, &report->tasks_left);
    report->thread_names = text_array(threads, &report->threads_left);
    report->clean = !report->tasks_left && !report->threads_left;
}

static bool may_finalize(const qi_shutdown_report *report)
{
    if (!qip_interp_is_ours() || report->threads_left)
        return false;
    /* Whoever called this out of Python or libqi would return into nothing, and since 3.13 a thread that
     * comes back to Python afterwards hangs or is torn down. */
    PyThreadState *own = PyThreadState_Get();
    PyThreadState *first = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(own));
    bool alone = first == own && !PyThreadState_Next(own) && !PyEval_GetFrame() &&
                 !qip_gil_is_awaited();
    if (!alone)
        qip_log(QI_LOG_WARNING, "qi",
                "the interpreter is not finalised: other threads, or callers of "
                "this shutdown, are still in Python");
    return alone;
}

/* GIL: held. */
static int shut_down(qi_runtime *runtime)
{
    qip_runtime_own *own = own_of(runtime);
    qi_shutdown_report report = {.size = sizeof report};
    struct timespec begin;
    PyObject *result;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    own->shutting_down = true;
    qip_connections_cut(runtime);
    run_stages(runtime, &report, &result);
    qip_links_cut();
    qip_host_clear();
    qip_expose_clear();
    qip_tasks_abandon(runtime);
    forget(runtime);
    report.milliseconds = milliseconds_since(&begin);
    tell(&runtime->config, &report);
    own->shutdown_status = verdict(&report);
    bool finalize = (own->shutdown_flags & QI_SHUTDOWN_FINALIZE) && may_finalize(&report);
    free((void *)report.task_names);
    free((void *)report.thread_names);
    Py_XDECREF(result);
    qip_runtime_close(runtime);
    own->shutting_down = false;
    return finalize;
}

/* -- when ---------------------------------------------------------------------------------------- */

static int begin_now(qi_runtime *runtime)
{
    qip_visit visit = qip_python_enter();
    int finalize = shut_down(runtime);

    if (finalize)
        (void)qip_interp_finalize(); /* takes the GIL with it */
    else
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

    if (qip_runtime_phase(runtime) != QI_RUNTIME_CLOSING || own_of(runtime)->shutting_down)
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

static int begin_closing(qi_runtime *runtime, unsigned flags)
{
    qip_runtime_own *own = own_of(runtime);

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
    int status = qip_handle_check(runtime, QIP_HANDLE_RUNTIME, "runtime");
    if (status != QI_OK)
        return status;
    if (!qip_runtime_on_gui_thread())
        return qip_fail(QI_ERR_WRONG_THREAD, "qi_runtime_shutdown() belongs to the GUI thread");
    if (flags & ~(unsigned)QI_SHUTDOWN_FINALIZE)
        return qip_fail(QI_ERR_ARGUMENT, "flags is 0x%x; only QI_SHUTDOWN_FINALIZE is known", flags);
    if (qip_runtime_phase(runtime) == QI_RUNTIME_CLOSED)
        return QI_OK;
    return begin_closing(runtime, flags);
}

void qip_shutdown_on_quit(void *data)
{
    qi_runtime *runtime = data;

    if (qip_runtime_phase(runtime) == QI_RUNTIME_RUNNING)
        (void)begin_closing(runtime, 0); /* the report and the log have told what went wrong */
}
