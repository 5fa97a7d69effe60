/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks that have not ended after their first step: who keeps them alive, and who is told when they end.
 *
 * asyncio itself holds its tasks by weak references only. A qip_pending holds one strongly until it has
 * ended, in a list of whoever launched it, so that all of them can be found and cancelled. GIL: held.
 */
#ifndef QIP_LOOP_PENDING_H
#define QIP_LOOP_PENDING_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct qip_pending qip_pending;

/* Begins empty: all zero. The pendings in it are its own until they are dropped. */
typedef struct qip_pending_list {
    qip_pending *first;
} qip_pending_list;

/* Called once, in the task's loop, when the task has ended; not after qip_pending_drop(). */
typedef void (*qip_pending_fn)(qip_pending *pending);

struct qip_pending {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *task; /* NULL once dropped */
    void *data;
    qip_pending_fn ended;
    PyObject *signal;     /* what launched it, for reports; NULL: unknown */
    uint64_t since_ticks; /* when it was added */
    qip_pending_list *list;
    qip_pending *previous, *next;
};

bool qip_pending_check(PyObject *object);

/*
 * Keeps `task` in `list`, and in `*place`, where it is borrowed until it is dropped; NULL: nobody wants to know. 0, or -1
 * with an exception set. Beware: a task that is no asyncio.Task may call `ended` inside of this.
 */
int qip_pending_add(qip_pending_list *list, PyObject *task, PyObject *signal, qip_pending_fn ended,
                    void *data, qip_pending **place);

/* Takes it out of its list and lets go of the task. The owner of `data` is the caller's affair. */
void qip_pending_drop(qip_pending *pending);

/*
 * Asks all tasks of the list to end. Beware: this runs code of theirs, which may launch and end others;
 * exactly those that were in the list at the call are asked.
 */
void qip_pending_cancel_all(const qip_pending_list *list);

/* 1 if the task has ended, 0 if not, -1 with an exception set. */
int qip_task_is_done(PyObject *task);

/* The exception with which an ended task failed, a new reference, which counts as having been seen: asyncio
 * itself will not complain of it any more. NULL, never with an exception set, if it did not fail. */
PyObject *qip_task_exception(PyObject *task);

/* Whether a task has ended with an exception that nobody has asked for so far. Does not count as asking. */
bool qip_task_failed_unseen(PyObject *task);

/* True for the exception of a task, SystemExit and KeyboardInterrupt, that has left the loop as well, to whoever
 * runs that or hears of it. The loop of a host is left by none: there it is the task's as any other. */
bool qip_exception_left_loop(PyObject *exception, PyObject *task);

/* Asks one task to end. What cancel() itself raises is reported, not returned. */
void qip_task_cancel(PyObject *task);

#endif
