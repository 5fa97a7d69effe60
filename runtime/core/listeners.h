/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of the host's listeners, and the handles by which they are released. Knows neither Python nor Qt.
 *
 * A listener may release itself or others, or add one, while the list is walked. So entries are marked when they go and
 * taken out when nobody walks any more, and one that is added during a walk is not called in it. Whoever has a list
 * guards it: all functions are called under its lock, but qip_listeners_end(), which runs the host's code.
 */
#ifndef QIP_CORE_LISTENERS_H
#define QIP_CORE_LISTENERS_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*qip_any_fn)(void);

/* What a list is to its listeners. */
typedef struct qip_listeners {
    const char *what; /* "a listener to the output" */
    /* Takes one of its out, by qip_listeners_remove() under the lock, and ends it. GIL: does not matter. Thread: GUI. */
    void (*release)(qi_listener *listener);
    qi_listener *first;
    unsigned walks;
} qip_listeners;

/* Releases a handle: what qi_listener_release() does, in the GUI thread. QI_OK or QI_ERR_HANDLE. */
int qip_listener_release(qi_listener *listener);

/* At the end of the list. With `out` also a handle, which is put there. QI_OK or QI_ERR_MEMORY. */
int qip_listeners_add(qip_listeners *list, qip_any_fn call, void *user, qi_destroy_fn destroy,
                      qi_listener **out);

/* Calls visit(function, user, data) for each that is in the list now. */
void qip_listeners_each(qip_listeners *list, void (*visit)(qip_any_fn call, void *user, void *data),
                        void *data);

bool qip_listeners_any(const qip_listeners *list);

/* Marks one, or all. */
void qip_listeners_remove(qi_listener *listener);
void qip_listeners_clear(qip_listeners *list);

/* Takes out those that are marked, unless the list is walked; they are to be ended, when the lock is not held. */
qi_listener *qip_listeners_sweep(qip_listeners *list);

/* Calls the `destroy` of each that was swept, and frees it. GIL: not held. Beware: runs the host's code. */
void qip_listeners_end(qi_listener *swept);

#ifdef __cplusplus
}
#endif

#endif
