/* SPDX-License-Identifier: BSD-3-Clause */
/* The one interpreter of the process: who started it, and who holds the GIL. */
#ifndef QIP_PYTHON_INTERP_H
#define QIP_PYTHON_INTERP_H

#include <Python.h>

#include <stdbool.h>

#include <qi/runtime.h>

#include "python/alive.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the GIL stood before qip_interp_start(). */
typedef struct qip_interp_entry {
    bool held;
} qip_interp_entry;

/*
 * Starts Python, or attaches to one that runs, with the modules `_qi` and `qi` ready to be imported.
 * Returns QI_OK with the GIL held and the calling thread known to Python from now on, or the failure,
 * with the GIL as before. `config` was made by qip_config_copy().
 */
int qip_interp_start(const qi_config *config, qip_interp_entry *entry);

/* Leaves the GIL as qip_interp_start() found it; the thread stays known to Python. */
void qip_interp_leave(const qip_interp_entry *entry);

/* Whether libqi started the interpreter, so that its sys.argv, signals and end are libqi's business. */
bool qip_interp_is_ours(void);

/* From now on no other thread gets into the interpreter. false: one is there, and does not leave; nothing has changed.
 * GIL: held, and released meanwhile. */
bool qip_interp_begin_end(void);
/* After that, ends an interpreter that is ours. GIL: held, in the thread that started it; not held afterwards, unless
 * it returns false: there is another thread in it meanwhile, and it goes on. */
bool qip_interp_finalize(void);

/* Gives the GIL away, if this thread holds it, and takes it back. Around every call of host code. */
PyThreadState *qip_gil_drop(void);
void qip_gil_take(PyThreadState *thread);

/* Whether below this call, on this thread's stack, the GIL waits to be taken back: the interpreter must
 * not end under it. */
bool qip_gil_is_awaited(void);

#ifdef __cplusplus
}
#endif

#endif
