/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The callbacks of a connection beside each other. From Python 3.15 on they have one Context, which can be entered
 * once. But a callback may run an event loop, a dialog above all, and the connection goes on meanwhile: then what it
 * is to be told it is told in a copy, as it was before. What is set in the copy is lost with it.
 */
#include "loop/loop_p.h"

bool qip_handle_is_of_connection(qip_handle *handle)
{
    PyObject *raised = qip_take_exception(), *context = NULL;
    PyObject *owner = handle->callback ? PyObject_GetAttrString(handle->callback, "__self__") : NULL;

    if (owner && PyObject_IsInstance(owner, qip_loop_refs.base_transport) == 1)
        context = PyObject_GetAttrString(owner, "_context");
    bool same = context && context == handle->context;
    Py_XDECREF(context);
    Py_XDECREF(owner);
    qip_give_exception(raised); /* clears what was raised here */
    return same;
}

qip_ran qip_handle_call_beside(qip_handle *handle)
{
    PyObject *own = handle->context, *copy = PyContext_Copy(own);

    if (!copy) {
        PyErr_Clear();
        return QIP_RAN_BLOCKED;
    }
    handle->context = copy;
    qip_ran ran = qip_handle_call(handle);
    PyObject *raised = qip_take_exception(), *left = handle->context;
    handle->context = left ? own : NULL; /* the collector may have taken the handle apart meanwhile */
    Py_DECREF(left ? left : own);
    qip_give_exception(raised);
    return ran;
}
