/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is told of steps that take long; loop/steps.h has how they are found. GIL: held. */
#ifndef QIP_WATCH_SLOW_H
#define QIP_WATCH_SLOW_H

#include <Python.h>

#include <qi/monitor.h>

#include "core/users.h"
#include "loop/steps.h"

/* Has steps told that take longer; 0: none. `fn` NULL: they are logged. Takes `user`, unless it fails: QI_ERR_MEMORY. Beware:
 * runs the host's code, that ends the `user` of before. */
int qip_slow_set(unsigned milliseconds, qi_slow_step_fn fn, qip_user user);
/* Has nothing told. */
void qip_slow_unset(void);

/* For the port. */
void qip_slow_callback(PyObject *callback, PyObject *context, uint64_t ns);
void qip_slow_launch(const qip_stopwatch *watch, PyObject *outcome, PyObject *signal,
                     PyObject *target);

#endif
