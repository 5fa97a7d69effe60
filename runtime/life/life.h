/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room share: the runtime's own members, and its end. GIL: held. */
#ifndef QIP_LIFE_LIFE_H
#define QIP_LIFE_LIFE_H

#include <Python.h>

#include "python/gate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The members of a runtime that no other room needs to see. */
typedef struct qip_runtime_own {
    void *on_quit; /* the token of qip_qt_on_quit() */
    /* The modules qi._life.embed and qi._life.shutdown, held before anybody can break what they need. */
    PyObject *embed, *stages;
    unsigned shutdown_flags;
    bool shutting_down;  /* stages are running */
    int shutdown_status; /* what the shutdown returned, for those who ask again */
} qip_runtime_own;

/* Fills the ports of all rooms. The loader calls it; whoever links an archive, from which the linker takes what is
 * referred to and nothing else, calls it as well. Only the first call does anything. wiring.c */
void qip_wire(void);

/* Ends what qi_runtime_init() has begun; afterwards the runtime is CLOSED. GIL: held, and given away
 * meanwhile. */
void qip_runtime_close(qi_runtime *runtime);

/* Called by the application's aboutToQuit. shutdown.c */
void qip_shutdown_on_quit(void *runtime);

#ifdef __cplusplus
}
#endif

#endif
