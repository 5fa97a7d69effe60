/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where large messages land: in the bytes object that the protocol gets, which is used again if nobody has kept it.
 *
 * Most protocols are through with a message when data_received() returns. Its memory is in the processor's cache
 * then, and mapped, while that of a new object often is neither: the allocator gives large blocks back to the
 * system, and a page that is mapped anew costs as much as copying half of one. One object is spare, for all
 * transports, so that idle connections have none.
 *
 * An object is used again for messages of about its size only, so that whoever keeps one holds little more memory
 * than it has bytes. One that could not be written at once comes back when it is sent.
 */
#include "streams/transport.h"

#include <stdint.h>

enum {
    PAGE = 4096,
    ALIASED = 32,
    WASTE = 4, /* a part of so many may be left empty */
    LEAST_OFFER = 32 * 1024,
    MOST_OFFER = 256 * 1024
};

static size_t spare_capacity; /* of qip_streams_refs.spare */

/*
 * The kernel keeps what it copies at the beginnings of pages, for the most part, and processors with fast "rep movsb"
 * take twice as long for a copy whose places in their pages are close together, but not the same.
 */
static bool is_badly_placed(PyObject *bytes)
{
    const uintptr_t offset = (uintptr_t)PyBytes_AS_STRING(bytes) % PAGE;

    return offset != 0 && (offset < ALIASED || offset > PAGE - ALIASED);
}

static PyObject *allocate(size_t size)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);

    if (bytes && is_badly_placed(bytes)) {
        PyObject *other = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size); /* lies elsewhere */
        Py_SETREF(bytes, other);
    }
    return bytes;
}

/* The spare one, new to whoever gets it: resizing forgets the hash. NULL without an exception: it does not fit. */
static PyObject *take_spare(size_t size)
{
    PyObject *spare = qip_streams_refs.spare;

    if (!spare || spare_capacity < size || spare_capacity - size > spare_capacity / WASTE)
        return NULL;
    qip_streams_refs.spare = NULL;
    Py_SET_SIZE(spare, (Py_ssize_t)spare_capacity - 1);
    _PyBytes_Resize(&spare, (Py_ssize_t)spare_capacity);
    return spare;
}

qip_landing qip_landing_take(size_t size)
{
    PyObject *spare = take_spare(size);

    if (spare)
        return (qip_landing){spare, spare_capacity};
    return (qip_landing){PyErr_Occurred() ? NULL : allocate(size), size};
}

void qip_landing_fill(qip_landing *landing, size_t size)
{
    if (landing->capacity - size > landing->capacity / WASTE) {
        _PyBytes_Resize(&landing->bytes, (Py_ssize_t)size);
        landing->capacity = size;
        return;
    }
    Py_SET_SIZE(landing->bytes, (Py_ssize_t)size);
    PyBytes_AS_STRING(landing->bytes)[size] = '\0';
}

void qip_landing_offer(PyObject *bytes)
{
    const size_t size = (size_t)PyBytes_GET_SIZE(bytes);

    if (!qip_streams_refs.spare && size >= LEAST_OFFER && size <= MOST_OFFER)
        qip_landing_give(&(qip_landing){bytes, size});
    else
        Py_DECREF(bytes);
}

void qip_landing_give(qip_landing *landing)
{
    PyObject *bytes = landing->bytes;

    landing->bytes = NULL;
    if (!bytes || Py_REFCNT(bytes) > 1 || !qip_streams_refs.transport_type) {
        Py_XDECREF(bytes);
        return;
    }
    Py_SET_SIZE(bytes, (Py_ssize_t)landing->capacity);
    spare_capacity = landing->capacity;
    Py_XSETREF(qip_streams_refs.spare, bytes);
}
