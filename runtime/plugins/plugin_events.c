/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's callbacks about plugins: who listens to events, and who is asked for consent.
 *
 * A callback may add and remove listeners, end the runtime, or cause further events. So entries are marked when they
 * go and freed when nobody walks the list any more, and one that is added during an event hears only of later ones.
 * All is touched on the GUI thread with the GIL held, which is given away around each call.
 */
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "core/hostcall.h"
#include "core/callout.h"
#include "python/interp.h"
#include "plugins/plugin.h"
#include "core/status.h"
#include "plugins/setup.h"

typedef struct listener {
    struct listener *next;
    qi_plugin_event_fn event; /* NULL: removed */
    void *user;
} listener;

static listener *first;
static unsigned walking;
static qi_plugin_consent_fn consent;
static void *consent_user;

/* -- the list ------------------------------------------------------------------------------------- */

static void sweep(void)
{
    listener **link = &first;

    while (!walking && *link) {
        listener *each = *link;
        if (each->event) {
            link = &each->next;
        } else {
            *link = each->next;
            free(each);
        }
    }
}

int qip_plugin_events_add(qi_plugin_event_fn event, void *user)
{
    listener **link = &first, *added = malloc(sizeof *added);

    if (!added)
        return qip_fail(QI_ERR_MEMORY, "out of memory for a listener");
    *added = (listener){.event = event, .user = user};
    while (*link)
        link = &(*link)->next;
    *link = added;
    return QI_OK;
}

int qip_plugin_events_remove(qi_plugin_event_fn event, void *user)
{
    for (listener *each = first; each; each = each->next) {
        if (each->event == event && each->user == user) {
            each->event = NULL;
            sweep();
            return QI_OK;
        }
    }
    return qip_fail(QI_ERR_NOT_FOUND, "this function and `user` do not listen to plugins' events");
}

void qip_plugin_events_clear(void)
{
    for (listener *each = first; each; each = each->next)
        each->event = NULL;
    sweep();
    consent = NULL;
    consent_user = NULL;
}

void qip_plugin_events_configure(const qi_plugins_config *config)
{
    consent = config->consent;
    consent_user = config->consent_user;
}

/* -- telling -------------------------------------------------------------------------------------- */

typedef struct event_call {
    qi_plugin_event_fn function;
    const qi_plugin_event *event;
    void *user;
} event_call;

static void call_listener(void *data)
{
    const event_call *call = data;
    call->function(call->event, call->user);
}

static void call(const listener *each, const qi_plugin_event *event)
{
    qi_plugin_event_fn function = each->event;
    void *user = each->user;
    PyThreadState *thread = qip_gil_drop();

    if (qip_callout_begin()) {
        (void)qip_hostcall("a listener to plugins", call_listener,
                           &(event_call){function, event, user});
        qip_callout_end();
    }
    qip_gil_take(thread);
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
    listener *last = first;
    while (last && last->next)
        last = last->next;
    walking++;
    for (listener *each = first; each; each = each == last ? NULL : each->next) {
        if (each->event)
            call(each, &event);
    }
    walking--;
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

static PyObject *may_ask(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(consent != NULL);
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
        {"_plugin_may_ask", may_ask, METH_NOARGS,
         "_plugin_may_ask()\n--\n\nWhether the host has such a callback."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
