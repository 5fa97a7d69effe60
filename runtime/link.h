/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms may ask about the connections that Python makes through proxies. GIL: held. */
#ifndef QI_RUNTIME_LINK_H
#define QI_RUNTIME_LINK_H

#include <Python.h>

/* Ends all of them, for the shutdown. Thread: GUI. */
void qi__links_cut(void);

/* What a `_qi.Connection` calls, for reports; any other callable is returned as it is. Borrowed. */
PyObject *qi__link_target(PyObject *callable);

#endif
