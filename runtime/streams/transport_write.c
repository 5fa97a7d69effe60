/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From write() to the socket: sent at once if nothing waits, else queued, and what waits leaves by
 * sendmsg() in as few calls as the kernel allows. The queue is in transport_outbox.c.
 */
#define PY_SSIZE_T_CLEAN
#include "streams/transport.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

/* -- sending ---------------------------------------------------------------------------------------------- */

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

static Py_ssize_t send_now(qip_transport *transport, const void *data, size_t size)
{
    if (transport->wrapped)
        return send_wrapped(transport, data, size);
    int fd = qip_transport_fd(transport);
    return sent_or_error(fd < 0 ? -1 : send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static Py_ssize_t send_parts(qip_transport *transport, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};

    if (transport->wrapped)
        return send_parts_wrapped(transport, parts, count);
    int fd = qip_transport_fd(transport);
    return sent_or_error(fd < 0 ? -1 : sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static Py_ssize_t send_queue(qip_transport *transport)
{
    const qip_outbox *outbox = &transport->outbox;
    struct iovec parts[IOV_MAX];
    size_t count = outbox->count < IOV_MAX ? outbox->count : IOV_MAX;

    if (count == 1 && !transport->wrapped)
        return send_now(transport, qip_outbox_at(outbox, 0)->data, qip_outbox_at(outbox, 0)->size);
    for (size_t i = 0; i < count; i++) {
        const qip_chunk *chunk = qip_outbox_at(outbox, i);
        parts[i] = (struct iovec){.iov_base = (void *)chunk->data, .iov_len = chunk->size};
    }
    return send_parts(transport, parts, count);
}

static int shut_down_writing(qip_transport *transport)
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

/* -- flow control ------------------------------------------------------------------------------------------- */

static int tell_protocol(qip_transport *transport, const char *method, const char *failed)
{
    if (!transport->protocol)
        return 0;
    PyObject *protocol = Py_NewRef(transport->protocol);
    PyObject *result = PyObject_CallMethod(protocol, method, NULL);

    Py_DECREF(protocol);
    if (!result)
        return qip_transport_report(transport, failed);
    Py_DECREF(result);
    return 0;
}

static int maybe_pause_protocol(qip_transport *transport)
{
    if (transport->outbox.size <= transport->high_water || transport->protocol_paused)
        return 0;
    transport->protocol_paused = true;
    return tell_protocol(transport, "pause_writing", "protocol.pause_writing() failed");
}

static int maybe_resume_protocol(qip_transport *transport)
{
    if (!transport->protocol_paused || transport->outbox.size > transport->low_water)
        return 0;
    transport->protocol_paused = false;
    return tell_protocol(transport, "resume_writing", "protocol.resume_writing() failed");
}

static void parse_integer(PyObject *object, size_t *limit, bool *negative)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(object, &overflow);

    *negative = overflow < 0 || (!overflow && number < 0);
    *limit = overflow ? PY_SSIZE_T_MAX : *negative ? 0 : (size_t)number;
}

/*
 * A number of bytes as Python may write it, floats included; 0 if absent. What is more than any queue can
 * hold is as good as PY_SSIZE_T_MAX. -1 with an exception.
 */
static int parse_limit(PyObject *object, size_t *limit, bool *negative)
{
    *limit = 0;
    *negative = false;
    if (object == Py_None)
        return 0;
    if (PyLong_Check(object)) {
        parse_integer(object, limit, negative);
        return 0;
    }
    double number = PyFloat_AsDouble(object);
    if (number == -1 && PyErr_Occurred())
        return -1;
    *negative = !(number >= 0);
    *limit = *negative ? 0 : number < (double)PY_SSIZE_T_MAX ? (size_t)number : PY_SSIZE_T_MAX;
    return 0;
}

static int set_limits(qip_transport *transport, PyObject *high, PyObject *low)
{
    size_t upper, lower;
    bool upper_negative, lower_negative;

    if (parse_limit(high, &upper, &upper_negative) < 0 ||
        parse_limit(low, &lower, &lower_negative) < 0)
        return -1;
    if (high == Py_None)
        upper = low == Py_None               ? 64 * 1024
                : lower < PY_SSIZE_T_MAX / 4 ? 4 * lower
                                             : PY_SSIZE_T_MAX;
    if (low == Py_None)
        lower = upper / 4;
    if (upper_negative || lower_negative || upper < lower) {
        PyErr_Format(PyExc_ValueError, "high (%R) must be >= low (%R) must be >= 0", high, low);
        return -1;
    }
    transport->high_water = upper;
    transport->low_water = lower;
    return 0;
}

static PyObject *set_limits_and(PyObject *self, PyObject *args, PyObject *keywords,
                                int (*then)(qip_transport *))
{
    static char *names[] = {"high", "low", NULL};
    PyObject *high = Py_None, *low = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO:set_write_buffer_limits", names, &high,
                                     &low))
        return NULL;
    if (set_limits((qip_transport *)self, high, low) < 0 || (then && then((qip_transport *)self) < 0))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *transport_set_write_buffer_limits(PyObject *self, PyObject *args, PyObject *keywords)
{
    return set_limits_and(self, args, keywords, maybe_pause_protocol);
}

static PyObject *transport_set_limits_only(PyObject *self, PyObject *args, PyObject *keywords)
{
    return set_limits_and(self, args, keywords, NULL);
}

static PyObject *transport_get_write_buffer_limits(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;
    return Py_BuildValue("(nn)", (Py_ssize_t)transport->low_water, (Py_ssize_t)transport->high_water);
}

static PyObject *transport_get_write_buffer_size(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSize_t(((qip_transport *)self)->outbox.size);
}

static PyObject *transport_maybe_pause(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return maybe_pause_protocol((qip_transport *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_maybe_resume(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return maybe_resume_protocol((qip_transport *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

/* -- writing -------------------------------------------------------------------------------------------------- */

static bool may_write(qip_transport *transport, const char *after_eof, const char *in_sendfile)
{
    const char *why = transport->eof ? after_eof : transport->empty_waiter ? in_sendfile : NULL;

    if (why)
        PyErr_SetString(PyExc_RuntimeError, why);
    return !why;
}

static int fail_write(qip_transport *transport)
{
    return qip_transport_fail(transport, "Fatal write error on socket transport");
}

/*
 * What became of the data. The rest is done once the caller's buffers are released: protocols, handlers
 * and loggers may well resize them.
 */
typedef enum outcome {
    SENT,
    QUEUED,
    QUEUED_FIRST, /* nothing else waited */
    IN_VAIN,      /* the connection is lost */
    BROKEN,       /* with an exception, which ends the connection */
    REFUSED       /* with an exception, which is the caller's */
} outcome;

static int finish_write(qip_transport *transport, outcome what)
{
    switch (what) {
    case SENT:
        return 0;
    case IN_VAIN:
        return qip_transport_written_in_vain(transport);
    case BROKEN:
        return fail_write(transport);
    case REFUSED:
        return -1;
    case QUEUED:
        return maybe_pause_protocol(transport);
    case QUEUED_FIRST:
        break;
    }
    if (qip_transport_watch(transport, QIP_POLL_WRITE, "_write_ready") == 0)
        return maybe_pause_protocol(transport);
    qip_outbox_clear(&transport->outbox); /* nobody will send it, nor what would be queued behind it */
    return -1;
}

static outcome write_buffer(qip_transport *transport, const Py_buffer *view)
{
    bool was_empty = !transport->outbox.count;
    Py_ssize_t sent = 0;

    if (view->len == 0)
        return SENT;
    if (qip_transport_is_lost(transport))
        return IN_VAIN;
    if (was_empty && (sent = send_now(transport, view->buf, (size_t)view->len)) < 0)
        return BROKEN;
    if (sent == view->len)
        return SENT;
    if (qip_outbox_push(&transport->outbox, view, (size_t)sent) < 0)
        return REFUSED;
    return was_empty ? QUEUED_FIRST : QUEUED;
}

/* A buffer that cannot be sent as it is ends the connection, as with asyncio; a memoryview that was
 * released is the caller's mistake. */
static outcome write_without_buffer(const qip_transport *transport)
{
    if (!PyErr_ExceptionMatches(PyExc_BufferError))
        return REFUSED;
    if (!qip_transport_is_lost(transport))
        return BROKEN;
    PyErr_Clear();
    return IN_VAIN;
}

static PyObject *transport_write(PyObject *self, PyObject *data)
{
    qip_transport *transport = (qip_transport *)self;
    Py_buffer view;
    outcome what;

    if (!PyBytes_Check(data) && !PyByteArray_Check(data) && !PyMemoryView_Check(data)) {
        PyErr_Format(PyExc_TypeError, "data argument must be a bytes-like object, not '%s'",
                     Py_TYPE(data)->tp_name);
        return NULL;
    }
    if (!may_write(transport, "Cannot call write() after write_eof()",
                   "unable to write; sendfile is in progress"))
        return NULL;
    Py_INCREF(self); /* the caller may give up its own in what is called below */
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        what = write_without_buffer(transport);
    } else {
        what = write_buffer(transport, &view);
        PyBuffer_Release(&view);
    }
    int result = finish_write(transport, what);
    Py_DECREF(self);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

static Py_ssize_t send_views(qip_transport *transport, const Py_buffer *views, Py_ssize_t count)
{
    struct iovec parts[IOV_MAX];
    size_t used = count < IOV_MAX ? (size_t)count : IOV_MAX;

    for (size_t i = 0; i < used; i++)
        parts[i] = (struct iovec){.iov_base = views[i].buf, .iov_len = (size_t)views[i].len};
    return send_parts(transport, parts, used);
}

static int queue_views(qip_transport *transport, const Py_buffer *views, Py_ssize_t count, size_t sent)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        size_t skip = sent < (size_t)views[i].len ? sent : (size_t)views[i].len;
        sent -= skip;
        if (qip_outbox_push(&transport->outbox, &views[i], skip) < 0)
            return -1;
    }
    return 0;
}

static outcome write_views(qip_transport *transport, const Py_buffer *views, Py_ssize_t count)
{
    bool was_empty = !transport->outbox.count;
    Py_ssize_t sent = 0;

    if (qip_transport_is_lost(transport))
        return IN_VAIN;
    if (was_empty && (sent = send_views(transport, views, count)) < 0)
        return BROKEN;
    if (queue_views(transport, views, count, (size_t)sent) < 0)
        return REFUSED;
    if (!transport->outbox.count)
        return SENT;
    return was_empty ? QUEUED_FIRST : QUEUED;
}

/* All pieces are looked at before the first is sent: one that is none is an error of the caller's. */
static int write_pieces(qip_transport *transport, PyObject *const *pieces, Py_ssize_t count)
{
    Py_buffer *views = PyMem_New(Py_buffer, (size_t)count);
    Py_ssize_t known = 0;

    if (!count) {
        PyMem_Free(views);
        return 0;
    }
    if (!views) {
        PyErr_NoMemory();
        return -1;
    }
    while (known < count && PyObject_GetBuffer(pieces[known], &views[known], PyBUF_SIMPLE) == 0)
        known++;
    outcome what = known < count ? REFUSED : write_views(transport, views, count);
    for (Py_ssize_t i = 0; i < known; i++)
        PyBuffer_Release(&views[i]);
    PyMem_Free(views);
    return finish_write(transport, what);
}

static bool may_write_lines(qip_transport *transport)
{
#if QIP_HAS_VECTORED_TRANSPORTS
    return may_write(transport, "Cannot call writelines() after write_eof()",
                     "unable to writelines; sendfile is in progress");
#else
    return may_write(transport, "Cannot call write() after write_eof()",
                     "unable to write; sendfile is in progress");
#endif
}

/* In a tuple that nobody can change while the buffers are asked for, which may run code of Python's. */
static PyObject *gather_pieces(PyObject *list)
{
    PyObject *pieces = PySequence_Fast(list,
                                       "writelines() wants an iterable of bytes-like objects");

    if (pieces && !PyTuple_Check(pieces))
        Py_SETREF(pieces, PyList_AsTuple(pieces));
    return pieces;
}

static PyObject *transport_writelines(PyObject *self, PyObject *list)
{
    qip_transport *transport = (qip_transport *)self;

    if (!may_write_lines(transport))
        return NULL;
    Py_INCREF(self);
    PyObject *pieces = gather_pieces(list); /* Beware: may run an iterator, which may do anything */
    int result = -1;
    if (pieces && may_write_lines(transport))
        result = write_pieces(transport, PySequence_Fast_ITEMS(pieces), PyTuple_GET_SIZE(pieces));
    Py_XDECREF(pieces);
    Py_DECREF(self);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* -- when the socket takes more --------------------------------------------------------------------------------- */

/* The queue has become empty: what was put off until then. */
static int drained(qip_transport *transport)
{
    if (qip_transport_unwatch(transport, QIP_POLL_WRITE) < 0 ||
        qip_transport_settle_waiter(transport, NULL) < 0)
        return -1;
    if (transport->closing)
        return qip_transport_lose(transport, Py_None);
    return transport->eof ? shut_down_writing(transport) : 0;
}

static int write_failed(qip_transport *transport)
{
    if (qip_transport_must_raise())
        return -1;
    PyObject *error = qip_take_exception();
    int result = qip_transport_unwatch(transport, QIP_POLL_WRITE);
    qip_outbox_clear(&transport->outbox);
    if (result == 0) {
        qip_give_exception(Py_NewRef(error));
        result = fail_write(transport);
    }
    if (result == 0)
        result = qip_transport_settle_waiter(transport, error);
    Py_DECREF(error);
    return result;
}

static int write_ready(qip_transport *transport)
{
    if (!transport->outbox.count)
        return qip_transport_unwatch(transport, QIP_POLL_WRITE);
    Py_ssize_t sent = send_queue(transport);
    if (sent < 0)
        return write_failed(transport);
    if (sent == 0)
        return 0;
    qip_outbox_consume(&transport->outbox, (size_t)sent);
    if (maybe_resume_protocol(transport) < 0) /* Beware: the protocol may write, close, abort */
        return -1;
    return transport->outbox.count || !transport->sock || transport->conn_lost ? 0
                                                                               : drained(transport);
}

static PyObject *transport_write_ready(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (qip_transport_is_lost(transport))
        Py_RETURN_NONE;
    Py_INCREF(self);
    int result = write_ready(transport);
    Py_DECREF(self);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* -- the end of writing -------------------------------------------------------------------------------------------- */

static PyObject *transport_write_eof(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (transport->closing || transport->eof)
        Py_RETURN_NONE;
    transport->eof = true;
    if (!transport->outbox.count && shut_down_writing(transport) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *transport_can_write_eof(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_TRUE;
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_transport_write_methods[] = {
    {"write", transport_write, METH_O,
     PyDoc_STR("write($self, data, /)\n--\n\n"
               "Sends data, now if possible, and keeps what cannot be sent yet.")},
    {"writelines", transport_writelines, METH_O,
     PyDoc_STR("writelines($self, list_of_data, /)\n--\n\n"
               "write() for an iterable, in one go.")},
    {"write_eof", transport_write_eof, METH_NOARGS,
     PyDoc_STR("write_eof($self, /)\n--\n\n"
               "Closes the sending half once everything is written.")},
    {"can_write_eof", transport_can_write_eof, METH_NOARGS,
     PyDoc_STR("can_write_eof($self, /)\n--\n\n"
               "True.")},
    {"get_write_buffer_size", transport_get_write_buffer_size, METH_NOARGS,
     PyDoc_STR("get_write_buffer_size($self, /)\n--\n\n"
               "How many bytes wait to be written.")},
    {"get_write_buffer_limits", transport_get_write_buffer_limits, METH_NOARGS,
     PyDoc_STR("get_write_buffer_limits($self, /)\n--\n\n"
               "The marks (low, high) of write flow control, in bytes.")},
    {"set_write_buffer_limits", FAST(transport_set_write_buffer_limits), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("set_write_buffer_limits($self, high=None, low=None)\n--\n\n"
               "Sets the marks of write flow control, in bytes.")},
    {"_set_write_buffer_limits", FAST(transport_set_limits_only), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_maybe_pause_protocol", transport_maybe_pause, METH_NOARGS, NULL},
    {"_maybe_resume_protocol", transport_maybe_resume, METH_NOARGS, NULL},
    {"_write_ready", transport_write_ready, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
