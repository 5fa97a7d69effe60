/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the host's timers: see timers.c. */
#ifndef QIP_LIFE_TIMERS_H
#define QIP_LIFE_TIMERS_H

/* All of them end, with their runtime. Thread: GUI. GIL: does not matter. Beware: runs the host's code. */
void qip_timers_end(void);

#endif
