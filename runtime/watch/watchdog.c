/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watchdog: a thread that looks at the pulse of the GUI thread (pulse.h), and never touches Python.
 *
 *   asleep     nothing happens there; woken by the pulse, at the first thing that does
 *   watching   looks four times in `limit_ms` whether the period is still the one it saw first
 *   stalled    it was, for `limit_ms`, and Python holds the thread: tells, and may interrupt
 *
 * What needs the GIL is done by a second thread, the scout: whether frames of Python stand above the event
 * loop's, and what they are. While native code holds the GIL the scout waits for it, and the watchdog says of
 * the stall what can be had without: CPython itself writes the stack of a thread that gets a signal into a
 * file in memory (faulthandler). When both threads sleep, nothing of this costs anything.
 *
 * The two talk under `lock`. Nobody holds it while code of others runs, or with the GIL wanted.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create() */
#endif
#include <Python.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <qi/monitor.h>

#include "python/border.h"
#include "core/coarse_clock.h"
#include "python/compat.h"
#include "python/call.h"
#include "python/gate.h"
#include "python/report.h"
#include "python/interp.h"
#include "watch/interrupt.h"
#include "loop/loop_p.h"
#include "watch/slow.h"
#include "core/status.h"
#include "watch/watchdog.h"
#include "python/visit.h"
#include "watch/setup.h"

enum {
    DEFAULT_LIMIT_MS = 1000,
    SHORTEST_LIMIT_MS = 10,
    LOOKS_A_LIMIT = 4,
    PATIENCE_MS = 500, /* for the GIL, which Python gives up after 5 ms */
    DUMP_MS = 200,     /* for a signal to arrive */
    DUMP_SIZE = 32 * 1024
};

typedef enum errand {
    NOTHING,
    LOOK,    /* do frames of Python stand above the event loop's? */
    DESCRIBE /* and what are they? */
} errand;

/* What a stall is made of; strings of its own, or NULL. */
typedef struct texts {
    char *stack, *task, *plugin, *signal, *target;
} texts;

/* Begins empty when the watchdog is started. */
typedef struct watchdog {
    qi_runtime *runtime;
    qi_watchdog_options options; /* never change while it runs */
    pthread_t thread, scout;
    atomic_bool ends;
    int wake_fd;
    int dump_fd, dump_signal;
    pthread_t gui_thread;

    /* between the two threads, under `lock` */
    errand wanted;
    uint64_t period; /* what it is about */
    bool has_gil, answered, in_python;
    texts found;
} watchdog;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news; /* for both; waits by the monotonic clock */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static watchdog *running;   /* GUI thread */
static atomic_bool is_held; /* a debugger holds the GUI thread, which is no stall */
static _Atomic int wake_fd = -1;

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&news, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void free_texts(texts *texts)
{
    free(texts->stack);
    free(texts->task);
    free(texts->plugin);
    free(texts->signal);
    free(texts->target);
    memset(texts, 0, sizeof *texts);
}

/* -- sleeping ------------------------------------------------------------------------------------------ */

void qip_watchdog_wake(void)
{
    const uint64_t one = 1;
    const int saved_errno = errno;

    if (__atomic_exchange_n(&qip_pulse_now.sleeps, 0, __ATOMIC_RELAXED) &&
        write(wake_fd, &one, sizeof one) < 0) {
        /* Full: it was woken, and has not looked yet. */
    }
    errno = saved_errno;
}

/* Until somebody writes to the descriptor, or so many milliseconds have passed; below 0: for ever. */
static void nap(watchdog *dog, int milliseconds)
{
    struct pollfd entry = {.fd = dog->wake_fd, .events = POLLIN};
    uint64_t count;

    if (poll(&entry, 1, milliseconds) > 0 && read(dog->wake_fd, &count, sizeof count) < 0) {
        /* Somebody has taken it. */
    }
}

/*
 * The GUI thread stores the word and then looks at `sleeps`, without a fence, so both may miss each other. But
 * not for long: its store is seen at the second look.
 */
static void sleep_until_stirred(watchdog *dog, uint64_t word, int moment)
{
    __atomic_store_n(&qip_pulse_now.sleeps, 1, __ATOMIC_SEQ_CST);
    nap(dog, moment);
    if (qip_pulse_load() == word && !atomic_load(&dog->ends) &&
        __atomic_load_n(&qip_pulse_now.sleeps, __ATOMIC_SEQ_CST))
        nap(dog, -1);
    __atomic_store_n(&qip_pulse_now.sleeps, 0, __ATOMIC_SEQ_CST);
}

/* -- the scout: has the GIL ----------------------------------------------------------------------------- */

static char *copy_text(PyObject *object)
{
    PyObject *bytes = object && PyUnicode_Check(object)
                          ? PyUnicode_AsEncodedString(object, "utf-8", "backslashreplace")
                          : NULL;
    char *copy = bytes ? strdup(PyBytes_AS_STRING(bytes)) : NULL;

    PyErr_Clear();
    Py_XDECREF(bytes);
    return copy;
}

static void describe(texts *found)
{
    PyThreadState *thread = qip_pulse_now.thread;
    PyObject *loop = qip_pulse_now.loop, *context = thread->context, *base = qip_pulse_now.base;
    PyObject *answer = qip_call_python("qi._stalls", "describe", "(kOOO)", qip_pulse_now.ident,
                                       loop ? loop : Py_None, context ? context : Py_None,
                                       base ? base : Py_None);

    if (answer && PyTuple_Check(answer) && PyTuple_GET_SIZE(answer) == 5) {
        found->stack = copy_text(PyTuple_GET_ITEM(answer, 0));
        found->task = copy_text(PyTuple_GET_ITEM(answer, 1));
        found->plugin = copy_text(PyTuple_GET_ITEM(answer, 2));
        found->signal = copy_text(PyTuple_GET_ITEM(answer, 3));
        found->target = copy_text(PyTuple_GET_ITEM(answer, 4));
    }
    PyErr_Clear();
    Py_XDECREF(answer);
}

/*
 * Where the event loop last came round below this very frame, and has not said that it was left, the frame may
 * have gone on: then it is at another instruction than when the loop was seen to wait in it.
 */
static bool has_moved(const PyThreadState *thread, const void *top)
{
    static const void *seen;
    static int seen_at;
    PyFrameObject *frame = PyThreadState_GetFrame((PyThreadState *)thread);
    int at = frame ? PyFrame_GetLasti(frame) : 0;
    bool moved = top == seen && at != seen_at;

    Py_XDECREF(frame);
    if (!moved) {
        seen = top;
        seen_at = at;
    }
    return moved;
}

/* Python holds the thread: it has said so, or there are frames that the event loop does not know. */
static bool holds_python(void)
{
    const PyThreadState *thread = qip_pulse_now.thread;
    const uint64_t word = qip_pulse_load();

    if (!thread)
        return false;
    if ((word & QIP_PULSE_PYTHON) && !(word & QIP_PULSE_OUT))
        return true;
    const void *top = qip_top_frame(thread);
    if (top != __atomic_load_n(&qip_pulse_now.below, __ATOMIC_RELAXED))
        return top != NULL;
    return top && has_moved(thread, top);
}

static void go_and_see(watchdog *dog, errand what, uint64_t period)
{
    texts found = {0};
    bool in_python = false;

    PyGILState_STATE gil = PyGILState_Ensure();
    pthread_mutex_lock(&lock);
    dog->has_gil = true;
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
    if (!atomic_load(&dog->ends) && qip_pulse_period(qip_pulse_load()) == period) {
        in_python = holds_python();
        if (in_python && what == DESCRIBE)
            describe(&found);
    }
    PyGILState_Release(gil);

    pthread_mutex_lock(&lock);
    free_texts(&dog->found);
    dog->found = found;
    dog->in_python = in_python;
    dog->answered = true;
    dog->wanted = NOTHING;
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
}

static void *scout_thread(void *data)
{
    watchdog *dog = data;

    pthread_mutex_lock(&lock);
    while (!atomic_load(&dog->ends)) {
        if (dog->wanted == NOTHING) {
            pthread_cond_wait(&news, &lock);
            continue;
        }
        errand what = dog->wanted;
        uint64_t period = dog->period;
        pthread_mutex_unlock(&lock);
        go_and_see(dog, what, period);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* False: it still waits for the GIL. */
static bool send_scout(watchdog *dog, errand what, uint64_t period)
{
    struct timespec end;
    int late = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += PATIENCE_MS * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    if (dog->wanted == NOTHING) {
        dog->wanted = what;
        dog->period = period;
        dog->has_gil = dog->answered = dog->in_python = false;
        pthread_cond_broadcast(&news);
    }
    while (!dog->answered && !atomic_load(&dog->ends) && (dog->has_gil || !late))
        late = dog->has_gil ? pthread_cond_wait(&news, &lock)
                            : pthread_cond_timedwait(&news, &lock, &end);
    bool answered = dog->answered && dog->period == period;
    pthread_mutex_unlock(&lock);
    return answered;
}

/* -- native code that holds the GIL ----------------------------------------------------------------------- */

/* "  File "x", line 3 in f", innermost first, becomes what a traceback has: outermost first. */
static char *turn_around(char *dump)
{
    char *lines[256], *state = NULL, *result = NULL;
    size_t count = 0, size = 0;
    FILE *file = open_memstream(&result, &size);

    if (!file)
        return NULL;
    for (char *line = strtok_r(dump, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        if (strncmp(line, "  File ", 7) == 0 && count < sizeof lines / sizeof *lines)
            lines[count++] = line;
    }
    while (count) {
        char *line = lines[--count], *in = NULL;
        for (char *at = strstr(line, " in "); at; at = strstr(at + 1, " in "))
            in = at;
        if (in)
            fprintf(file, "%.*s, in %s\n", (int)(in - line), line, in + 4);
        else
            fprintf(file, "%s\n", line);
    }
    return fclose(file) == 0 ? result : NULL;
}

static char *dump_without_gil(watchdog *dog)
{
    char buffer[DUMP_SIZE];
    ssize_t size = 0, before = -1;

    if (dog->dump_fd < 0 || ftruncate(dog->dump_fd, 0) < 0 ||
        lseek(dog->dump_fd, 0, SEEK_SET) < 0 || pthread_kill(dog->gui_thread, dog->dump_signal) != 0)
        return NULL;
    for (int waited = 0; waited < DUMP_MS && (size <= 0 || size != before); waited += 10) {
        nap(dog, 10);
        before = size;
        size = pread(dog->dump_fd, buffer, sizeof buffer - 1, 0);
    }
    if (size <= 0)
        return NULL;
    buffer[size] = '\0';
    return turn_around(buffer);
}

/* -- a stall ------------------------------------------------------------------------------------------------ */

/* What the watchdog knows of the period that it looks at. */
typedef struct watch {
    uint64_t period;
    uint64_t since_ns; /* seen first; of Python that nobody announced, when it was found */
    bool found;        /* such Python was found */
    unsigned reports;
    uint64_t told_ns;      /* the latest report; */
    uint64_t interrupt_ns; /* and interrupt. 0: none */
    texts texts;           /* of the latest report */
} watch;

static unsigned milliseconds(uint64_t from, uint64_t to)
{
    uint64_t all = (to - from) / 1000000;
    return all < UINT32_MAX ? (unsigned)all : UINT32_MAX;
}

static void log_stall(const qi_stall *stall)
{
    if (stall->over) {
        qip_log(QI_LOG_WARNING, "qi", "the window answers again, after %u ms", stall->milliseconds);
        return;
    }
    qip_log(QI_LOG_WARNING, "qi", "Python has held the GUI thread for %u ms%s%s%s%s%s%s%s%s%s\n%s",
            stall->milliseconds, stall->native ? ", in native code" : "",
            stall->task ? "\n  in task " : "", stall->task ? stall->task : "",
            stall->target ? "\n  of " : "", stall->target ? stall->target : "",
            stall->signal ? "\n  started by " : "", stall->signal ? stall->signal : "",
            stall->plugin ? "\n  of the plugin " : "", stall->plugin ? stall->plugin : "",
            stall->stack ? stall->stack : "");
}

static int tell(const watch *watch, const qi_watchdog_options *options, bool native, bool over,
                uint64_t now)
{
    const texts *texts = &watch->texts;
    const qi_stall stall = {
        .size = sizeof stall,
        .milliseconds = milliseconds(watch->since_ns, now),
        .reports = watch->reports,
        .native = native,
        .over = over,
        .stack = over ? NULL : texts->stack,
        .task = texts->task,
        .plugin = texts->plugin,
        .signal = texts->signal,
        .target = texts->target,
    };

    if (options->stalled)
        return options->stalled(&stall, options->stalled_user);
    log_stall(&stall);
    return QI_STALL_WAIT;
}

static void interrupt_it(watch *watch, uint64_t now)
{
    char reason[256];

    snprintf(reason, sizeof reason, "Python has held the GUI thread for %u ms%s%s",
             milliseconds(watch->since_ns, now), watch->texts.plugin ? ", in the plugin " : "",
             watch->texts.plugin ? watch->texts.plugin : "");
    (void)qip_interrupt_period(watch->period, reason); /* it may have gone on meanwhile */
    watch->interrupt_ns = now;
}

static void begin_watch(watch *watch, uint64_t period, uint64_t now)
{
    free_texts(&watch->texts);
    memset(watch, 0, sizeof *watch);
    watch->period = period;
    watch->since_ns = now;
}

static bool is_due(uint64_t now, uint64_t since, unsigned after_ms)
{
    return after_ms && now - since >= (uint64_t)after_ms * 1000000;
}

/* Fetches what there is to say. False: it is no stall any more. */
static bool investigate(watchdog *dog, watch *watch, bool *native)
{
    *native = !send_scout(dog, DESCRIBE, watch->period);
    free_texts(&watch->texts);
    if (*native)
        watch->texts.stack = dump_without_gil(dog);
    pthread_mutex_lock(&lock);
    bool in_python = *native || dog->in_python;
    if (!*native) {
        watch->texts = dog->found;
        memset(&dog->found, 0, sizeof dog->found);
    }
    pthread_mutex_unlock(&lock);
    return in_python && qip_pulse_period(qip_pulse_load()) == watch->period;
}

static void report(watchdog *dog, watch *watch, const qi_watchdog_options *options)
{
    bool native;

    if (!investigate(dog, watch, &native))
        return;
    uint64_t now = qip_clock_ns();
    int answer = tell(watch, options, native, false, now);
    watch->reports++;
    watch->told_ns = now;
    if (answer == QI_STALL_INTERRUPT)
        interrupt_it(watch, qip_clock_ns());
}

/* The thread has stood in one period for at least one look. */
static void look_closer(watchdog *dog, watch *watch, const qi_watchdog_options *options, int step)
{
    const uint64_t word = qip_pulse_load(), now = qip_clock_ns();
    const bool certain = (word & QIP_PULSE_PYTHON) && !(word & QIP_PULSE_OUT);

    if (!certain && !watch->found) {
        if (!send_scout(dog, LOOK, watch->period))
            return; /* some thread has the GIL for long; perhaps this one, so look again */
        pthread_mutex_lock(&lock);
        watch->found = dog->in_python;
        pthread_mutex_unlock(&lock);
        if (!watch->found) {
            sleep_until_stirred(dog, word, step);
            return;
        }
        if (!(word & QIP_PULSE_PYTHON))
            watch->since_ns = now;
    }
    if (is_due(now, watch->since_ns, options->limit_ms) &&
        (!watch->reports || is_due(now, watch->told_ns, options->repeat_ms)))
        report(dog, watch, options);
    if (watch->interrupt_ns && qip_pulse_is_armed()) {
        /* The signal may be blocked there. A thread that gives up the GIL for another looks for it by itself. */
        qip_interrupt_again();
        (void)send_scout(dog, LOOK, watch->period);
    }
    if (is_due(now, watch->interrupt_ns ? watch->interrupt_ns : watch->since_ns,
               options->interrupt_ms))
        interrupt_it(watch, now);
}

static void *watch_thread(void *data)
{
    watchdog *dog = data;
    watch watch = {0};
    const qi_watchdog_options options = dog->options;

    begin_watch(&watch, 0, qip_clock_ns());
    while (!atomic_load(&dog->ends)) {
        const int step = (int)(options.limit_ms / LOOKS_A_LIMIT + 1);
        const uint64_t period = qip_pulse_period(qip_pulse_load());

        if (atomic_load(&is_held)) {
            watch.since_ns = qip_clock_ns();
        } else if (period == watch.period) {
            look_closer(dog, &watch, &options, step);
        } else {
            if (watch.reports)
                (void)tell(&watch, &options, false, true, qip_clock_ns());
            begin_watch(&watch, period, qip_clock_ns());
        }
        if (!atomic_load(&dog->ends))
            nap(dog, step);
    }
    free_texts(&watch.texts);
    return NULL;
}

/* -- starting and stopping: the GUI thread ------------------------------------------------------------------- */

/* The stack of native code is a comfort: without it, a stall is told all the same. */
static void open_dump(watchdog *dog)
{
    dog->dump_fd = memfd_create("qi-watchdog", MFD_CLOEXEC);
    dog->dump_signal = qip_signal_find();
    if (dog->dump_fd < 0 || !dog->dump_signal)
        return;
    PyObject *result = qip_call_python("qi._stalls", "dump_on", "(ii)", dog->dump_signal,
                                       dog->dump_fd);
    if (!result) {
        PyErr_Clear();
        close(dog->dump_fd);
        dog->dump_fd = -1;
    }
    Py_XDECREF(result);
}

static void close_dump(watchdog *dog)
{
    if (dog->dump_fd < 0)
        return;
    PyObject *result = qip_call_python("qi._stalls", "dump_no_more", "(i)", dog->dump_signal);
    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
    close(dog->dump_fd);
}

static int start_threads(watchdog *dog)
{
    sigset_t all, old;

    /* Signals are for the threads of the host, and not for ours. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&dog->scout, NULL, scout_thread, dog);
    if (!failed) {
        failed = pthread_create(&dog->thread, NULL, watch_thread, dog);
        if (failed) {
            pthread_mutex_lock(&lock);
            atomic_store(&dog->ends, true);
            pthread_cond_broadcast(&news);
            pthread_mutex_unlock(&lock);
            pthread_join(dog->scout, NULL);
        }
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return failed ? qip_fail(QI_ERR_MEMORY, "no thread can be started: %s", strerror(failed)) : QI_OK;
}

/* GIL: held. */
static int open_dog(qi_runtime *runtime, const qi_watchdog_options *options)
{
    PyObject *module = PyImport_ImportModule("qi._stalls"); /* while nobody is stuck in an import */
    if (!module)
        return qip_fail_python("preparing the watchdog");
    Py_DECREF(module);
    watchdog *dog = calloc(1, sizeof *dog);
    if (!dog)
        return qip_fail(QI_ERR_MEMORY, "out of memory for the watchdog");
    dog->runtime = runtime;
    dog->options = *options;
    dog->gui_thread = pthread_self();
    dog->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_store(&wake_fd, dog->wake_fd);
    open_dump(dog);
    int status = dog->wake_fd < 0
                     ? qip_fail(QI_ERR_MEMORY, "no descriptor for the watchdog: %s", strerror(errno))
                     : start_threads(dog);
    if (status < 0) {
        close_dump(dog);
        close(dog->wake_fd);
        free(dog);
        return status;
    }
    running = dog;
    return QI_OK;
}

/* GIL: held, and given away while the threads end. */
void qip_watchdog_close(void)
{
    watchdog *dog = running;
    const uint64_t one = 1;

    if (!dog)
        return;
    running = NULL;
    qip_slow_set(0, NULL, NULL);
    pthread_mutex_lock(&lock);
    atomic_store(&dog->ends, true);
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
    if (write(dog->wake_fd, &one, sizeof one) < 0) {
        /* Full: it wakes. */
    }
    PyThreadState *thread = PyEval_SaveThread();
    pthread_join(dog->thread, NULL);
    pthread_join(dog->scout, NULL);
    PyEval_RestoreThread(thread);
    atomic_store(&wake_fd, -1);
    close_dump(dog);
    close(dog->wake_fd);
    free_texts(&dog->found);
    free(dog);
}

void qi_watchdog_options_init(qi_watchdog_options *options)
{
    if (options)
        *options = (qi_watchdog_options){.size = sizeof *options};
}

static int check_options(const qi_watchdog_options *options)
{
    if (options->size != sizeof *options)
        return qip_fail(
            QI_ERR_ABI,
            "qi_watchdog_options has size %zu, but this library knows %zu; fill it with "
            "qi_watchdog_options_init()",
            options->size, sizeof *options);
    if (options->limit_ms && options->limit_ms < SHORTEST_LIMIT_MS)
        return qip_fail(QI_ERR_RANGE, "limit_ms is %u; %d is the shortest that can be watched",
                        options->limit_ms, SHORTEST_LIMIT_MS);
    return QI_OK;
}

int qip_watchdog_open(qi_runtime *runtime, const qi_watchdog_options *wanted)
{
    qi_watchdog_options options = *wanted;
    int status = check_options(&options);

    if (status < 0)
        return status;
    pthread_once(&once, make_condition);
    if (!options.limit_ms)
        options.limit_ms = DEFAULT_LIMIT_MS;
    qip_watchdog_close(); /* callbacks of before are over when this returns */
    status = open_dog(runtime, &options);
    if (status == QI_OK)
        qip_slow_set(options.slow_step_ms, options.slow, options.slow_user);
    return status;
}

/* -- for the package ------------------------------------------------------------------------------------ */

static PyObject *python_stalled, *python_slow; /* what Python wants to be called; NULL: nothing */

static PyObject *text(const char *utf8)
{
    if (!utf8)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(utf8, (Py_ssize_t)strlen(utf8), "replace");
}

/* In the watchdog's thread. While native code holds the GIL, this waits. */
static int call_stalled(const qi_stall *stall, void *user)
{
    int answer = QI_STALL_WAIT;

    (void)user;
    if (!qip_interp_alive())
        return answer;
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *callable = Py_XNewRef(python_stalled);
    PyObject *result = callable
                           ? qip_call_python("qi._stalls", "call_stalled", "(OIIOONNNNN)", callable,
                                             stall->milliseconds, stall->reports,
                                             stall->native ? Py_True : Py_False,
                                             stall->over ? Py_True : Py_False, text(stall->stack),
                                             text(stall->task), text(stall->plugin),
                                             text(stall->signal), text(stall->target))
                           : NULL;
    if (result)
        answer = PyObject_IsTrue(result) > 0 ? QI_STALL_INTERRUPT : QI_STALL_WAIT;
    else if (PyErr_Occurred())
        PyErr_WriteUnraisable(callable);
    Py_XDECREF(result);
    Py_XDECREF(callable);
    PyGILState_Release(gil);
    return answer;
}

static void call_slow(const qi_slow_step *step, void *user)
{
    (void)user;
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *callable = Py_XNewRef(python_slow);
    PyObject *result = callable ? qip_call_python("qi._stalls", "call_slow", "(OKNNNNN)", callable,
                                                  (unsigned long long)step->microseconds,
                                                  text(step->task), text(step->coroutine),
                                                  text(step->plugin), text(step->signal),
                                                  text(step->target))
                                : NULL;
    if (!result && PyErr_Occurred())
        PyErr_WriteUnraisable(callable);
    Py_XDECREF(result);
    Py_XDECREF(callable);
    PyGILState_Release(gil);
}

/* False, with an exception: the watchdog is that of another thread. */
static bool is_ours(const char *what)
{
    if (!qip_pulse_now.thread || PyThread_get_thread_ident() == qip_pulse_now.ident)
        return true;
    PyErr_Format(PyExc_RuntimeError, "%s belongs to the thread of the event loop", what);
    return false;
}

/* Where nobody embeds Python there is no runtime to begin with, and the loop that runs here is watched. */
static PyObject *start_here(PyObject *module, PyObject *arguments)
{
    qi_watchdog_options options;
    PyObject *stalled, *slow, *loop;

    (void)module;
    qi_watchdog_options_init(&options);
    if (!PyArg_ParseTuple(arguments, "OIIIIOO", &loop, &options.limit_ms, &options.repeat_ms,
                          &options.interrupt_ms, &options.slow_step_ms, &stalled, &slow))
        return NULL;
    if (!is_ours("watch()"))
        return NULL;
    if (check_options(&options) < 0) /* then the one that runs goes on */
        return qip_raise_status(qi_last_error());
    if (!qip_pulse_now.thread) {
        qip_pulse_open(loop, true);
        if (qip_interrupt_open() < 0)
            return NULL;
    }
    qip_watchdog_close();
    Py_XSETREF(python_stalled, stalled == Py_None ? NULL : Py_NewRef(stalled));
    Py_XSETREF(python_slow, slow == Py_None ? NULL : Py_NewRef(slow));
    options.stalled = python_stalled ? call_stalled : NULL;
    options.slow = python_slow ? call_slow : NULL;
    if (qip_watchdog_open(qip_runtime_current(), &options) < 0)
        return qip_raise_status(qi_last_error());
    Py_RETURN_NONE;
}

static PyObject *stop_here(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    (void)module;
    /* Nor may the watchdog's own thread wait for its end. */
    if (!is_ours("unwatch()"))
        return NULL;
    qip_watchdog_close();
    Py_CLEAR(python_stalled);
    Py_CLEAR(python_slow);
    if (!qip_runtime_current()) {
        qip_interrupt_close();
        qip_pulse_close();
    }
    Py_RETURN_NONE;
}

static PyObject *interrupt_here(PyObject *module, PyObject *arguments)
{
    const char *reason;

    (void)module;
    if (!PyArg_ParseTuple(arguments, "z", &reason))
        return NULL;
    if (qip_interrupt_period(0, reason) < 0)
        return qip_raise_status(qi_last_error());
    Py_RETURN_NONE;
}

static PyObject *hold_here(PyObject *module, PyObject *held)
{
    int is_true = PyObject_IsTrue(held);

    (void)module;
    if (is_true < 0)
        return NULL;
    atomic_store(&is_held, is_true);
    Py_RETURN_NONE;
}

int qip_watchdog_setup(PyObject *module)
{
    static PyMethodDef methods[] = {
        {"_watchdog_start", start_here, METH_VARARGS,
         "_watchdog_start(loop, limit_ms, repeat_ms, interrupt_ms, slow_step_ms, stalled, "
         "slow)\n--\n\n"
         "Starts the watchdog of this thread; the last two are callables or None."},
        {"_watchdog_stop", stop_here, METH_NOARGS, "_watchdog_stop()\n--\n\nStops it."},
        {"_watchdog_hold", hold_here, METH_O,
         "_watchdog_hold(held)\n--\n\n"
         "While a debugger holds the GUI thread, the watchdog tells of nothing."},
        {"_interrupt", interrupt_here, METH_VARARGS,
         "_interrupt(reason)\n--\n\nRaises qi.Interrupted in what holds the GUI thread."},
        {NULL, NULL, 0, NULL},
    };

    return PyModule_AddFunctions(module, methods);
}

/* -- for C ------------------------------------------------------------------------------------------------ */

int qi_watchdog_start(qi_runtime *runtime, const qi_watchdog_options *options)
{
    qi_watchdog_options defaults;
    int status = qip_runtime_check_gui(runtime);

    if (status < 0)
        return status;
    qi_watchdog_options_init(&defaults);
    PyGILState_STATE gil = PyGILState_Ensure();
    status = qip_watchdog_open(runtime, options ? options : &defaults);
    PyGILState_Release(gil);
    return status;
}

int qi_watchdog_stop(qi_runtime *runtime)
{
    int status = qip_runtime_check_gui(runtime);

    if (status < 0)
        return status;
    PyGILState_STATE gil = PyGILState_Ensure();
    qip_watchdog_close();
    PyGILState_Release(gil);
    return QI_OK;
}
