/* SPDX-License-Identifier: BSD-3-Clause */
/* Ending Python code that does not give the GUI thread back: qi.Interrupted, raised from any thread. */
#ifndef QIP_WATCH_INTERRUPT_H
#define QIP_WATCH_INTERRUPT_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

#include "loop/loop_p.h"

/* Takes a signal for the purpose, where this is Python's main thread. 0, or -1 with an exception. GIL: held. */
int qip_interrupt_open(void);
void qip_interrupt_close(void);

/* As qi_runtime_interrupt(), of what runs in that period of the pulse alone. GIL: does not matter. */
int qip_interrupt_period(uint64_t period, const char *reason);

/* Repeats the system's signal, which may have come a moment before the system call that it should end. */
void qip_interrupt_again(void);

/* A bracket of the loop is about to close while an interrupt is on its way. GIL: held. */
void qip_interrupt_bracket_closes(const void *loop, uint64_t brackets);

/* Gives up an interrupt that was meant for code which has returned. GIL: held. */
void qip_interrupt_left(void);

/* While a runtime ends: `raise` is called in the GUI thread, with the GIL, whenever the signal of interrupts has come, in
 * place of all requests. It returns 0, or -1 with an exception. NULL: requests are heeded again. */
void qip_interrupt_set_late(int (*raise)(void));
/* Whether interrupts come by a signal; they do in Python's main thread. */
bool qip_interrupt_is_by_signal(void);
/* Sends that signal to whatever runs. Any thread, without the GIL. */
void qip_interrupt_knock(void);

/* A signal of the real-time range that nobody has, and gives it back. 0: there is none. */
int qip_signal_find(void);

#endif
