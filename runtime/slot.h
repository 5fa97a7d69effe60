/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi.Slot`: a coroutine function that may be called like a plain one, as signals call their slots. Each
 * call launches a task and runs its first step, as far as the overlap policy lets it. GIL: held.
 *
 * slot.c is the way from a call to a task, overlap.c decides which calls launch and when, and slot_type.c
 * is the type. A `signal` is a str for reports, borrowed; NULL is what the slot itself says of it.
 */
#ifndef QI_RUNTIME_SLOT_H
#define QI_RUNTIME_SLOT_H

#include <Python.h>

#include <qi/connection.h>

#include "owner.h"
#include "pending.h"
#include "signature.h"

/* One launch whose first step is still on the stack, for as long as it is there. */
typedef struct qi__launching {
    struct qi__launching *outer;
    bool cancel; /* somebody wants the task gone that this launch has not got hold of yet */
    PyObject *signal; /* borrowed from the launch; NULL: what the slot says */
} qi__launching;

/* The arguments of an emission that waits its turn. */
typedef struct qi__waiting {
    struct qi__waiting *next;
    PyObject *args;
    PyObject *signal; /* NULL: unknown */
} qi__waiting;

typedef struct qi__slot {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *dict;
    PyObject *weak_references;
    PyObject *callable; /* the function alone where `receiver` is set */
    PyObject *receiver; /* weak reference to a bound method's object; NULL: the callable is kept whole */
    PyObject *task_name;   /* NULL: asyncio makes one */
    PyObject *task_runner; /* NULL: the eager start of libqi's loop */
    PyObject *signal;      /* what it is connected to, for reports; NULL: unknown */
    PyObject *target;      /* "module:callable", for reports; NULL until it is needed */
    PyObject *context;     /* of the plugin that it belongs to; NULL: nobody's, it runs in the caller's */
    qi__signature takes;
    qi_overlap overlap;
    size_t queue_limit; /* 0: none */
    bool allow_plain;
    bool detached; /* nobody gets the tasks, so their exceptions are reported here */
    bool closed;   /* launches nothing any more */
    bool pump_due;
    qi__launching *launching;
    qi__pending_list running;
    qi__waiting *first_waiting, *last_waiting;
    size_t waiting_count;
    qi__owner *owner;
} qi__slot;

/* What a connection wants of its slot. Members that are NULL or 0 have the meaning of qi__slot. */
typedef struct qi__slot_spec {
    PyObject *callable; /* kept */
    const char *task_name;
    const char *signal;
    const char *target;
    qi_overlap overlap;
    size_t queue_limit;
    bool allow_plain;
} qi__slot_spec;

/* A detached slot; its most that it takes is `takes.most`. New reference, or NULL with an exception set. */
qi__slot *qi__slot_new(const qi__slot_spec *spec);

/* Launches nothing any more, nor what waits. Tasks go on. */
void qi__slot_close(qi__slot *slot);

/* Asks every task that it has launched to end. Beware: runs code of theirs. */
void qi__slot_cancel(qi__slot *slot);

bool qi__slot_check(PyObject *object);

/* The slot that launched a task which goes on, borrowed; NULL if that was no slot. */
PyObject *qi__slot_of_pending(const qi__pending *pending);

/* A call by a connection that knows its signal. As a call of the slot by anybody, it returns the task, a new
 * reference, or None, or NULL with an exception set. Beware: runs the first step. */
PyObject *qi__slot_emit(qi__slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf);

/* What it calls, as "module:callable". Borrowed; NULL with an exception set. */
PyObject *qi__slot_target(qi__slot *slot);

/* The attribute of a task in which the loop finds (signal or None, target) of the slot that launched it,
 * where it failed and nobody has asked why. */
#define QI__TASK_ORIGIN "_qi_origin"

/* -- between slot.c, overlap.c and slot_type.c ----------------------------------------------------------- */

/* The slot's vectorcall. */
PyObject *qi__slot_call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames);

/* Calls the function and starts its coroutine, without asking the policy. The task, or what a plain
 * function returned; NULL with an exception set. */
PyObject *qi__slot_launch(qi__slot *slot, PyObject *signal, PyObject *const *args, size_t nargsf);

/* Forgets a task that has ended, after reporting it where nobody else will. */
void qi__slot_settle(qi__pending *pending);

/* Reports the exception that is set, clears it, and names the slot as its origin. */
void qi__slot_report_raised(qi__slot *slot, PyObject *signal);

/* The loop that runs in this thread, a new reference; NULL without an exception if there is none. */
PyObject *qi__running_loop(void);

/* 1: launch now; 0: not now, or never; -1 with an exception set. */
int qi__overlap_admit(qi__slot *slot, PyObject *signal, PyObject *const *args, Py_ssize_t count);

/* A launch or a task has ended: what waits may have its turn, in this call or, as `later` says, soon. */
void qi__overlap_next(qi__slot *slot, bool later);

void qi__overlap_forget(qi__slot *slot);

#endif
