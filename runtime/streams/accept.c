/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accepting connections: as many as have come, each time a listening socket is ready.
 *
 * For each connection asyncio makes a task that asks for a protocol and waits until the transport is
 * made. Without TLS there is nothing to wait for: a callback in a Context of its own does the same. Where
 * servers have a Context, that is a copy of the server's, and all callbacks of the connection run in it.
 * With TLS, or if a subclass has its own _accept_connection2(), asyncio's coroutine is used.
 */
#include "streams/transport.h"

#include <errno.h>

/* What asyncio passes around for a listening socket. Borrowed. */
typedef struct listener {
    PyObject *factory;
    PyObject *sock;
    PyObject *sslcontext;
    PyObject *server;
    PyObject *handshake_timeout;
    PyObject *shutdown_timeout;
    PyObject *context; /* the server's, or None; where there are such: QIP_TRANSPORTS_HAVE_CONTEXTS */
    int backlog;
} listener;

/* What is accepted, with all that is known of it. */
typedef struct arrival {
    PyObject *sock;
    PyObject *extra;
    PyObject *context; /* its own, or None */
} arrival;

/* -- one connection ------------------------------------------------------------------------------------- */

/* A new socket object for a connection, and the peer's address; NULL with an exception. */
static PyObject *accept_one(PyObject *sock, PyObject **address)
{
    PyObject *accepted = PyObject_CallMethod(sock, "_accept", NULL);
    PyObject *keywords = NULL, *args = NULL, *connection = NULL, *result = NULL;

    *address = NULL;
    if (!accepted)
        return NULL;
    PyObject *fd = PyTuple_GET_ITEM(accepted, 0);
    keywords = Py_BuildValue("{s:O}", "fileno", fd);
    args = PyTuple_New(3);
    static const char *const same[] = {"family", "type", "proto"};
    for (Py_ssize_t i = 0; args && i < 3; i++) {
        PyObject *value = PyObject_GetAttrString(sock, same[i]);
        if (!value)
            Py_CLEAR(args);
        else
            PyTuple_SET_ITEM(args, i, value);
    }
    if (args && keywords)
        connection = PyObject_Call(qip_streams_refs.socket_class, args, keywords);
    if (connection)
        result = PyObject_CallMethod(connection, "setblocking", "O", Py_False);
    if (!result)
        Py_CLEAR(connection);
    if (connection)
        *address = Py_NewRef(PyTuple_GET_ITEM(accepted, 1));
    Py_XDECREF(result);
    Py_XDECREF(args);
    Py_XDECREF(keywords);
    Py_DECREF(accepted);
    return connection;
}

static bool is_task_replaced(qip_loop *loop)
{
    PyObject *found = PyObject_GetAttrString((PyObject *)loop, "_accept_connection2");
    PyObject *function = found ? PyObject_GetAttrString(found, "__func__") : NULL;
    bool same = function == qip_streams_refs.stock_accept2;

    PyErr_Clear();
    Py_XDECREF(function);
    Py_XDECREF(found);
    return !same;
}

/* method(*args, **keywords). Takes the references to both, of which `args` may be NULL, with an exception. */
static PyObject *call(PyObject *self, const char *method, PyObject *args, PyObject *keywords)
{
    PyObject *function = args ? PyObject_GetAttrString(self, method) : NULL;
    PyObject *result = function ? PyObject_Call(function, args, keywords) : NULL;

    Py_XDECREF(function);
    Py_XDECREF(keywords);
    Py_XDECREF(args);
    return result;
}

/* method(*args, context=…), without that keyword where asyncio has it not. */
static PyObject *call_in_context(PyObject *self, const char *method, PyObject *args, PyObject *context)
{
    PyObject *keywords = PyDict_New();

    if (keywords && QIP_TRANSPORTS_HAVE_CONTEXTS &&
        PyDict_SetItemString(keywords, "context", context) < 0)
        Py_CLEAR(keywords);
    if (!keywords)
        Py_CLEAR(args);
    return call(self, method, args, keywords);
}

/* By asyncio's coroutine, in a task. */
static int serve_in_task(qip_loop *loop, const listener *on, const arrival *new)
{
    PyObject *self = (PyObject *)loop, *task = NULL;
    PyObject *coroutine = call_in_context(self, "_accept_connection2",
                                          Py_BuildValue("(OOOOOOO)", on->factory, new->sock,
                                                        new->extra, on->sslcontext, on->server,
                                                        on->handshake_timeout, on->shutdown_timeout),
                                          new->context);

    if (coroutine)
        task = call_in_context(self, "create_task", PyTuple_Pack(1, coroutine), new->context);
    Py_XDECREF(coroutine);
    return qip_result_of(task);
}

/* By _serve_connection() below, in the next iteration. */
static int serve_soon(qip_loop *loop, const listener *on, const arrival *new)
{
    PyObject *self = (PyObject *)loop, *handle = NULL;
    PyObject *serve = PyObject_GetAttrString(self, "_serve_connection");

    if (serve)
        handle = call_in_context(
            self, "call_soon",
            PyTuple_Pack(6, serve, on->factory, new->sock, new->extra, on->server, new->context),
            new->context);
    Py_XDECREF(serve);
    return qip_result_of(handle);
}

static int log_connection(qip_loop *loop, const listener *on, PyObject *connection, PyObject *address)
{
    if (!loop->debug)
        return 0;
    PyObject *logger = PyObject_GetAttrString(qip_streams_refs.selector_events, "logger");
    PyObject *result = NULL;

    if (logger)
        result = PyObject_CallMethod(logger, "debug", "sOOO", "%r got a new connection from %r: %r",
                                     on->server, address, connection);
    Py_XDECREF(logger);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static int serve(qip_loop *loop, const listener *on, PyObject *connection, PyObject *address)
{
    int secure = PyObject_IsTrue(on->sslcontext);
    arrival new = {.sock = connection};
    int result = -1;

    if (secure >= 0)
        new.extra = Py_BuildValue("{s:O}", "peername", address);
    if (new.extra)
        new.context = on->context == Py_None ? Py_NewRef(Py_None) : PyContext_Copy(on->context);
    if (new.context && log_connection(loop, on, connection, address) == 0)
        result = secure || is_task_replaced(loop) ? serve_in_task(loop, on, &new)
                                                  : serve_soon(loop, on, &new);
    Py_XDECREF(new.context);
    Py_XDECREF(new.extra);
    return result;
}

/* As asyncio: an error in the protocol's factory is nobody's business but the debugger's. */
static int report_failure(qip_loop *loop, PyObject *protocol, PyObject *connection)
{
    bool ends_run = PyErr_ExceptionMatches(PyExc_SystemExit) ||
                    PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
    PyObject *error = qip_take_exception();
    PyObject *context = NULL, *told = NULL;
    PyObject *closed = PyObject_CallMethod(connection, "close", NULL);

    Py_XDECREF(closed);
    PyErr_Clear();
    if (ends_run) {
        qip_give_exception(error);
        return -1;
    }
    if (loop->debug)
        context = Py_BuildValue("{s:s,s:O}", "message",
                                "Error on transport creation for incoming connection", "exception",
                                error);
    if (context && protocol && PyDict_SetItemString(context, "protocol", protocol) < 0)
        Py_CLEAR(context);
    if (context)
        told = PyObject_CallMethod((PyObject *)loop, "call_exception_handler", "(O)", context);
    int result = PyErr_Occurred() ? -1 : 0;
    Py_XDECREF(told);
    Py_XDECREF(context);
    Py_DECREF(error);
    return result;
}

/* _serve_connection(factory, connection, extra, server, context) */
static PyObject *loop_serve_connection(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 5) {
        PyErr_SetString(PyExc_TypeError, "_serve_connection() takes 5 arguments");
        return NULL;
    }
    PyObject *protocol = PyObject_CallNoArgs(args[0]);
    PyObject *transport = NULL;
    PyObject *make = protocol ? PyObject_GetAttrString(self, "_make_socket_transport") : NULL;
    PyObject *keywords = make ? Py_BuildValue("{s:O,s:O}", "extra", args[2], "server", args[3])
                              : NULL;
    if (keywords && QIP_TRANSPORTS_HAVE_CONTEXTS &&
        PyDict_SetItemString(keywords, "context", args[4]) < 0)
        Py_CLEAR(keywords);
    PyObject *positional = keywords ? PyTuple_Pack(2, args[1], protocol) : NULL;

    if (positional)
        transport = PyObject_Call(make, positional, keywords);
    int result = transport ? 0 : report_failure((qip_loop *)self, protocol, args[1]);
    Py_XDECREF(transport);
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    Py_XDECREF(make);
    Py_XDECREF(protocol);
    return result < 0 ? NULL : Py_NewRef(Py_None);
}

/* -- a listening socket that is ready ------------------------------------------------------------------------ */

static bool is_out_of_resources(PyObject *error)
{
    PyObject *number = PyObject_GetAttrString(error, "errno");
    long code = number ? PyLong_AsLong(number) : 0;

    PyErr_Clear();
    Py_XDECREF(number);
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

static bool is_open(PyObject *sock)
{
    PyObject *number = PyObject_CallMethod(sock, "fileno", NULL);
    bool open = number && PyLong_AsLong(number) >= 0;

    PyErr_Clear();
    Py_XDECREF(number);
    return open;
}

/*
 * There is no descriptor left for the connection, and the socket stays ready: tell, and look away for as
 * long as asyncio does.
 */
static int retry_later(qip_loop *loop, const listener *on, PyObject *error)
{
    PyObject *self = (PyObject *)loop;
    PyObject *constants = PyImport_ImportModule("asyncio.constants");
    PyObject *delay = constants ? PyObject_GetAttrString(constants, "ACCEPT_RETRY_DELAY") : NULL;
    PyObject *shown = delay ? PyObject_CallOneArg(qip_streams_refs.transport_socket, on->sock) : NULL;
    PyObject *told = NULL, *removed = NULL, *start = NULL, *timer = NULL;

    if (shown)
        told = PyObject_CallMethod(self, "call_exception_handler", "({s:s,s:O,s:O})", "message",
                                   "socket.accept() out of system resource", "exception", error,
                                   "socket", shown);
    bool given_up = told && !is_open(on->sock); /* by the handler */
    if (told && !given_up)
        removed = PyObject_CallMethod(self, "_remove_reader", "(O)", on->sock);
    if (removed)
        start = PyObject_GetAttrString(self, "_start_serving");
    if (start)
        timer = call(self, "call_later",
                     Py_BuildValue(QIP_TRANSPORTS_HAVE_CONTEXTS ? "(OOOOOOiOOO)" : "(OOOOOOiOO)",
                                   delay, start, on->factory, on->sock, on->sslcontext, on->server,
                                   on->backlog, on->handshake_timeout, on->shutdown_timeout,
                                   on->context),
                     NULL);
    Py_XDECREF(timer);
    Py_XDECREF(start);
    Py_XDECREF(removed);
    Py_XDECREF(told);
    Py_XDECREF(shown);
    Py_XDECREF(delay);
    Py_XDECREF(constants);
    return timer || given_up ? 0 : -1;
}

/* accept() has failed. 0 if that is the end of this round, or -1 with an exception. */
static int accept_failed(qip_loop *loop, const listener *on)
{
    if (PyErr_ExceptionMatches(PyExc_BlockingIOError) ||
        PyErr_ExceptionMatches(PyExc_InterruptedError) ||
        PyErr_ExceptionMatches(PyExc_ConnectionAbortedError)) {
        PyErr_Clear();
        return 0;
    }
    if (!PyErr_ExceptionMatches(PyExc_OSError))
        return -1;
    PyObject *error = qip_take_exception();
    if (!is_out_of_resources(error)) {
        qip_give_exception(error);
        return -1;
    }
    int result = retry_later(loop, on, error);
    Py_DECREF(error);
    return result;
}

/* A backlog of 0 still lets one connection wait, which must be accepted or it is reported for ever. */
static int accept_all(qip_loop *loop, const listener *on)
{
    for (int left = on->backlog > 0 ? on->backlog : 1; left > 0; left--) {
        PyObject *address;
        PyObject *connection = accept_one(on->sock, &address);
        if (!connection)
            return accept_failed(loop, on);
        int result = serve(loop, on, connection, address);
        Py_DECREF(address);
        Py_DECREF(connection);
        if (result < 0)
            return -1;
    }
    return 0;
}

static PyObject *stock_accept(qip_loop *loop, PyObject *args, PyObject *keywords)
{
    PyObject *bound = PyObject_CallMethod(qip_streams_refs.stock_accept, "__get__", "(O)",
                                          (PyObject *)loop);
    PyObject *result = bound ? PyObject_Call(bound, args, keywords) : NULL;

    Py_XDECREF(bound);
    return result;
}

/* _accept_connection(), which asyncio's _start_serving() has called when the socket is ready. */
static PyObject *loop_accept_connection(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"protocol_factory",
                            "sock",
                            "sslcontext",
                            "server",
                            "backlog",
                            "ssl_handshake_timeout",
                            "ssl_shutdown_timeout",
                            "context",
                            NULL};
    qip_loop *loop = (qip_loop *)self;
    listener on = {.sslcontext = Py_None,
                   .server = Py_None,
                   .backlog = 100,
                   .handshake_timeout = Py_None,
                   .shutdown_timeout = Py_None,
                   .context = Py_None};

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO|OOiOOO:_accept_connection", names,
                                     &on.factory, &on.sock, &on.sslcontext, &on.server, &on.backlog,
                                     &on.handshake_timeout, &on.shutdown_timeout, &on.context))
        return NULL;
    if ((PyObject *)Py_TYPE(on.sock) != qip_streams_refs.socket_class)
        return stock_accept(loop, args, keywords);
    return accept_all(loop, &on) < 0 ? NULL : Py_NewRef(Py_None);
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_accept_methods[] = {
    {"_accept_connection", FAST(loop_accept_connection), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_serve_connection", FAST(loop_serve_connection), METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
