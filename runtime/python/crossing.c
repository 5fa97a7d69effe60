/* SPDX-License-Identifier: BSD-3-Clause */
/* <qi/python.h>: hosts that use CPython's API themselves, their code with the GIL and their objects. */
#include <Python.h>

#include <qi/python.h>

#include "core/hostcall.h"
#include "core/status.h"
#include "python/border.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/scope.h"
#include "python/visit.h"

/* GIL: held. What is set when it is called is not the call's, and stays. */
static int run_here(qi_callback_fn run, void *user)
{
    PyObject *before = qip_take_exception(), *entered = qip_scope_enter_application();
    int status = QI_OK;

    const bool whole = qip_hostcall("a function of qi_python_run()", run, user);
    qip_scope_leave(entered);
    if (PyErr_Occurred())
        status = qip_fail_python("a function of qi_python_run()");
    else if (!whole)
        status = qip_fail(QI_ERR_STATE, "a function of qi_python_run() threw, which was reported");
    qip_give_exception(before);
    return status;
}

int qi_python_run(qi_runtime *runtime, qi_callback_fn run, void *user)
{
    int status = qip_runtime_check(runtime);

    if (status == QI_OK && !run)
        status = qip_fail(QI_ERR_ARGUMENT, "`run` is NULL; there is nothing to call");
    if (status != QI_OK)
        return status;
    qip_visit visit;
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    status = run_here(run, user);
    qip_python_leave(visit);
    return status;
}

int qi_value_from_python(struct _object *object, qi_value *out)
{
    qi_value made;
    qip_visit visit;
    int status = QI_OK;

    if (!object || !out)
        return qip_fail(QI_ERR_ARGUMENT, "there is no object, or no `out` for its value");
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    PyObject *before = qip_take_exception();
    if (qip_value_from_python(object, &made) < 0)
        status = qip_fail_conversion();
    else
        *out = made;
    qip_give_exception(before);
    qip_python_leave(visit);
    return status;
}

int qi_value_to_python(const qi_value *value, struct _object **out)
{
    qip_visit visit;
    int status = QI_OK;

    if (!value || !out)
        return qip_fail(QI_ERR_ARGUMENT, "there is no value, or no `out` for its object");
    if (!qip_python_try_enter(&visit))
        return qip_fail_ended();
    PyObject *before = qip_take_exception(), *made = qip_value_to_python(value);
    if (made)
        *out = made;
    else
        status = qip_fail_conversion();
    qip_give_exception(before);
    qip_python_leave(visit);
    return status;
}
