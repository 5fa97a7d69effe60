/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watchdog: a thread that looks at the pulse of the GUI thread (pulse.h), and never touches Python.
 *
 *   asleep     nothing happens there; woken by the pulse, at the first thing that does
 *   watching   looks four times in `limit_ms` whether the period is still the one it saw first
 *   stalled    it was, for `limit_ms`, and Python holds the thread: tells, and may interrupt
 *
 * What needs the GIL is done by a second thread, the scout (scout.c). While native code holds the GIL the scout
 * waits for it, and the watchdog says of the stall what can be had without (native_stack.c). When both threads
 * sleep, nothing of this costs anything.
 */
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
#include <unistd.h>

#include <qi/monitor.h>

#include "python/border.h"
#include "core/coarse_clock.h"
#include "python/gate.h"
#include "python/output.h"
#include "python/report.h"
#include "watch/interrupt.h"
#include "loop/loop_p.h"
#include "watch/native_stack.h"
#include "watch/scout.h"
#include "watch/slow.h"
#include "core/hostcall.h"
#include "core/sized.h"
#include "core/status.h"
#include "core/users.h"
#include "watch/watchdog.h"

enum { DEFAULT_LIMIT_MS = 1000, SHORTEST_LIMIT_MS = 10, LOOKS_A_LIMIT = 4 };

/* Begins empty when the watchdog is started. */
typedef struct watchdog {
    qi_runtime *runtime;
    qi_watchdog_options options; /* never change while it runs */
    pthread_t thread;
    atomic_bool ends;
    int wake_fd;
    qip_scout scout;
    qip_native_stack native_stack;
} watchdog;

static watchdog *running;   /* GUI thread */
static atomic_bool is_held; /* a debugger holds the GUI thread, which is no stall */
static _Atomic int wake_fd = -1;

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

/* -- a stall ------------------------------------------------------------------------------------------------ */

/* What the watchdog knows of the period that it looks at. */
typedef struct watch {
    uint64_t period;
    uint64_t since_ns; /* seen first; of Python that nobody announced, when it was found */
    bool found;        /* such Python was found */
    unsigned reports;
    uint64_t told_ns;      /* the latest report; */
    uint64_t interrupt_ns; /* and interrupt. 0: none */
    qip_stall_texts texts; /* of the latest report */
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

typedef struct stall_call {
    const qi_watchdog_options *options;
    const qi_stall *stall;
    int answer;
} stall_call;

static void call_host(void *data)
{
    stall_call *call = data;
    call->answer = call->options->stalled(call->stall, call->options->stalled_user);
}

static int tell(const watch *watch, const qi_watchdog_options *options, bool native, bool over,
                uint64_t now)
{
    const qip_stall_texts *texts = &watch->texts;
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

    if (options->stalled) {
        stall_call call = {options, &stall, QI_STALL_WAIT};
        (void)qip_hostcall("the watchdog's stalled callback", call_host, &call);
        return call.answer;
    }
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
    qip_stall_texts_free(&watch->texts);
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
    bool in_python = true;

    *native = !qip_scout_send(&dog->scout, QIP_ERRAND_DESCRIBE, watch->period);
    qip_stall_texts_free(&watch->texts);
    if (*native)
        watch->texts.stack = qip_native_stack_read(&dog->native_stack);
    else
        in_python = qip_scout_take(&dog->scout, &watch->texts);
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
        if (!qip_scout_send(&dog->scout, QIP_ERRAND_LOOK, watch->period))
            return; /* some thread has the GIL for long; perhaps this one, so look again */
        watch->found = qip_scout_saw_python(&dog->scout);
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
        (void)qip_scout_send(&dog->scout, QIP_ERRAND_LOOK, watch->period);
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
    qip_stall_texts_free(&watch.texts);
    return NULL;
}

/* -- starting and stopping: the GUI thread ------------------------------------------------------------------- */

static int start_threads(watchdog *dog)
{
    sigset_t all, old;

    /* Signals are for the threads of the host, and not for ours. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = qip_scout_start(&dog->scout);
    if (!failed) {
        failed = pthread_create(&dog->thread, NULL, watch_thread, dog);
        if (failed) {
            qip_scout_dismiss(&dog->scout);
            qip_scout_join(&dog->scout);
        }
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the C library that libqi runs on has a buffer a thread. */
    return failed ? qip_fail(QI_ERR_MEMORY, "no thread can be started: %s", strerror(failed)) : QI_OK;
}

/* GIL: held. */
static int open_dog(qi_runtime *runtime, const qi_watchdog_options *options)
{
    PyObject *module = PyImport_ImportModule("qi._watch.stalls"); /* while nobody is stuck in an import */
    if (!module)
        return qip_fail_python("preparing the watchdog");
    Py_DECREF(module);
    watchdog *dog = calloc(1, sizeof *dog);
    if (!dog)
        return qip_fail(QI_ERR_MEMORY, "out of memory for the watchdog");
    dog->runtime = runtime;
    dog->options = *options;
    dog->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_store(&wake_fd, dog->wake_fd);
    qip_native_stack_open(&dog->native_stack);
    int status = dog->wake_fd < 0
                     /* NOLINTNEXTLINE(concurrency-mt-unsafe): the C library that libqi runs on has a buffer a thread. */
                     ? qip_fail(QI_ERR_MEMORY, "no descriptor for the watchdog: %s", strerror(errno))
                     : start_threads(dog);
    if (status < 0) {
        qip_native_stack_close(&dog->native_stack);
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
    atomic_store(&dog->ends, true);
    qip_scout_dismiss(&dog->scout);
    if (write(dog->wake_fd, &one, sizeof one) < 0) {
        /* Full: it wakes. */
    }
    PyThreadState *thread = PyEval_SaveThread();
    const size_t told = qip_output_let_go();
    pthread_join(dog->thread, NULL);
    qip_scout_join(&dog->scout);
    qip_output_take_again(told);
    PyEval_RestoreThread(thread);
    atomic_store(&wake_fd, -1);
    qip_native_stack_close(&dog->native_stack);
    close(dog->wake_fd);
    thread = PyEval_SaveThread();
    qip_user_destroy(&(qip_user){dog->options.stalled_user, dog->options.stalled_destroy});
    PyEval_RestoreThread(thread);
    qip_slow_unset();
    free(dog);
}

void qip_watchdog_hold(bool held)
{
    atomic_store(&is_held, held);
}

bool qip_watchdog_is_held(void)
{
    return atomic_load(&is_held);
}

int qip_watchdog_check(const qi_watchdog_options *options)
{
    if (options->limit_ms && options->limit_ms < SHORTEST_LIMIT_MS)
        return qip_fail(QI_ERR_RANGE, "limit_ms is %u; %d is the shortest that can be watched",
                        options->limit_ms, SHORTEST_LIMIT_MS);
    return QI_OK;
}

int qip_watchdog_open(qi_runtime *runtime, const qi_watchdog_options *wanted)
{
    qi_watchdog_options options = *wanted;
    int status = qip_watchdog_check(&options);

    if (status < 0)
        return status;
    if (!options.limit_ms)
        options.limit_ms = DEFAULT_LIMIT_MS;
    qip_watchdog_close(); /* callbacks of before are over when this returns, but for one that has called it */
    status = open_dog(runtime, &options);
    if (status != QI_OK)
        return status;
    status = qip_slow_set(options.slow_step_ms, options.slow,
                          (qip_user){options.slow_user, options.slow_destroy});
    if (status != QI_OK) {
        running->options.stalled_destroy = NULL; /* it stays the caller's */
        qip_watchdog_close();
    }
    return status;
}

/* -- for C ------------------------------------------------------------------------------------------------ */

int qi_watchdog_start(qi_runtime *runtime, const qi_watchdog_options *given)
{
    qi_watchdog_options options;
    int status = qip_runtime_check_gui(runtime);

    qi_watchdog_options_init(&options);
    if (status == QI_OK && given)
        status = qip_sized_read(&options, sizeof options, given, "qi_watchdog_options");
    if (status < 0)
        return status;
    PyGILState_STATE gil = PyGILState_Ensure();
    status = qip_watchdog_open(runtime, &options);
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
