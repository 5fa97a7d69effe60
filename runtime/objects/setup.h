/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_OBJECTS_SETUP_H
#define QIP_OBJECTS_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_proxy_setup(PyObject *module);
int qip_model_setup(PyObject *module); /* after proxy, as the next */
int qip_watcher_setup(PyObject *module);
int qip_awaitable_setup(PyObject *module); /* after model */
int qip_bound_setup(PyObject *module);
int qip_hostnames_setup(PyObject *module);
int qip_function_setup(PyObject *module);
int qip_expose_setup(PyObject *module);
int qip_events_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
