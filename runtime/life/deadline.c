/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines that hold whatever the code does which they are for: a loop without an await, a clean-up that swallows
 * each exception, a wait in the system, a destructor.
 *
 *   the keeper, a thread of C's, sleeps until a deadline has passed. Then it interrupts the GUI thread every
 *   AGAIN_MS: by a signal, which ends system calls, and a pending call, where that is Python's main thread; else by an
 *   asynchronous exception.
 *   break_in() runs in the GUI thread. It raises qi.Interrupted, and sets a trace function, by which each further line of
 *   what it has interrupted raises it, too: so code that goes on after an exception ends as well. Calls that begin
 *   afterwards have a moment first (latecomers.h).
 *
 * Code that takes locks is let through (watch/lock_code.h). libqi's own code and the standard library's are spared, so that the end itself goes on. What cannot be ended is
 * native code that neither returns nor looks for signals, and the host's own code.
 */
#include "life/deadline.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "core/coarse_clock.h"
#include "life/latecomers.h"
#include "life/unheard.h"
#include "python/border.h"
#include "python/compat.h"
#include "python/gil.h"
#include "watch/interrupt.h"
#include "watch/lock_code.h"
#include "watch/watchdog.h"

enum {
    SLACK_MS = 100,   /* what a stage may need beyond its time without being stuck */
    REST_MS = 500,    /* the same, for all of them */
    MOMENT_MS = 50,   /* what a step has at least where nothing is left */
    AGAIN_MS = 10,    /* between two interrupts */
    OWN_CODE_MS = 300 /* libqi's own code is interrupted so much later, if it is what is stuck */
};

static const uint64_t never = UINT64_MAX;

/* The keeper's. Under `lock`, but for what is atomic. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news; /* waits by the monotonic clock */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_t keeper;
static bool keeps, ends;
static _Atomic uint64_t due_ns;
static uint64_t all_due_ns; /* GUI thread */

/* GUI thread, GIL. */
static unsigned long gui_ident;
static PyObject *held_up, *exception_type, *standard_modules, *absorber;
static atomic_bool exception_sent;
static bool tracing;
static atomic_bool call_pends;
static bool told; /* what held it up, since the deadline was set */

static uint64_t after(uint64_t now, unsigned milliseconds)
{
    return now + (uint64_t)milliseconds * 1000000;
}

static bool is_late_by(unsigned milliseconds)
{
    const uint64_t due = atomic_load(&due_ns);
    return due != never && qip_clock_ns() >= after(due, milliseconds);
}

static bool is_late(void)
{
    return is_late_by(0);
}

/* -- breaking in: the GUI thread ------------------------------------------------------------------ */

/* The top name of the package that a frame's code is of, "" if it has none; a new reference or NULL. */
static PyObject *package_of(PyFrameObject *frame)
{
    PyObject *globals = PyFrame_GetGlobals(frame);
    PyObject *name = globals ? PyDict_GetItemString(globals, "__name__") : NULL;
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    PyObject *package = PyUnicode_FromStringAndSize(text, text ? (Py_ssize_t)strcspn(text, ".") : 0);

    PyErr_Clear();
    Py_XDECREF(globals);
    return package;
}

static bool is_libqis_own(PyFrameObject *frame)
{
    PyObject *package = package_of(frame);
    const bool own = package && PyUnicode_CompareWithASCIIString(package, "qi") == 0;

    Py_XDECREF(package);
    return own;
}

/* Whether a frame is libqi's own or the standard library's. */
static bool is_spared(PyFrameObject *frame)
{
    PyObject *package = package_of(frame);
    const bool spared = package &&
                        (PyUnicode_CompareWithASCIIString(package, "qi") == 0 ||
                         (standard_modules && PySequence_Contains(standard_modules, package) == 1));

    PyErr_Clear();
    Py_XDECREF(package);
    return spared;
}

/* "orders.py:12 in send" of the innermost code that is not spared, a new reference. */
static PyObject *describe(PyFrameObject *frame)
{
    PyObject *text = NULL;

    Py_XINCREF(frame);
    while (frame && is_spared(frame)) {
        PyFrameObject *outer = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = outer;
    }
    if (frame) {
        PyObject *code = (PyObject *)PyFrame_GetCode(frame);
        PyObject *file = PyObject_GetAttrString(code, "co_filename");
        PyObject *name = PyObject_GetAttrString(code, "co_qualname");
        if (file && name)
            text = PyUnicode_FromFormat(
                "code that did not give the GUI thread back, interrupted at %U:%d in %U", file,
                PyFrame_GetLineNumber(frame), name);
        Py_XDECREF(name);
        Py_XDECREF(file);
        Py_DECREF(code);
        Py_DECREF(frame);
    } else {
        text = PyUnicode_FromString(
            "code that did not give the GUI thread back, interrupted outside of Python");
    }
    return text;
}

static void note(PyFrameObject *frame)
{
    if (told)
        return;
    told = true;
    PyObject *text = describe(frame);
    if (text && held_up)
        (void)PyList_Append(held_up, text);
    Py_XDECREF(text);
    PyErr_Clear();
}

static int raise_in(PyFrameObject *frame)
{
    note(frame);
    PyErr_SetString(exception_type ? exception_type : PyExc_KeyboardInterrupt,
                    "the runtime shuts down, and the time that this code had is over");
    return -1;
}

static int refuse(PyObject *Py_UNUSED(nothing), PyFrameObject *frame, int what,
                  PyObject *Py_UNUSED(arg))
{
    if (what == PyTrace_RETURN)
        qip_latecomers_see_return(frame);
    if ((what != PyTrace_LINE && what != PyTrace_CALL) || !is_late() || is_spared(frame))
        return 0;
    if (what == PyTrace_CALL)
        qip_latecomers_see_call(frame);
    else if (qip_latecomers_is_exit(frame))
        return 0;
    return qip_latecomers_have_time() ? 0 : raise_in(frame);
}

/* 0, or -1 with an exception. */
static int break_in(void)
{
    if (!is_late() || PyThread_get_thread_ident() != gui_ident)
        return 0;
    if (!tracing) {
        tracing = true;
        PyEval_SetTrace(refuse, NULL);
    }
    if (qip_latecomers_have_time())
        return 0;
    PyFrameObject *frame = PyEval_GetFrame();
    if (frame && (is_libqis_own(frame) || qip_is_lock_code(frame)) && !is_late_by(OWN_CODE_MS))
        return 0;
    return raise_in(frame);
}

static int pending_call(void *Py_UNUSED(data))
{
    atomic_store(&call_pends, false);
    return break_in();
}

static void stop_tracing(void)
{
    if (tracing)
        PyEval_SetTrace(NULL, NULL);
    tracing = false;
    qip_latecomers_forget();
}

/* -- the keeper ------------------------------------------------------------------------------------ */

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&news, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Python looks for a pending call when a signal has come, or somebody wants the GIL: where the signal is blocked, we do. */
static void ask_to_look(void)
{
    qip_gil gil;

    if (qip_gil_try_enter(&gil))
        qip_gil_leave(gil);
}

static void knock(void)
{
    if (qip_interrupt_is_by_signal()) {
        const bool ignored = atomic_exchange(&call_pends, true);
        if (!ignored && Py_AddPendingCall(pending_call, NULL) < 0)
            atomic_store(&call_pends, false); /* somebody floods the queue; the signal will do */
        qip_interrupt_knock();
        if (ignored)
            ask_to_look();
        return;
    }
    /* Where code holds the GIL this waits for it; nothing could be done meanwhile. */
    qip_gil gil;
    if (!qip_gil_try_enter(&gil))
        return;
    if (is_late() && exception_type && !qip_latecomers_have_time()) {
        atomic_store(&exception_sent, true);
        PyThreadState_SetAsyncExc(gui_ident, exception_type);
    }
    qip_gil_leave(gil);
}

static void sleep_until(uint64_t end_ns)
{
    const struct timespec end = {.tv_sec = (time_t)(end_ns / 1000000000),
                                 .tv_nsec = (long)(end_ns % 1000000000)};
    if (end_ns == never)
        pthread_cond_wait(&news, &lock);
    else
        pthread_cond_timedwait(&news, &lock, &end);
}

static void *keep(void *Py_UNUSED(data))
{
    pthread_mutex_lock(&lock);
    while (!ends) {
        const uint64_t due = atomic_load(&due_ns), now = qip_clock_ns();
        if (due == never || now < due) {
            sleep_until(due);
            continue;
        }
        pthread_mutex_unlock(&lock);
        if (!qip_watchdog_is_held()) /* else a person looks at the code in a debugger */
            knock();
        pthread_mutex_lock(&lock);
        if (!ends && atomic_load(&due_ns) == due)
            sleep_until(after(qip_clock_ns(), AGAIN_MS));
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool start_keeper(void)
{
    sigset_t all, old;

    /* Signals are for the threads of the host, and not for ours. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const bool started = pthread_create(&keeper, NULL, keep, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}

/* -- for shutdown.c -------------------------------------------------------------------------------- */

/* One may be on its way to code that has ended. Taken back, it would leave CPython looking for it for ever; so it is raised
 * in a function that does nothing. */
static void absorb_exception(void)
{
    if (!atomic_exchange(&exception_sent, false) || !absorber)
        return;
    Py_XDECREF(PyObject_CallNoArgs(absorber));
    PyErr_Clear();
}

static void set_due(uint64_t due)
{
    stop_tracing();
    told = false;
    pthread_mutex_lock(&lock);
    atomic_store(&due_ns, due);
    pthread_cond_signal(&news);
    pthread_mutex_unlock(&lock);
    absorb_exception();
}

void qip_deadline_open(unsigned milliseconds, PyObject *stages)
{
    exception_type = PyObject_GetAttrString(stages, "Interrupted");
    PyErr_Clear();
    absorber = PyObject_GetAttrString(stages, "do_nothing");
    standard_modules = Py_XNewRef(PySys_GetObject("stdlib_module_names"));
    held_up = PyList_New(0);
    PyErr_Clear();
    gui_ident = PyThread_get_thread_ident();
    qip_latecomers_open();
    qip_unheard_open(exception_type, is_late);
    pthread_once(&once, make_condition);
    qip_interrupt_set_late(break_in);
    ends = false;
    all_due_ns = after(qip_clock_ns(), milliseconds + REST_MS);
    set_due(all_due_ns);
    keeps = start_keeper();
}

void qip_deadline_close(void)
{
    if (!gui_ident)
        return;
    set_due(never);
    if (keeps) {
        pthread_mutex_lock(&lock);
        ends = true;
        pthread_cond_signal(&news);
        pthread_mutex_unlock(&lock);
        Py_BEGIN_ALLOW_THREADS
        pthread_join(keeper, NULL);
        Py_END_ALLOW_THREADS
    }
    keeps = false;
    qip_interrupt_set_late(NULL); /* once no signal is sent any more */
    gui_ident = 0;
    qip_unheard_close();
    Py_CLEAR(exception_type);
    Py_CLEAR(standard_modules);
    Py_CLEAR(absorber);
    Py_CLEAR(held_up);
}

void qip_deadline_set(unsigned milliseconds)
{
    set_due(after(qip_clock_ns(), milliseconds + SLACK_MS));
}

void qip_deadline_rest(void)
{
    const uint64_t least = after(qip_clock_ns(), MOMENT_MS);
    set_due(all_due_ns > least ? all_due_ns : least);
}

void qip_deadline_lift(void)
{
    set_due(never);
}

PyObject *qip_deadline_held_up(void)
{
    return held_up && PyList_GET_SIZE(held_up) ? held_up : NULL;
}

/* -- for the package ------------------------------------------------------------------------------- */

static PyObject *set_deadline(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *seconds;
    int more = 0;

    if (!PyArg_ParseTuple(arguments, "O|p:_deadline", &seconds, &more))
        return NULL;
    if (!gui_ident)
        Py_RETURN_NONE;
    if (seconds == Py_None) {
        qip_deadline_rest();
        Py_RETURN_NONE;
    }
    const double wanted = PyFloat_AsDouble(seconds);
    if (wanted == -1 && PyErr_Occurred())
        return NULL;
    const unsigned milliseconds = wanted <= 0    ? 0
                                  : wanted < 1e6 ? (unsigned)(wanted * 1000)
                                                 : 1000000000;
    if (more)
        all_due_ns = after(all_due_ns, milliseconds);
    qip_deadline_set(milliseconds);
    Py_RETURN_NONE;
}

static PyObject *lift_deadline(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (gui_ident)
        qip_deadline_lift();
    Py_RETURN_NONE;
}

int qip_deadline_setup(PyObject *module)
{
    static PyMethodDef functions[] = {
        {"_deadline", set_deadline, METH_VARARGS,
         PyDoc_STR(
             "_deadline(seconds, more=False)\n--\n\n"
             "While a runtime ends: what follows has so much time; None: what is left of all. "
             "`more`: the end may last so much longer.")},
        {"_no_deadline", lift_deadline, METH_NOARGS,
         PyDoc_STR("While a runtime ends: what follows has as long as it likes.")},
        {NULL, NULL, 0, NULL},
    };

    qip_latecomers_learn();
    return PyModule_AddFunctions(module, functions);
}
