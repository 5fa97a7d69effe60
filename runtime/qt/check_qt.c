/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `_qi._check_qt(module)`: refuses a module, such as PyQt6.QtCore, that uses another copy of Qt than libqi does
 * (qt/copies.h). Its objects would be taken for ours and crash where they are touched first.
 */
#include "qt/check_qt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "qt/copies.h"
#include "qt/cache.h"
#include "qt/setup.h"

/* The file of an extension module; None where it has none. New reference. */
static PyObject *file_of(PyObject *module)
{
    PyObject *file = PyObject_GetAttrString(module, "__file__"), *bytes = NULL;

    if (!file || !PyUnicode_Check(file)) {
        PyErr_Clear();
        Py_XDECREF(file);
        Py_RETURN_NONE;
    }
    (void)PyUnicode_FSConverter(file, &bytes);
    Py_DECREF(file);
    return bytes;
}

/* 0, or -1 with RuntimeError. */
static int compare(PyObject *module)
{
    const char *version = "";
    PyObject *file = file_of(module);

    if (!file)
        return -1;
    char *library = file == Py_None ? NULL : qip_qt_library_of(PyBytes_AS_STRING(file), &version);
    bool other = library && strcmp(library, qip_qt_library()) != 0;
    if (other)
        PyErr_Format(
            PyExc_RuntimeError,
            "%R uses Qt %s (%s), but qi uses Qt %s (%s); objects of the one are none of the "
            "other: use a PyQt6 or PySide6 that is linked to qi's Qt",
            module, version, library, qip_qt_version(), qip_qt_library());
    free(library);
    Py_DECREF(file);
    return other ? -1 : 0;
}

int qip_copies_check(PyObject *module)
{
    PyObject *known = qip_qt_cache(); /* of modules that are as they should be, too */
    int found = known ? PyDict_Contains(known, module) : -1;

    if (found)
        return found < 0 ? -1 : 0;
    return compare(module) < 0 ? -1 : PyDict_SetItem(known, module, Py_None);
}

static PyObject *check_qt(PyObject *Py_UNUSED(self), PyObject *module)
{
    if (qip_copies_check(module) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *qt_copy(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("sN", qip_qt_version(), PyUnicode_DecodeFSDefault(qip_qt_library()));
}

int qip_copies_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_check_qt", check_qt, METH_O,
         PyDoc_STR("Raises RuntimeError if an extension module uses another copy of Qt.")},
        {"_qt_copy", qt_copy, METH_NOARGS,
         PyDoc_STR("Returns the version of the Qt that qi uses, and the path of its QtCore.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, functions);
}
