/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of what is written: sent at once if nothing waits, else queued, and what waits leaves when the
 * socket takes more. The queue is in transport_outbox.c, and transport_send.c sends.
 */
#include "streams/transport.h"

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
        return qip_transport_maybe_pause(transport);
    case QUEUED_FIRST:
        break;
    }
    if (qip_transport_watch(transport, QIP_POLL_WRITE, "_write_ready") == 0)
        return qip_transport_maybe_pause(transport);
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
    if (was_empty && (sent = qip_transport_send(transport, view->buf, (size_t)view->len)) < 0)
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
    return qip_transport_send_parts(transport, parts, used);
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
    return transport->eof ? qip_transport_shut_down(transport) : 0;
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
    Py_ssize_t sent = qip_transport_send_queue(transport);
    if (sent < 0)
        return write_failed(transport);
    if (sent == 0)
        return 0;
    qip_outbox_consume(&transport->outbox, (size_t)sent);
    if (qip_transport_maybe_resume(transport) < 0) /* Beware: the protocol may write, close, abort */
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
    if (!transport->outbox.count && qip_transport_shut_down(transport) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *transport_can_write_eof(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_TRUE;
}

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
    {"_write_ready", transport_write_ready, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
