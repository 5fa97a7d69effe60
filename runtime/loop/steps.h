/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps that take long: found without reading the clock for each of them, and the port to whoever is told.
 *
 * Callbacks of the loop are measured by the loop's own clock, which it reads when the processor's counter says
 * that it may be worth it. What runs at once when a signal or the host calls it is measured by that counter
 * alone, by a stopwatch, and only while somebody wants to know.
 *
 * The rules: watch/ fills the port through life/wiring.c when the library is loaded, and sets the limit when
 * somebody asks. GIL: held. The functions keep the exception that is set. Beware: they call the host.
 */
#ifndef QIP_LOOP_STEPS_H
#define QIP_LOOP_STEPS_H

#include <Python.h>

#include "core/coarse_clock.h"
#include "core/pulse.h"

typedef struct qip_stopwatch {
    uint64_t ticks; /* 0: does not run */
    uint64_t period;
} qip_stopwatch;

typedef struct qip_step_functions {
    /* How long a callback of the loop may take before callback() wants to hear of it; UINT64_MAX: for ever. */
    uint64_t limit_ns;
    /* A callback has taken long, as a task's step or by itself; `context` may be NULL. */
    void (*callback)(PyObject *callback, PyObject *context, uint64_t ns);
    /* So has a launch; `outcome` is the task, anything else, or NULL. */
    void (*launch)(const qip_stopwatch *watch, PyObject *outcome, PyObject *signal, PyObject *target);
} qip_step_functions;

extern qip_step_functions qip_step_port;

static inline qip_stopwatch qip_stopwatch_start(void)
{
    qip_stopwatch watch = {0, 0};

    if (__builtin_expect(qip_pulse_now.slow_ticks != 0, 0)) {
        watch.ticks = qip_ticks();
        watch.period = qip_pulse_period(qip_pulse_load());
    }
    return watch;
}

static inline bool qip_stopwatch_is_slow(const qip_stopwatch *watch)
{
    return __builtin_expect(watch->ticks != 0, 0) &&
           qip_ticks() - watch->ticks > qip_pulse_now.slow_ticks;
}

#endif
