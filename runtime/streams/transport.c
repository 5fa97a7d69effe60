/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The type _qi.StreamTransport: asyncio's transport of stream sockets, in C. Its life and its attributes.
 *
 * It behaves as asyncio.selector_events._SelectorSocketTransport does, private attributes included since
 * sslproto, sendfile() and others use them, and answers to that name: __class__ is asyncio's class. It is
 * no subclass, whose slots would be carried along with the structure that replaces them.
 *
 * The loop uses it for plain sockets when it polls by itself (see _loop.py); else asyncio's own class.
 */
#include "streams/transport.h"
#include "streams/setup.h"
#include "python/module.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <structmember.h>
#include <sys/socket.h>

enum { MAX_READ = 256 * 1024, HIGH_WATER = 64 * 1024 };

/* -- reading or not ---------------------------------------------------------------------------------- */

static bool is_reading(const qip_transport *transport)
{
    return !transport->closing && !transport->paused && transport->sock;
}

/* _add_reader(fd, callback, *args), which __init__() has called after connection_made(). */
static PyObject *transport_add_reader(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    qip_transport *transport = (qip_transport *)self;

    if (count < 2) {
        PyErr_SetString(PyExc_TypeError, "a file descriptor and a callback are needed");
        return NULL;
    }
    if (is_reading(transport) &&
        qip_transport_watch_with(transport, QIP_POLL_READ, args[1], args + 2, count - 2) < 0)
        return NULL;
    Py_RETURN_NONE;
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

/* -- the protocol --------------------------------------------------------------------------------------------- */

static int set_protocol(qip_transport *transport, PyObject *protocol)
{
    int buffered = PyObject_IsInstance(protocol, qip_streams_refs.buffered_protocol);

    if (buffered < 0)
        return -1;
    transport->buffered = buffered;
    transport->protocol_connected = true;
    Py_XSETREF(transport->protocol, Py_NewRef(protocol));
    return 0;
}

static PyObject *transport_set_protocol(PyObject *self, PyObject *protocol)
{
    return set_protocol((qip_transport *)self, protocol) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_get_protocol(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *protocol = ((qip_transport *)self)->protocol;
    return Py_NewRef(protocol ? protocol : Py_None);
}

static PyObject *transport_get_extra_info(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"name", "default", NULL};
    PyObject *name, *otherwise = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|O:get_extra_info", names, &name, &otherwise))
        return NULL;
    PyObject *extra = ((qip_transport *)self)->extra;
    if (!extra)
        return Py_NewRef(otherwise);
    if (!PyDict_CheckExact(extra))
        return PyObject_CallMethod(extra, "get", "OO", name, otherwise);
    PyObject *value = PyDict_GetItemWithError(extra, name);
    if (!value && PyErr_Occurred())
        return NULL;
    return Py_NewRef(value ? value : otherwise);
}

/* -- beginning -------------------------------------------------------------------------------------------------- */

static PyObject *get_sock(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *sock = ((qip_transport *)self)->sock;
    return Py_NewRef(sock ? sock : Py_None);
}

/* Tests put objects there that play a full or broken socket. */
static int set_sock(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
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

static int transport_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"loop", "sock", "protocol", "waiter", "extra", "server", NULL};
    qip_transport *transport = (qip_transport *)self;
    PyObject *loop, *sock, *protocol, *waiter = Py_None, *extra = Py_None, *server = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OOO|OOO:StreamTransport", names, &loop, &sock,
                                     &protocol, &waiter, &extra, &server))
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
    transport->extra = extra == Py_None ? PyDict_New() : Py_NewRef(extra);
    if (!transport->extra || describe_socket(transport, sock) < 0)
        return -1;
    transport->loop = (qip_loop *)Py_NewRef(loop);
    set_sock(self, sock, NULL);
    PyObject *number = PyObject_CallMethod(sock, "fileno", NULL);
    transport->fd = number ? (int)PyLong_AsLong(number) : -1;
    Py_XDECREF(number);
    if (!number || set_protocol(transport, protocol) < 0 ||
        (server != Py_None && join_server(transport, server) < 0) || enter_map(transport) < 0 ||
        set_nodelay(sock, transport->fd) < 0)
        return -1;
    return schedule_start(transport, waiter);
}

static PyObject *transport_new(PyTypeObject *type, PyObject *Py_UNUSED(args),
                               PyObject *Py_UNUSED(keywords))
{
    qip_transport *transport = (qip_transport *)type->tp_alloc(type, 0);

    if (transport) {
        transport->fd = -1;
        transport->max_size = MAX_READ;
        transport->high_water = HIGH_WATER;
        transport->low_water = HIGH_WATER / 4;
    }
    return (PyObject *)transport;
}

/* -- freeing ------------------------------------------------------------------------------------------------------ */

static int transport_traverse(PyObject *self, visitproc visit, void *arg)
{
    qip_transport *transport = (qip_transport *)self;

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(transport->dict);
    Py_VISIT(transport->loop);
    Py_VISIT(transport->sock);
    Py_VISIT(transport->protocol);
    Py_VISIT(transport->server);
    Py_VISIT(transport->extra);
    Py_VISIT(transport->empty_waiter);
    for (size_t i = 0; i < transport->outbox.count; i++)
        Py_VISIT(
            transport->outbox.chunks[(transport->outbox.head + i) % transport->outbox.capacity].owner);
    return 0;
}

static int transport_clear(PyObject *self)
{
    qip_transport *transport = (qip_transport *)self;

    Py_CLEAR(transport->dict);
    Py_CLEAR(transport->loop);
    Py_CLEAR(transport->sock);
    Py_CLEAR(transport->protocol);
    Py_CLEAR(transport->server);
    Py_CLEAR(transport->extra);
    Py_CLEAR(transport->empty_waiter);
    qip_outbox_clear(&transport->outbox);
    return 0;
}

/* What asyncio's transports do in __del__(). */
static void transport_finalize(PyObject *self)
{
    qip_transport *transport = (qip_transport *)self;
    PyObject *raised = qip_take_exception();

    if (transport->sock) {
        if (PyErr_ResourceWarning(self, 1, "unclosed transport %R", self) < 0)
            PyErr_WriteUnraisable(self);
        if (qip_transport_close_socket(transport) < 0)
            PyErr_WriteUnraisable(self);
        if (QIP_SERVERS_KNOW_TRANSPORTS && qip_transport_leave_server(transport) < 0)
            PyErr_WriteUnraisable(self);
    }
    qip_give_exception(raised);
}

static void transport_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    qip_transport *transport = (qip_transport *)self;

    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    if (transport->weakrefs)
        PyObject_ClearWeakRefs(self);
    transport_clear(self);
    PyMem_Free(transport->outbox.chunks);
    type->tp_free(self);
    Py_DECREF(type);
}

/* -- the rest of asyncio's interface -------------------------------------------------------------------------------- */

/* "<_SelectorSocketTransport closing fd=7 read=polling write=<idle, bufsize=0>>" */
static PyObject *transport_repr(PyObject *self)
{
    qip_transport *transport = (qip_transport *)self;
    PyObject *class = PyObject_GetAttrString(self, "__class__");
    PyObject *name = class ? PyObject_GetAttrString(class, "__name__") : NULL;
    PyObject *text = NULL;
    const char *state = !transport->sock ? " closed" : transport->closing ? " closing" : "";

    if (name && transport->loop && !transport->loop->closed) {
        bool reads = qip_fd_has(transport->loop, transport->fd, QIP_POLL_READ);
        bool writes = qip_fd_has(transport->loop, transport->fd, QIP_POLL_WRITE);
        text = PyUnicode_FromFormat("<%U%s fd=%d read=%s write=<%s, bufsize=%zu>>", name, state,
                                    transport->fd, reads ? "polling" : "idle",
                                    writes ? "polling" : "idle", transport->outbox.size);
    } else if (name) {
        text = PyUnicode_FromFormat("<%U%s fd=%d>", name, state, transport->fd);
    }
    Py_XDECREF(name);
    Py_XDECREF(class);
    return text;
}

static PyObject *get_class(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return Py_NewRef(qip_streams_refs.stock_transport);
}

static PyObject *get_buffer(PyObject *self, void *Py_UNUSED(closure))
{
    return qip_outbox_view(&((qip_transport *)self)->outbox);
}

/* What close() takes away in asyncio's own. */
static PyObject *get_read_ready_cb(PyObject *self, void *Py_UNUSED(closure))
{
    if (((qip_transport *)self)->closing)
        Py_RETURN_NONE;
    return PyObject_GetAttrString(self, "_read_ready");
}

/* _make_empty_waiter(): a future that sendfile() waits for before it takes the socket over. */
static PyObject *transport_make_empty_waiter(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;

    if (transport->empty_waiter || !transport->loop) {
        PyErr_SetString(PyExc_RuntimeError, transport->loop ? "Empty waiter is already set"
                                                            : "the transport is closed");
        return NULL;
    }
    PyObject *waiter = PyObject_CallMethod((PyObject *)transport->loop, "create_future", NULL);
    if (!waiter)
        return NULL;
    Py_XSETREF(transport->empty_waiter, Py_NewRef(waiter));
    if (!transport->outbox.count &&
        qip_result_of(PyObject_CallMethod(waiter, "set_result", "O", Py_None)) < 0)
        Py_CLEAR(waiter);
    return waiter;
}

static PyObject *transport_reset_empty_waiter(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_CLEAR(((qip_transport *)self)->empty_waiter);
    Py_RETURN_NONE;
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

static PyMethodDef own_methods[] = {
    {"is_reading", transport_is_reading, METH_NOARGS,
     PyDoc_STR("is_reading($self, /)\n--\n\n"
               "True if data is being received.")},
    {"pause_reading", transport_pause_reading, METH_NOARGS,
     PyDoc_STR("pause_reading($self, /)\n--\n\n"
               "Receives nothing for now.")},
    {"resume_reading", transport_resume_reading, METH_NOARGS,
     PyDoc_STR("resume_reading($self, /)\n--\n\n"
               "Receives again.")},
    {"set_protocol", transport_set_protocol, METH_O,
     PyDoc_STR("set_protocol($self, protocol, /)\n--\n\n"
               "Gives it another protocol.")},
    {"get_protocol", transport_get_protocol, METH_NOARGS,
     PyDoc_STR("get_protocol($self, /)\n--\n\n"
               "The present protocol.")},
    {"get_extra_info", FAST(transport_get_extra_info), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("get_extra_info($self, name, default=None)\n--\n\n"
               "What is known of the connection: socket, sockname, peername.")},
    {"_add_reader", FAST(transport_add_reader), METH_FASTCALL, NULL},
    {"_make_empty_waiter", transport_make_empty_waiter, METH_NOARGS, NULL},
    {"_reset_empty_waiter", transport_reset_empty_waiter, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

#define OBJECT(name, field)                                                                        \
    {                                                                                              \
        name, T_OBJECT, offsetof(qip_transport, field), READONLY, NULL                             \
    }
#define FLAG(name, field)                                                                          \
    {                                                                                              \
        name, T_BOOL, offsetof(qip_transport, field), READONLY, NULL                               \
    }
static PyMemberDef transport_members[] = {
    OBJECT("_loop", loop),
    OBJECT("_protocol", protocol),
    OBJECT("_server", server),
    OBJECT("_extra", extra),
    OBJECT("_empty_waiter", empty_waiter),
    FLAG("_closing", closing),
    FLAG("_paused", paused),
    FLAG("_eof", eof),
    FLAG("_protocol_paused", protocol_paused),
    FLAG("_protocol_connected", protocol_connected),
    {"_sock_fd", T_INT, offsetof(qip_transport, fd), READONLY, NULL},
    {"_conn_lost", T_UINT, offsetof(qip_transport, conn_lost), READONLY, NULL},
    {"_high_water", T_PYSSIZET, offsetof(qip_transport, high_water), READONLY, NULL},
    {"_low_water", T_PYSSIZET, offsetof(qip_transport, low_water), READONLY, NULL},
    {"max_size", T_PYSSIZET, offsetof(qip_transport, max_size), 0, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(qip_transport, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(qip_transport, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef transport_getset[] = {
    {"__class__", get_class, NULL, NULL, NULL},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {"_buffer", get_buffer, NULL, NULL, NULL},
    {"_sock", get_sock, set_sock, NULL, NULL},
    {"_read_ready_cb", get_read_ready_cb, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* -- the type --------------------------------------------------------------------------------------------------------- */

static PyMethodDef *join_methods(void)
{
    const PyMethodDef *rooms[] = {own_methods, qip_transport_end_methods,
                                  qip_transport_read_methods, qip_transport_write_methods};
    static PyMethodDef all[40];
    size_t count = 0;

    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        for (const PyMethodDef *method = rooms[room]; method->ml_name; method++) {
            if (count == sizeof all / sizeof *all - 1)
                Py_FatalError("the method table of _qi.StreamTransport is too small");
            all[count++] = *method;
        }
    }
    return all;
}

static PyObject *take(const char *module, const char *name)
{
    PyObject *from = PyImport_ImportModule(module);
    PyObject *value = from ? PyObject_GetAttrString(from, name) : NULL;

    Py_XDECREF(from);
    return value;
}

static int import_stock(void)
{
    PyObject *stock_loop = take("asyncio.selector_events", "BaseSelectorEventLoop");
    PyObject *c_socket = take("_socket", "socket");

    if (stock_loop && c_socket) {
        qip_streams_refs.selector_events = PyImport_ImportModule("asyncio.selector_events");
        qip_streams_refs.stock_transport = take("asyncio.selector_events",
                                                "_SelectorSocketTransport");
        qip_streams_refs.stock_accept = PyObject_GetAttrString(stock_loop, "_accept_connection");
        qip_streams_refs.stock_accept2 = PyObject_GetAttrString(stock_loop, "_accept_connection2");
        qip_streams_refs.transport_socket = take("asyncio.trsock", "TransportSocket");
        qip_streams_refs.buffered_protocol = take("asyncio.protocols", "BufferedProtocol");
        qip_streams_refs.set_result_softly = take("asyncio.futures",
                                                  "_set_result_unless_cancelled");
        qip_streams_refs.socket_class = take("socket", "socket");
        qip_streams_refs.socket_fileno = PyObject_GetAttrString(c_socket, "fileno");
        qip_streams_refs.name_data_received = PyUnicode_InternFromString("data_received");
        qip_streams_refs.name_get_buffer = PyUnicode_InternFromString("get_buffer");
        qip_streams_refs.name_buffer_updated = PyUnicode_InternFromString("buffer_updated");
        qip_streams_refs.name_call_soon = PyUnicode_InternFromString("call_soon");
    }
    Py_XDECREF(c_socket);
    Py_XDECREF(stock_loop);
    if (PyErr_Occurred())
        return -1;
    if (!Py_IS_TYPE(qip_streams_refs.socket_fileno, &PyMethodDescr_Type)) {
        PyErr_SetString(PyExc_ImportError, "_socket.socket.fileno is not a method of a C type");
        return -1;
    }
    return 0;
}

/* On the class, so that an instance may have its own. */
static int copy_marks(void)
{
    static const char *const marks[] = {"_start_tls_compatible", "_sendfile_compatible"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        PyObject *value = PyObject_GetAttrString(qip_streams_refs.stock_transport, marks[i]);
        int result = value ? PyObject_SetAttrString(qip_streams_refs.transport_type, marks[i], value)
                           : -1;
        Py_XDECREF(value);
        if (result < 0)
            return -1;
    }
    return 0;
}

int qip_transport_setup(PyObject *module)
{
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)PyDoc_STR("The transport of a stream socket; see asyncio.Transport.")},
        {Py_tp_new, transport_new},
        {Py_tp_init, transport_init},
        {Py_tp_dealloc, transport_dealloc},
        {Py_tp_finalize, transport_finalize},
        {Py_tp_traverse, transport_traverse},
        {Py_tp_clear, transport_clear},
        {Py_tp_repr, transport_repr},
        {Py_tp_methods, join_methods()},
        {Py_tp_members, transport_members},
        {Py_tp_getset, transport_getset},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "_qi.StreamTransport",
        .basicsize = sizeof(qip_transport),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
    };

    qip_module_keep(qip_streams_refs);
    if (import_stock() < 0)
        return -1;
    qip_streams_refs.transport_type = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (!qip_streams_refs.transport_type || copy_marks() < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_streams_refs.transport_type);
}
