/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_WATCH_SETUP_H
#define QIP_WATCH_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_inspect_setup(PyObject *module);
int qip_interrupt_setup(PyObject *module);
int qip_counters_setup(PyObject *module);
int qip_watchdog_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
