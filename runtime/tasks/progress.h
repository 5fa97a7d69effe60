/* SPDX-License-Identifier: BSD-3-Clause */
/* What Python tells of a task's progress, on its way to the host's callback: see progress.c. */
#ifndef QIP_TASKS_PROGRESS_H
#define QIP_TASKS_PROGRESS_H

#include <Python.h>

#include <qi/task.h>

typedef struct qip_progress qip_progress;

/* Tells `owner`, the task, in the GUI thread without the GIL. Beware: that calls the host. */
typedef void (*qip_progress_tell_fn)(void *owner, const qi_task_progress *progress);

/* `owner` lives until qip_progress_finish() or _drop(). Owned: qip_progress_drop(). NULL: no memory. Thread: any. GIL: not needed. */
qip_progress *qip_progress_new(qip_progress_tell_fn tell, void *owner);

/* Enters a context, a copy of the current one, in which qi.progress() reports to `progress`. New
 * reference, for qip_progress_leave(); NULL with an exception set. GIL: held. */
PyObject *qip_progress_enter(qip_progress *progress);
void qip_progress_leave(PyObject *context);

/* Tells what still waits, then nothing more. Beware: calls the host, without the GIL. Thread: GUI. GIL:
 * held. */
void qip_progress_finish(qip_progress *progress);

/* What was reported last, as qi_task_describe() has it; none: nothing, also where `progress` is NULL. Owned. QI_OK or
 * QI_ERR_MEMORY. Thread: any. GIL: does not matter. */
int qip_progress_read(qip_progress *progress, qi_value *out);

/* The task's reference; nothing is told after this. NULL is allowed. Thread: any. GIL: does not matter. */
void qip_progress_drop(qip_progress *progress);

#endif
