/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor of "signal to coroutine": the bare calls of CPython's API that any bridge has to make, without
 * a signal, a conversion by metatype, a look at the result, or an event loop.
 */
#ifndef QI_BENCH_FLOOR_H
#define QI_BENCH_FLOOR_H

#include <Python.h>

#include "subject.h"

namespace bench
{

/* Readies the types. 0, or -1 with an exception. GIL: held. */
int floor_setup();

/* Launches `function`, a coroutine function that never suspends, with what `cargo` says, so many times. False
 * if a call failed; the exception is printed. GIL: not held, it is taken for each launch. */
bool floor_run(PyObject *function, Cargo cargo, long count, bool stamped);

} // namespace bench

#endif
