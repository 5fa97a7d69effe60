/* SPDX-License-Identifier: BSD-3-Clause */
/* What the host may ask of a value as Python has it: its attributes, methods, items and text. */
#include <Python.h>

#include <qi/call.h>

#include "core/opaque.h"
#include "core/status.h"
#include "python/border.h"
#include "python/calls.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/target.h"
#include "python/visit.h"

/* QI_OK where the call may go on. */
static int check(const qi_value *value, const void *out)
{
    int status = qip_calls_check();

    if (status < 0)
        return status;
    if (!value || !out)
        return qip_fail(QI_ERR_ARGUMENT, "%s is NULL", value ? "`out`" : "`value`");
    return QI_OK;
}

/* New reference, or NULL with the record set. */
static PyObject *object_of(const qi_value *value)
{
    PyObject *object = qip_value_to_python(value);

    if (!object)
        (void)qip_arguments_fail("the value");
    return object;
}

/* -- attributes and methods ---------------------------------------------------------------------------------- */

/* New reference, or NULL with the record set. */
static PyObject *attribute_of(const qi_value *value, const char *name)
{
    PyObject *object = object_of(value);
    PyObject *text = object ? PyUnicode_FromString(name) : NULL;
    PyObject *attribute = text ? PyObject_GetAttr(object, text) : NULL;

    if (object && !text)
        (void)qip_fail_python("the name of an attribute");
    else if (object && !attribute)
        (void)qip_attribute_failed(object, text);
    Py_XDECREF(text);
    Py_XDECREF(object);
    return attribute;
}

int qi_value_attribute(const qi_value *value, const char *name, qi_value *out)
{
    int status = check(value, out);

    if (status == QI_OK)
        status = qip_check_text(name, "the name of an attribute");
    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *attribute = attribute_of(value, name);
    status = attribute ? qip_calls_answer(attribute, name, out) : qi_last_error()->status;
    qip_python_leave(visit);
    return status;
}

static int call(const qi_value *value, const char *method, const qip_arguments *arguments,
                qi_value *out)
{
    PyObject *callable = method ? attribute_of(value, method) : object_of(value);
    int status = callable ? QI_OK : qi_last_error()->status;

    if (callable && !PyCallable_Check(callable))
        status = qip_fail(QI_ERR_TYPE, "%s of type %.200s cannot be called",
                          method ? method : "an object", Py_TYPE(callable)->tp_name);
    else if (callable)
        status = qip_calls_perform(callable, method ? method : Py_TYPE(callable)->tp_name, false,
                                   arguments, out);
    Py_XDECREF(callable);
    return status;
}

int qi_value_call(const qi_value *value, const char *method, const qi_value *args, size_t count,
                  const qi_entry *kwargs, size_t kwarg_count, qi_value *out)
{
    const qip_arguments arguments = {args, count, kwargs, kwarg_count};
    int status = check(value, value);

    if (status == QI_OK && method)
        status = qip_check_text(method, "the name of a method");
    if (status == QI_OK)
        status = qip_arguments_check(&arguments);
    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    status = call(value, method, &arguments, out);
    qip_python_leave(visit);
    return status;
}

/* -- items and text ------------------------------------------------------------------------------------------- */

/* What `read` makes of the object that a value stands for. */
static int ask(const qi_value *value, int (*read)(PyObject *object, qi_value *out), qi_value *out)
{
    int status = check(value, out);

    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *object = object_of(value);
    status = object ? read(object, out) : qi_last_error()->status;
    Py_XDECREF(object);
    qip_python_leave(visit);
    return status;
}

static int items_of(PyObject *object, qi_value *out)
{
    PyObject *iterator = PyObject_GetIter(object);

    if (!iterator && PyErr_ExceptionMatches(PyExc_TypeError) && !Py_TYPE(object)->tp_iter) {
        PyErr_Clear();
        return qip_fail(QI_ERR_TYPE,
                        "an object of type %.200s has no items: it cannot be iterated over",
                        Py_TYPE(object)->tp_name);
    }
    PyObject *list = iterator ? PySequence_List(iterator) : NULL;
    Py_XDECREF(iterator);
    return qip_calls_answer(list, "iterating over a value", out);
}

int qi_value_items(const qi_value *value, qi_value *out)
{
    return ask(value, items_of, out);
}

static int text_of(PyObject *object, qi_value *out)
{
    static const char what[] = "the text of a value";
    PyObject *text = PyObject_Str(object);
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    qi_value made;
    int status = bytes ? qip_value_part_text(&made, QI_KIND_TEXT, PyBytes_AS_STRING(bytes),
                                             (size_t)PyBytes_GET_SIZE(bytes))
                       : qip_fail_python(what);

    if (status == QI_OK) {
        qip_value_make_root(&made);
        *out = made;
    }
    Py_XDECREF(bytes);
    Py_XDECREF(text);
    return status;
}

int qi_value_text(const qi_value *value, qi_value *out)
{
    return ask(value, text_of, out);
}
