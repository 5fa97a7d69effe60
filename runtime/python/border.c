/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions of Python become error records here, and records become exceptions. GIL: held.
 *
 * To describe an exception runs code of its class (__str__, __repr__, notes), which may raise in turn,
 * and the `traceback` module, which may be broken or run out of stack. So each part has a plainer form
 * to fall back on, and none of it can leave an exception behind.
 */
#include "python/border.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "python/asyncio.h"
#include "python/child.h"
#include "python/compat.h"

/* UTF-8 of a str, whatever is in it; lone surrogates are written as escapes. New bytes object, or NULL
 * without an exception. */
static PyObject *encode(PyObject *text)
{
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");

    if (!bytes)
        PyErr_Clear();
    return bytes;
}

/* "ValueError", "orders.OrderError": as Python prints it in front of the message. */
static PyObject *type_name(PyObject *exception)
{
    PyObject *type = (PyObject *)Py_TYPE(exception), *name = NULL;
    PyObject *module = PyObject_GetAttrString(type, "__module__");
    PyObject *qualified = PyObject_GetAttrString(type, "__qualname__");

    if (module && qualified && PyUnicode_Check(module) && PyUnicode_Check(qualified)) {
        bool plain = PyUnicode_CompareWithASCIIString(module, "builtins") == 0 ||
                     PyUnicode_CompareWithASCIIString(module, "__main__") == 0;
        name = plain ? Py_NewRef(qualified) : PyUnicode_FromFormat("%U.%U", module, qualified);
    }
    if (!name) {
        PyErr_Clear();
        name = PyUnicode_FromString(Py_TYPE(exception)->tp_name);
    }
    Py_XDECREF(module);
    Py_XDECREF(qualified);
    PyErr_Clear();
    return name;
}

static PyObject *exception_text(PyObject *exception)
{
    PyObject *text = PyObject_Str(exception);

    if (!text) {
        PyErr_Clear();
        text = PyUnicode_FromString("<exception str() failed>");
        PyErr_Clear();
    }
    return text;
}

/* "Type: text", or "Type" alone, or NULL if there is no memory at all. */
static PyObject *headline(PyObject *name, PyObject *text)
{
    PyObject *line = NULL;

    if (name && text && PyUnicode_GET_LENGTH(text) > 0)
        line = PyUnicode_FromFormat("%U: %U", name, text);
    else if (name)
        line = Py_NewRef(name);
    PyErr_Clear();
    return line;
}

static PyObject *traceback_text(PyObject *exception)
{
    PyObject *lines = NULL, *text = NULL, *nothing = NULL;
    PyObject *module = PyImport_ImportModule("qi._python.told");

    if (!module) { /* the package cannot be had yet, or any more */
        PyErr_Clear();
        module = PyImport_ImportModule("traceback");
    }
    if (module)
        lines = PyObject_CallMethod(module, "format_exception", "O", exception);
    if (lines)
        nothing = PyUnicode_FromString("");
    if (nothing)
        text = PyUnicode_Join(nothing, lines);
    Py_XDECREF(nothing);
    Py_XDECREF(lines);
    Py_XDECREF(module);
    PyErr_Clear();
    return text;
}

static const char *bytes_text(PyObject *bytes, const char *otherwise)
{
    return bytes ? PyBytes_AS_STRING(bytes) : otherwise;
}

static PyObject *encode_and_drop(PyObject *text)
{
    PyObject *bytes = text ? encode(text) : NULL;

    Py_XDECREF(text);
    return bytes;
}

static int status_of(PyObject *exception)
{
    if (PyErr_GivenExceptionMatches(exception, PyExc_MemoryError))
        return QI_ERR_MEMORY;
    if (qip_asyncio.cancelled_error &&
        PyErr_GivenExceptionMatches(exception, qip_asyncio.cancelled_error))
        return QI_ERR_CANCELLED;
    return QI_ERR_PYTHON;
}

/* Hands the description of an exception to `use` and returns what that returns. */
static qi_error *describe(PyObject *exception, const char *what,
                          qi_error *(*use)(const qi_error *error))
{
    PyObject *name = type_name(exception), *text = exception_text(exception);
    PyObject *line = headline(name, text);

    if (line && what) {
        PyObject *longer = PyUnicode_FromFormat("%s: %U", what, line);
        if (longer)
            Py_SETREF(line, longer);
        PyErr_Clear();
    }
    PyObject *message = encode_and_drop(line);
    PyObject *type = encode_and_drop(name);
    PyObject *traceback = encode_and_drop(traceback_text(exception));
    qi_error error = {
        .size = sizeof error,
        .status = status_of(exception),
        .message = bytes_text(message, "an exception that could not be described"),
        .python_type = bytes_text(type, "Exception"),
        .traceback = bytes_text(traceback, NULL),
    };
    if (!error.traceback)
        error.traceback = error.message;
    qi_error *result = use(&error);
    Py_XDECREF(message);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    Py_XDECREF(text);
    return result;
}

int qip_fail_ended(void)
{
    return qip_fail(QI_ERR_NOT_RUNNING, "there is no interpreter, or it has ended");
}

int qip_fail_python(const char *what)
{
    PyObject *exception = qip_take_exception();

    if (!exception)
        return qip_fail(QI_ERR_INTERNAL, "%s failed without an exception", what ? what : "a call");
    (void)qip_child_raises(exception);
    qi_error *error = describe(exception, what, qip_error_copy);
    int status = status_of(exception);
    /* Before the record is set: what dies with an exception, as the locals of its frames, may call libqi and fail there. */
    Py_DECREF(exception);
    status = error ? qip_fail_again(error) : qip_fail(status, "out of memory for what was raised");
    qip_error_free(error);
    return status;
}

qi_error *qip_error_from_exception(PyObject *exception)
{
    PyObject *pending = qip_take_exception();
    qi_error *error = describe(exception, NULL, qip_error_copy);

    qip_give_exception(pending);
    return error;
}

PyObject *qip_raise_status(const qi_error *error)
{
    PyObject *type = PyExc_RuntimeError;

    switch (error->status) {
    case QI_ERR_ARGUMENT:
    case QI_ERR_HANDLE:
    case QI_ERR_ENCODING:
        type = PyExc_ValueError;
        break;
    case QI_ERR_RANGE:
        type = PyExc_OverflowError;
        break;
    case QI_ERR_NOT_FOUND:
    case QI_ERR_AMBIGUOUS:
        type = PyExc_LookupError;
        break;
    case QI_ERR_TYPE:
    case QI_ERR_NOT_COROUTINE:
        type = PyExc_TypeError;
        break;
    case QI_ERR_DEAD_OBJECT:
        type = PyExc_ReferenceError;
        break;
    case QI_ERR_CANCELLED:
        if (qip_asyncio.cancelled_error)
            type = qip_asyncio.cancelled_error;
        break;
    case QI_ERR_TIMEOUT:
        type = PyExc_TimeoutError;
        break;
    case QI_ERR_MEMORY:
        type = PyExc_MemoryError;
        break;
    case QI_ERR_INTERNAL:
        type = PyExc_SystemError;
        break;
    default:
        break;
    }
    PyErr_SetString(type, error->message);
    return NULL;
}
