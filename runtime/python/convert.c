/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi_value <-> objects of Python, and the opaque objects that a value may hold.
 *
 * What has no exact counterpart is never bent into one: it crosses as QI_KIND_PYTHON and is the same
 * object when it comes back. So are the subclasses of list, tuple and dict, whose behaviour would be lost. A
 * subclass of a plain scalar (a member of an IntEnum, a numpy.float64) crosses as the scalar that it is,
 * because a C host has no other use for it.
 *
 * GIL: held, except in the two functions for value.c at the end, which take it.
 */
#include "python/convert.h"

#include "python/compat.h"
#include "core/buffer.h"
#include "core/opaque.h"
#include "python/border.h"
#include "python/gil.h"
#include "core/status.h"

qip_object_functions qip_object_port;

static PyObject *to_python(const qi_value *value, int depth);
static int from_python(PyObject *object, qi_value *out, int depth);

static int refuse_depth(void)
{
    PyErr_Format(PyExc_RecursionError, "a value nests deeper than %d levels", QIP_VALUE_DEPTH_LIMIT);
    return -1;
}

/* -- to Python ------------------------------------------------------------------------------------- */

static PyObject *tuple_to_python(const qi_value *value, int depth)
{
    size_t count = value->as.list.count;
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);

    for (size_t i = 0; tuple && i < count; i++) {
        PyObject *item = to_python(&value->as.list.items[i], depth);
        if (!item)
            Py_CLEAR(tuple);
        else
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, item);
    }
    return tuple;
}

static PyObject *list_to_python(const qi_value *value, int depth)
{
    size_t count = value->as.list.count;
    PyObject *list = PyList_New((Py_ssize_t)count);

    for (size_t i = 0; list && i < count; i++) {
        PyObject *item = to_python(&value->as.list.items[i], depth);
        if (!item)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
    }
    return list;
}

static int set_entry(PyObject *map, const qi_entry *entry, int depth)
{
    PyObject *key = to_python(&entry->key, depth);
    PyObject *item = key ? to_python(&entry->value, depth) : NULL;
    int result = item ? PyDict_SetItem(map, key, item) : -1;

    Py_XDECREF(key);
    Py_XDECREF(item);
    return result;
}

static PyObject *map_to_python(const qi_value *value, int depth)
{
    size_t count = value->as.map.count;
    PyObject *map = PyDict_New();

    for (size_t i = 0; map && i < count; i++) {
        if (set_entry(map, &value->as.map.entries[i], depth) < 0)
            Py_CLEAR(map);
    }
    return map;
}

static PyObject *object_to_python(const qi_value *value)
{
    if (value->as.object.guard)
        return qip_object_port.wrap_guarded(value->as.object.guard);
    qi_object *object = value->as.object.pointer;
    if (!object || qip_object_port.is_dying(object)) {
        PyErr_SetString(PyExc_ReferenceError, "the QObject of a value was destroyed");
        return NULL;
    }
    return qip_object_port.wrap(object);
}

/* The object has a reference of its own. */
static PyObject *buffer_to_python(qi_buffer *buffer)
{
    if (qip_buffer_take(buffer) != QI_OK)
        return PyErr_Format(PyExc_ValueError, "%s", qi_last_error()->message);
    return qip_object_port.share(buffer);
}

static size_t size_of(const qi_value *value)
{
    switch (value->kind) {
    case QI_KIND_TEXT:
    case QI_KIND_BYTES:
        return value->as.text.size;
    case QI_KIND_LIST:
    case QI_KIND_TUPLE:
        return value->as.list.count;
    case QI_KIND_MAP:
        return value->as.map.count;
    default:
        return 0;
    }
}

static PyObject *to_python(const qi_value *value, int depth)
{
    if (depth > QIP_VALUE_DEPTH_LIMIT) {
        refuse_depth();
        return NULL;
    }
    if (!qip_value_is_whole(value)) {
        PyErr_Format(PyExc_ValueError, "a %s value that is not empty points at NULL",
                     qi_kind_name(value->kind));
        return NULL;
    }
    if (size_of(value) > PY_SSIZE_T_MAX)
        return PyErr_NoMemory();
    switch (value->kind) {
    case QI_KIND_NONE:
        return Py_NewRef(Py_None);
    case QI_KIND_BOOL:
        return PyBool_FromLong(value->as.boolean);
    case QI_KIND_INT:
        return PyLong_FromLongLong(value->as.integer);
    case QI_KIND_UINT:
        return PyLong_FromUnsignedLongLong(value->as.natural);
    case QI_KIND_REAL:
        return PyFloat_FromDouble(value->as.real);
    case QI_KIND_TEXT:
        return PyUnicode_DecodeUTF8(value->as.text.data ? value->as.text.data : "",
                                    (Py_ssize_t)value->as.text.size, NULL);
    case QI_KIND_BYTES:
        return PyBytes_FromStringAndSize(value->as.text.data, (Py_ssize_t)value->as.text.size);
    case QI_KIND_LIST:
        return list_to_python(value, depth + 1);
    case QI_KIND_TUPLE:
        return tuple_to_python(value, depth + 1);
    case QI_KIND_MAP:
        return map_to_python(value, depth + 1);
    case QI_KIND_OBJECT:
        return object_to_python(value);
    case QI_KIND_PYTHON:
        return Py_NewRef((PyObject *)value->as.python);
    case QI_KIND_BUFFER:
        return buffer_to_python(value->as.buffer);
    }
    PyErr_Format(PyExc_TypeError, "a value is of the kind %d (%s), which this library does not make",
                 value->kind, qi_kind_name(value->kind));
    return NULL;
}

PyObject *qip_value_to_python(const qi_value *value)
{
    return to_python(value, 0);
}

/* -- from Python ----------------------------------------------------------------------------------- */

static int keep_as_python(PyObject *object, qi_value *out)
{
    qip_value_part_python(out, Py_NewRef(object));
    return 0;
}

/* Above what has a sign. */
static int from_large_int(PyObject *object, qi_value *out)
{
    unsigned long long natural = PyLong_AsUnsignedLongLong(object);

    if (natural == (unsigned long long)-1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return -1;
        PyErr_Clear();
        return keep_as_python(object, out);
    }
    *out = qi_uint(natural);
    return 0;
}

static int from_int(PyObject *object, qi_value *out)
{
    int overflow;
    long long integer = PyLong_AsLongLongAndOverflow(object, &overflow);

    if (overflow > 0)
        return from_large_int(object, out);
    if (overflow)
        return keep_as_python(object, out);
    if (integer == -1 && PyErr_Occurred())
        return -1;
    *out = qi_int(integer);
    return 0;
}

static int own_bytes(qi_value *out, int kind, const char *data, Py_ssize_t size)
{
    if (qip_value_part_text(out, kind, data, (size_t)size) == QI_OK)
        return 0;
    PyErr_NoMemory(); /* text of Python's is valid UTF-8, so nothing else can fail */
    return -1;
}

static int from_text(PyObject *object, qi_value *out)
{
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(object, &size);

    if (data)
        return own_bytes(out, QI_KIND_TEXT, data, size);
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return -1;
    PyErr_Clear(); /* lone surrogates: no UTF-8 can say it, the object can */
    return keep_as_python(object, out);
}

static int from_list(PyObject *object, qi_value *out, int depth)
{
    Py_ssize_t count = PyList_GET_SIZE(object);
    qi_value *items = qip_value_part_list(out, QI_KIND_LIST, (size_t)count);

    if (!items) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        /* Beware: converting an item may run code of its, which may have changed the list. */
        if (i >= PyList_GET_SIZE(object)) {
            PyErr_SetString(PyExc_RuntimeError, "the list changed while it was converted");
            return -1;
        }
        PyObject *item = Py_NewRef(PyList_GET_ITEM(object, i));
        int result = from_python(item, &items[i], depth);
        Py_DECREF(item);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int from_tuple(PyObject *object, qi_value *out, int depth)
{
    Py_ssize_t count = PyTuple_GET_SIZE(object);
    qi_value *items = qip_value_part_list(out, QI_KIND_TUPLE, (size_t)count);

    if (!items) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (from_python(PyTuple_GET_ITEM(object, i), &items[i], depth) < 0)
            return -1;
    }
    return 0;
}

static int from_dict(PyObject *object, qi_value *out, int depth)
{
    /* A list of its items, since the dict itself may change while they are converted. */
    PyObject *pairs = PyDict_Items(object);
    if (!pairs)
        return -1;
    Py_ssize_t count = PyList_GET_SIZE(pairs);
    qi_entry *entries = qip_value_part_map(out, (size_t)count);
    int result = entries ? 0 : -1;

    if (!entries)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; result == 0 && i < count; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i);
        result = from_python(PyTuple_GET_ITEM(pair, 0), &entries[i].key, depth);
        if (result == 0)
            result = from_python(PyTuple_GET_ITEM(pair, 1), &entries[i].value, depth);
    }
    Py_DECREF(pairs);
    return result;
}

static int from_proxy(PyObject *object, qi_value *out)
{
    qi_object *pointer = qip_object_port.unwrap(object);

    if (!pointer)
        return -1;
    qi_value borrowed = qi_qobject(pointer);
    /* Its own: the object may end in another thread meanwhile. */
    borrowed.as.object.guard = qip_object_port.guard(object);
    if (qip_value_part_copy(out, &borrowed, 0) == QI_OK)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static int from_python(PyObject *object, qi_value *out, int depth)
{
    *out = qi_none();
    if (depth > QIP_VALUE_DEPTH_LIMIT)
        return refuse_depth();
    if (object == Py_None)
        return 0;
    if (PyBool_Check(object)) {
        *out = qi_bool(object == Py_True);
        return 0;
    }
    if (PyLong_Check(object))
        return from_int(object, out);
    if (PyFloat_Check(object)) {
        *out = qi_real(PyFloat_AS_DOUBLE(object));
        return 0;
    }
    if (PyUnicode_Check(object))
        return from_text(object, out);
    if (PyBytes_Check(object))
        return own_bytes(out, QI_KIND_BYTES, PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object));
    if (PyList_CheckExact(object))
        return from_list(object, out, depth + 1);
    if (PyTuple_CheckExact(object))
        return from_tuple(object, out, depth + 1);
    if (PyDict_CheckExact(object))
        return from_dict(object, out, depth + 1);
    if (qip_object_port.is_object(object))
        return from_proxy(object, out);
    return keep_as_python(object, out);
}

int qip_value_from_python(PyObject *object, qi_value *out)
{
    if (from_python(object, out, 0) == 0) {
        qip_value_make_root(out);
        return 0;
    }
    /* What was made before the failure is owned by *out; releasing it may run Python code. */
    PyObject *raised = qip_take_exception();
    qip_value_release(out);
    qip_give_exception(raised);
    return -1;
}

int qip_value_from_python_exactly(PyObject *object, qi_value *out)
{
    bool is_derived = (PyLong_Check(object) && !PyLong_CheckExact(object) && !PyBool_Check(object)) ||
                      (PyFloat_Check(object) && !PyFloat_CheckExact(object)) ||
                      (PyUnicode_Check(object) && !PyUnicode_CheckExact(object)) ||
                      (PyBytes_Check(object) && !PyBytes_CheckExact(object));

    if (!is_derived)
        return qip_value_from_python(object, out);
    (void)keep_as_python(object, out);
    qip_value_make_root(out);
    return 0;
}

/* -- what conversions raise ---------------------------------------------------------------------------- */

/* The status of an exception that is no more than its text; QI_OK: it is more. */
static int status_of_conversion(void)
{
    if (PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_ValueError))
        return QI_ERR_TYPE;
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        return QI_ERR_RANGE;
    return PyErr_ExceptionMatches(PyExc_ReferenceError) ? QI_ERR_DEAD_OBJECT : QI_OK;
}

int qip_fail_conversion(void)
{
    int status = status_of_conversion();

    if (status == QI_OK)
        return qip_fail_python("converting a value");
    PyObject *exception = qip_take_exception();
    PyObject *text = PyObject_Str(exception);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;
    qip_fail(status, "%s", utf8 && *utf8 ? utf8 : "the value does not fit");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_DECREF(exception);
    return status;
}

/* -- opaque objects, for value.c -------------------------------------------------------------------- */

bool qip_opaque_hold(void *object)
{
    qip_gil gil;

    if (!qip_gil_try_enter(&gil))
        return false;
    Py_INCREF((PyObject *)object);
    qip_gil_leave(gil);
    return true;
}

void qip_opaque_type_name(void *object, char *buffer, size_t size)
{
    qip_gil gil;

    if (!qip_gil_try_enter(&gil)) {
        snprintf(buffer, size, "Python");
        return;
    }
    snprintf(buffer, size, "%s", Py_TYPE((PyObject *)object)->tp_name);
    qip_gil_leave(gil);
}

void qip_opaque_drop(void *object)
{
    qip_gil gil;

    if (!qip_gil_try_enter(&gil))
        return;
    Py_DECREF((PyObject *)object);
    qip_gil_leave(gil);
}
