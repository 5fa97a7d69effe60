/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the host's `user` pointers. Knows neither Python nor Qt. */
#include "core/users.h"

#include <stdlib.h>

#include "core/callout.h"
#include "core/hostcall.h"
#include "core/status.h"

typedef struct kept {
    struct kept *next;
    qip_kept which;
    qip_user user;
} kept;

static kept *first;
static kept *ending; /* of a runtime that is CLOSED: they wait for the callbacks that run in its thread */
static qip_kept count;

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

int qip_users_keep(void *user, qi_destroy_fn destroy, qip_kept *out)
{
    kept *one = malloc(sizeof *one);

    if (!one)
        return qip_fail(QI_ERR_MEMORY,
                        "out of memory for what the host wants to know of its callbacks");
    *one = (kept){first, ++count, {user, destroy}};
    first = one;
    if (out)
        *out = one->which;
    return QI_OK;
}

void qip_users_unkeep(qip_kept which)
{
    for (kept **link = &first; *link; link = &(*link)->next) {
        kept *one = *link;
        if (one->which == which) {
            *link = one->next;
            free(one);
            return;
        }
    }
}

void qip_users_forget(void)
{
    while (first) {
        kept *one = first;
        first = one->next;
        free(one);
    }
}

static void end_them(void)
{
    kept *all = ending;

    ending = NULL; /* before: the host may start and end another runtime in a `destroy` */
    while (all) {
        kept *next = all->next;
        qip_user_destroy(&all->user);
        free(all);
        all = next;
    }
}

void qip_users_end(void)
{
    kept **link = &ending;

    while (*link)
        link = &(*link)->next;
    *link = first;
    first = NULL;
    qip_callout_after(end_them);
}
