/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the socket to the protocol: one read a readiness, without a frame of Python's in between.
 *
 * A small message is received into a scratch buffer that all transports share and copied into a bytes
 * object of its size, which is cheaper than to allocate for the largest one and to give back most of it.
 * A transport that has seen a large one receives the next right into a bytes object that is likely to fit.
 * The poller is level-triggered: what is left comes with the next readiness.
 */
#include "streams/transport.h"

#include <errno.h>
#include <sys/socket.h>

enum {
    SCRATCH_SIZE = 256 * 1024,
    SLACK = 4096,
    DIRECT_LIMIT = 120 * 1024,
    COPY_LIMIT = 8 * 1024 /* beyond this a copy costs more than a larger allocation */
};

static char scratch[SCRATCH_SIZE]; /* guarded by the GIL, which is held between receiving and copying */

static size_t at_most(size_t size, size_t limit)
{
    return size < limit ? size : limit;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Expects the next read to be about as large as this one; grows at once and shrinks by halves. */
static void learn(qip_transport *transport, size_t got)
{
    size_t expected = transport->expected;

    if (got > COPY_LIMIT && got + SLACK > expected)
        expected = at_most(got + 2 * SLACK, DIRECT_LIMIT);
    else if (got < expected / 8)
        expected /= 2;
    transport->expected = expected > COPY_LIMIT ? expected : 0;
}

/* By a method of whatever is in _sock. NULL without an exception: nothing. */
static PyObject *ask_socket(qip_transport *transport, const char *method, PyObject *argument)
{
    PyObject *sock = Py_NewRef(transport->sock);
    PyObject *result = argument ? PyObject_CallMethod(sock, method, "(O)", argument) : NULL;

    Py_DECREF(sock);
    if (!result)
        qip_transport_would_block();
    return result;
}

static PyObject *receive_wrapped(qip_transport *transport)
{
    PyObject *size = PyLong_FromSsize_t(transport->max_size);
    PyObject *data = ask_socket(transport, "recv", size);

    Py_XDECREF(size);
    if (data && !PyBytes_Check(data)) {
        PyErr_Format(PyExc_TypeError, "recv() of %R returned %R, not bytes", transport->sock, data);
        Py_CLEAR(data);
    }
    return data;
}

/* What one read gives: a bytes object, empty at the end of the stream. NULL without an exception: nothing. */
static PyObject *receive(qip_transport *transport)
{
    if (transport->wrapped)
        return receive_wrapped(transport);
    size_t limit = transport->max_size > 0 ? (size_t)transport->max_size : 1;
    bool direct = transport->expected > COPY_LIMIT;
    PyObject *data = NULL;
    size_t size = at_most(direct ? transport->expected : SCRATCH_SIZE, limit);

    if (direct && !(data = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size)))
        return NULL;
    int fd = qip_transport_fd(transport);
    ssize_t got = fd < 0 ? -1
                         : recv(fd, data ? PyBytes_AS_STRING(data) : scratch, size, MSG_DONTWAIT);
    if (got < 0) {
        if (!would_block())
            PyErr_SetFromErrno(PyExc_OSError);
        Py_XDECREF(data);
        return NULL;
    }
    learn(transport, (size_t)got);
    if (!data)
        return PyBytes_FromStringAndSize(scratch, got);
    if ((size_t)got < size)
        _PyBytes_Resize(&data, got);
    return data;
}

/*
 * It would be readable, and told again, for ever: an answer that is none closes the connection, and so
 * does one that ends the run, since the run may go on.
 */
static int end_failed(qip_transport *transport)
{
    if (!qip_transport_must_raise())
        return qip_transport_fail(transport, "Fatal error: protocol.eof_received() call failed.");
    PyObject *raised = qip_take_exception();
    if (qip_transport_close(transport) < 0)
        PyErr_Clear();
    qip_give_exception(raised);
    return -1;
}

/* The peer has half-closed; the protocol says whether its side stays open. */
static int end_of_stream(qip_transport *transport)
{
    if (qip_transport_debug(transport, "%r received EOF") < 0)
        return -1;
    if (!transport->protocol)
        return 0;
    PyObject *protocol = Py_NewRef(transport->protocol);
    PyObject *keep = PyObject_CallMethod(protocol, "eof_received", NULL);
    Py_DECREF(protocol);
    int open = keep ? PyObject_IsTrue(keep) : -1;
    Py_XDECREF(keep);
    if (open < 0)
        return end_failed(transport);
    /* Open for writing; but it would be readable for ever. */
    return open ? qip_transport_unwatch(transport, QIP_POLL_READ) : qip_transport_close(transport);
}

/* Not if it was lost while an object in the place of the socket was asked. */
static int call_protocol(qip_transport *transport, PyObject *name, PyObject *argument,
                         const char *message)
{
    if (!transport->protocol)
        return 0;
    PyObject *stack[3] = {NULL, Py_NewRef(transport->protocol), argument};
    PyObject *result = PyObject_VectorcallMethod(name, stack + 1,
                                                 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);

    Py_DECREF(stack[1]);
    if (!result)
        return qip_transport_fail(transport, message);
    Py_DECREF(result);
    return 0;
}

static int read_bytes(qip_transport *transport)
{
    PyObject *data = receive(transport);
    int result;

    if (!data)
        return PyErr_Occurred()
                   ? qip_transport_fail(transport, "Fatal read error on socket transport")
                   : 0;
    if (PyBytes_GET_SIZE(data) == 0)
        result = end_of_stream(transport);
    else
        result = call_protocol(transport, qip_streams_refs.name_data_received, data,
                               "Fatal error: protocol.data_received() call failed.");
    Py_DECREF(data);
    return result;
}

/* The protocol's own buffer; NULL with an exception. Beware: calls the protocol. */
static PyObject *protocol_buffer(qip_transport *transport)
{
    PyObject *hint = PyLong_FromLong(-1);
    PyObject *stack[3] = {NULL, Py_NewRef(transport->protocol), hint};
    PyObject *buffer = NULL;

    if (hint)
        buffer = PyObject_VectorcallMethod(qip_streams_refs.name_get_buffer, stack + 1,
                                           2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(stack[1]);
    Py_XDECREF(hint);
    Py_ssize_t size = buffer ? PyObject_Size(buffer) : -1;
    if (size > 0)
        return buffer;
    if (size == 0)
        PyErr_SetString(PyExc_RuntimeError, "get_buffer() returned an empty buffer");
    Py_XDECREF(buffer);
    return NULL;
}

/* Receives into it. The number of bytes; -1 with an exception, or without: nothing. */
static Py_ssize_t receive_into(qip_transport *transport, PyObject *buffer)
{
    Py_buffer view;

    if (transport->wrapped) {
        PyObject *count = ask_socket(transport, "recv_into", buffer);
        Py_ssize_t size = count ? PyLong_AsSsize_t(count) : -1;
        Py_XDECREF(count);
        return size;
    }
    if (PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE) < 0)
        return -1;
    int fd = qip_transport_fd(transport);
    ssize_t got = fd < 0 ? -1 : recv(fd, view.buf, (size_t)view.len, MSG_DONTWAIT);
    if (got < 0 && !would_block())
        PyErr_SetFromErrno(PyExc_OSError);
    PyBuffer_Release(&view);
    return got;
}

static int read_into_buffer(qip_transport *transport)
{
    PyObject *buffer = protocol_buffer(transport);

    if (!buffer)
        return qip_transport_fail(transport, "Fatal error: protocol.get_buffer() call failed.");
    if (!transport->sock) { /* it was lost in there */
        Py_DECREF(buffer);
        return 0;
    }
    Py_ssize_t got = receive_into(transport, buffer);
    Py_DECREF(buffer);
    if (got < 0)
        return PyErr_Occurred()
                   ? qip_transport_fail(transport, "Fatal read error on socket transport")
                   : 0;
    if (got == 0)
        return end_of_stream(transport);
    PyObject *size = PyLong_FromSsize_t(got);
    if (!size)
        return -1;
    int result = call_protocol(transport, qip_streams_refs.name_buffer_updated, size,
                               "Fatal error: protocol.buffer_updated() call failed.");
    Py_DECREF(size);
    return result;
}

static PyObject *transport_read_ready(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (qip_transport_is_lost(transport))
        Py_RETURN_NONE;
    Py_INCREF(self);
    int result = transport->buffered ? read_into_buffer(transport) : read_bytes(transport);
    Py_DECREF(self);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* -- reading or not ---------------------------------------------------------------------------------- */

static bool is_reading(const qip_transport *transport)
{
    return !transport->closing && !transport->paused && transport->sock;
}

static PyObject *add(qip_transport *transport, unsigned direction, PyObject *const *args,
                     Py_ssize_t count)
{
    if (count < 2) {
        PyErr_SetString(PyExc_TypeError, "a file descriptor and a callback are needed");
        return NULL;
    }
    if (transport->loop &&
        qip_transport_watch_with(transport, direction, args[1], args + 2, count - 2) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _add_reader(fd, callback, *args), which __init__() has called after connection_made(). */
static PyObject *transport_add_reader(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count >= 2 && !is_reading((qip_transport *)self))
        Py_RETURN_NONE;
    return add((qip_transport *)self, QIP_POLL_READ, args, count);
}

static PyObject *transport_add_writer(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return add((qip_transport *)self, QIP_POLL_WRITE, args, count);
}

static PyObject *transport_is_reading(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(is_reading((qip_transport *)self));
}

static PyObject *transport_pause_reading(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (!is_reading(transport))
        Py_RETURN_NONE;
    transport->paused = true;
    if (qip_transport_unwatch(transport, QIP_POLL_READ) < 0 ||
        qip_transport_debug(transport, "%r pauses reading") < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *transport_resume_reading(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (transport->closing || !transport->paused)
        Py_RETURN_NONE;
    transport->paused = false;
    if (qip_transport_watch(transport, QIP_POLL_READ, "_read_ready") < 0 ||
        qip_transport_debug(transport, "%r resumes reading") < 0)
        return NULL;
    Py_RETURN_NONE;
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_transport_read_methods[] = {
    {"is_reading", transport_is_reading, METH_NOARGS,
     PyDoc_STR("is_reading($self, /)\n--\n\n"
               "True if data is being received.")},
    {"pause_reading", transport_pause_reading, METH_NOARGS,
     PyDoc_STR("pause_reading($self, /)\n--\n\n"
               "Receives nothing for now.")},
    {"resume_reading", transport_resume_reading, METH_NOARGS,
     PyDoc_STR("resume_reading($self, /)\n--\n\n"
               "Receives again.")},
    {"_add_reader", FAST(transport_add_reader), METH_FASTCALL, NULL},
    {"_add_writer", FAST(transport_add_writer), METH_FASTCALL, NULL},
    {"_read_ready", transport_read_ready, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
