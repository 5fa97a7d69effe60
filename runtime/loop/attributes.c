/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop's attributes: asyncio's private ones, which its base classes and others read and write, and libqi's own
 * settings; with the methods that do no more than that.
 */
#include "loop/loop.h"
#include "loop/loop_p.h"

#include <stddef.h>
#include <structmember.h>

enum { DEFAULT_SLICE_US = 2000 };

void qip_loop_set_slice(PyObject *loop, unsigned microseconds)
{
    ((qip_loop *)loop)->pace.slice_ns = (uint64_t)(microseconds ? microseconds : DEFAULT_SLICE_US) *
                                        1000;
}

unsigned qip_loop_slice(PyObject *loop)
{
    return (unsigned)(((qip_loop *)loop)->pace.slice_ns / 1000);
}

bool qip_loop_is_busy(PyObject *loop)
{
    return !qip_loop_is_idle((qip_loop *)loop);
}

void qip_loop_when_left(PyObject *loop, void (*job)(void *data), void *data)
{
    ((qip_loop *)loop)->when_left = job;
    ((qip_loop *)loop)->when_left_data = data;
}

static PyObject *loop_is_running(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->running);
}

static PyObject *loop_is_closed(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->closed);
}

static PyObject *loop_get_debug(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_loop *)self)->debug);
}

static PyObject *loop_set_slice(PyObject *self, PyObject *argument)
{
    long microseconds = PyLong_AsLong(argument);

    if (microseconds == -1 && PyErr_Occurred())
        return NULL;
    if (microseconds < 0 || microseconds > 1000000) {
        PyErr_SetString(PyExc_ValueError,
                        "a slice is 1 to 1000000 microseconds, or 0 for the default");
        return NULL;
    }
    qip_loop_set_slice(self, (unsigned)microseconds);
    Py_RETURN_NONE;
}

static int set_flag(PyObject *value, bool *flag)
{
    int truth = value ? PyObject_IsTrue(value) : 0;

    if (truth < 0)
        return -1;
    *flag = truth;
    return 0;
}

static PyObject *get_debug(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->debug);
}

static int set_debug(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return set_flag(value, &((qip_loop *)self)->debug);
}

static PyObject *get_stopping(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->stopping);
}

static int set_stopping(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    return set_flag(value, &((qip_loop *)self)->stopping);
}

static PyObject *get_closed(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((qip_loop *)self)->closed);
}

static int set_closed(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;

    if (set_flag(value, &loop->closed) < 0)
        return -1;
    if (loop->closed)
        qip_loop_drop_all(loop);
    return 0;
}

static PyObject *get_thread_id(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return loop->running ? PyLong_FromUnsignedLong(loop->thread) : Py_NewRef(Py_None);
}

static int set_thread_id(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;

    qip_loop_set_running(loop, value && value != Py_None);
    if (loop->running)
        loop->thread = PyLong_AsUnsignedLongMask(value);
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *get_ready(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return qip_lists_settle(loop) ? Py_NewRef(loop->lists.ready) : qip_ready_view(loop);
}

static PyObject *get_scheduled(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return qip_lists_settle(loop) ? Py_NewRef(loop->lists.scheduled) : qip_scheduled_view(loop);
}

/*
 * Assigned empty containers by BaseEventLoop.__init__(). Somebody else's, of another kind or in the place of a list that
 * his _run_once() uses, is used; what waits cannot be replaced otherwise.
 */
static int set_container(PyObject *self, PyObject *value, void *closure)
{
    qip_loop *loop = (qip_loop *)self;

    if (!value || (!loop->lists.used && PyObject_Size(value) != 0)) {
        PyErr_Clear();
        PyErr_Format(PyExc_AttributeError, "%s belongs to the loop and cannot be replaced",
                     (const char *)closure);
        return -1;
    }
    return qip_lists_assign(loop, value, strcmp(closure, "_ready") == 0);
}

static PyObject *get_selector(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return Py_NewRef(loop->selector ? loop->selector : Py_None);
}

static int set_selector(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *marker = NULL;

    if (!value || value == Py_None) {
        loop->foreign_selector = false;
        Py_CLEAR(loop->selector);
        return 0;
    }
    marker = PyObject_GetAttrString(value, "_qi_own_poller");
    PyErr_Clear();
    loop->foreign_selector = marker != Py_True;
    Py_XDECREF(marker);
    Py_XSETREF(loop->selector, Py_NewRef(value));
    return 0;
}

static PyObject *get_nested(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((qip_loop *)self)->nested_hold ? "hold" : "run");
}

static int set_nested(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    bool hold = value && PyUnicode_Check(value) &&
                PyUnicode_CompareWithASCIIString(value, "hold") == 0;
    bool run = value && PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "run") == 0;

    if (!hold && !run) {
        PyErr_SetString(PyExc_ValueError, "nested is \"run\" or \"hold\"");
        return -1;
    }
    ((qip_loop *)self)->nested_hold = hold;
    return 0;
}

static PyObject *get_nested_limit(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLong(((qip_loop *)self)->nested_limit);
}

static int set_nested_limit(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    long limit = value ? PyLong_AsLong(value) : -1;

    if (PyErr_Occurred())
        return -1;
    if (limit < 1 || limit > 10000) {
        PyErr_SetString(PyExc_ValueError, "nested_limit is 1 to 10000");
        return -1;
    }
    ((qip_loop *)self)->nested_limit = (unsigned)limit;
    return 0;
}

static PyObject *get_poll_fd(PyObject *self, void *Py_UNUSED(closure))
{
    qip_loop *loop = (qip_loop *)self;
    return PyLong_FromLong(loop->poller ? qip_poller_fd(loop->poller) : -1);
}

/* What the latest turn was given, in microseconds: see pace.h. */
static PyObject *get_turn_length(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble((double)((qip_loop *)self)->pace.turn_ns / 1e3);
}

static PyObject *get_mode(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(((qip_loop *)self)->mode);
}

static PyObject *get_busy(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(qip_loop_is_busy(self));
}

PyGetSetDef qip_loop_getset[] = {
    {"_debug", get_debug, set_debug, NULL, NULL},
    {"_stopping", get_stopping, set_stopping, NULL, NULL},
    {"_closed", get_closed, set_closed, NULL, NULL},
    {"_thread_id", get_thread_id, set_thread_id, NULL, NULL},
    {"_ready", get_ready, set_container, NULL, "_ready"},
    {"_scheduled", get_scheduled, set_container, NULL, "_scheduled"},
    {"_selector", get_selector, set_selector, NULL, NULL},
    {"_poll_fd", get_poll_fd, NULL, NULL, NULL},
    {"_mode", get_mode, NULL, NULL, NULL},
    {"_turn_length", get_turn_length, NULL, NULL, NULL},
    {"_busy", get_busy, NULL, NULL, NULL},
    {"nested", get_nested, set_nested,
     PyDoc_STR("What asyncio does in nested Qt event loops: \"run\" or \"hold\"."), NULL},
    {"nested_limit", get_nested_limit, set_nested_limit,
     PyDoc_STR("How many turns of the loop may be nested inside each other."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyMethodDef qip_attribute_methods[] = {
    {"is_running", loop_is_running, METH_NOARGS, PyDoc_STR("True if the loop is running.")},
    {"is_closed", loop_is_closed, METH_NOARGS, PyDoc_STR("True if the loop was closed.")},
    {"get_debug", loop_get_debug, METH_NOARGS, PyDoc_STR("True in asyncio's debug mode.")},
    {"set_slice", loop_set_slice, METH_O,
     PyDoc_STR("Sets for how many microseconds callbacks may take turns before Qt gets its own.")},
    {NULL, NULL, 0, NULL},
};
