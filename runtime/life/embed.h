/* SPDX-License-Identifier: BSD-3-Clause */
/* What runtime.c and shutdown.c share, and what they leave to modules of the package. GIL: held. */
#ifndef QIP_LIFE_EMBED_H
#define QIP_LIFE_EMBED_H

#include <Python.h>

#include "life/runtime_p.h"

/* Calls a function of a module ("qi._embed", "signal") with arguments as in Py_BuildValue, in
 * parentheses; new reference. */
PyObject *qip_call_python(const char *module, const char *function, const char *format, ...);

/* The members of a runtime that nobody else needs to see. */
typedef struct qip_runtime_own {
    void *on_quit; /* the token of qip_qt_on_quit() */
    unsigned shutdown_flags;
    bool shutting_down;  /* stages are running */
    int shutdown_status; /* what the shutdown returned, for those who ask again */
} qip_runtime_own;

/* Ends what qi_runtime_init() has begun; afterwards the runtime is CLOSED. GIL: held, and given away
 * meanwhile. */
void qip_runtime_close(qi_runtime *runtime);

/* Called by the application's aboutToQuit. shutdown.c */
void qip_shutdown_on_quit(void *runtime);

#endif
