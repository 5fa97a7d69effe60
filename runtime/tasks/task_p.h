/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the C API's tasks share.
 *
 *   task.c         the handle and the public functions
 *   task_launch.c  from the call to the first suspension
 *   task_end.c     cancelling, and what comes out
 *   waiting.c      threads that wait for the end
 *
 * A qi_task is shared by three sides, each with its reference: the caller (one for each time that it holds the handle), the launch, from
 * the call until the end of the task, and a job on its way to the GUI thread. The asyncio side of it, all
 * members below "GUI thread", is touched only there, with the GIL held. What other threads read, the
 * phase and what came out, is written once, under the lock, and never changes after that.
 *
 *      qi_run_task                        the coroutine ends, is cancelled, or was never launched
 *     ------------> PENDING ----------------------------------------------------> DONE | FAILED | CANCELLED
 *
 * The result is converted when the task ends, so reading it needs neither the GIL nor the interpreter.
 */
#ifndef QIP_TASKS_TASK_P_H
#define QIP_TASKS_TASK_P_H

#include <Python.h>

#include <pthread.h>
#include <stdatomic.h>

#include <qi/task.h>

#include "core/users.h"
#include "qt/owner.h"
#include "loop/pending.h"
#include "python/arguments.h"
#include "tasks/progress.h"

struct qi_task {
    atomic_int references; /* of all three sides, and of each call that looks into it */
    _Atomic int phase;     /* QI_TASK_STATE_… */
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
    qip_arguments arguments; /* owning copies, for a launch on its way to the GUI thread */
    unsigned timeout_ms;
    unsigned flags;
    qi_task_done_fn done;
    qi_task_progress_fn told; /* of the progress */
    qip_user user;
    qip_progress *progress; /* NULL: the host does not want to know */

    /* GUI thread; the owner is watched by the thread that launches. */
    qip_pending *pending; /* NULL before and after the coroutine is suspended */
    qip_owner *owner;
    PyObject *timer; /* the handle of call_later() */
    bool timed_out;
    bool is_reported;         /* the exception went out of the loop, and was told there */
    _Atomic int64_t id;       /* by which qi.monitor knows it; 0: nobody has asked so far */
    char *_Atomic shown_name; /* what asyncio calls it; NULL: nobody has asked so far */
    char *_Atomic of_plugin; /* the id of the plugin whose code it is; NULL: of none, or it has not begun */
    PyObject *plugin; /* whose code it was that failed, a str, until it is told; NULL: no plugin's */
    qi_task *previous, *next; /* under the lock of launches.c */
    bool is_listed;
};

static inline bool qip_task_is_pending(const qi_task *task)
{
    return atomic_load(&task->phase) == QI_TASK_STATE_PENDING;
}

/* -- launches.c -------------------------------------------------------------------------------------- */

/* One more reference, or one less; the last frees it. */
qi_task *qip_task_keep(qi_task *task);
void qip_task_drop(qi_task *task);
/* Makes the task a handle for a call of the host's, whoever else has one, and ends that. */
void qip_task_lend(qi_task *task);
void qip_task_lend_end(qi_task *task);
/* Enters the launches that a shutdown has to end, and leaves them. False: it has left them before. */
void qip_launches_add(qi_task *task);
bool qip_launches_remove(qi_task *task);
/* Takes one of a runtime out, for whoever ends it, with a reference; NULL: there is none left. */
qi_task *qip_launches_take(const qi_runtime *runtime);

/* -- task_end.c ---------------------------------------------------------------------------------- */

/* Calls the host's progress callback: a qip_progress_tell_fn. */
void qip_task_tell_progress(void *task, const qi_task_progress *progress);
/* Gives up what would cancel the task: timer, owner, pending coroutine. */
void qip_task_disarm(qi_task *task);
/* Ends the task with what this thread's error record says, */
void qip_task_finish_failed(qi_task *task);
/* with a status and a message, */
void qip_task_finish_with(qi_task *task, int status, const char *message);
/* the same where the host has finalised Python, of a task that is pending, */
void qip_task_finish_without_python(qi_task *task, int status, const char *message);
/* with an exception; `future` is what it came out of, or NULL, */
void qip_task_finish_raised(qi_task *task, PyObject *future, PyObject *exception);
/* with a result, */
void qip_task_finish_result(qi_task *task, PyObject *result);
/* or as a future that is done has ended. Each does nothing the second time. */
void qip_task_finish_from(qi_task *task, PyObject *future);
/* The callback of the pending coroutine. */
void qip_task_ended(qip_pending *pending);
/* Cancels the coroutine, in the GUI thread with the GIL, */
void qip_task_cancel_now(qi_task *task);
/* or as a job that has come there, with a reference of its own. */
void qip_task_cancel_job(void *data);
/* The same for the owner that is destroyed. */
void qip_task_owner_gone(void *data);
/* Sets the timer of the timeout. 0, or -1 with an exception. */
int qip_task_arm_timer(qi_task *task);

/* -- task_launch.c ------------------------------------------------------------------------------- */

/* Launches in the GUI thread, or from another one. QI_OK, or a failure with its record. */
int qip_task_launch_here(qi_task *task, const qip_arguments *arguments, qi_object *owner);
int qip_task_launch_there(qi_task *task, const qip_arguments *arguments, qi_object *owner);

#endif
