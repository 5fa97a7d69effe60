/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of Python's into functions of the host.
 *
 * The host's `user` must outlive every call and be destroyed in the GUI thread, without the GIL. So it is
 * counted: the name holds one reference, and each call under way another. A call in its turn is counted,
 * since the thread that works on it may outlive the one that asked.
 */
#include "objects/callee.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/hostcall.h"
#include "core/opaque.h"
#include "python/border.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/interp.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "core/status.h"

struct qip_callee {
    atomic_int references;
    qi_function_fn call;
    qi_function_later_fn call_later;
    void *user;
    void (*destroy)(void *user);
};

struct qip_call {
    atomic_int references;
    qip_callee *callee;
    int status; /* below: written by whoever works on it, before the others look */
    qi_error *error;
    qi_value result;
    size_t count;
    qi_value arguments[];
};

/* -- the callee ---------------------------------------------------------------------------------------- */

qip_callee *qip_callee_new(const qi_function *function)
{
    qip_callee *callee = calloc(1, sizeof *callee);

    if (!callee)
        return NULL;
    atomic_init(&callee->references, 1);
    callee->call = function->call;
    callee->call_later = function->call_later;
    callee->user = function->user;
    callee->destroy = function->destroy;
    return callee;
}

static void call_destroy(void *data)
{
    qip_callee *callee = data;
    callee->destroy(callee->user);
}

/* GUI thread, or what is left of it. */
static void destroy(void *data)
{
    qip_callee *callee = data;
    PyThreadState *thread = qip_gil_drop();

    (void)qip_hostcall("the destroy callback of an exposed function", call_destroy, callee);
    qip_gil_take(thread);
    free(callee);
}

static void let_go(qip_callee *callee)
{
    if (atomic_fetch_sub(&callee->references, 1) != 1)
        return;
    if (!callee->destroy)
        free(callee);
    else if (qip_runtime_on_gui_thread() || qip_qt_post_owned(destroy, destroy, callee) != QI_OK)
        destroy(callee);
}

void qip_callee_retire(qip_callee *callee)
{
    let_go(callee);
}

void qip_callee_disown(qip_callee *callee)
{
    callee->destroy = NULL;
}

/* -- a call ---------------------------------------------------------------------------------------------- */

qip_call *qip_call_new(qip_callee *callee, size_t count)
{
    qip_call *call = calloc(1, sizeof *call + count * sizeof *call->arguments);

    if (!call)
        return NULL;
    atomic_init(&call->references, 1);
    atomic_fetch_add(&callee->references, 1);
    call->callee = callee;
    call->count = count;
    call->status = QI_ERR_INTERNAL;
    return call;
}

qi_value *qip_call_arguments(qip_call *call)
{
    return call->arguments;
}

/* What only a call that is not over needs. */
static void let_go_of_host(qip_call *call)
{
    qip_callee *callee = call->callee;

    for (size_t i = 0; i < call->count; i++)
        qip_value_release(&call->arguments[i]);
    call->callee = NULL;
    if (callee)
        let_go(callee);
}

static void drop(void *data)
{
    qip_call *call = data;

    if (atomic_fetch_sub(&call->references, 1) != 1)
        return;
    let_go_of_host(call);
    qi_value_clear(&call->result);
    qip_error_free(call->error);
    free(call);
}

void qip_call_drop(qip_call *call)
{
    drop(call);
}

void qip_call_keep(qip_call *call)
{
    atomic_fetch_add(&call->references, 1);
}

static qip_call *keep(qip_call *call)
{
    atomic_fetch_add(&call->references, 1);
    return call;
}

/* The host may copy and clear them; they stay the call's. */
static void lend_arguments(qip_call *call)
{
    for (size_t i = 0; i < call->count; i++)
        qip_value_lend(&call->arguments[i]);
}

/* Without the GIL, in the thread where the host wants it. */
static void run(void *data)
{
    qip_call *call = data;
    unsigned before = qip_fail_count();

    lend_arguments(call);
    call->status = call->callee->call(call->arguments, call->count, &call->result,
                                      call->callee->user);
    if (call->status >= 0)
        call->status = qip_value_own(&call->result);
    if (call->status < 0)
        call->error = qip_error_told(call->status, before);
    let_go_of_host(call);
}

static bool has_failed(void *data)
{
    return ((qip_call *)data)->status < 0;
}

/* New reference to the result, or NULL with the exception that stands for the failure. */
static PyObject *outcome(void *data)
{
    qip_call *call = data;

    if (call->status >= 0)
        return qip_value_to_python(&call->result);
    return call->error ? qip_raise_status(call->error) : PyErr_NoMemory();
}

const qip_qt_work_class qip_call_work = {run, has_failed, outcome, drop};

PyObject *qip_call_perform(qip_call *call, qi_object *owner)
{
    PyObject *result = qip_qt_work_perform(owner, &qip_call_work, keep(call)) < 0 ? NULL
                                                                                  : outcome(call);

    drop(call);
    return result;
}

PyObject *qip_call_perform_on_pool(qip_call *call)
{
    return qip_qt_work_on_pool(&qip_call_work, call);
}

/* -- a call that answers later ------------------------------------------------------------------------------ */

void qip_call_succeed(qip_call *call, const qi_value *result)
{
    const qi_value none = qi_none();
    unsigned before = qip_fail_count();

    call->status = qi_value_copy(&call->result, result ? result : &none);
    if (call->status < 0) {
        call->result = none;
        call->error = qip_error_told(call->status, before);
    }
}

void qip_call_fail(qip_call *call, int status, const char *message)
{
    const qi_error error = {sizeof error, status, message ? message : qi_status_text(status), NULL,
                            NULL};

    call->status = status;
    call->error = qip_error_copy(&error);
}

int qip_call_status(const qip_call *call)
{
    return call->status;
}

void qip_call_run_later(qip_call *call, qi_promise *promise)
{
    lend_arguments(call);
    call->callee->call_later(call->arguments, call->count, promise, call->callee->user);
}
