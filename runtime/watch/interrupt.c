/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interrupt is a request that names the code which it is for: the period of the pulse, and the bracket of
 * the loop, that the GUI thread was in when it was made. Whoever raises the exception, in the GUI thread,
 * looks whether that code still runs; if not, nothing is raised.
 *
 * The way there is that of a signal of the system. CPython looks for those between bytecodes and when a system
 * call is cut short, calls their handlers, and raises what these raise; PyErr_SetInterruptEx() says that one
 * has come, from any thread and without the GIL. Ours is a signal of the real-time range that nobody has. It
 * is really sent too, to cut system calls short, with a handler that stands only until it has arrived.
 *
 * CPython does that in its main thread alone. Where the GUI thread is another, an asynchronous exception does
 * the same with the GIL held, but cuts no system call short.
 *
 * Code that takes locks or gives them back is let through to its end (watch/lock_code.h): the handler then raises nothing,
 * and a thread, the reminder, sends the signal again until it has done so or nothing is wanted any more.
 *
 * The request is under `lock`, which nobody holds while code of others runs. `armed` says whether there is one.
 */
#include "watch/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <qi/monitor.h>

#include "python/border.h"
#include "python/compat.h"
#include "python/call.h"
#include "python/gate.h"
#include "core/status.h"
#include "python/visit.h"
#include "python/gil.h"
#include "watch/lock_code.h"
#include "watch/setup.h"

enum {
    REASON_SIZE = 400,
    AGAIN_MS = 2,       /* between two looks at code that takes locks, */
    MOST_POSTPONED = 50 /* of which there are so many: it may be that code that does not end */
};

typedef struct request {
    uint64_t period;
    uint64_t brackets; /* of the loop; its upper part follows the brackets that close inside */
    char reason[REASON_SIZE];
    bool asynchronous;  /* by PyThreadState_SetAsyncExc() */
    unsigned postponed; /* so often */
} request;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static request wanted;
static char last_reason[REASON_SIZE]; /* of an asynchronous exception that is being made. GIL */

static pthread_t gui_thread;
static atomic_int number; /* the signal; 0: none */
static bool reminding;    /* the reminder runs. Under `lock` */

static int (*late)(void); /* GIL */

/* The system's side of it, under `lock` but for the flag. */
static struct sigaction before;
static bool handled;
static unsigned sent;
static atomic_uint arrived;

/* -- the signal ---------------------------------------------------------------------------------------- */

/* In the GUI thread, where CPython 3.11 takes notice at once; told by another thread, it does so later. */
static void on_signal(int arrives)
{
    const int saved_errno = errno;

    PyErr_SetInterruptEx(arrives);
    atomic_fetch_add(&arrived, 1); /* a system call, if there was one, has ended */
    errno = saved_errno;
}

/* Once all signals have arrived: until then the system's default for them would end the process. */
static void put_back(void)
{
    if (handled && atomic_load(&arrived) == sent) {
        sigaction(number, &before, NULL);
        handled = false;
    }
}

/* Under `lock`. */
static void send_signal(void)
{
    struct sigaction action;

    if (!handled) {
        if (sigaction(number, NULL, &before) < 0 || (before.sa_flags & SA_SIGINFO) ||
            before.sa_handler != SIG_DFL)
            return; /* somebody has taken it since */
        memset(&action, 0, sizeof action);
        action.sa_handler = on_signal;
        action.sa_flags = SA_ONSTACK; /* no SA_RESTART: that is what it is for */
        sigemptyset(&action.sa_mask);
        handled = sigaction(number, &action, NULL) == 0;
    }
    /* One at a time: a flood of them would leave the thread no time between the handlers. */
    if (handled && atomic_load(&arrived) == sent && pthread_kill(gui_thread, number) == 0)
        sent++;
}

/* Host code may not be prepared for system calls that end early. */
static bool waits_for_host(void)
{
    return qip_pulse_load() & QIP_PULSE_OUT;
}

int qip_signal_find(void)
{
    for (int candidate = SIGRTMAX - 1; candidate > SIGRTMIN; candidate--) {
        struct sigaction action;
        if (candidate != number && sigaction(candidate, NULL, &action) == 0 &&
            !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_DFL)
            return candidate;
    }
    return 0;
}

/* -- the request --------------------------------------------------------------------------------------- */

/*
 * The brackets of the loop, as they are at this moment. Where the GIL is not held, they may change meanwhile:
 * a value that is read a moment too early names a bracket that has closed, and will never fit.
 */
__attribute__((no_sanitize("thread"))) static uint64_t read_brackets(void)
{
    const qip_loop *loop = qip_pulse_loop();
    return loop ? *(const volatile uint64_t *)&loop->brackets : 0;
}

static void disarm(void)
{
    __atomic_store_n(&qip_pulse_now.armed, 0, __ATOMIC_SEQ_CST);
    if (wanted.asynchronous && qip_pulse_ident())
        PyThreadState_SetAsyncExc(qip_pulse_ident(), NULL);
    wanted.asynchronous = false;
    put_back();
}

static void arm(const char *reason, bool asynchronous)
{
    /* Before the brackets are read: from here on those that close are told. */
    __atomic_store_n(&qip_pulse_now.armed, 1, __ATOMIC_SEQ_CST);
    wanted.brackets = read_brackets();
    wanted.period = qip_pulse_period(qip_pulse_load());
    wanted.asynchronous = asynchronous;
    wanted.postponed = 0;
    snprintf(wanted.reason, sizeof wanted.reason, "%s", reason ? reason : "interrupted");
}

static bool still_runs(void)
{
    const uint64_t now = read_brackets(), open = wanted.brackets & QIP_BRACKETS_OPEN;

    if (qip_pulse_period(qip_pulse_load()) != wanted.period)
        return false;
    return open == 0 || ((now & QIP_BRACKETS_OPEN) >= open &&
                         now >> QIP_BRACKETS_SHIFT == wanted.brackets >> QIP_BRACKETS_SHIFT);
}

void qip_interrupt_bracket_closes(const void *loop, uint64_t brackets)
{
    if (loop != qip_pulse_loop())
        return;
    pthread_mutex_lock(&lock);
    if (qip_pulse_is_armed()) {
        if ((brackets & QIP_BRACKETS_OPEN) == (wanted.brackets & QIP_BRACKETS_OPEN))
            disarm();
        else
            wanted.brackets += QIP_BRACKET_CLOSES + 1; /* one inside it */
    }
    pthread_mutex_unlock(&lock);
}

void qip_interrupt_left(void)
{
    pthread_mutex_lock(&lock);
    if (qip_pulse_is_armed())
        disarm();
    pthread_mutex_unlock(&lock);
}

/* -- reminding ------------------------------------------------------------------------------------------ */

static void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = AGAIN_MS * 1000000L};
    nanosleep(&moment, NULL);
}

/* An interrupt that is not wanted any more is disarmed before its signal is given back. */
static void *remind(void *Py_UNUSED(data))
{
    bool goes_on = true;

    while (goes_on) {
        wait_a_moment();
        pthread_mutex_lock(&lock);
        goes_on = reminding = qip_pulse_is_armed() && wanted.postponed && number;
        if (goes_on) {
            PyErr_SetInterruptEx(number);
            if (!waits_for_host())
                send_signal();
        }
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

/* Under `lock`. Whether somebody will send the signal again. */
static bool start_reminder(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, old;

    if (reminding)
        return true;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all); /* signals are for the threads of the host */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    reminding = pthread_create(&thread, &attributes, remind, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return reminding;
}

/* Under `lock`. */
static bool postpone(void)
{
    return ++wanted.postponed <= MOST_POSTPONED && start_reminder();
}

/* -- raising it, in the GUI thread ----------------------------------------------------------------------- */

static PyObject *interrupted_class(void)
{
    PyObject *module = PyImport_ImportModule("qi._watch.interrupted");
    PyObject *type = module ? PyObject_GetAttrString(module, "Interrupted") : NULL;

    Py_XDECREF(module);
    return type;
}

/* Whether there is something to raise: its reason. Code that takes locks is let through. */
static bool take_wanted(PyFrameObject *frame, char reason[REASON_SIZE])
{
    const bool locks = qip_is_lock_code(frame);
    bool wants = false;

    pthread_mutex_lock(&lock);
    if (qip_pulse_is_armed()) {
        wants = still_runs();
        if (wants && locks && postpone()) {
            wants = false;
        } else {
            memcpy(reason, wanted.reason, REASON_SIZE);
            disarm();
        }
    }
    pthread_mutex_unlock(&lock);
    return wants;
}

/* 0, or -1 with an exception. */
static int raise_if_wanted(PyFrameObject *frame)
{
    char reason[REASON_SIZE];

    if (late)
        return late();
    if (!take_wanted(frame, reason))
        return 0;
    PyObject *type = interrupted_class();
    PyObject *text = PyUnicode_DecodeUTF8(reason, (Py_ssize_t)strlen(reason), "replace");
    if (type && text)
        PyErr_SetObject(type, text);
    Py_XDECREF(text);
    Py_XDECREF(type);
    return -1;
}

/*
 * The handler that CPython knows. It is called while another exception is on its way, too: os.stat(), where a signal has made it
 * fail, looks for signals twice more. That exception goes on, unless an interrupt takes its place.
 */
static PyObject *raise_wanted(PyObject *module, PyObject *arguments)
{
    PyObject *frame = PyTuple_Size(arguments) > 1 ? PyTuple_GetItem(arguments, 1) : NULL;
    PyObject *on_its_way = qip_take_exception();

    (void)module;
    if (raise_if_wanted(frame && PyFrame_Check(frame) ? (PyFrameObject *)frame : NULL) < 0) {
        Py_XDECREF(on_its_way);
        return NULL;
    }
    if (on_its_way) {
        qip_give_exception(on_its_way);
        return NULL;
    }
    Py_RETURN_NONE;
}

/* An asynchronous exception has only a class: the object asks here what it is about. */
static PyObject *take_reason(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    (void)module;
    pthread_mutex_lock(&lock);
    if (qip_pulse_is_armed() && wanted.asynchronous) {
        memcpy(last_reason, wanted.reason, sizeof last_reason);
        wanted.asynchronous = false; /* it is there */
        disarm();
    }
    pthread_mutex_unlock(&lock);
    return PyUnicode_DecodeUTF8(last_reason, (Py_ssize_t)strlen(last_reason), "replace");
}

/* -- opening and closing --------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"_raise_interrupt", raise_wanted,
     METH_VARARGS, "_raise_interrupt(number, frame)\n--\n\nThe handler of the signal that stands for an interrupt."},
    {"_interrupt_reason", take_reason, METH_NOARGS,
     "_interrupt_reason()\n--\n\nWhat the interrupt is about whose exception is being made."},
    {NULL, NULL, 0, NULL},
};

int qip_interrupt_setup(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}

int qip_interrupt_open(void)
{
    struct sigaction action;
    const int candidate = qip_signal_find();

    gui_thread = pthread_self();
    if (!candidate)
        return 0;
    sigaction(candidate, NULL, &action);
    PyObject *old = qip_call_python("qi._watch.interrupted", "handle", "(i)", candidate);
    sigaction(candidate, &action, NULL); /* Python has put a handler of its own there */
    if (old == Py_True)
        number = candidate;
    Py_XDECREF(old);
    return old ? 0 : -1;
}

/* A signal that a thread blocks would find nobody who knows it, or end the process, once it is let in. */
static void discard_signal(void)
{
    pthread_mutex_lock(&lock);
    if (handled) {
        struct sigaction ignored = {.sa_handler = SIG_IGN};
        sigaction(number, &ignored, NULL); /* which takes back what is under way */
        sigaction(number, &before, NULL);
        atomic_store(&arrived, sent);
        handled = false;
    }
    pthread_mutex_unlock(&lock);
}

void qip_interrupt_close(void)
{
    struct sigaction action;

    qip_interrupt_left();
    if (!number)
        return;
    discard_signal();
    sigaction(number, NULL, &action);
    PyObject *result = qip_call_python("qi._watch.interrupted", "forget", "(i)", number);
    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
    sigaction(number, &action, NULL);
    number = 0;
}

/* -- asking for it --------------------------------------------------------------------------------------- */

static int fail_idle(void)
{
    return qip_fail(QI_ERR_STATE,
                    "no Python code holds the GUI thread, so there is nothing to interrupt");
}

/* GIL: held. Bindings enter Python without telling: then there are frames above the event loop's. */
static bool python_runs(void)
{
    const PyThreadState *thread = qip_pulse_thread();

    if (qip_pulse_load() & QIP_PULSE_PYTHON)
        return true;
    return thread && qip_top_frame(thread) != __atomic_load_n(&qip_pulse_now.below, __ATOMIC_RELAXED);
}

/* 0: any period. */
static bool is_that(uint64_t period)
{
    return !period || qip_pulse_period(qip_pulse_load()) == period;
}

/* Without the GIL, which native code may hold that asks for signals from time to time. */
static int interrupt_by_signal(uint64_t period, const char *reason)
{
    bool is_there;

    pthread_mutex_lock(&lock);
    arm(reason, false);
    is_there = !period || wanted.period == period;
    if (is_there) {
        PyErr_SetInterruptEx(number);
        if (!waits_for_host())
            send_signal();
    } else {
        disarm();
    }
    pthread_mutex_unlock(&lock);
    return is_there ? QI_OK : fail_idle();
}

/* GIL: held, but let go of for a while. The exception will be raised where the GUI thread now is, or a little later. */
static void wait_for_locks(uint64_t period)
{
    for (int i = 0; i < MOST_POSTPONED && is_that(period) && python_runs(); i++) {
        PyThreadState *thread = qip_pulse_thread();
        PyFrameObject *frame = thread && thread != PyThreadState_Get()
                                   ? PyThreadState_GetFrame(thread)
                                   : NULL;
        const bool locks = qip_is_lock_code(frame);

        Py_XDECREF(frame);
        if (!locks)
            return;
        Py_BEGIN_ALLOW_THREADS
        wait_a_moment();
        Py_END_ALLOW_THREADS
    }
}

static int interrupt_asynchronously(uint64_t period, const char *reason)
{
    PyObject *type = interrupted_class();
    int status = QI_OK;

    if (!type)
        return qip_fail_python("importing qi.Interrupted");
    wait_for_locks(period);
    pthread_mutex_lock(&lock);
    if (is_that(period) && python_runs()) {
        arm(reason, true);
        PyThreadState_SetAsyncExc(qip_pulse_ident(), type);
    } else {
        status = fail_idle();
    }
    pthread_mutex_unlock(&lock);
    Py_DECREF(type);
    return status;
}

int qip_interrupt_period(uint64_t period, const char *reason)
{
    if (number && (qip_pulse_load() & QIP_PULSE_PYTHON))
        return interrupt_by_signal(period, reason);
    if (number && period) /* whoever names a period has seen that Python holds it */
        return interrupt_by_signal(period, reason);
    qip_gil gil;
    if (!qip_gil_try_enter(&gil))
        return fail_idle();
    int status = number ? (python_runs() ? interrupt_by_signal(period, reason) : fail_idle())
                        : interrupt_asynchronously(period, reason);
    qip_gil_leave(gil);
    return status;
}

void qip_interrupt_again(void)
{
    pthread_mutex_lock(&lock);
    if (qip_pulse_is_armed() && number && !waits_for_host())
        send_signal();
    pthread_mutex_unlock(&lock);
}

/* -- at the end ------------------------------------------------------------------------------------------ */

void qip_interrupt_set_late(int (*raise)(void))
{
    late = raise;
    pthread_mutex_lock(&lock);
    if (!raise && number)
        put_back();
    pthread_mutex_unlock(&lock);
}

bool qip_interrupt_is_by_signal(void)
{
    return number != 0;
}

void qip_interrupt_knock(void)
{
    if (!number)
        return;
    pthread_mutex_lock(&lock);
    PyErr_SetInterruptEx(number);
    if (!waits_for_host())
        send_signal();
    pthread_mutex_unlock(&lock);
}

int qi_runtime_interrupt(qi_runtime *runtime, const char *reason)
{
    int status = qip_runtime_check(runtime);

    if (status == QI_OK && reason)
        status = qip_check_text(reason, "the reason");
    return status == QI_OK ? qip_interrupt_period(0, reason) : status;
}
