/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a connection ends: by close(), by abort(), by an error, and what is told to whom then.
 *
 * connection_lost() is always called in an iteration of its own, as in asyncio: close() and abort() only
 * schedule it. All that calls out may come back to a transport that somebody else has ended meanwhile.
 */
#include "streams/transport.h"

enum { LOG_THRESHOLD = 5 };

/* -- the log ---------------------------------------------------------------------------------------------- */

/* The names are looked up at each call: tests and others put their own logger there. */
static int log_with(qip_transport *transport, const char *level, PyObject *args, PyObject *keywords)
{
    PyObject *module = transport->loop ? qip_streams_refs.selector_events : NULL;
    PyObject *logger = module && args ? PyObject_GetAttrString(module, "logger") : NULL;
    PyObject *method = logger ? PyObject_GetAttrString(logger, level) : NULL;
    PyObject *result = method ? PyObject_Call(method, args, keywords) : NULL;

    Py_XDECREF(method);
    Py_XDECREF(logger);
    Py_XDECREF(args);
    return module ? qip_result_of(result) : 0;
}

int qip_transport_debug(qip_transport *transport, const char *format)
{
    if (!transport->loop || !transport->loop->debug)
        return 0;
    return log_with(transport, "debug", Py_BuildValue("(sO)", format, (PyObject *)transport), NULL);
}

int qip_transport_written_in_vain(qip_transport *transport)
{
    int result = 0;

    if (transport->conn_lost >= LOG_THRESHOLD)
        result = log_with(transport, "warning",
                          Py_BuildValue("(s)", "socket.send() raised exception."), NULL);
    transport->conn_lost++;
    return result;
}

/* -- failing ---------------------------------------------------------------------------------------------- */

static int call_exception_handler(qip_transport *transport, const char *message, PyObject *error)
{
    PyObject *loop = Py_XNewRef((PyObject *)transport->loop);
    PyObject *protocol = transport->protocol ? transport->protocol : Py_None;

    if (!loop) /* lost meanwhile, and nobody to tell */
        return 0;
    PyObject *context = Py_BuildValue("{s:s,s:O,s:O,s:O}", "message", message, "exception", error,
                                      "transport", (PyObject *)transport, "protocol", protocol);
    PyObject *result = context ? PyObject_CallMethod(loop, "call_exception_handler", "(O)", context)
                               : NULL;
    Py_XDECREF(context);
    Py_DECREF(loop);
    return qip_result_of(result);
}

int qip_transport_report(qip_transport *transport, const char *message)
{
    if (qip_transport_must_raise())
        return -1;
    PyObject *error = qip_take_exception();
    int result = call_exception_handler(transport, message, error);
    Py_DECREF(error);
    return result;
}

static int log_failure(qip_transport *transport, const char *message, PyObject *error)
{
    if (!transport->loop || !transport->loop->debug)
        return 0;
    PyObject *keywords = Py_BuildValue("{s:O}", "exc_info", error);
    if (!keywords)
        return -1;
    int result = log_with(transport, "debug",
                          Py_BuildValue("(sOs)", "%r: %s", (PyObject *)transport, message), keywords);
    Py_DECREF(keywords);
    return result;
}

int qip_transport_call_soon(qip_transport *transport, PyObject *callback, PyObject *first,
                            PyObject *second)
{
    PyObject *stack[6] = {NULL, (PyObject *)transport->loop, callback, first, second};
    PyObject *name = qip_streams_refs.name_call_soon, *names = NULL;
    size_t count = first ? second ? 4 : 3 : 2;

    if (!callback || !qip_streams_have_refs())
        return -1;
    if (transport->context) {
        stack[1 + count] = transport->context;
        names = qip_streams_refs.context_names;
    }
    return qip_result_of(
        PyObject_VectorcallMethod(name, stack + 1, count | PY_VECTORCALL_ARGUMENTS_OFFSET, names));
}

static int call_own_soon(qip_transport *transport, const char *method, PyObject *argument)
{
    PyObject *callback = PyObject_GetAttrString((PyObject *)transport, method);
    int result = qip_transport_call_soon(transport, callback, argument, NULL);

    Py_XDECREF(callback);
    return result;
}

/* The rest of close() and abort(): no more reading, and connection_lost() in the next iteration. */
static int force_close(qip_transport *transport, PyObject *error)
{
    if (qip_transport_is_lost(transport))
        return 0;
    transport->conn_lost++;
    bool was_closing = transport->closing;
    transport->closing = true;
    qip_outbox_clear(&transport->outbox);
    /* Also if nothing waited: resume_writing() is called before an empty queue is seen to. */
    if (qip_transport_unwatch(transport, QIP_POLL_WRITE) < 0)
        return -1;
    if (!was_closing && qip_transport_unwatch(transport, QIP_POLL_READ) < 0)
        return -1;
    return transport->loop ? call_own_soon(transport, "_call_connection_lost", error) : 0;
}

static int fail_with(qip_transport *transport, PyObject *error, const char *message)
{
    int result = PyErr_GivenExceptionMatches(error, PyExc_OSError)
                     ? log_failure(transport, message, error)
                     : call_exception_handler(transport, message, error);

    return result < 0 ? -1 : force_close(transport, error);
}

int qip_transport_fail(qip_transport *transport, const char *message)
{
    if (qip_transport_must_raise())
        return -1;
    PyObject *error = qip_take_exception();
    int result = fail_with(transport, error, message);
    Py_DECREF(error);
    return result;
}

/* -- ending ------------------------------------------------------------------------------------------------- */

int qip_transport_close(qip_transport *transport)
{
    if (transport->closing || !transport->loop)
        return 0;
    transport->closing = true;
    if (qip_transport_unwatch(transport, QIP_POLL_READ) < 0)
        return -1;
    if (transport->outbox.count || qip_transport_is_lost(transport))
        return 0;
    transport->conn_lost++;
    if (qip_transport_unwatch(transport, QIP_POLL_WRITE) < 0)
        return -1;
    return transport->loop ? call_own_soon(transport, "_call_connection_lost", Py_None) : 0;
}

int qip_transport_leave_server(qip_transport *transport)
{
    PyObject *server = transport->server;

    transport->server = NULL;
    if (!server)
        return 0;
    PyObject *self = QIP_SERVERS_KNOW_TRANSPORTS ? (PyObject *)transport : NULL;
    PyObject *detach = PyObject_GetAttrString(server, "_detach");
    PyObject *result = detach ? PyObject_CallFunctionObjArgs(detach, self, NULL) : NULL;
    Py_XDECREF(detach);
    Py_DECREF(server);
    return qip_result_of(result);
}

int qip_transport_close_socket(qip_transport *transport)
{
    PyObject *sock = transport->sock;

    transport->sock = NULL;
    PyObject *result = sock ? PyObject_CallMethod(sock, "close", NULL) : Py_NewRef(Py_None);
    Py_XDECREF(sock);
    return qip_result_of(result);
}

int qip_transport_settle_waiter(qip_transport *transport, PyObject *error)
{
    if (!transport->empty_waiter)
        return 0;
    PyObject *waiter = Py_NewRef(transport->empty_waiter);
    PyObject *done = PyObject_CallMethod(waiter, "done", NULL);
    PyObject *result = NULL;

    if (done == Py_True)
        result = Py_NewRef(Py_None);
    else if (done)
        result = error ? PyObject_CallMethod(waiter, "set_exception", "(O)", error)
                       : PyObject_CallMethod(waiter, "set_result", "O", Py_None);
    Py_XDECREF(done);
    Py_DECREF(waiter);
    return qip_result_of(result);
}

static int fail_empty_waiter(qip_transport *transport)
{
    if (!transport->empty_waiter)
        return 0;
    PyObject *error = PyObject_CallFunction(PyExc_ConnectionError, "s",
                                            "Connection is closed by peer");
    int result = error ? qip_transport_settle_waiter(transport, error) : -1;
    Py_XDECREF(error);
    return result;
}

/* Does one step of an ending whatever the steps before it have raised; the first exception is kept. */
static void step(qip_transport *transport, int (*what)(qip_transport *), PyObject **first)
{
    if (what(transport) == 0)
        return;
    PyObject *raised = qip_take_exception();
    if (*first)
        Py_XDECREF(raised);
    else
        *first = raised;
}

int qip_transport_lose(qip_transport *transport, PyObject *error)
{
    PyObject *first = NULL, *protocol = transport->protocol;

    if (!transport->loop)
        return 0;
    if (!transport->conn_lost)
        transport->conn_lost++; /* whatever is written from now on is written in vain */
    transport->closing = true;
    if (transport->protocol_connected && protocol) {
        Py_INCREF(protocol);
        PyObject *result = PyObject_CallMethod(protocol, "connection_lost", "(O)", error);
        if (!result)
            first = qip_take_exception();
        Py_XDECREF(result);
        Py_DECREF(protocol);
    }
    step(transport, qip_transport_close_socket, &first);
    Py_CLEAR(transport->protocol);
    step(transport, qip_transport_leave_server, &first);
    step(transport, fail_empty_waiter, &first);
    qip_outbox_clear(&transport->outbox);
    Py_CLEAR(transport->loop);
    qip_give_exception(first);
    return first ? -1 : 0;
}

static PyObject *transport_close(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return qip_transport_close((qip_transport *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_abort(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return force_close((qip_transport *)self, Py_None) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_force_close(PyObject *self, PyObject *error)
{
    return force_close((qip_transport *)self, error) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_fatal_error(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"exc", "message", NULL};
    const char *message = "Fatal error on transport";
    PyObject *error;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|s:_fatal_error", names, &error, &message))
        return NULL;
    return fail_with((qip_transport *)self, error, message) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_call_connection_lost(PyObject *self, PyObject *error)
{
    return qip_transport_lose((qip_transport *)self, error) < 0 ? NULL : Py_NewRef(Py_None);
}

/* _call_soon(callback, *args) */
static PyObject *transport_call_soon(PyObject *self, PyObject *args)
{
    qip_transport *transport = (qip_transport *)self;
    PyObject *loop = transport->loop ? Py_NewRef((PyObject *)transport->loop) : NULL;
    PyObject *method = loop && qip_streams_have_refs()
                           ? PyObject_GetAttr(loop, qip_streams_refs.name_call_soon)
                           : NULL;
    PyObject *context = transport->context ? transport->context : Py_None;
    PyObject *keywords = method ? Py_BuildValue("{s:O}", "context", context) : NULL;
    PyObject *handle = keywords ? PyObject_Call(method, args, keywords) : NULL;

    if (!loop)
        PyErr_SetString(PyExc_RuntimeError, "the transport is closed");
    Py_XDECREF(keywords);
    Py_XDECREF(method);
    Py_XDECREF(loop);
    return qip_result_of(handle) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_is_closing(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(((qip_transport *)self)->closing);
}

PyMethodDef qip_transport_end_methods[] = {
    {"close", transport_close, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\n"
               "Closes the connection once everything is written.")},
    {"abort", transport_abort, METH_NOARGS,
     PyDoc_STR("abort($self, /)\n--\n\n"
               "Closes the connection at once; what waits to be written is lost.")},
    {"is_closing", transport_is_closing, METH_NOARGS,
     PyDoc_STR("is_closing($self, /)\n--\n\n"
               "True if the transport is closing or closed.")},
    {"_fatal_error", (PyCFunction)(void (*)(void))transport_fatal_error,
     METH_VARARGS | METH_KEYWORDS, NULL},
    {"_force_close", transport_force_close, METH_O, NULL},
    {"_call_connection_lost", transport_call_connection_lost, METH_O, NULL},
    {"_call_soon", transport_call_soon, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
