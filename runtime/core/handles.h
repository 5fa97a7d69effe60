/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which pointers are live handles of libqi. Every public function asks here before it looks into a
 * handle, so that a NULL, foreign or released pointer is an error code and not a crash, in release
 * builds too. Thread: any.
 *
 * Another thread may release a handle at any moment. So whoever looks into one that may be freed does it with a
 * reference of its own, which qip_handle_take() takes while the handle is in the table.
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
    QIP_HANDLE_CONNECTION,
    QIP_HANDLE_LISTENER,
    QIP_HANDLE_PROMISE,
    QIP_HANDLE_BUILDER,
    QIP_HANDLE_SCOPE,
    QIP_HANDLE_BUFFER,
    QIP_HANDLE_TIMER
} qip_handle_kind;

/* Held once. QI_OK or QI_ERR_MEMORY. */
int qip_handle_add(const void *handle, qip_handle_kind kind);
/* Takes it out, however often it is held: nobody else has got it yet, or it is never freed. */
void qip_handle_remove(const void *handle);
bool qip_handle_is(const void *handle, qip_handle_kind kind);

/* QI_OK, or QI_ERR_HANDLE with a message that names `what` ("task") and says whether it was NULL. */
int qip_handle_check(const void *handle, qip_handle_kind kind, const char *what);

/* Makes one more reference to what the handle is. Called with the table's lock held. */
typedef void qip_handle_keep_fn(void *handle);

/* True for one that lives, which is kept then. */
bool qip_handle_take_quietly(const void *handle, qip_handle_kind kind, qip_handle_keep_fn *keep);
/* The same as qip_handle_check(), and keeps it. */
int qip_handle_take(const void *handle, qip_handle_kind kind, const char *what,
                    qip_handle_keep_fn *keep);
/* The same again, and the handle is held once more: it wants one more release. */
int qip_handle_retain(const void *handle, qip_handle_kind kind, const char *what,
                      qip_handle_keep_fn *keep);
/* Held once less, and out of the table with the last. False: it is no live handle, and nothing happens. */
bool qip_handle_give_up(const void *handle, qip_handle_kind kind);

#ifdef __cplusplus
}
#endif

#endif
