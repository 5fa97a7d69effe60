/* SPDX-License-Identifier: BSD-3-Clause */
/* Debuggers, for C; all the work is done in qi.debug. */
#include <Python.h>

#include <qi/debugger.h>

#include "border.h"
#include "convert.h"
#include "embed.h"
#include "status.h"
#include "visit.h"

static const char own_module[] = "qi.debug";

enum { HIGHEST_PORT = 65535 };

int qi_debugger_listen(qi_runtime *runtime, unsigned port, qi_value *out)
{
    int status = qi__runtime_check_gui(runtime);

    if (status == QI_OK && port > HIGHEST_PORT)
        status = qi__fail(QI_ERR_RANGE, "the port is %u; the highest is %d", port, HIGHEST_PORT);
    if (status != QI_OK)
        return status;
    qi__visit visit = qi__python_enter();
    PyObject *found = qi__call_python(own_module, "listen_for_host", "(I)", port);
    qi_value value = qi_none();
    if (!found || qi__value_from_python(found, &value) < 0)
        status = qi__fail_python("listening for a debugger");
    Py_XDECREF(found);
    qi__python_leave(visit);
    if (status == QI_OK && out)
        *out = value;
    else
        qi_value_clear(&value);
    return status;
}

bool qi_debugger_is_attached(qi_runtime *runtime)
{
    if (qi__runtime_check_gui(runtime) != QI_OK)
        return false;
    qi__visit visit = qi__python_enter();
    PyObject *answer = qi__call_python(own_module, "is_attached", "()");
    bool attached = answer == Py_True;
    if (!answer)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(answer);
    qi__python_leave(visit);
    return attached;
}
