/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks as C sees them: the handle and the public functions. See task_p.h. */
#include <Python.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "python/alive.h"
#include "python/border.h"
#include "python/target.h"
#include "core/handles.h"
#include "tasks/progress.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "tasks/tasks.h"
#include "core/sized.h"
#include "core/status.h"
#include "tasks/task_p.h"
#include "tasks/waiting.h"

/* -- life ------------------------------------------------------------------------------------------------------ */

static char *copy_text(const char *text, bool *ok)
{
    char *copy = text ? strdup(text) : NULL;

    *ok &= !text || copy;
    return copy;
}

/* With one reference, that of the launch. Takes `callable`, in any case. */
static qi_task *new_task(qi_runtime *runtime, const char *target, qi_callable *callable,
                         const qi_task_options *options)
{
    qi_task *task = calloc(1, sizeof *task);
    bool ok = true;

    if (!task) {
        qip_callable_drop(callable);
        return NULL;
    }
    atomic_init(&task->references, 1);
    atomic_init(&task->phase, QI_TASK_STATE_PENDING);
    pthread_mutex_init(&task->lock, NULL);
    qip_waiting_make_condition(&task->ended);
    task->runtime = runtime;
    task->target = copy_text(target, &ok);
    task->name = copy_text(options->name, &ok);
    task->callable = callable;
    task->timeout_ms = options->timeout_ms;
    task->flags = options->flags;
    task->done = options->done;
    task->user = (qip_user){options->user, options->destroy};
    task->told = options->progress;
    if (options->progress || options->flags & QI_TASK_FLAG_PROGRESS)
        ok &= (task->progress = qip_progress_new(qip_task_tell_progress, task)) != NULL;
    if (!ok) {
        qip_task_drop(task);
        return NULL;
    }
    return task;
}

/* -- the public functions --------------------------------------------------------------------------------------------- */

static int check_options(const qi_task_options *options)
{
    const unsigned known = QI_TASK_FLAG_ALLOW_PLAIN | QI_TASK_FLAG_PROGRESS | QI_TASK_FLAG_REPORT;

    if (options->flags & ~known)
        return qip_fail(QI_ERR_ARGUMENT, "qi_task_options has unknown flags: 0x%x", options->flags);
    return options->name ? qip_check_text(options->name, "the task's name") : QI_OK;
}

/* On success `*callable` is held, or NULL where `target` names what is called. */
static int check_call(const char *target, const qip_arguments *arguments,
                      const qi_task_options *options, qi_callable **callable)
{
    int status = check_options(options);

    if (status == QI_OK)
        status = qip_arguments_check(arguments);
    if (status == QI_OK && options->owner && qip_qt_is_dying(options->owner))
        status = qip_fail(QI_ERR_DEAD_OBJECT,
                          "the owner is being destroyed, so the task would be cancelled at once");
    return status == QI_OK ? qip_callable_hold(target, options->callable, callable) : status;
}

int qi_run_task(qi_runtime *runtime, const char *target, const qi_value *args, size_t count,
                const qi_task_options *given, qi_task **out)
{
    qi_task_options options;
    qi_callable *callable = NULL;

    if (out)
        *out = NULL;
    qi_task_options_init(&options);
    int status = qip_runtime_check(runtime);
    if (status == QI_OK && given)
        status = qip_sized_read(&options, sizeof options, given, "qi_task_options");
    const qip_arguments arguments = {args, count, options.kwargs, options.kwarg_count};
    if (status == QI_OK)
        status = check_call(target, &arguments, &options, &callable);
    if (status < 0)
        return status;
    qi_task *task = new_task(runtime, target, callable, &options);
    if (!task)
        return qip_fail(QI_ERR_MEMORY, "out of memory");
    if (out && qip_handle_add(task, QIP_HANDLE_TASK) < 0) {
        qip_task_drop(task);
        return qip_fail(QI_ERR_MEMORY, "out of memory");
    }
    if (out) {
        /* Before the launch: a task that ends inside it has somebody who can ask for its result. */
        qip_task_keep(task);
        *out = task;
    }
    status = qip_runtime_on_gui_thread() ? qip_task_launch_here(task, &arguments, options.owner)
                                         : qip_task_launch_there(task, &arguments, options.owner);
    if (out && status != QI_OK) {
        *out = NULL;
        qip_handle_remove(task);
        qip_task_drop(task);
    }
    return status;
}

static void keep_handle(void *handle)
{
    qip_task_keep(handle);
}

/* A reference to what the caller's handle is, since another thread may release it meanwhile. */
static int take(const qi_task *task)
{
    return qip_handle_take(task, QIP_HANDLE_TASK, "task", keep_handle);
}

int qi_task_cancel(qi_task *task)
{
    int status = take(task);

    if (status < 0)
        return status;
    if (!qip_task_is_pending(task)) {
        qip_task_drop(task);
        return QI_OK;
    }
    if (!qip_interp_alive()) {
        qip_task_drop(task);
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "Python was finalised by the application, and the task with it");
    }
    atomic_store(&task->cancel_asked, true);
    if (qip_runtime_on_gui_thread()) {
        qip_task_cancel_job(task);
        return QI_OK;
    }
    status = qip_qt_post(qip_task_cancel_job, task);
    if (status == QI_OK)
        return QI_OK;
    qip_task_drop(task);
    return status == QI_ERR_MEMORY
               ? qip_fail(status, "out of memory to cancel a task")
               : qip_fail(QI_ERR_NOT_RUNNING, "the application has ended, and the task with it");
}

int qi_task_state(const qi_task *task)
{
    /* Not by take(): a handle that is none is no failure, and leaves no record. */
    if (!qip_handle_take_quietly(task, QIP_HANDLE_TASK, keep_handle))
        return QI_TASK_STATE_INVALID;
    int phase = atomic_load(&task->phase);
    qip_task_drop((qi_task *)task);
    return phase;
}

/* What an ended task came to. */
static int answer(qi_task *task, qi_value *out)
{
    if (task->status == QI_OK)
        return out ? qi_value_copy(out, &task->result) : QI_OK;
    if (task->error)
        return qip_fail_again(task->error);
    return qip_fail(task->status, "%s", qi_status_text(task->status));
}

int qi_task_result(qi_task *task, qi_value *out)
{
    int status = take(task);

    if (status < 0)
        return status;
    if (qip_task_is_pending(task))
        status = qip_fail(QI_ERR_PENDING,
                          "the task has not ended yet; wait for it with qi_task_wait() in "
                          "another thread, or give it a `done` callback");
    else
        status = answer(task, out);
    qip_task_drop(task);
    return status;
}

/* The waiting thread is cancelled, as QThread::terminate() does: it has the lock, and holds the task. */
static void give_up_waiting(void *data)
{
    qi_task *task = data;

    pthread_mutex_unlock(&task->lock);
    qip_task_drop(task);
}

/* With the lock held. */
static void await_end(qi_task *task, int timeout_ms)
{
    const struct timespec deadline = qip_waiting_deadline(timeout_ms < 0 ? 0 : timeout_ms);
    int result = 0;

    while (qip_task_is_pending(task) && result != ETIMEDOUT) {
        if (timeout_ms < 0)
            pthread_cond_wait(&task->ended, &task->lock);
        else
            result = pthread_cond_timedwait(&task->ended, &task->lock, &deadline);
    }
}

/* True if the task has ended. */
static bool wait_until_ended(qi_task *task, int timeout_ms)
{
    pthread_mutex_lock(&task->lock);
    pthread_cleanup_push(give_up_waiting, task);
    await_end(task, timeout_ms);
    pthread_cleanup_pop(0);
    pthread_mutex_unlock(&task->lock);
    return !qip_task_is_pending(task);
}

int qi_task_wait(qi_task *task, int timeout_ms, qi_value *out)
{
    int status = take(task);

    if (status < 0)
        return status;
    status = qip_waiting_check("qi_task_wait");
    if (status < 0) {
        qip_task_drop(task);
        return status;
    }
    const qip_waiting waiting = qip_waiting_begin();
    bool has_ended = wait_until_ended(task, timeout_ms);
    qip_waiting_over(waiting);
    status = has_ended ? answer(task, out)
                       : qip_fail(QI_ERR_PENDING, "the task has not ended within %d ms", timeout_ms);
    qip_task_drop(task);
    return status;
}

qi_task *qi_task_retain(qi_task *task)
{
    return qip_handle_retain(task, QIP_HANDLE_TASK, "task", keep_handle) < 0 ? NULL : task;
}

void qi_task_release(qi_task *task)
{
    if (qip_handle_give_up(task, QIP_HANDLE_TASK))
        qip_task_drop(task);
}

/* -- shutdown ------------------------------------------------------------------------------------------------------------ */

void qip_tasks_abandon(qi_runtime *runtime)
{
    static const char left[] = "the runtime was shut down and left the task behind";
    qi_task *task;

    while ((task = qip_launches_take(runtime))) {
        if (qip_interp_alive())
            qip_task_finish_with(task, QI_ERR_SHUTTING_DOWN, left);
        else
            qip_task_finish_without_python(task, QI_ERR_SHUTTING_DOWN, left);
        qip_task_drop(task);
    }
}
