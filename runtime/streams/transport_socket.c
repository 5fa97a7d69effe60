/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket below a transport: asking for its descriptor, watching it, and what its errors mean.
 *
 * The socket object stays the owner of its descriptor, and is asked for it before each use: somebody may
 * have closed it, and the number may be another file's by now.
 */
#include "streams/transport.h"

#include <errno.h>

int qip_transport_fd(qip_transport *transport)
{
    PyObject *number = NULL;

    if (transport->loop && transport->sock && qip_streams_refs.socket_fileno) {
        PyCFunction fileno = ((PyMethodDescrObject *)qip_streams_refs.socket_fileno)->d_method->ml_meth;
        number = fileno(transport->sock, NULL);
    }
    long fd = number ? PyLong_AsLong(number) : -1;
    Py_XDECREF(number);
    if (fd == transport->fd && fd >= 0)
        return (int)fd;
    PyErr_Clear();
    errno = EBADF;
    return -1;
}

bool qip_transport_would_block(void)
{
    if (!PyErr_ExceptionMatches(PyExc_BlockingIOError) &&
        !PyErr_ExceptionMatches(PyExc_InterruptedError))
        return false;
    PyErr_Clear();
    return true;
}

bool qip_transport_must_raise(void)
{
    return PyErr_ExceptionMatches(PyExc_SystemExit) ||
           PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
}

static bool is_watching_replaced(qip_transport *transport)
{
    return (qip_loop_overrides(transport->loop) & QIP_OVERRIDES_WATCHING) != 0;
}

/* By the method that somebody has put in the place of the loop's own. */
static PyObject *watch_by_method(qip_loop *loop, qip_transport *transport, unsigned direction,
                                 PyObject *callback, PyObject *const *args, Py_ssize_t count)
{
    const char *name = direction == QIP_POLL_READ ? "_add_reader" : "_add_writer";
    PyObject *method = PyObject_GetAttrString((PyObject *)loop, name);
    PyObject *number = PyLong_FromLong(transport->fd);
    PyObject *tuple = method && number ? PyTuple_New(count + 2) : NULL;
    PyObject *keywords = tuple ? PyDict_New() : NULL;
    PyObject *handle = NULL;

    if (keywords) {
        PyTuple_SET_ITEM(tuple, 0, Py_NewRef(number));
        PyTuple_SET_ITEM(tuple, 1, Py_NewRef(callback));
        for (Py_ssize_t i = 0; i < count; i++)
            PyTuple_SET_ITEM(tuple, 2 + i, Py_NewRef(args[i]));
        if (!transport->context || PyDict_SetItemString(keywords, "context", transport->context) == 0)
            handle = PyObject_Call(method, tuple, keywords);
    }
    Py_XDECREF(keywords);
    Py_XDECREF(tuple);
    Py_XDECREF(number);
    Py_XDECREF(method);
    return handle;
}

int qip_transport_watch_with(qip_transport *transport, unsigned direction, PyObject *callback,
                             PyObject *const *args, Py_ssize_t count)
{
    qip_loop *loop = (qip_loop *)Py_NewRef((PyObject *)transport->loop);
    PyObject *handle = NULL;

    if (is_watching_replaced(transport))
        handle = watch_by_method(loop, transport, direction, callback, args, count);
    else
        handle = qip_fd_add(loop, transport->fd, direction, callback, args, count,
                            transport->context);
    Py_DECREF(loop);
    return qip_result_of(handle);
}

int qip_transport_watch(qip_transport *transport, unsigned direction, const char *method)
{
    if (!transport->loop)
        return 0;
    PyObject *callback = PyObject_GetAttrString((PyObject *)transport, method);
    int result = callback ? qip_transport_watch_with(transport, direction, callback, NULL, 0) : -1;

    Py_XDECREF(callback);
    return result;
}

int qip_transport_unwatch(qip_transport *transport, unsigned direction)
{
    if (!transport->loop)
        return 0;
    if (!is_watching_replaced(transport)) {
        qip_fd_remove(transport->loop, transport->fd, direction);
        return 0;
    }
    return qip_result_of(PyObject_CallMethod(
        (PyObject *)transport->loop,
        direction == QIP_POLL_READ ? "_remove_reader" : "_remove_writer", "i", transport->fd));
}
