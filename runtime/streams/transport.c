/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The type _qi.StreamTransport: asyncio's transport of stream sockets, in C. Its life and its attributes.
 *
 * It behaves as asyncio.selector_events._SelectorSocketTransport does, private attributes included since
 * sslproto, sendfile() and others use them, and answers to that name: __class__ is asyncio's class. It is
 * no subclass, whose slots would be carried along with the structure that replaces them.
 *
 * The loop uses it for plain sockets when it polls by itself (see _loop/loop.py); else asyncio's own class.
 */
#include "streams/transport.h"
#include "streams/setup.h"

#include <structmember.h>

enum { MAX_READ = 256 * 1024, HIGH_WATER = 64 * 1024 };

/* -- the protocol --------------------------------------------------------------------------------------------- */

static PyObject *transport_set_protocol(PyObject *self, PyObject *protocol)
{
    return qip_transport_set_protocol((qip_transport *)self, protocol) < 0 ? NULL
                                                                           : Py_NewRef(Py_None);
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
    Py_VISIT(transport->context);
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
    Py_CLEAR(transport->context);
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

/* That of asyncio's, as long as the module has it: warnings of transports that nobody has closed come after that. */
static PyObject *get_class(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *stock = qip_streams_refs.stock_transport;
    return Py_NewRef(stock ? stock : (PyObject *)Py_TYPE(self));
}

static PyObject *get_buffer(PyObject *self, void *Py_UNUSED(closure))
{
    return qip_outbox_view(&((qip_transport *)self)->outbox);
}

static PyObject *get_sock(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *sock = ((qip_transport *)self)->sock;
    return Py_NewRef(sock ? sock : Py_None);
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
    {"set_protocol", transport_set_protocol, METH_O,
     PyDoc_STR("set_protocol($self, protocol, /)\n--\n\n"
               "Gives it another protocol.")},
    {"get_protocol", transport_get_protocol, METH_NOARGS,
     PyDoc_STR("get_protocol($self, /)\n--\n\n"
               "The present protocol.")},
    {"get_extra_info", FAST(transport_get_extra_info), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("get_extra_info($self, name, default=None)\n--\n\n"
               "What is known of the connection: socket, sockname, peername.")},
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
    OBJECT("_context", context),
    OBJECT("_empty_waiter", empty_waiter),
    FLAG("_closing", closing),
    FLAG("_paused", paused),
    FLAG("_eof", eof),
    FLAG("_protocol_paused", protocol_paused),
    FLAG("_protocol_connected", protocol_connected),
    {"_sock_fd", T_INT, offsetof(qip_transport, fd), READONLY, NULL},
    {"_buffer_size", T_PYSSIZET, offsetof(qip_transport, outbox.size), READONLY, NULL},
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
    {"_sock", get_sock, qip_transport_set_sock, NULL, NULL},
    {"_read_ready_cb", get_read_ready_cb, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* -- the type --------------------------------------------------------------------------------------------------------- */

static PyMethodDef *join_methods(void)
{
    const PyMethodDef *rooms[] = {own_methods, qip_transport_end_methods, qip_transport_read_methods,
                                  qip_transport_flow_methods, qip_transport_write_methods};
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
        {Py_tp_init, qip_transport_begin},
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

    qip_streams_refs.transport_type = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (!qip_streams_refs.transport_type || copy_marks() < 0)
        return -1;
    return PyModule_AddType(module, (PyTypeObject *)qip_streams_refs.transport_type);
}
