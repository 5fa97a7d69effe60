/* SPDX-License-Identifier: BSD-3-Clause */
/* `_qi.LineWriter`, a text file that hands whole lines to the host, and the lines that it cuts. GIL: held. */
#ifndef QIP_PYTHON_LINE_WRITER_H
#define QIP_PYTHON_LINE_WRITER_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>

typedef enum qip_channel { QIP_CHANNEL_OUT, QIP_CHANNEL_ERR, QIP_CHANNELS } qip_channel;

extern const char *const qip_channel_names[QIP_CHANNELS]; /* in sys */

typedef struct qip_line qip_line;

typedef struct qip_line_writer {
    PyObject_HEAD
    qip_channel to;
    bool binary;
    bool listening;
    PyObject *text;  /* of a binary writer: the text writer that owns the lines */
    qip_line *first; /* the unfinished lines of all threads */
} qip_line_writer;

/* `text` is not NULL for a binary writer. New reference, or NULL with an exception set. */
PyObject *qip_line_writer_new(qip_channel to, bool listening, PyObject *text);

/* -- line.c ------------------------------------------------------------------------------------------ */

/* Adds UTF-8 to this thread's line of a text writer, and hands over what becomes whole. 0, or -1 with an
 * exception. Beware: calls the host, and runs Python. */
int qip_lines_append(qip_line_writer *owner, const char *data, size_t size);

/* Hands over the unfinished lines of all threads. Beware: as above. */
void qip_lines_flush(qip_line_writer *writer);

#endif
