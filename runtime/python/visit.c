/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose pulse it is: from the start of a runtime, or of a watchdog without one, to its end. */
#include "python/visit.h"

#include "python/compat.h"
#include "core/pulse.h"

void qip_pulse_open(PyObject *loop, bool in_python)
{
    PyThreadState *thread = PyThreadState_Get();

    __atomic_store_n(&qip_pulse_now.below, qip_top_frame(thread), __ATOMIC_RELAXED);
    qip_pulse_store(((qip_pulse_load() & ~(uint64_t)QIP_PULSE_BITS) + QIP_PULSE_PERIOD) |
                    (in_python ? QIP_PULSE_PYTHON : 0));
    qip_pulse_set_owner(thread, PyThread_get_thread_ident(), loop);
}

void qip_pulse_close(void)
{
    qip_pulse_set_owner(NULL, 0, NULL);
    qip_pulse_now.base = NULL;
    qip_pulse_now.slow_ticks = 0;
    qip_pulse_store((qip_pulse_load() & ~(uint64_t)QIP_PULSE_BITS) + QIP_PULSE_PERIOD);
}
