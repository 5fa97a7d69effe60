/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A QObject that owns something of ours: when it is destroyed, in whatever thread, we are told on the GUI
 * thread with the GIL held, which is where tasks and connections can be ended.
 */
#ifndef QIP_QT_OWNER_H
#define QIP_QT_OWNER_H

#include <qi/base.h>

typedef struct qip_owner qip_owner;

/* GUI thread, GIL held. `data` is borrowed until qip_owner_release() returns. */
typedef void (*qip_owner_gone_fn)(void *data);

/* Watches `object`, which must live until this returns. NULL: no memory. Thread: any. GIL: held; let go meanwhile. */
qip_owner *qip_owner_watch(qi_object *object, qip_owner_gone_fn gone, void *data);

/* True until the object is destroyed, even where `gone` is still on its way. */
bool qip_owner_is_alive(const qip_owner *owner);

/* Ends the watch; `gone` is not called any more. NULL is allowed. Thread: any. GIL: held. */
void qip_owner_release(qip_owner *owner);

#endif
