/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watching the runtime while it works: a window that hangs, callbacks that take long, what the loop and
 * its tasks are doing.
 *
 *     int stuck(const qi_stall *stall, void *user)    // on the watchdog's thread, the GUI thread hangs
 *     {
 *         fprintf(stderr, "%s hangs for %u ms:\n%s", stall->plugin ? stall->plugin : "Python",
 *                 stall->milliseconds, stall->stack);
 *         return stall->milliseconds < 10000 ? QI_STALL_WAIT : QI_STALL_INTERRUPT;
 *     }
 *     …
 *     qi_watchdog_options options;
 *     qi_watchdog_options_init(&options);
 *     options.repeat_ms = 1000;
 *     options.stalled = stuck;
 *     qi_watchdog_start(runtime, &options);
 *
 * A stall is one stretch in which Python does not give the GUI thread back: a callback, a coroutine's step,
 * a slot, a module's body, a script of qi_exec(), or what a slot of a binding runs. Event loops inside it
 * end it: each cycle of a dialog's exec() is looked at by itself. What C++ code does without Python is no
 * stall, but a slot of the host is one while Python code waits for it.
 *
 * An interrupt raises qi.Interrupted in the Python code that holds the GUI thread. It is a BaseException, so
 * `except Exception` does not stop it; the task or callback ends with it, and the application goes on.
 */
#ifndef QI_MONITOR_H
#define QI_MONITOR_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch in which Python does not give the GUI thread back. All texts are borrowed for the call. */
typedef struct qi_stall {
    size_t size;
    unsigned milliseconds; /* how long it has lasted; found by looking, so it may be a quarter of the
                            * limit more */
    unsigned reports;      /* how often it was reported before: 0 the first time */
    bool native; /* native code holds the GIL, so that no other thread can run Python, either */
    bool over;   /* it has ended; told once, of a stall that was reported before */
    const char *stack; /* the Python stack, the innermost call last, as in a traceback; "" if Python
                         * called C at once, NULL if it cannot be had */
    const char *task; /* the name of the task that runs; NULL: none, or native code holds the GIL */
    const char *plugin; /* the plugin whose code runs; NULL: none, or unknown */
    const char *signal; /* "Class::signal(types)" of the emission that started it; NULL: unknown */
    const char *target; /* "module:callable" of the slot, task or callback; NULL: unknown */
} qi_stall;

/* What a stall callback answers. */
typedef enum qi_stall_answer {
    QI_STALL_WAIT = 0,
    QI_STALL_INTERRUPT = 1 /* as qi_runtime_interrupt() does, unless it has gone on meanwhile */
} qi_stall_answer;

/*
 * Gets a stall while it lasts, on the watchdog's thread, without the GIL, while the GUI thread is stuck: it
 * must not wait for the GUI thread. Returns a qi_stall_answer. It may call any function of libqi that its
 * thread may call, but not qi_watchdog_stop(), which would wait for it.
 */
typedef int (*qi_stall_fn)(const qi_stall *stall, void *user);

/* A callback of the loop, or the first step of a task, that took long. Borrowed for the call. */
typedef struct qi_slow_step {
    size_t size;
    uint64_t microseconds; /* how long it took */
    const char *task;      /* the name of the task whose step it was; NULL: no task's */
    const char *coroutine; /* "module:coroutine" that the task runs; NULL: no task's */
    const char *plugin;    /* as in qi_stall */
    const char *signal;    /* as in qi_stall */
    const char *target;    /* "module:callable" of the slot, task or callback; NULL: unknown */
} qi_slow_step;

/* Gets a step that took long, once, when it has ended: on the GUI thread, without the GIL. */
typedef void (*qi_slow_step_fn)(const qi_slow_step *step, void *user);

/* What is watched. Fill it with qi_watchdog_options_init(), then set what you need. */
typedef struct qi_watchdog_options {
    size_t size;        /* set by qi_watchdog_options_init() */
    unsigned limit_ms;  /* so long Python may hold the GUI thread; 10 at least. 0: 1000 */
    unsigned repeat_ms; /* report a stall again each time that so much has passed. 0: once */
    unsigned interrupt_ms; /* interrupt what holds the thread for so long, and again each time that so much
                            * has passed. 0: only if `stalled` says so */
    unsigned slow_step_ms; /* report callbacks that take longer. 0: none */
    qi_stall_fn stalled;   /* NULL: stalls are logged with QI_LOG_WARNING */
    void *stalled_user; /* kept until the watchdog has stopped or got other options, as is `slow_user`, and a call of `slow`
                         * that has brought this about has returned */
    qi_destroy_fn stalled_destroy;
    qi_slow_step_fn slow; /* NULL: slow steps are logged with QI_LOG_WARNING */
    void *slow_user;
    qi_destroy_fn slow_destroy;
} qi_watchdog_options;

/** Fills options with the defaults described at their fields. NULL is allowed. Thread: any. */
static inline void qi_watchdog_options_init(qi_watchdog_options *options)
{
    if (!options)
        return;
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * Starts the watchdog, or gives a running one other options.
 *
 * It is a thread that looks at the GUI thread four times in `limit_ms` while that does something, and
 * sleeps while it is idle. `options` is copied; NULL means all defaults. It stops by itself when the runtime
 * shuts down. While it runs, two signals of the real-time range that nobody uses are libqi's: with one the
 * stack of native code that holds the GIL is asked for, with the other qi_runtime_interrupt() ends system calls.
 *
 * Thread: GUI. Fails: QI_ERR_ABI, QI_ERR_RANGE (a limit that is too short), QI_ERR_PYTHON, QI_ERR_MEMORY,
 * QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD.
 */
QI_NODISCARD QI_API int qi_watchdog_start(qi_runtime *runtime, const qi_watchdog_options *options);

/**
 * Stops the watchdog; a callback that is under way is waited for. If there is none, nothing happens.
 *
 * Thread: GUI. Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_API int qi_watchdog_stop(qi_runtime *runtime);

/**
 * Raises qi.Interrupted in the Python code that holds the GUI thread now.
 *
 * `reason` is what the exception says, copied; NULL: "interrupted". It is the innermost code that gets it: the
 * coroutine's step, slot or script that runs. If that has returned before the exception could be raised,
 * nothing is; code that runs later is never hit. Where that code is libqi's own, as in qi_function_register() while it reads a
 * signature, the call fails with QI_ERR_PYTHON. Code that catches it may be interrupted again. A system call
 * that Python waits in (a sleep, a lock, a socket, a child process) ends early, if the GUI thread is Python's
 * main thread; native code that neither returns to Python nor asks for signals goes on until it does, and
 * so does a slot of the host that Python has called.
 *
 * Thread: any. Where the GUI thread is not Python's main thread, as in a process in which Python was started
 * in another, it waits for the GIL. Code that takes a lock or gives it back, as an import does, comes to its end first,
 * unless that takes longer than a tenth of a second: interrupted there, it would leave the lock taken for ever. Fails: QI_ERR_STATE (no Python code holds the GUI thread),
 * QI_ERR_ENCODING, QI_ERR_MEMORY, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_API int qi_runtime_interrupt(qi_runtime *runtime, const char *reason);

/* What the loop has done since the runtime began, and what waits in it now. Times are nanoseconds. */
typedef struct qi_loop_counters {
    size_t size;
    uint64_t turns;          /* how often Qt has called the loop */
    uint64_t callbacks;      /* callbacks and steps of tasks that were taken from the ready queue */
    uint64_t polls;          /* system calls that asked for ready descriptors */
    uint64_t slice_overruns; /* turns that took twice their slice or more, for one callback's sake */
    uint64_t slow_steps;     /* steps that took longer than the watchdog's slow_step_ms */
    uint64_t nested_turns;   /* turns inside event loops that a callback runs */
    uint64_t busy_ns; /* spent in turns, without the time in which callbacks ran event loops */
    uint64_t idle_ns; /* the rest */
    uint64_t longest_step_ns; /* of one callback that ran no event loop */
    uint64_t lag_ns;          /* from asking Qt for a turn to its beginning, the latest time */
    uint64_t lag_max_ns;      /* and the longest */
    size_t ready;             /* callbacks that wait to be called */
    size_t timers;            /* callbacks that wait for their time */
    size_t descriptors;       /* descriptors that are watched, the loop's own one included */
    size_t tasks;             /* tasks that have not ended */
    size_t connections;       /* connections of signals, made by C and by Python */
} qi_loop_counters;

/** Fills counters with zeros, and their size. NULL is allowed. Thread: any. */
static inline void qi_loop_counters_init(qi_loop_counters *counters)
{
    if (!counters)
        return;
    memset(counters, 0, sizeof *counters);
    counters->size = sizeof *counters;
}

/**
 * Reads the loop's counters into `*out`, which qi_loop_counters_init() has filled. As many are written as its size has
 * room for; those that a library which is older than the headers does not count stay 0.
 *
 * It counts by the way, so nothing has to be switched on, and reading costs what counting the tasks does.
 * Thread: any; it takes the GIL, so while native code holds that it waits.
 * Fails: QI_ERR_ARGUMENT, QI_ERR_ABI, QI_ERR_PYTHON, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_NODISCARD QI_API int qi_loop_counters_read(qi_runtime *runtime, qi_loop_counters *out);

/**
 * Lists all tasks of the loop that have not ended.
 *
 * `*out` is a list of maps, owned: release it with qi_value_clear(). Each map has
 *   id            int      names the task to qi_tasks_cancel(); never used again for another
 *   name          text
 *   state         text     "running", "ready", "waiting" or "cancelling"
 *   current       bool     its step is on the GUI thread's stack now
 *   age           real     seconds since it was launched; if that is unknown, since it was first listed
 *   age_known     bool     which of the two it is
 *   coroutine     text     "module:coroutine" that it runs
 *   waiting_for   text     what its innermost coroutine awaits, or none
 *   plugin        text     id of the plugin whose task it is, or none
 *   signal        text     "Class::signal(types)" of the emission that launched it, or none
 *   target        text     "module:callable" that was launched, or none
 *   parent        int      id of the task that launched it or, if that is unknown, that awaits it; or none
 *   stack         list     of maps, the outermost call first: file (text), line (int), function (text),
 *                          text (the source line, "" if it cannot be had)
 *
 * A task's plugin, signal, target and age are known from what is kept of it anyway where a signal or
 * qi_run_task() has launched it; parents and ages of others only from qi_tasks_trace() on.
 *
 * Thread: any; it takes the GIL. Fails: QI_ERR_ARGUMENT, QI_ERR_PYTHON, QI_ERR_MEMORY, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_NODISCARD QI_API int qi_tasks_list(qi_runtime *runtime, qi_value *out);

/**
 * Notes of each task that Python makes from now on when, and by which task, it was made; or does so no more.
 *
 * It costs a microsecond or two for each task that asyncio.create_task() and its kin make; off at first. Calls
 * count: it is off again after as many calls with false as with true.
 * Thread: GUI. Fails: QI_ERR_PYTHON, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN,
 * QI_ERR_WRONG_THREAD.
 */
QI_API int qi_tasks_trace(qi_runtime *runtime, bool on);

/**
 * Asks the task of that id to end, as qi_task_cancel() does. A task that has ended is QI_ERR_NOT_FOUND.
 *
 * Thread: any; from other threads than the GUI's the cancellation happens in the GUI thread's event loop, and
 * whether there is such a task is not answered.
 * Fails: QI_ERR_NOT_FOUND, QI_ERR_PYTHON, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN.
 */
QI_API int qi_tasks_cancel(qi_runtime *runtime, int64_t id);

#ifdef __cplusplus
}
#endif

#endif /* QI_MONITOR_H */
