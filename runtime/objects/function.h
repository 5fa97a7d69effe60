/* SPDX-License-Identifier: BSD-3-Clause */
/* `_qi.HostFunction`: see function.c. GIL: held. */
#ifndef QIP_OBJECTS_FUNCTION_H
#define QIP_OBJECTS_FUNCTION_H

#include <Python.h>

#include <qi/expose.h>

/* A function of the host's for Python. New reference; NULL with an exception set, ValueError for a signature
 * that is none. The host's `user` is its own from then on. Thread: GUI. */
PyObject *qip_function_new(const char *name, const qi_function *function);

/* Nobody can call it any more; those who try get ReferenceError with `why` ("was taken away by the
 * application"). Beware: may run the host's code. */
void qip_function_retire(PyObject *function, const char *why);

/* One that nobody has got: what the host's `destroy` is for stays the caller's. */
void qip_function_disown(PyObject *function);

#endif
