/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's callbacks about plugins: who listens to events, and who is asked for consent.
 *
 * A callback may add and release listeners, end the runtime, or cause further events: see core/listeners.h. All is
 * touched on the GUI thread with the GIL held, which is given away around each call.
 */
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "core/hostcall.h"
#include "core/callout.h"
#include "core/listeners.h"
#include "objects/function.h"
#include "python/interp.h"
#include "plugins/plugin.h"
#include "core/status.h"
#include "plugins/setup.h"

static void release(qi_listener *listener);

static qip_listeners listeners = {.what = "a listener to plugins", .release = release};
static qi_plugin_consent_fn consent;
static qi_plugin_consent_later_fn consent_later; /* or this one */
static void *consent_user;

/* -- the list ------------------------------------------------------------------------------------- */

/* GIL: held, and given away. */
static void sweep(void)
{
    qi_listener *gone = qip_listeners_sweep(&listeners);

    if (!gone)
        return;
    PyThreadState *thread = qip_gil_drop();
    qip_listeners_end(gone);
    qip_gil_take(thread);
}

int qip_plugin_events_add(qi_plugin_event_fn event, void *user, qi_destroy_fn destroy,
                          qi_listener **out)
{
    return qip_listeners_add(&listeners, (qip_any_fn)event, user, destroy, out);
}

/* What qi_listener_release() does for one of these. */
static void release(qi_listener *listener)
{
    PyGILState_STATE gil;
    const bool alive = qip_interp_alive();

    if (alive)
        gil = PyGILState_Ensure();
    qip_listeners_remove(listener);
    if (alive) {
        sweep();
        PyGILState_Release(gil);
    }
}

void qip_plugin_events_clear(void)
{
    qip_listeners_clear(&listeners);
    sweep();
    consent = NULL;
    consent_later = NULL;
    consent_user = NULL;
}

void qip_plugin_events_configure(const qi_plugins_config *config)
{
    consent = config ? config->consent : NULL;
    consent_later = config ? config->consent_later : NULL;
    consent_user = config ? config->consent_user : NULL;
}

/* -- telling -------------------------------------------------------------------------------------- */

typedef struct event_call {
    qip_any_fn function;
    const qi_plugin_event *event;
    void *user;
} event_call;

static void call_listener(void *data)
{
    const event_call *call = data;
    ((qi_plugin_event_fn)call->function)(call->event, call->user);
}

static void tell_one(qip_any_fn function, void *user, void *event)
{
    PyThreadState *thread = qip_gil_drop();

    if (qip_callout_begin()) {
        (void)qip_hostcall(listeners.what, call_listener, &(event_call){function, event, user});
        qip_callout_end();
    }
    qip_gil_take(thread);
}

void qip_plugin_events_stopped(void)
{
    qi_plugin_event event = {
        .size = sizeof event, .kind = QI_PLUGIN_EVENT_STOPPED, .id = "", .progress = -1};

    qip_listeners_each(&listeners, tell_one, &event);
    sweep();
}

static PyObject *tell(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    qi_plugin_event event = {.size = sizeof event};
    int kind, state, before;

    if (!PyArg_ParseTuple(arguments, "isiizzzd:_plugin_tell", &kind, &event.id, &state, &before,
                          &event.reason, &event.traceback, &event.detail, &event.progress))
        return NULL;
    event.kind = kind;
    event.state = state;
    event.before = before;
    qip_listeners_each(&listeners, tell_one, &event);
    sweep();
    Py_RETURN_NONE;
}

/* -- asking --------------------------------------------------------------------------------------- */

/* The texts of a tuple of str, borrowed from it, in an array that the caller frees; NULL with an exception. */
static const char **text_array(PyObject *tuple)
{
    Py_ssize_t size = PyTuple_GET_SIZE(tuple);
    const char **texts = malloc(((size_t)size + 1) * sizeof *texts);

    if (!texts) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        texts[i] = PyUnicode_AsUTF8(PyTuple_GET_ITEM(tuple, i));
        if (!texts[i]) {
            free(texts);
            return NULL;
        }
    }
    return texts;
}

typedef struct consent_call {
    qi_plugin_consent_fn consent;
    const qi_plugin_consent *question;
    void *user;
    bool answer;
} consent_call;

static void call_consent(void *data)
{
    consent_call *call = data;
    call->answer = call->consent(call->question, call->user);
}

typedef struct later_call {
    qi_plugin_consent_later_fn consent;
    const qi_plugin_consent *question;
    qi_promise *promise;
    void *user;
} later_call;

static void call_later(void *data)
{
    later_call *call = data;
    call->consent(call->question, call->promise, call->user);
}

static PyObject *ask(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    qi_plugin_consent question = {.size = sizeof question};
    PyObject *changed;
    bool answer = false;

    if (!PyArg_ParseTuple(arguments, "ssssssO!:_plugin_ask", &question.id, &question.name,
                          &question.version, &question.folder, &question.hash, &question.reason,
                          &PyTuple_Type, &changed))
        return NULL;
    const char **texts = text_array(changed);
    if (!texts)
        return NULL;
    question.files_changed = texts;
    question.count = (size_t)PyTuple_GET_SIZE(changed);
    PyThreadState *thread = qip_gil_drop();
    if (consent && qip_callout_begin()) {
        consent_call call = {consent, &question, consent_user, false};
        (void)qip_hostcall("the consent callback", call_consent,
                           &call); /* one that throws has not agreed */
        answer = call.answer;
        qip_callout_end();
    }
    qip_gil_take(thread);
    free(texts);
    return PyBool_FromLong(answer);
}

/* -- asking, for an answer that comes later -------------------------------------------------------- */

enum { ID, NAME, VERSION, FOLDER, HASH, REASON, CHANGED, QUESTION_PARTS };

/* The library's own function that the manager calls, which hands on the question to the host. */
static void ask_host(const qi_value *parts, size_t count, qi_promise *promise, void *Py_UNUSED(user))
{
    if (!consent_later || count != QUESTION_PARTS) { /* the runtime is closing */
        (void)qi_promise_reject(promise, QI_ERR_SHUTTING_DOWN, NULL);
        return;
    }
    const qi_value *changed = &parts[CHANGED];
    const char **texts = calloc(changed->as.list.count + 1, sizeof *texts);
    if (!texts) {
        (void)qi_promise_reject(promise, QI_ERR_MEMORY, NULL);
        return;
    }
    for (size_t i = 0; i < changed->as.list.count; i++)
        texts[i] = changed->as.list.items[i].as.text.data;
    const qi_plugin_consent question = {
        .size = sizeof question,
        .id = parts[ID].as.text.data,
        .name = parts[NAME].as.text.data,
        .version = parts[VERSION].as.text.data,
        .folder = parts[FOLDER].as.text.data,
        .hash = parts[HASH].as.text.data,
        .reason = parts[REASON].as.text.data,
        .files_changed = texts,
        .count = changed->as.list.count,
    };
    later_call call = {consent_later, &question, promise, consent_user};
    if (!qip_hostcall("the consent callback", call_later, &call))
        (void)qi_promise_reject(promise, QI_ERR_STATE, "the consent callback has thrown");
    free(texts);
}

static PyObject *ask_later(PyObject *Py_UNUSED(module), PyObject *parts)
{
    qi_function spec;

    qi_function_init(&spec);
    spec.call_later = ask_host;
    spec.signature = "(id: str, name: str, version: str, folder: str, hash: str, reason: str, "
                     "changed: list, /)";
    PyObject *function = qip_function_new("consent", &spec);
    PyObject *future = function ? PyObject_CallObject(function, parts) : NULL;
    Py_XDECREF(function);
    return future;
}

static PyObject *asks(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_FromString(consent ? "now" : consent_later ? "later" : "");
}

int qip_plugin_events_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_plugin_tell", tell, METH_VARARGS,
         "_plugin_tell(kind, id, state, before, reason, traceback, detail, progress)\n--\n\n"
         "Tell the host's listeners of an event; reason, traceback and detail are str or None."},
        {"_plugin_ask", ask, METH_VARARGS,
         "_plugin_ask(id, name, version, folder, hash, reason, changed)\n--\n\n"
         "Whether the user agrees to a plugin, by the host's callback."},
        {"_plugin_ask_later", ask_later, METH_VARARGS,
         "_plugin_ask_later(id, name, version, folder, hash, reason, changed)\n--\n\n"
         "What is awaited for the answer of a host that has a callback which answers later."},
        {"_plugin_asks", asks,
         METH_NOARGS, "_plugin_asks()\n--\n\nWhen such a callback of the host's answers: \"now\", \"later\", or \"\" for none."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
