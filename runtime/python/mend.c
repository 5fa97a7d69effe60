/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interpreter is not restarted for the next runtime, so what plugins have done to it stays. What would keep the next
 * one from starting is put back: names that are gone or others in builtins and among the modules, members of sys that are
 * gone, finders that were taken out, streams that were closed. What was added stays.
 */
#include <Python.h>

#include "python/mend.h"

#include "python/compat.h"

/* As the first runtime found them, but for the modules, which are those that it needed. */
static PyObject *first_builtins, *first_sys, *first_modules, *first_finders, *first_hooks;
static int first_recursion_limit;

/* What `now` lacks or has changed of `then`; `changed` says whether to put that back, too. */
static void put_back(PyObject *now, PyObject *then, int changed)
{
    PyObject *name, *value;
    Py_ssize_t at = 0;

    if (!now || !then)
        return;
    while (PyDict_Next(then, &at, &name, &value)) {
        PyObject *present = PyDict_GetItemWithError(now, name);
        if ((!present || (changed && present != value)) && PyDict_SetItem(now, name, value) < 0)
            PyErr_Clear();
        PyErr_Clear();
    }
}

/* A list of sys that finders are taken from: those of before that are gone come first again. */
static void put_back_list(const char *name, PyObject *then)
{
    PyObject *now = PySys_GetObject(name),
             *whole = then ? PyList_GetSlice(then, 0, PY_SSIZE_T_MAX) : NULL;
    int missing = !now || !PyList_Check(now);

    for (Py_ssize_t i = 0; whole && !missing && i < PyList_GET_SIZE(then); i++)
        missing = PySequence_Contains(now, PyList_GET_ITEM(then, i)) != 1;
    for (Py_ssize_t i = 0; whole && missing && now && PyList_Check(now) && i < PyList_GET_SIZE(now);
         i++) {
        PyObject *item = PyList_GET_ITEM(now, i);
        if (PySequence_Contains(then, item) == 0)
            (void)PyList_Append(whole, item);
    }
    if (whole && missing)
        (void)PySys_SetObject(name, whole);
    PyErr_Clear();
    Py_XDECREF(whole);
}

static int is_closed(PyObject *stream)
{
    PyObject *closed = PyObject_GetAttrString(stream, "closed");
    const int answer = closed && PyObject_IsTrue(closed) == 1;

    PyErr_Clear();
    Py_XDECREF(closed);
    return answer;
}

/* Code that has closed a stream of the process has closed Python's object, and rarely the descriptor. */
static void open_again(const char *name, int fd, const char *mode)
{
    PyObject *stream = PySys_GetObject(name);

    if (!stream || stream == Py_None || !is_closed(stream))
        return;
    PyObject *io = PyImport_ImportModule("io");
    PyObject *fresh = io ? PyObject_CallMethod(io, "open", "isisszO", fd, mode, 1, "utf-8",
                                               "backslashreplace", NULL, Py_False)
                         : NULL;
    PyErr_Clear();
    (void)PySys_SetObject(name, fresh ? fresh : Py_None);
    PyErr_Clear();
    Py_XDECREF(fresh);
    Py_XDECREF(io);
}

static PyObject *copy_list(const char *name)
{
    PyObject *list = PySys_GetObject(name);
    return list && PyList_Check(list) ? PyList_GetSlice(list, 0, PY_SSIZE_T_MAX) : NULL;
}

static PyObject *copy_names(const char *module_name)
{
    PyObject *module = PyImport_AddModule(module_name);
    return module ? PyDict_Copy(PyModule_GetDict(module)) : NULL;
}

static void note(void)
{
    first_builtins = copy_names("builtins");
    first_sys = copy_names("sys");
    first_finders = copy_list("meta_path");
    first_hooks = copy_list("path_hooks");
    first_recursion_limit = Py_GetRecursionLimit();
    PyErr_Clear();
}

static PyObject *names_of(PyObject *modules, const char *name)
{
    PyObject *module = modules ? PyDict_GetItemString(modules, name) : NULL;
    return module && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
}

void qip_mend(void)
{
    if (!first_builtins) {
        note();
        return;
    }
    PyObject *modules = PyImport_GetModuleDict();
    put_back(modules, first_modules, 1);
    put_back(names_of(modules, "builtins"), first_builtins, 1);
    put_back(names_of(modules, "sys"), first_sys, 0);
    if (PySys_GetObject("modules") != modules)
        (void)PySys_SetObject("modules", modules);
    put_back_list("meta_path", first_finders);
    put_back_list("path_hooks", first_hooks);
    if (Py_GetRecursionLimit() < first_recursion_limit)
        Py_SetRecursionLimit(first_recursion_limit);
    open_again("stdout", 1, "w");
    open_again("stderr", 2, "w");
    open_again("stdin", 0, "r");
    PyErr_Clear();
}

void qip_mend_note_modules(void)
{
    if (!first_modules)
        first_modules = PyDict_Copy(PyImport_GetModuleDict());
    PyErr_Clear();
}
