/* SPDX-License-Identifier: BSD-3-Clause */
/* Which copy of `_qi` a process has: the library's, or that of an extension module. GIL: held. */
#ifndef QIP_PYTHON_SINGLE_H
#define QIP_PYTHON_SINGLE_H

#include <Python.h>

#include <stdbool.h>

/* Said by interp.c before it makes `_qi` importable: this code is that of a library which embeds Python. */
void qip_single_embeds(void);

/* Whether this code was imported as an extension module, into an interpreter that nobody embeds. */
bool qip_single_is_extension(void);

/* Refuses to be the second `_qi` of the process: 0, or -1 with ImportError. `module` is being made. */
int qip_single_check(PyObject *module);

/* The module `_qi` that is imported, if it is this very one, made by `own`: 1; another: -1 with ImportError; none: 0. */
int qip_single_imported(const PyModuleDef *own);

#endif
