/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entering Python from C++: PyGILState_Ensure() and _Release(), and the watchdog's knowledge of it. All that
 * may run code of somebody's in the GUI thread comes this way; where only libqi's own runs, the GIL is enough.
 */
#ifndef QIP_PYTHON_VISIT_H
#define QIP_PYTHON_VISIT_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

#include <pthread.h>

#include "core/forked.h"
#include "core/pulse.h"
#include "python/alive.h"
#include "python/child.h"
#include "python/compat.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_visit {
    PyGILState_STATE gil;
    int cancel_state; /* of a thread other than the GUI's, which must not be cancelled inside; -1: it is that */
    unsigned forks;
    bool watched;
    uint64_t before;
} qip_visit;

static inline void qip_visit_guard(qip_visit *visit)
{
    visit->cancel_state = -1;
    if (pthread_self() != qip_pulse_ident())
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &visit->cancel_state);
}

static inline void qip_visit_begin(qip_visit *visit)
{
    visit->forks = qip_fork_count;
    visit->gil = PyGILState_Ensure();
    visit->watched = (void *)PyThreadState_Get() == qip_pulse_thread();
    visit->before = QIP_PULSE_PYTHON;
    if (visit->watched) {
        visit->before = qip_pulse_entered();
        if (!(visit->before & QIP_PULSE_PYTHON)) {
            qip_pulse_now.floor = __builtin_frame_address(0);
            qip_pulse_now.base = qip_top_frame(PyThreadState_Get()) ? PyEval_GetFrame() : NULL;
        }
    }
}

/* Thread: the GUI thread, which ends the interpreter, or one that Python knows. */
static inline qip_visit qip_python_enter(void)
{
    qip_visit visit;

    qip_visit_guard(&visit);
    qip_visit_begin(&visit);
    return visit;
}

/* The same in any thread. false: there is no interpreter, or it ends. */
static inline bool qip_python_try_enter(qip_visit *visit)
{
    qip_visit_guard(visit);
    if (!qip_interp_come()) {
        if (visit->cancel_state >= 0)
            pthread_setcancelstate(visit->cancel_state, NULL);
        return false;
    }
    qip_visit_begin(visit);
    qip_interp_arrived();
    return true;
}

/* An event loop that Python has run has ended, and Python goes on. */
static inline void qip_python_resumed(void)
{
    if ((void *)PyThreadState_Get() == qip_pulse_thread())
        qip_pulse_back();
}

/* Keeps errno and the exceptions of Python. */
static inline void qip_python_leave(qip_visit visit)
{
    if (visit.forks != qip_fork_count)
        qip_child_leaves();
    /* The runtime may have ended inside, or begun: then there is nothing to give back. */
    if (visit.watched && (void *)PyThreadState_Get() == qip_pulse_thread()) {
        qip_pulse_left(visit.before);
        if (!(visit.before & QIP_PULSE_PYTHON)) {
            qip_pulse_now.base = NULL;
            if (qip_pulse_is_armed())
                qip_pulse_port.left();
        }
    }
    PyGILState_Release(visit.gil);
    if (visit.cancel_state >= 0)
        pthread_setcancelstate(visit.cancel_state, NULL);
}

/* From now on the pulse is this thread's. `in_python`: Python code asks for it, and not the host. */
void qip_pulse_open(PyObject *loop, bool in_python);
void qip_pulse_close(void);

#ifdef __cplusplus
}
#endif

#endif
