/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * _ready and _scheduled as other people's Python code knows them.
 *
 * asyncio's own classes keep a deque and a list there, and some libraries and tests look inside, or put
 * handles in. These two views give them what they use, over the ring and the timers of the loop.
 */
#include "loop/loop_p.h"
#include "loop/setup.h"

#include <stddef.h>

typedef struct view {
    PyObject_HEAD
    qip_loop *loop;
} view;

static void view_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    Py_CLEAR(((view *)self)->loop);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int view_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((view *)self)->loop);
    return 0;
}

static PyObject *new_view(PyObject *type, qip_loop *loop)
{
    view *self = PyObject_GC_New(view, (PyTypeObject *)type);

    if (self) {
        self->loop = (qip_loop *)Py_NewRef((PyObject *)loop);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

static PyObject *index_error(const char *what)
{
    PyErr_SetString(PyExc_IndexError, what);
    return NULL;
}

/* -- _ready ------------------------------------------------------------------------------------------- */

static Py_ssize_t ready_length(PyObject *self)
{
    return (Py_ssize_t)((view *)self)->loop->ready.count;
}

static PyObject *ready_item(PyObject *self, Py_ssize_t index)
{
    qip_ring *ready = &((view *)self)->loop->ready;

    if (index < 0 || (size_t)index >= ready->count)
        return index_error("ready queue index out of range");
    return Py_NewRef((PyObject *)qip_ring_at(ready, (size_t)index));
}

static PyObject *ready_append(PyObject *self, PyObject *handle)
{
    qip_loop *loop = ((view *)self)->loop;

    if (qip_ready_push(loop, handle) < 0)
        return NULL;
    if (qip_loop_is_idle(loop))
        qip_loop_ask_wake(loop);
    Py_RETURN_NONE;
}

static PyObject *ready_popleft(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *handle = qip_ring_pop(&((view *)self)->loop->ready);

    if (handle && qip_handle_is_ours(handle)) {
        ((qip_handle *)handle)->queued = false;
        qip_handle_track(handle);
    }
    return handle ? handle : index_error("pop from an empty ready queue");
}

static PyObject *ready_clear(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_ring *ready = &((view *)self)->loop->ready;

    for (PyObject *handle; (handle = qip_ring_pop(ready));) {
        if (qip_handle_is_ours(handle))
            ((qip_handle *)handle)->queued = false;
        qip_handle_release(handle);
    }
    Py_RETURN_NONE;
}

static PyMethodDef ready_methods[] = {
    {"append", ready_append, METH_O, NULL},
    {"popleft", ready_popleft, METH_NOARGS, NULL},
    {"clear", ready_clear, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot ready_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("The loop's ready queue.")},
    {Py_tp_dealloc, view_dealloc},
    {Py_tp_traverse, view_traverse},
    {Py_tp_methods, ready_methods},
    {Py_sq_length, ready_length},
    {Py_sq_item, ready_item},
    {0, NULL},
};

static PyType_Spec ready_spec = {
    .name = "_qi.ReadyQueue",
    .basicsize = sizeof(view),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = ready_slots,
};

PyObject *qip_ready_view(qip_loop *loop)
{
    return new_view(qip_loop_refs.ready_type, loop);
}

/* -- _scheduled ----------------------------------------------------------------------------------------- */

static PyObject *timer_object(qip_timer *timer)
{
    return (PyObject *)qip_timer_handle_of(timer);
}

static Py_ssize_t scheduled_length(PyObject *self)
{
    return (Py_ssize_t)((view *)self)->loop->timers.count;
}

/* In the order of the heap, of which only the first place means anything. */
static PyObject *scheduled_item(PyObject *self, Py_ssize_t index)
{
    qip_timers *timers = &((view *)self)->loop->timers;

    if (index < 0 || (size_t)index >= timers->count)
        return index_error("timer index out of range");
    return Py_NewRef(timer_object(timers->slots[index].timer));
}

static PyObject *scheduled_clear(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_timers *timers = &((view *)self)->loop->timers;

    for (qip_timer *timer; (timer = qip_timers_first(timers));) {
        qip_timers_remove(timers, timer);
        qip_handle_release(timer_object(timer));
    }
    Py_RETURN_NONE;
}

static PyMethodDef scheduled_methods[] = {
    {"clear", scheduled_clear, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scheduled_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("The loop's timers; the earliest comes first.")},
    {Py_tp_dealloc, view_dealloc},
    {Py_tp_traverse, view_traverse},
    {Py_tp_methods, scheduled_methods},
    {Py_sq_length, scheduled_length},
    {Py_sq_item, scheduled_item},
    {0, NULL},
};

static PyType_Spec scheduled_spec = {
    .name = "_qi.Timers",
    .basicsize = sizeof(view),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = scheduled_slots,
};

PyObject *qip_scheduled_view(qip_loop *loop)
{
    return new_view(qip_loop_refs.scheduled_type, loop);
}

int qip_views_setup(PyObject *Py_UNUSED(module))
{
    qip_loop_refs.ready_type = PyType_FromSpec(&ready_spec);
    qip_loop_refs.scheduled_type = qip_loop_refs.ready_type ? PyType_FromSpec(&scheduled_spec) : NULL;
    return qip_loop_refs.scheduled_type ? 0 : -1;
}
