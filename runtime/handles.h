/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which pointers are live handles of libqi. Every public function asks here before it looks into a
 * handle, so that a NULL, foreign or released pointer is an error code and not a crash, in release
 * builds too. Thread: any.
 */
#ifndef QI_RUNTIME_HANDLES_H
#define QI_RUNTIME_HANDLES_H

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qi__handle_kind {
    QI__HANDLE_RUNTIME = 1,
    QI__HANDLE_TASK,
    QI__HANDLE_CALLABLE,
    QI__HANDLE_CONNECTION
} qi__handle_kind;

int qi__handle_add(const void *handle, qi__handle_kind kind); /* QI_OK or QI_ERR_MEMORY */
void qi__handle_remove(const void *handle);
bool qi__handle_is(const void *handle, qi__handle_kind kind);

/* QI_OK, or QI_ERR_HANDLE with a message that names `what` ("task") and says whether it was NULL. */
int qi__handle_check(const void *handle, qi__handle_kind kind, const char *what);

#ifdef __cplusplus
}
#endif

#endif
