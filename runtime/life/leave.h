/* SPDX-License-Identifier: BSD-3-Clause */
/* SystemExit and KeyboardInterrupt that come out of what Qt has called, where Python is the program. */
#ifndef QIP_LIFE_LEAVE_H
#define QIP_LIFE_LEAVE_H

#include <Python.h>

#include <stdbool.h>

/* Ends Qt's event loops, and has the exception raised by what has entered them: run_forever() of a loop that owns
 * the program, or else the Python code that called exec(). False: nobody in this thread could raise it. GIL: held. */
bool qip_leave_exec(PyObject *exception);

#endif
