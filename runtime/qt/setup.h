/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`, in setup order (see python/module.h), and its part of the wiring. */
#ifndef QIP_QT_SETUP_H
#define QIP_QT_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_qt_cache_setup(PyObject *module);
int qip_variant_setup(PyObject *module);
int qip_gadget_setup(PyObject *module); /* after variant */
int qip_index_setup(PyObject *module);
int qip_list_model_setup(PyObject *module);
int qip_future_setup(PyObject *module);
int qip_buffer_setup(PyObject *module);
int qip_copies_setup(PyObject *module);
int qip_courier_setup(PyObject *module);
int qip_modal_setup(PyObject *module);

/* Fills the ports inside this room. Called once, by life/wiring.c. */
void qip_qt_wire(void);

#ifdef __cplusplus
}
#endif

#endif
