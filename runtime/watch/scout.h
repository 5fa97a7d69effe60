/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watchdog's second thread, which has the GIL: does Python hold the GUI thread, and what of it? The functions
 * are called without the GIL.
 */
#ifndef QIP_WATCH_SCOUT_H
#define QIP_WATCH_SCOUT_H

#include <Python.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What a stall is made of; strings of its own, or NULL. */
typedef struct qip_stall_texts {
    char *stack, *task, *plugin, *signal, *target;
} qip_stall_texts;

void qip_stall_texts_free(qip_stall_texts *texts);

typedef enum qip_errand {
    QIP_ERRAND_NONE,
    QIP_ERRAND_LOOK,    /* do frames of Python stand above the event loop's? */
    QIP_ERRAND_DESCRIBE /* and what are they? */
} qip_errand;

/* Begins empty, for each start. */
typedef struct qip_scout {
    pthread_t thread;
    atomic_bool ends;

    /* between the two threads, under the lock of scout.c */
    qip_errand wanted;
    uint64_t period; /* what it is about */
    bool has_gil, answered, in_python;
    qip_stall_texts found;
} qip_scout;

/* Begins with the caller's signal mask. 0, or the error of pthread_create(). */
int qip_scout_start(qip_scout *scout);

/* Asks about a period of the pulse, and waits for the answer. False: it still waits for the GIL. */
bool qip_scout_send(qip_scout *scout, qip_errand what, uint64_t period);

/* The latest answer: whether Python held the thread; and what there is to say of it, which is the caller's then. */
bool qip_scout_saw_python(qip_scout *scout);
bool qip_scout_take(qip_scout *scout, qip_stall_texts *texts);

/* Tells it to end, and whoever waits for it to wait no more; and waits for its end. */
void qip_scout_dismiss(qip_scout *scout);
void qip_scout_join(qip_scout *scout);

#endif
