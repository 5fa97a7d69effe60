/* SPDX-License-Identifier: BSD-3-Clause */
#include "python/call.h"

PyObject *qip_call_python(const char *module_name, const char *function, const char *format, ...)
{
    PyObject *module = PyImport_ImportModule(module_name), *result = NULL;
    PyObject *callable = module ? PyObject_GetAttrString(module, function) : NULL;
    va_list values;

    va_start(values, format);
    PyObject *arguments = callable ? Py_VaBuildValue(format, values) : NULL;
    va_end(values);
    if (arguments)
        result = PyObject_CallObject(callable, arguments);
    Py_XDECREF(arguments);
    Py_XDECREF(callable);
    Py_XDECREF(module);
    return result;
}
