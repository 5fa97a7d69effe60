/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The listeners to Python's output. What they hear is collected by pyshim/qi/_python/output.py, which stands in
 * the place of sys.stdout and sys.stderr while there are any, and cut into lines by line.c.
 *
 * The lock is held while a listener is called, which is what makes qi_listener_release() wait for the
 * calls of other threads; it is recursive, so that a listener may print, and may release itself. It is the lock of the
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
#include "core/listeners.h"
#include "core/status.h"

static pthread_mutex_t lock;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local size_t held; /* how often this thread has the lock */
static atomic_bool anybody;       /* looked at without the lock */

static void release(qi_listener *listener);

static qip_listeners listeners = {.what = "a listener to the output", .release = release};

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

typedef struct output_call {
    qip_any_fn to;
    void *user;
    const qi_output_line *line;
} output_call;

static void call_listener(void *data)
{
    const output_call *call = data;
    ((qi_output_fn)call->to)(call->line, call->user);
}

static void tell_one(qip_any_fn call, void *user, void *line)
{
    (void)qip_hostcall(listeners.what, call_listener, &(output_call){call, user, line});
}

/* Takes out who has gone. With the lock. */
static qi_listener *sweep(void)
{
    qi_listener *gone = qip_listeners_sweep(&listeners);

    /* Those that have gone may wait for the end of a walk. */
    atomic_store(&anybody, qip_listeners_any(&listeners));
    return gone;
}

void qip_output_tell(const qi_output_line *line)
{
    qip_output_enter();
    qip_listeners_each(&listeners, tell_one, (void *)line);
    qi_listener *gone = sweep();
    qip_output_leave();
    qip_listeners_end(gone);
}

void qip_output_tell_text(const char *text, int stream, const char *plugin)
{
    if (!atomic_load(&anybody))
        return;
    for (const char *line = text; *line;) {
        const size_t size = strcspn(line, "\n");
        char *copy = strndup(line, size); /* as each line is followed by a NUL */
        if (copy)
            qip_output_tell(&(qi_output_line){sizeof(qi_output_line), copy, size, stream, plugin});
        free(copy);
        line += size + (line[size] == '\n');
    }
}

void qip_output_forget(void)
{
    qip_output_enter();
    qip_listeners_clear(&listeners);
    qi_listener *gone = sweep();
    qip_output_leave();
    qip_listeners_end(gone);
}

/* -- the public calls ---------------------------------------------------------------------------- */

static int add(qi_output_fn call, void *user, qi_destroy_fn destroy, qi_listener **out)
{
    qip_output_enter();
    int status = qip_listeners_add(&listeners, (qip_any_fn)call, user, destroy, out);
    atomic_store(&anybody, qip_listeners_any(&listeners));
    qip_output_leave();
    return status;
}

/* True: nobody listens any more. */
static bool take_out(qi_listener *listener)
{
    qip_output_enter();
    qip_listeners_remove(listener);
    const bool last = !qip_listeners_any(&listeners);
    qi_listener *gone = sweep();
    qip_output_leave();
    qip_listeners_end(gone);
    return last;
}

/* Puts our streams into sys. */
static int put_streams(void)
{
    qip_gil gil = qip_gil_enter();
    int status = QI_OK;
    PyObject *result = qip_call_python("qi._python.output", "start", "()");

    if (!result)
        status = qip_fail_python("listening to the output");
    Py_XDECREF(result);
    qip_gil_leave(gil);
    return status;
}

/* Takes them out. At worst they stay, and lines go a way round: no failure that whoever calls could hear of. */
static void take_streams(void)
{
    qip_gil gil = qip_gil_enter();
    PyObject *result = qip_call_python("qi._python.output", "stop", "()");

    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
    qip_gil_leave(gil);
}

int qi_output_listen(qi_runtime *runtime, qi_output_fn listener, void *user, qi_destroy_fn destroy,
                     qi_listener **out)
{
    int status = qip_runtime_check_gui(runtime);

    if (out)
        *out = NULL;
    if (status == QI_OK && !listener)
        status = qip_fail(QI_ERR_ARGUMENT, "`listener` is NULL; it is the function to call");
    if (status != QI_OK)
        return status;
    /* Before anybody listens: a failure leaves nothing behind, and calls no `destroy`. */
    const bool first = !atomic_load(&anybody);
    if (first && (status = put_streams()) != QI_OK)
        return status;
    PyThreadState *thread = qip_gil_drop(); /* a listener in another thread may want it */
    status = add(listener, user, destroy, out);
    qip_gil_take(thread);
    if (status != QI_OK && first)
        take_streams();
    return status;
}

/* What qi_listener_release() does for one of these. While the runtime shuts down, its end takes the streams away. */
static void release(qi_listener *listener)
{
    PyThreadState *thread = qip_gil_drop();
    const bool last = take_out(listener);

    qip_gil_take(thread);
    if (last && qip_runtime_current() && qip_runtime_check_gui(qip_runtime_current()) == QI_OK)
        take_streams();
}
