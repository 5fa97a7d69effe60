/* SPDX-License-Identifier: BSD-3-Clause */
/* What Python tells of a task's progress, on its way to the host's callback: see progress.c. */
#ifndef QI_RUNTIME_PROGRESS_H
#define QI_RUNTIME_PROGRESS_H

#include <Python.h>

#include <qi/task.h>

#include "state.h"

typedef struct qi__progress qi__progress;

/* Owned: qi__progress_drop(). NULL: no memory. Thread: any. GIL: not needed. */
qi__progress *qi__progress_new(qi_task_progress_fn tell, void *user);

/* Enters a context, a copy of the current one, in which qi.progress() reports to `progress`. New
 * reference, for qi__progress_leave(); NULL with an exception set. GIL: held. */
PyObject *qi__progress_enter(qi__progress *progress);
void qi__progress_leave(PyObject *context);

/* Tells what still waits, then nothing more. Beware: calls the host, without the GIL. Thread: GUI. GIL:
 * held. */
void qi__progress_finish(qi__progress *progress);

/* The task's reference; nothing is told after this. NULL is allowed. Thread: any. GIL: does not matter. */
void qi__progress_drop(qi__progress *progress);

int qi__progress_setup(PyObject *module, qi__state *state);

#endif
