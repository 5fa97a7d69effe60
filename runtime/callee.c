/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of Python's into functions of the host.
 *
 * The host's `user` must outlive every call and be destroyed in the GUI thread, without the GIL. So it is
 * counted: the name holds one reference, and each call under way another. A call in its turn is counted,
 * since the thread that works on it may outlive the one that asked.
 */
#include "callee.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "border.h"
#include "compat.h"
#include "convert.h"
#include "interp.h"
#include "qt/bridge.h"
#include "runtime_p.h"
#include "status.h"

struct qi__callee {
    atomic_int references;
    qi_function_fn call;
    void *user;
    void (*destroy)(void *user);
};

struct qi__call {
    atomic_int references;
    qi__callee *callee;
    int status; /* below: written by whoever works on it, before the others look */
    qi_error *error;
    qi_value result;
    size_t count;
    qi_value arguments[];
};

/* -- the callee ---------------------------------------------------------------------------------------- */

qi__callee *qi__callee_new(const qi_function *function)
{
    qi__callee *callee = calloc(1, sizeof *callee);

    if (!callee)
        return NULL;
    atomic_init(&callee->references, 1);
    callee->call = function->call;
    callee->user = function->user;
    callee->destroy = function->destroy;
    return callee;
}

/* GUI thread, or what is left of it. */
static void destroy(void *data)
{
    qi__callee *callee = data;
    PyThreadState *thread = qi__gil_drop();

    callee->destroy(callee->user);
    qi__gil_take(thread);
    free(callee);
}

static void let_go(qi__callee *callee)
{
    if (atomic_fetch_sub(&callee->references, 1) != 1)
        return;
    if (!callee->destroy)
        free(callee);
    else if (qi__runtime_on_gui_thread() || !qi_qt_post_owned(destroy, destroy, callee))
        destroy(callee);
}

void qi__callee_retire(qi__callee *callee)
{
    let_go(callee);
}

/* -- a call ---------------------------------------------------------------------------------------------- */

qi__call *qi__call_new(qi__callee *callee, size_t count)
{
    qi__call *call = calloc(1, sizeof *call + count * sizeof *call->arguments);

    if (!call)
        return NULL;
    atomic_init(&call->references, 1);
    atomic_fetch_add(&callee->references, 1);
    call->callee = callee;
    call->count = count;
    call->status = QI_ERR_INTERNAL;
    return call;
}

qi_value *qi__call_arguments(qi__call *call)
{
    return call->arguments;
}

/* What only a call that is not over needs. */
static void let_go_of_host(qi__call *call)
{
    qi__callee *callee = call->callee;

    for (size_t i = 0; i < call->count; i++)
        qi_value_clear(&call->arguments[i]);
    call->callee = NULL;
    if (callee)
        let_go(callee);
}

static void drop(void *data)
{
    qi__call *call = data;

    if (atomic_fetch_sub(&call->references, 1) != 1)
        return;
    let_go_of_host(call);
    qi_value_clear(&call->result);
    qi__error_free(call->error);
    free(call);
}

void qi__call_drop(qi__call *call)
{
    drop(call);
}

static qi__call *keep(qi__call *call)
{
    atomic_fetch_add(&call->references, 1);
    return call;
}

/* What the host has put there is its own until it returns, and ours from then on. */
static int own_result(qi_value *result)
{
    qi_value copy;

    if (result->flags)
        return QI_OK;
    int status = qi_value_copy(&copy, result);
    *result = status == QI_OK ? copy : qi_none();
    return status;
}

static void note_failure(qi__call *call, unsigned before)
{
    const qi_error *last = qi_last_error();
    qi_error plain = {call->status, qi_status_text(call->status), NULL, NULL};

    /* A record that was there before the call says nothing of it. */
    if (qi__fail_count() != before && last->status == call->status)
        plain = *last;
    call->error = qi__error_copy(&plain);
}

/* Without the GIL, in the thread where the host wants it. */
static void run(void *data)
{
    qi__call *call = data;
    unsigned before = qi__fail_count();

    call->status = call->callee->call(call->arguments, call->count, &call->result,
                                      call->callee->user);
    if (call->status >= 0)
        call->status = own_result(&call->result);
    if (call->status < 0)
        note_failure(call, before);
    let_go_of_host(call);
}

static bool has_failed(void *data)
{
    return ((qi__call *)data)->status < 0;
}

/* New reference to the result, or NULL with the exception that stands for the failure. */
static PyObject *outcome(void *data)
{
    qi__call *call = data;

    if (call->status >= 0)
        return qi__value_to_python(&call->result);
    return call->error ? qi__raise_status(call->error) : PyErr_NoMemory();
}

static const qi_qt_work_class work_class = {run, has_failed, outcome, drop};

PyObject *qi__call_perform(qi__call *call, qi_object *owner)
{
    PyObject *result = qi_qt_work_perform(owner, &work_class, keep(call)) < 0 ? NULL : outcome(call);

    drop(call);
    return result;
}

PyObject *qi__call_perform_on_pool(qi__call *call)
{
    return qi_qt_work_on_pool(&work_class, call);
}
