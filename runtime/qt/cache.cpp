/* SPDX-License-Identifier: BSD-3-Clause */
/* The dict behind cache.h, which lives as long as the module. */
#include "qt/cache.h"

#include "python/module.h"
#include "qt/ref.h"
#include "qt/setup.h"
#include "qt/thrown.h"

static PyObject *cache;

PyObject *qip_qt_cache(void)
try {
    if (!cache)
        PyErr_SetString(PyExc_RuntimeError, "the module _qi is not loaded");
    return cache;
} catch (...) {
    return qi::raise_thrown();
}

int qip_qt_cache_setup(PyObject *)
try {
    qip_module_keep(cache);
    cache = PyDict_New();
    return cache ? 0 : -1;
} catch (...) {
    return qi::raise_thrown(-1);
}

namespace qi
{

PyObject *cached_attribute(const char *module, const char *name)
{
    PyObject *dict = qip_qt_cache();
    Ref key(dict ? PyUnicode_FromFormat("%s.%s", module, name) : nullptr);

    if (!key)
        return nullptr;
    if (PyObject *known = PyDict_GetItemWithError(dict, key.get()))
        return known;
    Ref imported(PyErr_Occurred() ? nullptr : PyImport_ImportModule(module));
    Ref attribute(imported ? PyObject_GetAttrString(imported.get(), name) : nullptr);
    if (!attribute || PyDict_SetItem(dict, key.get(), attribute.get()) < 0)
        return nullptr;
    return attribute.get(); /* the cache holds it */
}

} // namespace qi
