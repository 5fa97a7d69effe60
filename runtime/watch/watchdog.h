/* SPDX-License-Identifier: BSD-3-Clause */
/* The watchdog, for those who begin and end the runtime. GUI thread, GIL held. */
#ifndef QIP_WATCH_WATCHDOG_H
#define QIP_WATCH_WATCHDOG_H

#include <stdbool.h>

#include <qi/monitor.h>

/* As qi_watchdog_start(), with the gate passed. */
int qip_watchdog_open(qi_runtime *runtime, const qi_watchdog_options *options);

/* Something happens in the GUI thread that the watchdog has found asleep. Thread: that one. */
void qip_watchdog_wake(void);

/* Waits for its threads, without the GIL. */
void qip_watchdog_close(void);

/* -- for watchdog_python.c ------------------------------------------------------------------------------- */

/* QI_OK, or a negative status with its record. */
int qip_watchdog_check(const qi_watchdog_options *options);

/* While a debugger holds the GUI thread, nothing is a stall. */
void qip_watchdog_hold(bool held);
bool qip_watchdog_is_held(void);

#endif
