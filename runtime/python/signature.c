/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading callables. The short ways below must agree with the long ones wherever both apply: a function
 * with an empty __dict__ has neither __wrapped__ nor __signature__ nor a coroutine mark, so its code
 * object tells everything.
 */
#include "python/signature.h"

#include <stdbool.h>

/* -- functions, without `inspect` ------------------------------------------------------------------ */

/* The function under a bound method, or the callable itself. Borrowed. */
static PyObject *unbound(PyObject *callable)
{
    return PyMethod_Check(callable) ? PyMethod_GET_FUNCTION(callable) : callable;
}

static const PyCodeObject *code_of(PyObject *function)
{
    return (const PyCodeObject *)PyFunction_GET_CODE(function);
}

static bool is_undecorated(PyObject *function)
{
    PyObject *dict = ((PyFunctionObject *)function)->func_dict;

    return !dict || PyDict_GET_SIZE(dict) == 0;
}

/* False where the long way has to decide. */
static bool read_function(PyObject *callable, qip_signature *out)
{
    PyObject *function = unbound(callable);

    if (!PyFunction_Check(function) || !is_undecorated(function))
        return false;
    const PyCodeObject *code = code_of(function);
    if (code->co_kwonlyargcount > 0)
        return false;
    PyObject *defaults = PyFunction_GET_DEFAULTS(function);
    int bound = function != callable;
    int most = code->co_argcount - bound;
    int least = most - (defaults ? (int)PyTuple_GET_SIZE(defaults) : 0);
    if (code->co_flags & CO_VARARGS)
        most = -1;
    else if (most < 0)
        return false; /* a method without self: inspect has the message */
    out->least = least > 0 ? least : 0;
    out->most = most;
    return true;
}

/* -- everything else, through `inspect` -------------------------------------------------------------- */

static PyObject *call_module(const char *module, const char *function, PyObject *argument)
{
    PyObject *result = NULL, *imported = PyImport_ImportModule(module);

    if (imported)
        result = PyObject_CallMethod(imported, function, "(O)", argument);
    Py_XDECREF(imported);
    return result;
}

static int is_true_and_drop(PyObject *answer)
{
    int truth = answer ? PyObject_IsTrue(answer) : -1;

    Py_XDECREF(answer);
    return truth;
}

/* The kinds of inspect.Parameter, an IntEnum in the order in which they appear in a signature. */
enum { POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD };

static int count_parameter(PyObject *callable, PyObject *parameter, qip_signature *out)
{
    PyObject *kind_object = PyObject_GetAttrString(parameter, "kind");
    PyObject *fallback = PyObject_GetAttrString(parameter, "default");
    PyObject *empty = PyObject_GetAttrString(parameter, "empty");
    long kind = kind_object ? PyLong_AsLong(kind_object) : -1;
    bool needed = fallback == empty;
    int result = PyErr_Occurred() ? -1 : 0;

    if (result == 0 && kind == KEYWORD_ONLY && needed) {
        PyErr_Format(
            PyExc_TypeError,
            "%R has the keyword-only parameter %R without a default, which a signal cannot "
            "give; make it positional, or give it a default",
            callable, parameter);
        result = -1;
    } else if (result == 0 && kind == VAR_POSITIONAL) {
        out->most = -1;
    } else if (result == 0 && kind <= POSITIONAL_OR_KEYWORD) {
        out->most++;
        out->least += needed;
    }
    Py_XDECREF(kind_object);
    Py_XDECREF(fallback);
    Py_XDECREF(empty);
    return result;
}

static int count_parameters(PyObject *callable, PyObject *signature, qip_signature *out)
{
    PyObject *mapping = PyObject_GetAttrString(signature, "parameters");
    PyObject *values = mapping ? PyMapping_Values(mapping) : NULL;
    int result = values ? 0 : -1;

    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(values); i++)
        result = count_parameter(callable, PyList_GET_ITEM(values, i), out);
    Py_XDECREF(values);
    Py_XDECREF(mapping);
    return result;
}

static int read_by_inspection(PyObject *callable, qip_signature *out)
{
    PyObject *signature = call_module("inspect", "signature", callable);

    if (!signature) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return -1;
        PyErr_Clear();
        *out = (qip_signature){.least = 0, .most = -1};
        return 0;
    }
    *out = (qip_signature){0, 0};
    int result = count_parameters(callable, signature, out);
    Py_DECREF(signature);
    return result;
}

int qip_signature_read(PyObject *callable, qip_signature *out)
{
    if (!PyCallable_Check(callable)) {
        PyErr_Format(PyExc_TypeError, "%R is not callable", callable);
        return -1;
    }
    return read_function(callable, out) ? 0 : read_by_inspection(callable, out);
}

/* 0, or -1 with TypeError set. One without a signature says so itself, when it is called. */
static int check_keywords(PyObject *callable, PyObject *keywords)
{
    PyObject *signature = call_module("inspect", "signature", callable);

    if (!signature && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        return 0;
    }
    PyObject *bind = signature ? PyObject_GetAttrString(signature, "bind_partial") : NULL;
    PyObject *bound = bind ? PyObject_VectorcallDict(bind, NULL, 0, keywords) : NULL;
    const int result = bound ? 0 : -1;
    Py_XDECREF(bound);
    Py_XDECREF(bind);
    Py_XDECREF(signature);
    return result;
}

int qip_signature_read_beside(PyObject *callable, PyObject *keywords, qip_signature *out)
{
    if (!keywords)
        return qip_signature_read(callable, out);
    if (check_keywords(callable, keywords) < 0)
        return -1;
    PyObject *functools = PyImport_ImportModule("functools");
    PyObject *partial = functools ? PyObject_GetAttrString(functools, "partial") : NULL;
    PyObject *beside = partial ? PyObject_VectorcallDict(partial, &callable, 1, keywords) : NULL;
    const int result = beside ? read_by_inspection(beside, out) : -1;
    Py_XDECREF(beside);
    Py_XDECREF(partial);
    Py_XDECREF(functools);
    return result;
}

/* -- coroutine functions ----------------------------------------------------------------------------- */

/* Steps through functools.partial. New reference, or NULL with an exception set. */
static PyObject *without_partials(PyObject *callable)
{
    PyObject *functools = PyImport_ImportModule("functools");
    PyObject *partial = functools ? PyObject_GetAttrString(functools, "partial") : NULL;
    PyObject *inner = partial ? Py_NewRef(callable) : NULL;
    int more;

    while (inner && (more = PyObject_IsInstance(inner, partial)) != 0) {
        if (more > 0)
            Py_SETREF(inner, PyObject_GetAttrString(inner, "func"));
        else
            Py_CLEAR(inner);
    }
    Py_XDECREF(partial);
    Py_XDECREF(functools);
    return inner;
}

/* The mark that generator-based code, Cython and mocks put on what they make. */
static int has_asyncio_mark(PyObject *callable)
{
    PyObject *mark = PyObject_GetAttrString(callable, "_is_coroutine");

    if (!mark) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    PyObject *coroutines = PyImport_ImportModule("asyncio.coroutines");
    PyObject *real = coroutines ? PyObject_GetAttrString(coroutines, "_is_coroutine") : NULL;
    int result = real ? real == mark : 0;
    PyErr_Clear(); /* a version without the mark has nothing that carries it */
    Py_XDECREF(real);
    Py_XDECREF(coroutines);
    Py_DECREF(mark);
    return result;
}

static int is_marked(PyObject *callable)
{
    int result = is_true_and_drop(call_module("inspect", "iscoroutinefunction", callable));

    return result ? result : has_asyncio_mark(callable);
}

static int has_coroutine_call(PyObject *object)
{
    if (PyFunction_Check(object) || PyMethod_Check(object) || PyType_Check(object) ||
        PyCFunction_Check(object))
        return 0;
    PyObject *call = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__call__");
    if (!call) {
        PyErr_Clear();
        return 0;
    }
    int result = is_marked(call);
    Py_DECREF(call);
    return result;
}

int qip_signature_is_coroutine(PyObject *callable)
{
    PyObject *function = unbound(callable);

    if (PyFunction_Check(function)) {
        if (code_of(function)->co_flags & CO_COROUTINE)
            return 1;
        if (is_undecorated(function))
            return 0;
    }
    PyObject *inner = without_partials(callable);
    if (!inner)
        return -1;
    int result = is_marked(inner);
    if (result == 0)
        result = has_coroutine_call(inner);
    Py_DECREF(inner);
    return result;
}

int qip_is_coroutine_object(PyObject *object)
{
    if (PyCoro_CheckExact(object))
        return 1;
    if (object == Py_None)
        return 0;
    return is_true_and_drop(call_module("asyncio", "iscoroutine", object));
}

/* -- names ------------------------------------------------------------------------------------------- */

PyObject *qip_signature_target(PyObject *callable)
{
    PyObject *inner = without_partials(callable), *target = NULL;

    if (!inner)
        return NULL;
    PyObject *module = PyObject_GetAttrString(inner, "__module__");
    PyObject *name = PyObject_GetAttrString(inner, "__qualname__");
    if (!module || !name || !PyUnicode_Check(module) || !PyUnicode_Check(name)) {
        PyErr_Clear();
        target = PyObject_Repr(inner);
    } else {
        target = PyUnicode_FromFormat("%U:%U", module, name);
    }
    Py_XDECREF(module);
    Py_XDECREF(name);
    Py_DECREF(inner);
    return target;
}
