/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions of the host that answer later: qi_promise.
 *
 * A promise is a handle of the host's, which one call ends; two threads may try that at once, and then one has it. It keeps
 * its call, whose reference the host's `user` counts, so `destroy` comes after the last answer.
 */
#include <Python.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <qi/expose.h>

#include "core/handles.h"
#include "core/status.h"
#include "objects/callee.h"
#include "qt/bridge.h"

struct qi_promise {
    atomic_int references; /* the handle's, and of each call that looks into it */
    qip_qt_promise *told;  /* what Python awaits; whoever takes the handle out tells it */
    qip_call *call;
};

static void keep(void *handle)
{
    qi_promise *promise = handle;
    atomic_fetch_add(&promise->references, 1);
}

static void drop(qi_promise *promise)
{
    if (atomic_fetch_sub(&promise->references, 1) != 1)
        return;
    if (promise->told)
        qip_qt_promise_drop(promise->told);
    if (promise->call)
        qip_call_drop(promise->call);
    free(promise);
}

/* Takes the handle out of the host's hands: true for the one that may end it, with the handle's reference. */
static bool take_out(qi_promise *promise)
{
    return qip_handle_give_up(promise, QIP_HANDLE_PROMISE);
}

/* -- the beginning --------------------------------------------------------------------------------------------- */

/* The work of calling the host: what comes of it is told by the promise. */
static void run(void *data)
{
    qi_promise *promise = data;
    qip_call_run_later(promise->call, promise);
}

static bool has_failed(void *Py_UNUSED(data))
{
    return false;
}

static PyObject *outcome(void *Py_UNUSED(data))
{
    Py_RETURN_NONE;
}

static void drop_work(void *data)
{
    drop(data);
}

static const qip_qt_work_class beginning = {run, has_failed, outcome, drop_work};

/* Takes the call. NULL with an exception. */
static qi_promise *new_promise(qip_call *call, PyObject **future)
{
    qi_promise *promise = calloc(1, sizeof *promise);

    *future = NULL;
    if (!promise || qip_handle_add(promise, QIP_HANDLE_PROMISE) < 0) {
        free(promise);
        qip_call_drop(call);
        PyErr_NoMemory();
        return NULL;
    }
    atomic_init(&promise->references, 1);
    promise->call = call;
    promise->told = qip_qt_promise_new(future);
    if (promise->told)
        return promise;
    (void)take_out(promise);
    drop(promise);
    return NULL;
}

PyObject *qip_call_begin_later(qip_call *call, qi_object *owner)
{
    PyObject *future;
    qi_promise *promise = new_promise(call, &future);

    if (!promise)
        return NULL;
    keep(promise); /* the work's: the host may end the promise inside */
    if (qip_qt_work_perform(owner, &beginning, promise) == 0)
        return future;
    /* It was not called, or threw: nobody is going to answer. */
    Py_DECREF(future);
    if (take_out(promise))
        drop(promise);
    return NULL;
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

static void end(qi_promise *promise)
{
    qip_call_keep(promise->call); /* it lives on as what the future has come to */
    qip_qt_promise_end(promise->told, &qip_call_work, promise->call);
    drop(promise);
}

static int check(qi_promise *promise)
{
    int status = qip_handle_check(promise, QIP_HANDLE_PROMISE, "promise");

    if (status == QI_OK && !take_out(promise)) /* another thread was faster */
        status = qip_handle_check(promise, QIP_HANDLE_PROMISE, "promise");
    return status;
}

int qi_promise_resolve(qi_promise *promise, const qi_value *result)
{
    int status = check(promise);

    if (status != QI_OK)
        return status;
    qip_call_succeed(promise->call, result);
    status = qip_call_status(promise->call);
    end(promise);
    return status;
}

int qi_promise_reject(qi_promise *promise, int status, const char *message)
{
    if (status >= 0)
        return qip_fail(QI_ERR_ARGUMENT,
                        "qi_promise_reject() was given the status %d, which is no failure", status);
    int checked = check(promise);
    if (checked != QI_OK)
        return checked;
    qip_call_fail(promise->call, status, message);
    end(promise);
    return QI_OK;
}

/* -- meanwhile ------------------------------------------------------------------------------------------------------ */

bool qi_promise_is_cancelled(const qi_promise *promise)
{
    if (!qip_handle_take_quietly(promise, QIP_HANDLE_PROMISE, keep))
        return false;
    qi_promise *kept = (qi_promise *)promise;
    const bool cancelled = kept->told && qip_qt_promise_is_cancelled(kept->told);
    drop(kept);
    return cancelled;
}

static int check_report(int64_t value, int64_t maximum, const char *text)
{
    if (value < 0 || maximum < 0 || value > INT_MAX || maximum > INT_MAX)
        return qip_fail(QI_ERR_RANGE, "progress is counted in steps from 0 to %d", INT_MAX);
    return text ? qip_check_text(text, "the text of the progress") : QI_OK;
}

int qi_promise_report(qi_promise *promise, int64_t value, int64_t maximum, const char *text)
{
    int status = check_report(value, maximum, text);

    if (status == QI_OK)
        status = qip_handle_take(promise, QIP_HANDLE_PROMISE, "promise", keep);
    if (status != QI_OK)
        return status;
    status = qip_qt_promise_report(promise->told, (int)value, (int)maximum, text ? text : "");
    drop(promise);
    return status;
}
