/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Code of Python's that takes a lock or gives it back: importlib's, and what is named like that. An exception that comes
 * out of nowhere leaves the lock taken where it hits between the taking and the `try` or `with` that gives it back, and
 * then no other thread ever imports, or logs, again. So whoever interrupts waits until such code has come to its end.
 */
#ifndef QIP_WATCH_LOCK_CODE_H
#define QIP_WATCH_LOCK_CODE_H

#include <Python.h>

#include <stdbool.h>

/* Whether a frame, which may be NULL, runs such code. Keeps the exceptions of Python. GIL: held. */
bool qip_is_lock_code(PyFrameObject *frame);

#endif
