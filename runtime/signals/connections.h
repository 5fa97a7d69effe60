/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms need of the connections that C has made. GIL: held. */
#ifndef QIP_SIGNALS_CONNECTIONS_H
#define QIP_SIGNALS_CONNECTIONS_H

#include <Python.h>

#include <stddef.h>

#include <qi/runtime.h>

/* How many live. */
size_t qip_connections_count(void);

/* Ends all of them, for the shutdown; and those that call a plugin, when it ends. */
void qip_connections_cut(qi_runtime *runtime);
void qip_connections_cut_scope(PyObject *scope);

#endif
