/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether there is an interpreter that can be called: one was started, and neither libqi nor the host has finalised it.
 *
 * Up to 3.13 CPython ends a thread that asks for the GIL while the interpreter is finalised, the host's as well. So the
 * threads on their way to the GIL are counted, and libqi finalises when there are none and no others are let in.
 */
#ifndef QIP_PYTHON_ALIVE_H
#define QIP_PYTHON_ALIVE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Thread: any. GIL: does not matter. */
bool qip_interp_alive(void);
/* Whether it has ended. There will be no other: what libqi knows of the one that ended is of no use in another. */
bool qip_interp_has_ended(void);
/* It ends. */
void qip_interp_note_end(void);

/* Before PyGILState_Ensure(), and after it. false: the interpreter ends, or has ended, and this thread has no GIL of
 * its; it must not ask for it. Before Python has started it counts as ended. Thread: any. */
bool qip_interp_come(void);
void qip_interp_arrived(void);

/* Lets in nobody but this thread from now on, and waits until those who were on their way have arrived, and `alone`
 * says that they have left again. false, and it is open as before: that did not come to pass in a moment. GIL: held,
 * and released meanwhile. */
bool qip_interp_close(bool (*alone)(void));
/* It goes on after all. */
void qip_interp_reopen(void);

#ifdef __cplusplus
}
#endif

#endif
