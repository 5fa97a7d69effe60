/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time that Python code has while a runtime ends. A thread of C's looks at it, and interrupts what holds the GUI
 * thread beyond it, again and again until it has been left. GUI thread, GIL held.
 */
#ifndef QIP_LIFE_DEADLINE_H
#define QIP_LIFE_DEADLINE_H

#include <Python.h>

#include <stdbool.h>

/* All that follows has so many milliseconds, and a little more; `stages` is the module
 * qi._life.shutdown. Without memory for it nothing is interrupted. */
void qip_deadline_open(unsigned milliseconds, PyObject *stages);
/* GIL: given away while the thread ends. */
void qip_deadline_close(void);

/* What runs from now on has so many milliseconds, */
void qip_deadline_set(unsigned milliseconds);
/* what is left of all, but a moment at least, */
void qip_deadline_rest(void);
/* or as long as it likes. */
void qip_deadline_lift(void);

/* Texts that name what was interrupted since qip_deadline_open(): a list, borrowed; NULL: nothing was. */
PyObject *qip_deadline_held_up(void);

int qip_deadline_setup(PyObject *module);

#endif
