/* SPDX-License-Identifier: BSD-3-Clause */
/* What may be connected to what. GIL: held. */
#ifndef QIP_SIGNALS_CONNECTABLE_H
#define QIP_SIGNALS_CONNECTABLE_H

#include <Python.h>

#include "objects/proxy_p.h"
#include "python/signature.h"
#include "signals/slot.h"

/* Qt::ConnectionType: one of the first, with others of the rest added. 0: automatic. */
enum {
    QIP_CONNECTION_DIRECT = 1,
    QIP_CONNECTION_QUEUED = 2,
    QIP_CONNECTION_BLOCKING = 3,
    QIP_CONNECTION_UNIQUE = 0x80,
    QIP_CONNECTION_SINGLE_SHOT = 0x100
};

/* What the callable takes; -1 with TypeError if it cannot be a slot of this signal. Beware: may run any code. */
int qip_connectable_check(PyObject *callable, qi_object *sender, int signal, qip_signature *takes);

/* The number of a Qt::ConnectionType, in *out. -1 with an exception. Beware: may run any code. */
int qip_connection_type_read(PyObject *object, int *out);

/* 0, or -1 with RuntimeError if a connection of this type cannot work. */
int qip_connection_type_check(int type, qi_object *sender);

/* What asyncslot() has made: a slot, a bound method of one, or one as the method of an object. Borrowed, or NULL. */
qip_slot *qip_slot_behind(PyObject *callable);

#endif
