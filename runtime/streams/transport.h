/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rooms of the stream transport share. GIL: held everywhere.
 *
 *   transport.c        the type and its attributes
 *   transport_begin.c  how one begins: __init__()
 *   transport_end.c    how a connection ends: close(), abort(), errors
 *   transport_landing.c  where large messages land
 *   transport_read.c   from the socket to the protocol, and pausing that
 *   transport_write.c  from write() to the queue and the socket, half-close
 *   transport_flow.c   flow control of what is written
 *   transport_send.c   sending what the socket takes
 *
 * Whatever calls the protocol, the loop or a logger may come back after anything has happened: the
 * connection may be lost (then `loop`, `sock` and `protocol` are NULL), closing, or have another protocol.
 */
#ifndef QIP_STREAMS_TRANSPORT_H
#define QIP_STREAMS_TRANSPORT_H

#include <Python.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "loop/loop_p.h"

/* A stretch of bytes that waits to be written, inside of an immutable object. */
typedef struct qip_chunk {
    PyObject *owner;
    const char *data;
    size_t size;
} qip_chunk;

/* The chunks, in a ring; `size` is how many bytes they are. */
typedef struct qip_outbox {
    qip_chunk *chunks;
    size_t head, count, capacity;
    size_t size;
} qip_outbox;

/* What the room owns: its type, and what of asyncio it calls or stands for. */
typedef struct qip_streams_types {
    PyObject *transport_type;    /* _qi.StreamTransport */
    PyObject *selector_events;   /* the module asyncio.selector_events */
    PyObject *stock_transport;   /* its _SelectorSocketTransport */
    PyObject *stock_accept;      /* its BaseSelectorEventLoop._accept_connection */
    PyObject *stock_accept2;     /* and _accept_connection2 */
    PyObject *transport_socket;  /* asyncio.trsock.TransportSocket */
    PyObject *buffered_protocol; /* asyncio.BufferedProtocol */
    PyObject *set_result_softly; /* asyncio.futures._set_result_unless_cancelled */
    PyObject *socket_class;      /* socket.socket */
    PyObject *socket_fileno;     /* _socket.socket.fileno */
    PyObject *name_data_received; /* "data_received", and so on: names of methods that are called a lot */
    PyObject *name_get_buffer;
    PyObject *name_buffer_updated;
    PyObject *name_call_soon;
    PyObject *context_names; /* ("context",): the only keyword of such a call */
    PyObject *spare;         /* where a large message may land, or NULL: transport_landing.c */
} qip_streams_types;

extern qip_streams_types qip_streams_refs;

/* False with RuntimeError: the module has let go of those already, at Python's end, and somebody's __del__() still runs. */
bool qip_streams_have_refs(void);

typedef struct qip_transport {
    PyObject_HEAD
    PyObject *dict;
    PyObject *weakrefs;
    qip_loop *loop;     /* NULL once the connection is lost */
    PyObject *sock;     /* the same */
    PyObject *protocol; /* the same */
    PyObject *server;   /* NULL: none, or left */
    PyObject *extra;    /* what get_extra_info() knows */
    PyObject *context; /* all of its callbacks run in it; NULL: in copies of whatever is the current one */
    PyObject *empty_waiter; /* a future that waits for the queue to be empty, for sendfile(); or NULL */
    int fd;
    unsigned conn_lost; /* > 0: connection_lost() is on its way; counts what is written in vain, too */
    bool closing;
    bool paused; /* reading is paused */
    bool eof;    /* write_eof() was called */
    bool buffered;
    bool wrapped; /* somebody has put an object into _sock that is no plain socket: it is asked */
    bool protocol_paused;    /* pause_writing() was called last */
    bool protocol_connected; /* it has a protocol, which will be told connection_lost() */
    Py_ssize_t max_size;     /* how much one read takes at most */
    size_t expected;         /* how much the next read is likely to find; 0: little */
    size_t longest_short;    /* the longest of the last reads that found less than half of it */
    unsigned short_reads;    /* how many those are */
    size_t high_water, low_water;
    qip_outbox outbox;
} qip_transport;

/* -- transport_socket.c ------------------------------------------------------------------------------ */

/*
 * The socket's descriptor; -1 with errno set if somebody else has closed or detached the socket. Not for
 * a transport that is `wrapped`.
 */
int qip_transport_fd(qip_transport *transport);

/* True if the exception that is set says that nothing can be read or written now; it is cleared then. */
bool qip_transport_would_block(void);

static inline bool qip_transport_is_lost(const qip_transport *transport)
{
    return transport->conn_lost || !transport->sock;
}

/* Watches in one direction with a method of the transport, or not any more. 0, or -1 with an exception. */
int qip_transport_watch(qip_transport *transport, unsigned direction, const char *method);
int qip_transport_unwatch(qip_transport *transport, unsigned direction);
/* The same with any callback, and with arguments. */
int qip_transport_watch_with(qip_transport *transport, unsigned direction, PyObject *callback,
                             PyObject *const *args, Py_ssize_t count);

/* True if the exception that is set ends the run rather than the connection. */
bool qip_transport_must_raise(void);

/* 0 for the result of a call, which is released, and -1 for NULL, which means an exception. */
static inline int qip_result_of(PyObject *result)
{
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* -- transport_outbox.c ------------------------------------------------------------------------------ */

static inline qip_chunk *qip_outbox_at(const qip_outbox *outbox, size_t index)
{
    return &outbox->chunks[(outbox->head + index) % outbox->capacity];
}

/* Queues the end of an object's bytes, from `skip` on; `view` shows all of them. 0, or -1 with an exception. */
int qip_outbox_push(qip_outbox *outbox, const Py_buffer *view, size_t skip);
/* Removes the first bytes, which are sent. */
void qip_outbox_consume(qip_outbox *outbox, size_t sent);
/* Throws away what waits to be written. Beware: may run any code. */
void qip_outbox_clear(qip_outbox *outbox);
/* What Python sees as _buffer: a copy, of the kind that this version of asyncio has. */
PyObject *qip_outbox_view(const qip_outbox *outbox);

/* -- transport_send.c -------------------------------------------------------------------------------- */

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

/* How much was sent: 0 if the socket takes nothing now; -1 with an exception. At most IOV_MAX parts. */
Py_ssize_t qip_transport_send(qip_transport *transport, const void *data, size_t size);
Py_ssize_t qip_transport_send_parts(qip_transport *transport, struct iovec *parts, size_t count);
Py_ssize_t qip_transport_send_queue(qip_transport *transport);

/* Closes the sending half. 0, or -1 with an exception. */
int qip_transport_shut_down(qip_transport *transport);

/* -- transport_end.c --------------------------------------------------------------------------------- */

/*
 * The exception that is set is the end of the connection: reports it as asyncio does, and aborts. What
 * ends the run stays set. 0, or -1 with an exception.
 */
int qip_transport_fail(qip_transport *transport, const char *message);

/* "protocol.… failed": tells the exception handler of the exception that is set. As above. */
int qip_transport_report(qip_transport *transport, const char *message);

/* asyncio's logger, with `self` as argument. In debug mode only. 0, or -1 with an exception. */
int qip_transport_debug(qip_transport *transport, const char *format);
/* logger.warning("socket.send() raised exception."), once it was often enough. As above. */
int qip_transport_written_in_vain(qip_transport *transport);

/* Tells the future that waits for the queue to be empty, if there is one; `error` NULL: it is. */
int qip_transport_settle_waiter(qip_transport *transport, PyObject *error);

int qip_transport_close(qip_transport *transport);
/* Tells the protocol and lets go of everything. `error` may be None. */
int qip_transport_lose(qip_transport *transport, PyObject *error);

/* loop.call_soon() in the transport's Context, with up to two arguments; `callback` may be NULL, with an exception
 * set, and NULL ends the arguments. 0, or -1 with an exception. */
int qip_transport_call_soon(qip_transport *transport, PyObject *callback, PyObject *first,
                            PyObject *second);
/* Each does nothing the second time. 0, or -1 with an exception. */
int qip_transport_close_socket(qip_transport *transport);
int qip_transport_leave_server(qip_transport *transport);

extern PyMethodDef qip_transport_end_methods[];

/* -- transport_landing.c ----------------------------------------------------------------------------- */

/* A bytes object that nobody else knows, to be received into, and how much there is room for. */
typedef struct qip_landing {
    PyObject *bytes;
    size_t capacity;
} qip_landing;

/* Room for at least so much; `bytes` is NULL with an exception. */
qip_landing qip_landing_take(size_t size);
/* So much has landed, which is what others will see in `bytes`; NULL with an exception. */
void qip_landing_fill(qip_landing *landing, size_t size);
/* Takes it back, for the next message if nobody has kept it. An empty one is fine. */
void qip_landing_give(qip_landing *landing);
/* Takes over a bytes object of whatever size that has done its work, which may serve if nobody else has it. */
void qip_landing_offer(PyObject *bytes);

/* -- transport_read.c -------------------------------------------------------------------------------- */

extern PyMethodDef qip_transport_read_methods[];

/* -- transport_flow.c -------------------------------------------------------------------------------- */

/* The queue has grown, or become shorter: tells the protocol, if it has passed the mark. 0, or -1 with an
 * exception. Beware: the protocol may write, close, abort. */
int qip_transport_maybe_pause(qip_transport *transport);
int qip_transport_maybe_resume(qip_transport *transport);

extern PyMethodDef qip_transport_flow_methods[];

/* -- transport_write.c ------------------------------------------------------------------------------- */

extern PyMethodDef qip_transport_write_methods[];

/* -- transport_begin.c ------------------------------------------------------------------------------- */

/* The type's tp_init, and setters: 0, or -1 with an exception. */
int qip_transport_begin(PyObject *self, PyObject *args, PyObject *keywords);
int qip_transport_set_protocol(qip_transport *transport, PyObject *protocol);
int qip_transport_set_sock(PyObject *self, PyObject *value, void *closure);

/* -- accept.c ---------------------------------------------------------------------------------------- */

/* For qip_loop_add_methods(). */
extern PyMethodDef qip_accept_methods[];

#endif
