/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a QObject's destruction to the GUI thread.
 *
 * An object that dies on the GUI thread tells at once, inside its destructor, so that its tasks are
 * cancelled before the next line of the host's code runs. One that dies elsewhere posts: taking the GIL
 * there could wait for a GUI thread that waits for that thread.
 */
#include <Python.h>

#include "qt/owner.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "qt/bridge.h"
#include "python/alive.h"
#include "python/visit.h"

struct qip_owner {
    atomic_int references; /* the holder's and the watch's; the latter passes to what it posts */
    atomic_bool alive;
    qip_owner_gone_fn gone; /* NULL once told or released; the GIL guards it */
    void *data;
    void *watch;
};

static void drop_references(qip_owner *owner, int count)
{
    if (atomic_fetch_sub(&owner->references, count) == count)
        free(owner);
}

static void drop(void *data)
{
    drop_references(data, 1);
}

static void tell(void *data)
{
    qip_owner *owner = data;

    if (qip_interp_alive()) {
        qip_visit visit = qip_python_enter();
        qip_owner_gone_fn gone = owner->gone;
        owner->gone = NULL;
        if (gone)
            gone(owner->data);
        qip_python_leave(visit);
    }
    drop(owner);
}

static void destroyed(void *data)
{
    qip_owner *owner = data;

    atomic_store(&owner->alive, false);
    if (qip_qt_on_application_thread())
        tell(owner);
    else if (qip_qt_post_owned(tell, drop, owner) != QI_OK)
        drop(owner);
}

qip_owner *qip_owner_watch(qi_object *object, qip_owner_gone_fn gone, void *data)
{
    qip_owner *owner = calloc(1, sizeof *owner);

    if (!owner)
        return NULL;
    atomic_init(&owner->references, 2);
    atomic_init(&owner->alive, true);
    owner->gone = gone;
    owner->data = data;
    owner->watch = qip_qt_watch(object, destroyed, owner);
    if (!owner->watch) {
        free(owner);
        return NULL;
    }
    return owner;
}

bool qip_owner_is_alive(const qip_owner *owner)
{
    return atomic_load(&owner->alive);
}

void qip_owner_release(qip_owner *owner)
{
    if (!owner)
        return;
    owner->gone = NULL;
    /* The watch's, too, if that will not come any more. */
    drop_references(owner, qip_qt_unwatch(owner->watch) ? 2 : 1);
}
