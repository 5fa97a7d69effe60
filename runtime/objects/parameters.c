/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a function of the host's takes: the arguments of a call find their parameters and become values.
 * pyshim/qi/_objects/expose.py reads the signature.
 */
#include "objects/parameters.h"

#include <string.h>

#include "python/compat.h"
#include "python/convert.h"

static PyObject *parameter_name(const qip_parameters *self, Py_ssize_t index)
{
    return PyTuple_GET_ITEM(self->names, index);
}

/* -- from arguments to parameters ------------------------------------------------------------------------ */

static int refuse_count(const qip_parameters *self, Py_ssize_t count)
{
    PyErr_Format(PyExc_TypeError, "%U() takes %zd positional argument%s but %zd %s given",
                 self->name, self->positional, self->positional == 1 ? "" : "s", count,
                 count == 1 ? "was" : "were");
    return -1;
}

static int refuse_keyword(const qip_parameters *self, PyObject *keyword)
{
    PyObject *module = PyImport_ImportModule("qi._objects.expose");
    PyObject *hint = module ? PyObject_CallMethod(module, "hint", "OO", keyword, self->names) : NULL;

    if (hint)
        PyErr_Format(PyExc_TypeError, "%U() got an unexpected keyword argument %R%S", self->name,
                     keyword, hint);
    Py_XDECREF(hint);
    Py_XDECREF(module);
    return -1;
}

static int place_keyword(const qip_parameters *self, qip_given *given, PyObject *keyword,
                         PyObject *value)
{
    for (Py_ssize_t i = self->first_keyword; i < qip_parameters_count(self); i++) {
        int same = PyObject_RichCompareBool(parameter_name(self, i), keyword, Py_EQ);
        if (same < 0)
            return -1;
        if (!same)
            continue;
        if (given->items[i]) {
            PyErr_Format(PyExc_TypeError, "%U() got multiple values for argument %R", self->name,
                         keyword);
            return -1;
        }
        given->items[i] = value;
        return 0;
    }
    return refuse_keyword(self, keyword);
}

static int fill_in_defaults(const qip_parameters *self, qip_given *given)
{
    const char *required = PyBytes_AS_STRING(self->required);

    for (Py_ssize_t i = 0; i < qip_parameters_count(self); i++) {
        if (given->items[i])
            continue;
        if (required[i]) {
            PyErr_Format(PyExc_TypeError, "%U() is missing the argument %R", self->name,
                         parameter_name(self, i));
            return -1;
        }
        given->items[i] = PyTuple_GET_ITEM(self->defaults, i);
    }
    return 0;
}

int qip_parameters_bind(const qip_parameters *self, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords, qip_given *given)
{
    Py_ssize_t by_place = count < self->positional ? count : self->positional;

    for (Py_ssize_t i = 0; i < by_place; i++)
        given->items[i] = arguments[i];
    if (count > by_place && !self->takes_more)
        return refuse_count(self, count);
    for (Py_ssize_t i = by_place; i < count; i++)
        given->items[qip_parameters_count(self) + i - by_place] = arguments[i];
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); i++) {
        if (place_keyword(self, given, PyTuple_GET_ITEM(keywords, i), arguments[count + i]) < 0)
            return -1;
    }
    return fill_in_defaults(self, given);
}

/* -- from objects to values ------------------------------------------------------------------------------ */

static PyObject *to_float(PyObject *object)
{
    const PyNumberMethods *number = Py_TYPE(object)->tp_as_number;

    return number && (number->nb_float || number->nb_index) ? PyNumber_Float(object) : NULL;
}

/* The object that a parameter of a kind takes for this one; NULL: it takes none, or an exception is set. */
static PyObject *coerce(PyObject *object, char kind)
{
    switch (kind) {
    case 'b':
        return PyBool_Check(object) ? Py_NewRef(object) : NULL;
    case 'i':
        return PyIndex_Check(object) ? PyNumber_Index(object) : NULL;
    case 'f':
        return to_float(object);
    case 's':
        return PyUnicode_Check(object) ? Py_NewRef(object) : NULL;
    case 'y':
        return PyObject_CheckBuffer(object) ? PyBytes_FromObject(object) : NULL;
    case 'l':
        return PyList_Check(object) || PyTuple_Check(object) ? PySequence_List(object) : NULL;
    case 'd':
        return PyDict_CheckExact(object) ? Py_NewRef(object)
               : PyDict_Check(object)    ? PyDict_Copy(object)
                                         : NULL;
    default:
        return Py_NewRef(object);
    }
}

static const char *kind_name(char kind)
{
    static const char kinds[] = "bifsyld";
    static const char *const names[] = {"bool", "int", "float", "str", "bytes", "list", "dict"};
    const char *place = strchr(kinds, kind);

    return place && kind ? names[place - kinds] : "object";
}

static void name_argument(const qip_parameters *self, Py_ssize_t index)
{
    PyObject *raised = qip_take_exception(), *type = (PyObject *)Py_TYPE(raised);
    bool known = index < qip_parameters_count(self);

    if (type != PyExc_TypeError && type != PyExc_ValueError && type != PyExc_OverflowError) {
        qip_give_exception(raised);
        return;
    }
    if (known)
        PyErr_Format(type, "%U(), argument %R: %S", self->name, parameter_name(self, index), raised);
    else
        PyErr_Format(type, "%U(), argument %zd: %S", self->name, index + 1, raised);
    Py_DECREF(raised);
}

int qip_parameters_convert(const qip_parameters *self, Py_ssize_t index, PyObject *object,
                           qi_value *out)
{
    bool known = index < qip_parameters_count(self);
    char kind = known ? PyBytes_AS_STRING(self->kinds)[index] : 'a';
    bool optional = known && PyBytes_AS_STRING(self->optional)[index];

    if (optional && object == Py_None)
        return 0;
    PyObject *coerced = coerce(object, kind);
    if (!coerced && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s expected, got %s", kind_name(kind),
                     Py_TYPE(object)->tp_name);
    int result = coerced ? qip_value_from_python(coerced, out) : -1;
    Py_XDECREF(coerced);
    if (result < 0)
        name_argument(self, index);
    return result;
}

/* -- reading and forgetting ------------------------------------------------------------------------------ */

/* Has the text read in Python, which knows its own grammar best. */
int qip_parameters_read(qip_parameters *self, const char *text)
{
    PyObject *module = PyImport_ImportModule("qi._objects.expose");
    PyObject *read = module ? PyObject_CallMethod(module, "read", "s", text ? text : "(*args)")
                            : NULL;
    int done = -1;

    if (read && PyArg_ParseTuple(read, "OO!O!SSSnnp", &self->signature, &PyTuple_Type, &self->names,
                                 &PyTuple_Type, &self->defaults, &self->required, &self->kinds,
                                 &self->optional, &self->first_keyword, &self->positional,
                                 &self->takes_more))
        done = 0;
    if (done == 0) {
        Py_INCREF(self->signature);
        Py_INCREF(self->names);
        Py_INCREF(self->defaults);
        Py_INCREF(self->required);
        Py_INCREF(self->kinds);
        Py_INCREF(self->optional);
    } else {
        self->signature = self->names = self->defaults = NULL;
        self->required = self->kinds = self->optional = NULL;
    }
    Py_XDECREF(read);
    Py_XDECREF(module);
    return done;
}

void qip_parameters_clear(qip_parameters *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->signature);
    Py_CLEAR(self->names);
    Py_CLEAR(self->defaults);
    Py_CLEAR(self->required);
    Py_CLEAR(self->kinds);
    Py_CLEAR(self->optional);
}
