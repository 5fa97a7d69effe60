/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose pulse it is: from the start of a runtime, or of a watchdog without one, to its end. */
#include <Python.h>

#include "compat.h"
#include "loop_p.h"
#include "pulse.h"

qi__pulse qi__pulse_now;

void qi__pulse_open(PyObject *loop, bool in_python)
{
    PyThreadState *thread = PyThreadState_Get();

    qi__pulse_now.loop = loop;
    qi__pulse_now.ident = PyThread_get_thread_ident();
    __atomic_store_n(&qi__pulse_now.below, qi__top_frame(thread), __ATOMIC_RELAXED);
    qi__pulse_store(((qi__pulse_load() & ~(uint64_t)QI__PULSE_BITS) + QI__PULSE_PERIOD) |
                    (in_python ? QI__PULSE_PYTHON : 0));
    qi__pulse_now.thread = thread;
}

void qi__pulse_close(void)
{
    qi__pulse_now.thread = NULL;
    qi__pulse_now.loop = NULL;
    qi__pulse_now.base = NULL;
    qi__pulse_now.ident = 0;
    qi__pulse_now.slow_ticks = 0;
    qi__pulse_store((qi__pulse_load() & ~(uint64_t)QI__PULSE_BITS) + QI__PULSE_PERIOD);
}
