/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See unread.h. CPython asks its audit hooks before it opens such a file, in the way of fopen(): with a mode and without
 * flags, which tells it from open(). It goes on without the line if that is refused, and takes it from the text itself.
 */
#include "python/unread.h"

#include <stdbool.h>
#include <string.h>

#include "python/setup.h"

enum { NAMES_KEPT = 8 };

static _Thread_local unsigned compiles; /* text under a name that somebody has chosen */

/* Hashes of the names under which Python code has compiled texts last: one compilation may begin others, as by a warning.
 * That two names have the same hash does no harm, and hashes keep nothing alive. */
static _Thread_local struct {
    Py_hash_t names[NAMES_KEPT];
    unsigned next;
} compiled;

static bool is_by_fopen(PyObject *arguments)
{
    if (!PyTuple_Check(arguments) || PyTuple_GET_SIZE(arguments) != 3)
        return false;
    PyObject *mode = PyTuple_GET_ITEM(arguments, 1), *flags = PyTuple_GET_ITEM(arguments, 2);
    int overflow; /* code may raise events of its own */
    return PyUnicode_CheckExact(mode) && PyUnicode_GET_LENGTH(mode) > 0 &&
           PyUnicode_READ_CHAR(mode, 0) == 'r' && PyLong_CheckExact(flags) &&
           PyLong_AsLongAndOverflow(flags, &overflow) == 0 && !overflow;
}

static void keep_name(PyObject *arguments)
{
    PyObject *name = PyTuple_Check(arguments) && PyTuple_GET_SIZE(arguments) == 2
                         ? PyTuple_GET_ITEM(arguments, 1)
                         : Py_None;

    if (PyUnicode_CheckExact(name))
        compiled.names[compiled.next++ % NAMES_KEPT] = PyObject_Hash(name);
}

static bool was_compiled(PyObject *path)
{
    const Py_hash_t hash = PyObject_Hash(path);

    for (unsigned at = 0; at < NAMES_KEPT; at++)
        if (compiled.names[at] == hash)
            return true;
    return false;
}

/* Not all that compiles tells of it: symtable does not, nor does Py_CompileString(). Of what else CPython opens in this way,
 * such as the parameters of ssl's load_dh_params(), nothing is called so. */
static bool is_called_as_source(PyObject *path, Py_ssize_t length)
{
    static const char ending[] = ".py"; /* .pyx, .pyw and .pyi as well */
    const Py_ssize_t first = length - (PyUnicode_READ_CHAR(path, length - 1) == 'y' ? 3 : 4);

    for (Py_ssize_t at = 0; at < 3; at++)
        if (first < 0 || PyUnicode_READ_CHAR(path, first + at) != (Py_UCS4)ending[at])
            return false;
    return true;
}

static bool is_for_nobody(PyObject *path)
{
    const Py_ssize_t length = PyUnicode_CheckExact(path) ? PyUnicode_GET_LENGTH(path) : 0;

    if (!length || PyUnicode_READ_CHAR(path, 0) == '/')
        return false;
    return compiles ||
           (PyUnicode_READ_CHAR(path, 0) == '<' && PyUnicode_READ_CHAR(path, length - 1) == '>') ||
           is_called_as_source(path, length) || was_compiled(path);
}

/* Beware: it is called in the middle of CPython's own code, for very many events. */
static int hear(const char *event, PyObject *arguments, void *Py_UNUSED(data))
{
    if (event[0] == 'c' && strcmp(event, "compile") == 0)
        keep_name(arguments);
    if (event[0] != 'o' || strcmp(event, "open") != 0 || !is_by_fopen(arguments) ||
        !is_for_nobody(PyTuple_GET_ITEM(arguments, 0)))
        return 0;
    PyErr_SetString(PyExc_PermissionError, "it is the name of a text, and not of a file");
    return -1;
}

void qip_unread_names(void)
{
    static bool hears; /* CPython never gives a hook back */

    if (!hears && PySys_AddAuditHook(hear, NULL) < 0)
        PyErr_Clear(); /* a hook of the host's takes no further ones */
    hears = true;
}

PyObject *qip_unread_compile(const char *source, const char *filename, int start)
{
    compiles++;
    PyObject *code = Py_CompileString(source, filename, start);
    compiles--;
    return code;
}

static PyObject *compile_unread(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyObject *compile = builtins ? PyObject_GetAttrString(builtins, "compile") : NULL;

    compiles++;
    PyObject *result = compile ? PyObject_CallObject(compile, arguments) : NULL;
    compiles--;
    Py_XDECREF(compile);
    Py_XDECREF(builtins);
    return result;
}

int qip_unread_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_compile_unread", compile_unread, METH_VARARGS,
         PyDoc_STR("_compile_unread(source, filename, mode, flags, dont_inherit)\n--\n\n"
                   "compile(), without a look at a file of that name in the current folder.")},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
