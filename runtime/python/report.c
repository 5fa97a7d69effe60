/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The funnel for exceptions that nobody awaits, and for the log.
 *
 * Everything comes here: the loop's exception handler, slots, relays, the hooks of sys and threading.
 * From here it goes to the host's error callback, else to the host's log callback, else to Qt's logging
 * category, with the GIL given away. Where no runtime stands any more, Qt's logging takes it all; in an
 * interpreter that nobody embeds sys.excepthook does, as for every exception there.
 */
#include <Python.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <qi/callback.h>
#include <qi/output.h>

#include "python/asyncio.h"
#include "python/border.h"
#include "python/child.h"
#include "core/hostcall.h"
#include "core/callout.h"
#include "core/plain.h"
#include "python/compat.h"
#include "python/interp.h"
#include "python/output.h"
#include "python/gate.h"
#include "python/report.h"
#include "python/scope.h"
#include "python/single.h"
#include "core/sized.h"
#include "core/status.h"
#include "python/setup.h"
#include "python/gil.h"

qip_report_functions qip_report_port;

/* -- the log ------------------------------------------------------------------------------------- */

static void tell_listeners(const char *source, const char *text, const char *plugin)
{
    char *line = NULL;

    if (asprintf(&line, "%s: %s", source, text) >= 0)
        qip_output_tell_text(line, QI_OUTPUT_LOG, plugin);
    free(line);
}

typedef struct log_call {
    const qi_config *config;
    qi_log_record record;
} log_call;

static void call_log(void *data)
{
    const log_call *call = data;
    call->config->log(&call->record, call->config->log_user);
}

/* Beware: both may quote anybody's words, and nobody's words may move the cursor of the terminal that the log is read on. */
static void write_line(int level, const char *raw_source, const char *raw_text, const char *plugin)
{
    char *plain_source = qip_plain_copy(raw_source, true),
         *plain_text = qip_plain_copy(raw_text, false);
    const char *source = plain_source ? plain_source : "qi";
    const char *text = plain_text ? plain_text : "out of memory for a line of the log";
    PyThreadState *thread = qip_gil_drop();
    bool told = false;

    if (qip_callout_begin()) {
        const qi_config *config = qip_runtime_config();
        if (config && config->log) {
            told = qip_hostcall(
                "the log callback", call_log,
                &(log_call){config, {sizeof(qi_log_record), level, source, text, plugin}});
        }
        tell_listeners(source, text, plugin);
        qip_callout_end();
    }
    if (!told)
        qip_report_port.log(level, source, text);
    qip_gil_take(thread);
    free(plain_source);
    free(plain_text);
}

void qip_log(int level, const char *source, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    write_line(level, source, text ? text : format, NULL);
    free(text);
}

/* -- errors -------------------------------------------------------------------------------------- */

static const char *or_nothing(const char *text)
{
    return text ? text : "";
}

static void log_error(const qi_error *error, const qi_origin *origin)
{
    const char *task = origin->task, *signal = origin->signal, *target = origin->target;
    const char *plugin = origin->plugin;

    char *text = NULL;

    if (asprintf(&text, "%s%s%s%s%s%s%s%s%s%s%s", error->message, plugin ? "\n  in the plugin " : "",
                 or_nothing(plugin), task ? "\n  in task " : "", or_nothing(task),
                 target ? "\n  of " : "", or_nothing(target), signal ? "\n  started by " : "",
                 or_nothing(signal), error->traceback ? "\n" : "", or_nothing(error->traceback)) < 0)
        text = NULL;
    write_line(QI_LOG_ERROR, "python", text ? text : error->message, plugin);
    free(text);
}

typedef struct error_call {
    const qi_config *config;
    const qi_error *error;
    const qi_origin *origin;
} error_call;

static void call_error(void *data)
{
    const error_call *call = data;
    call->config->error(call->error, call->origin, call->config->error_user);
}

/* Names are one line each: they stand among the words of whoever tells them. */
static qi_origin plain_origin(const qi_origin *origin)
{
    return (qi_origin){sizeof(qi_origin), qip_plain_copy(origin->task, true),
                       qip_plain_copy(origin->signal, true), qip_plain_copy(origin->target, true),
                       qip_plain_copy(origin->plugin, true)};
}

static void free_origin(const qi_origin *origin)
{
    free((void *)origin->task);
    free((void *)origin->signal);
    free((void *)origin->target);
    free((void *)origin->plugin);
}

static void report_plain(const qi_error *error, const qi_origin *origin)
{
    bool told = false;

    if (origin->plugin && !qip_report_port.plugin(origin->plugin, error))
        return;
    PyThreadState *thread = qip_gil_drop();
    if (qip_callout_begin()) {
        const qi_config *config = qip_runtime_config();
        if (config && config->error) {
            told = qip_hostcall("the error callback", call_error,
                                &(error_call){config, error, origin});
            qip_output_tell_text(error->traceback ? error->traceback : error->message,
                                 QI_OUTPUT_LOG, origin->plugin);
        }
        qip_callout_end();
    }
    if (!told)
        log_error(error, origin);
    qip_gil_take(thread);
}

void qip_report_error(const qi_error *error, const qi_origin *origin)
{
    const qi_origin plain = origin ? plain_origin(origin) : (qi_origin){.size = sizeof plain};

    report_plain(error, &plain);
    free_origin(&plain);
}

/* -- what asks for the end of the program ------------------------------------------------------------- */

#define TOLD "_qi_told" /* set on an exception of that kind once somebody has heard of it */

static PyObject *exit_function; /* of a program that shows Python as it is, as qi-run does; or NULL */

static bool is_exit(PyObject *exception)
{
    return PyErr_GivenExceptionMatches(exception, PyExc_SystemExit) ||
           PyErr_GivenExceptionMatches(exception, PyExc_KeyboardInterrupt);
}

bool qip_report_was_told(PyObject *exception)
{
    PyObject *pending = qip_take_exception();
    PyObject *told = is_exit(exception) ? PyObject_GetAttrString(exception, TOLD) : NULL;
    bool result = told == Py_True;

    Py_XDECREF(told);
    PyErr_Clear();
    qip_give_exception(pending);
    return result;
}

static void note_told(PyObject *exception)
{
    if (PyObject_SetAttrString(exception, TOLD, Py_True) < 0)
        PyErr_Clear(); /* a class without a dictionary: at worst it is told twice */
}

/* Whether somebody ends the program for it. Beware: calls Python. */
static bool ends_program(PyObject *exception)
{
    if (!is_exit(exception))
        return false;
    if (qip_single_is_extension())
        return qip_report_port.leave(exception);
    PyObject *function = Py_XNewRef(exit_function);
    PyObject *answer = function ? PyObject_CallOneArg(function, exception) : NULL;
    bool ends = answer == Py_True;
    if (function && !answer)
        PyErr_WriteUnraisable(function);
    Py_XDECREF(answer);
    Py_XDECREF(function);
    return ends;
}

/* -- exceptions --------------------------------------------------------------------------------------- */

static PyObject *describe_origin(const qi_origin *origin)
{
    if (!origin || !origin->signal)
        return NULL;
    return PyUnicode_FromFormat("in the slot %s, started by the signal %s",
                                origin->target ? origin->target : "(without a name)", origin->signal);
}

/* Beware: calls whatever sys.excepthook is. */
static void hand_to_excepthook(PyObject *exception, const qi_origin *origin)
{
    PyObject *note = describe_origin(origin);
    PyObject *noted = note ? PyObject_CallMethod(exception, "add_note", "O", note) : NULL;
    PyObject *hook = Py_XNewRef(PySys_GetObject("excepthook")), *result = NULL;

    PyErr_Clear();
    if (hook) {
        PyObject *traceback = PyException_GetTraceback(exception);
        result = PyObject_CallFunctionObjArgs(hook, (PyObject *)Py_TYPE(exception), exception,
                                              traceback ? traceback : Py_None, NULL);
        Py_XDECREF(traceback);
    }
    if (!result)
        PyErr_WriteUnraisable(hook);
    Py_XDECREF(result);
    Py_XDECREF(hook);
    Py_XDECREF(noted);
    Py_XDECREF(note);
}

/* Names the plugin, where the reporter has not. */
static void report_with_plugin(const qi_error *error, PyObject *exception, const qi_origin *origin)
{
    qi_origin whole = origin ? *origin : (qi_origin){.size = sizeof whole};
    PyObject *plugin = whole.plugin ? NULL : qip_scope_blame(exception);

    if (plugin)
        whole.plugin = PyUnicode_AsUTF8(plugin);
    PyErr_Clear();
    qip_report_error(error, &whole);
    Py_XDECREF(plugin);
}

void qip_report_exception(PyObject *exception, const qi_origin *origin)
{
    if (qip_asyncio.cancelled_error &&
        PyErr_GivenExceptionMatches(exception, qip_asyncio.cancelled_error))
        return;
    if (qip_child_raises(exception) || qip_report_was_told(exception))
        return;
    PyObject *pending = qip_take_exception();
    if (is_exit(exception))
        note_told(exception);
    if (ends_program(exception)) {
        qip_give_exception(pending);
        return;
    }
    if (qip_single_is_extension()) {
        hand_to_excepthook(exception, origin);
        qip_give_exception(pending);
        return;
    }
    qi_error *error = qip_error_from_exception(exception);
    if (error) {
        report_with_plugin(error, exception, origin);
        qip_error_free(error);
    } else {
        qip_log(QI_LOG_ERROR, "python", "out of memory for the report of an exception");
    }
    qip_give_exception(pending);
}

void qip_report_emission(const char *signal, PyObject *callable)
{
    PyObject *exception = qip_take_exception();
    PyObject *target = callable ? qip_report_port.target(callable) : NULL;

    if (!target)
        PyErr_Clear();
    qi_origin origin = {
        .size = sizeof origin, .signal = signal, .target = target ? PyUnicode_AsUTF8(target) : NULL};
    PyErr_Clear();
    if (exception)
        qip_report_exception(exception, &origin);
    Py_XDECREF(target);
    Py_XDECREF(exception);
}

void qip_report_thrown(const char *what, const char *text, const qi_origin *origin)
{
    char *message = NULL;

    if (asprintf(&message, "%s threw a C++ exception, which ended there: %s", what, text) < 0)
        message = NULL;
    const qi_error error = {sizeof error, QI_ERR_STATE, message ? message : what, NULL, NULL};
    qip_gil gil;

    if (qip_gil_try_enter(&gil)) {
        qip_report_error(&error, origin);
        qip_gil_leave(gil);
    } else {
        qip_report_port.log(QI_LOG_ERROR, "qi", error.message);
    }
    free(message);
}

/* -- for the host ---------------------------------------------------------------------------------- */

/* A copy: `error` may be this thread's own record, which any failing call of the error callback's changes. */
static int report_copy(const qi_error *error, const qi_origin *origin)
{
    qi_error *own = qip_error_copy(error);

    if (!own)
        return qip_fail(QI_ERR_MEMORY, "out of memory for the report of an error");
    qip_gil gil = qip_gil_enter();
    qip_report_error(own, origin);
    qip_gil_leave(gil);
    qip_error_free(own);
    return QI_OK;
}

int qi_error_report(const qi_error *given_error, const qi_origin *given_origin)
{
    qi_error read_error;
    qi_origin read_origin;
    const qi_error *error = given_error ? &read_error : NULL;
    const qi_origin *origin = given_origin ? &read_origin : NULL;
    int status = error ? qip_sized_read(&read_error, sizeof read_error, given_error, "qi_error")
                       : QI_OK;

    if (status == QI_OK && origin)
        status = qip_sized_read(&read_origin, sizeof read_origin, given_origin, "qi_origin");
    if (status != QI_OK)
        return status;
    if (!error || !error->message)
        return qip_fail(QI_ERR_ARGUMENT, "there is no error to report, or it has no message");
    if (error->status >= 0)
        return qip_fail(QI_ERR_ARGUMENT,
                        "the error to report has the status %d, but that of an error is negative",
                        error->status);
    if (!qip_report_port.on_application_thread())
        return qip_fail(QI_ERR_WRONG_THREAD, "errors are reported on the GUI thread");
    if (!Py_IsInitialized()) {
        qip_report_port.log(QI_LOG_ERROR, "python", error->message);
        return QI_OK;
    }
    return report_copy(error, origin);
}

int qi_callback_run(const char *what, qi_callback_fn run, void *user, const qi_origin *origin)
{
    if (!what || !run)
        return qip_fail(QI_ERR_ARGUMENT, "there is nothing to call, or no name for it");
    qi_origin read;
    const int status = origin ? qip_sized_read(&read, sizeof read, origin, "qi_origin") : QI_OK;
    if (status != QI_OK)
        return status;
    if (!qip_hostcall_of(origin ? &read : NULL, what, run, user))
        return qip_fail(QI_ERR_STATE, "%s threw a C++ exception, which was reported", what);
    return QI_OK;
}

/* -- for the package ----------------------------------------------------------------------------- */

/* UTF-8 of a str, or NULL for None and for what cannot be encoded. */
static const char *optional_text(PyObject *object)
{
    const char *text = object != Py_None ? PyUnicode_AsUTF8(object) : NULL;

    if (!text)
        PyErr_Clear();
    return text;
}

static PyObject *report(PyObject *module, PyObject *arguments)
{
    PyObject *exception, *task, *signal, *target, *plugin = Py_None;

    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO|O:_report", &exception, &task, &signal, &target, &plugin))
        return NULL;
    if (!PyExceptionInstance_Check(exception))
        return PyErr_Format(PyExc_TypeError, "an exception is needed, not %R", exception);
    const qi_origin origin = {sizeof origin, optional_text(task), optional_text(signal),
                              optional_text(target), optional_text(plugin)};
    qip_report_exception(exception, &origin);
    Py_RETURN_NONE;
}

static PyObject *set_exit_function(PyObject *Py_UNUSED(module), PyObject *function)
{
    Py_XSETREF(exit_function, function == Py_None ? NULL : Py_NewRef(function));
    Py_RETURN_NONE;
}

static PyObject *log_text(PyObject *module, PyObject *arguments)
{
    PyObject *text;
    const char *source;
    int level;

    (void)module;
    if (!PyArg_ParseTuple(arguments, "isU:_log", &level, &source, &text))
        return NULL;
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
    if (!bytes)
        return NULL;
    PyObject *plugin = qip_scope_plugin();
    write_line(level, source, PyBytes_AS_STRING(bytes), plugin ? optional_text(plugin) : NULL);
    Py_XDECREF(plugin);
    Py_DECREF(bytes);
    Py_RETURN_NONE;
}

static PyObject *tells_errors(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    bool tells = false;

    PyThreadState *thread = qip_gil_drop();
    if (qip_callout_begin()) {
        const qi_config *config = qip_runtime_config();
        tells = config && config->error;
        qip_callout_end();
    }
    qip_gil_take(thread);
    return PyBool_FromLong(tells);
}

int qip_report_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_report", report, METH_VARARGS,
         "_report(exception, task, signal, target, plugin=None)\n--\n\n"
         "Tell the host of an exception that nobody awaits; the last four are str or None."},
        {"_set_exit_function", set_exit_function, METH_O,
         "_set_exit_function(function)\n--\n\n"
         "From now on function(exception) is asked before SystemExit and KeyboardInterrupt are "
         "told to the host; "
         "True: it ends the program. None: nobody is."},
        {"_tells_errors", tells_errors, METH_NOARGS,
         "Whether the host has a callback for errors; else what is reported goes to its log."},
        {"_log", log_text, METH_VARARGS, "_log(level, source, text)\n--\n\nWrite to the host's log."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}
