/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers: see buffer.h. A layout, its format, shape and strides are one block of memory with the buffer. */
#include "core/buffer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/handles.h"
#include "core/sized.h"
#include "core/status.h"

enum { MOST_DIMENSIONS = 64 }; /* as PyBUF_MAX_NDIM has it */

qip_buffer_functions qip_buffer_port;

struct qi_buffer {
    atomic_int references;
    qi_buffer_layout layout; /* without `user` */
    qip_user user;
    qip_buffer_freed_fn freed; /* in place of `user`; NULL: it is the host's memory */
    void *data;
    size_t shape[MOST_DIMENSIONS];
    int64_t strides[MOST_DIMENSIONS];
    char format[]; /* last */
};

/* -- what the host has told ------------------------------------------------------------------------------------ */

/* Bytes of an item that is one letter of the module struct, or 0. */
static size_t size_by_format(const char *format)
{
    const bool standard = *format && strchr("<>=!", *format);
    const char *letter = format + (standard || *format == '@');

    if (!*letter || letter[1])
        return 0;
    switch (*letter) {
    case 'c':
    case 'b':
    case 'B':
    case '?':
        return 1;
    case 'h':
    case 'H':
    case 'e':
        return 2;
    case 'i':
    case 'I':
    case 'f':
        return 4;
    case 'l':
    case 'L':
        return standard ? 4 : sizeof(long);
    case 'q':
    case 'Q':
    case 'd':
        return 8;
    case 'n':
    case 'N':
    case 'P':
        return standard ? 0 : sizeof(size_t);
    default:
        return 0;
    }
}

/*
 * How many bytes the items take; false: more than there can be. Where one dimension is empty there are none, but the others
 * are counted by Python all the same, and are to be multiplied for the strides.
 */
static bool measure(const qi_buffer_layout *layout, size_t *total)
{
    size_t bytes = layout->item_size;
    bool is_empty = false;

    for (size_t i = 0; i < layout->dimensions; i++) {
        const size_t count = layout->shape[i];
        is_empty = is_empty || !count;
        if (__builtin_mul_overflow(bytes, count ? count : 1, &bytes))
            return false;
    }
    *total = is_empty ? 0 : bytes;
    return bytes <= INT64_MAX;
}

static int check_layout(qi_buffer_layout *layout)
{
    size_t total;

    if (!layout->format)
        layout->format = "B";
    int status = qip_check_text(layout->format, "the format of a buffer");
    if (status != QI_OK)
        return status;
    if (layout->dimensions > MOST_DIMENSIONS)
        return qip_fail(QI_ERR_ARGUMENT, "a buffer has at most %d dimensions, and not %zu",
                        MOST_DIMENSIONS, layout->dimensions);
    if (layout->dimensions && !layout->shape)
        return qip_fail(QI_ERR_ARGUMENT, "`shape` is NULL, but the buffer has %zu dimensions",
                        layout->dimensions);
    if (!layout->item_size)
        layout->item_size = size_by_format(layout->format);
    if (!layout->item_size)
        return qip_fail(QI_ERR_ARGUMENT,
                        "the format \"%s\" is not one letter, so `item_size` must be told",
                        layout->format);
    if (!measure(layout, &total))
        return qip_fail(QI_ERR_RANGE, "the items of a buffer are more than there is memory for");
    return layout->data || !total
               ? QI_OK
               : qip_fail(QI_ERR_ARGUMENT, "`data` is NULL, but the buffer has %zu bytes", total);
}

/* -- making one ------------------------------------------------------------------------------------------------ */

static void set_strides(qi_buffer *buffer, const int64_t *strides)
{
    int64_t stride = (int64_t)buffer->layout.item_size;

    for (size_t i = buffer->layout.dimensions; i-- > 0;) {
        buffer->strides[i] = strides ? strides[i] : stride;
        stride *= (int64_t)buffer->shape[i];
    }
}

static void set_layout(qi_buffer *buffer, const qi_buffer_layout *layout)
{
    buffer->layout = *layout;
    buffer->layout.user = NULL;
    buffer->layout.destroy = NULL;
    if (layout->dimensions)
        memcpy(buffer->shape, layout->shape, layout->dimensions * sizeof *layout->shape);
    set_strides(buffer, layout->strides);
    memcpy(buffer->format, layout->format, strlen(layout->format) + 1);
    buffer->layout.shape = layout->dimensions ? buffer->shape : NULL;
    buffer->layout.strides = layout->dimensions ? buffer->strides : NULL;
    buffer->layout.format = buffer->format;
}

static qi_buffer *make(const qi_buffer_layout *layout)
{
    qi_buffer *buffer = calloc(1, sizeof *buffer + strlen(layout->format) + 1);

    if (!buffer || qip_handle_add(buffer, QIP_HANDLE_BUFFER) != QI_OK) {
        free(buffer);
        qip_fail(QI_ERR_MEMORY, "out of memory for a buffer");
        return NULL;
    }
    atomic_init(&buffer->references, 1);
    set_layout(buffer, layout);
    return buffer;
}

int qip_buffer_of(const qi_buffer_layout *layout, qip_buffer_freed_fn freed, void *data,
                  qi_buffer **out)
{
    qi_buffer *buffer = make(layout);

    if (!buffer)
        return QI_ERR_MEMORY;
    buffer->freed = freed;
    buffer->data = data;
    *out = buffer;
    return QI_OK;
}

int qi_buffer_new(const qi_buffer_layout *given, qi_buffer **out)
{
    qi_buffer_layout layout;

    if (out)
        *out = NULL;
    if (!given || !out)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL", given ? "`out`" : "`layout`");
    int status = qip_sized_read(&layout, sizeof layout, given, "qi_buffer_layout");
    if (status == QI_OK)
        status = check_layout(&layout);
    if (status != QI_OK)
        return status;
    qi_buffer *buffer = make(&layout);
    if (!buffer)
        return QI_ERR_MEMORY;
    buffer->user = (qip_user){layout.user, layout.destroy};
    *out = buffer;
    return QI_OK;
}

/* -- references ------------------------------------------------------------------------------------------------ */

static void keep(void *handle)
{
    atomic_fetch_add(&((qi_buffer *)handle)->references, 1);
}

int qip_buffer_take(qi_buffer *buffer)
{
    return qip_handle_retain(buffer, QIP_HANDLE_BUFFER, "buffer", keep);
}

qi_buffer *qi_buffer_retain(qi_buffer *buffer)
{
    return qip_buffer_take(buffer) == QI_OK ? buffer : NULL;
}

static void drop(qi_buffer *buffer)
{
    if (atomic_fetch_sub(&buffer->references, 1) != 1)
        return;
    if (buffer->freed)
        buffer->freed(buffer->data);
    else if (buffer->user.destroy)
        qip_buffer_port.end(&buffer->user);
    free(buffer);
}

void qi_buffer_release(qi_buffer *buffer)
{
    if (qip_handle_give_up(buffer, QIP_HANDLE_BUFFER))
        drop(buffer);
}

/* -- asking ------------------------------------------------------------------------------------------------------ */

const qi_buffer_layout *qip_buffer_layout(const qi_buffer *buffer)
{
    return &buffer->layout;
}

int qi_buffer_read(const qi_buffer *buffer, qi_buffer_layout *out)
{
    int status = qip_handle_take(buffer, QIP_HANDLE_BUFFER, "buffer", keep);

    if (status != QI_OK)
        return status;
    status = out ? qip_sized_write(out, &buffer->layout, sizeof buffer->layout, "qi_buffer_layout")
                 : qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the answer");
    drop((qi_buffer *)buffer);
    return status;
}
