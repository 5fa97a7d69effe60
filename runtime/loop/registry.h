/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * asyncio's set of all tasks, and tasks that need not enter it. GIL: held.
 *
 * On 3.11 every task enters a WeakSet when it is made, by a method that is written in Python, and leaves
 * it by another: a third of what an emission costs whose coroutine ends in its first step. From 3.12 on an
 * eager task enters only if it outlives its first step, and here is the same for 3.11: the newcomer waits
 * on the stack of its launcher, and whoever iterates over the set meanwhile, as asyncio.all_tasks() does,
 * finds it there all the same.
 */
#ifndef QIP_LOOP_REGISTRY_H
#define QIP_LOOP_REGISTRY_H

#include <Python.h>

#include "python/compat.h"

#if QIP_HAS_EAGER_START

/* Task has it built in. */
typedef struct qip_newcomer {
    char unused;
} qip_newcomer;

static inline void qip_newcomer_open(qip_newcomer *newcomer)
{
    (void)newcomer;
}

static inline void qip_newcomer_expect(qip_newcomer *newcomer)
{
    (void)newcomer;
}

static inline void qip_newcomer_made(qip_newcomer *newcomer, const PyObject *task)
{
    (void)newcomer;
    (void)task;
}

static inline void qip_newcomer_close(qip_newcomer *newcomer)
{
    (void)newcomer;
}

#else

/* A task that is in its first step. */
typedef struct qip_newcomer {
    struct qip_newcomer *outer;
    PyObject *task; /* NULL: not there yet, or in the set */
} qip_newcomer;

/* Brackets the making and the first step of a task. Closing it puts the task into the set unless it is
 * done. Neither fails, nor touches the exception that is set. */
void qip_newcomer_open(qip_newcomer *newcomer);
void qip_newcomer_close(qip_newcomer *newcomer);

/* The next task that asyncio registers is this newcomer's, … */
void qip_newcomer_expect(qip_newcomer *newcomer);

/* … which is this one; NULL: it could not be made. If another came first, that one enters the set now. */
void qip_newcomer_made(qip_newcomer *newcomer, const PyObject *task);

#endif

#endif
