/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source text that lies in no file is compiled under a name, such as "<string>". For an error in it CPython opens a file of
 * that name, which is one in the current folder: another user who may write there chooses what is told, or holds the
 * application for ever with a pipe. GIL: held.
 */
#ifndef QIP_PYTHON_UNREAD_H
#define QIP_PYTHON_UNREAD_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From now on CPython reads no line from files with such names as "<string>", nor from those that the current folder has
 * under the relative name of a text that somebody compiles; unless the host has an audit hook that refuses others. */
void qip_unread_names(void);

/* As Py_CompileString(), without a look at a file of that name in the current folder, whatever the name is. */
PyObject *qip_unread_compile(const char *source, const char *filename, int start);

#ifdef __cplusplus
}
#endif

#endif
