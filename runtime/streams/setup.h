/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_STREAMS_SETUP_H
#define QIP_STREAMS_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_stock_setup(PyObject *module);
int qip_transport_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
