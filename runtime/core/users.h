/* SPDX-License-Identifier: BSD-3-Clause */
/* The `user` pointers of the host's callbacks, and what is called when they are used no more. */
#ifndef QIP_CORE_USERS_H
#define QIP_CORE_USERS_H

#include <stdint.h>

#include <qi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_user {
    void *user;
    qi_destroy_fn destroy; /* NULL: nothing has to be done, or it has been called */
} qip_user;

/* Calls `destroy`, once. GIL: not held. Beware: runs the host's code. */
void qip_user_destroy(qip_user *user);

/* Those that are kept until the runtime is CLOSED. GUI thread. */

/* One of those, told from all that were ever kept. */
typedef uint64_t qip_kept;

/* QI_OK, and which it is in *out, which may be NULL; or QI_ERR_MEMORY. */
int qip_users_keep(void *user, qi_destroy_fn destroy, qip_kept *out);
/* Forgets one, unless it has ended: the call that was to keep it has failed. */
void qip_users_unkeep(qip_kept which);
/* Forgets all: nobody knows whether they are used still. */
void qip_users_forget(void);
/* Calls the `destroy` of all, those that were kept last first: at once or, where a callback runs in this thread, when
 * that has returned, as it may be one of theirs. GIL: not held. Beware: as above. */
void qip_users_end(void);

#ifdef __cplusplus
}
#endif

#endif
