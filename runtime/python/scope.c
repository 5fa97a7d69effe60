/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The context variable that says which plugin code runs for, and who asks it from C.
 *
 * The variable is made here, so that asking for it costs a look into the Context and imports nothing.
 */
#include "python/scope.h"

#include <stdbool.h>
#include <string.h>

#include "python/compat.h"
#include "python/module.h"
#include "python/setup.h"

static PyObject *scope_variable; /* the ContextVar that says which plugin code runs for */
static PyObject *plugins; /* dict: id of an active plugin -> (what targets name, its Context) */

#define MARK "_qi_plugin" /* attribute of exceptions, known to _python/scope.py */

PyObject *qip_scope_current(void)
{
    PyObject *scope = NULL;

    if (!scope_variable || PyContextVar_Get(scope_variable, NULL, &scope) < 0)
        PyErr_Clear();
    if (scope == Py_None)
        Py_CLEAR(scope);
    return scope;
}

PyObject *qip_scope_plugin(void)
{
    PyObject *raised = qip_take_exception();
    PyObject *scope = qip_scope_current();
    PyObject *plugin = scope ? PyObject_GetAttrString(scope, "plugin") : NULL;

    if (!plugin || !PyUnicode_Check(plugin)) {
        PyErr_Clear();
        Py_CLEAR(plugin);
    }
    Py_XDECREF(scope);
    qip_give_exception(raised);
    return plugin;
}

PyObject *qip_scope_plugin_of(PyObject *context)
{
    PyObject *scope = context ? PyObject_GetItem(context, scope_variable) : NULL;
    PyObject *plugin = scope && scope != Py_None ? PyObject_GetAttrString(scope, "plugin") : NULL;

    if (plugin && !PyUnicode_Check(plugin))
        Py_CLEAR(plugin);
    PyErr_Clear();
    Py_XDECREF(scope);
    return plugin;
}

/* Imports the module only where a plugin can be behind it: its manager has done so before. */
static PyObject *blame(PyObject *exception, PyObject *task)
{
    PyObject *raised = qip_take_exception();
    PyObject *name = PyUnicode_FromString("qi._python.scope");
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
    PyObject *plugin = PyDict_GetItemWithError(plugins, id);

    PyErr_Clear();
    if (!plugin || !PyTuple_Check(plugin) || PyTuple_GET_SIZE(plugin) != 2)
        return NULL;
    return Py_NewRef(PyTuple_GET_ITEM(plugin, part));
}

static bool has_plugins(void)
{
    return plugins && PyDict_GET_SIZE(plugins) > 0;
}

PyObject *qip_scope_owner(PyObject *id)
{
    return has_plugins() ? part_of_plugin(id, 0) : NULL;
}

#define PACKAGE "qi_plugins." /* of the modules of all plugins: _python/scope.py */

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
    PyObject *found = context ? PyObject_GetItem(context, scope_variable) : NULL;
    bool same = found == scope;

    PyErr_Clear();
    Py_XDECREF(found);
    return same;
}

/* -- entering it again ------------------------------------------------------------------------------- */

PyObject *qip_scope_keep(void)
{
    PyObject *raised = qip_take_exception();
    PyObject *scope = qip_scope_current();
    PyObject *context = scope ? PyContext_CopyCurrent() : NULL;

    PyErr_Clear();
    Py_XDECREF(scope);
    qip_give_exception(raised);
    return context;
}

static bool runs_already(PyObject *kept)
{
    PyObject *scope = qip_scope_current();
    PyObject *wanted = scope ? PyObject_GetItem(kept, scope_variable) : NULL;
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
    PyObject *scope = has_plugins() ? qip_scope_current() : NULL;
    PyObject *context = scope ? PyContext_CopyCurrent() : NULL;

    Py_XDECREF(scope);
    if (context && PyContext_Enter(context) < 0)
        Py_CLEAR(context);
    if (context)
        Py_XDECREF(PyContextVar_Set(scope_variable, Py_None));
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

int qip_scope_setup(PyObject *module)
{
    qip_module_keep(scope_variable);
    qip_module_keep(plugins);
    scope_variable = PyContextVar_New("qi.scope", Py_None);
    plugins = PyDict_New();
    if (!plugins || PyModule_AddObjectRef(module, "_plugins", plugins) < 0)
        return -1;
    return scope_variable ? PyModule_AddObjectRef(module, "_scope_variable", scope_variable) : -1;
}
