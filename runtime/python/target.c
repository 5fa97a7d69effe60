/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Targets: how "orders:Desk.send" becomes a callable.
 *
 * Nothing is cached. The module is asked of the import system and each name of its owner every time,
 * so a module that was reloaded is noticed by itself, and none is kept alive. That costs about 300 ns,
 * a quarter of a launch. The id of an active plugin stands for the plugin, not for a module of that name. A qi_callable is the opposite: found once, and bound to that very object.
 *
 * A handle has two sorts of references: the caller's own, which is the registered handle, and those of
 * calls and of launches that are on their way; it may be released while these last.
 */
#include <Python.h>

#include "python/target.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "python/border.h"
#include "python/call.h"
#include "python/compat.h"
#include "core/handles.h"
#include "python/scope.h"
#include "python/signature.h"
#include "core/status.h"
#include "python/visit.h"
#include "python/gate.h"

qip_callable_functions qip_callable_port;

struct qi_callable {
    atomic_int references;
    PyObject *object;
    char *target;
};

/* -- the form of a target ----------------------------------------------------------------------------- */

static int malformed(const char *target)
{
    return qip_fail(
        QI_ERR_ARGUMENT,
        "the target \"%s\" is not of the form \"module:callable\", as \"orders:send\" or "
        "\"shop.orders:Desk.send\"",
        target);
}

/* Dotted names without an empty part; whether each is an identifier, the look-up will tell. */
static bool is_dotted(const char *name, size_t size)
{
    bool empty = true;

    for (size_t i = 0; i < size; i++) {
        if (name[i] == '.' && empty)
            return false;
        if (strchr(": \t\r\n/\\()", name[i]))
            return false;
        empty = name[i] == '.';
    }
    return !empty;
}

int qip_module_check_name(const char *name)
{
    int status = qip_check_text(name, "the name of the module");

    if (status == QI_OK && !is_dotted(name, strlen(name)))
        status = qip_fail(QI_ERR_ARGUMENT,
                          "\"%s\" is no name of a module, as \"orders\" or \"shop.orders\"", name);
    return status;
}

static int check_target(const char *target)
{
    int status = qip_check_text(target, "the target");

    if (status < 0)
        return status;
    const char *colon = strchr(target, ':');
    if (!colon || !is_dotted(target, (size_t)(colon - target)) ||
        !is_dotted(colon + 1, strlen(colon + 1)))
        return malformed(target);
    return QI_OK;
}

static void keep_handle(void *callable)
{
    atomic_fetch_add(&((qi_callable *)callable)->references, 1);
}

int qip_callable_hold(const char *target, const qi_callable *handle, qi_callable **held)
{
    *held = NULL;
    if (target)
        return check_target(target);
    if (!handle)
        return qip_fail(QI_ERR_ARGUMENT,
                        "there is nothing to call: `target` is NULL and the options "
                        "have no `callable`");
    int status = qip_handle_take(handle, QIP_HANDLE_CALLABLE, "callable", keep_handle);
    if (status == QI_OK)
        *held = (qi_callable *)handle;
    return status;
}

/* -- near names ----------------------------------------------------------------------------------------- */

/* Appends what `iterable` yields to `list`; an iterable that fails, or is NULL, adds nothing more. */
static void gather(PyObject *list, PyObject *iterable)
{
    PyObject *more = iterable ? PySequence_List(iterable) : NULL;

    if (more)
        PyList_SetSlice(list, PyList_GET_SIZE(list), PyList_GET_SIZE(list), more);
    Py_XDECREF(more);
    Py_XDECREF(iterable);
    PyErr_Clear();
}

/*
 * "; near names: 'a', 'b'", or "". Candidates may occur twice, as a module that is loaded and on the path.
 * A hint only: whatever goes wrong makes it empty. New str, or NULL.
 */
static PyObject *near_names(PyObject *word, PyObject *candidates)
{
    PyObject *difflib = PyImport_ImportModule("difflib"), *matches = NULL, *text = NULL;
    PyObject *distinct = candidates ? PySet_New(candidates) : NULL;

    if (difflib && distinct)
        matches = PyObject_CallMethod(difflib, "get_close_matches", "OO", word, distinct);
    if (matches && PyList_Check(matches) && PyList_GET_SIZE(matches) > 0) {
        PyObject *comma = PyUnicode_FromString("', '");
        PyObject *joined = comma ? PyUnicode_Join(comma, matches) : NULL;
        text = joined ? PyUnicode_FromFormat("; near names: '%U'", joined) : NULL;
        Py_XDECREF(joined);
        Py_XDECREF(comma);
    }
    Py_XDECREF(matches);
    Py_XDECREF(distinct);
    Py_XDECREF(difflib);
    PyErr_Clear();
    return text ? text : PyUnicode_FromString("");
}

/* Fails with QI_ERR_NOT_FOUND and "<format>; near names: …". Takes `candidates`. */
static int not_found(PyObject *word, PyObject *candidates, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    PyObject *text = PyUnicode_FromFormatV(format, arguments);
    va_end(arguments);
    PyObject *near = text ? near_names(word, candidates) : NULL;
    PyObject *whole = near ? PyUnicode_FromFormat("%U%U", text, near) : NULL;
    const char *utf8 = whole ? PyUnicode_AsUTF8(whole) : NULL;
    int status = qip_fail(QI_ERR_NOT_FOUND, "%s", utf8 ? utf8 : "no such module or callable");

    PyErr_Clear();
    Py_XDECREF(whole);
    Py_XDECREF(near);
    Py_XDECREF(text);
    Py_XDECREF(candidates);
    return status;
}

/* -- modules -------------------------------------------------------------------------------------------- */

/* The names that a module of the same parent could have: those loaded, and those that lie on the path. */
static PyObject *module_names(PyObject *name)
{
    PyObject *names = PyList_New(0), *pkgutil = PyImport_ImportModule("pkgutil");
    Py_ssize_t dot = names ? PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), -1) : -2;
    PyObject *parent = dot > 0 ? PyUnicode_Substring(name, 0, dot) : NULL;
    PyObject *package = parent ? PyImport_GetModule(parent) : NULL;
    PyObject *path = package ? PyObject_GetAttrString(package, "__path__") : NULL;

    PyErr_Clear();
    if (names && pkgutil && (path || dot == -1)) {
        PyObject *prefix = path ? PyUnicode_FromFormat("%U.", parent) : PyUnicode_FromString("");
        PyObject *infos = prefix ? PyObject_CallMethod(pkgutil, "iter_modules", "OO",
                                                       path ? path : Py_None, prefix)
                                 : NULL;
        PyObject *list = infos ? PySequence_List(infos) : NULL;
        for (Py_ssize_t i = 0; list && i < PyList_GET_SIZE(list); i++) {
            PyObject *found = PyObject_GetAttrString(PyList_GET_ITEM(list, i), "name");
            if (found)
                PyList_Append(names, found);
            Py_XDECREF(found);
        }
        Py_XDECREF(list);
        Py_XDECREF(infos);
        Py_XDECREF(prefix);
        PyErr_Clear();
    }
    if (names)
        gather(names, PyMapping_Keys(PyImport_GetModuleDict()));
    Py_XDECREF(path);
    Py_XDECREF(package);
    Py_XDECREF(parent);
    Py_XDECREF(pkgutil);
    PyErr_Clear();
    return names;
}

/*
 * Did the import fail because the very module, or a package that holds it, does not exist? One that
 * exists and itself imports something missing is the plugin's bug, and its traceback is needed.
 */
static bool is_itself_missing(PyObject *name, PyObject *exception)
{
    if (!PyErr_GivenExceptionMatches(exception, PyExc_ModuleNotFoundError))
        return false;
    PyObject *missing = PyObject_GetAttrString(exception, "name");
    bool result = false;
    if (missing && PyUnicode_Check(missing)) {
        PyObject *inside = PyUnicode_FromFormat("%U.", missing);
        result = PyUnicode_Compare(missing, name) == 0 ||
                 (inside && PyUnicode_Tailmatch(name, inside, 0, PY_SSIZE_T_MAX, -1) == 1);
        Py_XDECREF(inside);
    }
    Py_XDECREF(missing);
    PyErr_Clear();
    return result;
}

static void import_failed(PyObject *name)
{
    PyObject *exception = qip_take_exception();

    if (is_itself_missing(name, exception)) {
        PyObject *searched = qip_call_python("qi._python.names", "searched", "()");
        PyErr_Clear();
        not_found(name, module_names(name), "there is no module '%U' on Python's path%s%V", name,
                  searched ? "; " : "", searched, "");
        Py_XDECREF(searched);
        Py_DECREF(exception);
        return;
    }
    PyObject *what = PyUnicode_FromFormat("importing module '%U'", name);
    const char *text = what ? PyUnicode_AsUTF8(what) : NULL;
    PyErr_Clear();
    qip_give_exception(exception);
    qip_fail_python(text ? text : "importing a module");
    Py_XDECREF(what);
}

/*
 * With an empty `fromlist` the import answers with the top package, so the module itself is read from
 * sys.modules. The import comes first all the same: it waits where another thread is in the middle of
 * importing, and costs a look-up where nobody is.
 */
PyObject *qip_module_find(PyObject *name)
{
    PyObject *top = PyImport_ImportModuleLevelObject(name, NULL, NULL, NULL, 0);

    if (!top) {
        import_failed(name);
        return NULL;
    }
    Py_DECREF(top);
    PyObject *module = PyImport_GetModule(name);
    if (!module) {
        PyErr_Clear();
        not_found(name, module_names(name), "the module '%U' has removed itself from sys.modules",
                  name);
    }
    return module;
}

/* -- attributes ----------------------------------------------------------------------------------------- */

/* The names in `owner` that can be called; classes are among them, for paths that go on. */
static PyObject *callable_names(PyObject *owner)
{
    PyObject *names = PyObject_Dir(owner), *result = PyList_New(0);

    for (Py_ssize_t i = 0; names && result && i < PyList_GET_SIZE(names); i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        PyObject *value = PyObject_GetAttr(owner, name);
        if (value && PyCallable_Check(value))
            PyList_Append(result, name);
        Py_XDECREF(value);
        PyErr_Clear();
    }
    Py_XDECREF(names);
    PyErr_Clear();
    return result;
}

/* `walked` is the text up to `owner`, "orders" or "orders:Desk". */
static int attribute_failed(PyObject *owner, PyObject *name, const char *target)
{
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return qip_fail_python(target);
    PyErr_Clear();
    if (PyModule_Check(owner))
        return not_found(name, callable_names(owner), "the module of \"%s\" has no '%U'", target,
                         name);
    return not_found(name, callable_names(owner), "in \"%s\", %s '%.200s' has no '%U'", target,
                     PyType_Check(owner) ? "the class" : "an object of type",
                     PyType_Check(owner) ? ((PyTypeObject *)owner)->tp_name : Py_TYPE(owner)->tp_name,
                     name);
}

int qip_attribute_failed(PyObject *owner, PyObject *name)
{
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return qip_fail_python("reading an attribute");
    PyErr_Clear();
    PyObject *names = PyObject_Dir(owner);
    PyErr_Clear();
    return not_found(name, names, "an object of type '%.200s' has no '%U'", Py_TYPE(owner)->tp_name,
                     name);
}

int qip_name_not_found(PyObject *name, PyObject *names)
{
    return not_found(name, PyDict_Keys(names), "the name '%U' is not set", name);
}

/* Follows the dotted path from the module. Takes `owner`. */
static PyObject *walk(PyObject *owner, const char *path, const char *target)
{
    while (owner && *path) {
        size_t size = strcspn(path, ".");
        PyObject *name = PyUnicode_FromStringAndSize(path, (Py_ssize_t)size);
        PyObject *next = name ? PyObject_GetAttr(owner, name) : NULL;
        if (!name)
            qip_fail_python(target);
        else if (!next)
            attribute_failed(owner, name, target);
        Py_XDECREF(name);
        Py_SETREF(owner, next);
        path += size + (path[size] == '.');
    }
    return owner;
}

PyObject *qip_callable_find(qi_runtime *runtime, const char *target)
{
    (void)runtime; /* one interpreter a process */
    if (check_target(target) < 0)
        return NULL;
    const char *colon = strchr(target, ':');
    PyObject *name = PyUnicode_FromStringAndSize(target, colon - target);
    if (!name) {
        qip_fail_python(target);
        return NULL;
    }
    PyObject *object = qip_scope_owner(name);
    if (!object)
        object = qip_module_find(name);
    Py_DECREF(name);
    object = walk(object, colon + 1, target);
    if (object && !PyCallable_Check(object)) {
        qip_fail(QI_ERR_TYPE, "\"%s\" is %.200s and cannot be called", target,
                 Py_TYPE(object)->tp_name);
        Py_CLEAR(object);
    }
    return object;
}

int qip_callable_check_coroutine(PyObject *callable, const char *name, const char *flag)
{
    int is_coroutine = qip_signature_is_coroutine(callable);

    if (is_coroutine < 0)
        return qip_fail_python(name);
    if (is_coroutine)
        return QI_OK;
    return qip_fail(
        QI_ERR_NOT_COROUTINE,
        "\"%s\" is not a coroutine function; define it with `async def`, or set %s to call a "
        "plain function",
        name, flag);
}

/* -- handles -------------------------------------------------------------------------------------------- */

/* Registers a handle. Takes `object` and `target`, in any case; NULL: no memory. GIL: held. */
static qi_callable *new_handle(PyObject *object, char *target)
{
    qi_callable *callable = calloc(1, sizeof *callable);

    if (!callable || !target || qip_handle_add(callable, QIP_HANDLE_CALLABLE) < 0) {
        Py_DECREF(object);
        free(target);
        free(callable);
        return NULL;
    }
    atomic_init(&callable->references, 1);
    callable->object = object;
    callable->target = target;
    return callable;
}

int qi_callable_resolve(qi_runtime *runtime, const char *target, qi_callable **out)
{
    if (out)
        *out = NULL;
    int status = qip_runtime_check_gui(runtime);
    if (status < 0)
        return status;
    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; there would be no handle to call with");
    if ((status = check_target(target)) < 0)
        return status;

    qip_visit visit = qip_python_enter();
    PyObject *object = qip_callable_find(runtime, target);
    qi_callable *callable = object ? new_handle(object, strdup(target)) : NULL;
    qip_python_leave(visit);
    if (!callable)
        return object ? qip_fail(QI_ERR_MEMORY, "out of memory") : qi_last_error()->status;
    *out = callable;
    return QI_OK;
}

qi_callable *qip_callable_adopt(PyObject *object)
{
    PyObject *target = qip_signature_target(object);
    const char *text = target ? PyUnicode_AsUTF8(target) : NULL;
    qi_callable *callable = text ? new_handle(Py_NewRef(object), strdup(text)) : NULL;

    Py_XDECREF(target);
    if (!callable && text)
        PyErr_NoMemory();
    return callable;
}

void qip_callable_drop(qi_callable *callable)
{
    if (!callable || atomic_fetch_sub(&callable->references, 1) != 1)
        return;
    /* After the interpreter has ended, the object is gone with it. */
    qip_visit visit;
    if (qip_python_try_enter(&visit)) {
        Py_DECREF(callable->object);
        qip_python_leave(visit);
    }
    free(callable->target);
    free(callable);
}

qi_callable *qi_callable_retain(qi_callable *callable)
{
    return qip_handle_retain(callable, QIP_HANDLE_CALLABLE, "callable", keep_handle) < 0 ? NULL
                                                                                         : callable;
}

void qi_callable_release(qi_callable *callable)
{
    if (qip_handle_give_up(callable, QIP_HANDLE_CALLABLE))
        qip_callable_drop(callable);
}

/* Whoever releases a handle takes it out of the table before it waits for the GIL, and frees it after that. */
PyObject *qip_callable_object(const qi_callable *callable, const char **target)
{
    if (qip_handle_check(callable, QIP_HANDLE_CALLABLE, "callable") < 0)
        return NULL;
    if (target)
        *target = callable->target;
    return callable->object;
}

const char *qip_callable_name(const qi_callable *handle)
{
    return handle->target;
}

PyObject *qip_callable_take(qi_runtime *runtime, const char *target, const qi_callable *handle,
                            const char **name)
{
    if (target) {
        *name = target;
        return qip_callable_find(runtime, target);
    }
    *name = handle->target;
    return Py_NewRef(handle->object);
}

/* -- for those who give it to the host -------------------------------------------------------------------- */

qi_callable *qip_callable_for_host(PyObject *object)
{
    int coroutine = qip_signature_is_coroutine(object);

    if (coroutine <= 0)
        return coroutine < 0 ? NULL : qip_callable_adopt(object);
    PyObject *slot = qip_callable_port.slot(object);
    qi_callable *callable = slot ? qip_callable_adopt(slot) : NULL;
    Py_XDECREF(slot);
    return callable;
}
