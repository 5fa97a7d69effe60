/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which Qt this code uses, where a process has loaded more than one: a binding's wheel may bring a copy of its
 * own, and an object of one copy is no object of the other. Thread: any. GIL: not needed.
 */
#ifndef QIP_QT_COPIES_H
#define QIP_QT_COPIES_H

#ifdef __cplusplus
extern "C" {
#endif

/* Path of the QtCore that libqi uses, and its version as text. Borrowed, for ever. */
const char *qip_qt_library(void);
const char *qip_qt_version(void);

/* Path of the QtCore that the loaded object `path` was linked with, owned: free(); its version, borrowed.
 * NULL: `path` is not loaded, or knows no Qt. */
char *qip_qt_library_of(const char *path, const char **version);

/* Why there is no QCoreApplication for us, and what to do; borrowed until the thread asks again. */
const char *qip_qt_no_application(void);

#ifdef __cplusplus
}
#endif

#endif
