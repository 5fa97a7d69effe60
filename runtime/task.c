/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks as C sees them: the handle, the launch, the end.
 *
 * A qi_task is shared by three sides, each with its reference: the caller (`handles`), the launch, from
 * the call until the end of the task, and a job on its way to the GUI thread. The asyncio side of it, all
 * members below "GUI thread", is touched only there, with the GIL held. What other threads read, the
 * phase and what came out, is written once, under the lock, and never changes after that.
 *
 *      qi_run_task                        the coroutine ends, is cancelled, or was never launched
 *     ------------> PENDING ----------------------------------------------------> DONE | FAILED | CANCELLED
 *
 * The result is converted when the task ends, so reading it needs neither the GIL nor the interpreter.
 */
#include <Python.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <qi/task.h>

#include "border.h"
#include "callable.h"
#include "compat.h"
#include "convert.h"
#include "handles.h"
#include "interp.h"
#include "loop.h"
#include "owner.h"
#include "pending.h"
#include "progress.h"
#include "qt/bridge.h"
#include "runtime_p.h"
#include "scope.h"
#include "signature.h"
#include "slow.h"
#include "status.h"
#include "visit.h"

struct qi_task {
    atomic_int references; /* of all three sides */
    atomic_int handles;    /* the caller's alone */
    _Atomic int phase;     /* qi_task_phase */
    atomic_bool cancel_asked;

    pthread_mutex_t lock;
    pthread_cond_t ended;
    int status; /* written before the phase leaves PENDING */
    qi_value result;
    qi_error *error; /* NULL if the status is QI_OK, or there was no memory for it */

    /* What was asked for; never changes. */
    qi_runtime *runtime;
    char *target;
    char *name;
    qi_callable *callable;
    qi_value *args; /* owning copies, for a launch on its way to the GUI thread */
    size_t count;
    void *owner_guard; /* the same */
    bool has_owner;
    unsigned timeout_ms;
    unsigned flags;
    qi_task_done_fn done;
    void *user;
    qi__progress *progress; /* NULL: the host does not want to know */

    /* GUI thread. */
    qi__pending *pending; /* NULL before and after the coroutine is suspended */
    qi__owner *owner;
    PyObject *timer; /* the handle of call_later() */
    bool timed_out;
    bool is_reported; /* by the loop, out of which the exception went */
    PyObject *plugin; /* whose code it was that failed, a str, until it is told; NULL: no plugin's */
    qi_task *previous, *next;
};

/* All launches that have not ended, in whatever thread they were asked for. */
static pthread_mutex_t launches_lock = PTHREAD_MUTEX_INITIALIZER;
static qi_task *launches;

static qi__pending_list running; /* GIL */

/* -- life ------------------------------------------------------------------------------------------------------ */

static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void free_args(qi_task *task)
{
    for (size_t i = 0; i < task->count; i++)
        qi_value_clear(&task->args[i]);
    free(task->args);
    task->args = NULL;
    task->count = 0;
}

static void drop(qi_task *task)
{
    if (atomic_fetch_sub(&task->references, 1) != 1)
        return;
    free_args(task);
    qi_value_clear(&task->result);
    qi__error_free(task->error);
    qi__callable_drop(task->callable);
    qi_qt_guard_free(task->owner_guard);
    qi__progress_drop(task->progress);
    pthread_cond_destroy(&task->ended);
    pthread_mutex_destroy(&task->lock);
    free(task->target);
    free(task->name);
    free(task);
}

static qi_task *keep(qi_task *task)
{
    atomic_fetch_add(&task->references, 1);
    return task;
}

static char *copy_text(const char *text, bool *ok)
{
    char *copy = text ? strdup(text) : NULL;

    *ok &= !text || copy;
    return copy;
}

/* With one reference, that of the launch. */
static qi_task *new_task(qi_runtime *runtime, const char *target, const qi_task_options *options)
{
    qi_task *task = calloc(1, sizeof *task);
    bool ok = true;

    if (!task)
        return NULL;
    atomic_init(&task->references, 1);
    atomic_init(&task->phase, QI_TASK_PENDING);
    pthread_mutex_init(&task->lock, NULL);
    make_condition(&task->ended);
    task->runtime = runtime;
    task->target = copy_text(target, &ok);
    task->name = copy_text(options->name, &ok);
    task->callable = target ? NULL : qi__callable_retain(options->callable);
    task->timeout_ms = options->timeout_ms;
    task->flags = options->flags;
    task->done = options->done;
    task->user = options->user;
    if (options->progress)
        ok &= (task->progress = qi__progress_new(options->progress, options->user)) != NULL;
    if (!ok) {
        drop(task);
        return NULL;
    }
    return task;
}

static void link_launch(qi_task *task)
{
    pthread_mutex_lock(&launches_lock);
    task->next = launches;
    if (launches)
        launches->previous = task;
    launches = task;
    pthread_mutex_unlock(&launches_lock);
}

static void unlink_launch(qi_task *task)
{
    pthread_mutex_lock(&launches_lock);
    if (task->previous)
        task->previous->next = task->next;
    else
        launches = task->next;
    if (task->next)
        task->next->previous = task->previous;
    task->previous = task->next = NULL;
    pthread_mutex_unlock(&launches_lock);
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

static bool is_pending(const qi_task *task)
{
    return atomic_load(&task->phase) == QI_TASK_PENDING;
}

static qi_task_phase phase_of(int status)
{
    switch (status) {
    case QI_OK:
        return QI_TASK_DONE;
    case QI_ERR_CANCELLED:
    case QI_ERR_TIMEOUT:
    case QI_ERR_SHUTTING_DOWN:
        return QI_TASK_CANCELLED;
    default:
        return QI_TASK_FAILED;
    }
}

/* Lets go of everything that could end the task by another way. */
static void disarm(qi_task *task)
{
    qi__owner *owner = task->owner;
    PyObject *timer = task->timer;

    task->owner = NULL;
    task->timer = NULL;
    qi__owner_release(owner);
    if (timer) {
        PyObject *raised = qi__take_exception();
        Py_XDECREF(PyObject_CallMethod(timer, "cancel", NULL));
        PyErr_Clear();
        Py_DECREF(timer);
        qi__give_exception(raised);
    }
    if (task->pending) {
        qi__pending *pending = task->pending;
        task->pending = NULL;
        qi__pending_drop(pending);
    }
}

static void publish(qi_task *task, int status, qi_value *result, qi_error *error)
{
    pthread_mutex_lock(&task->lock);
    task->status = status;
    task->result = *result;
    task->error = error;
    atomic_store(&task->phase, phase_of(status));
    pthread_cond_broadcast(&task->ended);
    pthread_mutex_unlock(&task->lock);
}

/* Tells the done callback, or, where nobody could ask for the result, reports what went wrong. */
static void tell(qi_task *task, bool had_handles)
{
    static const qi_error no_error = {QI_OK, "", NULL, NULL};
    const qi_error *error = task->error ? task->error : &no_error;
    const char *target = task->target;

    if (task->done) {
        qi_value none = qi_none();
        PyThreadState *thread = qi__gil_drop();
        task->done(task->status, task->status == QI_OK ? &task->result : &none, error, task->user);
        qi__gil_take(thread);
    } else if (phase_of(task->status) == QI_TASK_FAILED && !task->is_reported && !had_handles) {
        if (task->callable && !target)
            target = qi__callable_name(task->callable);
        qi_origin origin = {.task = task->name, .target = target};
        if (task->plugin)
            origin.plugin = PyUnicode_AsUTF8(task->plugin);
        PyErr_Clear();
        qi__report_error(error, &origin);
    }
}

/* The last report of its progress comes before its end. Beware: runs the host's code, which may end the task,
 * and then it may be gone. */
static bool is_pending_still(qi_task *task)
{
    if (!task->progress || !is_pending(task))
        return is_pending(task);
    keep(task);
    qi__progress_finish(task->progress);
    bool answer = is_pending(task);
    drop(task);
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
        qi__error_free(error);
        return;
    }
    disarm(task);
    /* Before it is published: a thread that waits may read the result and release its handle at once. */
    bool had_handles = atomic_load(&task->handles) > 0;
    publish(task, status, result, error);
    unlink_launch(task);
    PyObject *raised = qi__take_exception();
    tell(task, had_handles);
    Py_CLEAR(task->plugin);
    qi__give_exception(raised);
    drop(task);
}

/* Ends it with the calling thread's error record, as something that never ran. */
static void finish_failed(qi_task *task)
{
    qi_error *error = qi__error_copy(qi_last_error());
    qi_value none = qi_none();

    finish(task, qi_last_error()->status, &none, error);
}

static void finish_with(qi_task *task, int status, const char *message)
{
    qi_error text = {status, message, NULL, NULL};
    qi_value none = qi_none();

    finish(task, status, &none, qi__error_copy(&text));
}

/* `future` is the asyncio task; NULL: there is none. */
static void finish_raised(qi_task *task, PyObject *future, PyObject *exception)
{
    qi_error *error = qi__error_from_exception(exception);
    qi_value none = qi_none();

    if (is_pending(task))
        Py_XSETREF(task->plugin,
                   future ? qi__scope_blame_task(future, exception) : qi__scope_blame(exception));

    finish(task, error ? error->status : QI_ERR_PYTHON, &none, error);
}

static void finish_result(qi_task *task, PyObject *result)
{
    qi_value value;

    if (qi__value_from_python(result, &value) == 0) {
        finish(task, QI_OK, &value, NULL);
        return;
    }
    PyObject *exception = qi__take_exception();
    finish_raised(task, NULL, exception);
    Py_XDECREF(exception);
}

static void finish_cancelled(qi_task *task)
{
    if (task->timed_out)
        finish_with(task, QI_ERR_TIMEOUT, "the task was cancelled because its timeout_ms was over");
    else
        finish_with(task, QI_ERR_CANCELLED, "the task was cancelled");
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
static void finish_from(qi_task *task, PyObject *future)
{
    if (is_cancelled(future)) {
        finish_cancelled(task);
        return;
    }
    PyObject *exception = qi__task_exception(future);
    PyObject *result = exception ? NULL : PyObject_CallMethod(future, "result", NULL);
    task->is_reported = exception && qi__exception_left_step(exception);
    if (!result && !exception)
        exception = qi__take_exception();
    if (result)
        finish_result(task, result);
    else
        finish_raised(task, future, exception);
    Py_XDECREF(result);
    Py_XDECREF(exception);
}

static void task_ended(qi__pending *pending)
{
    qi_task *task = pending->data;
    PyObject *future = Py_NewRef(pending->task);

    finish_from(task, future);
    Py_DECREF(future);
}

const char *qi__task_of_pending(const qi__pending *pending)
{
    if (!pending->task || pending->ended != task_ended)
        return NULL;
    const qi_task *task = pending->data;
    return task->target ? task->target : qi__callable_name(task->callable);
}

/* -- cancelling ----------------------------------------------------------------------------------------------------- */

/* A task whose first step is on the stack, or which was not launched yet, finds `cancel_asked` later. */
static void cancel_now(qi_task *task)
{
    atomic_store(&task->cancel_asked, true);
    if (task->pending) {
        PyObject *future = Py_NewRef(task->pending->task);
        qi__task_cancel(future);
        Py_DECREF(future);
    }
}

static void cancel_job(void *data)
{
    qi_task *task = data;

    if (is_pending(task)) {
        qi__visit visit = qi__python_enter();
        cancel_now(task);
        qi__python_leave(visit);
    }
    drop(task);
}

static void owner_gone(void *data)
{
    cancel_now(data);
}

static const char capsule_name[] = "qi_task";

static void capsule_freed(PyObject *capsule)
{
    drop(PyCapsule_GetPointer(capsule, capsule_name));
}

static PyObject *time_is_over(PyObject *capsule, PyObject *Py_UNUSED(ignored))
{
    qi_task *task = PyCapsule_GetPointer(capsule, capsule_name);

    if (task && task->pending) {
        task->timed_out = true;
        cancel_now(task);
    }
    Py_RETURN_NONE;
}

static PyMethodDef timer_method = {"time_is_over", time_is_over, METH_NOARGS, NULL};

/* 0, or -1 with an exception set. */
static int arm_timer(qi_task *task)
{
    PyObject *capsule = PyCapsule_New(keep(task), capsule_name, capsule_freed);
    if (!capsule)
        drop(task);
    PyObject *callback = capsule ? PyCFunction_New(&timer_method, capsule) : NULL;

    if (callback)
        task->timer = PyObject_CallMethod(task->runtime->loop, "call_later", "dO",
                                          task->timeout_ms / 1000.0, callback);
    Py_XDECREF(callback);
    Py_XDECREF(capsule);
    return task->timer ? 0 : -1;
}

/* -- launching: GUI thread, GIL held ---------------------------------------------------------------------------------- */

/* The exception of a conversion, as the status that the header promises for an argument. */
static int argument_failed(size_t index)
{
    PyObject *exception = qi__take_exception();
    char what[40];
    int status = QI_ERR_PYTHON;

    snprintf(what, sizeof what, "argument %zu", index + 1);
    if (PyErr_GivenExceptionMatches(exception, PyExc_UnicodeError))
        status = QI_ERR_ENCODING;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_ReferenceError))
        status = QI_ERR_DEAD_OBJECT;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_ValueError))
        status = QI_ERR_ARGUMENT;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_TypeError) ||
             PyErr_GivenExceptionMatches(exception, PyExc_RecursionError))
        status = QI_ERR_TYPE;
    qi__give_exception(exception);
    int general = qi__fail_python(what);
    if (status == QI_ERR_PYTHON)
        return general;
    qi_error *copy = qi__error_copy(qi_last_error());
    qi__fail(status, "%s", copy ? copy->message : qi_status_text(status));
    qi__error_free(copy);
    return status;
}

/* Most calls have few arguments; more of them get an array on the heap. */
enum { FEW = 8 };

/* Calls with converted arguments. NULL with an exception set, or, if `*status` is negative, with the
 * record set: the callable was not called. */
static PyObject *call(PyObject *callable, const qi_value *args, size_t count, int *status)
{
    PyObject *few[FEW + 1];
    PyObject **stack = count <= FEW ? few : PyMem_New(PyObject *, count + 1);
    size_t converted = 0;
    PyObject *result = NULL;

    *status = QI_OK;
    if (!stack) {
        *status = qi__fail(QI_ERR_MEMORY, "out of memory for %zu arguments", count);
        return NULL;
    }
    while (converted < count && (stack[converted + 1] = qi__value_to_python(&args[converted])))
        converted++;
    if (converted < count)
        *status = argument_failed(converted);
    else
        result = PyObject_Vectorcall(callable, stack + 1, count | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                     NULL);
    for (size_t i = 1; i <= converted; i++)
        Py_DECREF(stack[i]);
    if (stack != few)
        PyMem_Free(stack);
    return result;
}

/* The coroutine was started and has ended or is suspended. */
static int follow(qi_task *task, PyObject *future)
{
    int done = qi__task_is_done(future);

    if (done < 0)
        return qi__fail_python("asking the task whether it has ended");
    if (!is_pending(task))
        return QI_OK; /* abandoned in its first step */
    if (done) {
        finish_from(task, future);
        return QI_OK;
    }
    task->pending = qi__pending_add(&running, future, task_ended, task);
    if (!task->pending || (task->timeout_ms && arm_timer(task) < 0)) {
        int status = qi__fail_python("watching the task");
        qi__task_cancel(future);
        return status;
    }
    if (atomic_load(&task->cancel_asked))
        cancel_now(task);
    return QI_OK;
}

static int start(qi_task *task, PyObject *coroutine)
{
    PyObject *name = task->name ? PyUnicode_FromString(task->name) : NULL;

    if (task->name && !name) {
        Py_XDECREF(PyObject_CallMethod(coroutine, "close", NULL));
        return qi__fail_python("naming the task");
    }
    const qi__stopwatch watch = qi__stopwatch_start();
    PyObject *future = qi__loop_run_task(task->runtime->loop, coroutine, name, NULL);
    if (qi__stopwatch_is_slow(&watch))
        qi__slow_launch(&watch, future, NULL, NULL);
    Py_XDECREF(name);
    if (!future)
        return qi__fail_python("starting the task");
    int status = follow(task, future);
    Py_DECREF(future);
    return status;
}

/* What came back from the callable: a coroutine, or, of a plain function, the result. */
static int proceed(qi_task *task, const char *name, PyObject *outcome)
{
    int is_coroutine = qi__is_coroutine_object(outcome);

    if (is_coroutine < 0)
        return qi__fail_python(name);
    if (is_coroutine)
        return start(task, outcome);
    if (!(task->flags & QI_TASK_ALLOW_PLAIN))
        return qi__fail(QI_ERR_NOT_COROUTINE,
                        "\"%s\" returned an object of type %.200s and no coroutine", name,
                        Py_TYPE(outcome)->tp_name);
    finish_result(task, outcome);
    return QI_OK;
}

/* `*plain`: a function to which asyncio is unknown, and which may be called all the same. */
static int check_kind(const qi_task *task, PyObject *callable, const char *name, bool *plain)
{
    *plain = false;
    if (!(task->flags & QI_TASK_ALLOW_PLAIN))
        return qi__callable_check_coroutine(callable, name, "QI_TASK_ALLOW_PLAIN");
    int is_coroutine = qi__signature_is_coroutine(callable);
    *plain = is_coroutine == 0;
    return is_coroutine < 0 ? qi__fail_python(name) : QI_OK;
}

static int begin(qi_task *task, PyObject *callable, const char *name, bool plain,
                 const qi_value *args, size_t count)
{
    int status;
    PyObject *outcome = call(callable, args, count, &status);

    if (outcome) {
        status = proceed(task, name, outcome);
        Py_DECREF(outcome);
    } else if (status == QI_OK && plain) {
        PyObject *exception = qi__take_exception();
        finish_raised(task, NULL, exception); /* it ran: what it raised is its result */
        Py_DECREF(exception);
    } else if (status == QI_OK) {
        status = qi__fail_python(name);
    }
    return status;
}

/* The context of which qi.progress() reports to this task. */
static int begin_in_context(qi_task *task, PyObject *callable, const char *name, bool plain,
                            const qi_value *args, size_t count)
{
    PyObject *context = qi__progress_enter(task->progress);

    if (!context)
        return qi__fail_python(name);
    int status = begin(task, callable, name, plain, args, count);
    qi__progress_leave(context);
    return status;
}

/*
 * Launches, and ends the task if it ends at once. On failure nothing was launched, the record is set,
 * and the task is as it was, for the caller to end or to forget.
 */
static int launch(qi_task *task, const qi_value *args, size_t count)
{
    const char *name;
    PyObject *callable = qi__callable_take(task->runtime, task->target, task->callable, &name);
    if (!callable)
        return qi_last_error()->status;

    PyObject *context = qi__scope_of_callable(callable);
    PyObject *entered = context ? qi__scope_enter(context) : NULL;
    bool plain;
    int status = check_kind(task, callable, name, &plain);
    if (status == QI_OK)
        status = task->progress ? begin_in_context(task, callable, name, plain, args, count)
                                : begin(task, callable, name, plain, args, count);
    qi__scope_leave(entered);
    Py_XDECREF(context);
    Py_DECREF(callable);
    return status;
}

static int watch_owner(qi_task *task, qi_object *owner)
{
    if (!owner)
        return QI_OK;
    task->owner = qi__owner_watch(owner, owner_gone, task);
    return task->owner ? QI_OK : qi__fail(QI_ERR_MEMORY, "out of memory");
}

/* Forgets a task of which nothing was launched. GIL held. */
static void forget(qi_task *task)
{
    disarm(task);
    unlink_launch(task);
    drop(task);
}

static int launch_here(qi_task *task, const qi_value *args, size_t count, qi_object *owner)
{
    qi__visit visit = qi__python_enter();
    int status = watch_owner(task, owner);

    link_launch(task);
    keep(task);
    if (status == QI_OK)
        status = launch(task, args, count);
    if (status < 0 && is_pending(task))
        forget(task);
    drop(task);
    qi__python_leave(visit);
    return status;
}

/* -- launching from another thread ---------------------------------------------------------------------------------- */

static int launch_arrived(qi_task *task)
{
    qi_object *owner = task->has_owner ? qi_qt_guard_object(task->owner_guard) : NULL;
    int status = qi__runtime_check_gui(task->runtime);

    if (status < 0)
        return status;
    if (atomic_load(&task->cancel_asked))
        return qi__fail(QI_ERR_CANCELLED, "the task was cancelled before it was launched");
    if (task->has_owner && !owner)
        return qi__fail(QI_ERR_CANCELLED,
                        "the task's owner was destroyed before the task was launched");
    if ((status = watch_owner(task, owner)) < 0)
        return status;
    return launch(task, task->args, task->count);
}

/* Beware: the task may have been abandoned by a shutdown that came first. */
static void launch_job(void *data)
{
    qi_task *task = data;

    if (is_pending(task)) {
        qi__visit visit = qi__python_enter();
        if (launch_arrived(task) < 0)
            finish_failed(task);
        free_args(task);
        qi__python_leave(visit);
    }
    drop(task);
}

static int copy_args(qi_task *task, const qi_value *args, size_t count)
{
    if (count == 0)
        return QI_OK;
    task->args = calloc(count, sizeof *task->args);
    if (!task->args)
        return qi__fail(QI_ERR_MEMORY, "out of memory for %zu arguments", count);
    for (; task->count < count; task->count++) {
        int status = qi_value_copy(&task->args[task->count], &args[task->count]);
        if (status < 0)
            return status;
    }
    return QI_OK;
}

static int launch_there(qi_task *task, const qi_value *args, size_t count, qi_object *owner)
{
    int status = copy_args(task, args, count);

    task->has_owner = owner != NULL;
    if (status == QI_OK && owner && !(task->owner_guard = qi_qt_guard_new(owner)))
        status = qi__fail(QI_ERR_MEMORY, "out of memory");
    if (status < 0) {
        drop(task);
        return status;
    }
    link_launch(task);
    keep(task);
    if (!qi_qt_post(launch_job, task)) {
        unlink_launch(task);
        drop(task);
        drop(task);
        return qi__fail(QI_ERR_NOT_RUNNING,
                        "the application has ended, so nothing can be launched");
    }
    return QI_OK;
}

/* -- the public functions --------------------------------------------------------------------------------------------- */

void qi_task_options_init(qi_task_options *options)
{
    if (options)
        *options = (qi_task_options){.size = sizeof *options};
}

static int check_options(const qi_task_options *options)
{
    if (options->size != sizeof *options)
        return qi__fail(QI_ERR_ABI,
                        "qi_task_options has size %zu, but this library knows %zu; fill it with "
                        "qi_task_options_init()",
                        options->size, sizeof *options);
    if (options->flags & ~(unsigned)QI_TASK_ALLOW_PLAIN)
        return qi__fail(QI_ERR_ARGUMENT, "qi_task_options has unknown flags: 0x%x", options->flags);
    return options->name ? qi__check_text(options->name, "the task's name") : QI_OK;
}

static int check_call(qi_runtime *runtime, const char *target, const qi_value *args, size_t count,
                      const qi_task_options *options)
{
    int status = qi__runtime_check(runtime);

    if (status == QI_OK)
        status = check_options(options);
    if (status == QI_OK)
        status = qi__callable_check(target, options->callable);
    if (status == QI_OK && count > 0 && !args)
        status = qi__fail(QI_ERR_ARGUMENT, "`args` is NULL, but `count` is %zu", count);
    if (status == QI_OK && options->owner && qi_qt_is_dying(options->owner))
        status = qi__fail(QI_ERR_DEAD_OBJECT,
                          "the owner is being destroyed, so the task would be cancelled at once");
    return status;
}

int qi_run_task(qi_runtime *runtime, const char *target, const qi_value *args, size_t count,
                const qi_task_options *options, qi_task **out)
{
    qi_task_options defaults;

    if (out)
        *out = NULL;
    qi_task_options_init(&defaults);
    if (!options)
        options = &defaults;
    int status = check_call(runtime, target, args, count, options);
    if (status < 0)
        return status;
    qi_task *task = new_task(runtime, target, options);
    if (!task)
        return qi__fail(QI_ERR_MEMORY, "out of memory");
    if (out && qi__handle_add(task, QI__HANDLE_TASK) < 0) {
        drop(task);
        return qi__fail(QI_ERR_MEMORY, "out of memory");
    }
    if (out) {
        /* Before the launch: a task that ends inside it has somebody who can ask for its result. */
        keep(task);
        atomic_store(&task->handles, 1);
    }
    status = qi__runtime_on_gui_thread() ? launch_here(task, args, count, options->owner)
                                         : launch_there(task, args, count, options->owner);
    if (out && status == QI_OK) {
        *out = task;
    } else if (out) {
        qi__handle_remove(task);
        drop(task);
    }
    return status;
}

int qi_task_cancel(qi_task *task)
{
    int status = qi__handle_check(task, QI__HANDLE_TASK, "task");

    if (status < 0 || !is_pending(task))
        return status;
    atomic_store(&task->cancel_asked, true);
    if (qi__runtime_on_gui_thread()) {
        cancel_job(keep(task));
        return QI_OK;
    }
    if (qi_qt_post(cancel_job, keep(task)))
        return QI_OK;
    drop(task);
    return qi__fail(QI_ERR_NOT_RUNNING, "the application has ended, and the task with it");
}

qi_task_phase qi_task_state(const qi_task *task)
{
    if (!qi__handle_is(task, QI__HANDLE_TASK))
        return QI_TASK_INVALID;
    return (qi_task_phase)atomic_load(&task->phase);
}

/* What an ended task came to. */
static int answer(qi_task *task, qi_value *out)
{
    if (task->status == QI_OK)
        return out ? qi_value_copy(out, &task->result) : QI_OK;
    if (task->error)
        return qi__fail_again(task->error);
    return qi__fail(task->status, "%s", qi_status_text(task->status));
}

int qi_task_result(qi_task *task, qi_value *out)
{
    int status = qi__handle_check(task, QI__HANDLE_TASK, "task");

    if (status < 0)
        return status;
    if (is_pending(task))
        return qi__fail(QI_ERR_PENDING,
                        "the task has not ended yet; wait for it with qi_task_wait() in "
                        "another thread, or give it a `done` callback");
    return answer(task, out);
}

static struct timespec deadline_after(int milliseconds)
{
    struct timespec deadline;

    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += milliseconds / 1000;
    deadline.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return deadline;
}

/* True if the task has ended. */
static bool wait_until_ended(qi_task *task, int timeout_ms)
{
    struct timespec deadline = deadline_after(timeout_ms < 0 ? 0 : timeout_ms);
    int result = 0;

    pthread_mutex_lock(&task->lock);
    while (is_pending(task) && result != ETIMEDOUT) {
        if (timeout_ms < 0)
            pthread_cond_wait(&task->ended, &task->lock);
        else
            result = pthread_cond_timedwait(&task->ended, &task->lock, &deadline);
    }
    pthread_mutex_unlock(&task->lock);
    return !is_pending(task);
}

int qi_task_wait(qi_task *task, int timeout_ms, qi_value *out)
{
    int status = qi__handle_check(task, QI__HANDLE_TASK, "task");

    if (status < 0)
        return status;
    if (qi__runtime_on_gui_thread())
        return qi__fail(QI_ERR_WRONG_THREAD,
                        "qi_task_wait() on the GUI thread would keep the task from "
                        "ever ending; use a `done` callback, or await it in Python");
    keep(task); /* another thread may release the handle meanwhile */
    PyThreadState *thread = Py_IsInitialized() && PyGILState_Check() ? PyEval_SaveThread() : NULL;
    bool has_ended = wait_until_ended(task, timeout_ms);
    if (thread)
        PyEval_RestoreThread(thread);
    status = has_ended ? answer(task, out)
                       : qi__fail(QI_ERR_PENDING, "the task has not ended within %d ms", timeout_ms);
    drop(task);
    return status;
}

qi_task *qi_task_retain(qi_task *task)
{
    if (qi__handle_check(task, QI__HANDLE_TASK, "task") < 0)
        return NULL;
    atomic_fetch_add(&task->handles, 1);
    return keep(task);
}

void qi_task_release(qi_task *task)
{
    if (!qi__handle_is(task, QI__HANDLE_TASK))
        return;
    if (atomic_fetch_sub(&task->handles, 1) == 1)
        qi__handle_remove(task);
    drop(task);
}

/* -- shutdown ------------------------------------------------------------------------------------------------------------ */

/* The launch's reference, so that the list may change at will meanwhile. */
static qi_task *take_launch(const qi_runtime *runtime)
{
    pthread_mutex_lock(&launches_lock);
    qi_task *task = launches;
    while (task && task->runtime != runtime)
        task = task->next;
    if (task)
        keep(task);
    pthread_mutex_unlock(&launches_lock);
    return task;
}

void qi__tasks_abandon(qi_runtime *runtime)
{
    qi_task *task;

    while ((task = take_launch(runtime))) {
        finish_with(task, QI_ERR_SHUTTING_DOWN, "the runtime was shut down and left the task behind");
        drop(task);
    }
}
