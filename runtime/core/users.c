/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the host's `user` pointers. Knows neither Python nor Qt. */
#include "core/users.h"

#include <stdlib.h>

#include "core/hostcall.h"
#include "core/status.h"

typedef struct kept {
    struct kept *next;
    qip_user user;
} kept;

static kept *first;

static void call_destroy(void *data)
{
    const qip_user *ended = data;
    ended->destroy(ended->user);
}

void qip_user_destroy(qip_user *user)
{
    qip_user ended = *user;

    user->destroy = NULL;
    if (ended.destroy)
        (void)qip_hostcall("a callback's destroy", call_destroy, &ended);
}

int qip_users_keep(void *user, qi_destroy_fn destroy)
{
    kept *one = malloc(sizeof *one);

    if (!one)
        return qip_fail(QI_ERR_MEMORY,
                        "out of memory for what the host wants to know of its callbacks");
    *one = (kept){first, {user, destroy}};
    first = one;
    return QI_OK;
}

void qip_users_unkeep(size_t count)
{
    while (count-- && first) {
        kept *one = first;
        first = one->next;
        free(one);
    }
}

void qip_users_end(void)
{
    kept *all = first;

    first = NULL; /* before: the host may start another runtime in a `destroy` */
    while (all) {
        kept *next = all->next;
        qip_user_destroy(&all->user);
        free(all);
        all = next;
    }
}
