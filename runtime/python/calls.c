/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_call() and its sisters: a function of Python called, and its answer or its exception, at once.
 *
 * What a coroutine function returns is no answer, so those are refused, before they are called where they can be told.
 */
#include "python/calls.h"

#include <qi/call.h>

#include "core/handles.h"
#include "core/status.h"
#include "python/border.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/scope.h"
#include "python/signature.h"
#include "python/target.h"
#include "python/visit.h"

int qip_calls_check(void)
{
    const qi_runtime *runtime = qip_runtime_current();

    if (!runtime)
        return qip_fail(QI_ERR_NOT_RUNNING, "no runtime runs, so there is no Python code to call");
    return qip_runtime_check_gui(runtime);
}

/* -- the call ---------------------------------------------------------------------------------------------- */

static int refuse_coroutine(const char *name)
{
    return qip_fail(
        QI_ERR_TYPE,
        "\"%s\" is a coroutine function, whose result comes later; launch it with qi_run_task()",
        name);
}

int qip_calls_answer(PyObject *object, const char *what, qi_value *out)
{
    qi_value answer;
    int status = QI_OK;

    if (!object)
        return qip_fail_python(what);
    if (out && qip_value_from_python(object, &answer) < 0)
        status = qip_fail_python(what);
    else if (out)
        *out = answer;
    Py_DECREF(object);
    return status;
}

/* Takes the result, which is NULL where there is an exception. */
static int take_result(PyObject *result, const char *name, qi_value *out)
{
    if (!result || !PyCoro_CheckExact(result))
        return qip_calls_answer(result, name, out);
    PyObject *closed = PyObject_CallMethod(result, "close",
                                           NULL); /* or it complains of never being awaited */
    PyErr_Clear();
    Py_XDECREF(closed);
    Py_DECREF(result);
    return refuse_coroutine(name);
}

static int call(PyObject *callable, const char *name, const qip_arguments *arguments, qi_value *out)
{
    int status, is_coroutine = qip_signature_is_coroutine(callable);

    if (is_coroutine)
        return is_coroutine < 0 ? qip_fail_python(name) : refuse_coroutine(name);
    PyObject *result = qip_arguments_call(callable, arguments, &status);
    return status < 0 ? status : take_result(result, name, out);
}

int qip_calls_perform(PyObject *callable, const char *name, bool named,
                      const qip_arguments *arguments, qi_value *out)
{
    PyObject *context = qip_scope_of_callable(callable), *entered = NULL;

    if (context)
        entered = qip_scope_enter(context);
    else if (named) /* what the host names is its own; an object may be a plugin's */
        entered = qip_scope_enter_application();
    int status = call(callable, name, arguments, out);
    qip_scope_leave(entered);
    Py_XDECREF(context);
    return status;
}

/* -- the public functions ---------------------------------------------------------------------------------- */

static int call_held(qi_runtime *runtime, const char *target, const qi_callable *handle,
                     const qip_arguments *arguments, qi_value *out)
{
    const char *name;
    qip_visit visit = qip_python_enter();
    PyObject *callable = qip_callable_take(runtime, target, handle, &name);
    int status = callable ? qip_calls_perform(callable, name, target, arguments, out)
                          : qi_last_error()->status;

    Py_XDECREF(callable);
    qip_python_leave(visit);
    return status;
}

int qi_call(qi_runtime *runtime, const char *target, const qi_value *args, size_t count,
            const qi_entry *kwargs, size_t kwarg_count, qi_value *out)
{
    const qip_arguments arguments = {args, count, kwargs, kwarg_count};
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK)
        status = qip_check_text(target, "the target");
    if (status == QI_OK)
        status = qip_arguments_check(&arguments);
    return status == QI_OK ? call_held(runtime, target, NULL, &arguments, out) : status;
}

int qi_callable_call_values(const qi_callable *callable, const qi_value *args, size_t count,
                            const qi_entry *kwargs, size_t kwarg_count, qi_value *out)
{
    const qip_arguments arguments = {args, count, kwargs, kwarg_count};
    qi_callable *held = NULL;
    int status = qip_handle_check(callable, QIP_HANDLE_CALLABLE, "callable");

    if (status == QI_OK)
        status = qip_callable_hold(NULL, callable, &held);
    if (status == QI_OK)
        status = qip_calls_check();
    if (status == QI_OK)
        status = qip_arguments_check(&arguments);
    if (status == QI_OK)
        status = call_held(NULL, NULL, held, &arguments, out);
    qip_callable_drop(held);
    return status;
}
