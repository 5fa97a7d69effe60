/* SPDX-License-Identifier: BSD-3-Clause */
/* SystemExit and KeyboardInterrupt where Qt's event loop runs and nobody embeds Python. */
#ifndef QIP_LIFE_LEAVE_H
#define QIP_LIFE_LEAVE_H

#include <Python.h>

#include <stdbool.h>

/* Ends the application's event loops, and has the exception raised where exec() was called. False: there is
 * none to leave in this thread. GIL: held. */
bool qip_leave_exec(PyObject *exception);

#endif
