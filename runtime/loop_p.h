/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rooms of the loop share: the structures, and each room's functions. GIL: held everywhere.
 *
 *   loop.c     the type: life, modes, attributes        handle.c   Handle and TimerHandle
 *   sched.c    call_soon, call_at, call_soon_threadsafe  views.c    _ready and _scheduled as Python sees them
 *   turn.c     one turn of the loop, nested ones too     fdwatch.c  readers and writers
 *   eager.c    run_task
 *
 * Three words that the code uses all the time:
 *   turn      one call of qi__loop_turn() by the host, or one iteration in native mode: it polls, lets
 *             timers expire and runs callbacks. Turns nest when a callback runs the host's event loop.
 *   bracket   the stretch in which a callback or an eager first step runs, with its Context entered.
 *             `level` counts the open ones; at level 0 code outside of asyncio runs ("interleaved").
 *   batch     the callbacks that were ready when an iteration began. `todo` counts what is left of it.
 *             Like asyncio, the loop looks at stop() only between batches.
 */
#ifndef QI_RUNTIME_LOOP_P_H
#define QI_RUNTIME_LOOP_P_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "coarse_clock.h"
#include "compat.h"
#include "context.h"
#include "host.h"
#include "loop.h"
#include "pace.h"
#include "poller.h"
#include "pulse.h"
#include "ring.h"
#include "state.h"
#include "timers.h"

typedef enum qi__mode {
    QI__MODE_OWNER = 0, /* run_forever() runs the host's event loop */
    QI__MODE_GUEST = 1, /* the host's event loop is somebody else's; start() and stop() */
    QI__MODE_NATIVE = 2 /* no host: run_forever() waits by itself */
} qi__mode;

enum { QI__INLINE_ARGS = 2, QI__MANY_ARGS = 255 };

/* What debug mode knows of a handle. */
typedef struct qi__handle_origin {
    PyObject *source_traceback;
    PyObject *repr; /* kept from before cancel(); else NULL */
} qi__handle_origin;

/* A callback that waits to be called: in the ready queue, in the timers, or at a descriptor. It is made for
 * each step of each task, and thousands wait at a time, so its size counts. */
typedef struct qi__handle {
    PyObject_HEAD
    PyObject *loop;
    PyObject *callback; /* NULL once cancelled */
    PyObject *context;
    qi__handle_origin *origin; /* debug mode; else NULL */
    PyObject *weakrefs;
    int fd;                 /* the descriptor that it reads or writes for; -1: none */
    uint8_t argument_count; /* QI__MANY_ARGS: arguments[0] is a tuple of them all */
    bool cancelled : 1;
    bool queued : 1;   /* in the ready queue because its descriptor is ready */
    bool deferred : 1; /* its Context is entered further down the stack */
    bool running : 1;
    bool threadsafe : 1; /* what call_soon_threadsafe() returns from 3.14 on: see handle_wait.c */
    bool shares_context : 1; /* `context` is a pattern, see context.h: nobody may enter or see it */
    PyObject *arguments[QI__INLINE_ARGS];
} qi__handle;

typedef struct qi__timer_handle {
    qi__handle handle;
    qi__timer timer;
    double when;
} qi__timer_handle;

static inline qi__timer_handle *qi__timer_handle_of(qi__timer *timer)
{
    return (qi__timer_handle *)((char *)timer - offsetof(qi__timer_handle, timer));
}

/* The two callbacks of a descriptor. */
typedef struct qi__fd {
    qi__handle *reader;
    qi__handle *writer;
    PyObject *object; /* what was given in place of the number, to be found by once it is closed; or NULL */
    uint8_t masked; /* QI__POLL_*: not watched while its callback runs or is deferred */
} qi__fd;

/* A callback whose Context is entered further down the stack, and how many brackets were open then. */
typedef struct qi__deferred {
    PyObject *handle;
    int level;
} qi__deferred;

/* What Python code has put in the place of the core's own, in a subclass or on the instance. */
enum {
    QI__OVERRIDES_TIME = 1,
    QI__OVERRIDES_CALL_AT = 2,
    QI__OVERRIDES_RUN_ONCE = 4,
    QI__OVERRIDES_WRITE_TO_SELF = 8,
    QI__OVERRIDES_WATCHING = 16,    /* _add_reader() and its three sisters */
    QI__OVERRIDES_UNKNOWN = 1 << 30 /* must be looked up again */
};

/* What is counted by the way; see qi_loop_counters. GIL. */
typedef struct qi__counters {
    uint64_t turns, callbacks, polls, slice_overruns, slow_steps, nested_turns;
    uint64_t busy_ns, longest_step_ns, lag_ns, lag_max_ns;
    uint64_t since_ns;      /* when the loop was started */
    uint64_t busy_since_ns; /* when the turn began that is running; 0: another ran inside it */
    uint64_t asked_ticks;   /* when the host was asked for a turn; 0: it was not */
    uint64_t long_ns;       /* longer steps are worth a word: longest_step_ns, or what somebody calls slow */
} qi__counters;

/* One word numbers the brackets: another thread reads it at once and so knows the one that is open. */
enum {
    QI__BRACKETS_SHIFT = 20,
    QI__BRACKETS_OPEN = (1 << QI__BRACKETS_SHIFT) - 1,
    QI__BRACKET_CLOSES = (1 << QI__BRACKETS_SHIFT) - 1 /* one less open, one more closed */
};

typedef struct qi__loop {
    PyObject_HEAD
    qi__state *state;

    /* what waits */
    qi__ring ready;
    size_t todo;
    qi__timers timers;
    qi__ring modal; /* functions given to exec_modal() */
    qi__deferred *deferred;
    size_t deferred_count, deferred_capacity;

    /* where it runs */
    qi__mode mode;
    qi__poller *poller; /* NULL once closed */
    qi_host *host;      /* while running as guest or owner */
    unsigned long thread;
    bool running; /* _thread_id is not None */
    bool stopping;
    bool closed;
    bool debug;
    uint64_t brackets;             /* qi__level(), and above that how many have closed */
    int turns;                     /* turns on the C stack */
    bool wake_asked;               /* the host was asked for a turn and has not come yet */
    bool paused;                   /* the host was told not to turn us for now */
    void (*when_left)(void *data); /* called once when the loop is idle again; NULL: nothing */
    void *when_left_data;
    bool ending; /* owner mode: leave the host's event loop, then raise `raised` if it is set */
    PyObject *raised;

    /* settings */
    qi__pace pace;
    unsigned nested_limit;
    bool nested_hold;
    double clock_resolution;
    PyObject *task_factory;   /* what Python sees as _task_factory; NULL or None: none */
    PyObject *task_arguments; /* eager.c: the keywords of a task without name and context */

    qi__contexts contexts; /* for the handles */

    qi__counters counters;

    /* bookkeeping of the moment */
    qi__coarse_clock clock;
    uint64_t last_poll_ns;
    PyObject *captured; /* eager.c: the handle that Task.__init__ scheduled */
    bool capturing;
    bool choosy; /* somebody else's code runs before Task.__init__ schedules, and may schedule, too */
    struct qi__newcomer *newcomer; /* eager.c: whose task is being made; NULL: a task factory makes it */
    PyObject *current_handle;      /* debug mode */
    unsigned overrides;

    /* descriptors */
    qi__fd *fds;
    size_t fds_size;
    size_t fd_count;    /* entries with a reader or a writer */
    PyObject *selector; /* what Python sees as _selector; NULL: deleted */
    bool foreign_selector;
    int foreign_fd; /* what the poller watches for it; -1: nothing */
} qi__loop;

/* The clock as loop.time() gives it; rounded as time.monotonic() rounds. */
static inline double qi__seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

/* -- handle.c ------------------------------------------------------------------------------------ */

/*
 * A handle that is called once. `context` NULL or None: a copy of the current one. It is for the ready queue
 * or the timers of the loop, and leaves them by qi__handle_release() alone.
 */
qi__handle *qi__handle_new(qi__loop *loop, PyTypeObject *type, PyObject *callback,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *context);
/* A handle that is called whenever a descriptor is ready, always in the same Context. */
qi__handle *qi__handle_new_for_fd(qi__loop *loop, int fd, PyObject *callback,
                                  PyObject *const *arguments, Py_ssize_t count);

static inline bool qi__handle_is_ours(const qi__state *state, PyObject *object)
{
    return (PyObject *)Py_TYPE(object) == state->handle_type ||
           (PyObject *)Py_TYPE(object) == state->timer_handle_type;
}

void qi__handle_cancel(qi__handle *handle);

/* Waits until a callback that runs in another thread has ended, if asyncio does. Gives up the GIL meanwhile. */
void qi__handle_await(qi__handle *handle);
/* The callback of a `threadsafe` handle has ended. */
void qi__handle_ended(void);

/*
 * While a loop runs, the collector does not look at the handles that wait in it: they cannot be garbage, and
 * it would look at each of them once or twice. A handle that somebody else holds when it leaves may become
 * part of a cycle, as may those that are left when the loop stops.
 */
void qi__handle_track(PyObject *handle);
/* Gives up the reference of the ready queue or the timers to any kind of handle. */
static inline void qi__handle_release(PyObject *handle)
{
    if (Py_REFCNT(handle) > 1)
        qi__handle_track(handle);
    Py_DECREF(handle);
}
/* For the loop's traverse function: visits a handle that waits, or what it holds if nobody tracks it. */
int qi__handle_visit(PyObject *handle, visitproc visit, void *arg);
/* Has the collector look at all handles that wait, since the loop runs no more. */
void qi__handle_track_all(qi__loop *loop);

typedef enum qi__ran {
    QI__RAN = 0,     /* it ran; what it raised was reported */
    QI__RAN_BLOCKED, /* its Context is entered already; nothing happened */
    QI__RAN_RAISED   /* SystemExit or KeyboardInterrupt is set */
} qi__ran;

/* Calls the callback in its Context. Beware: anything may have changed afterwards. */
qi__ran qi__handle_call(qi__handle *handle);

/* -- sched.c ------------------------------------------------------------------------------------- */

/* Puts a handle (any object with _run and _cancelled) at the end of the ready queue. Takes nothing. */
int qi__ready_push(qi__loop *loop, PyObject *handle);
PyObject *qi__loop_closed_error(void);
/* Removes a timer that was cancelled. */
void qi__timer_forget(qi__loop *loop, qi__timer_handle *timer);
double qi__loop_now(qi__loop *loop); /* -1 with an exception, where time() is overridden */

extern PyMethodDef qi__sched_methods[];

/* -- turn.c -------------------------------------------------------------------------------------- */

void qi__loop_turn(void *loop);  /* for the host */
void qi__loop_check(void *loop); /* for the host */
/* One iteration, blocking if nothing is ready. 0, or -1 with an exception. */
int qi__loop_iterate(qi__loop *loop, bool may_block);
/* Sees to it that the host comes back for whatever waits. For code outside of turns. Keeps the exception
 * that is set. Beware: calls Python's clock where that is overridden. */
void qi__loop_settle(qi__loop *loop);
void qi__loop_ask_wake(qi__loop *loop);

/* How many brackets are open. */
static inline int qi__level(const qi__loop *loop)
{
    return (int)(loop->brackets & QI__BRACKETS_OPEN);
}

static inline bool qi__loop_is_idle(const qi__loop *loop)
{
    return loop->turns == 0 && qi__level(loop) == 0;
}

/* Calls what waits for the loop to be idle, if it is. */
static inline void qi__loop_left(qi__loop *loop)
{
    void (*job)(void *data) = loop->when_left;

    if (job && qi__loop_is_idle(loop)) {
        PyObject *raised = qi__take_exception();
        loop->when_left = NULL;
        job(loop->when_left_data);
        qi__give_exception(raised);
    }
}

/* Opens and closes a bracket. Closing puts deferred callbacks back and lets a paused host go on. */
static inline void qi__bracket_open(qi__loop *loop)
{
    loop->brackets++;
}
void qi__bracket_close_slowly(qi__loop *loop);
static inline void qi__bracket_close(qi__loop *loop)
{
    if (loop->deferred_count || loop->paused || loop->when_left || qi__pulse_is_armed())
        qi__bracket_close_slowly(loop);
    else
        loop->brackets += QI__BRACKET_CLOSES;
}

/* Keeps a blocked handle until the bracket that blocks it closes. 0, or -1 with an exception. */
int qi__defer(qi__loop *loop, PyObject *handle);

/* Tells the loop's exception handler; clears the exception. `handle` may be NULL. */
void qi__loop_report(qi__loop *loop, const char *message, PyObject *handle);

unsigned qi__loop_overrides(qi__loop *loop);

/* -- pulse.c ------------------------------------------------------------------------------------- */

/* From now on the pulse is this thread's. `in_python`: Python code asks for it, and not the host. */
void qi__pulse_open(PyObject *loop, bool in_python);
void qi__pulse_close(void);

/* -- counters.c ---------------------------------------------------------------------------------- */

/* Finds out again which steps are worth a word. */
void qi__loop_look_for_long(qi__loop *loop);
/* A step has taken so long. */
void qi__loop_count_slow(qi__loop *loop, uint64_t ns);

/* -- fdwatch.c ----------------------------------------------------------------------------------- */

/* Queues the callbacks of what is ready. 0, or -1 with an exception (also of a signal handler). */
int qi__fd_poll(qi__loop *loop, bool block);
/* True if anybody has a descriptor besides the self-pipe that asyncio's base class opens. */
static inline bool qi__fd_in_use(const qi__loop *loop)
{
    return loop->fd_count > 1 || loop->foreign_selector;
}
/* Watches a descriptor again that was masked while its callback ran. */
void qi__fd_unmask(qi__loop *loop, qi__handle *handle);
void qi__fd_clear(qi__loop *loop);
/* Has the poller watch, or not any more, the descriptor that a foreign selector may have. */
void qi__fd_watch_foreign(qi__loop *loop, bool watch);
int qi__fd_traverse(qi__loop *loop, visitproc visit, void *arg);

/*
 * What _add_reader() and _remove_reader() do, for a descriptor; `direction` is QI__POLL_READ or _WRITE.
 * qi__fd_add() returns the handle, a new reference. Both keep still about methods that were replaced: see
 * QI__OVERRIDES_WATCHING. Beware: what was watched before is cancelled, which may run any code.
 */
PyObject *qi__fd_add(qi__loop *loop, int fd, unsigned direction, PyObject *callback,
                     PyObject *const *args, Py_ssize_t count);
bool qi__fd_remove(qi__loop *loop, int fd, unsigned direction);
bool qi__fd_has(const qi__loop *loop, int fd, unsigned direction);

extern PyMethodDef qi__fd_methods[];

/* -- accept.c ------------------------------------------------------------------------------------ */

extern PyMethodDef qi__accept_methods[];

/* -- eager.c ------------------------------------------------------------------------------------- */

extern PyMethodDef qi__eager_methods[];
int qi__eager_setup(qi__state *state);

/* -- loop.c -------------------------------------------------------------------------------------- */

/* Guest mode: the loop stops being the running one. Beware: calls Python's hooks. */
void qi__loop_finish_guest(qi__loop *loop);
void qi__loop_drop_all(qi__loop *loop);

/* -- views.c ------------------------------------------------------------------------------------- */

PyObject *qi__ready_view(qi__loop *loop);
PyObject *qi__scheduled_view(qi__loop *loop);
int qi__views_setup(qi__state *state);

#endif
