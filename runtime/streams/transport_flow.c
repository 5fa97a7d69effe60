/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow control: the marks between which the queue of what is written may grow, and telling the protocol when it
 * has passed them.
 */
#include "streams/transport.h"

static int tell_protocol(qip_transport *transport, const char *method, const char *failed)
{
    if (!transport->protocol)
        return 0;
    PyObject *protocol = Py_NewRef(transport->protocol);
    PyObject *result = PyObject_CallMethod(protocol, method, NULL);

    Py_DECREF(protocol);
    if (!result)
        return qip_transport_report(transport, failed);
    Py_DECREF(result);
    return 0;
}

int qip_transport_maybe_pause(qip_transport *transport)
{
    if (transport->outbox.size <= transport->high_water || transport->protocol_paused)
        return 0;
    transport->protocol_paused = true;
    return tell_protocol(transport, "pause_writing", "protocol.pause_writing() failed");
}

int qip_transport_maybe_resume(qip_transport *transport)
{
    if (!transport->protocol_paused || transport->outbox.size > transport->low_water)
        return 0;
    transport->protocol_paused = false;
    return tell_protocol(transport, "resume_writing", "protocol.resume_writing() failed");
}

static void parse_integer(PyObject *object, size_t *limit, bool *negative)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(object, &overflow);

    *negative = overflow < 0 || (!overflow && number < 0);
    *limit = overflow ? PY_SSIZE_T_MAX : *negative ? 0 : (size_t)number;
}

/*
 * A number of bytes as Python may write it, floats included; 0 if absent. What is more than any queue can
 * hold is as good as PY_SSIZE_T_MAX. -1 with an exception.
 */
static int parse_limit(PyObject *object, size_t *limit, bool *negative)
{
    *limit = 0;
    *negative = false;
    if (object == Py_None)
        return 0;
    if (PyLong_Check(object)) {
        parse_integer(object, limit, negative);
        return 0;
    }
    double number = PyFloat_AsDouble(object);
    if (number == -1 && PyErr_Occurred())
        return -1;
    *negative = !(number >= 0);
    *limit = *negative ? 0 : number < (double)PY_SSIZE_T_MAX ? (size_t)number : PY_SSIZE_T_MAX;
    return 0;
}

static int set_limits(qip_transport *transport, PyObject *high, PyObject *low)
{
    size_t upper, lower;
    bool upper_negative, lower_negative;

    if (parse_limit(high, &upper, &upper_negative) < 0 ||
        parse_limit(low, &lower, &lower_negative) < 0)
        return -1;
    if (high == Py_None)
        upper = low == Py_None               ? 64 * 1024
                : lower < PY_SSIZE_T_MAX / 4 ? 4 * lower
                                             : PY_SSIZE_T_MAX;
    if (low == Py_None)
        lower = upper / 4;
    if (upper_negative || lower_negative || upper < lower) {
        PyErr_Format(PyExc_ValueError, "high (%R) must be >= low (%R) must be >= 0", high, low);
        return -1;
    }
    transport->high_water = upper;
    transport->low_water = lower;
    return 0;
}

static PyObject *set_limits_and(PyObject *self, PyObject *args, PyObject *keywords,
                                int (*then)(qip_transport *))
{
    static char *names[] = {"high", "low", NULL};
    PyObject *high = Py_None, *low = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO:set_write_buffer_limits", names, &high,
                                     &low))
        return NULL;
    if (set_limits((qip_transport *)self, high, low) < 0 || (then && then((qip_transport *)self) < 0))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *transport_set_write_buffer_limits(PyObject *self, PyObject *args, PyObject *keywords)
{
    return set_limits_and(self, args, keywords, qip_transport_maybe_pause);
}

static PyObject *transport_set_limits_only(PyObject *self, PyObject *args, PyObject *keywords)
{
    return set_limits_and(self, args, keywords, NULL);
}

static PyObject *transport_get_write_buffer_limits(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_transport *transport = (qip_transport *)self;
    return Py_BuildValue("(nn)", (Py_ssize_t)transport->low_water, (Py_ssize_t)transport->high_water);
}

static PyObject *transport_get_write_buffer_size(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromSize_t(((qip_transport *)self)->outbox.size);
}

static PyObject *transport_maybe_pause(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return qip_transport_maybe_pause((qip_transport *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *transport_maybe_resume(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return qip_transport_maybe_resume((qip_transport *)self) < 0 ? NULL : Py_NewRef(Py_None);
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_transport_flow_methods[] = {
    {"get_write_buffer_size", transport_get_write_buffer_size, METH_NOARGS,
     PyDoc_STR("get_write_buffer_size($self, /)\n--\n\n"
               "How many bytes wait to be written.")},
    {"get_write_buffer_limits", transport_get_write_buffer_limits, METH_NOARGS,
     PyDoc_STR("get_write_buffer_limits($self, /)\n--\n\n"
               "The marks (low, high) of write flow control, in bytes.")},
    {"set_write_buffer_limits", FAST(transport_set_write_buffer_limits), METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("set_write_buffer_limits($self, high=None, low=None)\n--\n\n"
               "Sets the marks of write flow control, in bytes.")},
    {"_set_write_buffer_limits", FAST(transport_set_limits_only), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_maybe_pause_protocol", transport_maybe_pause, METH_NOARGS, NULL},
    {"_maybe_resume_protocol", transport_maybe_resume, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
