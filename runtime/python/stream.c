/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands in sys.stdout and sys.stderr while a runtime stands, and what stood there before. */
#include <Python.h>

#include "python/stream.h"

#include "python/compat.h"
#include "python/line_writer.h"

static PyObject *replaced[QIP_CHANNELS]; /* what stood in sys before, while a runtime stands */
static PyObject *installed[QIP_CHANNELS];

static int install(qip_channel to, bool wanted)
{
    PyObject *present = PySys_GetObject(qip_channel_names[to]); /* borrowed */

    if (!wanted && present && present != Py_None)
        return 0;
    PyObject *fresh = qip_line_writer_new(to, false, NULL);
    if (!fresh)
        return -1;
    Py_XSETREF(replaced[to], Py_NewRef(present ? present : Py_None));
    Py_XSETREF(installed[to], fresh);
    return PySys_SetObject(qip_channel_names[to], fresh);
}

int qip_streams_install(const qi_config *config)
{
    return install(QIP_CHANNEL_OUT, config->out) < 0 ? -1 : install(QIP_CHANNEL_ERR, config->err);
}

static void flush_stream(const char *name)
{
    PyObject *stream = PySys_GetObject(name);

    if (!stream || stream == Py_None)
        return;
    Py_INCREF(stream);
    PyObject *result = PyObject_CallMethod(stream, "flush", NULL);
    if (!result)
        PyErr_Clear(); /* the process's stream is closed or full, and there is nobody to tell */
    Py_XDECREF(result);
    Py_DECREF(stream);
}

void qip_streams_flush(void)
{
    for (int to = 0; to < QIP_CHANNELS; to++) {
        flush_stream(qip_channel_names[to]);
        if (installed[to])
            qip_lines_flush((qip_line_writer *)installed[to]);
    }
}

void qip_streams_remove(void)
{
    for (int to = 0; to < QIP_CHANNELS; to++) {
        if (!installed[to])
            continue;
        /* Somebody may have put a stream of his own there meanwhile. */
        if (PySys_GetObject(qip_channel_names[to]) == installed[to])
            (void)PySys_SetObject(qip_channel_names[to], replaced[to]);
        Py_CLEAR(installed[to]);
        Py_CLEAR(replaced[to]);
    }
}
