/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime: its beginning, its state, and the gate that every public call passes.
 *
 * There is at most one that is not CLOSED. The structure of a CLOSED one stays, with its handle, so that
 * whoever still has a pointer is refused and does not crash; a process has few of them. Its phase is
 * changed by the GUI thread and read by all.
 *
 * The end is told in shutdown.c.
 */
#include <Python.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/audit.h"
#include "python/border.h"
#include "core/callout.h"
#include "core/config.h"
#include "life/embed.h"
#include "core/handles.h"
#include "watch/interrupt.h"
#include "python/interp.h"
#include "plugins/plugin.h"
#include "loop/loop.h"
#include "python/output.h"
#include "qt/bridge.h"
#include "life/runtime_p.h"
#include "python/sigint.h"
#include "core/status.h"
#include "python/stream.h"
#include "watch/watchdog.h"

enum { CALLBACKS_END_MS = 1000, DEFAULT_SLICE_US = 2000, LONGEST_SLICE_US = 1000000 };

static _Atomic(qi_runtime *) current;
static unsigned generations;

/* The GUI thread of the last runtime. Written before `current` is, and read by those who have seen it. */
static pthread_t gui_thread;
static atomic_bool have_gui_thread;

/* -- the gate ------------------------------------------------------------------------------------ */

qi_runtime *qip_runtime_current(void)
{
    return atomic_load(&current);
}

bool qip_runtime_on_gui_thread(void)
{
    return atomic_load(&have_gui_thread) && pthread_equal(pthread_self(), gui_thread);
}

int qip_runtime_check(const qi_runtime *runtime)
{
    int status = qip_handle_check(runtime, QIP_HANDLE_RUNTIME, "runtime");
    if (status != QI_OK)
        return status;
    switch (atomic_load(&runtime->phase)) {
    case QI_RUNTIME_RUNNING:
        return QI_OK;
    case QI_RUNTIME_CLOSING:
        return qip_fail(QI_ERR_SHUTTING_DOWN,
                        "the runtime is shutting down and takes no new calls");
    default:
        return qip_fail(QI_ERR_NOT_RUNNING,
                        "this runtime was shut down; qi_runtime_init() makes a new one");
    }
}

int qip_runtime_check_gui(const qi_runtime *runtime)
{
    int status = qip_runtime_check(runtime);
    if (status == QI_OK && !qip_runtime_on_gui_thread())
        status = qip_fail(
            QI_ERR_WRONG_THREAD,
            "this call belongs to the GUI thread; from other threads use qi_run_task(), "
            "or QMetaObject::invokeMethod() to get there");
    return status;
}

qi_runtime *qi_runtime_current(void)
{
    return qip_runtime_current();
}

qi_runtime_phase qi_runtime_state(const qi_runtime *runtime)
{
    if (!qip_handle_is(runtime, QIP_HANDLE_RUNTIME))
        return QI_RUNTIME_NONE;
    return (qi_runtime_phase)atomic_load(&runtime->phase);
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

/* -- the beginning ------------------------------------------------------------------------------- */

PyObject *qip_call_python(const char *module_name, const char *function, const char *format, ...)
{
    PyObject *module = PyImport_ImportModule(module_name), *result = NULL;
    PyObject *callable = module ? PyObject_GetAttrString(module, function) : NULL;
    va_list values;

    va_start(values, format);
    PyObject *arguments = callable ? Py_VaBuildValue(format, values) : NULL;
    va_end(values);
    if (arguments)
        result = PyObject_CallObject(callable, arguments);
    Py_XDECREF(arguments);
    Py_XDECREF(callable);
    Py_XDECREF(module);
    return result;
}

static int check_application(void)
{
    if (!qip_qt_has_application())
        return qip_fail(QI_ERR_NO_APPLICATION,
                        "there is no QCoreApplication; make one before qi_runtime_init()");
    if (!qip_qt_on_application_thread())
        return qip_fail(QI_ERR_WRONG_THREAD,
                        "qi_runtime_init() belongs to the thread of the QCoreApplication");
    if (qip_runtime_current())
        return qip_fail(QI_ERR_STATE,
                        "a runtime runs already in this process; qi_runtime_current() "
                        "returns it, and qi_runtime_shutdown() ends it");
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

    PyObject *extension = PyImport_ImportModule("_qi"); /* the streams are types of it */
    Py_XDECREF(extension);
    if (!extension || qip_streams_install(config) < 0)
        return -1;
    PyObject *paths = path_list(config);
    if (!paths)
        return -1;
    runtime->loop = qip_call_python("qi._embed", "start", "(NOIsIO)", paths,
                                    qip_interp_is_ours() ? Py_True : Py_False, config->slice_us,
                                    config->nested == QI_NESTED_HOLD ? "hold" : "run",
                                    config->nested_limit, config->debug ? Py_True : Py_False);
    if (!runtime->loop)
        return -1;
    qip_pulse_open(runtime->loop, false);
    return qip_interrupt_open();
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
    gui_thread = pthread_self();
    atomic_store(&have_gui_thread, true);
    atomic_store(&runtime->phase, QI_RUNTIME_RUNNING);
    atomic_store(&current, runtime);
    qip_callout_open();

    int failed = begin(runtime);
    qip_sigint_keep(&sigint);
    if (!failed && config->handle_sigint)
        failed = qip_sigint_take(runtime->loop);
    if (failed) {
        status = qip_fail_python("starting the runtime");
        qip_runtime_close(runtime);
    }
    qip_interp_leave(&entry);
    return status;
}

int qi_runtime_init(const qi_config *config, qi_runtime **out)
{
    qi_runtime *runtime = NULL;

    if (!out)
        return qip_fail(QI_ERR_ARGUMENT, "`out` is NULL; it is needed for the handle");
    *out = NULL;
    int status = check_application();
    if (status == QI_OK)
        status = make(&runtime, config);
    if (status != QI_OK)
        return status;
    status = start(runtime);
    if (status != QI_OK) {
        destroy(runtime);
        return status;
    }
    if (!config || !config->keep_on_quit)
        ((qip_runtime_own *)runtime->own)->on_quit = qip_qt_on_quit(qip_shutdown_on_quit, runtime);
    *out = runtime;
    return QI_OK;
}

/* -- the end ------------------------------------------------------------------------------------- */

void qip_runtime_close(qi_runtime *runtime)
{
    qip_runtime_own *own = runtime->own;

    qip_watchdog_close();
    qip_interrupt_close();
    qip_pulse_close();
    if (runtime->loop)
        qip_sigint_release(runtime->loop);
    PyObject *result = qip_call_python("qi._embed", "stop", "()");
    if (!result)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(result);
    qip_audit_forget();
    Py_CLEAR(runtime->loop);
    qip_plugins_close();
    qip_streams_flush();
    qip_streams_remove();
    qip_qt_off_quit(own->on_quit);
    own->on_quit = NULL;

    PyThreadState *thread = PyEval_SaveThread();
    qip_output_forget();
    (void)qip_callout_close(CALLBACKS_END_MS); /* at worst a callback of the host's outlives this */
    atomic_store(&runtime->phase, QI_RUNTIME_CLOSED);
    atomic_store(&current, NULL);
    PyEval_RestoreThread(thread);
}
