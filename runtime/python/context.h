/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which Context a callback gets: a copy of the one that was current when it was scheduled, made as late as
 * possible and used again.
 *
 * asyncio copies the current Context for each call_soon(). Nearly always that of the call before has the same
 * variables, and nearly no callback changes them. So handles that are made one after the other share one
 * copy, the pattern, which nobody enters or sees. Just before a handle is called or looked at it gets a
 * copy of its own from the pattern; and when the handle is freed, a copy that nobody else holds and that
 * still has the same variables is kept as the spare for the next. Whether variables are the same is told
 * by the identity of the immutable map that holds them, which Context's traverse function visits.
 *
 * GIL: held.
 */
#ifndef QIP_PYTHON_CONTEXT_H
#define QIP_PYTHON_CONTEXT_H

#include <Python.h>

/* One of these is part of each loop. All references are owned, and may be NULL. */
typedef struct qip_contexts {
    PyObject *pattern;
    PyObject *variables; /* the pattern's; borrowed from it */
    PyObject *spare;     /* a copy of the pattern that is not entered */
} qip_contexts;

/* The pattern of the current Context. A new reference, or NULL with an exception. */
PyObject *qip_context_pattern(qip_contexts *contexts);

/* A Context like the pattern, for one callback. A new reference, or NULL with an exception. */
PyObject *qip_context_from(qip_contexts *contexts, PyObject *pattern);

/* Takes back the Context of a handle that is being freed, whatever its origin. Takes the reference. */
void qip_context_give_back(qip_contexts *contexts, PyObject *context);

/*
 * For when the loop has nothing to do: drops what would keep variables alive that the current Context does not
 * have. Beware: freeing them may run any code.
 */
void qip_contexts_settle(qip_contexts *contexts);

void qip_contexts_clear(qip_contexts *contexts);

#endif
