/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a transport begins: with a socket, a protocol and the server that has accepted it, and with what the loop
 * does next. As asyncio's __init__() does it, in its order.
 */
#include "streams/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int qip_transport_set_protocol(qip_transport *transport, PyObject *protocol)
{
    int buffered = qip_streams_have_refs()
                       ? PyObject_IsInstance(protocol, qip_streams_refs.buffered_protocol)
                       : -1;

    if (buffered < 0)
        return -1;
    transport->buffered = buffered;
    transport->protocol_connected = true;
    Py_XSETREF(transport->protocol, Py_NewRef(protocol));
    return 0;
}

/* Tests put objects there that play a full or broken socket. */
int qip_transport_set_sock(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    qip_transport *transport = (qip_transport *)self;
    PyObject *sock = value == Py_None ? NULL : Py_XNewRef(value);

    transport->wrapped = sock && (PyObject *)Py_TYPE(sock) != qip_streams_refs.socket_class;
    Py_XSETREF(transport->sock, sock);
    return 0;
}

/* sock.getsockname() and the like under its name in `extra`, or None where that is an OSError. */
static int note_address(PyObject *extra, PyObject *sock, const char *method, const char *key)
{
    PyObject *address = PyObject_CallMethod(sock, method, NULL);

    if (!address && PyErr_ExceptionMatches(PyExc_OSError)) {
        PyErr_Clear();
        address = Py_NewRef(Py_None);
    }
    int result = address ? PyMapping_SetItemString(extra, key, address) : -1;
    Py_XDECREF(address);
    return result;
}

static int describe_socket(qip_transport *transport, PyObject *sock)
{
    PyObject *extra = transport->extra;
    PyObject *shown = PyObject_CallOneArg(qip_streams_refs.transport_socket, sock);
    int result = shown ? PyMapping_SetItemString(extra, "socket", shown) : -1;

    Py_XDECREF(shown);
    if (result < 0 || note_address(extra, sock, "getsockname", "sockname") < 0)
        return -1;
    if (PyMapping_HasKeyString(extra, "peername"))
        return 0;
    return note_address(extra, sock, "getpeername", "peername");
}

/* Small writes leave at once: Nagle's algorithm is of no use to whoever flushes as asyncio does. */
static int set_nodelay(PyObject *sock, int fd)
{
    int family = 0, type = 0, one = 1;
    socklen_t size = sizeof(int);
    PyObject *protocol = PyObject_GetAttrString(sock, "proto");
    long number = protocol ? PyLong_AsLong(protocol) : -1;

    Py_XDECREF(protocol);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (number != IPPROTO_TCP || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0 ||
        (family != AF_INET && family != AF_INET6) ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
        return 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0)
        return 0;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

static int join_server(qip_transport *transport, PyObject *server)
{
    PyObject *self = QIP_SERVERS_KNOW_TRANSPORTS ? (PyObject *)transport : NULL;
    PyObject *attach = PyObject_GetAttrString(server, "_attach");
    PyObject *result = attach ? PyObject_CallFunctionObjArgs(attach, self, NULL) : NULL;

    Py_XDECREF(attach);
    if (result)
        transport->server = Py_NewRef(server);
    return qip_result_of(result);
}

/* loop._transports[fd] = self */
static int enter_map(qip_transport *transport)
{
    PyObject *map = PyObject_GetAttrString((PyObject *)transport->loop, "_transports");
    PyObject *key = map ? PyLong_FromLong(transport->fd) : NULL;
    int result = key ? PyObject_SetItem(map, key, (PyObject *)transport) : -1;

    Py_XDECREF(key);
    Py_XDECREF(map);
    return result;
}

/* connection_made(), reading, and the waiter: each in a callback of its own, as asyncio does it. */
static int schedule_start(qip_transport *transport, PyObject *waiter)
{
    PyObject *self = (PyObject *)transport;
    PyObject *made = PyObject_GetAttrString(transport->protocol, "connection_made");
    PyObject *add = made ? PyObject_GetAttrString(self, "_add_reader") : NULL;
    PyObject *ready = add ? PyObject_GetAttrString(self, "_read_ready") : NULL;
    PyObject *fd = ready ? PyLong_FromLong(transport->fd) : NULL;
    int result = fd ? qip_transport_call_soon(transport, made, self, NULL) : -1;

    if (result == 0)
        result = qip_transport_call_soon(transport, add, fd, ready);
    if (result == 0 && waiter != Py_None)
        result = qip_transport_call_soon(transport, qip_streams_refs.set_result_softly, waiter,
                                         Py_None);
    Py_XDECREF(fd);
    Py_XDECREF(ready);
    Py_XDECREF(add);
    Py_XDECREF(made);
    return result;
}

int qip_transport_begin(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"loop",  "sock",   "protocol", "waiter",
                            "extra", "server", "context",  NULL};
    qip_transport *transport = (qip_transport *)self;
    PyObject *loop, *sock, *protocol, *waiter = Py_None, *extra = Py_None, *server = Py_None;
    PyObject *context = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OOO|OOOO:StreamTransport", names, &loop,
                                     &sock, &protocol, &waiter, &extra, &server, &context))
        return -1;
    if (!qip_streams_have_refs())
        return -1;
    if (transport->extra) {
        PyErr_SetString(PyExc_RuntimeError, "a transport begins once");
        return -1;
    }
    if (!qip_loop_is_loop(loop) ||
        !PyObject_TypeCheck(sock, (PyTypeObject *)qip_streams_refs.socket_class)) {
        PyErr_Format(PyExc_TypeError,
                     "StreamTransport() wants a loop of qi and a socket.socket, not %R and %R",
                     loop, sock);
        return -1;
    }
    if (context != Py_None && !PyContext_CheckExact(context)) {
        PyErr_Format(PyExc_TypeError, "context must be a contextvars.Context or None, not %R",
                     context);
        return -1;
    }
    transport->context = context == Py_None ? NULL : Py_NewRef(context);
    transport->extra = extra == Py_None ? PyDict_New() : Py_NewRef(extra);
    if (!transport->extra || describe_socket(transport, sock) < 0)
        return -1;
    transport->loop = (qip_loop *)Py_NewRef(loop);
    qip_transport_set_sock(self, sock, NULL);
    PyObject *number = PyObject_CallMethod(sock, "fileno", NULL);
    transport->fd = number ? (int)PyLong_AsLong(number) : -1;
    Py_XDECREF(number);
    if (!number || qip_transport_set_protocol(transport, protocol) < 0 ||
        (server != Py_None && join_server(transport, server) < 0) || enter_map(transport) < 0 ||
        set_nodelay(sock, transport->fd) < 0)
        return -1;
    return schedule_start(transport, waiter);
}
