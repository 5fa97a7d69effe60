/* SPDX-License-Identifier: BSD-3-Clause */
/* What qt/ makes or imports once and looks up often: classes of enumerations, of other modules. GIL: held. */
#ifndef QIP_QT_CACHE_H
#define QIP_QT_CACHE_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A dict, borrowed; NULL with RuntimeError before `_qi` was imported. */
PyObject *qip_qt_cache(void);

int qip_qt_cache_setup(PyObject *module);

#ifdef __cplusplus
}

namespace qi
{

/* A class or function of another module, imported at first use. Borrowed, or NULL with an exception set. */
PyObject *cached_attribute(const char *module, const char *name);

} // namespace qi
#endif

#endif
