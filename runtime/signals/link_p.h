/* SPDX-License-Identifier: BSD-3-Clause */
/* `_qi.Connection` between link.c, which has what one is, and link_connect.c, which finds them. GIL: held. */
#ifndef QIP_SIGNALS_LINK_P_H
#define QIP_SIGNALS_LINK_P_H

#include <Python.h>

#include "objects/proxy_p.h"
#include "qt/bridge.h"

typedef struct qip_link {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *callable; /* the function alone where `receiver` is set */
    PyObject *receiver; /* weak reference to a bound method's object; NULL: the callable is kept whole */
    qip_qt_relay *relay;   /* NULL: ended */
    PyObject *sender;      /* the proxy */
    PyObject *slot_signal; /* the signal's name, where a `_qi.Slot` is called; else NULL */
    PyObject *context; /* of the plugin that has connected it; NULL: nobody's, or a slot's affair */
    bool single_shot;  /* ends with the first emission, before the call */
    bool fired;        /* a single shot that was, though it may not have ended yet */
    int64_t id;        /* by which qi_connections_list() knows it */
    int signal;        /* without clones, so that equal ones compare equal */
} qip_link;

static inline qip_link *qip_as_link(PyObject *object)
{
    return (qip_link *)object;
}

bool qip_link_check(PyObject *object);

/* What a connection is to be. */
typedef struct qip_link_spec {
    PyObject *callable;
    int type; /* as Qt::ConnectionType has it; see connectable.h */
    int most; /* how many arguments the callable takes */
} qip_link_spec;

/* A connection that lives. New reference, or NULL with an exception set. */
qip_link *qip_link_new(qip_signal *signal, qi_object *sender, const qip_link_spec *spec);

/* Ends it, if it lives. Beware: forgetting a callable may run any code of Python. The caller holds a reference. */
void qip_link_close(qip_link *link);

/* Connections are ended in the GUI thread: false, with RuntimeError, in another. */
bool qip_link_may_end(void);

/* Those that live, the oldest first: a list, new. NULL with an exception set. */
PyObject *qip_links_list(void);

#endif
