/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PyGILState_Ensure() and _Release() for threads of the host, which may be cancelled, as QThread::terminate() does: not
 * in between, or the GIL would be theirs for good. Where code of somebody's may run in the GUI thread: visit.h.
 */
#ifndef QIP_PYTHON_GIL_H
#define QIP_PYTHON_GIL_H

#include <Python.h>

#include <pthread.h>
#include <stdbool.h>

#include "python/alive.h"

typedef struct qip_gil {
    PyGILState_STATE gil;
    int cancel_state;
} qip_gil;

static inline qip_gil qip_gil_enter(void)
{
    qip_gil gil;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &gil.cancel_state);
    gil.gil = PyGILState_Ensure();
    return gil;
}

/* The same in any thread, in which nothing else keeps the interpreter from ending. false: there is none. */
static inline bool qip_gil_try_enter(qip_gil *gil)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &gil->cancel_state);
    if (!qip_interp_come()) {
        pthread_setcancelstate(gil->cancel_state, NULL);
        return false;
    }
    gil->gil = PyGILState_Ensure();
    qip_interp_arrived();
    return true;
}

static inline void qip_gil_leave(qip_gil gil)
{
    PyGILState_Release(gil.gil);
    pthread_setcancelstate(gil.cancel_state, NULL);
}

#endif
