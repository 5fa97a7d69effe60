/* SPDX-License-Identifier: BSD-3-Clause */
/* Bindings that use another copy of Qt than libqi does. */
#ifndef QIP_QT_CHECK_QT_H
#define QIP_QT_CHECK_QT_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Refuses an extension module that uses another Qt: 0, or -1 with RuntimeError, which has both paths. GIL: held. */
int qip_copies_check(PyObject *module);

#ifdef __cplusplus
}
#endif

#endif
