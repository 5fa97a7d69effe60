/* SPDX-License-Identifier: BSD-3-Clause */
#include "python/arguments.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/status.h"
#include "python/border.h"
#include "python/compat.h"
#include "python/convert.h"

/* -- checks ---------------------------------------------------------------------------------------------- */

static int check_name(const qip_arguments *arguments, size_t index)
{
    const qi_value *key = &arguments->named[index].key;

    if (key->kind != QI_KIND_TEXT)
        return qip_fail(QI_ERR_TYPE,
                        "keyword argument %zu has a name of the kind %s; names are texts",
                        index + 1, qi_kind_name(key->kind));
    for (size_t i = 0; i < index; i++) {
        if (qi_value_equal(&arguments->named[i].key, key))
            return qip_fail(QI_ERR_ARGUMENT, "the keyword argument '%.*s' is there twice",
                            (int)key->as.text.size, key->as.text.data ? key->as.text.data : "");
    }
    return QI_OK;
}

int qip_arguments_check(const qip_arguments *arguments)
{
    int status = QI_OK;

    if (arguments->count > 0 && !arguments->items)
        return qip_fail(QI_ERR_ARGUMENT, "`args` is NULL, but `count` is %zu", arguments->count);
    if (arguments->named_count > 0 && !arguments->named)
        return qip_fail(QI_ERR_ARGUMENT, "`kwargs` is NULL, but `kwarg_count` is %zu",
                        arguments->named_count);
    for (size_t i = 0; i < arguments->named_count && status == QI_OK; i++)
        status = check_name(arguments, i);
    return status;
}

/* -- copies ---------------------------------------------------------------------------------------------- */

static int fail_memory(size_t count)
{
    return qip_fail(QI_ERR_MEMORY, "out of memory for %zu arguments", count);
}

static int copy_items(qip_arguments *out, const qip_arguments *arguments)
{
    qi_value *items = arguments->count ? calloc(arguments->count, sizeof *items) : NULL;
    int status = QI_OK;

    out->items = items;
    if (arguments->count && !items)
        return fail_memory(arguments->count);
    while (out->count < arguments->count && status == QI_OK) {
        status = qi_value_copy(&items[out->count], &arguments->items[out->count]);
        out->count += status == QI_OK;
    }
    return status;
}

static int copy_named(qip_arguments *out, const qip_arguments *arguments)
{
    qi_entry *named = arguments->named_count ? calloc(arguments->named_count, sizeof *named) : NULL;
    int status = QI_OK;

    out->named = named;
    if (arguments->named_count && !named)
        return fail_memory(arguments->named_count);
    while (out->named_count < arguments->named_count && status == QI_OK) {
        const qi_entry *from = &arguments->named[out->named_count];
        qi_entry *to = &named[out->named_count++]; /* is none where it was not copied */
        status = qi_value_copy(&to->key, &from->key);
        if (status == QI_OK)
            status = qi_value_copy(&to->value, &from->value);
    }
    return status;
}

int qip_arguments_copy(qip_arguments *out, const qip_arguments *arguments)
{
    *out = (qip_arguments){0};
    int status = copy_items(out, arguments);
    if (status == QI_OK)
        status = copy_named(out, arguments);
    if (status < 0)
        qip_arguments_free(out);
    return status;
}

void qip_arguments_free(qip_arguments *owned)
{
    for (size_t i = 0; i < owned->count; i++)
        qi_value_clear((qi_value *)&owned->items[i]);
    for (size_t i = 0; i < owned->named_count; i++) {
        qi_value_clear((qi_value *)&owned->named[i].key);
        qi_value_clear((qi_value *)&owned->named[i].value);
    }
    free((qi_value *)owned->items);
    free((qi_entry *)owned->named);
    *owned = (qip_arguments){0};
}

/* -- the call -------------------------------------------------------------------------------------------- */

int qip_arguments_fail(const char *what)
{
    PyObject *exception = qip_take_exception();
    int status = QI_ERR_PYTHON;

    if (PyErr_GivenExceptionMatches(exception, PyExc_UnicodeError))
        status = QI_ERR_ENCODING;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_ReferenceError))
        status = QI_ERR_DEAD_OBJECT;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_ValueError))
        status = QI_ERR_ARGUMENT;
    else if (PyErr_GivenExceptionMatches(exception, PyExc_TypeError) ||
             PyErr_GivenExceptionMatches(exception, PyExc_RecursionError))
        status = QI_ERR_TYPE;
    qip_give_exception(exception);
    int general = qip_fail_python(what);
    if (status == QI_ERR_PYTHON)
        return general;
    qi_error *copy = qip_error_copy(qi_last_error());
    qip_fail(status, "%s", copy ? copy->message : qi_status_text(status));
    qip_error_free(copy);
    return status;
}

static int argument_failed(size_t index, size_t count)
{
    char what[40];

    if (index < count)
        snprintf(what, sizeof what, "argument %zu", index + 1);
    else
        snprintf(what, sizeof what, "keyword argument %zu", index - count + 1);
    return qip_arguments_fail(what);
}

/* Fills the stack, and for keywords the tuple of their names. QI_OK, or the failure; what was made is to be
 * dropped in any case. */
static int convert(const qip_arguments *arguments, PyObject **stack, PyObject *names)
{
    size_t count = arguments->count;

    for (size_t i = 0; i < count; i++) {
        stack[i] = qip_value_to_python(&arguments->items[i]);
        if (!stack[i])
            return argument_failed(i, count);
    }
    for (size_t i = 0; i < arguments->named_count; i++) {
        PyObject *name = qip_value_to_python(&arguments->named[i].key);
        stack[count + i] = name ? qip_value_to_python(&arguments->named[i].value) : NULL;
        if (name)
            PyTuple_SET_ITEM(names, (Py_ssize_t)i, name);
        if (!stack[count + i])
            return argument_failed(count + i, count);
    }
    return QI_OK;
}

/* Most calls have few arguments; more of them get an array on the heap. */
enum { FEW = 8 };

PyObject *qip_arguments_call(PyObject *callable, const qip_arguments *arguments, int *status)
{
    size_t count = arguments->count + arguments->named_count;
    PyObject *few[FEW + 1] = {NULL};
    PyObject **stack = count <= FEW ? few : PyMem_Calloc(count + 1, sizeof *stack);
    PyObject *names = stack && arguments->named_count
                          ? PyTuple_New((Py_ssize_t)arguments->named_count)
                          : NULL;
    PyObject *result = NULL;

    if (!stack || (arguments->named_count && !names)) {
        PyErr_Clear();
        *status = fail_memory(count);
    } else {
        *status = convert(arguments, stack + 1, names);
        if (*status == QI_OK)
            result = PyObject_Vectorcall(callable, stack + 1,
                                         arguments->count | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    }
    for (size_t i = 1; stack && i <= count; i++)
        Py_XDECREF(stack[i]);
    if (stack != few)
        PyMem_Free(stack);
    Py_XDECREF(names);
    return result;
}

PyObject *qip_arguments_named(const qip_arguments *arguments, int *status)
{
    const qip_arguments named = {NULL, 0, arguments->named, arguments->named_count};
    PyObject *dict = qip_arguments_call((PyObject *)&PyDict_Type, &named, status);

    if (!dict && *status == QI_OK)
        *status = qip_fail_python("keyword arguments");
    return dict;
}
