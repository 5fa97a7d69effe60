/* SPDX-License-Identifier: BSD-3-Clause */
/* Which Context a callback gets; see context.h. */
#include "python/context.h"

#include <stdbool.h>

#include "python/compat.h"
#include "python/setup.h"

static bool can_tell; /* the variables of a Context are what its traverse function visits */

static int note_variables(PyObject *object, void *found)
{
    if (!PyContext_CheckExact(object)) /* it may also visit the Context that was current before */
        *(PyObject **)found = object;
    return 0;
}

/* The map that holds the variables: borrowed, and alive as long as nobody changes the Context. */
static PyObject *variables_of(PyObject *context)
{
    PyObject *found = NULL;

    (void)Py_TYPE(context)->tp_traverse(context, note_variables, &found);
    return found;
}

PyObject *qip_context_pattern(qip_contexts *contexts)
{
    PyObject *current = can_tell ? qip_current_context() : NULL;

    if (contexts->pattern && current && variables_of(current) == contexts->variables)
        return Py_NewRef(contexts->pattern);
    PyObject *pattern = PyContext_CopyCurrent();
    if (!pattern || !can_tell)
        return pattern;
    /* Freeing a Context frees its variables, which may run any code: not before all is in place. */
    PyObject *old_pattern = contexts->pattern, *old_spare = contexts->spare;
    contexts->pattern = Py_NewRef(pattern);
    contexts->variables = variables_of(pattern);
    contexts->spare = NULL;
    Py_XDECREF(old_spare);
    Py_XDECREF(old_pattern);
    return pattern;
}

PyObject *qip_context_from(qip_contexts *contexts, PyObject *pattern)
{
    PyObject *spare = contexts->spare;

    if (spare && pattern == contexts->pattern) {
        contexts->spare = NULL;
        return spare;
    }
    return PyContext_Copy(pattern);
}

/* Who refers to it weakly waits for it to be freed. */
static bool has_weak_references(PyObject *context)
{
    return *PyObject_GET_WEAKREFS_LISTPTR(context);
}

void qip_context_give_back(qip_contexts *contexts, PyObject *context)
{
    if (Py_REFCNT(context) == 1 && !has_weak_references(context) && contexts->pattern &&
        !contexts->spare && variables_of(context) == contexts->variables)
        contexts->spare = context;
    else
        Py_DECREF(context);
}

void qip_contexts_settle(qip_contexts *contexts)
{
    PyObject *current = contexts->pattern ? qip_current_context() : NULL;

    if (current && variables_of(current) != contexts->variables)
        qip_contexts_clear(contexts);
}

void qip_contexts_clear(qip_contexts *contexts)
{
    PyObject *pattern = contexts->pattern, *spare = contexts->spare;

    /* Before anything is freed, which may schedule. */
    contexts->pattern = contexts->variables = contexts->spare = NULL;
    Py_XDECREF(spare);
    Py_XDECREF(pattern);
}

/* Two copies have the same variables until one of them is changed. */
static int try_out(PyObject *one, PyObject *two, PyObject *variable)
{
    bool same_before = variables_of(one) && variables_of(one) == variables_of(two);

    if (PyContext_Enter(two) < 0)
        return -1;
    bool is_current = qip_current_context() == two;
    PyObject *token = PyContextVar_Set(variable, Py_None);
    Py_XDECREF(token);
    if (PyContext_Exit(two) < 0 || !token)
        return -1;
    can_tell = same_before && is_current && variables_of(two) &&
               variables_of(one) != variables_of(two);
    return 0;
}

int qip_contexts_setup(PyObject *Py_UNUSED(module))
{
    PyObject *one = PyContext_CopyCurrent();
    PyObject *two = one ? PyContext_Copy(one) : NULL;
    PyObject *variable = two ? PyContextVar_New("qi", NULL) : NULL;
    int result = variable ? try_out(one, two, variable) : -1;

    Py_XDECREF(variable);
    Py_XDECREF(two);
    Py_XDECREF(one);
    return result;
}
