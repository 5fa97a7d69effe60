/* SPDX-License-Identifier: BSD-3-Clause */
/* qi_value_to_buffer(): the memory of an object of Python's, opened for C by the buffer protocol. */
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/status.h"
#include "python/border.h"
#include "python/gil.h"

/* In whatever thread the last reference goes; after the interpreter's end there is nothing left to give back. */
static void close_view(void *data)
{
    qip_gil gil;

    if (qip_gil_try_enter(&gil)) {
        PyBuffer_Release(data);
        qip_gil_leave(gil);
    }
    free(data);
}

/* Python counts sizes and strides alike, with a sign. Arrays of ctypes tell no strides: their items lie one after another. */
static int wrap(Py_buffer *view, qi_buffer **out)
{
    size_t shape[PyBUF_MAX_NDIM];
    int64_t strides[PyBUF_MAX_NDIM];
    qi_buffer_layout layout;

    qi_buffer_layout_init(&layout);
    for (int i = 0; i < view->ndim; i++) {
        shape[i] = (size_t)view->shape[i];
        strides[i] = view->strides ? view->strides[i] : 0;
    }
    layout.data = view->buf;
    layout.format = view->format ? view->format : "B";
    layout.item_size = (size_t)view->itemsize;
    layout.dimensions = (size_t)view->ndim;
    layout.shape = shape;
    layout.strides = view->strides ? strides : NULL;
    layout.writable = !view->readonly;
    return qip_buffer_of(&layout, close_view, view, out);
}

/* GIL: held. Takes nothing; `object` is held by the view. */
static int open_object(PyObject *object, bool writable, qi_buffer **out)
{
    if (!PyObject_CheckBuffer(object))
        return qip_fail(QI_ERR_TYPE,
                        "an object of type %.200s has no memory that could be shared; bytes, "
                        "bytearray, memoryview, arrays of numpy and others do",
                        Py_TYPE(object)->tp_name);
    Py_buffer *view = calloc(1, sizeof *view);
    if (!view)
        return qip_fail(QI_ERR_MEMORY, "out of memory for a buffer");
    if (PyObject_GetBuffer(object, view, writable ? PyBUF_RECORDS : PyBUF_RECORDS_RO) < 0) {
        const bool refused = PyErr_ExceptionMatches(PyExc_BufferError);
        int status = qip_fail_python("opening the memory of an object");
        free(view);
        if (!refused || !writable)
            return status;
        return qip_fail(QI_ERR_TYPE,
                        "the memory of this %.200s may not be written, or not as it lies",
                        Py_TYPE(object)->tp_name);
    }
    int status = wrap(view, out);
    if (status != QI_OK) {
        PyBuffer_Release(view);
        free(view);
    }
    return status;
}

/* -- text and bytes ------------------------------------------------------------------------------------------------ */

static int copy_bytes(const qi_value *value, qi_buffer **out)
{
    const size_t size = value->as.text.size;
    char *copy = malloc(size ? size : 1);
    qi_buffer_layout layout;

    if (!copy)
        return qip_fail(QI_ERR_MEMORY, "out of memory for a buffer");
    if (size)
        memcpy(copy, value->as.text.data, size);
    qi_buffer_layout_init(&layout);
    layout.data = copy;
    layout.format = "B";
    layout.item_size = 1;
    layout.dimensions = 1;
    layout.shape = &size;
    layout.writable = true; /* nobody else has it */
    int status = qip_buffer_of(&layout, free, copy, out);
    if (status != QI_OK)
        free(copy);
    return status;
}

/* -- the public function ------------------------------------------------------------------------------------------- */

static int open_python(const qi_value *value, bool writable, qi_buffer **out)
{
    qip_gil gil;

    if (!value->as.python)
        return qip_fail(QI_ERR_ARGUMENT, "a Python value points at NULL");
    if (!qip_gil_try_enter(&gil))
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "the interpreter has ended, and with it the Python object of a value");
    int status = open_object(value->as.python, writable, out);
    qip_gil_leave(gil);
    return status;
}

static int open_shared(qi_buffer *buffer, bool writable, qi_buffer **out)
{
    int status = qip_buffer_take(buffer);

    if (status != QI_OK)
        return status;
    if (writable && !qip_buffer_layout(buffer)->writable) {
        qi_buffer_release(buffer);
        return qip_fail(QI_ERR_TYPE, "the memory of this buffer may not be written");
    }
    *out = buffer;
    return QI_OK;
}

int qi_value_to_buffer(const qi_value *value, bool writable, qi_buffer **out)
{
    if (out)
        *out = NULL;
    if (!value || !out)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL", value ? "`out`" : "`value`");
    switch (value->kind) {
    case QI_KIND_BUFFER:
        return open_shared(value->as.buffer, writable, out);
    case QI_KIND_PYTHON:
        return open_python(value, writable, out);
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        if (value->as.text.data || !value->as.text.size)
            return copy_bytes(value, out);
        return qip_fail(QI_ERR_ARGUMENT, "a %s value that is not empty points at NULL",
                        qi_kind_name(value->kind));
    default:
        return qip_fail(QI_ERR_TYPE, "a %s has no memory that could be shared",
                        qi_kind_name(value->kind));
    }
}
