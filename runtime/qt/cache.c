/* SPDX-License-Identifier: BSD-3-Clause */
/* The dict behind cache.h, which lives as long as the module. */
#include "qt/cache.h"

#include "python/module.h"
#include "qt/setup.h"

static PyObject *cache;

PyObject *qip_qt_cache(void)
{
    if (!cache)
        PyErr_SetString(PyExc_RuntimeError, "the module _qi is not loaded");
    return cache;
}

int qip_qt_cache_setup(PyObject *Py_UNUSED(module))
{
    qip_module_keep(cache);
    cache = PyDict_New();
    return cache ? 0 : -1;
}
