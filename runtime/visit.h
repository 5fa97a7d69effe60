/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entering Python from C++: PyGILState_Ensure() and _Release(), and the watchdog's knowledge of it. All that
 * may run code of somebody's in the GUI thread comes this way; where only libqi's own runs, the GIL is enough.
 */
#ifndef QI_RUNTIME_VISIT_H
#define QI_RUNTIME_VISIT_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

#include "compat.h"
#include "pulse.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi__visit {
    PyGILState_STATE gil;
    bool watched;
    uint64_t before;
} qi__visit;

/* Gives up an interrupt that was meant for code which has returned. interrupt.c */
void qi__interrupt_left(void);

static inline qi__visit qi__python_enter(void)
{
    qi__visit visit;

    visit.gil = PyGILState_Ensure();
    visit.watched = (void *)PyThreadState_Get() == qi__pulse_now.thread;
    visit.before = QI__PULSE_PYTHON;
    if (visit.watched) {
        visit.before = qi__pulse_entered();
        if (!(visit.before & QI__PULSE_PYTHON)) {
            qi__pulse_now.floor = __builtin_frame_address(0);
            qi__pulse_now.base = qi__top_frame(PyThreadState_Get()) ? PyEval_GetFrame() : NULL;
        }
    }
    return visit;
}

/* An event loop that Python has run has ended, and Python goes on. */
static inline void qi__python_resumed(void)
{
    if ((void *)PyThreadState_Get() == qi__pulse_now.thread)
        qi__pulse_back();
}

/* Keeps errno and the exceptions of Python. */
static inline void qi__python_leave(qi__visit visit)
{
    /* The runtime may have ended inside, or begun: then there is nothing to give back. */
    if (visit.watched && (void *)PyThreadState_Get() == qi__pulse_now.thread) {
        qi__pulse_left(visit.before);
        if (!(visit.before & QI__PULSE_PYTHON)) {
            qi__pulse_now.base = NULL;
            if (qi__pulse_is_armed())
                qi__interrupt_left();
        }
    }
    PyGILState_Release(visit.gil);
}

#ifdef __cplusplus
}
#endif

#endif
