/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source text that lies in no file is compiled under a name, such as "<string>" or "config.py". For an error in it CPython
 * opens a file of that name, which is one in the current folder, or one in /tmp: another user who may write there chooses what
 * is told, or holds the application for ever with a pipe. And pdb runs what is in the current folder's .pdbrc.
 */
#ifndef QIP_PYTHON_UNREAD_H
#define QIP_PYTHON_UNREAD_H

#include <Python.h>

/* From now on CPython reads no line of an error from a file that is named from the current folder, nor from one that
 * _python/lines.py would not read, whoever compiles; and no .pdbrc of the current folder. Unless the host has an audit hook
 * that refuses others. GIL: held. */
void qip_unread_names(void);

#endif
