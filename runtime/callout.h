/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of the host's callbacks, counted, so that a runtime does not become CLOSED while one of them
 * still uses its `user` pointer in another thread. Knows neither Python nor Qt. Thread: any.
 */
#ifndef QI_RUNTIME_CALLOUT_H
#define QI_RUNTIME_CALLOUT_H

#include <stdbool.h>

/* False: there is no runtime whose callbacks may be called. After true: qi__callout_end(). */
bool qi__callout_begin(void);
void qi__callout_end(void);

void qi__callout_open(void);

/* No call begins after this. Waits until those of other threads have ended; false if they have not
 * within so many milliseconds. GIL: must not be held, a callback may want it. */
bool qi__callout_close(unsigned milliseconds);

#endif
