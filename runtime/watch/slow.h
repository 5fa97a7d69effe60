/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is told of steps that take long; loop/steps.h has how they are found. GIL: held. */
#ifndef QIP_WATCH_SLOW_H
#define QIP_WATCH_SLOW_H

#include <Python.h>

#include <qi/monitor.h>

#include "loop/steps.h"

/* Has steps told that take longer; 0: none. `fn` NULL: they are logged. */
void qip_slow_set(unsigned milliseconds, qi_slow_step_fn fn, void *user);

/* For the port. */
void qip_slow_callback(PyObject *callback, PyObject *context, uint64_t ns);
void qip_slow_launch(const qip_stopwatch *watch, PyObject *outcome, PyObject *signal,
                     PyObject *target);

#endif
