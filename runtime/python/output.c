/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The listeners to Python's output. What they hear is collected by pyshim/qi/_python/output.py, which stands in
 * the place of sys.stdout and sys.stderr while there are any, and cut into lines by line.c.
 *
 * The lock is held while a listener is called, which is what makes qi_output_unlisten() wait for the
 * calls of other threads; it is recursive, so that a listener may print, and may take itself out. One
 * that goes while the list is walked is marked, and swept by the outermost walk. It is the lock of the
 * host's output callbacks, too: each of all these may bring about a call of another, and with several
 * locks two threads that begin with different ones would wait for each other.
 */
#include <Python.h>

#include "python/output.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <qi/output.h>

#include "python/border.h"
#include "python/call.h"
#include "python/gate.h"
#include "python/interp.h"
#include "python/gil.h"
#include "core/hostcall.h"
#include "core/status.h"

typedef struct listener {
    qi_output_listener_fn call; /* NULL: taken out */
    void *user;
} listener;

static pthread_mutex_t lock;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local size_t held; /* how often this thread has the lock */
static listener *listeners;
static size_t count, walks;
static atomic_bool anybody; /* looked at without the lock */

static void make_lock(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void qip_output_enter(void)
{
    pthread_once(&once, make_lock);
    pthread_mutex_lock(&lock);
    held++;
}

void qip_output_leave(void)
{
    held--;
    pthread_mutex_unlock(&lock);
}

size_t qip_output_let_go(void)
{
    const size_t times = held;

    for (size_t i = 0; i < times; i++)
        qip_output_leave();
    return times;
}

void qip_output_take_again(size_t times)
{
    for (size_t i = 0; i < times; i++)
        qip_output_enter();
}

static void sweep(void)
{
    size_t kept = 0;

    if (walks)
        return;
    for (size_t i = 0; i < count; i++) {
        if (listeners[i].call)
            listeners[kept++] = listeners[i];
    }
    count = kept;
    atomic_store(&anybody, count > 0);
    if (!count) {
        free(listeners);
        listeners = NULL;
    }
}

static listener *find(qi_output_listener_fn call, void *user)
{
    for (size_t i = 0; i < count; i++) {
        if (listeners[i].call == call && listeners[i].user == user)
            return &listeners[i];
    }
    return NULL;
}

static size_t listening(void)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += listeners[i].call != NULL;
    return found;
}

typedef struct output_call {
    listener to;
    const char *line, *plugin;
    size_t size;
    int stream;
} output_call;

static void call_listener(void *data)
{
    const output_call *call = data;
    call->to.call(call->line, call->size, call->stream, call->plugin, call->to.user);
}

void qip_output_tell(const char *line, size_t size, int stream, const char *plugin)
{
    qip_output_enter();
    walks++;
    /* By index: a listener may add another, which moves the list. */
    for (size_t i = 0, end = count; i < end; i++) {
        const listener each = listeners[i];
        if (each.call)
            (void)qip_hostcall("a listener to the output", call_listener,
                               &(output_call){each, line, plugin, size, stream});
    }
    walks--;
    sweep();
    qip_output_leave();
}

void qip_output_tell_text(const char *text, int stream, const char *plugin)
{
    if (!atomic_load(&anybody))
        return;
    for (const char *line = text; *line;) {
        const size_t size = strcspn(line, "\n");
        char *copy = strndup(line, size); /* as each line is followed by a NUL */
        if (copy)
            qip_output_tell(copy, size, stream, plugin);
        free(copy);
        line += size + (line[size] == '\n');
    }
}

void qip_output_forget(void)
{
    qip_output_enter();
    for (size_t i = 0; i < count; i++)
        listeners[i].call = NULL;
    sweep();
    qip_output_leave();
}

/* -- the public calls ---------------------------------------------------------------------------- */

static int add(qi_output_listener_fn call, void *user, bool *first)
{
    int status = QI_OK;

    qip_output_enter();
    *first = !listening();
    listener *grown = find(call, user) ? NULL : realloc(listeners, (count + 1) * sizeof *grown);
    if (grown) {
        listeners = grown;
        listeners[count++] = (listener){call, user};
        atomic_store(&anybody, true);
    } else if (find(call, user)) {
        status = qip_fail(QI_ERR_ARGUMENT, "this function listens already with the same `user`");
    } else {
        status = qip_fail(QI_ERR_MEMORY, "out of memory for a listener");
    }
    qip_output_leave();
    return status;
}

static int take_out(qi_output_listener_fn call, void *user, bool *last)
{
    qip_output_enter();
    listener *found = find(call, user);
    if (found)
        found->call = NULL;
    *last = !listening();
    sweep();
    qip_output_leave();
    return found ? QI_OK
                 : qip_fail(QI_ERR_NOT_FOUND,
                            "this function does not listen; was it given the same `user`?");
}

/* Puts our streams into sys, or takes them out. */
static int call_package(const char *function)
{
    qip_gil gil = qip_gil_enter();
    int status = QI_OK;
    PyObject *result = qip_call_python("qi._python.output", function, "()");

    if (!result)
        status = qip_fail_python("listening to the output");
    Py_XDECREF(result);
    qip_gil_leave(gil);
    return status;
}

int qi_output_listen(qi_runtime *runtime, qi_output_listener_fn listener, void *user)
{
    bool first = false;
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && !listener)
        status = qip_fail(QI_ERR_ARGUMENT, "`listener` is NULL; it is the function to call");
    if (status != QI_OK)
        return status;
    PyThreadState *thread = qip_gil_drop(); /* a listener in another thread may want it */
    status = add(listener, user, &first);
    qip_gil_take(thread);
    if (status == QI_OK && first && (status = call_package("start")) != QI_OK) {
        thread = qip_gil_drop();
        bool last;
        (void)take_out(listener, user, &last); /* the first failure is the one to tell */
        qip_gil_take(thread);
    }
    return status;
}

int qi_output_unlisten(qi_runtime *runtime, qi_output_listener_fn listener, void *user)
{
    bool last = false;
    int status = qip_runtime_check_gui(runtime);
    const bool closing = status == QI_ERR_SHUTTING_DOWN;

    if (status != QI_OK && !(closing && qip_runtime_on_gui_thread()))
        return status;
    PyThreadState *thread = qip_gil_drop();
    status = take_out(listener, user, &last);
    qip_gil_take(thread);
    if (status == QI_OK && last && !closing)
        status = call_package("stop");
    return status;
}
