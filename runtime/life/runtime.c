/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime: how it begins, and what can be asked of it and set. What it is, and the gate that every public
 * call passes, is in python/gate.h. The end is told in shutdown.c.
 */
#include <Python.h>

#include <stdint.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/users.h"
#include "plugins/audit.h"
#include "python/border.h"
#include "python/compat.h"
#include "core/callout.h"
#include "python/child.h"
#include "python/unread.h"
#include "core/config.h"
#include "life/life.h"
#include "python/call.h"
#include "python/gate.h"
#include "core/handles.h"
#include "watch/interrupt.h"
#include "python/interp.h"
#include "python/mend.h"
#include "plugins/plugin.h"
#include "loop/loop.h"
#include "python/output.h"
#include "qt/bridge.h"
#include "python/sigint.h"
#include "python/visit.h"
#include "core/status.h"
#include "python/stream.h"
#include "watch/watchdog.h"

enum { DEFAULT_SLICE_US = 2000, LONGEST_SLICE_US = 1000000 };

static unsigned generations;

/* -- asking it ----------------------------------------------------------------------------------- */

qi_runtime *qi_runtime_current(void)
{
    qi_runtime *current = qip_gate_is_foreign() ? NULL : qip_runtime_current();
    return current && qip_runtime_has_started(current) ? current : NULL;
}

int qi_runtime_state(const qi_runtime *runtime)
{
    if (!qip_handle_is(runtime, QIP_HANDLE_RUNTIME))
        return QI_RUNTIME_STATE_NONE;
    return qip_gate_is_foreign() ? QI_RUNTIME_STATE_CLOSED : qip_runtime_phase(runtime);
}

int qi_runtime_set_slice(qi_runtime *runtime, unsigned microseconds)
{
    int status = qip_runtime_check_gui(runtime);
    if (status != QI_OK)
        return status;
    if (microseconds > LONGEST_SLICE_US)
        return qip_fail(QI_ERR_RANGE, "a slice of %u microseconds is too long; the longest is %d",
                        microseconds, LONGEST_SLICE_US);
    PyGILState_STATE gil = PyGILState_Ensure();
    qip_loop_set_slice(runtime->loop, microseconds ? microseconds : DEFAULT_SLICE_US);
    PyGILState_Release(gil);
    return QI_OK;
}

static int check_getter(const qi_runtime *runtime, const void *out)
{
    int status = qip_runtime_check_gui(runtime);

    if (status == QI_OK && !out)
        status = qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the answer");
    return status;
}

int qi_runtime_get_slice(qi_runtime *runtime, unsigned *out)
{
    int status = check_getter(runtime, out);

    if (status != QI_OK)
        return status;
    PyGILState_STATE gil = PyGILState_Ensure();
    *out = qip_loop_slice(runtime->loop);
    PyGILState_Release(gil);
    return QI_OK;
}

/* By asyncio's own name: a class of the host's may have overridden it. */
int qi_runtime_set_debug(qi_runtime *runtime, bool on)
{
    int status = qip_runtime_check_gui(runtime);

    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *done = PyObject_CallMethod(runtime->loop, "set_debug", "O", on ? Py_True : Py_False);
    if (!done)
        status = qip_fail_python("switching the debug mode");
    Py_XDECREF(done);
    qip_python_leave(visit);
    return status;
}

int qi_runtime_get_debug(qi_runtime *runtime, bool *out)
{
    int status = check_getter(runtime, out);

    if (status != QI_OK)
        return status;
    qip_visit visit = qip_python_enter();
    PyObject *answer = PyObject_CallMethod(runtime->loop, "get_debug", NULL);
    if (answer)
        *out = answer == Py_True;
    else
        status = qip_fail_python("asking for the debug mode");
    Py_XDECREF(answer);
    qip_python_leave(visit);
    return status;
}

/* -- the beginning ------------------------------------------------------------------------------- */

static int check_application(void)
{
    if (!qip_qt_has_application())
        return qip_fail(QI_ERR_NO_APPLICATION,
                        "there is no QCoreApplication; make one before qi_runtime_init()");
    if (!qip_qt_on_application_thread())
        return qip_fail(QI_ERR_WRONG_THREAD,
                        "qi_runtime_init() belongs to the thread of the QCoreApplication");
    if (qip_gate_is_foreign())
        return qip_fail(
            QI_ERR_STATE,
            "this process is a child of fork(), in which Python and Qt cannot go on; start "
            "a process of its own, with multiprocessing's \"spawn\" or QProcess");
    if (qip_runtime_current())
        return qip_fail(QI_ERR_STATE,
                        qip_runtime_has_started(qip_runtime_current())
                            ? "a runtime runs already in this process; qi_runtime_current() "
                              "returns it, and qi_runtime_shutdown() ends it"
                            : "a runtime is being started; this is called from inside that");
    return QI_OK;
}

static void destroy(qi_runtime *runtime)
{
    if (!runtime)
        return;
    qip_handle_remove(runtime);
    qip_config_free(&runtime->config);
    free(runtime->own);
    free(runtime);
}

static int name_the_program(qi_config *config)
{
    if (config->program_name)
        return QI_OK;
    config->program_name = config->argc ? strdup(config->argv[0]) : qip_qt_application_name();
    return config->program_name ? QI_OK : qip_fail(QI_ERR_MEMORY, "out of memory for a name");
}

static int make(qi_runtime **out, const qi_config *config)
{
    qi_runtime *runtime = calloc(1, sizeof *runtime);

    if (!runtime || !(runtime->own = calloc(1, sizeof(qip_runtime_own)))) {
        free(runtime);
        return qip_fail(QI_ERR_MEMORY, "out of memory for the runtime");
    }
    int status = qip_config_copy(&runtime->config, config);
    if (status == QI_OK)
        status = name_the_program(&runtime->config);
    if (status == QI_OK)
        status = qip_handle_add(runtime, QIP_HANDLE_RUNTIME);
    if (status != QI_OK) {
        destroy(runtime);
        return status;
    }
    runtime->generation = ++generations;
    *out = runtime;
    return QI_OK;
}

static PyObject *path_list(const qi_config *config)
{
    PyObject *list = PyList_New((Py_ssize_t)config->module_path_count);

    for (size_t i = 0; list && i < config->module_path_count; i++) {
        PyObject *path = PyUnicode_FromString(config->module_paths[i]);
        if (!path)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, path);
    }
    return list;
}

/* Everything of Python's, in the interpreter that runs. 0, or -1 with an exception. */
static int begin(qi_runtime *runtime)
{
    const qi_config *config = &runtime->config;
    qip_runtime_own *own = runtime->own;

    PyObject *extension = PyImport_ImportModule("_qi"); /* the streams are types of it */
    Py_XDECREF(extension);
    if (!extension || qip_streams_install(config) < 0)
        return -1;
    qip_unread_names();
    PyObject *paths = qip_child_expect() < 0 ? NULL : path_list(config);
    if (!paths)
        return -1;
    own->embed = PyImport_ImportModule("qi._life.embed");
    runtime->loop = qip_call_python("qi._life.embed", "start", "(NOIsIO)", paths,
                                    qip_interp_is_ours() ? Py_True : Py_False, config->slice_us,
                                    config->nested == QI_NESTED_HOLD ? "hold" : "run",
                                    config->nested_limit, config->debug ? Py_True : Py_False);
    if (!runtime->loop || !own->embed)
        return -1;
    qip_pulse_open(runtime->loop, false);
    own->stages = PyImport_ImportModule("qi._life.shutdown");
    if (!own->stages || qip_interrupt_open() < 0)
        return -1;
    if (qip_interp_is_ours())
        qip_mend_note_modules();
    return 0;
}

static int start(qi_runtime *runtime)
{
    const qi_config *config = &runtime->config;
    qip_interp_entry entry;
    qip_sigint sigint;

    qip_sigint_save(&sigint);
    int status = qip_interp_start(config, &entry);
    if (status != QI_OK)
        return status;
    qip_gate_open(runtime);
    qip_callout_open();

    int failed = begin(runtime);
    qip_sigint_keep(&sigint); /* keeps the exception */
    if (!failed && config->handle_sigint)
        failed = qip_sigint_take(runtime->loop);
    if (failed) {
        PyObject *why = qip_take_exception();
        qip_runtime_close(runtime);
        qip_give_exception(why);
        status = qip_fail_python("starting the runtime");
    }
    qip_interp_leave(&entry);
    return status;
}

enum { USERS = 5 };

/* As if they had never been kept. */
static void unkeep_users(const qip_kept *which, size_t count)
{
    for (size_t i = 0; i < count; i++)
        qip_users_unkeep(which[i]);
}

static int keep_users(const qi_config *config, qip_kept which[USERS])
{
    const qip_user users[USERS] = {
        {config->log_user, config->log_destroy},
        {config->error_user, config->error_destroy},
        {config->out_user, config->out_destroy},
        {config->err_user, config->err_destroy},
        {config->on_shutdown_user, config->on_shutdown_destroy},
    };

    for (size_t i = 0; i < USERS; i++) {
        if (qip_users_keep(users[i].user, users[i].destroy, &which[i]) != QI_OK) {
            unkeep_users(which, i);
            return QI_ERR_MEMORY;
        }
    }
    return QI_OK;
}

int qi_runtime_init(const qi_config *config, qi_runtime **out)
{
    qi_runtime *runtime = NULL;
    qip_kept users[USERS];

    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the handle");
    *out = NULL;
    qip_wire();
    int status = check_application();
    if (status == QI_OK)
        status = make(&runtime, config);
    if (status != QI_OK)
        return status;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): make() has set it where it says QI_OK. */
    qip_runtime_own *own = runtime->own;
    if (!runtime->config.keep_on_quit) {
        own->on_quit = qip_qt_on_quit(qip_shutdown_on_quit, runtime);
        status = own->on_quit ? QI_OK : qi_last_error()->status;
    }
    if (status == QI_OK)
        status = keep_users(&runtime->config, users);
    if (status == QI_OK && (status = start(runtime)) != QI_OK) {
        unkeep_users(users, USERS);
        qip_users_end(); /* what callbacks have had kept while it started */
    }
    if (status != QI_OK) {
        qip_qt_off_quit(own->on_quit);
        own->on_quit = NULL;
        /* Once the gate was open, a callback in another thread may still have it: it stays, as CLOSED. */
        if (qip_runtime_phase(runtime) == QI_RUNTIME_STATE_NONE)
            destroy(runtime);
        return status;
    }
    qip_gate_show(runtime);
    *out = runtime;
    return QI_OK;
}
