/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate. The structure of a runtime that is CLOSED stays, with its handle, so that whoever still has a
 * pointer is refused and does not crash; a process has few of them.
 */
#include "python/gate.h"

#include <pthread.h>
#include <stdatomic.h>

#include "core/forked.h"
#include "core/handles.h"
#include "core/status.h"
#include "python/alive.h"

static _Atomic(qi_runtime *) current;

/* The GUI thread of the last runtime. Written before `current` is, and read by those who have seen it. */
static pthread_t gui_thread;
static atomic_bool have_gui_thread;

static void set_phase(qi_runtime *runtime, int phase)
{
    __atomic_store_n(&runtime->phase, (int)phase, __ATOMIC_SEQ_CST);
}

void qip_gate_open(qi_runtime *runtime)
{
    runtime->forks = qip_fork_count;
    gui_thread = pthread_self();
    atomic_store(&have_gui_thread, true);
    set_phase(runtime, QI_RUNTIME_STATE_RUNNING);
    atomic_store(&current, runtime);
}

void qip_gate_show(qi_runtime *runtime)
{
    __atomic_store_n(&runtime->started, true, __ATOMIC_SEQ_CST);
}

bool qip_runtime_has_started(const qi_runtime *runtime)
{
    return __atomic_load_n(&runtime->started, __ATOMIC_SEQ_CST);
}

void qip_gate_narrow(qi_runtime *runtime)
{
    set_phase(runtime, QI_RUNTIME_STATE_CLOSING);
}

void qip_gate_close(qi_runtime *runtime)
{
    set_phase(runtime, QI_RUNTIME_STATE_CLOSED);
    atomic_store(&current, NULL);
}

qi_runtime *qip_runtime_current(void)
{
    return atomic_load(&current);
}

const qi_config *qip_runtime_config(void)
{
    const qi_runtime *runtime = atomic_load(&current);
    return runtime ? &runtime->config : NULL; /* which stays: a runtime that has run is never freed */
}

bool qip_gate_is_foreign(void)
{
    const qi_runtime *runtime = atomic_load(&current);
    return runtime && runtime->forks != qip_fork_count;
}

bool qip_runtime_on_gui_thread(void)
{
    return atomic_load(&have_gui_thread) && pthread_equal(pthread_self(), gui_thread);
}

int qip_runtime_phase(const qi_runtime *runtime)
{
    return __atomic_load_n(&runtime->phase, __ATOMIC_SEQ_CST);
}

int qip_runtime_check(const qi_runtime *runtime)
{
    int status = qip_handle_check(runtime, QIP_HANDLE_RUNTIME, "runtime");
    if (status != QI_OK)
        return status;
    if (runtime->forks != qip_fork_count && qip_runtime_phase(runtime) != QI_RUNTIME_STATE_CLOSED)
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "this process is a child of fork(), and the runtime is its parent's");
    switch (qip_runtime_phase(runtime)) {
    case QI_RUNTIME_STATE_RUNNING:
        return qip_interp_alive()
                   ? QI_OK
                   : qip_fail(QI_ERR_NOT_RUNNING,
                              "Python was finalised by the application while the runtime stood; "
                              "qi_runtime_shutdown() comes first");
    case QI_RUNTIME_STATE_CLOSING:
        return qip_fail(QI_ERR_SHUTTING_DOWN,
                        "the runtime is shutting down and takes no new calls");
    default:
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "this runtime was shut down; qi_runtime_init() makes a new one");
    }
}

int qip_runtime_check_gui(const qi_runtime *runtime)
{
    int status = qip_runtime_check(runtime);
    if (status == QI_OK && !qip_runtime_on_gui_thread())
        status = qip_fail(
            QI_ERR_WRONG_THREAD,
            "this call belongs to the GUI thread; from other threads use qi_run_task(), "
            "or qi_runtime_post() to get there");
    return status;
}
