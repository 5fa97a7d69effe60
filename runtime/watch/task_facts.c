/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a handle's task is called, by number and by name. Both are asked for rarely, so neither is kept before somebody
 * asks; what was told once stays.
 */
#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <qi/task.h>

#include "core/handles.h"
#include "core/status.h"
#include "python/call.h"
#include "python/interp.h"
#include "python/target.h"
#include "python/visit.h"
#include "tasks/task_p.h"

static void keep_handle(void *handle)
{
    qip_task_keep(handle);
}

/* The task of asyncio, borrowed; NULL: not launched yet, or over. GIL: held. */
static PyObject *future_of(const qi_task *task)
{
    return task->pending ? task->pending->task : NULL;
}

/* -- the number ------------------------------------------------------------------------------------------ */

static void find_id(qi_task *task)
{
    qip_visit visit;

    if (!qip_python_try_enter(&visit))
        return;
    PyObject *future = Py_XNewRef(future_of(task));
    PyObject *number = future ? qip_call_python("qi._watch.inspection", "number_of", "(O)", future)
                              : NULL;
    long long id = number ? PyLong_AsLongLong(number) : -1;

    if (id > 0)
        atomic_store(&task->id, id);
    PyErr_Clear(); /* out of memory: asked again, it may answer */
    Py_XDECREF(number);
    Py_XDECREF(future);
    qip_python_leave(visit);
}

int64_t qi_task_id(const qi_task *handle)
{
    qi_task *task = (qi_task *)handle;

    if (!qip_handle_take_quietly(handle, QIP_HANDLE_TASK, keep_handle))
        return 0;
    if (!atomic_load(&task->id) && qip_task_is_pending(task))
        find_id(task);
    int64_t id = atomic_load(&task->id);
    qip_task_drop(task);
    return id;
}

/* -- the name -------------------------------------------------------------------------------------------- */

static void find_name(qi_task *task)
{
    qip_visit visit;

    if (!qip_python_try_enter(&visit))
        return;
    PyObject *future = Py_XNewRef(future_of(task));
    PyObject *name = future ? PyObject_CallMethod(future, "get_name", NULL) : NULL;
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    char *found = text ? strdup(text) : NULL, *nothing = NULL;

    if (found && !atomic_compare_exchange_strong(&task->shown_name, &nothing, found))
        free(found); /* another thread was first */
    PyErr_Clear();
    Py_XDECREF(name);
    Py_XDECREF(future);
    qip_python_leave(visit);
}

const char *qi_task_name(const qi_task *handle)
{
    qi_task *task = (qi_task *)handle;

    if (!qip_handle_take_quietly(handle, QIP_HANDLE_TASK, keep_handle))
        return NULL;
    const char *name = task->name;
    if (!name && !atomic_load(&task->shown_name) && qip_task_is_pending(task))
        find_name(task);
    if (!name)
        name = atomic_load(&task->shown_name);
    if (!name)
        name = task->target ? task->target : qip_callable_name(task->callable);
    qip_task_drop(task);
    return name;
}

/* -- all of it --------------------------------------------------------------------------------------------- */

static const char *state_name(int state)
{
    switch (state) {
    case QI_TASK_STATE_DONE:
        return "done";
    case QI_TASK_STATE_FAILED:
        return "failed";
    case QI_TASK_STATE_CANCELLED:
        return "cancelled";
    default:
        return "pending";
    }
}

int qi_task_describe(const qi_task *handle, qi_value *out)
{
    qi_task *task = (qi_task *)handle;
    qi_value progress;
    int status = qip_handle_take(handle, QIP_HANDLE_TASK, "task", keep_handle);

    if (status != QI_OK)
        return status;
    status = out ? qip_progress_read(task->progress, &progress)
                 : qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the answer");
    if (status == QI_OK) {
        const char *name = qi_task_name(handle);
        const char *target = task->target ? task->target : qip_callable_name(task->callable);
        const char *plugin = atomic_load(&task->of_plugin);
        const qi_entry entries[] = {
            {qi_text("id"), qi_int(qi_task_id(handle))},
            {qi_text("name"), qi_text(name ? name : target)},
            {qi_text("state"), qi_text(state_name(atomic_load(&task->phase)))},
            {qi_text("target"), qi_text(target)},
            {qi_text("plugin"), plugin ? qi_text(plugin) : qi_none()},
            {qi_text("progress"), progress},
        };
        const qi_value map = qi_map(entries, sizeof entries / sizeof *entries);
        status = qi_value_copy(out, &map);
        qi_value_clear(&progress);
    }
    qip_task_drop(task);
    return status;
}
