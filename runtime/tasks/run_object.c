/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks of what has no target: objects that Python has given, whose module says whose code they are. */
#include <Python.h>

#include <qi/call.h>

#include "core/sized.h"
#include "core/status.h"
#include "python/border.h"
#include "python/call.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/target.h"
#include "python/visit.h"
#include "tasks/tasks.h"

int qip_task_run_object(qi_runtime *runtime, PyObject *object, unsigned flags, const char *name,
                        const qi_task_options *given, qi_task **out)
{
    qi_task_options options;
    int status = QI_OK;

    qi_task_options_init(&options);
    if (given)
        status = qip_sized_read(&options, sizeof options, given, "qi_task_options");
    if (status != QI_OK)
        return status;
    options.callable = qip_callable_adopt(object);
    if (!options.callable)
        return qip_fail_python("launching a task");
    options.kwargs = NULL;
    options.kwarg_count = 0;
    options.flags = (options.flags & (QI_TASK_FLAG_PROGRESS | QI_TASK_FLAG_REPORT)) | flags;
    if (!options.name)
        options.name = name;
    status = qi_run_task(runtime, NULL, NULL, 0, &options, out);
    qip_callable_drop(options.callable);
    return status;
}

/* -- asynchronous iterators ------------------------------------------------------------------------------- */

/* A coroutine function that gives the next item of it, a new reference; NULL with the record set. GIL: held. */
static PyObject *what_gives_the_next(const qi_value *iterator)
{
    PyObject *object = qip_value_to_python(iterator), *function = NULL;

    if (!object) {
        qip_fail_conversion();
        return NULL;
    }
    function = qip_call_python("qi._python.asynchronous", "what_gives_the_next", "(O)", object);
    if (!function)
        qip_fail_conversion(); /* a TypeError, whose text says what it is */
    Py_DECREF(object);
    return function;
}

int qi_value_next(qi_runtime *runtime, const qi_value *iterator, const qi_task_options *options,
                  qi_task **out)
{
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    if (status == QI_OK && !iterator)
        status = qip_fail(QI_ERR_ARGUMENT, "`iterator` is NULL; there is nothing to ask");
    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *function = what_gives_the_next(iterator);
    status = function ? qip_task_run_object(runtime, function, 0, NULL, options, out)
                      : qi_last_error()->status;
    Py_XDECREF(function);
    qip_python_leave(visit);
    return status;
}
