/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that wait for tasks to end. */
#ifndef QIP_TASKS_WAITING_H
#define QIP_TASKS_WAITING_H

#include <Python.h>

#include <pthread.h>
#include <time.h>

/* QI_OK where the calling thread may wait: it is not the GUI thread, and the tasks are this process's. */
int qip_waiting_check(const char *function);

/* Gives up the GIL, if the thread holds it, and takes it again. */
PyThreadState *qip_waiting_begin(void);
void qip_waiting_over(PyThreadState *thread);

/* A condition whose deadlines are qip_waiting_deadline()'s. */
void qip_waiting_make_condition(pthread_cond_t *condition);
struct timespec qip_waiting_deadline(int milliseconds);

/* A task has ended, which its phase says already: wakes who waits for several. */
void qip_waiting_tell(void);

#endif
