/* SPDX-License-Identifier: BSD-3-Clause */
/* Stubs of what the application shows, for C; all the work is done in qi._life.stubs. */
#include <Python.h>

#include <qi/stubs.h>

#include "python/border.h"
#include "life/life.h"
#include "python/call.h"
#include "python/gate.h"
#include "core/status.h"
#include "python/visit.h"

int qi_stubs_write(qi_runtime *runtime, const char *folder)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK)
        status = qip_check_text(folder, "folder");
    if (status == QI_OK && !*folder)
        status = qip_fail(QI_ERR_ARGUMENT, "folder is empty; name one to write into");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *done = qip_call_python("qi._life.stubs", "write", "(s)", folder);
    if (!done)
        status = qip_fail_python("writing stubs");
    Py_XDECREF(done);
    qip_python_leave(visit);
    return status;
}
