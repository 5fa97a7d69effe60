/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that shows what it is and steers nothing: what would move a terminal's cursor, colour a log or turn the order of a
 * line is written out, as in \x1b and \u202e. Names and messages of strangers become lines of logs by it.
 *
 * Python and the widgets have the same rule for their own texts: _python/plain.py, widgets/plain_text.h.
 */
#ifndef QIP_CORE_PLAIN_H
#define QIP_CORE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the well-formed character of UTF-8 at `data`, of which `left` bytes are there; 0 if it is none. */
size_t qip_utf8_step(const char *data, size_t left);

/* Writes the text to `place`, as much as the `room` allows, whole characters and the final NUL included. Line feeds and tabs
 * stay, unless all is to be `one_line`; what is no UTF-8 is written out, too. Returns the bytes that all of it takes
 * without the NUL, as snprintf() does; `place` may be NULL if there is no room. */
size_t qip_plain_put(char *place, size_t room, const char *text, bool one_line);

/* The same in a block of its own, to be given to free(). NULL for NULL, and without memory. */
char *qip_plain_copy(const char *text, bool one_line);

#ifdef __cplusplus
}
#endif

#endif
