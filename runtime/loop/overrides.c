/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Python code has put in the place of the core's own methods, on the instance or in a subclass: asked again
 * after each setattr on the loop or its classes, and heeded wherever the core would have gone the short way.
 */
#include "loop/loop_p.h"

/* True unless the attribute is the core's own method, bound to this very loop. */
static bool is_replaced(qip_loop *loop, const char *name)
{
    PyObject *own = PyObject_GetAttrString(qip_loop_refs.loop_type, name);
    PyObject *found = PyObject_GetAttrString((PyObject *)loop, name);
    bool same = own && found && PyCFunction_Check(found) && Py_IS_TYPE(own, &PyMethodDescr_Type) &&
                PyCFunction_GET_SELF(found) == (PyObject *)loop &&
                PyCFunction_GET_FUNCTION(found) == ((PyMethodDescrObject *)own)->d_method->ml_meth;

    PyErr_Clear();
    Py_XDECREF(found);
    Py_XDECREF(own);
    return !same;
}

/* Whether somebody has patched the _run_once() of asyncio's own class, which ours stands before. */
static bool base_is_patched(void)
{
    if (!qip_loop_refs.base_loop)
        return false; /* Python ends */
    PyObject *present = PyObject_GetAttrString(qip_loop_refs.base_loop, "_run_once");
    bool patched = present && present != qip_loop_refs.stock_run_once;

    PyErr_Clear();
    Py_XDECREF(present);
    return patched;
}

unsigned qip_loop_overrides(qip_loop *loop)
{
    static const struct {
        const char *name;
        unsigned flag;
    } replaceable[] = {
        {"time", QIP_OVERRIDES_TIME},
        {"call_at", QIP_OVERRIDES_CALL_AT},
        {"_run_once", QIP_OVERRIDES_RUN_ONCE},
        {"run_task", QIP_OVERRIDES_RUN_TASK},
        {"_write_to_self", QIP_OVERRIDES_WRITE_TO_SELF},
        {"_add_reader", QIP_OVERRIDES_WATCHING},
        {"_remove_reader", QIP_OVERRIDES_WATCHING},
        {"_add_writer", QIP_OVERRIDES_WATCHING},
        {"_remove_writer", QIP_OVERRIDES_WATCHING},
    };

    if (qip_loop_is_going_down(loop))
        return 0; /* what has replaced them may be why it never ended */
    /* A class is changed without a loop of it being told, but has another version then. */
    const unsigned version = qip_type_version(Py_TYPE(loop));

    if (loop->overrides & QIP_OVERRIDES_UNKNOWN || loop->type_version != version || !version) {
        PyObject *raised = qip_take_exception();
        unsigned flags = base_is_patched() ? QIP_OVERRIDES_RUN_ONCE : 0;
        for (size_t i = 0; i < sizeof replaceable / sizeof *replaceable; i++)
            flags |= is_replaced(loop, replaceable[i].name) ? replaceable[i].flag : 0;
        loop->overrides = flags;
        loop->type_version = qip_type_version(Py_TYPE(loop));
        qip_give_exception(raised);
    }
    return loop->overrides;
}

double qip_loop_now(qip_loop *loop)
{
    if (!(qip_loop_overrides(loop) & QIP_OVERRIDES_TIME))
        return qip_seconds(qip_clock_ns());
    PyObject *now = PyObject_CallMethod((PyObject *)loop, "time", NULL);
    double seconds = now ? PyFloat_AsDouble(now) : -1;
    Py_XDECREF(now);
    return seconds;
}
