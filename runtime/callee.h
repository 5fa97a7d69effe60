/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is behind a function of the host's that Python calls: the host's pointers, and a call that is under
 * way. See callee.c. GIL: held, except where said otherwise.
 */
#ifndef QI_RUNTIME_CALLEE_H
#define QI_RUNTIME_CALLEE_H

#include <Python.h>

#include <qi/expose.h>

typedef struct qi__callee qi__callee;

/* NULL: no memory. One reference, that of the name: qi__callee_retire(). Thread: GUI. */
qi__callee *qi__callee_new(const qi_function *function);

/* The name lets go of it. The host's `destroy` is called as soon as no call is under way: at once, if none is.
 * Beware: then it runs the host's code, without the GIL. Thread: any. GIL: does not matter. */
void qi__callee_retire(qi__callee *callee);

/*
 * A call of it, with `count` values that are none so far and that the caller fills in, owning ones. One
 * reference. NULL: no memory.
 */
typedef struct qi__call qi__call;
qi__call *qi__call_new(qi__callee *callee, size_t count);
qi_value *qi__call_arguments(qi__call *call);
void qi__call_drop(qi__call *call); /* Thread: any. GIL: does not matter. */

/* Makes the call, in the thread in which `owner` lives (NULL: the GUI thread), and waits for it, or on the
 * pool. New reference to the result, or to a HostFuture; NULL with an exception set. Takes the call. */
PyObject *qi__call_perform(qi__call *call, qi_object *owner);
PyObject *qi__call_perform_on_pool(qi__call *call);

#endif
