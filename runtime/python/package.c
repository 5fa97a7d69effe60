/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where `import qi` comes from: C data made at build time from pyshim/, handed out one module at a time
 * to the finder that pyshim/bootstrap.py puts first on sys.meta_path. First, because a package of the
 * same name on sys.path is somebody else's.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "python/package.h"

#include <marshal.h>
#include <string.h>

#define BOOTSTRAP "bootstrap"

static const qip_package_module *find_module(const char *name)
{
    size_t low = 0, high = qip_package_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, qip_package_modules[middle].name);
        if (order == 0)
            return &qip_package_modules[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *qip_package_source(const char *name, size_t *size)
{
    const qip_package_module *module = find_module(name);

    *size = module ? module->source_size : 0;
    return module ? module->source : NULL;
}

/* The module's code object, or None if another version of Python compiled it. New reference. */
static PyObject *load_code(const qip_package_module *module)
{
    if (PyImport_GetMagicNumber() != qip_package_magic)
        Py_RETURN_NONE;
    return PyMarshal_ReadObjectFromString(module->code, (Py_ssize_t)module->code_size);
}

static PyObject *find(PyObject *self, PyObject *argument)
{
    (void)self;
    const char *name = PyUnicode_AsUTF8(argument);
    if (!name)
        return NULL;
    const qip_package_module *module = find_module(name);
    if (!module)
        Py_RETURN_NONE;
    PyObject *code = load_code(module);
    if (!code)
        return NULL;
    return Py_BuildValue("sNs#N", module->filename, PyBool_FromLong(module->package),
                         module->source, (Py_ssize_t)module->source_size, code);
}

static PyMethodDef find_method = {"find", find, METH_O, NULL};

/* Runs bootstrap.py in a namespace of its own and returns its finder. */
static PyObject *make_finder(void)
{
    const qip_package_module *bootstrap = find_module(BOOTSTRAP);
    PyObject *finder = NULL, *result = NULL;
    PyObject *code = load_code(bootstrap);
    PyObject *names = PyDict_New();
    PyObject *function = PyCFunction_New(&find_method, NULL);

    if (code == Py_None)
        Py_SETREF(code, Py_CompileString(bootstrap->source, bootstrap->filename, Py_file_input));
    if (!code || !names || !function)
        goto done;
    PyObject *name = PyUnicode_FromString("qi.bootstrap");
    int failed = !name || PyDict_SetItemString(names, "__name__", name) < 0 ||
                 PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins()) < 0 ||
                 PyDict_SetItemString(names, "find", function) < 0;
    Py_XDECREF(name);
    if (failed)
        goto done;
    result = PyEval_EvalCode(code, names, names);
    if (result)
        finder = Py_XNewRef(PyDict_GetItemString(names, "finder"));
done:
    Py_XDECREF(result);
    Py_XDECREF(function);
    Py_XDECREF(names);
    Py_XDECREF(code);
    return finder;
}

int qip_package_install(void)
{
    static PyObject *finder; /* made once a process, as the interpreter is */
    PyObject *meta_path = PySys_GetObject("meta_path");

    if (!meta_path || !PyList_Check(meta_path)) {
        PyErr_SetString(PyExc_RuntimeError, "sys.meta_path is gone, so nothing can be imported");
        return -1;
    }
    if (!finder && !(finder = make_finder()))
        return -1;
    int there = PySequence_Contains(meta_path, finder);
    return there ? (there < 0 ? -1 : 0) : PyList_Insert(meta_path, 0, finder);
}
