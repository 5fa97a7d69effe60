/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scopes: namespaces of the host's, each a module of its own; modules, by name; and source that may await.
 *
 * A scope stands in sys.modules while its handle is held, since dataclasses, typing and pickle look there for the module
 * of a class. A handle has two sorts of references, as a qi_callable has: the caller's, and those of calls that run.
 */
#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <qi/scope.h>

#include "core/handles.h"
#include "core/sized.h"
#include "core/status.h"
#include "life/script.h"
#include "python/arguments.h"
#include "python/border.h"
#include "python/calls.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/target.h"
#include "python/visit.h"

struct qi_scope {
    atomic_int references;
    qi_runtime *runtime;
    PyObject *module;
};

/* -- life --------------------------------------------------------------------------------------------------- */

static void keep_handle(void *handle)
{
    atomic_fetch_add(&((qi_scope *)handle)->references, 1);
}

/* Nobody else's module is taken out under its name. GIL: held. */
static void forget_module(PyObject *module)
{
    PyObject *modules = PyImport_GetModuleDict(), *name = PyModule_GetNameObject(module);

    if (name && PyDict_GetItemWithError(modules, name) == module)
        PyDict_DelItem(modules, name);
    PyErr_Clear();
    Py_XDECREF(name);
    Py_DECREF(module);
}

static void drop(qi_scope *scope)
{
    if (atomic_fetch_sub(&scope->references, 1) != 1)
        return;
    qip_visit visit;
    if (qip_python_try_enter(&visit)) {
        forget_module(scope->module);
        qip_python_leave(visit);
    }
    free(scope);
}

void qi_scope_release(qi_scope *scope)
{
    if (qip_handle_give_up(scope, QIP_HANDLE_SCOPE))
        drop(scope);
}

/* A module that stands in sys.modules; new reference, or NULL with an exception. */
static PyObject *new_module(void)
{
    static unsigned long long made; /* GIL */
    PyObject *name = PyUnicode_FromFormat("__scope_%llu__", ++made);
    PyObject *module = name ? PyModule_NewObject(name) : NULL;
    PyObject *names = module ? PyModule_GetDict(module) : NULL;

    if (!names || PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins()) < 0 ||
        PyDict_SetItem(PyImport_GetModuleDict(), name, module) < 0)
        Py_CLEAR(module);
    Py_XDECREF(name);
    return module;
}

static qi_scope *new_scope(qi_runtime *runtime)
{
    qi_scope *scope = calloc(1, sizeof *scope);

    if (!scope) {
        qip_fail(QI_ERR_MEMORY, "out of memory for a scope");
        return NULL;
    }
    atomic_init(&scope->references, 1);
    scope->runtime = runtime;
    scope->module = new_module();
    if (!scope->module)
        qip_fail_python("making a scope");
    if (scope->module && qip_handle_add(scope, QIP_HANDLE_SCOPE) == QI_OK)
        return scope;
    if (scope->module) {
        forget_module(scope->module);
        qip_fail(QI_ERR_MEMORY, "out of memory for a scope");
    }
    free(scope);
    return NULL;
}

int qi_scope_new(qi_runtime *runtime, qi_scope **out)
{
    if (out)
        *out = NULL;
    int status = qip_runtime_check_gui(runtime);
    if (status < 0)
        return status;
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there would be no scope to work in");
    qip_visit visit = qip_python_enter();
    *out = new_scope(runtime);
    qip_python_leave(visit);
    return *out ? QI_OK : qi_last_error()->status;
}

/* QI_OK with a reference to what the caller's handle is. */
static int take(qi_scope *scope)
{
    int status = qip_handle_take(scope, QIP_HANDLE_SCOPE, "scope", keep_handle);

    if (status < 0)
        return status;
    status = qip_runtime_check_gui(scope->runtime);
    if (status < 0)
        drop(scope);
    return status;
}

static PyObject *names_of(const qi_scope *scope)
{
    return PyModule_GetDict(scope->module);
}

/* -- its names ------------------------------------------------------------------------------------------------ */

/* The name, which must be an identifier; new reference, or NULL with the record set. */
static PyObject *identifier(const char *name)
{
    PyObject *text = PyUnicode_InternFromString(name);

    if (!text)
        qip_fail_python("a name of a scope");
    else if (!PyUnicode_IsIdentifier(text))
        qip_fail(QI_ERR_ARGUMENT,
                 "\"%s\" cannot be a name in a scope: it is no identifier of Python", name);
    else
        return text;
    Py_XDECREF(text);
    return NULL;
}

static int set(PyObject *names, const char *name, const qi_value *value)
{
    PyObject *text = identifier(name);
    PyObject *object = text ? qip_value_to_python(value) : NULL;
    int status = QI_OK;

    if (!text)
        status = qi_last_error()->status;
    else if (!object)
        status = qip_arguments_fail("the value");
    else if (PyDict_SetItem(names, text, object) < 0)
        status = qip_fail_python("setting a name of a scope");
    Py_XDECREF(object);
    Py_XDECREF(text);
    return status;
}

int qi_scope_set(qi_scope *scope, const char *name, const qi_value *value)
{
    int status = take(scope);

    if (status < 0)
        return status;
    status = qip_check_text(name, "the name");
    if (status == QI_OK && !value)
        status = qip_fail(QI_ERR_ARGUMENT, "`value` is NULL");
    if (status == QI_OK) {
        qip_visit visit = qip_python_enter();
        status = set(names_of(scope), name, value);
        qip_python_leave(visit);
    }
    drop(scope);
    return status;
}

static int get(PyObject *names, const char *name, qi_value *out)
{
    PyObject *text = PyUnicode_FromString(name);
    PyObject *found = text ? Py_XNewRef(PyDict_GetItemWithError(names, text)) : NULL;
    int status;

    if (!found && text && !PyErr_Occurred())
        status = qip_name_not_found(text, names);
    else
        status = qip_calls_answer(found, name, out);
    Py_XDECREF(text);
    return status;
}

int qi_scope_get(qi_scope *scope, const char *name, qi_value *out)
{
    int status = take(scope);

    if (status < 0)
        return status;
    status = qip_check_text(name, "the name");
    if (status == QI_OK && !out)
        status = qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there is nowhere to put the value");
    if (status == QI_OK) {
        qip_visit visit = qip_python_enter();
        status = get(names_of(scope), name, out);
        qip_python_leave(visit);
    }
    drop(scope);
    return status;
}

static int unset(PyObject *names, const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    int status = QI_OK;

    if (!text)
        return qip_fail_python("the name");
    if (PyDict_DelItem(names, text) < 0) {
        const bool missing = PyErr_ExceptionMatches(PyExc_KeyError);
        status = qip_fail_python("taking a name out");
        if (missing)
            status = qip_name_not_found(text, names);
    }
    Py_DECREF(text);
    return status;
}

int qi_scope_unset(qi_scope *scope, const char *name)
{
    int status = take(scope);

    if (status < 0)
        return status;
    status = qip_check_text(name, "the name");
    if (status == QI_OK) {
        qip_visit visit = qip_python_enter();
        status = unset(names_of(scope), name);
        qip_python_leave(visit);
    }
    drop(scope);
    return status;
}

/* -- what runs in it ------------------------------------------------------------------------------------------ */

int qi_scope_exec(qi_scope *scope, const char *source, size_t size, const char *filename)
{
    int status = take(scope);

    if (status < 0)
        return status;
    status = qip_script_exec(names_of(scope), source, size, filename);
    drop(scope);
    return status;
}

int qi_scope_eval(qi_scope *scope, const char *expression, size_t size, qi_value *out)
{
    int status = take(scope);

    if (status < 0)
        return status;
    status = qip_script_eval(names_of(scope), expression, size, out);
    drop(scope);
    return status;
}

/* -- source that may await -------------------------------------------------------------------------------------- */

/* The namespace as a value: Python's own dict, borrowed; none stands for __main__. */
static qi_value names_value(const qi_scope *scope)
{
    qi_value names = qi_none();

    if (scope) {
        names.kind = QI_KIND_PYTHON;
        names.as.python = names_of(scope);
    }
    return names;
}

static int launch(qi_runtime *runtime, const qi_scope *scope, qi_value source, const char *filename,
                  const qi_task_options *options, qi_task **out)
{
    const qi_value args[] = {source, qi_text(filename), names_value(scope)};
    qi_task_options own;

    qi_task_options_init(&own);
    int status = options ? qip_sized_read(&own, sizeof own, options, "qi_task_options") : QI_OK;
    if (status < 0)
        return status;
    own.name = own.name ? own.name : filename;
    own.callable = NULL;
    own.kwargs = NULL;
    own.kwarg_count = 0;
    return qi_run_task(runtime, "qi._python.source:execute", args, 3, &own, out);
}

int qi_exec_async(qi_runtime *runtime, qi_scope *scope, const char *source, size_t size,
                  const char *filename, const qi_task_options *options, qi_task **out)
{
    if (out)
        *out = NULL;
    int status = qip_runtime_check(runtime);
    if (status == QI_OK)
        status = qip_script_check(source, size, "the source");
    if (status == QI_OK && filename)
        status = qip_check_text(filename, "the file name");
    if (status == QI_OK && scope)
        status = qip_handle_take(scope, QIP_HANDLE_SCOPE, "scope", keep_handle);
    if (status < 0)
        return status;
    status = scope && scope->runtime != runtime
                 ? qip_fail(QI_ERR_ARGUMENT, "the scope is of a runtime that was shut down")
                 : launch(runtime, scope, qi_text_n(source, size),
                          filename ? filename : QIP_SCRIPT_FILENAME, options, out);
    if (scope)
        drop(scope);
    return status;
}

/* -- modules ------------------------------------------------------------------------------------------------------ */

int qi_import(qi_runtime *runtime, const char *module, qi_value *out)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK)
        status = qip_module_check_name(module);
    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *name = PyUnicode_FromString(module);
    PyObject *found = name ? qip_module_find(name) : NULL;
    if (!name)
        status = qip_fail_python("the name of the module");
    else
        status = found ? qip_calls_answer(found, module, out) : qi_last_error()->status;
    Py_XDECREF(name);
    qip_python_leave(visit);
    return status;
}
