/* SPDX-License-Identifier: BSD-3-Clause */
/* What this room puts into `_qi`. In setup order; see python/module.h. */
#ifndef QIP_LIFE_SETUP_H
#define QIP_LIFE_SETUP_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

int qip_application_setup(PyObject *module);
int qip_dispositions_setup(PyObject *module);
int qip_leave_setup(PyObject *module);
int qip_deadline_setup(PyObject *module);
int qip_unheard_setup(PyObject *module);
int qip_doctor_setup(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
