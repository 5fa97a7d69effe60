/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls that begin when the time of the end is over already: destructors, the __exit__() of what was interrupted,
 * exit functions. Each has a moment, so that what they release is released, and all of them together have a little
 * more; those that come later have none. GUI thread, GIL held.
 */
#ifndef QIP_LIFE_LATECOMERS_H
#define QIP_LIFE_LATECOMERS_H

#include <Python.h>

#include <stdbool.h>

/* Once, while imports are what they were: the end itself runs no import hook of anybody's. */
void qip_latecomers_learn(void);

/* A new end begins. */
void qip_latecomers_open(void);
/* No call is under way any more: what began before is not spared again. */
void qip_latecomers_forget(void);

/* What a trace function is told of: `what` is PyTrace_…. */
void qip_latecomers_see_call(PyFrameObject *frame);
void qip_latecomers_see_return(PyFrameObject *frame);

/* Whether a frame that was interrupted comes to the line that calls the __exit__() of a `with`. */
bool qip_latecomers_is_exit(PyFrameObject *frame);

/* Whether such a call runs, and has time left. */
bool qip_latecomers_have_time(void);

#endif
