/* SPDX-License-Identifier: BSD-3-Clause */
/* What the room keeps in the module: its type, and what of asyncio's own it calls or stands for. */
#include "python/module.h"
#include "streams/setup.h"
#include "streams/transport.h"

qip_streams_types qip_streams_refs;

bool qip_streams_have_refs(void)
{
    /* The first of them that goes. */
    const bool have = qip_streams_refs.transport_type != NULL;

    if (!have)
        PyErr_SetString(PyExc_RuntimeError, "Python ends: the module _qi is gone already");
    return have;
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
        qip_streams_refs.context_names = Py_BuildValue("(s)", "context");
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

int qip_stock_setup(PyObject *Py_UNUSED(module))
{
    qip_module_keep(qip_streams_refs);
    return import_stock();
}
