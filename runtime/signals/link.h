/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms may ask about the connections that Python makes through proxies. GIL: held. */
#ifndef QIP_SIGNALS_LINK_H
#define QIP_SIGNALS_LINK_H

#include <Python.h>

#include "objects/proxy_p.h"

/* For objects/proxy_p.h, which says what they do. */
PyObject *qip_link_connect(qip_signal *signal, PyObject *callable, PyObject *type);
Py_ssize_t qip_link_disconnect(qip_signal *signal, PyObject *callable);

/* The numbers of connections, those of C included. */
int64_t qip_connection_next_id(void);

/* How many live. */
size_t qip_links_count(void);

/* Ends all of them, for the shutdown. Thread: GUI. */
void qip_links_cut(void);

/* What a callable calls in the end, as "module:callable": a `_qi.Connection` calls another, and a `_qi.Slot`
 * a coroutine function. New reference, or NULL with an exception set. Beware: may run any code, which may end a
 * connection. */
PyObject *qip_link_target(PyObject *callable);

#endif
