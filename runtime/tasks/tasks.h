/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms need of the tasks that C has launched. GIL: held. */
#ifndef QIP_TASKS_TASKS_H
#define QIP_TASKS_TASKS_H

#include <Python.h>

#include <qi/task.h>

#include "loop/pending.h"

/* What qi_run_task() was asked to run as a task which goes on, borrowed; NULL: that was somebody else. */
const char *qip_task_of_pending(const qip_pending *pending);

/* Ends what still waits: QI_ERR_SHUTTING_DOWN. */
void qip_tasks_abandon(qi_runtime *runtime);

#endif
