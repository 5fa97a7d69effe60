/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether there is an interpreter that can be called: one was started, and neither libqi nor the host has finalised it. */
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

#ifdef __cplusplus
}
#endif

#endif
