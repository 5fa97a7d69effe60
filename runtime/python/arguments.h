/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments that the host gives to a call, positional ones and keywords, and the call with them. */
#ifndef QIP_PYTHON_ARGUMENTS_H
#define QIP_PYTHON_ARGUMENTS_H

#include <Python.h>

#include <qi/value.h>

typedef struct qip_arguments {
    const qi_value *items;
    size_t count;
    const qi_entry *named; /* the keys are texts */
    size_t named_count;
} qip_arguments;

/* QI_OK, or QI_ERR_ARGUMENT / QI_ERR_TYPE with a message: NULL with a count, a keyword that is no text or there
 * twice. GIL: not needed. */
int qip_arguments_check(const qip_arguments *arguments);

/* An owning copy: qip_arguments_free(). On failure there is nothing to free. GIL: not needed. */
int qip_arguments_copy(qip_arguments *out, const qip_arguments *arguments);
void qip_arguments_free(qip_arguments *owned);

/* Calls with converted arguments. NULL with an exception set, or, if `*status` is negative, with the record set: the
 * callable was not called. GIL: held. */
PyObject *qip_arguments_call(PyObject *callable, const qip_arguments *arguments, int *status);

/* The keywords, converted: a new dict. NULL with the record set; its status is in `*status`. GIL: held. */
PyObject *qip_arguments_named(const qip_arguments *arguments, int *status);

/* Makes the exception of a conversion to Python the record, with the status that the headers promise for an argument.
 * GIL: held. */
int qip_arguments_fail(const char *what);

#endif
