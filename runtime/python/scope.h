/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose code runs: the C half of pyshim/qi/_python/scope.py. GIL: held. */
#ifndef QIP_PYTHON_SCOPE_H
#define QIP_PYTHON_SCOPE_H

#include <Python.h>

#include <stdbool.h>

/* The Scope of pyshim/qi/_python/scope.py whose code runs in the present Context, a new reference; NULL, never with an
 * exception set, where no plugin's does. */
PyObject *qip_scope_current(void);

/*
 * The id of the plugin whose code runs in the present Context, as a str. New reference; NULL, never with an
 * exception set, where no plugin's does. What is set when it is called stays set.
 */
PyObject *qip_scope_plugin(void);

/* The same for a Context, which may be NULL. */
PyObject *qip_scope_plugin_of(PyObject *context);

/* The same for an exception that nobody awaits: of the modules that it passed, else of the present Context. */
PyObject *qip_scope_blame(PyObject *exception);

/* The same for a task that has failed with an exception. */
PyObject *qip_scope_blame_task(PyObject *task, PyObject *exception);

/* What "id:…" looks into, where that is the id of an active plugin, a new reference; else NULL, without an
 * exception. */
PyObject *qip_scope_owner(PyObject *id);

/* For qip_scope_enter(): the Context of the active plugin that has defined a callable, a new reference; else NULL,
 * without an exception. */
PyObject *qip_scope_of_callable(PyObject *callable);

/* Whether a Context, which may be NULL, is of this Scope. */
bool qip_scope_is(PyObject *context, PyObject *scope);

/*
 * What a plugin connects runs as code of that plugin. Where the present Context is a plugin's, this is a copy of
 * it, a new reference; else NULL, without an exception.
 */
PyObject *qip_scope_keep(void);

/* Enters a copy of a kept Context, so that calls may nest. Returns what qip_scope_leave() wants, which is NULL
 * where code of that plugin runs already. An exception that is set before qip_scope_leave() stays set. */
PyObject *qip_scope_enter(PyObject *kept);

/*
 * The same for code of the application's, where a plugin's runs: what a plugin causes by calling the application,
 * as by an emission, is not the plugin's, and goes on when that is ended. NULL where no plugin's code runs.
 */
PyObject *qip_scope_enter_application(void);
void qip_scope_leave(PyObject *entered);

#endif
