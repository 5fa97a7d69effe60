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
    DIRECT_LIMIT = 256 * 1024,
    COPY_LIMIT = 8 * 1024, /* beyond this a copy costs more than a larger allocation */
    SHORT_READS = 8        /* after so many in a row less is expected */
};

/* Guarded by the GIL, which is held between receiving and copying. Where it is in a page: transport_landing.c. */
static _Alignas(4096) char scratch[SCRATCH_SIZE];

static size_t at_most(size_t size, size_t limit)
{
    return size < limit ? size : limit;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static size_t worth_expecting(size_t expected)
{
    return expected > COPY_LIMIT ? at_most(expected, DIRECT_LIMIT) : 0;
}

/*
 * Less than half of what was expected: the end of a message that has come in two parts, or smaller ones from now
 * on, which the largest of several such reads tells.
 */
static void learn_short(qip_transport *transport, size_t got)
{
    if (got > transport->longest_short)
        transport->longest_short = got;
    if (++transport->short_reads < SHORT_READS)
        return;
    transport->expected = transport->longest_short > COPY_LIMIT
                              ? worth_expecting(transport->longest_short + 2 * SLACK)
                              : 0;
    transport->longest_short = 0;
    transport->short_reads = 0;
}

/* Expects the next read to be about as large as this one, and larger if there was no room for more. */
static void learn(qip_transport *transport, size_t got, size_t size)
{
    size_t expected = transport->expected;

    if (got < expected / 2) {
        learn_short(transport, got);
        return;
    }
    transport->longest_short = 0;
    transport->short_reads = 0;
    if (got == size && got >= expected)
        transport->expected = worth_expecting(2 * got);
    else if (got > COPY_LIMIT && got + SLACK > expected)
        transport->expected = worth_expecting(got + 2 * SLACK);
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

/* As recv() in Python, but nothing is -1 without an exception. */
static ssize_t receive_at(qip_transport *transport, char *place, size_t size)
{
    int fd = qip_transport_fd(transport);
    ssize_t got = fd < 0 ? -1 : recv(fd, place, size, MSG_DONTWAIT);

    if (got >= 0)
        learn(transport, (size_t)got, size);
    else if (!would_block())
        PyErr_SetFromErrno(PyExc_OSError);
    return got;
}

static PyObject *receive_small(qip_transport *transport, size_t limit)
{
    ssize_t got = receive_at(transport, scratch, at_most(SCRATCH_SIZE, limit));

    return got < 0 ? NULL : PyBytes_FromStringAndSize(scratch, got);
}

/* Into the landing. What is small after all is copied, so that the landing is there for the next. */
static PyObject *receive_large(qip_transport *transport, size_t limit, qip_landing *landing)
{
    *landing = qip_landing_take(at_most(transport->expected, limit));
    if (!landing->bytes)
        return NULL;
    char *place = PyBytes_AS_STRING(landing->bytes);
    ssize_t got = receive_at(transport, place, at_most(landing->capacity, limit));

    if (got < 0)
        return NULL;
    if (got <= COPY_LIMIT)
        return PyBytes_FromStringAndSize(place, got);
    qip_landing_fill(landing, (size_t)got);
    return Py_XNewRef(landing->bytes);
}

/* What one read gives: a bytes object, empty at the end of the stream. NULL without an exception: nothing. */
static PyObject *receive(qip_transport *transport, qip_landing *landing)
{
    size_t limit = transport->max_size > 0 ? (size_t)transport->max_size : 1;

    if (transport->wrapped)
        return receive_wrapped(transport);
    return transport->expected ? receive_large(transport, limit, landing)
                               : receive_small(transport, limit);
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

static int give_bytes(qip_transport *transport, PyObject *data)
{
    if (!data)
        return PyErr_Occurred()
                   ? qip_transport_fail(transport, "Fatal read error on socket transport")
                   : 0;
    if (PyBytes_GET_SIZE(data) == 0)
        return end_of_stream(transport);
    return call_protocol(transport, qip_streams_refs.name_data_received, data,
                         "Fatal error: protocol.data_received() call failed.");
}

static int read_bytes(qip_transport *transport)
{
    qip_landing landing = {0};
    PyObject *data = receive(transport, &landing);
    int result = give_bytes(transport, data);

    Py_XDECREF(data);
    qip_landing_give(&landing);
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
