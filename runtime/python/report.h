/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The funnel for exceptions that nobody awaits, and for the log; and the port to those above it who deal with
 * some of them.
 *
 * The rules: life/wiring.c fills the port when the library is loaded. Its functions are called with the GIL
 * held, in any thread, but for log(), which is called without; they set no exception.
 */
#ifndef QIP_PYTHON_REPORT_H
#define QIP_PYTHON_REPORT_H

#include <Python.h>

#include <stdbool.h>

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tells the host of an exception that nobody awaits: the error callback, else the log. CancelledError is
 * silent. `origin` may be NULL. Any thread that holds the GIL; the GIL is released around the callback.
 * Any exception that is set when it is called stays set.
 */
void qip_report_exception(PyObject *exception, const qi_origin *origin);

/* Whether it is SystemExit or KeyboardInterrupt, and was told: a task's may come several ways, and is told once. */
bool qip_report_was_told(PyObject *exception);

/* The same for an error record that is no exception's. */
void qip_report_error(const qi_error *error, const qi_origin *origin);

/* Reports the exception that is set, and clears it. `signal` is what the emission was of, `callable` what it was
 * to call; both may be NULL. */
void qip_report_emission(const char *signal, PyObject *callable);

/* For core/hostcall.h: a callback of the host's threw. GIL: does not matter. Any thread. */
void qip_report_thrown(const char *what, const char *text, const qi_origin *origin);

/* Writes a line to the host's log. GIL: does not matter. Any thread. */
void qip_log(int level, const char *source, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

typedef struct qip_report_functions {
    /* Whether the calling thread is the application's. GIL: does not matter. */
    bool (*on_application_thread)(void);
    /* Writes to the log of the application's framework, where no host wants it. */
    void (*log)(int level, const char *source, const char *text);
    /* SystemExit and KeyboardInterrupt where nobody embeds Python: true, it will be raised where the event loop
     * was entered; false, there is none to leave. */
    bool (*leave)(PyObject *exception);
    /* An error of a plugin's. False: it was dealt with, and nobody else shall hear of it. */
    bool (*plugin)(const char *plugin, const qi_error *error);
    /* "module.function" of what an emission calls, a new reference; NULL: unknown. */
    PyObject *(*target)(PyObject *callable);
} qip_report_functions;

extern qip_report_functions qip_report_port;

#ifdef __cplusplus
}
#endif

#endif
