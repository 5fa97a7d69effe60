/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rest of libqi may ask of the loop. The loop's own rooms share loop_p.h. GIL: held. */
#ifndef QIP_LOOP_LOOP_H
#define QIP_LOOP_LOOP_H

#include <Python.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True if the object is an instance of _qi.Loop. */
bool qip_loop_is_loop(PyObject *object);

/* Methods of a higher room that the type is to have as well: streams/ gives it what accepts connections. To be
 * called before `_qi` is imported; the table stays. */
void qip_loop_add_methods(const PyMethodDef *methods);

/* The _qi.Loop that runs in this thread, borrowed, without an exception; NULL if it cannot be told
 * quickly, and asyncio must be asked. */
PyObject *qip_loop_running_here(void);

/*
 * Makes a Task of a coroutine and runs its first step before returning; a running task is left around it
 * and entered again. `name` and `context` may be NULL. New reference to the task, or NULL with an
 * exception set and the coroutine closed. An exception of the first step is the task's, not this call's.
 */
PyObject *qip_loop_run_task(PyObject *loop, PyObject *coroutine, PyObject *name, PyObject *context);

/* Longest time that callbacks may take turns before the host gets its own. */
void qip_loop_set_slice(PyObject *loop, unsigned microseconds);
unsigned qip_loop_slice(PyObject *loop);

/* True while the loop is inside a callback or an eager step, in the calling thread. */
bool qip_loop_is_busy(PyObject *loop);

/* Makes run_forever() of the loop that runs in this thread raise this exception, as if one of its callbacks had. False:
 * it does not own the program. */
bool qip_loop_leave_owner(PyObject *running, PyObject *exception);

/* Closes it whatever Python code has made of it: nothing of it runs any more, and no descriptor stays open. */
void qip_loop_abandon(PyObject *loop);

/* Calls `job` once, in the loop's thread, when the outermost callback or step has returned. */
void qip_loop_when_left(PyObject *loop, void (*job)(void *data), void *data);

#ifdef __cplusplus
}
#endif

#endif
