/* SPDX-License-Identifier: BSD-3-Clause */
/* The border between Python's exceptions and libqi's status codes. Nothing else crosses it. GIL: held. */
#ifndef QIP_PYTHON_BORDER_H
#define QIP_PYTHON_BORDER_H

#include <Python.h>

#include "core/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Takes the current exception of Python, clears it, and makes it this thread's error record, with its
 * type and traceback. `what` (may be NULL) is what was being done: "importing module 'orders'".
 * Returns the code: QI_ERR_PYTHON, QI_ERR_CANCELLED for asyncio.CancelledError, QI_ERR_MEMORY.
 */
int qip_fail_python(const char *what);

/* QI_ERR_NOT_RUNNING: there is no interpreter, or it ends in this moment. */
int qip_fail_ended(void);

/* Fills a record that the caller owns (qip_error_free) from an exception object. */
qi_error *qip_error_from_exception(PyObject *exception);

/* Raises the exception that stands for a status: ValueError, TypeError, ReferenceError, … Returns NULL. */
PyObject *qip_raise_status(const qi_error *error);

#ifdef __cplusplus
}
#endif

#endif
