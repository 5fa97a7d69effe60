/* SPDX-License-Identifier: BSD-3-Clause */
/* The classes and functions of asyncio that the C code calls. */
#include "python/asyncio.h"

#include "python/compat.h"
#include "python/module.h"
#include "python/setup.h"

qip_asyncio_refs qip_asyncio;

static PyObject *take(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *value = module ? PyObject_GetAttrString(module, name) : NULL;

    Py_XDECREF(module);
    return value;
}

int qip_asyncio_setup(PyObject *Py_UNUSED(module))
{
    qip_module_keep(qip_asyncio);
    return (qip_asyncio.future_type = take("asyncio.futures", "Future")) &&
                   (qip_asyncio.task_type = take("asyncio.tasks", "Task")) &&
                   (qip_asyncio.cancelled_error = take("asyncio.exceptions", "CancelledError")) &&
                   (qip_asyncio.get_running_loop = take("asyncio.events", "_get_running_loop")) &&
                   (qip_asyncio.set_running_loop = take("asyncio.events", "_set_running_loop"))
               ? 0
               : -1;
}

void qip_asyncio_cancel_timer(PyObject *timer)
{
    PyObject *raised = qip_take_exception();

    Py_XDECREF(PyObject_CallMethod(timer, "cancel", NULL));
    PyErr_Clear();
    Py_DECREF(timer);
    qip_give_exception(raised);
}
