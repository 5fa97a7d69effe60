/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions under names: qi.host.<name>(…). A dict in the module's state has them by their whole names, dots and
 * all; qi.host makes namespaces of what stands before a dot. An object and a function never share a name, nor
 * is one inside of the other.
 */
#include <Python.h>

#include "objects/expose.h"

#include <string.h>

#include <qi/expose.h>

#include "python/border.h"
#include "objects/function.h"
#include "objects/hostnames.h"
#include "qt/bridge.h"
#include "python/gate.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/visit.h"
#include "objects/setup.h"
#include "python/module.h"

static PyObject *host_functions; /* dict of dotted names to functions of the host's */

static const char taken_away[] = "was taken away by the application";
static const char replaced[] = "was replaced by the application; look it up again";
static const char shut_down[] = "was taken away, since the runtime shut down";

/* -- names ---------------------------------------------------------------------------------------------- */

/* QI_OK if the text is an identifier and no keyword. */
static int check_identifier(PyObject *text, const char *whole)
{
    int keyword = -1, status = QI_OK;
    PyObject *module = PyImport_ImportModule("keyword");
    PyObject *answer = module ? PyObject_CallMethod(module, "iskeyword", "O", text) : NULL;

    if (answer)
        keyword = PyObject_IsTrue(answer);
    if (keyword < 0)
        status = qip_fail_python("checking a name for qi.host");
    else if (keyword)
        status = qip_fail(QI_ERR_ARGUMENT,
                          "'%s' cannot be in qi.host: '%s' is a keyword of Python's; "
                          "use another name, such as '%s_'",
                          whole, PyUnicode_AsUTF8(text), PyUnicode_AsUTF8(text));
    else if (!PyUnicode_IsIdentifier(text))
        status = qip_fail(QI_ERR_ARGUMENT,
                          "'%s' is no name of Python's that qi.host could have; "
                          "use letters, digits and underscores",
                          whole);
    Py_XDECREF(answer);
    Py_XDECREF(module);
    return status;
}

static int check_part(const char *part, size_t size, const char *whole)
{
    PyObject *text = PyUnicode_FromStringAndSize(part, (Py_ssize_t)size);
    int status = text ? check_identifier(text, whole)
                      : qip_fail_python("checking a name for qi.host");

    Py_XDECREF(text);
    return status;
}

int qip_host_check_name(const char *name)
{
    int status = qip_check_text(name, "the name");
    return status == QI_OK ? check_part(name, strlen(name), name) : status;
}

static int check_dotted(const char *name)
{
    int status = qip_check_text(name, "the name");

    for (const char *part = name; status == QI_OK; part++) {
        size_t size = strcspn(part, ".");
        status = check_part(part, size, name);
        part += size;
        if (!*part)
            break;
    }
    return status;
}

/* Whether `inner` is below `outer`: "desk.price" and "desk". */
static bool is_inside(const char *inner, const char *outer)
{
    size_t size = strlen(outer);
    return strncmp(inner, outer, size) == 0 && inner[size] == '.';
}

/* The first name of a function that is inside of a name, or holds it; NULL: none. Borrowed. */
static const char *function_near(const char *name)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;

    while (PyDict_Next(host_functions, &position, &key, &value)) {
        const char *other = PyUnicode_AsUTF8(key);
        if (other && (is_inside(other, name) || is_inside(name, other)))
            return other;
    }
    PyErr_Clear();
    return NULL;
}

int qip_expose_check_object(const char *name)
{
    const char *near = function_near(name);

    if (!near && PyDict_GetItemString(host_functions, name))
        near = name;
    if (!near)
        return QI_OK;
    return qip_fail(QI_ERR_STATE,
                    "qi.host.%s is a function of the application, so no object can be "
                    "qi.host.%s; take it out with qi_function_unregister(), or choose another name",
                    near, name);
}

static int check_free(const char *name)
{
    const char *near = function_near(name);
    char first[256];

    if (near)
        return qip_fail(QI_ERR_STATE,
                        "qi.host.%s is a function of the application, so there cannot be "
                        "qi.host.%s; choose another name",
                        near, name);
    size_t size = strcspn(name, ".");
    snprintf(first, sizeof first, "%.*s", (int)size, name);
    if (!qip_host_has(first))
        return QI_OK;
    return qip_fail(QI_ERR_STATE,
                    "qi.host.%s is an object of the application, so there cannot be a function "
                    "qi.host.%s; choose another name",
                    first, name);
}

/* -- the public functions ------------------------------------------------------------------------------- */

static int check_function(const qi_function *function)
{
    if (!function->call && !function->call_later)
        return qip_fail(QI_ERR_ARGUMENT, "qi_function.call is NULL; there is nothing to call");
    if (function->call_later && (function->call || (function->flags & QI_FUNCTION_FLAG_POOL)))
        return qip_fail(QI_ERR_ARGUMENT,
                        "qi_function.call_later stands alone: without `call`, and without "
                        "QI_FUNCTION_FLAG_POOL, since it does not wait anyway");
    if (function->flags & ~(unsigned)QI_FUNCTION_FLAG_POOL)
        return qip_fail(QI_ERR_ARGUMENT, "qi_function has unknown flags: 0x%x", function->flags);
    if (function->owner && qip_qt_is_dying(function->owner))
        return qip_fail(QI_ERR_DEAD_OBJECT,
                        "the owner is being destroyed, so nobody could call the function");
    int status = function->signature ? qip_check_text(function->signature, "the signature") : QI_OK;
    if (status == QI_OK && function->doc)
        status = qip_check_text(function->doc, "the documentation");
    return status;
}

static int fail_signature(const char *name, const char *signature)
{
    if (!PyErr_ExceptionMatches(PyExc_ValueError))
        return qip_fail_python(name);
    PyErr_Clear();
    return qip_fail(QI_ERR_ARGUMENT,
                    "the signature of \"%s\" cannot be read: \"%s\"; write it as after `def`, with "
                    "literals as defaults: \"(symbol: str, count: int = 1) -> float\"",
                    name, signature);
}

/* What was there before is retired once the new one is in its place. */
static int put(const char *name, PyObject *function)
{
    PyObject *functions = host_functions;
    PyObject *before = Py_XNewRef(PyDict_GetItemString(functions, name));

    if (PyDict_SetItemString(functions, name, function) < 0) {
        PyErr_Clear();
        Py_XDECREF(before);
        return qip_fail(QI_ERR_MEMORY, "there is no memory for a name in qi.host");
    }
    if (before)
        qip_function_retire(before, replaced);
    Py_XDECREF(before);
    return QI_OK;
}

static int expose(const char *name, const qi_function *spec)
{
    int status = check_dotted(name);

    if (status == QI_OK)
        status = check_free(name);
    if (status < 0)
        return status;
    PyObject *function = qip_function_new(name, spec);
    if (!function)
        return fail_signature(name, spec->signature ? spec->signature : "");
    status = put(name, function);
    if (status < 0)
        qip_function_disown(function); /* its `user` stays the caller's */
    Py_DECREF(function);
    return status;
}

int qi_function_register(qi_runtime *runtime, const char *name, const qi_function *given)
{
    qi_function function;
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && !given)
        status = qip_fail(
            QI_ERR_ARGUMENT,
            "the function is NULL; qi_function_unregister() takes one out of qi.host");
    if (status == QI_OK)
        status = qip_sized_read(&function, sizeof function, given, "qi_function");
    if (status == QI_OK)
        status = check_function(&function);
    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    status = expose(name, &function);
    qip_python_leave(visit);
    return status;
}

static int take_out(const char *name)
{
    PyObject *functions = host_functions;
    PyObject *function = Py_XNewRef(PyDict_GetItemString(functions, name));

    if (!function)
        return qip_fail(QI_ERR_NOT_FOUND, "qi.host has no function named \"%s\"", name);
    if (PyDict_DelItemString(functions, name) < 0)
        PyErr_Clear();
    qip_function_retire(function, taken_away);
    Py_DECREF(function);
    return QI_OK;
}

int qi_function_unregister(qi_runtime *runtime, const char *name)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK)
        status = qip_check_text(name, "the name");
    if (status < 0)
        return status;
    qip_visit visit = qip_python_enter();
    status = take_out(name);
    qip_python_leave(visit);
    return status;
}

void qip_expose_clear(void)
{
    PyObject *all = host_functions ? PyDict_Values(host_functions) : NULL;

    if (!all) {
        PyErr_Clear();
        return;
    }
    PyDict_Clear(host_functions);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); i++)
        qip_function_retire(PyList_GET_ITEM(all, i), shut_down);
    Py_DECREF(all);
}

/* -- for pyshim/qi/host.py ------------------------------------------------------------------------------- */

/* The function, or None. */
static PyObject *host_function(PyObject *Py_UNUSED(module), PyObject *name)
{
    PyObject *function = PyDict_GetItemWithError(host_functions, name);

    if (!function && PyErr_Occurred())
        return NULL;
    return Py_NewRef(function ? function : Py_None);
}

static PyObject *host_function_names(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyDict_Keys(host_functions);
}

static PyMethodDef functions[] = {
    {"_host_function", host_function, METH_O, NULL},
    {"_host_function_names", host_function_names, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

int qip_expose_setup(PyObject *module)
{
    qip_module_keep(host_functions);
    host_functions = PyDict_New();
    if (!host_functions)
        return -1;
    return PyModule_AddFunctions(module, functions);
}
