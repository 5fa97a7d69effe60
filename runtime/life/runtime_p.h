/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rooms of the C API share about the one runtime of the process. */
#ifndef QIP_LIFE_RUNTIME_P_H
#define QIP_LIFE_RUNTIME_P_H

#include <Python.h>

#include <stdatomic.h>

#include <qi/runtime.h>
#include <qi/task.h>

struct qi_runtime {
    _Atomic int phase;   /* qi_runtime_phase */
    unsigned generation; /* 1 for the first runtime of the process, and so on */
    PyObject *loop;      /* the QiSelectorEventLoop; NULL once CLOSED */
    qi_config config;    /* with strings of its own */
    void *own;           /* runtime.c's: what nobody else needs to see */
};

/*
 * The gate that every public call passes: is the handle a runtime's, is it RUNNING, and (for the second)
 * is this its GUI thread. Returns QI_OK or the failure, with its message. GIL: not needed.
 */
int qip_runtime_check(const qi_runtime *runtime);
int qip_runtime_check_gui(const qi_runtime *runtime);

bool qip_runtime_on_gui_thread(void);

/* The runtime that is RUNNING or CLOSING, or NULL. */
qi_runtime *qip_runtime_current(void);

/*
 * Tells the host of an exception that nobody awaits: the error callback, else the log. CancelledError is
 * silent. `origin` may be NULL. Any thread that holds the GIL; the GIL is released around the callback.
 * Any exception that is set when it is called stays set.
 */
void qip_report_exception(PyObject *exception, const qi_origin *origin);

/* The same for an error record that is no exception's. */
void qip_report_error(const qi_error *error, const qi_origin *origin);

/* Writes a line to the host's log. GIL: does not matter. Any thread. */
void qip_log(int level, const char *source, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Finds "module:dotted.path" and returns the callable, a new reference. On failure NULL with the error
 * record set (not Python's exception): QI_ERR_NOT_FOUND with near names, QI_ERR_PYTHON, QI_ERR_ARGUMENT,
 * QI_ERR_TYPE (not callable). GIL: held. callable.c
 */
PyObject *qip_callable_find(qi_runtime *runtime, const char *target);
/* What qi_run_task() was asked to run as a task which goes on, borrowed; NULL: that was somebody else. task_end.c */
struct qip_pending;
const char *qip_task_of_pending(const struct qip_pending *pending);
/* The callable of a handle, borrowed, and its "module:path" text; NULL with the record set. */
PyObject *qip_callable_object(const qi_callable *callable, const char **target);

/* Shutdown asks the rooms to let go, GIL held: connection.c and task.c. */
void qip_connections_cut(qi_runtime *runtime);
void qip_connections_cut_scope(PyObject *scope); /* those that call a plugin, when it ends */
void qip_tasks_abandon(qi_runtime *runtime);     /* ends what still waits: QI_ERR_SHUTTING_DOWN */

#endif
