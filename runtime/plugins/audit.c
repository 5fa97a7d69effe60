/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Python's audit events, passed on to one callback of the host's: qi/audit.h.
 *
 * CPython takes hooks and never gives them back, so one is added when the first callback is set, and looks
 * each time whether there is one. It runs wherever the interpreter is, also in the middle of its own C
 * code, so it runs no Python code itself: arguments are written by the repr of Python's own types, applied
 * to what is inside of an object, and never by what a subclass has put in its place. Paths of pathlib reach
 * many events as they are, and are written as their texts.
 *
 * The callback and its `user` are changed and read with the GIL held.
 */
#include "plugins/audit.h"

#include <Python.h>
#include <frameobject.h>

#include <stdlib.h>
#include <string.h>

#include <qi/audit.h>

#include "python/border.h"
#include "core/hostcall.h"
#include "core/users.h"
#include "core/callout.h"
#include "core/plain.h"
#include "python/interp.h"
#include "python/path_text.h"
#include "python/gate.h"
#include "python/scope.h"
#include "python/gil.h"

#define PROBE          "qi.audit"
#define PLUGIN_PACKAGE "qi_plugins." /* of the modules of all plugins: _python/scope.py */
#define ID_CHARACTERS  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

enum { DEEPEST = 16, LEVELS = 4, MOST_ITEMS = 1000, LONGEST_BYTES = 65536 };

static qi_audit_fn callback;
static void *callback_user;
static bool is_installed, probe_arrived;
static _Thread_local unsigned depth;

/* -- arguments as text --------------------------------------------------------------------------- */

/* What bounds the work for one event, whatever its arguments refer to: once more characters have been written than are told,
 * containers end. */
struct writing {
    unsigned level;
    Py_ssize_t written;
};

static PyObject *text_of(PyObject *object, struct writing *writing);

static bool is_full(const struct writing *writing, PyObject *texts)
{
    return PyList_GET_SIZE(texts) == MOST_ITEMS || writing->written > LONGEST_BYTES;
}

/* The texts of a container's items, which the call takes, in its form. New reference, or NULL with an exception. */
static PyObject *joined_texts(PyObject *texts, const char *format)
{
    PyObject *comma = texts ? PyUnicode_FromString(", ") : NULL;
    PyObject *joined = comma ? PyUnicode_Join(comma, texts) : NULL;
    PyObject *result = joined ? PyUnicode_FromFormat(format, joined) : NULL;
    Py_XDECREF(joined);
    Py_XDECREF(comma);
    Py_XDECREF(texts);
    return result;
}

static PyObject *text_of_items(PyObject *sequence, struct writing *writing, const char *format)
{
    PyObject *texts = PyList_New(0);

    /* Beware: each text may have the collector run, and with it finalizers that change the list. */
    for (Py_ssize_t i = 0; texts && i < PySequence_Fast_GET_SIZE(sequence); i++) {
        const bool ends = is_full(writing, texts);
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(sequence, i));
        PyObject *text = ends ? PyUnicode_FromString("…") : text_of(item, writing);
        Py_DECREF(item);
        if (!text || PyList_Append(texts, text) < 0)
            Py_CLEAR(texts);
        Py_XDECREF(text);
        if (ends)
            break;
    }
    return joined_texts(texts, format);
}

/* "key: value". New reference, or NULL with an exception. */
static PyObject *text_of_pair(PyObject *key, PyObject *value, struct writing *writing)
{
    PyObject *left = text_of(key, writing), *right = left ? text_of(value, writing) : NULL;
    PyObject *pair = right ? PyUnicode_FromFormat("%U: %U", left, right) : NULL;
    Py_XDECREF(right);
    Py_XDECREF(left);
    return pair;
}

static PyObject *text_of_dict(PyObject *dict, struct writing *writing)
{
    PyObject *texts = PyList_New(0), *key, *value;
    Py_ssize_t at = 0;

    /* Beware: as above. */
    while (texts && PyDict_Next(dict, &at, &key, &value)) {
        const bool ends = is_full(writing, texts);
        Py_INCREF(key);
        Py_INCREF(value);
        PyObject *text = ends ? PyUnicode_FromString("…") : text_of_pair(key, value, writing);
        Py_DECREF(value);
        Py_DECREF(key);
        if (!text || PyList_Append(texts, text) < 0)
            Py_CLEAR(texts);
        Py_XDECREF(text);
        if (ends)
            break;
    }
    return joined_texts(texts, "{%U}");
}

static PyObject *text_of_text(PyObject *object);
static PyObject *text_of_bytes(PyObject *object);

/* An object that is no value is named by its type, except for paths, and for code and types, which have names. */
static PyObject *text_of_other(PyObject *object)
{
    PyObject *path = qip_path_text(object);
    if (path) {
        PyObject *text = PyUnicode_Check(path) ? text_of_text(path) : text_of_bytes(path);
        Py_DECREF(path);
        return text;
    }
    if (PyCode_Check(object))
        return PyCode_Type.tp_repr(object);
    if (PyType_Check(object))
        return PyUnicode_FromFormat("<class '%s'>", ((PyTypeObject *)object)->tp_name);
    return PyUnicode_FromFormat("<%s object>", Py_TYPE(object)->tp_name);
}

/* Python refuses to write out numbers of thousands of digits. */
static PyObject *text_of_number(PyObject *object)
{
    PyObject *text = PyLong_Type.tp_repr(object);
    if (!text && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        text = PyUnicode_FromString("<a very large int>");
    }
    return text;
}

/* Texts and bytes that are longer than all may be are cut first: source code can be. */
static PyObject *text_of_text(PyObject *object)
{
    PyObject *start = PyUnicode_Substring(object, 0, LONGEST_BYTES);
    PyObject *text = start ? PyUnicode_Type.tp_repr(start) : NULL;
    Py_XDECREF(start);
    return text;
}

static PyObject *text_of_bytes(PyObject *object)
{
    if (PyBytes_GET_SIZE(object) <= LONGEST_BYTES)
        return PyBytes_Type.tp_repr(object);
    PyObject *start = PyBytes_FromStringAndSize(PyBytes_AS_STRING(object), LONGEST_BYTES);
    PyObject *text = start ? PyObject_Repr(start) : NULL;
    Py_XDECREF(start);
    return text;
}

static PyObject *text_of_leaf(PyObject *object)
{
    if (object == Py_None || PyBool_Check(object))
        return PyObject_Repr(object);
    if (PyUnicode_Check(object))
        return text_of_text(object);
    if (PyBytes_Check(object))
        return text_of_bytes(object);
    if (PyLong_Check(object))
        return text_of_number(object);
    if (PyFloat_Check(object))
        return PyFloat_Type.tp_repr(object);
    return text_of_other(object);
}

static PyObject *text_of_container(PyObject *object, struct writing *writing)
{
    PyObject *text;

    writing->level++;
    writing->written += 2;
    if (PyDict_Check(object))
        text = text_of_dict(object, writing);
    else if (PyList_Check(object))
        text = text_of_items(object, writing, "[%U]");
    else
        text = text_of_items(object, writing, PyTuple_GET_SIZE(object) == 1 ? "(%U,)" : "(%U)");
    writing->level--;
    return text;
}

/* The text of an object. New reference, or NULL with an exception. */
static PyObject *text_of(PyObject *object, struct writing *writing)
{
    if (writing->level < LEVELS &&
        (PyTuple_Check(object) || PyList_Check(object) || PyDict_Check(object)))
        return text_of_container(object, writing);
    PyObject *text = text_of_leaf(object);
    if (text)
        writing->written += PyUnicode_GET_LENGTH(text);
    return text;
}

/* As UTF-8 that steers no terminal and is one line, NULs written out: names of types and of code can be anything. New
 * reference to bytes, or NULL with an exception. */
static PyObject *plain_bytes(PyObject *text)
{
    PyObject *nul = PyUnicode_FromStringAndSize("\0", 1), *shown = PyUnicode_FromString("\\x00");
    PyObject *whole = nul && shown ? PyUnicode_Replace(text, nul, shown, -1) : NULL;
    PyObject *raw = whole ? PyUnicode_AsEncodedString(whole, "utf-8", "backslashreplace") : NULL,
             *bytes = NULL;
    char *plain = raw ? qip_plain_copy(PyBytes_AS_STRING(raw), true) : NULL;

    if (plain)
        bytes = PyBytes_FromString(plain);
    else if (raw)
        PyErr_NoMemory();
    free(plain);
    Py_XDECREF(raw);
    Py_XDECREF(whole);
    Py_XDECREF(shown);
    Py_XDECREF(nul);
    return bytes;
}

/* The arguments as UTF-8, cut where they are long. New reference to bytes, or NULL with an exception. */
static PyObject *describe(PyObject *arguments)
{
    struct writing writing = {0};
    PyObject *text = text_of(arguments, &writing), *bytes = text ? plain_bytes(text) : NULL;

    Py_XDECREF(text);
    if (!bytes || PyBytes_GET_SIZE(bytes) <= LONGEST_BYTES)
        return bytes;
    const char *start = PyBytes_AS_STRING(bytes);
    Py_ssize_t size = LONGEST_BYTES;
    while (size && ((unsigned char)start[size] & 0xC0) == 0x80)
        size--; /* not in the middle of a character */
    PyObject *cut = PyBytes_FromStringAndSize(start, size);
    Py_DECREF(bytes);
    if (cut)
        PyBytes_ConcatAndDel(&cut, PyBytes_FromString("…"));
    return cut;
}

/* -- whose code ---------------------------------------------------------------------------------- */

/* The plugin that a module belongs to by its name, or NULL. New reference. */
static PyObject *plugin_of_module(PyObject *globals)
{
    PyObject *name = PyDict_GetItemString(globals, "__name__");
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;

    if (!text)
        PyErr_Clear();
    if (!text || strncmp(text, PLUGIN_PACKAGE, strlen(PLUGIN_PACKAGE)) != 0)
        return NULL;
    text += strlen(PLUGIN_PACKAGE);
    const size_t size = strspn(
        text, ID_CHARACTERS); /* a name that is no id is one that code has made up */
    if (!size || (text[size] && text[size] != '.'))
        return NULL;
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)size);
}

/* Threads that a plugin starts have no Context of the plugin's, but functions of it on their stack. */
static PyObject *plugin_on_stack(void)
{
    PyFrameObject *frame = PyEval_GetFrame();
    PyObject *plugin = NULL;

    Py_XINCREF(frame);
    while (frame && !plugin) {
        PyObject *globals = PyFrame_GetGlobals(frame);
        plugin = globals ? plugin_of_module(globals) : NULL;
        Py_XDECREF(globals);
        PyFrameObject *below = plugin ? NULL : PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = below;
    }
    Py_XDECREF(frame);
    PyErr_Clear();
    return plugin;
}

static PyObject *whose(void)
{
    PyObject *plugin = qip_scope_plugin();
    return plugin ? plugin : plugin_on_stack();
}

/* -- the hook ------------------------------------------------------------------------------------ */

typedef struct audit_call {
    qi_audit_fn asked;
    qi_audit_event event;
    void *user;
    bool allowed;
} audit_call;

static void call_host(void *data)
{
    audit_call *call = data;
    call->allowed = call->asked(&call->event, call->user);
}

/* Beware: the callback may do anything, end the runtime and set another callback among it. */
static bool ask_host(const char *event, const char *arguments, const char *plugin)
{
    qi_audit_fn asked = callback;
    void *user = callback_user;

    if (!asked || !qip_callout_begin())
        return true;
    depth++;
    PyThreadState *thread = qip_gil_drop();
    audit_call call = {asked, {sizeof call.event, event, arguments, plugin}, user, false};
    (void)qip_hostcall("the audit callback", call_host, &call); /* one that throws has not allowed it */
    const bool allowed = call.allowed;
    qip_callout_end();
    qip_gil_take(thread);
    depth--;
    return allowed;
}

static int refuse(const char *event, PyObject *arguments, PyObject *plugin, const char *why)
{
    if (plugin)
        PyErr_Format(PyExc_PermissionError, "%s %s%.500s, which the plugin %R asked for", why,
                     event, PyBytes_AS_STRING(arguments), plugin);
    else
        PyErr_Format(PyExc_PermissionError, "%s %s%.500s", why, event, PyBytes_AS_STRING(arguments));
    return -1;
}

static int judge(const char *raised, PyObject *arguments)
{
    PyObject *text = describe(arguments);
    char *event = text ? qip_plain_copy(raised, true) : NULL;
    if (!event) { /* out of memory: what cannot be told does not happen */
        Py_XDECREF(text);
        return PyErr_Occurred() ? -1 : (PyErr_NoMemory(), -1);
    }
    PyObject *plugin = whose();
    const char *name = plugin ? PyUnicode_AsUTF8(plugin) : NULL;
    char *id = qip_plain_copy(name, true);
    int result = 0;

    PyErr_Clear();
    if (depth >= DEEPEST)
        result = refuse(event, text, plugin,
                        "the audit callback of the application causes events without end, such as");
    else if (!ask_host(event, PyBytes_AS_STRING(text), id))
        result = refuse(event, text, plugin, "the application does not allow");
    Py_XDECREF(plugin);
    Py_DECREF(text);
    free(id);
    free(event);
    return result;
}

/* CPython calls this with the GIL held and no exception set; after the interpreter's end, too. */
static int hook(const char *event, PyObject *arguments, void *Py_UNUSED(data))
{
    if (!callback) {
        if (!probe_arrived && strcmp(event, PROBE) == 0)
            probe_arrived = true;
        return 0;
    }
    return judge(event, arguments);
}

/* Returns QI_OK, or a failure. Whether a hook was added is not always told: another hook may say no. */
static int install(void)
{
    if (qip_path_text_prepare() < 0)
        return qip_fail_python("preparing to write out paths");
    if (is_installed)
        return QI_OK;
    if (PySys_AddAuditHook(hook, NULL) < 0 || PySys_Audit(PROBE, NULL) < 0)
        return qip_fail_python("adding an audit hook");
    if (!probe_arrived)
        return qip_fail(QI_ERR_STATE, "an audit hook that Python has already refuses further ones; "
                                      "call qi_audit_set() before it is added");
    is_installed = true;
    return QI_OK;
}

int qi_audit_set(qi_runtime *runtime, qi_audit_fn audit, void *user, qi_destroy_fn destroy)
{
    int status = qip_runtime_check_gui(runtime);
    if (status != QI_OK)
        return status;
    qip_gil gil = qip_gil_enter();
    if (audit)
        status = install();
    if (status == QI_OK)
        status = qip_users_keep(user, destroy, NULL);
    if (status == QI_OK) {
        callback = audit;
        callback_user = user;
    }
    qip_gil_leave(gil);
    return status;
}

void qip_audit_forget(void)
{
    callback = NULL;
    callback_user = NULL;
    qip_path_text_forget();
}
