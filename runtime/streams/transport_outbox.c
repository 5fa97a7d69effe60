/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What waits to be written. The queue refers to immutable objects and copies all others, since the caller may
 * change them before they are sent. It is in order whatever happens in between: nothing is sent past it.
 */
#include "streams/transport.h"

enum { KEPT_CAPACITY = 16 };

static int grow(qip_outbox *outbox)
{
    size_t capacity = outbox->capacity ? outbox->capacity * 2 : 4;
    qip_chunk *chunks = PyMem_Malloc(capacity * sizeof *chunks);

    if (!chunks) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < outbox->count; i++)
        chunks[i] = *qip_outbox_at(outbox, i);
    PyMem_Free(outbox->chunks);
    outbox->chunks = chunks;
    outbox->capacity = capacity;
    outbox->head = 0;
    return 0;
}

/* Takes over the owner, also on failure. */
static int push(qip_outbox *outbox, PyObject *owner, const char *data, size_t size)
{
    if (!owner)
        return -1;
    if (outbox->count == outbox->capacity && grow(outbox) < 0) {
        Py_DECREF(owner);
        return -1;
    }
    outbox->count++;
    *qip_outbox_at(outbox, outbox->count - 1) = (qip_chunk){owner, data, size};
    outbox->size += size;
    return 0;
}

int qip_outbox_push(qip_outbox *outbox, const Py_buffer *view, size_t skip)
{
    const char *data = (const char *)view->buf + skip;
    size_t size = (size_t)view->len - skip;
    PyObject *owner = view->obj;

    if (!size)
        return 0;
    if (owner && PyMemoryView_Check(owner) && PyMemoryView_GET_BUFFER(owner)->obj)
        owner = PyMemoryView_GET_BUFFER(owner)->obj;
    if (owner && PyBytes_CheckExact(owner))
        return push(outbox, Py_NewRef(owner), data, size);
    PyObject *copy = PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
    return push(outbox, copy, copy ? PyBytes_AS_STRING(copy) : NULL, size);
}

void qip_outbox_consume(qip_outbox *outbox, size_t sent)
{
    while (outbox->count) {
        qip_chunk *first = qip_outbox_at(outbox, 0);
        if (sent < first->size) {
            first->data += sent;
            first->size -= sent;
            outbox->size -= sent;
            return;
        }
        PyObject *owner = first->owner;
        sent -= first->size;
        outbox->size -= first->size;
        outbox->head = (outbox->head + 1) % outbox->capacity;
        outbox->count--;
        qip_landing_offer(owner); /* exactly a bytes object: runs no code */
    }
    if (outbox->capacity > KEPT_CAPACITY) {
        PyMem_Free(outbox->chunks);
        *outbox = (qip_outbox){0};
    }
}

void qip_outbox_clear(qip_outbox *outbox)
{
    qip_outbox_consume(outbox, outbox->size);
}

PyObject *qip_outbox_view(const qip_outbox *outbox)
{
    PyObject *list = PyList_New(0), *view = NULL;

    for (size_t i = 0; list && i < outbox->count; i++) {
        const qip_chunk *chunk = qip_outbox_at(outbox, i);
        PyObject *bytes = PyBytes_FromStringAndSize(chunk->data, (Py_ssize_t)chunk->size);
        if (!bytes || PyList_Append(list, bytes) < 0)
            Py_CLEAR(list);
        Py_XDECREF(bytes);
    }
#if QIP_HAS_VECTORED_TRANSPORTS
    PyObject *collections = list ? PyImport_ImportModule("collections") : NULL;
    if (collections)
        view = PyObject_CallMethod(collections, "deque", "(O)", list);
    Py_XDECREF(collections);
#else
    PyObject *empty = list ? PyBytes_FromStringAndSize(NULL, 0) : NULL;
    PyObject *joined = empty ? PyObject_CallMethod(empty, "join", "(O)", list) : NULL;
    if (joined)
        view = PyByteArray_FromObject(joined);
    Py_XDECREF(joined);
    Py_XDECREF(empty);
#endif
    Py_XDECREF(list);
    return view;
}
