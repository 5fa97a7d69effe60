/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For hosts that use CPython's own API beside libqi's: their objects as values, and values as objects. <qi/qi.h> does not
 * include it, and it does not include Python.h: `struct _object` is what PyObject is there.
 *
 *     static void plot(void *user)                   // with the GIL
 *     {
 *         PyObject *array = make_array(user);        // of numpy's C API
 *         qi_value samples;
 *         if (array && qi_value_from_python(array, &samples) == QI_OK) {
 *             keep(user, qi_value_take(&samples));
 *         }
 *         Py_XDECREF(array);                         // an exception that is set here makes the call fail
 *     }
 *     …
 *     if (qi_python_run(runtime, plot, chart) != QI_OK)
 *         fputs(qi_last_error()->traceback, stderr);
 *
 * The GIL. The GUI thread does not hold it outside of libqi's calls, and must not hold it while Qt waits: threads of
 * Python would stand still, and one that waits for the GUI thread would wait for ever. Whatever wants the GIL runs in
 * qi_python_run(), which the watchdog and interrupts know, or, in threads that know nothing of libqi, between
 * PyGILState_Ensure() and PyGILState_Release(). No event loop of Qt's is run with it held; who has to, as for a dialog,
 * gives it up around that by Py_BEGIN_ALLOW_THREADS. The interpreter is libqi's to end: no Py_Finalize(), and no
 * subinterpreters, on which PyGILState_Ensure() does not work.
 */
#ifndef QI_PYTHON_H
#define QI_PYTHON_H

#include <qi/callback.h>
#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

struct _object; /* what PyObject is */

/**
 * Calls a function of the host with the GIL held, where it may use CPython's API.
 *
 * It is code of the application's that runs, whoever calls: see qi_log_record. An exception that is set when it returns is
 * taken, and becomes the failure of the call. It may call libqi, too, and run this function again.
 *
 * Thread: any. Fails: QI_ERR_PYTHON (it has left an exception, whose type and traceback the record has), QI_ERR_CANCELLED
 * and QI_ERR_MEMORY for such exceptions, QI_ERR_STATE (it threw in C++, which was reported), QI_ERR_ARGUMENT,
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_NODISCARD QI_API int qi_python_run(qi_runtime *runtime, qi_callback_fn run, void *user);

/**
 * Makes a value of an object of Python, as results of Python code become values: see <qi/value.h>.
 *
 * `object` is borrowed: the caller has a reference, and keeps it. `*out` is owned: release it with qi_value_clear(). A failure
 * leaves it as it was, and no exception of Python's.
 *
 * Thread: GUI, where there is a QObject in it; else any; with the GIL or without. Fails: QI_ERR_ARGUMENT, QI_ERR_DEAD_OBJECT (the QObject behind a proxy was
 * destroyed), QI_ERR_PYTHON (it nests deeper than 200, or changed meanwhile), QI_ERR_NOT_RUNNING (there is no interpreter),
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_value_from_python(struct _object *object, qi_value *out);

/**
 * Makes an object of Python of a value, as arguments of calls become objects.
 *
 * `*out` is owned: a new reference, for Py_DECREF() with the GIL held. A value that came from Python opaque is the same
 * object again. A failure leaves `*out` as it was, and no exception of Python's.
 *
 * Thread: GUI, where there is a QObject in the value; else any; with the GIL or without. Fails: QI_ERR_ARGUMENT,
 * QI_ERR_TYPE, QI_ERR_RANGE, QI_ERR_DEAD_OBJECT, QI_ERR_PYTHON, QI_ERR_NOT_RUNNING (there is no interpreter), QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_value_to_python(const qi_value *value, struct _object **out);

#ifdef __cplusplus
}
#endif

#endif /* QI_PYTHON_H */
