/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * There is one `_qi` in a process. The same objects are linked twice, as libqi.so and as an extension module,
 * and a process may find both: a host's plugin whose sys.path has the extension, a Python program that loads
 * a library which embeds libqi. Two copies would be two loops, two tables of proxies and two states that
 * each take the other's objects for strangers, so the second is refused, and the library comes first: where
 * it is loaded, the extension is refused even before the library has started.
 */
#include "python/single.h"

#include <stdlib.h>

#include "core/loaded.h"

static bool embeds;

void qip_single_embeds(void)
{
    embeds = true;
}

bool qip_single_is_extension(void)
{
    return !embeds;
}

/* `sys.modules["_qi"]`, or NULL without an exception. New reference. */
static PyObject *imported(void)
{
    PyObject *name = PyUnicode_FromString("_qi");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;

    Py_XDECREF(name);
    PyErr_Clear();
    return module;
}

/* Where a module comes from, for a message. New reference. */
static PyObject *origin_of(PyObject *module)
{
    PyObject *file = PyObject_GetAttrString(module, "__file__");

    if (file)
        return file;
    PyErr_Clear();
    return PyUnicode_FromString("libqi, which this process embeds");
}

static int refuse(PyObject *other)
{
    PyObject *origin = origin_of(other);

    if (origin)
        PyErr_Format(
            PyExc_ImportError,
            "this process has a module _qi already, of %U; a second copy of it cannot be used",
            origin);
    Py_XDECREF(origin);
    return -1;
}

/* The library that is loaded without having started: its own `_qi` will come with qi_runtime_init(). */
static int check_library(void)
{
    char *library = qip_loaded_find("libqi.so", "qi_runtime_init", NULL);

    if (!library)
        return 0;
    PyErr_Format(PyExc_ImportError,
                 "this process has loaded %s, which brings a module _qi of its own; "
                 "import qi after qi_runtime_init()",
                 library);
    free(library);
    return -1;
}

int qip_single_check(PyObject *module)
{
    PyObject *other = imported();
    int result = other && other != module ? refuse(other) : 0;

    Py_XDECREF(other);
    if (result == 0 && !embeds)
        result = check_library();
    return result;
}

int qip_single_imported(const PyModuleDef *own)
{
    PyObject *module = imported();
    int result = module != NULL;

    if (module && !(PyModule_Check(module) && PyModule_GetDef(module) == own))
        result = refuse(module);
    Py_XDECREF(module);
    return result;
}
