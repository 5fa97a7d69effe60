/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of the host's callbacks, counted, so that a runtime does not become CLOSED while one of them
 * still uses its `user` pointer in another thread. Knows neither Python nor Qt. Thread: any.
 */
#ifndef QIP_CORE_CALLOUT_H
#define QIP_CORE_CALLOUT_H

#include <stdbool.h>

/* False: there is no runtime whose callbacks may be called. After true: qip_callout_end(). */
bool qip_callout_begin(void);
void qip_callout_end(void);

/* Calls a function when no callback runs in this thread: at once, or inside the qip_callout_end() of the outermost. One
 * at a time. */
void qip_callout_after(void (*call)(void));

void qip_callout_open(void);

/* No call begins after this. Waits until those of other threads have ended; false if they have not
 * within so many milliseconds. GIL: must not be held, a callback may want it. */
bool qip_callout_close(unsigned milliseconds);

#endif
