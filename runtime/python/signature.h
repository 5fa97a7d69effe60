/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a callable takes, and whether calling it makes a coroutine. Both are answered in C for functions
 * and bound methods, which nearly all slots are, and by `inspect` for everything else. GIL: held.
 */
#ifndef QIP_PYTHON_SIGNATURE_H
#define QIP_PYTHON_SIGNATURE_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many positional arguments a callable wants at least, and takes at most; -1: any number. */
typedef struct qip_signature {
    int least;
    int most;
} qip_signature;

/*
 * Reads the parameters as inspect.signature() sees them. A callable that has no signature, as some
 * builtins, takes anything. 0, or -1 with TypeError set: not callable, or a keyword-only parameter
 * without a default, which no signal could ever fill.
 */
int qip_signature_read(PyObject *callable, qip_signature *out);

/* The same of what is left for a signal to give where each call gets `keywords`, a dict; NULL: it gets none. -1 also where
 * the callable does not take them. */
int qip_signature_read_beside(PyObject *callable, PyObject *keywords, qip_signature *out);

/*
 * 1, 0, or -1 with an exception set. True for what inspect.iscoroutinefunction() calls one, for
 * functions that carry the mark of asyncio or inspect, and for objects whose __call__ is a coroutine
 * function; functools.partial of any of them included.
 */
int qip_signature_is_coroutine(PyObject *callable);

/* 1 if the object is a coroutine that a Task can run, 0 if not, -1 with an exception set. */
int qip_is_coroutine_object(PyObject *object);

/* "orders:Desk.send" of a callable, for messages: a new str, or NULL with an exception set. */
PyObject *qip_signature_target(PyObject *callable);

#ifdef __cplusplus
}
#endif

#endif
