/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps that take long: found without reading the clock for each of them, told to whoever watches.
 *
 * Callbacks of the loop are measured by the loop's own clock, which it reads when the processor's counter says
 * that it may be worth it. What runs at once when a signal or the host calls it is measured by that counter
 * alone, and only while somebody wants to know. GIL: held.
 */
#ifndef QIP_WATCH_SLOW_H
#define QIP_WATCH_SLOW_H

#include <Python.h>

#include <qi/monitor.h>

#include "core/coarse_clock.h"
#include "core/pulse.h"

/* Has steps told that take longer; 0: none. `fn` NULL: they are logged. */
void qip_slow_set(unsigned milliseconds, qi_slow_step_fn fn, void *user);

/* How long a callback of the loop may take before qip_slow_callback() wants to hear of it. */
uint64_t qip_slow_limit_ns(void);

/* A callback has taken long, as a task's step or by itself; `context` may be NULL. Keeps the exception that is
 * set. Beware: calls the host. */
void qip_slow_callback(PyObject *callback, PyObject *context, uint64_t ns);

typedef struct qip_stopwatch {
    uint64_t ticks; /* 0: does not run */
    uint64_t period;
} qip_stopwatch;

static inline qip_stopwatch qip_stopwatch_start(void)
{
    qip_stopwatch watch = {0, 0};

    if (__builtin_expect(qip_pulse_now.slow_ticks != 0, 0)) {
        watch.ticks = qip_ticks();
        watch.period = qip_pulse_period(qip_pulse_load());
    }
    return watch;
}

/* `outcome` is the task that was launched, anything else, or NULL. As qip_slow_callback(). */
void qip_slow_launch(const qip_stopwatch *watch, PyObject *outcome, PyObject *signal,
                     PyObject *target);

static inline bool qip_stopwatch_is_slow(const qip_stopwatch *watch)
{
    return __builtin_expect(watch->ticks != 0, 0) &&
           qip_ticks() - watch->ticks > qip_pulse_now.slow_ticks;
}

#endif
