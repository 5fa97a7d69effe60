/* SPDX-License-Identifier: BSD-3-Clause */
/* The `user` pointers of the host's callbacks, and what is called when they are used no more. */
#ifndef QIP_CORE_USERS_H
#define QIP_CORE_USERS_H

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

/* QI_OK or QI_ERR_MEMORY. */
int qip_users_keep(void *user, qi_destroy_fn destroy);
/* Calls the `destroy` of all, those that were kept last first. GIL: not held. Beware: as above. */
void qip_users_end(void);
/* Forgets as many of those that were kept last, or all (SIZE_MAX): the call that was to keep them has failed, or nobody
 * knows whether they are used still. */
void qip_users_unkeep(size_t count);

#ifdef __cplusplus
}
#endif

#endif
