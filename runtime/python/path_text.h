/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a path object stands for, without asking it: its own code, or code that somebody has put in its place, does not
 * run. Known are pathlib's PosixPath and PurePosixPath and os.DirEntry, and no subclasses of them. GIL: held.
 */
#ifndef QIP_PYTHON_PATH_TEXT_H
#define QIP_PYTHON_PATH_TEXT_H

#include <Python.h>

/* Looks up where these types keep their text, once; may run any code. 0, or -1 with an exception. */
int qip_path_text_prepare(void);

/* Forgets it. */
void qip_path_text_forget(void);

/* The str, or bytes, that os.fspath() would give. New reference; NULL without an exception for all other objects. */
PyObject *qip_path_text(PyObject *object);

#endif
