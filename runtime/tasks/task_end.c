/* SPDX-License-Identifier: BSD-3-Clause */
/* How a task ends: by what its coroutine did, its timeout, its owner, or somebody who cancels it. See task_p.h. */
#include <Python.h>

#include <pthread.h>
#include <stdatomic.h>

#include "python/asyncio.h"
#include "python/border.h"
#include "python/child.h"
#include "python/target.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/interp.h"
#include "qt/owner.h"
#include "loop/pending.h"
#include "tasks/progress.h"
#include "python/gate.h"
#include "python/report.h"
#include "tasks/tasks.h"
#include "python/scope.h"
#include "core/handles.h"
#include "core/hostcall.h"
#include "core/opaque.h"
#include "core/status.h"
#include "tasks/task_p.h"
#include "tasks/waiting.h"
#include "python/visit.h"

/* -- the end ----------------------------------------------------------------------------------------------------- */

static int phase_of(int status)
{
    switch (status) {
    case QI_OK:
        return QI_TASK_STATE_DONE;
    case QI_ERR_CANCELLED:
    case QI_ERR_TIMEOUT:
    case QI_ERR_SHUTTING_DOWN:
        return QI_TASK_STATE_CANCELLED;
    default:
        return QI_TASK_STATE_FAILED;
    }
}

/* Lets go of everything that could end the task by another way. */
void qip_task_disarm(qi_task *task)
{
    qip_owner *owner = task->owner;
    PyObject *timer = task->timer;

    task->owner = NULL;
    task->timer = NULL;
    qip_owner_release(owner);
    if (timer)
        qip_asyncio_cancel_timer(timer);
    if (task->pending) {
        qip_pending *pending = task->pending;
        task->pending = NULL;
        qip_pending_drop(pending);
    }
}

static void publish(qi_task *task, int status, qi_value *result, qi_error *error)
{
    pthread_mutex_lock(&task->lock);
    task->status = status;
    task->result = *result;
    qip_value_lend(&task->result); /* `done` may copy and clear it */
    task->error = error;
    atomic_store(&task->phase, phase_of(status));
    pthread_cond_broadcast(&task->ended);
    pthread_mutex_unlock(&task->lock);
    qip_waiting_tell();
}

typedef struct done_call {
    qi_task *task;
    qi_task_end end;
} done_call;

static void call_done(void *data)
{
    const done_call *call = data;
    call->task->done(call->task, &call->end, call->task->user.user);
}

typedef struct progress_call {
    qi_task *task;
    const qi_task_progress *progress;
} progress_call;

static void call_progress(void *data)
{
    const progress_call *call = data;
    call->task->told(call->task, call->progress, call->task->user.user);
}

void qip_task_tell_progress(void *data, const qi_task_progress *progress)
{
    qi_task *task = data;

    if (!task->told) /* it is kept for whoever asks */
        return;
    qip_task_keep(task); /* the host may end it */
    qip_task_lend(task);
    (void)qip_hostcall("a task's progress callback", call_progress, &(progress_call){task, progress});
    qip_task_lend_end(task);
    qip_task_drop(task);
}

static const char *target_of(const qi_task *task)
{
    return task->target || !task->callable ? task->target : qip_callable_name(task->callable);
}

/* Nobody is told any more. GIL: held, and given away. Beware: runs the host's code. */
static void end_user(qi_task *task)
{
    if (!task->user.destroy)
        return;
    PyThreadState *thread = qip_gil_drop();
    qip_user_destroy(&task->user);
    qip_gil_take(thread);
}

/* Tells the done callback, and reports what went wrong where nobody could ask for it, or somebody wants that. */
static void tell(qi_task *task, bool had_handles)
{
    const bool is_asked_for = task->done || had_handles;
    const bool reports = phase_of(task->status) == QI_TASK_STATE_FAILED && !task->is_reported &&
                         (!is_asked_for || task->flags & QI_TASK_FLAG_REPORT);
    static const qi_error no_error = {sizeof no_error, QI_OK, "", NULL, NULL};
    const qi_error *error = task->error ? task->error : &no_error;

    if (task->done) {
        const qi_value none = qi_none();
        const qi_task_end end = {
            sizeof end, task->status, task->status == QI_OK ? &task->result : &none,
            error,      task->name,   target_of(task)};
        PyThreadState *thread = qip_gil_drop();
        qip_task_lend(task);
        (void)qip_hostcall("a task's done callback", call_done, &(done_call){task, end});
        qip_task_lend_end(task);
        qip_gil_take(thread);
    }
    if (reports) {
        qi_origin origin = {.size = sizeof origin, .task = task->name, .target = target_of(task)};
        if (task->plugin)
            origin.plugin = PyUnicode_AsUTF8(task->plugin);
        PyErr_Clear();
        qip_report_error(error, &origin);
    }
}

/* The last report of its progress comes before its end. Beware: runs the host's code, which may end the task,
 * and then it may be gone. */
static bool is_pending_still(qi_task *task)
{
    if (!task->progress || !qip_task_is_pending(task))
        return qip_task_is_pending(task);
    qip_task_keep(task);
    qip_progress_finish(task->progress);
    bool answer = qip_task_is_pending(task);
    qip_task_drop(task);
    return answer;
}

/*
 * Takes `result` and `error`, and drops the launch's reference. GUI thread, GIL held. Beware: runs the
 * host's code. A shutdown may have ended the task before, while its first step was on the stack.
 */
static void finish(qi_task *task, int status, qi_value *result, qi_error *error)
{
    if (!is_pending_still(task)) {
        qi_value_clear(result);
        qip_error_free(error);
        return;
    }
    qip_task_disarm(task);
    /* Before it is published: a thread that waits may read the result and release its handle at once. */
    bool had_handles = qip_handle_is(task, QIP_HANDLE_TASK);
    publish(task, status, result, error);
    qip_launches_remove(task);
    PyObject *raised = qip_take_exception();
    tell(task, had_handles);
    end_user(task);
    Py_CLEAR(task->plugin);
    qip_give_exception(raised);
    qip_task_drop(task);
}

/* The host has finalised Python: what waits for the task must not wait for ever. The asyncio side of it is gone. */
void qip_task_finish_without_python(qi_task *task, int status, const char *message)
{
    const qi_error text = {sizeof text, status, message, NULL, NULL};
    qi_value none = qi_none();

    publish(task, status, &none, qip_error_copy(&text));
    qip_launches_remove(task);
    if (task->done)
        tell(task, true);
    qip_user_destroy(&task->user);
    qip_task_drop(task);
}

/* Ends it with the calling thread's error record, as something that never ran. */
void qip_task_finish_failed(qi_task *task)
{
    qi_error *error = qip_error_copy(qi_last_error());
    qi_value none = qi_none();

    finish(task, qi_last_error()->status, &none, error);
}

void qip_task_finish_with(qi_task *task, int status, const char *message)
{
    qi_error text = {sizeof text, status, message, NULL, NULL};
    qi_value none = qi_none();

    finish(task, status, &none, qip_error_copy(&text));
}

/* `future` is the asyncio task; NULL: there is none. */
void qip_task_finish_raised(qi_task *task, PyObject *future, PyObject *exception)
{
    (void)qip_child_raises(exception);
    qi_error *error = qip_error_from_exception(exception);
    qi_value none = qi_none();

    if (qip_task_is_pending(task))
        Py_XSETREF(task->plugin,
                   future ? qip_scope_blame_task(future, exception) : qip_scope_blame(exception));

    finish(task, error ? error->status : QI_ERR_PYTHON, &none, error);
}

void qip_task_finish_result(qi_task *task, PyObject *result)
{
    qi_value value;

    if (qip_value_from_python(result, &value) == 0) {
        finish(task, QI_OK, &value, NULL);
        return;
    }
    PyObject *exception = qip_take_exception();
    qip_task_finish_raised(task, NULL, exception);
    Py_XDECREF(exception);
}

static void finish_cancelled(qi_task *task)
{
    if (task->timed_out)
        qip_task_finish_with(task, QI_ERR_TIMEOUT,
                             "the task was cancelled because its timeout_ms was over");
    else
        qip_task_finish_with(task, QI_ERR_CANCELLED, "the task was cancelled");
}

static bool is_cancelled(PyObject *future)
{
    PyObject *answer = PyObject_CallMethod(future, "cancelled", NULL);
    bool result = answer == Py_True;

    PyErr_Clear();
    Py_XDECREF(answer);
    return result;
}

/* `future` is the asyncio task, which has ended. */
void qip_task_finish_from(qi_task *task, PyObject *future)
{
    if (is_cancelled(future)) {
        finish_cancelled(task);
        return;
    }
    PyObject *exception = qip_task_exception(future);
    PyObject *result = exception ? NULL : PyObject_CallMethod(future, "result", NULL);
    task->is_reported = exception && (qip_exception_left_loop(exception, future) ||
                                      qip_report_was_told(exception));
    if (!result && !exception)
        exception = qip_take_exception();
    if (result)
        qip_task_finish_result(task, result);
    else
        qip_task_finish_raised(task, future, exception);
    Py_XDECREF(result);
    Py_XDECREF(exception);
}

void qip_task_ended(qip_pending *pending)
{
    qi_task *task = qip_task_keep(pending->data); /* what is asked of the future may end it first */
    PyObject *future = Py_NewRef(pending->task);

    qip_task_finish_from(task, future);
    Py_DECREF(future);
    qip_task_drop(task);
}

const char *qip_task_of_pending(const qip_pending *pending)
{
    if (!pending->task || pending->ended != qip_task_ended)
        return NULL;
    const qi_task *task = pending->data;
    return target_of(task);
}

/* -- cancelling ----------------------------------------------------------------------------------------------------- */

/* A task whose first step is on the stack, or which was not launched yet, finds `cancel_asked` later. */
void qip_task_cancel_now(qi_task *task)
{
    atomic_store(&task->cancel_asked, true);
    if (task->pending) {
        PyObject *future = Py_NewRef(task->pending->task);
        qip_task_cancel(future);
        Py_DECREF(future);
    }
}

void qip_task_cancel_job(void *data)
{
    qi_task *task = data;

    if (qip_task_is_pending(task) && qip_interp_alive()) {
        qip_visit visit = qip_python_enter();
        qip_task_cancel_now(task);
        qip_python_leave(visit);
    }
    qip_task_drop(task);
}

void qip_task_owner_gone(void *data)
{
    qip_task_cancel_now(data);
}

static const char capsule_name[] = "qi_task";

static void capsule_freed(PyObject *capsule)
{
    qip_task_drop(PyCapsule_GetPointer(capsule, capsule_name));
}

static PyObject *time_is_over(PyObject *capsule, PyObject *Py_UNUSED(ignored))
{
    qi_task *task = PyCapsule_GetPointer(capsule, capsule_name);

    if (task && task->pending) {
        task->timed_out = true;
        qip_task_cancel_now(task);
    }
    Py_RETURN_NONE;
}

static PyMethodDef timer_method = {"time_is_over", time_is_over, METH_NOARGS, NULL};

/* 0, or -1 with an exception set. Beware: call_later() may run code of others, in which the task ends. */
int qip_task_arm_timer(qi_task *task)
{
    PyObject *capsule = PyCapsule_New(qip_task_keep(task), capsule_name, capsule_freed);
    if (!capsule)
        qip_task_drop(task);
    PyObject *callback = capsule ? PyCFunction_New(&timer_method, capsule) : NULL;
    PyObject *timer = callback ? PyObject_CallMethod(task->runtime->loop, "call_later", "dO",
                                                     task->timeout_ms / 1000.0, callback)
                               : NULL;
    const int result = timer ? 0 : -1;

    if (timer && qip_task_is_pending(task))
        task->timer = timer;
    else if (timer)
        qip_asyncio_cancel_timer(timer);
    Py_XDECREF(callback);
    Py_XDECREF(capsule);
    return result;
}
