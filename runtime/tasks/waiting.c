/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting in threads other than the GUI's: what all waiting begins and ends with, and qi_tasks_wait().
 *
 * Who waits for one task does so at that task's condition. Who waits for several waits at one condition that stands for
 * the end of any task, and looks at its own when it is woken.
 */
#include "tasks/waiting.h"

#include <errno.h>
#include <stdlib.h>

#include "core/handles.h"
#include "core/status.h"
#include "python/gate.h"
#include "python/output.h"
#include "tasks/task_p.h"

/* -- for all waiting ---------------------------------------------------------------------------------------- */

int qip_waiting_check(const char *function)
{
    if (qip_runtime_on_gui_thread())
        return qip_fail(QI_ERR_WRONG_THREAD,
                        "%s() on the GUI thread would keep the task from "
                        "ever ending; use a `done` callback, or await it in Python",
                        function);
    if (qip_gate_is_foreign())
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "this process is a child of fork(), and the task is its parent's");
    return QI_OK;
}

/* In a callback that hears of output, the tasks that are waited for could not print. */
qip_waiting qip_waiting_begin(void)
{
    const bool has_gil = Py_IsInitialized() && PyGILState_Check();
    PyThreadState *thread = has_gil ? PyEval_SaveThread() : NULL;

    return (qip_waiting){thread, qip_output_let_go()};
}

void qip_waiting_over(qip_waiting waiting)
{
    /* CPython holds a lock of its own while it waits for the GIL: cancelled there, the thread would keep it. */
    int cancel_state;

    qip_output_take_again(waiting.told);
    if (!waiting.thread)
        return;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    PyEval_RestoreThread(waiting.thread);
    pthread_setcancelstate(cancel_state, NULL);
}

void qip_waiting_make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec qip_waiting_deadline(int milliseconds)
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

/* -- for several tasks ---------------------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t any_ended;

static void make_any_ended(void)
{
    qip_waiting_make_condition(&any_ended);
}

void qip_waiting_tell(void)
{
    pthread_once(&once, make_any_ended);
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&any_ended);
    pthread_mutex_unlock(&lock);
}

/* What somebody waits for, with a reference to each. */
typedef struct wanted {
    qi_task **tasks;
    size_t count;
    bool any;
} wanted;

static void drop_all(wanted *all)
{
    for (size_t i = 0; i < all->count; i++)
        qip_task_drop(all->tasks[i]);
    free(all->tasks);
}

static void keep_handle(void *handle)
{
    qip_task_keep(handle);
}

static int take_all(wanted *all, qi_task *const *tasks, size_t count)
{
    int status = QI_OK;

    all->tasks = calloc(count, sizeof(qi_task *));
    if (!all->tasks)
        return qip_fail(QI_ERR_MEMORY, "out of memory to wait for %zu tasks", count);
    while (all->count < count && status == QI_OK) {
        all->tasks[all->count] = tasks[all->count];
        status = qip_handle_take(tasks[all->count], QIP_HANDLE_TASK, "task", keep_handle);
        all->count += status == QI_OK;
    }
    if (status < 0)
        drop_all(all);
    return status;
}

static bool is_over(const wanted *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (qip_task_is_pending(all->tasks[i]) != all->any)
            return all->any;
    }
    return !all->any;
}

/* The waiting thread is cancelled, as QThread::terminate() does: it has the lock. */
static void give_up(void *data)
{
    pthread_mutex_unlock(&lock);
    drop_all(data);
}

/* With the lock held. */
static void await_end(const wanted *all, int timeout_ms)
{
    const struct timespec deadline = qip_waiting_deadline(timeout_ms < 0 ? 0 : timeout_ms);
    int result = 0;

    while (!is_over(all) && result != ETIMEDOUT) {
        if (timeout_ms < 0)
            pthread_cond_wait(&any_ended, &lock);
        else
            result = pthread_cond_timedwait(&any_ended, &lock, &deadline);
    }
}

static bool wait_until_over(wanted *all, int timeout_ms)
{
    pthread_once(&once, make_any_ended);
    pthread_mutex_lock(&lock);
    pthread_cleanup_push(give_up, all);
    await_end(all, timeout_ms);
    pthread_cleanup_pop(0);
    pthread_mutex_unlock(&lock);
    return is_over(all);
}

static int check(qi_task *const *tasks, size_t count, int mode)
{
    if (mode != QI_WAIT_ALL && mode != QI_WAIT_ANY)
        return qip_fail(QI_ERR_ARGUMENT, "%d is neither QI_WAIT_ALL nor QI_WAIT_ANY", mode);
    if (count && !tasks)
        return qip_fail(QI_ERR_ARGUMENT, "`tasks` is NULL, but `count` is %zu", count);
    if (!count && mode == QI_WAIT_ANY)
        return qip_fail(QI_ERR_ARGUMENT, "none of no tasks will ever end");
    return QI_OK;
}

int qi_tasks_wait(qi_task *const *tasks, size_t count, int mode, int timeout_ms)
{
    wanted all = {.any = mode == QI_WAIT_ANY};
    int status = check(tasks, count, mode);

    if (status == QI_OK)
        status = qip_waiting_check("qi_tasks_wait");
    if (status < 0 || !count)
        return status;
    status = take_all(&all, tasks, count);
    if (status < 0)
        return status;
    const qip_waiting waiting = qip_waiting_begin();
    bool over = wait_until_over(&all, timeout_ms);
    qip_waiting_over(waiting);
    drop_all(&all);
    return over ? QI_OK
                : qip_fail(QI_ERR_PENDING, "%s of the %zu tasks has ended within %d ms",
                           mode == QI_WAIT_ANY ? "none" : "not each", count, timeout_ms);
}
