/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms need of the tasks that C has launched. GIL: held. */
#ifndef QIP_TASKS_TASKS_H
#define QIP_TASKS_TASKS_H

#include <Python.h>

#include <qi/task.h>

#include "loop/pending.h"

/* What qi_run_task() was asked to run as a task which goes on, borrowed; NULL: that was somebody else. */
const char *qip_task_of_pending(const qip_pending *pending);

/*
 * qi_run_task() of an object that Python has given, in the GUI thread, with the options of the host, which may be NULL: what
 * they say of the callable, of keyword arguments and of flags, but for QI_TASK_FLAG_PROGRESS and _REPORT, does not count. `flags` are
 * those that do, and `name` is the task's where the host gives it none.
 */
int qip_task_run_object(qi_runtime *runtime, PyObject *object, unsigned flags, const char *name,
                        const qi_task_options *given, qi_task **out);

/* Ends what still waits: QI_ERR_SHUTTING_DOWN. */
void qip_tasks_abandon(qi_runtime *runtime);

#endif
