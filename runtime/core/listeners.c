/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists of listeners. One is freed when neither its list nor a handle refers to it. */
#include "core/listeners.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/handles.h"
#include "core/status.h"
#include "core/users.h"

struct qi_listener {
    qip_listeners *list;
    qi_listener *next;
    qip_any_fn call;
    qip_user user;
    bool gone;
    atomic_int references; /* the list's and the handle's */
};

static void drop(qi_listener *listener)
{
    if (atomic_fetch_sub(&listener->references, 1) == 1)
        free(listener);
}

int qip_listeners_add(qip_listeners *list, qip_any_fn call, void *user, qi_destroy_fn destroy,
                      qi_listener **out)
{
    qi_listener *added = calloc(1, sizeof *added), **link = &list->first;

    if (!added)
        return qip_fail(QI_ERR_MEMORY, "out of memory for %s", list->what);
    added->list = list;
    added->call = call;
    added->user = (qip_user){user, destroy};
    atomic_init(&added->references, out ? 2 : 1);
    if (out && qip_handle_add(added, QIP_HANDLE_LISTENER) < 0) {
        free(added);
        return qip_fail(QI_ERR_MEMORY, "out of memory for %s", list->what);
    }
    while (*link)
        link = &(*link)->next;
    *link = added;
    if (out)
        *out = added;
    return QI_OK;
}

void qip_listeners_each(qip_listeners *list, void (*visit)(qip_any_fn call, void *user, void *data),
                        void *data)
{
    qi_listener *last = list->first;

    while (last && last->next)
        last = last->next;
    list->walks++;
    for (qi_listener *each = list->first; each; each = each == last ? NULL : each->next) {
        if (!each->gone)
            visit(each->call, each->user.user, data);
    }
    list->walks--;
}

bool qip_listeners_any(const qip_listeners *list)
{
    const qi_listener *each = list->first;

    while (each && each->gone)
        each = each->next;
    return each != NULL;
}

void qip_listeners_remove(qi_listener *listener)
{
    listener->gone = true;
}

void qip_listeners_clear(qip_listeners *list)
{
    for (qi_listener *each = list->first; each; each = each->next)
        each->gone = true;
}

qi_listener *qip_listeners_sweep(qip_listeners *list)
{
    qi_listener *swept = NULL, **end = &swept, **link = &list->first;

    while (!list->walks && *link) {
        qi_listener *each = *link;
        if (!each->gone) {
            link = &each->next;
            continue;
        }
        *link = each->next;
        each->next = NULL;
        *end = each;
        end = &each->next;
    }
    return swept;
}

void qip_listeners_end(qi_listener *swept)
{
    while (swept) {
        qi_listener *next = swept->next;
        qip_user_destroy(&swept->user);
        drop(swept);
        swept = next;
    }
}

static void keep(void *handle)
{
    qi_listener *listener = handle;
    atomic_fetch_add(&listener->references, 1);
}

int qip_listener_release(qi_listener *listener)
{
    int status = qip_handle_take(listener, QIP_HANDLE_LISTENER, "listener", keep);

    if (status != QI_OK)
        return status;
    listener->list->release(listener);
    if (qip_handle_give_up(listener, QIP_HANDLE_LISTENER))
        drop(listener);
    drop(listener);
    return QI_OK;
}
