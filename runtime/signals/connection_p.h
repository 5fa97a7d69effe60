/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection that C has made, between connection.c, which has its life, and connection_list.c, which tells of it. */
#ifndef QIP_SIGNALS_CONNECTION_P_H
#define QIP_SIGNALS_CONNECTION_P_H

#include <Python.h>

#include <stdatomic.h>

#include <qi/connection.h>

#include "qt/bridge.h"
#include "qt/owner.h"
#include "signals/slot.h"

struct qi_connection {
    atomic_int references;
    atomic_bool connected;
    int64_t id; /* never changes */
    qi_runtime *runtime;
    qip_slot *slot;
    qip_qt_relay *relay;
    qip_owner *owner;
    void *owner_guard; /* NULL: it has no owner */
    qi_connection *previous, *next;
};

/* The one that was made last, of those that live; the others follow. GUI thread, GIL held. */
const qi_connection *qip_connections_first(void);

#endif
