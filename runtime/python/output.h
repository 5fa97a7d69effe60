/* SPDX-License-Identifier: BSD-3-Clause */
/* Who listens to the output of Python: include/qi/output.h. */
#ifndef QIP_PYTHON_OUTPUT_H
#define QIP_PYTHON_OUTPUT_H

#include <stddef.h>

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tells the listeners. GIL: not held. Thread: any. Beware: calls the host. */
void qip_output_tell(const qi_output_line *line);

/* Tells them each line of a text; at once if nobody listens. The same rules. */
void qip_output_tell_text(const char *text, int stream, const char *plugin);

/* Around each call of the host with output: one at a time, in whatever thread; nested calls of the same thread are
 * let in. GIL: not held. */
void qip_output_enter(void);
void qip_output_leave(void);

/* Around waiting for a thread which may have something to tell: what this one is in the midst of telling is no reason to
 * keep that one from its end. */
size_t qip_output_let_go(void);
void qip_output_take_again(size_t times);

/* Forgets all listeners, when a runtime ends. GIL: not held. */
void qip_output_forget(void);

#ifdef __cplusplus
}
#endif

#endif
