/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is behind a function of the host's that Python calls: the host's pointers, and a call that is under
 * way. See callee.c. GIL: held, except where said otherwise.
 */
#ifndef QIP_OBJECTS_CALLEE_H
#define QIP_OBJECTS_CALLEE_H

#include <Python.h>

#include <qi/expose.h>

#include "qt/bridge.h"

typedef struct qip_callee qip_callee;

/* NULL: no memory. One reference, that of the name: qip_callee_retire(). Thread: GUI. */
qip_callee *qip_callee_new(const qi_function *function);

/* The name lets go of it. The host's `destroy` is called as soon as no call is under way: at once, if none is.
 * Beware: then it runs the host's code, without the GIL. Thread: any. GIL: does not matter. */
void qip_callee_retire(qip_callee *callee);

/* The host's `destroy` will not be called: what it is for stays the caller's. */
void qip_callee_disown(qip_callee *callee);

/*
 * A call of it, with `count` values that are none so far and that the caller fills in, owning ones. One
 * reference. NULL: no memory.
 */
typedef struct qip_call qip_call;
qip_call *qip_call_new(qip_callee *callee, size_t count);
qi_value *qip_call_arguments(qip_call *call);
void qip_call_keep(qip_call *call); /* One more reference. */
void qip_call_drop(qip_call *call); /* Thread: any. GIL: does not matter. */

/* What came out; whoever works on the call says it once, before the others look. GIL: does not matter. */
void qip_call_succeed(qip_call *call,
                      const qi_value *result); /* a copy of it, or the failure to make one */
void qip_call_fail(qip_call *call, int status, const char *message);
int qip_call_status(const qip_call *call);
/* Calls the host's `call_later`. Without the GIL; may throw. */
void qip_call_run_later(qip_call *call, qi_promise *promise);
/* How a future tells what came out. `run` is not for it. */
extern const qip_qt_work_class qip_call_work;

/* Makes the call, in the thread in which `owner` lives (NULL: the GUI thread), and waits for it, or on the
 * pool. New reference to the result, or to a HostFuture; NULL with an exception set. Takes the call. */
PyObject *qip_call_perform(qip_call *call, qi_object *owner);
PyObject *qip_call_perform_on_pool(qip_call *call);
/* Begins one that answers later. New reference to a HostFuture; NULL with an exception. Takes the call. promise.c */
PyObject *qip_call_begin_later(qip_call *call, qi_object *owner);

#endif
