/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_PLUGINS_SETUP_H
#define QIP_PLUGINS_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_belongings_setup(PyObject *module);
int qip_memory_setup(PyObject *module);
int qip_plugin_events_setup(PyObject *module);
int qip_plugins_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
