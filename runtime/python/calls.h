/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of the host whose answer is there when they return. GIL: held. */
#ifndef QIP_PYTHON_CALLS_H
#define QIP_PYTHON_CALLS_H

#include <Python.h>

#include <qi/value.h>

#include "python/arguments.h"

/* QI_OK where a runtime runs and this is its GUI thread; else the failure. GIL: not needed. */
int qip_calls_check(void);

/*
 * Calls, and puts what is returned into `out`, which may be NULL, and which a failure leaves as it was. `name` is what
 * messages call it; `named` says that the host has named it, and not only got it.
 */
int qip_calls_perform(PyObject *callable, const char *name, bool named,
                      const qip_arguments *arguments, qi_value *out);

/* Hands on what was found. Takes `object`; NULL with an exception set is the failure. */
int qip_calls_answer(PyObject *object, const char *what, qi_value *out);

#endif
