/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What belongs to a plugin besides its tasks: the files and sockets that its code has opened, and what it has changed
 * of the current folder and the environment, noted in its Scope for the report of what it leaves behind; and the
 * connections that the application has made to its code.
 */
#include <Python.h>

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "python/compat.h"
#include "python/path_text.h"
#include "python/scope.h"
#include "plugins/setup.h"
#include "signals/connections.h"

enum { MOST_PATHS = 1000, MOST_SOCKETS = 256 };

static void note_path(PyObject *scope, const char *set, PyObject *path)
{
    PyObject *paths = PyObject_GetAttrString(scope, set);
    PyObject *text = PyUnicode_CheckExact(path) ? Py_NewRef(path) : qip_path_text(path);

    if (paths && text && PyUnicode_CheckExact(text) && PySet_Check(paths) &&
        PySet_GET_SIZE(paths) < MOST_PATHS)
        (void)PySet_Add(paths, text);
    Py_XDECREF(text);
    Py_XDECREF(paths);
}

/* The event is (path, mode, flags). */
static bool writes(PyObject *arguments)
{
    PyObject *flags = PyTuple_GET_SIZE(arguments) > 2 ? PyTuple_GET_ITEM(arguments, 2) : NULL;

    return flags && PyLong_Check(flags) && (PyLong_AsLong(flags) & O_ACCMODE) != O_RDONLY;
}

static void note_open(PyObject *scope, PyObject *arguments)
{
    PyObject *path = PyTuple_GET_ITEM(arguments, 0);

    note_path(scope, "paths", path);
    if (writes(arguments))
        note_path(scope, "written", path);
}

/* Drops the references to sockets that are gone. */
static void sweep(PyObject *references)
{
    for (Py_ssize_t i = PyList_GET_SIZE(references) - 1; i >= 0; i--) {
        PyObject *there = qip_weakref_get(PyList_GET_ITEM(references, i));
        if (!there)
            (void)PyList_SetSlice(references, i, i + 1, NULL);
        Py_XDECREF(there);
    }
}

static void note_socket(PyObject *scope, PyObject *socket)
{
    PyObject *sockets = PyObject_GetAttrString(scope, "sockets");
    PyObject *reference = PyWeakref_NewRef(socket, NULL);

    if (sockets && reference && PyList_Check(sockets)) {
        if (PyList_GET_SIZE(sockets) >= MOST_SOCKETS)
            sweep(sockets);
        (void)PyList_Append(sockets, reference);
    }
    Py_XDECREF(reference);
    Py_XDECREF(sockets);
}

/* The name of a variable of the environment is bytes. */
static void note_variable(PyObject *scope, PyObject *name)
{
    PyObject *text = PyBytes_Check(name) ? PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(name),
                                                                            PyBytes_GET_SIZE(name))
                                         : Py_NewRef(name);

    if (text)
        note_path(scope, "touched", text);
    Py_XDECREF(text);
}

static void note_folder(PyObject *scope)
{
    PyObject *name = PyUnicode_FromString("the current folder"); /* as footprint/process.py has it */

    if (name)
        note_path(scope, "touched", name);
    Py_XDECREF(name);
}

/* Beware: it is called in the middle of CPython's own code, for very many events. */
static int hear(const char *event, PyObject *arguments, void *Py_UNUSED(data))
{
    /* What they say; the second path of a rename is where the file is then. */
    enum {
        FILE_OPENED,
        SOCKET_MADE,
        FILE_RENAMED,
        DATABASE_OPENED,
        FOLDER,
        VARIABLE_SET,
        VARIABLE_GONE,
        KINDS
    };
    static const char *const events[] = {
        "open",     "socket.__new__", "os.rename",  "sqlite3.connect",
        "os.chdir", "os.putenv",      "os.unsetenv"};
    int kind = 0;

    while (kind < KINDS && strcmp(event, events[kind]) != 0)
        kind++;
    if (kind == KINDS || !PyTuple_Check(arguments) ||
        PyTuple_GET_SIZE(arguments) < (kind == FILE_RENAMED ? 2 : 1))
        return 0;
    PyObject *raised = qip_take_exception();
    PyObject *scope = qip_scope_current();
    if (scope && kind == FILE_OPENED)
        note_open(scope, arguments);
    else if (scope && kind == SOCKET_MADE)
        note_socket(scope, PyTuple_GET_ITEM(arguments, 0));
    else if (scope && kind == FOLDER)
        note_folder(scope);
    else if (scope && kind >= VARIABLE_SET)
        note_variable(scope, PyTuple_GET_ITEM(arguments, 0));
    else if (scope)
        note_path(scope, "written", PyTuple_GET_ITEM(arguments, kind == FILE_RENAMED ? 1 : 0));
    PyErr_Clear();
    Py_XDECREF(scope);
    qip_give_exception(raised);
    return 0;
}

/* CPython never gives a hook back, so there is one for ever once an application has plugins. */
static PyObject *follow_files(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    static bool follows;

    if (qip_path_text_prepare() < 0)
        return NULL;
    if (!follows && PySys_AddAuditHook(hear, NULL) < 0)
        return NULL;
    follows = true;
    Py_RETURN_NONE;
}

static PyObject *cut(PyObject *Py_UNUSED(module), PyObject *scope)
{
    qip_connections_cut_scope(scope);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"_scope_cut", cut, METH_O,
     "End the connections that the application has made to a Scope's code."},
    {"_scope_follow_files", follow_files, METH_NOARGS,
     "_scope_follow_files()\n--\n\n"
     "From now on scopes know which files and sockets they have opened."},
    {NULL, NULL, 0, NULL},
};

int qip_belongings_setup(PyObject *module)
{
    return PyModule_AddFunctions(module, functions);
}
