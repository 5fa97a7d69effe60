/* SPDX-License-Identifier: BSD-3-Clause */
/* The structure behind a qi_task, by its references, and the list of the launches that have not ended. */
#include "tasks/task_p.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/handles.h"
#include "core/opaque.h"
#include "python/target.h"
#include "core/status.h"

/* All launches that have not ended, in whatever thread they were asked for. */
static pthread_mutex_t launches_lock = PTHREAD_MUTEX_INITIALIZER;

static qi_task *launches;

void qip_task_drop(qi_task *task)
{
    if (atomic_fetch_sub(&task->references, 1) != 1)
        return;
    qip_arguments_free(&task->arguments);
    qip_value_release(&task->result);
    qip_error_free(task->error);
    qip_callable_drop(task->callable);
    qip_progress_drop(task->progress);
    pthread_cond_destroy(&task->ended);
    pthread_mutex_destroy(&task->lock);
    free(task->target);
    free(task->name);
    free(atomic_load(&task->shown_name));
    free(atomic_load(&task->of_plugin));
    free(task);
}

qi_task *qip_task_keep(qi_task *task)
{
    atomic_fetch_add(&task->references, 1);
    return task;
}

static void keep_handle(void *handle)
{
    qip_task_keep(handle);
}

void qip_task_lend(qi_task *task)
{
    if (qip_handle_is(task, QIP_HANDLE_TASK) &&
        qip_handle_retain(task, QIP_HANDLE_TASK, "task", keep_handle) == QI_OK)
        return;
    if (qip_handle_add(task, QIP_HANDLE_TASK) == QI_OK) /* without memory it is none */
        qip_task_keep(task);
}

void qip_task_lend_end(qi_task *task)
{
    if (qip_handle_give_up(task, QIP_HANDLE_TASK))
        qip_task_drop(task);
}

void qip_launches_add(qi_task *task)
{
    pthread_mutex_lock(&launches_lock);
    task->is_listed = true;
    task->next = launches;
    if (launches)
        launches->previous = task;
    launches = task;
    pthread_mutex_unlock(&launches_lock);
}

/* Under the lock. */
static void take_out(qi_task *task)
{
    task->is_listed = false;
    if (task->previous)
        task->previous->next = task->next;
    else
        launches = task->next;
    if (task->next)
        task->next->previous = task->previous;
    task->previous = task->next = NULL;
}

bool qip_launches_remove(qi_task *task)
{
    pthread_mutex_lock(&launches_lock);
    const bool is_listed = task->is_listed;
    if (is_listed)
        take_out(task);
    pthread_mutex_unlock(&launches_lock);
    return is_listed;
}

qi_task *qip_launches_take(const qi_runtime *runtime)
{
    pthread_mutex_lock(&launches_lock);
    qi_task *task = launches;
    while (task && task->runtime != runtime)
        task = task->next;
    if (task) {
        take_out(task);
        qip_task_keep(task);
    }
    pthread_mutex_unlock(&launches_lock);
    return task;
}
