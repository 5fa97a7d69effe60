/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_LOOP_SETUP_H
#define QIP_LOOP_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_loop_refs_setup(PyObject *module);
int qip_handle_setup(PyObject *module);
int qip_sched_setup(PyObject *module);
int qip_views_setup(PyObject *module);
int qip_lists_setup(PyObject *module);
int qip_eager_setup(PyObject *module);
int qip_registry_setup(PyObject *module);
int qip_pending_setup(PyObject *module);
int qip_loop_setup(PyObject *module); /* after all others */

#ifdef __cplusplus
}
#endif

#endif
