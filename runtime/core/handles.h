/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which pointers are live handles of libqi. Every public function asks here before it looks into a
 * handle, so that a NULL, foreign or released pointer is an error code and not a crash, in release
 * builds too. Thread: any.
 */
#ifndef QIP_CORE_HANDLES_H
#define QIP_CORE_HANDLES_H

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qip_handle_kind {
    QIP_HANDLE_RUNTIME = 1,
    QIP_HANDLE_TASK,
    QIP_HANDLE_CALLABLE,
    QIP_HANDLE_CONNECTION
} qip_handle_kind;

int qip_handle_add(const void *handle, qip_handle_kind kind); /* QI_OK or QI_ERR_MEMORY */
void qip_handle_remove(const void *handle);
bool qip_handle_is(const void *handle, qip_handle_kind kind);

/* QI_OK, or QI_ERR_HANDLE with a message that names `what` ("task") and says whether it was NULL. */
int qip_handle_check(const void *handle, qip_handle_kind kind, const char *what);

#ifdef __cplusplus
}
#endif

#endif
