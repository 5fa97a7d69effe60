/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The extension module `_qi`, and the port through which the rooms put themselves into it.
 *
 * A room keeps the types and other objects that it owns in a structure of PyObject pointers and nothing else,
 * by custom qip_<room>_refs. Its setup function fills that, has the module keep it, and adds to the module
 * what Python shall find there. The process has one interpreter, and that has one module `_qi`, so the
 * structures are plain variables; every member is NULL before `_qi` is imported and once it is gone.
 *
 * The rules: setup functions are listed before `_qi` is imported (life/wiring.c), and are called in that
 * order, with the GIL held; each returns 0, or -1 with an exception set, which then is the import's.
 */
#ifndef QIP_PYTHON_MODULE_H
#define QIP_PYTHON_MODULE_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*qip_setup_fn)(PyObject *module);

/* What is called when the module is made: `count` functions, in memory that stays. */
void qip_module_set_rooms(const qip_setup_fn *rooms, size_t count);

/* From now on the references at `first` are the module's to visit and to drop. For setup functions. */
void qip_module_keep_refs(PyObject **first, size_t count);

/* The same for a structure that holds nothing else. */
#define qip_module_keep(refs)                                                                      \
    qip_module_keep_refs((PyObject **)&(refs), sizeof(refs) / sizeof(PyObject *))

/* PyInit__qi, for PyImport_AppendInittab and for an interpreter that runs already. */
PyMODINIT_FUNC PyInit__qi(void);

#ifdef __cplusplus
}
#endif

#endif
