/* SPDX-License-Identifier: BSD-3-Clause */
/* What the C code asks of asyncio all the time: found once, when the module is made. GIL: held. */
#ifndef QIP_PYTHON_ASYNCIO_H
#define QIP_PYTHON_ASYNCIO_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_asyncio_refs {
    PyObject *future_type;      /* asyncio.Future */
    PyObject *task_type;        /* asyncio.Task */
    PyObject *cancelled_error;  /* asyncio.CancelledError */
    PyObject *get_running_loop; /* asyncio.events._get_running_loop */
    PyObject *set_running_loop; /* asyncio.events._set_running_loop */
} qip_asyncio_refs;

extern qip_asyncio_refs qip_asyncio;

int qip_asyncio_setup(PyObject *module);

/* Cancels what call_later() has returned and lets go of it. A handle that holds what holds it is no garbage that the
 * collector sees where C does so, so it is not left to its time. An exception that is set stays. */
void qip_asyncio_cancel_timer(PyObject *timer);

#ifdef __cplusplus
}
#endif

#endif
