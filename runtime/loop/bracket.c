/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Brackets: the stretches in which a callback or an eager first step runs. What waits for one to close, a callback
 * whose Context it has entered and a host that must not turn us inside of it, goes on when it does.
 */
#include "loop/loop_p.h"

void qip_loop_report(qip_loop *loop, const char *message, PyObject *handle)
{
    PyObject *exception = qip_take_exception();
    PyObject *context = Py_BuildValue("{s:s}", "message", message);
    PyObject *result = NULL;

    if (context && (!exception || PyDict_SetItemString(context, "exception", exception) == 0) &&
        (!handle || PyDict_SetItemString(context, "handle", handle) == 0))
        result = PyObject_CallMethod((PyObject *)loop, "call_exception_handler", "O", context);
    if (!result)
        PyErr_WriteUnraisable((PyObject *)loop);
    Py_XDECREF(result);
    Py_XDECREF(context);
    Py_XDECREF(exception);
}

int qip_defer(qip_loop *loop, PyObject *handle)
{
    if (loop->deferred_count == loop->deferred_capacity) {
        size_t capacity = loop->deferred_capacity ? loop->deferred_capacity * 2 : 8;
        qip_deferred *grown = PyMem_Realloc(loop->deferred, capacity * sizeof *grown);
        if (!grown) {
            PyErr_NoMemory();
            return -1;
        }
        loop->deferred = grown;
        loop->deferred_capacity = capacity;
    }
    if (qip_handle_is_ours(handle))
        ((qip_handle *)handle)->deferred = true;
    loop->deferred[loop->deferred_count++] = (qip_deferred){.handle = Py_NewRef(handle),
                                                            .level = qip_level(loop)};
    return 0;
}

/* The innermost bracket of those that were open when they were put off has closed: try them again. */
static void restore_deferred(qip_loop *loop)
{
    size_t kept = 0;

    for (size_t i = 0; i < loop->deferred_count; i++) {
        qip_deferred item = loop->deferred[i];
        if (item.level <= qip_level(loop)) {
            loop->deferred[kept++] = item;
            continue;
        }
        if (qip_handle_is_ours(item.handle)) {
            qip_handle *handle = (qip_handle *)item.handle;
            handle->deferred = false;
            handle->queued = handle->fd >= 0;
        }
        if (qip_ready_push(loop, item.handle) < 0)
            PyErr_WriteUnraisable(item.handle);
        Py_DECREF(item.handle);
    }
    loop->deferred_count = kept;
}

/*
 * After stop() the loop is running until the callbacks on the stack have returned, so that they find the
 * running loop and the current task which they had; but it runs nothing more in their event loops.
 */
bool qip_loop_may_turn(const qip_loop *loop)
{
    if (loop->ending || qip_loop_is_too_deep(loop))
        return false;
    if (qip_level(loop) == 0)
        return true;
    return !loop->nested_hold && !(loop->stopping && qip_batch_is_through(loop));
}

/* Lets a paused host go on as soon as nothing is against it any more. */
void qip_loop_resume(qip_loop *loop)
{
    if (!loop->paused || !qip_loop_may_turn(loop))
        return;
    loop->paused = false;
    loop->asked_in_vain = 0;
    if (loop->host) {
        loop->host->vtable->pause(loop->host, false);
        qip_loop_ask_wake(loop);
    }
}

void qip_bracket_close_slowly(qip_loop *loop)
{
    if (qip_pulse_is_armed())
        qip_pulse_port.bracket_closes(loop, loop->brackets);
    loop->brackets += QIP_BRACKET_CLOSES;
    restore_deferred(loop);
    qip_loop_resume(loop);
    qip_loop_left(loop);
}
