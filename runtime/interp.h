/* SPDX-License-Identifier: BSD-3-Clause */
/* The one interpreter of the process: who started it, and who holds the GIL. */
#ifndef QI_RUNTIME_INTERP_H
#define QI_RUNTIME_INTERP_H

#include <Python.h>

#include <stdbool.h>

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the GIL stood before qi__interp_start(). */
typedef struct qi__interp_entry {
    bool held;
} qi__interp_entry;

/*
 * Starts Python, or attaches to one that runs, with the modules `_qi` and `qi` ready to be imported.
 * Returns QI_OK with the GIL held and the calling thread known to Python from now on, or the failure,
 * with the GIL as before. `config` was made by qi__config_copy().
 */
int qi__interp_start(const qi_config *config, qi__interp_entry *entry);

/* Leaves the GIL as qi__interp_start() found it; the thread stays known to Python. */
void qi__interp_leave(const qi__interp_entry *entry);

/* Whether libqi started the interpreter, so that its sys.argv, signals and end are libqi's business. */
bool qi__interp_is_ours(void);

/* Whether the interpreter can be called at all: started and not finalised. Thread: any. */
bool qi__interp_alive(void);

/* Ends an interpreter that is ours. GIL: held, in the thread that started it; not held afterwards.
 * QI_OK, or QI_ERR_PYTHON where buffered output could not be written. */
int qi__interp_finalize(void);

/* Gives the GIL away, if this thread holds it, and takes it back. Around every call of host code. */
PyThreadState *qi__gil_drop(void);
void qi__gil_take(PyThreadState *thread);

/* Whether below this call, on this thread's stack, the GIL waits to be taken back: the interpreter must
 * not end under it. */
bool qi__gil_is_awaited(void);

#ifdef __cplusplus
}
#endif

#endif
