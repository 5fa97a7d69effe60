/* SPDX-License-Identifier: BSD-3-Clause */
/* How a task is launched: here in the GUI thread, or as a job from another one. See task_p.h. */
#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "python/border.h"
#include "python/target.h"
#include "python/compat.h"
#include "python/interp.h"
#include "loop/loop.h"
#include "qt/owner.h"
#include "loop/pending.h"
#include "tasks/progress.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "python/scope.h"
#include "python/signature.h"
#include "loop/steps.h"
#include "core/status.h"
#include "tasks/task_p.h"
#include "python/visit.h"

static qip_pending_list running; /* GIL */

/* -- launching: GUI thread, GIL held ---------------------------------------------------------------------------------- */

/* One that will never be started, which would complain of that. Keeps the exceptions of Python. */
static void close_coroutine(PyObject *coroutine)
{
    PyObject *raised = qip_take_exception();

    Py_XDECREF(PyObject_CallMethod(coroutine, "close", NULL));
    PyErr_Clear();
    qip_give_exception(raised);
}

/* The coroutine was started and has ended or is suspended. */
static int follow(qi_task *task, PyObject *future)
{
    int done = qip_task_is_done(future);

    if (done < 0)
        return qip_fail_python("asking the task whether it has ended");
    if (!qip_task_is_pending(task))
        return QI_OK; /* abandoned in its first step */
    if (done) {
        qip_task_finish_from(task, future);
        return QI_OK;
    }
    int failed = qip_pending_add(&running, future, NULL, qip_task_ended, task, &task->pending);
    if (!failed && task->timeout_ms && qip_task_is_pending(task))
        failed = qip_task_arm_timer(task);
    if (!qip_task_is_pending(task)) { /* it has ended meanwhile */
        PyErr_Clear();
        return QI_OK;
    }
    if (failed) {
        int status = qip_fail_python("watching the task");
        qip_task_cancel(future);
        return status;
    }
    if (atomic_load(&task->cancel_asked))
        qip_task_cancel_now(task);
    return QI_OK;
}

static int start(qi_task *task, PyObject *coroutine)
{
    PyObject *name = task->name ? PyUnicode_FromString(task->name) : NULL;

    if (task->name && !name) {
        close_coroutine(coroutine);
        return qip_fail_python("naming the task");
    }
    const qip_stopwatch watch = qip_stopwatch_start();
    PyObject *future = qip_loop_run_task(task->runtime->loop, coroutine, name, NULL);
    if (qip_stopwatch_is_slow(&watch))
        qip_step_port.launch(&watch, future, NULL, NULL);
    Py_XDECREF(name);
    if (!future)
        return qip_fail_python("starting the task");
    int status = follow(task, future);
    Py_DECREF(future);
    return status;
}

/* What came back from the callable: a coroutine, or, of a plain function, the result. */
static int proceed(qi_task *task, const char *name, PyObject *outcome)
{
    int is_coroutine = qip_is_coroutine_object(outcome);

    if (is_coroutine < 0)
        return qip_fail_python(name);
    if (is_coroutine && !qip_task_is_pending(task)) { /* there is no loop any more */
        close_coroutine(outcome);
        return QI_OK;
    }
    if (is_coroutine)
        return start(task, outcome);
    if (!(task->flags & QI_TASK_FLAG_ALLOW_PLAIN))
        return qip_fail(QI_ERR_NOT_COROUTINE,
                        "\"%s\" returned an object of type %.200s and no coroutine", name,
                        Py_TYPE(outcome)->tp_name);
    qip_task_finish_result(task, outcome);
    return QI_OK;
}

/* `*plain`: a function to which asyncio is unknown, and which may be called all the same. */
static int check_kind(const qi_task *task, PyObject *callable, const char *name, bool *plain)
{
    *plain = false;
    if (!(task->flags & QI_TASK_FLAG_ALLOW_PLAIN))
        return qip_callable_check_coroutine(callable, name, "QI_TASK_FLAG_ALLOW_PLAIN");
    int is_coroutine = qip_signature_is_coroutine(callable);
    *plain = is_coroutine == 0;
    return is_coroutine < 0 ? qip_fail_python(name) : QI_OK;
}

static int begin(qi_task *task, PyObject *callable, const char *name, bool plain,
                 const qip_arguments *arguments)
{
    int status;
    PyObject *outcome = qip_arguments_call(callable, arguments, &status);

    if (outcome) {
        status = proceed(task, name, outcome);
        Py_DECREF(outcome);
    } else if (status == QI_OK && plain) {
        PyObject *exception = qip_take_exception();
        qip_task_finish_raised(task, NULL, exception); /* it ran: what it raised is its result */
        Py_DECREF(exception);
    } else if (status == QI_OK) {
        status = qip_fail_python(name);
    }
    return status;
}

/* The context of which qi.progress() reports to this task. */
static int begin_in_context(qi_task *task, PyObject *callable, const char *name, bool plain,
                            const qip_arguments *arguments)
{
    PyObject *context = qip_progress_enter(task->progress);

    if (!context)
        return qip_fail_python(name);
    int status = begin(task, callable, name, plain, arguments);
    qip_progress_leave(context);
    return status;
}

/* Whose code it is, as the Context tells that it begins in. Told in any thread from then on. */
static void note_plugin(qi_task *task)
{
    PyObject *plugin = qip_scope_plugin();
    const char *id = plugin ? PyUnicode_AsUTF8(plugin) : NULL;

    if (id)
        free(atomic_exchange(&task->of_plugin, strdup(id))); /* without memory it is not told */
    PyErr_Clear();
    Py_XDECREF(plugin);
}

/*
 * Launches, and ends the task if it ends at once. On failure nothing was launched, the record is set,
 * and the task is as it was, for the caller to end or to forget. Beware: code that is run on the way may shut the runtime
 * down, and that has ended the task then.
 */
static int launch(qi_task *task, const qip_arguments *arguments)
{
    const char *name;
    PyObject *callable = qip_callable_take(task->runtime, task->target, task->callable, &name);
    if (!callable)
        return qi_last_error()->status;

    PyObject *context = qip_scope_of_callable(callable), *entered = NULL;
    if (context)
        entered = qip_scope_enter(context);
    else if (!task->callable) /* what the host names is its own; an object may be a plugin's */
        entered = qip_scope_enter_application();
    note_plugin(task);
    bool plain;
    int status = check_kind(task, callable, name, &plain);
    if (status == QI_OK && qip_task_is_pending(task))
        status = task->progress ? begin_in_context(task, callable, name, plain, arguments)
                                : begin(task, callable, name, plain, arguments);
    qip_scope_leave(entered);
    Py_XDECREF(context);
    Py_DECREF(callable);
    return status;
}

static int watch_owner(qi_task *task, qi_object *owner)
{
    if (!owner)
        return QI_OK;
    task->owner = qip_owner_watch(owner, qip_task_owner_gone, task);
    return task->owner ? QI_OK : qip_fail(QI_ERR_MEMORY, "out of memory");
}

/* Forgets a task of which nothing was launched. GIL held. */
static void forget(qi_task *task)
{
    qip_task_disarm(task);
    qip_launches_remove(task);
    qip_task_drop(task);
}

int qip_task_launch_here(qi_task *task, const qip_arguments *arguments, qi_object *owner)
{
    qip_visit visit = qip_python_enter();
    int status = watch_owner(task, owner);

    qip_launches_add(task);
    qip_task_keep(task);
    if (status == QI_OK)
        status = launch(task, arguments);
    if (status < 0 && qip_task_is_pending(task))
        forget(task);
    else
        status = QI_OK; /* also where it failed after a shutdown had ended the task, of which it was told */
    qip_task_drop(task);
    qip_python_leave(visit);
    return status;
}

/* -- launching from another thread ---------------------------------------------------------------------------------- */

static int launch_arrived(qi_task *task)
{
    int status = qip_runtime_check_gui(task->runtime);

    if (status < 0)
        return status;
    if (task->owner && !qip_owner_is_alive(task->owner))
        return qip_fail(QI_ERR_CANCELLED,
                        "the task's owner was destroyed before the task was launched");
    if (atomic_load(&task->cancel_asked))
        return qip_fail(QI_ERR_CANCELLED, "the task was cancelled before it was launched");
    return launch(task, &task->arguments);
}

/* Beware: the task may have been abandoned by a shutdown that came first. */
static void launch_job(void *data)
{
    qi_task *task = data;

    if (qip_task_is_pending(task) && qip_interp_alive()) {
        qip_visit visit = qip_python_enter();
        if (launch_arrived(task) < 0)
            qip_task_finish_failed(task);
        qip_arguments_free(&task->arguments);
        qip_python_leave(visit);
    }
    qip_task_drop(task);
}

/* Once the caller has its answer, the owner may be destroyed in any thread, at any moment. */
static int watch_owner_here(qi_task *task, qi_object *owner)
{
    if (!owner)
        return QI_OK;
    qip_visit visit = qip_python_enter();
    int status = watch_owner(task, owner);
    qip_python_leave(visit);
    return status;
}

/* Beware: a shutdown in the GUI thread may have taken the task, which it tells of then. False: so it has. */
static bool forget_there(qi_task *task)
{
    if (!qip_launches_remove(task))
        return false;
    if (task->owner) {
        qip_visit visit = qip_python_enter();
        qip_task_disarm(task);
        qip_python_leave(visit);
    }
    qip_task_drop(task);
    return true;
}

int qip_task_launch_there(qi_task *task, const qip_arguments *arguments, qi_object *owner)
{
    int status = qip_arguments_copy(&task->arguments, arguments);

    if (status == QI_OK)
        status = watch_owner_here(task, owner);
    if (status < 0) {
        qip_task_drop(task);
        return status;
    }
    qip_launches_add(task);
    qip_task_keep(task);
    status = qip_qt_post(launch_job, task);
    if (status != QI_OK) {
        const bool forgotten = forget_there(task);
        qip_task_drop(task);
        if (!forgotten)
            return QI_OK;
        return status == QI_ERR_MEMORY
                   ? qip_fail(status, "out of memory for a task")
                   : qip_fail(QI_ERR_NOT_RUNNING,
                              "the application has ended, so nothing can be launched");
    }
    return QI_OK;
}
