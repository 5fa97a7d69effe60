/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The type _qi.Loop: the core under asyncio's SelectorEventLoop. Its life, its modes, its attributes.
 *
 * The Python class is QiSelectorEventLoop(_qi.Loop, asyncio.SelectorEventLoop): what is hot is found
 * here first, everything else is asyncio's own code. That code reads and writes private attributes of
 * its base class (_ready, _closed, _thread_id, …); here they are descriptors over the structure.
 *
 * State and mode:
 *
 *              | OWNER                         | GUEST                        | NATIVE
 *   not running| set_mode(), run_forever()     | set_mode(), start()          | set_mode(), run_forever()
 *   running    | a host's event loop that we   | the host's own event loop    | the loop waits by itself
 *              | execute calls us              | calls us                     |
 *   stop()     | ends run_forever() after the  | after the batch; outside of  | as OWNER
 *              | batch                         | callbacks at once            |
 *
 * Continue reading in turn.c.
 */
#include "loop/loop_p.h"
#include "python/visit.h"
#include "loop/registry.h"
#include "loop/setup.h"

#include <stddef.h>
#include <structmember.h>

static const PyMethodDef *more_methods;

enum { DEFAULT_SLICE_US = 2000, DEFAULT_NESTED_LIMIT = 64 };

/* -- life ---------------------------------------------------------------------------------------------- */

static PyObject *loop_new(PyTypeObject *type, PyObject *Py_UNUSED(args),
                          PyObject *Py_UNUSED(keywords))
{
    qip_loop *loop = (qip_loop *)type->tp_alloc(type, 0);

    if (!loop)
        return NULL;
    loop->pace.slice_ns = (uint64_t)DEFAULT_SLICE_US * 1000;
    loop->nested_limit = DEFAULT_NESTED_LIMIT;
    loop->clock_resolution = 1e-9;
    loop->overrides = QIP_OVERRIDES_UNKNOWN;
    loop->foreign_fd = -1;
    loop->forks = qip_fork_count;
    loop->poller = qip_poller_new();
    if (!loop->poller) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(loop);
        return NULL;
    }
    return (PyObject *)loop;
}

static int loop_traverse(PyObject *self, visitproc visit, void *arg)
{
    qip_loop *loop = (qip_loop *)self;

    Py_VISIT(Py_TYPE(self));
    int result = 0;
    for (size_t i = 0; i < loop->ready.count && !result; i++)
        result = qip_handle_visit(qip_ring_at(&loop->ready, i), visit, arg);
    for (size_t i = 0; i < loop->timers.count && !result; i++)
        result = qip_handle_visit((PyObject *)qip_timer_handle_of(loop->timers.slots[i].timer),
                                  visit, arg);
    for (size_t i = 0; i < loop->deferred_count && !result; i++)
        result = qip_handle_visit(loop->deferred[i].handle, visit, arg);
    if (result)
        return result;
    for (size_t i = 0; i < loop->modal.count; i++)
        Py_VISIT((PyObject *)qip_ring_at(&loop->modal, i));
    result = qip_lists_traverse(loop, visit, arg);
    if (result)
        return result;
    Py_VISIT(loop->raised);
    Py_VISIT(loop->captured);
    Py_VISIT(loop->task_factory);
    Py_VISIT(loop->task_arguments);
    Py_VISIT(loop->current_handle);
    Py_VISIT(loop->selector);
    Py_VISIT(loop->contexts.pattern);
    Py_VISIT(loop->contexts.spare);
    return qip_fd_traverse(loop, visit, arg);
}

static int loop_clear(PyObject *self)
{
    qip_loop *loop = (qip_loop *)self;

    qip_loop_drop_all(loop);
    qip_lists_clear(loop);
    qip_fd_clear(loop);
    Py_CLEAR(loop->raised);
    Py_CLEAR(loop->captured);
    Py_CLEAR(loop->task_factory);
    Py_CLEAR(loop->current_handle);
    Py_CLEAR(loop->selector);
    qip_contexts_clear(&loop->contexts);
    return 0;
}

static void loop_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qip_loop *loop = (qip_loop *)self;

    PyObject_GC_UnTrack(self);
    qip_loop_forget_runner(loop);
    qip_loop_drop_host(loop);
    loop_clear(self);
    qip_ring_free(&loop->ready);
    qip_ring_free(&loop->modal);
    qip_timers_free(&loop->timers);
    PyMem_Free(loop->deferred);
    qip_poller_free(loop->poller);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef loop_members[] = {
    {"_current_handle", T_OBJECT, offsetof(qip_loop, current_handle), 0, NULL},
    {"_task_factory", T_OBJECT, offsetof(qip_loop, task_factory), 0, NULL},
    {"_clock_resolution", T_DOUBLE, offsetof(qip_loop, clock_resolution), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* Methods may be replaced on the instance at any time; the next use looks which. */
static int loop_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    ((qip_loop *)self)->overrides |= QIP_OVERRIDES_UNKNOWN;
    return PyObject_GenericSetAttr(self, name, value);
}

/* -- the type -------------------------------------------------------------------------------------------- */

/* One method table out of those of the rooms; it lives as long as the type, which is as long as Python. */
static PyMethodDef *join_methods(void)
{
    const PyMethodDef *rooms[] = {qip_run_methods,  qip_attribute_methods, qip_sched_methods,
                                  qip_fd_methods,   qip_eager_methods,     qip_wait_methods,
                                  qip_down_methods, more_methods};
    static PyMethodDef all[64];
    size_t count = 0;

    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        for (const PyMethodDef *method = rooms[room]; method && method->ml_name; method++) {
            if (count == sizeof all / sizeof *all - 1)
                Py_FatalError("the method table of _qi.Loop is too small");
            all[count++] = *method;
        }
    }
    return all;
}

void qip_loop_add_methods(const PyMethodDef *methods)
{
    more_methods = methods;
}

int qip_loop_setup(PyObject *module)
{
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)PyDoc_STR("The core of qi's event loops. Use qi.new_event_loop().")},
        {Py_tp_new, loop_new},
        {Py_tp_dealloc, loop_dealloc},
        {Py_tp_traverse, loop_traverse},
        {Py_tp_clear, loop_clear},
        {Py_tp_setattro, loop_setattro},
        {Py_tp_methods, join_methods()},
        {Py_tp_members, loop_members},
        {Py_tp_getset, qip_loop_getset},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "_qi.Loop",
        .basicsize = sizeof(qip_loop),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
        .slots = slots,
    };

    qip_loop_refs.loop_type = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (!qip_loop_refs.loop_type)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_loop_refs.loop_type);
}
