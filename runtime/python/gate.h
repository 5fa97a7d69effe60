/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is there a runtime, and is this its thread: what every public call asks first. At most one runtime is not
 * CLOSED. Its phase is changed by the GUI thread and read by all; life/ opens and closes the gate.
 */
#ifndef QIP_PYTHON_GATE_H
#define QIP_PYTHON_GATE_H

#include <Python.h>

#include <qi/runtime.h>
#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qi_runtime {
    int phase;      /* int; qip_runtime_phase() reads it */
    unsigned forks; /* qip_fork_count when it was opened: in a child of fork() it is the parent's */
    bool started;   /* nobody outside of libqi has it before; qip_runtime_has_started() reads it */
    unsigned generation; /* 1 for the first runtime of the process, and so on */
    PyObject *loop;      /* the QiSelectorEventLoop; NULL once CLOSED */
    qi_config config;    /* with strings of its own */
    void *own;           /* life/'s: what nobody else needs to see */
};

/*
 * The gate that every public call passes: is the handle a runtime's, is it RUNNING, and (for the second)
 * is this its GUI thread. Returns QI_OK or the failure, with its message. GIL: not needed.
 */
int qip_runtime_check(const qi_runtime *runtime);
int qip_runtime_check_gui(const qi_runtime *runtime);

bool qip_runtime_on_gui_thread(void);

/* Thread: any. */
int qip_runtime_phase(const qi_runtime *runtime);

/* Whether there is a runtime, and this process is a child of the one that it runs in. Thread: any. */
bool qip_gate_is_foreign(void);

/* The runtime that is RUNNING or CLOSING, or NULL. */
qi_runtime *qip_runtime_current(void);
/* What that was started with, for a call of the host's callbacks that has begun. NULL: the call has stalled, and the
 * runtime is CLOSED meanwhile. Thread: any. */
const qi_config *qip_runtime_config(void);

/* Whether qi_runtime_init() has come to its end: until then callbacks of the host are called, but it has no loop. */
bool qip_runtime_has_started(const qi_runtime *runtime);

/* For life/: the calling thread is the GUI thread, and from now on calls pass. */
void qip_gate_open(qi_runtime *runtime);
/* It has started, and qi_runtime_current() shows it. */
void qip_gate_show(qi_runtime *runtime);
/* The runtime is CLOSING: public calls are refused, libqi's own go on. */
void qip_gate_narrow(qi_runtime *runtime);
/* It is CLOSED, and there is none. */
void qip_gate_close(qi_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif
