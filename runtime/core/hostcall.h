/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The border to the host's callbacks. A host in C++ may throw in one; unwound through frames of C, that would leave
 * locks taken, references lost and the GIL wherever it was. So each call out is made in here: what is thrown ends
 * here, and is told to whoever hears errors, through a port that life/wiring.c fills.
 *
 * Thread: any. GIL: as the callback wants it. Beware: the host's code may do anything.
 */
#ifndef QIP_CORE_HOSTCALL_H
#define QIP_CORE_HOSTCALL_H

#include <stdbool.h>

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes one call, whose arguments and result `call` has. */
typedef void (*qip_hostcall_fn)(void *call);

/* False: it threw. `what` names the callback in the report: "the error callback". */
bool qip_hostcall(const char *what, qip_hostcall_fn make, void *call);

/* The same for what belongs to something, as the report will say; NULL: to nothing that is known. */
bool qip_hostcall_of(const qi_origin *origin, const char *what, qip_hostcall_fn make, void *call);

typedef struct qip_hostcall_functions {
    /* Hears of what was thrown, as text. Not called while it is on the stack already: then stderr has it. */
    void (*threw)(const char *what, const char *text, const qi_origin *origin);
} qip_hostcall_functions;

extern qip_hostcall_functions qip_hostcall_port;

#ifdef __cplusplus
}
#endif

#endif
