/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From bytes to the socket, as much as it takes now: what waits leaves by sendmsg() in as few calls as the kernel
 * allows. An object that somebody has put into _sock is asked instead.
 */
#define PY_SSIZE_T_CLEAN
#include "streams/transport.h"

#include <errno.h>
#include <sys/socket.h>

/* How much was sent: 0 if the socket takes nothing now; -1 with an exception. */
static Py_ssize_t sent_or_error(ssize_t sent)
{
    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return 0;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

/* What a method of the object in _sock says was sent; takes the result over. As sent_or_error(). */
static Py_ssize_t sent_by_object(PyObject *result, size_t size)
{
    Py_ssize_t count = result ? PyLong_AsSsize_t(result) : -1;

    Py_XDECREF(result);
    if (PyErr_Occurred())
        return qip_transport_would_block() ? 0 : -1;
    return count < 0 ? 0 : count < (Py_ssize_t)size ? count : (Py_ssize_t)size;
}

static Py_ssize_t send_wrapped(qip_transport *transport, const void *data, size_t size)
{
    PyObject *sock = Py_NewRef(transport->sock);
    PyObject *result = PyObject_CallMethod(sock, "send", "(y#)", (const char *)data,
                                           (Py_ssize_t)size);

    Py_DECREF(sock);
    return sent_by_object(result, size);
}

/* asyncio's way of sending its queue is the version's. */
static Py_ssize_t send_parts_wrapped(qip_transport *transport, const struct iovec *parts, size_t count)
{
    if (!QIP_HAS_VECTORED_TRANSPORTS)
        return count ? send_wrapped(transport, parts[0].iov_base, parts[0].iov_len) : 0;
    PyObject *list = PyList_New((Py_ssize_t)count);
    PyObject *sock = Py_NewRef(transport->sock);
    PyObject *result = NULL;
    size_t size = 0;

    for (size_t i = 0; list && i < count; i++) {
        PyObject *part = PyBytes_FromStringAndSize(parts[i].iov_base, (Py_ssize_t)parts[i].iov_len);
        size += parts[i].iov_len;
        if (part)
            PyList_SET_ITEM(list, (Py_ssize_t)i, part);
        else
            Py_CLEAR(list);
    }
    if (list)
        result = PyObject_CallMethod(sock, "sendmsg", "(O)", list);
    Py_XDECREF(list);
    Py_DECREF(sock);
    return sent_by_object(result, size);
}

Py_ssize_t qip_transport_send(qip_transport *transport, const void *data, size_t size)
{
    if (transport->wrapped)
        return send_wrapped(transport, data, size);
    int fd = qip_transport_fd(transport);
    return sent_or_error(fd < 0 ? -1 : send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

Py_ssize_t qip_transport_send_parts(qip_transport *transport, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};

    if (transport->wrapped)
        return send_parts_wrapped(transport, parts, count);
    int fd = qip_transport_fd(transport);
    return sent_or_error(fd < 0 ? -1 : sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

Py_ssize_t qip_transport_send_queue(qip_transport *transport)
{
    const qip_outbox *outbox = &transport->outbox;
    struct iovec parts[IOV_MAX];
    size_t count = outbox->count < IOV_MAX ? outbox->count : IOV_MAX;

    if (count == 1 && !transport->wrapped)
        return qip_transport_send(transport, qip_outbox_at(outbox, 0)->data,
                                  qip_outbox_at(outbox, 0)->size);
    for (size_t i = 0; i < count; i++) {
        const qip_chunk *chunk = qip_outbox_at(outbox, i);
        parts[i] = (struct iovec){.iov_base = (void *)chunk->data, .iov_len = chunk->size};
    }
    return qip_transport_send_parts(transport, parts, count);
}

int qip_transport_shut_down(qip_transport *transport)
{
    if (transport->wrapped) {
        PyObject *result = PyObject_CallMethod(transport->sock, "shutdown", "i", SHUT_WR);
        Py_XDECREF(result);
        return result ? 0 : -1;
    }
    int fd = qip_transport_fd(transport);

    if (fd >= 0 && shutdown(fd, SHUT_WR) == 0)
        return 0;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}
