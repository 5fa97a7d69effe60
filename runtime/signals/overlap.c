/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a second emission does while the first coroutine still runs.
 *
 * A slot is busy while the first step of one of its launches is on the stack, or a task of its has not
 * ended. A task counts as ended from its last step on, not from its done-callback, which asyncio runs one
 * iteration later: an emission in between finds the slot idle.
 *
 *                  idle, none waits   idle, some wait          busy
 *     CONCURRENT   launch             -                        launch
 *     DROP         launch             -                        drop
 *     QUEUE        launch             the first goes, append   append; beyond the limit drop and log
 *     RESTART      launch             -                        cancel all, launch
 *     LATEST       launch             the first goes, replace  replace
 *
 * What waits gets its turn when a task ends, one launch in each iteration of the loop, so that a slot
 * whose first step emits its own signal cannot keep the loop for itself.
 */
#include "signals/slot.h"

#include "python/report.h"

/* Owned by the caller: forget_waiting(). */
static qip_waiting *pop_waiting(qip_slot *slot)
{
    qip_waiting *item = slot->first_waiting;

    slot->first_waiting = item->next;
    if (!item->next)
        slot->last_waiting = NULL;
    slot->waiting_count--;
    return item;
}

/* Beware: may run code that emits again. */
static void forget_waiting(qip_waiting *item)
{
    Py_DECREF(item->args);
    Py_XDECREF(item->signal);
    PyMem_Free(item);
}

void qip_overlap_forget(qip_slot *slot)
{
    while (slot->first_waiting)
        forget_waiting(pop_waiting(slot));
}

static int append_waiting(qip_slot *slot, PyObject *signal, PyObject *const *values, Py_ssize_t count)
{
    PyObject *args = PyTuple_New(count);
    qip_waiting *item = args ? PyMem_Malloc(sizeof *item) : NULL;

    if (!item) {
        Py_XDECREF(args);
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        PyTuple_SET_ITEM(args, i, Py_NewRef(values[i]));
    *item = (qip_waiting){.next = NULL, .args = args, .signal = Py_XNewRef(signal)};
    if (slot->last_waiting)
        slot->last_waiting->next = item;
    else
        slot->first_waiting = item;
    slot->last_waiting = item;
    slot->waiting_count++;
    return 0;
}

/* -- busy or idle ------------------------------------------------------------------------------------------ */

/* A task that waits in a loop which was closed will never end. */
static bool is_stranded(PyObject *task)
{
    PyObject *loop = PyObject_CallMethod(task, "get_loop", NULL);
    PyObject *closed = loop ? PyObject_CallMethod(loop, "is_closed", NULL) : NULL;
    bool result = closed == Py_True;

    PyErr_Clear();
    Py_XDECREF(closed);
    Py_XDECREF(loop);
    return result;
}

static void give_up(qip_pending *pending)
{
    qip_slot *slot = pending->data;

    qip_pending_drop(pending);
    qip_overlap_forget(slot); /* they waited for a loop that is no more */
    Py_DECREF(slot);
}

typedef enum standing { RUNS, HAS_ENDED, IS_STRANDED } standing;

/* Beware: one that is not of asyncio's own class answers by code of its own. */
static standing standing_of(PyObject *task)
{
    int done = qip_task_is_done(task);

    if (done < 0)
        PyErr_Clear(); /* not a task of asyncio's; its callback will tell */
    return done > 0 ? HAS_ENDED : is_stranded(task) ? IS_STRANDED : RUNS;
}

/* Settles what has ended on the way. The caller holds a reference to the slot. */
static bool is_busy(qip_slot *slot)
{
    if (slot->launching)
        return true;
    while (slot->running.first) {
        qip_pending *pending = (qip_pending *)Py_NewRef((PyObject *)slot->running.first);
        PyObject *task = Py_NewRef(pending->task);
        const standing stands = standing_of(task);
        if (!pending->task) { /* it was settled while it was asked */
        } else if (stands == HAS_ENDED) {
            qip_slot_settle(pending);
        } else if (stands == IS_STRANDED) {
            give_up(pending);
        }
        Py_DECREF(task);
        Py_DECREF((PyObject *)pending);
        if (stands == RUNS)
            return true;
    }
    return false;
}

/* -- what waits -------------------------------------------------------------------------------------------- */

static void launch_first(qip_slot *slot)
{
    qip_waiting *item = pop_waiting(slot);
    PyObject *task = qip_slot_launch(slot, item->signal, &PyTuple_GET_ITEM(item->args, 0),
                                     (size_t)PyTuple_GET_SIZE(item->args));

    if (!task)
        qip_slot_report_raised(slot, item->signal);
    Py_XDECREF(task);
    forget_waiting(item);
}

/* Where no loop will call back, the next emission does what is due. */
static void pump_soon(qip_slot *slot)
{
    PyObject *loop = slot->pump_due ? NULL : qip_running_loop();
    PyObject *pump = loop ? PyObject_GetAttrString((PyObject *)slot, "_pump") : NULL;
    PyObject *handle = pump ? PyObject_CallMethod(loop, "call_soon", "O", pump) : NULL;

    if (handle)
        slot->pump_due = true;
    PyErr_Clear();
    Py_XDECREF(handle);
    Py_XDECREF(pump);
    Py_XDECREF(loop);
}

void qip_overlap_next(qip_slot *slot, bool later)
{
    if (!slot->first_waiting)
        return;
    Py_INCREF(slot);
    if (!later && !is_busy(slot) && slot->first_waiting)
        launch_first(slot);
    if (slot->first_waiting && !is_busy(slot))
        pump_soon(slot);
    Py_DECREF(slot);
}

/* An emission that finds the slot idle lets those go first that came first: at most those that wait now. */
static void catch_up(qip_slot *slot)
{
    for (size_t turns = slot->waiting_count; turns > 0; turns--) {
        if (is_busy(slot) || !slot->first_waiting) /* in this order: the question may empty the queue */
            return;
        launch_first(slot);
    }
}

/* -- the policies ------------------------------------------------------------------------------------------ */

static int enqueue(qip_slot *slot, PyObject *signal, PyObject *const *args, Py_ssize_t count)
{
    if (slot->queue_limit > 0 && slot->waiting_count >= slot->queue_limit) {
        const char *target = slot->target ? PyUnicode_AsUTF8(slot->target) : NULL;
        const char *name = signal         ? PyUnicode_AsUTF8(signal)
                           : slot->signal ? PyUnicode_AsUTF8(slot->signal)
                                          : NULL;
        PyErr_Clear();
        qip_log(QI_LOG_WARNING, "qi",
                "%s dropped an emission of %s: %zu wait already, its queue_limit",
                target ? target : "a slot", name ? name : "its signal", slot->waiting_count);
        return 0;
    }
    return append_waiting(slot, signal, args, count);
}

static int wait_or_launch(qip_slot *slot, PyObject *signal, PyObject *const *args, Py_ssize_t count)
{
    catch_up(slot);
    if (slot->closed)
        return 0; /* closed by what has just run */
    if (!slot->first_waiting && !is_busy(slot))
        return 1;
    if (slot->overlap == QI_OVERLAP_QUEUE)
        return enqueue(slot, signal, args, count);
    qip_overlap_forget(slot);
    return append_waiting(slot, signal, args, count);
}

int qip_overlap_admit(qip_slot *slot, PyObject *signal, PyObject *const *args, Py_ssize_t count)
{
    switch (slot->overlap) {
    case QI_OVERLAP_DROP:
        return !is_busy(slot);
    case QI_OVERLAP_RESTART:
        qip_slot_cancel(slot);
        return !slot->closed;
    case QI_OVERLAP_QUEUE:
    case QI_OVERLAP_LATEST:
        return wait_or_launch(slot, signal, args, count);
    case QI_OVERLAP_CONCURRENT:
        break;
    }
    return 1;
}
