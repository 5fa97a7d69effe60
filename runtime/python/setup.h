/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_PYTHON_SETUP_H
#define QIP_PYTHON_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_asyncio_setup(PyObject *module);
int qip_compat_setup(PyObject *module);
int qip_contexts_setup(PyObject *module);
int qip_scope_setup(PyObject *module);
int qip_line_setup(PyObject *module);
int qip_line_writer_setup(PyObject *module);
int qip_report_setup(PyObject *module);
int qip_child_setup(PyObject *module);
int qip_unread_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
