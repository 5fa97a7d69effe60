/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qi.host.emit(): events of Python's that the host's listeners hear.
 *
 * The list is touched in the GUI thread only. What another thread emits becomes values there, which hold no more of Python
 * than they must, and is posted; in the GUI thread it is told at once.
 */
#include "objects/events.h"

#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <qi/event.h>

#include "core/callout.h"
#include "core/hostcall.h"
#include "core/listeners.h"
#include "core/status.h"
#include "core/users.h"
#include "objects/setup.h"
#include "python/compat.h"
#include "python/convert.h"
#include "python/gate.h"
#include "python/interp.h"
#include "python/scope.h"
#include "qt/bridge.h"

/* What a listener of the list has as its `user`. */
typedef struct listening {
    char *name; /* NULL: it hears all */
    qi_event_fn call;
    qip_user user;
} listening;

static void release(qi_listener *listener);

static qip_listeners listeners = {.what = "a listener to events", .release = release};
static atomic_bool anybody; /* looked at in any thread */

/* -- the list -------------------------------------------------------------------------------------------- */

/* Takes out who has gone. GIL: does not matter. */
static void sweep(void)
{
    qi_listener *gone = qip_listeners_sweep(&listeners);

    atomic_store(&anybody, qip_listeners_any(&listeners));
    if (!gone)
        return;
    PyThreadState *thread = qip_gil_drop();
    qip_listeners_end(gone);
    qip_gil_take(thread);
}

/* What qi_listener_release() does for one of these. */
static void release(qi_listener *listener)
{
    qip_listeners_remove(listener);
    sweep();
}

void qip_events_forget(void)
{
    qip_listeners_clear(&listeners);
    sweep();
}

static void free_listening(void *data)
{
    listening *one = data;

    free(one->name);
    free(one);
}

static void end_listening(void *data)
{
    qip_user_destroy(&((listening *)data)->user);
    free_listening(data);
}

int qi_events_listen(qi_runtime *runtime, const char *name, qi_event_fn listener, void *user,
                     qi_destroy_fn destroy, qi_listener **out)
{
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    if (status == QI_OK && !listener)
        status = qip_fail(QI_ERR_ARGUMENT, "`listener` is NULL; it is the function to call");
    if (status == QI_OK && name)
        status = qip_check_text(name, "the event's name");
    if (status == QI_OK && name && !*name)
        status = qip_fail(QI_ERR_ARGUMENT, "the event's name is empty; NULL is for all events");
    if (status != QI_OK)
        return status;
    listening *one = malloc(sizeof *one);
    char *copy = name ? strdup(name) : NULL;
    if (!one || (name && !copy)) {
        free(copy);
        free(one);
        return qip_fail(QI_ERR_MEMORY, "out of memory for %s", listeners.what);
    }
    *one = (listening){copy, listener, {user, destroy}};
    status = qip_listeners_add(&listeners, NULL, one, end_listening, out);
    if (status != QI_OK)
        free_listening(one);
    atomic_store(&anybody, qip_listeners_any(&listeners));
    return status;
}

/* -- telling --------------------------------------------------------------------------------------------- */

/* An emission, on its way or being told. */
typedef struct emission {
    const qi_runtime *runtime;
    char *name, *plugin;   /* `plugin`: NULL: none */
    qi_value args, kwargs; /* a tuple and a map */
} emission;

typedef struct event_call {
    const listening *to;
    const qi_event *event;
} event_call;

static void call_listener(void *data)
{
    const event_call *call = data;
    call->to->call(call->event, call->to->user.user);
}

static void tell_one(qip_any_fn call, void *user, void *event)
{
    const event_call made = {user, event};

    (void)call;
    if (made.to->name && strcmp(made.to->name, made.event->name) != 0)
        return;
    const qi_origin origin = {.size = sizeof origin, .plugin = made.event->plugin};
    if (qip_callout_begin()) {
        (void)qip_hostcall_of(&origin, listeners.what, call_listener, (void *)&made);
        qip_callout_end();
    }
}

/* GUI thread, GIL not held. Beware: runs the host's code. */
static void tell(const emission *emitted)
{
    qi_event event = {
        .size = sizeof event,
        .name = emitted->name,
        .args = emitted->args.as.list.items,
        .count = emitted->args.as.list.count,
        .kwargs = emitted->kwargs.as.map.entries,
        .kwarg_count = emitted->kwargs.as.map.count,
        .plugin = emitted->plugin,
    };

    qip_listeners_each(&listeners, tell_one, &event);
    sweep();
}

static void forget(void *data)
{
    emission *emitted = data;

    qi_value_clear(&emitted->args);
    qi_value_clear(&emitted->kwargs);
    free(emitted->name);
    free(emitted->plugin);
    free(emitted);
}

/* It has come to the GUI thread. */
static void arrived(void *data)
{
    const emission *emitted = data;

    if (qip_runtime_current() == emitted->runtime)
        tell(emitted);
    forget(data);
}

/* -- emitting: any thread, GIL held ------------------------------------------------------------------------ */

static char *copy_of(PyObject *text)
{
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;

    return utf8 ? strdup(utf8) : NULL;
}

/* The name, borrowed; NULL with an exception. */
static const char *read_name(PyObject *args)
{
    PyObject *name = PyTuple_GET_SIZE(args) ? PyTuple_GET_ITEM(args, 0) : NULL;
    Py_ssize_t size;

    if (!name || !PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "emit() wants the event's name first, a str");
        return NULL;
    }
    const char *utf8 = PyUnicode_AsUTF8AndSize(name, &size);
    if (utf8 && (!size || strlen(utf8) != (size_t)size)) {
        PyErr_SetString(PyExc_ValueError, "the name of an event is not empty, and has no NUL");
        return NULL;
    }
    return utf8;
}

static int convert(PyObject *args, PyObject *keywords, emission *out)
{
    PyObject *values = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
    int result = values ? qip_value_from_python(values, &out->args) : -1;

    Py_XDECREF(values);
    out->kwargs = qi_map(NULL, 0);
    if (result == 0 && keywords)
        result = qip_value_from_python(keywords, &out->kwargs);
    return result;
}

/* Owned: forget(); NULL with an exception. */
static emission *make(const char *name, PyObject *args, PyObject *keywords)
{
    emission *made = calloc(1, sizeof *made);

    if (!made || !(made->name = strdup(name))) {
        free(made);
        PyErr_NoMemory();
        return NULL;
    }
    made->runtime = qip_runtime_current();
    if (convert(args, keywords, made) < 0) {
        PyObject *raised = qip_take_exception();
        forget(made);
        qip_give_exception(raised);
        return NULL;
    }
    PyObject *plugin = qip_scope_plugin();
    made->plugin = copy_of(plugin);
    PyErr_Clear();
    Py_XDECREF(plugin);
    return made;
}

static PyObject *emit(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords)
{
    const char *name = read_name(args);

    if (!name)
        return NULL;
    if (!atomic_load(&anybody) || !qip_runtime_current() || qip_gate_is_foreign())
        Py_RETURN_NONE;
    emission *made = make(name, args, keywords);
    if (!made)
        return NULL;
    const bool here = qip_runtime_on_gui_thread();
    int status = QI_OK;
    PyThreadState *thread = qip_gil_drop();
    if (here)
        arrived(made);
    else
        status = qip_qt_post_owned(arrived, forget, made);
    if (status != QI_OK)
        forget(made); /* the application has ended: nobody hears it */
    qip_gil_take(thread);
    Py_RETURN_NONE;
}

#define KEYWORDS ((PyCFunction)(void (*)(void))emit)

static PyMethodDef functions[] = {
    {"emit", KEYWORDS, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("emit(name, /, *args, **kwargs)\n--\n\n"
               "Tells the application of an event, by name, with values.\n\n"
               "What listens in the application is called before this returns; from other threads "
               "than\n"
               "the GUI's the event is queued to that one. There may be nobody who listens, and "
               "there is\n"
               "no answer: the application's functions, as qi.host.<name>(), have one. Raises "
               "TypeError\n"
               "or ValueError for what is no name.")},
    {NULL, NULL, 0, NULL},
};

int qip_events_setup(PyObject *module)
{
    return PyModule_AddFunctions(module, functions);
}
