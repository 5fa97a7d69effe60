/* SPDX-License-Identifier: BSD-3-Clause */
/* The ready queue, as all who schedule fill it, and the end of all that waits. */
#include "loop/loop_p.h"

PyObject *qip_loop_closed_error(void)
{
    PyErr_SetString(PyExc_RuntimeError, "Event loop is closed");
    return NULL;
}

int qip_ready_push(qip_loop *loop, PyObject *handle)
{
    if (loop->lists.used)
        return qip_lists_push(loop, handle);
    if (!qip_ring_push(&loop->ready, Py_NewRef(handle))) {
        Py_DECREF(handle);
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void drop_ring(qip_ring *ring)
{
    for (PyObject *item; (item = qip_ring_pop(ring));)
        qip_handle_release(item);
}

/* Everything that waits, as close() throws it away. Beware: freeing callbacks can run any code. */
void qip_loop_drop_all(qip_loop *loop)
{
    drop_ring(&loop->ready);
    qip_lists_drop(loop);
    drop_ring(&loop->modal);
    Py_CLEAR(loop->task_arguments); /* holds the loop itself */
    for (qip_timer *timer; (timer = qip_timers_first(&loop->timers));) {
        qip_timers_remove(&loop->timers, timer);
        qip_handle_release((PyObject *)qip_timer_handle_of(timer));
    }
    while (loop->deferred_count)
        qip_handle_release(loop->deferred[--loop->deferred_count].handle);
}
