/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A QObject that owns something of ours: when it is destroyed, in whatever thread, we are told on the GUI
 * thread with the GIL held, which is where tasks and connections can be ended.
 */
#ifndef QI_RUNTIME_OWNER_H
#define QI_RUNTIME_OWNER_H

#include <qi/base.h>

typedef struct qi__owner qi__owner;

/* GUI thread, GIL held. `data` is borrowed until qi__owner_release() returns. */
typedef void (*qi__owner_gone_fn)(void *data);

/* Watches `object`, which must be alive. NULL: no memory. Thread: GUI. GIL: held. */
qi__owner *qi__owner_watch(qi_object *object, qi__owner_gone_fn gone, void *data);

/* True until the object is destroyed, even where `gone` is still on its way. */
bool qi__owner_is_alive(const qi__owner *owner);

/* Ends the watch; `gone` is not called any more. NULL is allowed. Thread: any. GIL: held. */
void qi__owner_release(qi__owner *owner);

#endif
