/* SPDX-License-Identifier: BSD-3-Clause */
/* Debuggers, for C; all the work is done in qi.debug. */
#include <Python.h>

#include <qi/debugger.h>

#include "python/border.h"
#include "python/convert.h"
#include "life/life.h"
#include "python/call.h"
#include "python/gate.h"
#include "core/status.h"
#include "python/visit.h"

static const char own_module[] = "qi.debug";

enum { HIGHEST_PORT = 65535 };

int qi_debugger_listen(qi_runtime *runtime, const char *backend, unsigned port, qi_value *out)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && port > HIGHEST_PORT)
        status = qip_fail(QI_ERR_RANGE, "the port is %u; the highest is %d", port, HIGHEST_PORT);
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *found = qip_call_python(own_module, "listen_for_host", "(zI)", backend, port);
    qi_value value = qi_none();
    if (!found || qip_value_from_python(found, &value) < 0)
        status = qip_fail_python("listening for a debugger");
    Py_XDECREF(found);
    qip_python_leave(visit);
    if (status == QI_OK && out)
        *out = value;
    else
        qi_value_clear(&value);
    return status;
}

int qi_debugger_stop(qi_runtime *runtime)
{
    int status = qip_runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *stopped = qip_call_python(own_module, "stop_for_host", "()");
    if (!stopped)
        status = qip_fail_python("ending the debugger");
    else if (stopped != Py_True)
        status = qip_fail(QI_ERR_STATE, "debugpy listens, which cannot be told to end");
    Py_XDECREF(stopped);
    qip_python_leave(visit);
    return status;
}

bool qi_debugger_is_attached(qi_runtime *runtime)
{
    if (qip_runtime_check_gui(runtime) != QI_OK)
        return false;
    qip_visit visit = qip_python_enter();
    PyObject *answer = qip_call_python(own_module, "is_attached", "()");
    bool attached = answer == Py_True;
    if (!answer)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(answer);
    qip_python_leave(visit);
    return attached;
}
