/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The context variable that says which plugin code runs for, and who asks it from C.
 *
 * The variable is made here, so that asking for it costs a look into the Context and imports nothing.
 */
#include "scope.h"

#include <stdbool.h>

#include "compat.h"
#include "state.h"

#define MARK "_qi_plugin" /* attribute of exceptions, known to _scope.py */

/* New reference; NULL without an exception where no plugin's code runs. */
static PyObject *current_scope(void)
{
    qi__state *state = qi__state_get();
    PyObject *scope = NULL;

    if (!state || !state->scope_variable || PyContextVar_Get(state->scope_variable, NULL, &scope) < 0)
        PyErr_Clear();
    if (scope == Py_None)
        Py_CLEAR(scope);
    return scope;
}

PyObject *qi__scope_plugin(void)
{
    PyObject *raised = qi__take_exception();
    PyObject *scope = current_scope();
    PyObject *plugin = scope ? PyObject_GetAttrString(scope, "plugin") : NULL;

    if (!plugin || !PyUnicode_Check(plugin)) {
        PyErr_Clear();
        Py_CLEAR(plugin);
    }
    Py_XDECREF(scope);
    qi__give_exception(raised);
    return plugin;
}

/* Imports the module only where a plugin can be behind it: its manager has done so before. */
static PyObject *blame(PyObject *exception, PyObject *task)
{
    PyObject *raised = qi__take_exception();
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
    qi__give_exception(raised);
    return plugin;
}

PyObject *qi__scope_blame(PyObject *exception)
{
    return blame(exception, NULL);
}

PyObject *qi__scope_blame_task(PyObject *task, PyObject *exception)
{
    return blame(exception, task);
}

/* -- entering it again ------------------------------------------------------------------------------- */

PyObject *qi__scope_keep(void)
{
    PyObject *raised = qi__take_exception();
    PyObject *scope = current_scope();
    PyObject *context = scope ? PyContext_CopyCurrent() : NULL;

    PyErr_Clear();
    Py_XDECREF(scope);
    qi__give_exception(raised);
    return context;
}

static bool runs_already(PyObject *kept)
{
    PyObject *scope = current_scope();
    PyObject *wanted = scope ? PyObject_GetItem(kept, qi__state_get()->scope_variable) : NULL;
    bool same = wanted && wanted == scope;

    PyErr_Clear();
    Py_XDECREF(wanted);
    Py_XDECREF(scope);
    return same;
}

PyObject *qi__scope_enter(PyObject *kept)
{
    PyObject *context = runs_already(kept) ? NULL : PyContext_Copy(kept);

    if (context && PyContext_Enter(context) < 0)
        Py_CLEAR(context);
    PyErr_Clear(); /* out of memory: it runs under nobody's name */
    return context;
}

/* Whoever reports the exception does so outside of the Context that it came from. */
static void mark(PyObject *exception)
{
    PyObject *plugin = qi__scope_plugin();

    if (plugin && !PyObject_HasAttrString(exception, MARK))
        (void)PyObject_SetAttrString(exception, MARK, plugin);
    PyErr_Clear();
    Py_XDECREF(plugin);
}

void qi__scope_leave(PyObject *entered)
{
    if (!entered)
        return;
    PyObject *raised = qi__take_exception();
    if (raised)
        mark(raised);
    if (PyContext_Exit(entered) < 0)
        PyErr_WriteUnraisable(entered);
    Py_DECREF(entered);
    qi__give_exception(raised);
}

int qi__scope_setup(PyObject *module, qi__state *state)
{
    state->scope_variable = PyContextVar_New("qi.scope", Py_None);
    return state->scope_variable
               ? PyModule_AddObjectRef(module, "_scope_variable", state->scope_variable)
               : -1;
}
