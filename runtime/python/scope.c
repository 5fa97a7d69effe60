/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The context variable that says which plugin code runs for, and who asks it from C.
 *
 * The variable is made here, so that asking for it costs a look into the Context and imports nothing.
 */
#include "python/scope.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "python/compat.h"
#include "life/runtime_p.h"
#include "python/state.h"

#define MARK "_qi_plugin" /* attribute of exceptions, known to _scope.py */

/* New reference; NULL without an exception where no plugin's code runs. */
static PyObject *current_scope(void)
{
    qip_state *state = qip_state_get();
    PyObject *scope = NULL;

    if (!state || !state->scope_variable || PyContextVar_Get(state->scope_variable, NULL, &scope) < 0)
        PyErr_Clear();
    if (scope == Py_None)
        Py_CLEAR(scope);
    return scope;
}

PyObject *qip_scope_plugin(void)
{
    PyObject *raised = qip_take_exception();
    PyObject *scope = current_scope();
    PyObject *plugin = scope ? PyObject_GetAttrString(scope, "plugin") : NULL;

    if (!plugin || !PyUnicode_Check(plugin)) {
        PyErr_Clear();
        Py_CLEAR(plugin);
    }
    Py_XDECREF(scope);
    qip_give_exception(raised);
    return plugin;
}

/* Imports the module only where a plugin can be behind it: its manager has done so before. */
static PyObject *blame(PyObject *exception, PyObject *task)
{
    PyObject *raised = qip_take_exception();
    PyObject *name = PyUnicode_FromString("qi._scope");
    PyObject *module = name ? PyImport_GetModule(name) : NULL;
    PyObject *plugin = module ? PyObject_CallMethod(module, "blame", "(OO)", exception,
                                                    task ? task : Py_None)
                              : NULL;

    if (!plugin || !PyUnicode_Check(plugin)) {
        PyErr_Clear();
        Py_CLEAR(plugin);
    }
    Py_XDECREF(module);
    Py_XDECREF(name);
    qip_give_exception(raised);
    return plugin;
}

PyObject *qip_scope_blame(PyObject *exception)
{
    return blame(exception, NULL);
}

PyObject *qip_scope_blame_task(PyObject *task, PyObject *exception)
{
    return blame(exception, task);
}

/* -- by name -------------------------------------------------------------------------------------- */

/* Of (what targets name, its Context). New reference, or NULL without an exception. */
static PyObject *part_of_plugin(PyObject *id, Py_ssize_t part)
{
    PyObject *plugin = PyDict_GetItemWithError(qip_state_get()->plugins, id);

    PyErr_Clear();
    if (!plugin || !PyTuple_Check(plugin) || PyTuple_GET_SIZE(plugin) != 2)
        return NULL;
    return Py_NewRef(PyTuple_GET_ITEM(plugin, part));
}

static bool has_plugins(void)
{
    qip_state *state = qip_state_get();

    return state && state->plugins && PyDict_GET_SIZE(state->plugins) > 0;
}

PyObject *qip_scope_owner(PyObject *id)
{
    return has_plugins() ? part_of_plugin(id, 0) : NULL;
}

#define PACKAGE "qi_plugins." /* of the modules of all plugins: _scope.py */

PyObject *qip_scope_of_callable(PyObject *callable)
{
    PyObject *module = has_plugins() ? PyObject_GetAttrString(callable, "__module__") : NULL;
    const char *name = module && PyUnicode_Check(module) ? PyUnicode_AsUTF8(module) : NULL;
    PyObject *id = NULL, *context = NULL;

    if (name && strncmp(name, PACKAGE, sizeof PACKAGE - 1) == 0) {
        name += sizeof PACKAGE - 1;
        id = PyUnicode_FromStringAndSize(name, (Py_ssize_t)strcspn(name, "."));
    }
    if (id)
        context = part_of_plugin(id, 1);
    PyErr_Clear();
    Py_XDECREF(id);
    Py_XDECREF(module);
    return context;
}

bool qip_scope_is(PyObject *context, PyObject *scope)
{
    PyObject *found = context ? PyObject_GetItem(context, qip_state_get()->scope_variable) : NULL;
    bool same = found == scope;

    PyErr_Clear();
    Py_XDECREF(found);
    return same;
}

/* -- entering it again ------------------------------------------------------------------------------- */

PyObject *qip_scope_keep(void)
{
    PyObject *raised = qip_take_exception();
    PyObject *scope = current_scope();
    PyObject *context = scope ? PyContext_CopyCurrent() : NULL;

    PyErr_Clear();
    Py_XDECREF(scope);
    qip_give_exception(raised);
    return context;
}

static bool runs_already(PyObject *kept)
{
    PyObject *scope = current_scope();
    PyObject *wanted = scope ? PyObject_GetItem(kept, qip_state_get()->scope_variable) : NULL;
    bool same = wanted && wanted == scope;

    PyErr_Clear();
    Py_XDECREF(wanted);
    Py_XDECREF(scope);
    return same;
}

PyObject *qip_scope_enter(PyObject *kept)
{
    PyObject *context = runs_already(kept) ? NULL : PyContext_Copy(kept);

    if (context && PyContext_Enter(context) < 0)
        Py_CLEAR(context);
    PyErr_Clear(); /* out of memory: it runs under nobody's name */
    return context;
}

PyObject *qip_scope_enter_application(void)
{
    PyObject *scope = has_plugins() ? current_scope() : NULL;
    PyObject *context = scope ? PyContext_CopyCurrent() : NULL;

    Py_XDECREF(scope);
    if (context && PyContext_Enter(context) < 0)
        Py_CLEAR(context);
    if (context)
        Py_XDECREF(PyContextVar_Set(qip_state_get()->scope_variable, Py_None));
    PyErr_Clear(); /* out of memory: it runs under the plugin's name */
    return context;
}

/* Whoever reports the exception does so outside of the Context that it came from. */
static void mark(PyObject *exception)
{
    PyObject *plugin = qip_scope_plugin();

    if (plugin && !PyObject_HasAttrString(exception, MARK))
        (void)PyObject_SetAttrString(exception, MARK, plugin);
    PyErr_Clear();
    Py_XDECREF(plugin);
}

void qip_scope_leave(PyObject *entered)
{
    if (!entered)
        return;
    PyObject *raised = qip_take_exception();
    if (raised)
        mark(raised);
    if (PyContext_Exit(entered) < 0)
        PyErr_WriteUnraisable(entered);
    Py_DECREF(entered);
    qip_give_exception(raised);
}

/* -- what it opens ---------------------------------------------------------------------------------- */

enum { MOST_PATHS = 1000, MOST_SOCKETS = 256 };

static void note_path(PyObject *scope, const char *set, PyObject *path)
{
    PyObject *paths = PyObject_GetAttrString(scope, set);

    if (paths && PyUnicode_CheckExact(path) && PySet_Check(paths) &&
        PySet_GET_SIZE(paths) < MOST_PATHS)
        (void)PySet_Add(paths, path);
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

/* Beware: it is called in the middle of CPython's own code, for very many events. */
static int hear(const char *event, PyObject *arguments, void *Py_UNUSED(data))
{
    /* What they say; the second path of a rename is where the file is then. */
    enum { FILE_OPENED, SOCKET_MADE, FILE_RENAMED, DATABASE_OPENED, KINDS };
    static const char *const events[] = {"open", "socket.__new__", "os.rename", "sqlite3.connect"};
    int kind = 0;

    while (kind < KINDS && strcmp(event, events[kind]) != 0)
        kind++;
    if (kind == KINDS || !PyTuple_Check(arguments) ||
        PyTuple_GET_SIZE(arguments) < (kind == FILE_RENAMED ? 2 : 1))
        return 0;
    PyObject *raised = qip_take_exception();
    PyObject *scope = current_scope();
    if (scope && kind == FILE_OPENED)
        note_open(scope, arguments);
    else if (scope && kind == SOCKET_MADE)
        note_socket(scope, PyTuple_GET_ITEM(arguments, 0));
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
    {"_scope_follow_files", follow_files,
     METH_NOARGS, "_scope_follow_files()\n--\n\nFrom now on scopes know which files and sockets they have opened."},
    {NULL, NULL, 0, NULL},
};

int qip_scope_setup(PyObject *module, qip_state *state)
{
    if (PyModule_AddFunctions(module, functions) < 0)
        return -1;
    state->scope_variable = PyContextVar_New("qi.scope", Py_None);
    state->plugins = PyDict_New();
    if (!state->plugins || PyModule_AddObjectRef(module, "_plugins", state->plugins) < 0)
        return -1;
    return state->scope_variable
               ? PyModule_AddObjectRef(module, "_scope_variable", state->scope_variable)
               : -1;
}
