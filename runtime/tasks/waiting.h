/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that wait for tasks to end. */
#ifndef QIP_TASKS_WAITING_H
#define QIP_TASKS_WAITING_H

#include <Python.h>

#include <pthread.h>
#include <time.h>

/* QI_OK where the calling thread may wait: it is not the GUI thread, and the tasks are this process's. */
int qip_waiting_check(const char *function);

/* What the thread gives up as long as it waits: the GIL, if it holds it, and its turn to tell of output. */
typedef struct qip_waiting {
    PyThreadState *thread;
    size_t told;
} qip_waiting;

qip_waiting qip_waiting_begin(void);
void qip_waiting_over(qip_waiting waiting);

/* A condition whose deadlines are qip_waiting_deadline()'s. */
void qip_waiting_make_condition(pthread_cond_t *condition);
struct timespec qip_waiting_deadline(int milliseconds);

/* A task has ended, which its phase says already: wakes who waits for several. */
void qip_waiting_tell(void);

#endif
