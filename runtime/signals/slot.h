/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Slot`: a coroutine function that may be called like a plain one, as signals call their slots. Each
 * call launches a task and runs its first step, as far as the overlap policy lets it. GIL: held.
 *
 * slot.c is the way from a call to a task, overlap.c decides which calls launch and when, and slot_type.c
 * is the type. A `signal` is a str for reports, borrowed; NULL is what the slot itself says of it.
 */
#ifndef QIP_SIGNALS_SLOT_H
#define QIP_SIGNALS_SLOT_H

#include <Python.h>

#include <qi/connection.h>

#include "qt/owner.h"
#include "loop/pending.h"
#include "python/signature.h"

/* One launch whose first step is still on the stack, for as long as it is there. */
typedef struct qip_launching {
    struct qip_launching *outer;
    bool cancel;      /* somebody wants the task gone that this launch has not got hold of yet */
    PyObject *signal; /* borrowed from the launch; NULL: what the slot says */
} qip_launching;

/* The arguments of an emission that waits its turn. */
typedef struct qip_waiting {
    struct qip_waiting *next;
    PyObject *args;
    PyObject *signal; /* NULL: unknown */
} qip_waiting;

typedef struct qip_slot {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *dict;
    PyObject *weak_references;
    PyObject *callable; /* the function alone where `receiver` is set */
    PyObject *receiver; /* weak reference to a bound method's object; NULL: the callable is kept whole */
    PyObject *keywords;    /* a dict that each call gets besides; NULL: none */
    PyObject *task_name;   /* NULL: asyncio makes one */
    PyObject *task_runner; /* NULL: the eager start of libqi's loop */
    PyObject *signal;      /* what it is connected to, for reports; NULL: unknown */
    PyObject *target;      /* "module:callable", for reports; NULL until it is needed */
    PyObject *context; /* of the plugin that it belongs to; NULL: nobody's, it runs in the caller's */
    qip_signature takes;
    int overlap;        /* a qi_overlap */
    size_t queue_limit; /* 0: none */
    bool allow_plain;
    bool detached; /* nobody gets the tasks, so their exceptions are reported here */
    bool closed;   /* launches nothing any more */
    bool pump_due;
    qip_launching *launching;
    qip_pending_list running;
    uint64_t launched; /* calls of the callable, coroutines or not */
    qip_waiting *first_waiting, *last_waiting;
    size_t waiting_count;
    qip_owner *owner; /* cancels the tasks: as long as one runs there is a slot, whatever became of its connections */
} qip_slot;

/* What a connection wants of its slot. Members that are NULL or 0 have the meaning of qip_slot. */
typedef struct qip_slot_spec {
    PyObject *callable; /* kept */
    PyObject *keywords; /* kept */
    const char *task_name;
    const char *signal;
    const char *target;
    int overlap; /* a qi_overlap */
    size_t queue_limit;
    bool allow_plain;
} qip_slot_spec;

/* A detached slot; its most that it takes is `takes.most`. New reference, or NULL with an exception set. */
qip_slot *qip_slot_new(const qip_slot_spec *spec);

/* From now on the object's end closes the slot and cancels its tasks. Once a slot. 0, or -1 with an exception set. */
int qip_slot_own(qip_slot *slot, qi_object *owner);

/* Launches nothing any more, nor what waits. Tasks go on. */
void qip_slot_close(qip_slot *slot);

/* Asks every task that it has launched to end. Beware: runs code of theirs. */
void qip_slot_cancel(qip_slot *slot);

bool qip_slot_check(PyObject *object);

/* What asyncslot() makes of a function. New reference, or NULL with an exception set. */
PyObject *qip_slot_of_function(PyObject *function);

/* The slot that launched a task which goes on, borrowed; NULL if that was no slot. */
PyObject *qip_slot_of_pending(const qip_pending *pending);

/* A call by a connection that knows its signal. As a call of the slot by anybody, it returns the task, a new
 * reference, or None, or NULL with an exception set. Beware: runs the first step. */
PyObject *qip_slot_emit(qip_slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf);

/* What it calls, as "module:callable". Borrowed from the slot, which the caller holds; NULL with an exception set. Beware: may
 * run any code, the first time. */
PyObject *qip_slot_target(qip_slot *slot);

/* The attribute of a task in which the loop finds (signal or None, target) of the slot that launched it,
 * where it failed and nobody has asked why. */
#define QIP_TASK_ORIGIN "_qi_origin"

/* -- between slot.c, overlap.c and slot_type.c ----------------------------------------------------------- */

/* The slot's vectorcall. */
PyObject *qip_slot_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames);

/* Calls the function and starts its coroutine, without asking the policy. The task, or what a plain
 * function returned; NULL with an exception set. */
PyObject *qip_slot_launch(qip_slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf);

/* Forgets a task that has ended, after reporting it where nobody else will. */
void qip_slot_settle(qip_pending *pending);

/* Reports the exception that is set, clears it, and names the slot as its origin. */
void qip_slot_report_raised(qip_slot *slot, PyObject *signal);

/* The loop that runs in this thread, a new reference; NULL without an exception if there is none. */
PyObject *qip_running_loop(void);

/* 1: launch now; 0: not now, or never; -1 with an exception set. */
int qip_overlap_admit(qip_slot *slot, PyObject *signal, PyObject *const *args, Py_ssize_t count);

/* A launch or a task has ended: what waits may have its turn, in this call or, as `later` says, soon. */
void qip_overlap_next(qip_slot *slot, bool later);

void qip_overlap_forget(qip_slot *slot);

#endif
