/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps that take long: found without reading the clock for each of them, told to whoever watches.
 *
 * Callbacks of the loop are measured by the loop's own clock, which it reads when the processor's counter says
 * that it may be worth it. What runs at once when a signal or the host calls it is measured by that counter
 * alone, and only while somebody wants to know. GIL: held.
 */
#ifndef QI_RUNTIME_SLOW_H
#define QI_RUNTIME_SLOW_H

#include <Python.h>

#include <qi/monitor.h>

#include "coarse_clock.h"
#include "pulse.h"

/* Has steps told that take longer; 0: none. `fn` NULL: they are logged. */
void qi__slow_set(unsigned milliseconds, qi_slow_step_fn fn, void *user);

/* How long a callback of the loop may take before qi__slow_callback() wants to hear of it. */
uint64_t qi__slow_limit_ns(void);

/* A callback has taken long, as a task's step or by itself; `context` may be NULL. Keeps the exception that is
 * set. Beware: calls the host. */
void qi__slow_callback(PyObject *callback, PyObject *context, uint64_t ns);

typedef struct qi__stopwatch {
    uint64_t ticks; /* 0: does not run */
    uint64_t period;
} qi__stopwatch;

static inline qi__stopwatch qi__stopwatch_start(void)
{
    qi__stopwatch watch = {0, 0};

    if (__builtin_expect(qi__pulse_now.slow_ticks != 0, 0)) {
        watch.ticks = qi__ticks();
        watch.period = qi__pulse_period(qi__pulse_load());
    }
    return watch;
}

/* `outcome` is the task that was launched, anything else, or NULL. As qi__slow_callback(). */
void qi__slow_launch(const qi__stopwatch *watch, PyObject *outcome, PyObject *signal,
                     PyObject *target);

static inline bool qi__stopwatch_is_slow(const qi__stopwatch *watch)
{
    return __builtin_expect(watch->ticks != 0, 0) &&
           qi__ticks() - watch->ticks > qi__pulse_now.slow_ticks;
}

#endif
