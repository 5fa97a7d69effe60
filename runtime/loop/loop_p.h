/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rooms of the loop share: the structures, and each room's functions. GIL: held everywhere.
 *
 *   loop.c        the type                              wake.c         asking the host for the next turn
 *   attributes.c  what of it can be read and set        bracket.c      what waits for a callback to return
 *   run.c         its modes                             handle.c       callbacks; handle_type.c, as Python sees them
 *   turn.c        one turn, nested ones too             fdwatch.c      readers and writers; fdtable.c, their table
 *   eager.c       run_task()                            queue.c        the ready queue
 *   down.c        the end of a host's loop              last_polls.c   polling meanwhile
 *   adopt.c       a loop in a child of fork()
 *   sched.c       call_soon(), call_at() and so on      overrides.c    what Python has replaced
 *   running.c     being the running loop                views.c        _ready and _scheduled as Python sees them
 *   wait.c        waiting in the middle of a callback   wait_over.c    when that ends
 *   lists.c       what waits, where somebody else iterates
 *
 * Three words that the code uses all the time:
 *   turn      one call of qip_loop_turn() by the host, or one iteration in native mode: it polls, lets
 *             timers expire and runs callbacks. Turns nest when a callback runs the host's event loop.
 *   bracket   the stretch in which a callback or an eager first step runs, with its Context entered.
 *             `level` counts the open ones; at level 0 code outside of asyncio runs ("interleaved").
 *   batch     the callbacks that were ready when an iteration began. `todo` counts what is left of it.
 *             Like asyncio, the loop looks at stop() only between batches.
 */
#ifndef QIP_LOOP_LOOP_P_H
#define QIP_LOOP_LOOP_P_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "core/coarse_clock.h"
#include "core/forked.h"
#include "python/asyncio.h"
#include "python/compat.h"
#include "python/context.h"
#include "core/host.h"
#include "loop/loop.h"
#include "core/pace.h"
#include "core/poller.h"
#include "core/pulse.h"
#include "core/ring.h"
#include "core/timers.h"

typedef enum qip_mode {
    QIP_MODE_OWNER = 0, /* run_forever() runs the host's event loop */
    QIP_MODE_GUEST = 1, /* the host's event loop is somebody else's; start() and stop() */
    QIP_MODE_NATIVE = 2 /* no host: run_forever() waits by itself */
} qip_mode;

enum { QIP_INLINE_ARGS = 2, QIP_MANY_ARGS = 255 };

/* So many calls like processEvents() in one callback, and it waits for something of ours: see turn.c. */
enum { QIP_PATIENCE = 16 };

/* What debug mode knows of a handle. */
typedef struct qip_handle_origin {
    PyObject *source_traceback;
    PyObject *repr; /* kept from before cancel(); else NULL */
} qip_handle_origin;

/* A callback that waits to be called: in the ready queue, in the timers, or at a descriptor. It is made for
 * each step of each task, and thousands wait at a time, so its size counts. */
typedef struct qip_handle {
    PyObject_HEAD
    PyObject *loop;
    PyObject *callback; /* NULL once cancelled */
    PyObject *context;
    qip_handle_origin *origin; /* debug mode; else NULL */
    PyObject *weakrefs;
    int fd;                 /* the descriptor that it reads or writes for; -1: none */
    uint8_t argument_count; /* QIP_MANY_ARGS: arguments[0] is a tuple of them all */
    bool cancelled : 1;
    bool queued : 1;   /* in the ready queue because its descriptor is ready */
    bool deferred : 1; /* its Context is entered further down the stack */
    bool running : 1;
    bool threadsafe : 1; /* what call_soon_threadsafe() returns from 3.14 on: see handle_wait.c */
    bool shares_context : 1; /* `context` is a pattern, see context.h: nobody may enter or see it */
    bool seen : 1; /* the collector knew it: it may be taking it apart, and its Context next, which therefore
                    * must not become another callback's */
    PyObject *arguments[QIP_INLINE_ARGS];
} qip_handle;

typedef struct qip_timer_handle {
    qip_handle handle;
    qip_timer timer;
    double when;
    bool listed; /* in the list of lists.c */
} qip_timer_handle;

static inline qip_timer_handle *qip_timer_handle_of(qip_timer *timer)
{
    return (qip_timer_handle *)((char *)timer - offsetof(qip_timer_handle, timer));
}

/* The two callbacks of a descriptor. */
typedef struct qip_fd {
    qip_handle *reader;
    qip_handle *writer;
    PyObject *object; /* what was given in place of the number, to be found by once it is closed; or NULL */
    uint8_t masked; /* QIP_POLL_*: not watched while its callback runs or is deferred */
} qip_fd;

/* A callback whose Context is entered further down the stack, and how many brackets were open then. */
typedef struct qip_deferred {
    PyObject *handle;
    int level;
} qip_deferred;

/* What Python code has put in the place of the core's own, in a subclass or on the instance. */
enum {
    QIP_OVERRIDES_TIME = 1,
    QIP_OVERRIDES_CALL_AT = 2,
    QIP_OVERRIDES_RUN_ONCE = 4,
    QIP_OVERRIDES_WRITE_TO_SELF = 8,
    QIP_OVERRIDES_WATCHING = 16, /* _add_reader() and its three sisters */
    QIP_OVERRIDES_RUN_TASK = 32,
    QIP_OVERRIDES_UNKNOWN = 1 << 30 /* must be looked up again */
};

/* What takes the place of `ready` and `timers` where somebody else's _run_once() runs the loop. */
typedef struct qip_lists {
    bool used;
    bool given;           /* somebody has put a container of his own there */
    int depth;            /* calls of ours of such a _run_once() on the stack */
    PyObject *ready;      /* a deque; NULL before the first use */
    PyObject *scheduled;  /* a list, in heapq's order */
    PyObject *distrusted; /* a _run_once() that raised, and is not called any more; or NULL */
} qip_lists;

/* What is counted by the way; see qi_loop_counters. GIL. */
typedef struct qip_counters {
    uint64_t turns, callbacks, polls, slice_overruns, slow_steps, nested_turns;
    uint64_t busy_ns, longest_step_ns, lag_ns, lag_max_ns;
    uint64_t since_ns;      /* when the loop was started */
    uint64_t busy_since_ns; /* when the turn began that is running; 0: another ran inside it */
    uint64_t asked_ticks;   /* when the host was asked for a turn; 0: it was not */
    uint64_t long_ns; /* longer steps are worth a word: longest_step_ns, or what somebody calls slow */
} qip_counters;

/* One word numbers the brackets: another thread reads it at once and so knows the one that is open. */
enum {
    QIP_BRACKETS_SHIFT = 20,
    QIP_BRACKETS_OPEN = (1 << QIP_BRACKETS_SHIFT) - 1,
    QIP_BRACKET_CLOSES = (1 << QIP_BRACKETS_SHIFT) - 1 /* one less open, one more closed */
};

typedef struct qip_loop {
    PyObject_HEAD
    /* what waits */
    qip_ring ready;
    size_t todo;
    qip_timers timers;
    qip_ring modal; /* functions given to exec_modal() */
    qip_lists lists;
    qip_deferred *deferred;
    size_t deferred_count, deferred_capacity;

    /* where it runs */
    qip_mode mode;
    qip_poller *poller; /* NULL once closed */
    qip_host *host;     /* while running as guest or owner */
    unsigned long thread;
    unsigned forks; /* qip_fork_count when it was made, or adopted in a child */
    bool running;   /* _thread_id is not None */
    bool stopping;
    bool closed;
    bool debug;
    uint64_t brackets;      /* qip_level(), and above that how many have closed */
    int turns;              /* turns on the C stack */
    bool wake_asked;        /* the host was asked for a turn and has not come yet */
    bool paused;            /* the host was told not to turn us for now */
    int host_level;         /* event loops that the host executed when the innermost turn began */
    int bare;               /* turns that stand on each other without one of those in between */
    unsigned asked_in_vain; /* how often a call that handles events has come since one was refused */
    int waits;              /* callbacks, and the like, that wait on the C stack: see wait.c */
    int wait_level;         /* as host_level, for the event loop of the innermost one */
    int wait_turns;         /* turns below it */
    bool wait_over;         /* it may go on */
    bool wait_blocked;      /* its event loop has waited for events, which it then has handled */
    unsigned missed_news;   /* what the host has told us meanwhile: pace.h wants to know it, too */
    bool must_not_wait; /* the host waits: select() in the turn that begins looks, and no more */
    bool host_borrowed; /* the host was made for a wait, and goes when the loop does not run any more */
    uint64_t host_had_ns; /* when the host's event loop was in control last, as far as wait.c needs it */
    void (*when_left)(void *data); /* called once when the loop is idle again; NULL: nothing */
    void *when_left_data;
    uint64_t down_until_ns; /* it is brought down (down.c): by its own ways, until then at most; 0: it is not */
    bool poll_failed; /* this was told, while it is brought down */
    bool ending; /* owner mode: leave the host's event loop, then raise `raised` if it is set */
    PyObject *raised;

    /* settings */
    qip_pace pace;
    unsigned nested_limit;
    bool nested_hold;
    double clock_resolution;
    PyObject *task_factory;   /* what Python sees as _task_factory; NULL or None: none */
    PyObject *task_arguments; /* eager.c: the keywords of a task without name and context */

    qip_contexts contexts; /* for the handles */

    qip_counters counters;

    /* bookkeeping of the moment */
    qip_coarse_clock clock;
    uint64_t last_poll_ns;
    PyObject *captured; /* eager.c: the handle that Task.__init__ scheduled */
    bool capturing;
    bool choosy; /* somebody else's code runs before Task.__init__ schedules, and may schedule, too */
    struct qip_newcomer *newcomer; /* eager.c: whose task is being made; NULL: a task factory makes it */
    PyObject *current_handle;      /* debug mode */
    unsigned overrides;
    unsigned type_version; /* of the class for which `overrides` was found out */

    /* descriptors */
    qip_fd *fds;
    size_t fds_size;
    size_t fd_count;    /* entries with a reader or a writer */
    PyObject *selector; /* what Python sees as _selector; NULL: deleted */
    bool foreign_selector;
    int foreign_fd; /* what the poller watches for it; -1: nothing */
} qip_loop;

/* What the room owns: its types, and names that it looks up or passes on all the time. */
typedef struct qip_loop_types {
    PyObject *loop_type;            /* _qi.Loop */
    PyObject *handle_type;          /* _qi.Handle */
    PyObject *timer_handle_type;    /* _qi.TimerHandle */
    PyObject *ready_type;           /* the view of the ready queue */
    PyObject *scheduled_type;       /* the view of the timers */
    PyObject *asyncio_handle;       /* asyncio.events.Handle */
    PyObject *asyncio_timer_handle; /* asyncio.events.TimerHandle */
    PyObject *threadsafe_handle;    /* asyncio.events._ThreadSafeHandle, 3.14+; else NULL */
    PyObject *base_transport;       /* asyncio.transports.BaseTransport */
    PyObject *context_word;         /* "context", interned */
    PyObject *task_keywords;        /* ("loop", "name"), and so on: eager.c */
    PyObject *task_keywords_context;
    PyObject *future_keywords; /* ("loop",) */
    PyObject *deque_type;      /* collections.deque */
    PyObject *heappush;        /* heapq.heappush */
    PyObject *base_loop;       /* asyncio.BaseEventLoop */
    PyObject *stock_run_once;  /* its _run_once(), as it was when we came */
} qip_loop_types;

extern qip_loop_types qip_loop_refs;

/* The clock as loop.time() gives it; rounded as time.monotonic() rounds. */
static inline double qip_seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

/* -- handle.c ------------------------------------------------------------------------------------ */

/*
 * A handle that is called once. `context` NULL or None: a copy of the current one. It is for the ready queue
 * or the timers of the loop, and leaves them by qip_handle_release() alone.
 */
qip_handle *qip_handle_new(qip_loop *loop, PyTypeObject *type, PyObject *callback,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *context);
/* A handle that is called whenever a descriptor is ready, always in the same Context: as above. */
qip_handle *qip_handle_new_for_fd(qip_loop *loop, int fd, PyObject *callback,
                                  PyObject *const *arguments, Py_ssize_t count, PyObject *context);

static inline bool qip_handle_is_ours(PyObject *object)
{
    return (PyObject *)Py_TYPE(object) == qip_loop_refs.handle_type ||
           (PyObject *)Py_TYPE(object) == qip_loop_refs.timer_handle_type;
}

void qip_handle_cancel(qip_handle *handle);

/* Waits until a callback that runs in another thread has ended, if asyncio does. Gives up the GIL meanwhile. */
void qip_handle_await(qip_handle *handle);
/* The callback of a `threadsafe` handle has ended. */
void qip_handle_ended(void);

/*
 * While a loop runs, the collector does not look at the handles that wait in it: they cannot be garbage, and
 * it would look at each of them once or twice. A handle that somebody else holds when it leaves may become
 * part of a cycle, as may those that are left when the loop stops.
 */
void qip_handle_track(PyObject *handle);
/* Gives up the reference of the ready queue or the timers to any kind of handle. */
static inline void qip_handle_release(PyObject *handle)
{
    if (Py_REFCNT(handle) > 1)
        qip_handle_track(handle);
    Py_DECREF(handle);
}
/* For the loop's traverse function: visits a handle that waits, or what it holds if nobody tracks it. */
int qip_handle_visit(PyObject *handle, visitproc visit, void *arg);
/* Has the collector look at all handles that wait, since the loop runs no more. */
void qip_handle_track_all(qip_loop *loop);

typedef enum qip_ran {
    QIP_RAN = 0,     /* it ran; what it raised was reported */
    QIP_RAN_BLOCKED, /* its Context is entered already; nothing happened */
    QIP_RAN_RAISED   /* SystemExit or KeyboardInterrupt is set */
} qip_ran;

/* Calls the callback in its Context. Beware: anything may have changed afterwards. */
qip_ran qip_handle_call(qip_handle *handle);

/* Whether it is a callback of a connection, all of which share one Context: see handle_beside.c. */
bool qip_handle_is_of_connection(qip_handle *handle);
/* The same as qip_handle_call(), in a copy of its Context. */
qip_ran qip_handle_call_beside(qip_handle *handle);

/* For the types, which handle_type.c makes. */
int qip_handle_traverse(PyObject *self, visitproc visit, void *arg);
int qip_handle_clear(PyObject *self);
void qip_handle_dealloc(PyObject *self);
/* All arguments as a tuple, a new reference. */
PyObject *qip_handle_arguments_tuple(qip_handle *handle);
/* The Context that it runs in, made now if it shares a pattern. Borrowed; NULL with an exception. */
PyObject *qip_handle_own_context(qip_handle *handle);

/* -- overrides.c --------------------------------------------------------------------------------- */

/* What is replaced: some of QIP_OVERRIDES_*. */
unsigned qip_loop_overrides(qip_loop *loop);
double qip_loop_now(qip_loop *loop); /* -1 with an exception, where time() is overridden */

/* -- lists.c ------------------------------------------------------------------------------------- */

/* How many callbacks are ready, and how many timers there are. */
size_t qip_ready_count(const qip_loop *loop);
size_t qip_scheduled_count(const qip_loop *loop);
/* When the first timer is due, on the loop's clock; INFINITY: there is none. */
double qip_first_deadline(const qip_loop *loop);

/* Moves what waits into the lists or back, as it has to be now, and says where it is. Beware: calls Python. */
bool qip_lists_settle(qip_loop *loop);
/* What is used in place of the ring and the timers while `used` is set. 0, or -1 with an exception. */
int qip_lists_push(qip_loop *loop, PyObject *handle);
int qip_lists_schedule(qip_loop *loop, qip_timer_handle *timer);
int qip_lists_shift(qip_loop *loop, double seconds);
/* Somebody assigns _ready or _scheduled. 0, or -1 with an exception. */
int qip_lists_assign(qip_loop *loop, PyObject *value, bool ready);
/* One iteration by whatever _run_once() the loop has, or by asyncio's own. */
PyObject *qip_lists_run_once(qip_loop *loop);
PyObject *qip_lists_run_stock(qip_loop *loop);
/* The present _run_once() is not called again. Keeps the exception. */
void qip_lists_distrust(qip_loop *loop);

void qip_lists_drop(qip_loop *loop);
int qip_lists_traverse(qip_loop *loop, visitproc visit, void *arg);
void qip_lists_clear(qip_loop *loop);

/* -- wait.c --------------------------------------------------------------------------------------- */

/*
 * Waits until something may be ready, at most so many seconds (INFINITY: for ever), and queues what is. For code that
 * runs the loop in the middle of a callback, or without our run_forever(): the host's event loop goes on meanwhile.
 * 0, or -1 with an exception. Beware: anything may have changed afterwards.
 */
int qip_loop_wait(qip_loop *loop, double seconds);
extern PyMethodDef qip_wait_methods[];

/* -- wait_over.c ---------------------------------------------------------------------------------- */

/* Whether the turn that begins is what the innermost wait has waited for, which then is told. */
bool qip_wait_ends(qip_loop *loop, int level);
/* The host is about to poll, or to wait if it `blocks`. Called without the GIL. */
void qip_wait_check(qip_loop *loop, bool blocks);
/* How many event loops the host executes; -1: it cannot tell. */
int qip_wait_level(const qip_loop *loop);
/* Lets a host go on that holds still. */
void qip_wait_resume(qip_loop *loop);
/* What the host has handled since this was asked last; kept for pace.h, too. */
unsigned qip_wait_take_news(qip_loop *loop);

/* -- queue.c ------------------------------------------------------------------------------------- */

/* Puts a handle (any object with _run and _cancelled) at the end of the ready queue. Takes nothing. */
int qip_ready_push(qip_loop *loop, PyObject *handle);
PyObject *qip_loop_closed_error(void);
/* Everything that waits, as close() throws it away. Beware: freeing callbacks can run any code. */
void qip_loop_drop_all(qip_loop *loop);

/* -- sched.c ------------------------------------------------------------------------------------- */

/*
 * `context` out of a call's keywords, the only one that is allowed; NULL if absent, and borrowed. -1 with
 * TypeError for any other.
 */
int qip_context_keyword(const char *function, PyObject *const *after_positional,
                        PyObject *keyword_names, PyObject **context);

extern PyMethodDef qip_sched_methods[];

/* -- turn.c -------------------------------------------------------------------------------------- */

void qip_loop_turn(void *loop); /* for the host */
/* One iteration, blocking if nothing is ready. 0, or -1 with an exception. */
int qip_loop_iterate(qip_loop *loop, bool may_block);
/* Calls what exec_modal() has left. Whether there was any. */
bool qip_loop_run_modals(qip_loop *loop);

/* Whether this process is a child of fork(), and the loop still the parent's. */
static inline bool qip_loop_is_parents(const qip_loop *loop)
{
    return loop->forks != qip_fork_count;
}

/* -- down.c -------------------------------------------------------------------------------------- */

extern PyMethodDef qip_down_methods[];

static inline bool qip_loop_is_going_down(const qip_loop *loop)
{
    return loop->down_until_ns != 0;
}

/* -- last_polls.c -------------------------------------------------------------------------------- */

/* As qip_fd_poll(), and never fails: where there is nothing to wait with, it sleeps for a moment. */
void qip_loop_poll_anyhow(qip_loop *loop, bool block);
/* Whether its time is up. */
bool qip_loop_is_late(const qip_loop *loop);

/* -- wake.c -------------------------------------------------------------------------------------- */

void qip_loop_check(void *loop, bool blocks); /* for the host */
/* Sees to it that the host comes back for whatever waits. For code outside of turns. Keeps the exception
 * that is set. Beware: calls Python's clock where that is overridden. */
void qip_loop_settle(qip_loop *loop);
void qip_loop_ask_wake(qip_loop *loop);
/* The same from another thread. */
void qip_loop_wake_from_afar(qip_loop *loop);
/* Sets the poller's timer to the first deadline. Beware: as qip_loop_settle(). */
void qip_loop_arm_timer(qip_loop *loop);
/* The same for a time of our own choice, in seconds from now. */
void qip_loop_arm_in(qip_loop *loop, double seconds);
/* How long it is until the first timer is due; INFINITY: there is none. Beware: as qip_loop_settle(). */
double qip_loop_until_timer(qip_loop *loop);

static inline bool qip_loop_has_work(const qip_loop *loop)
{
    return loop->ready.count || loop->modal.count || (loop->lists.used && qip_ready_count(loop));
}

/* -- bracket.c ----------------------------------------------------------------------------------- */

/* How many brackets are open. */
static inline int qip_level(const qip_loop *loop)
{
    return (int)(loop->brackets & QIP_BRACKETS_OPEN);
}

static inline bool qip_loop_is_idle(const qip_loop *loop)
{
    return loop->turns == 0 && qip_level(loop) == 0;
}

/* Calls what waits for the loop to be idle, if it is. */
static inline void qip_loop_left(qip_loop *loop)
{
    void (*job)(void *data) = loop->when_left;

    if (job && qip_loop_is_idle(loop)) {
        PyObject *raised = qip_take_exception();
        loop->when_left = NULL;
        job(loop->when_left_data);
        qip_give_exception(raised);
    }
}

/* Opens and closes a bracket. Closing puts deferred callbacks back and lets a paused host go on. */
static inline void qip_bracket_open(qip_loop *loop)
{
    loop->brackets++;
}
void qip_bracket_close_slowly(qip_loop *loop);
static inline void qip_bracket_close(qip_loop *loop)
{
    if (loop->deferred_count || loop->paused || loop->when_left || qip_pulse_is_armed())
        qip_bracket_close_slowly(loop);
    else
        loop->brackets += QIP_BRACKET_CLOSES;
}

/* Keeps a blocked handle until the bracket that blocks it closes. 0, or -1 with an exception. */
int qip_defer(qip_loop *loop, PyObject *handle);

static inline bool qip_batch_is_through(const qip_loop *loop)
{
    return !loop->todo || !loop->ready.count;
}

/* As many turns are nested as may be. */
static inline bool qip_loop_is_too_deep(const qip_loop *loop)
{
    return loop->turns >= (int)loop->nested_limit;
}
/* Whether a turn may run now, where the stack stands. */
bool qip_loop_may_turn(const qip_loop *loop);
/* Lets a paused host go on as soon as nothing is against it any more. */
void qip_loop_resume(qip_loop *loop);

/* Tells the loop's exception handler; clears the exception. `handle` may be NULL. */
void qip_loop_report(qip_loop *loop, const char *message, PyObject *handle);

/* -- steps.c ------------------------------------------------------------------------------------- */

/* Finds out again which steps are worth a word. */
void qip_loop_look_for_long(qip_loop *loop);
/* A step has taken so long. */
void qip_loop_count_slow(qip_loop *loop, uint64_t ns);

/* -- fdtable.c ----------------------------------------------------------------------------------- */

/* What is known of a descriptor; NULL: nothing. */
static inline qip_fd *qip_fd_entry(qip_loop *loop, int fd)
{
    return (size_t)fd < loop->fds_size ? &loop->fds[fd] : NULL;
}

/* What somebody wants to know of it: QIP_POLL_*. */
static inline unsigned qip_fd_wanted(const qip_fd *entry)
{
    return (entry->reader ? (unsigned)QIP_POLL_READ : 0) |
           (entry->writer ? (unsigned)QIP_POLL_WRITE : 0);
}

/* Makes room for a descriptor, which must be open. 0, or -1 with an exception. */
int qip_fd_grow(qip_loop *loop, int fd);
/* Has the poller watch what the table says of it. 0, or -1 with an exception. */
int qip_fd_apply(qip_loop *loop, int fd);
/* Watches a descriptor again that was masked while its callback ran. */
void qip_fd_unmask(qip_loop *loop, qip_handle *handle);

/* -- fdwatch.c ----------------------------------------------------------------------------------- */

/* Queues the callbacks of what is ready. 0, or -1 with an exception (also of a signal handler). */
int qip_fd_poll(qip_loop *loop, bool block);

/* The poller has lost a descriptor of its own: makes it anew and tells that. 0, or -1 with an exception. */
int qip_fd_renew(qip_loop *loop);
/* adopt.c. In a child of fork(): goes on with descriptors of the child's own, unless it is a guest. 0, or -1 with an exception. */
int qip_fd_adopt(qip_loop *loop);
/* True if anybody has a descriptor besides the self-pipe that asyncio's base class opens. */
static inline bool qip_fd_in_use(const qip_loop *loop)
{
    return loop->fd_count > 1 || loop->foreign_selector;
}
void qip_fd_clear(qip_loop *loop);
/* Has the poller watch, or not any more, the descriptor that a foreign selector may have. */
void qip_fd_watch_foreign(qip_loop *loop, bool watch);
int qip_fd_traverse(qip_loop *loop, visitproc visit, void *arg);

/*
 * What _add_reader() and _remove_reader() do, for a descriptor; `direction` is QIP_POLL_READ or _WRITE.
 * qip_fd_add() returns the handle, a new reference; `context` as for qip_handle_new(). Both keep still about methods that were replaced: see
 * QIP_OVERRIDES_WATCHING. Beware: what was watched before is cancelled, which may run any code.
 */
PyObject *qip_fd_add(qip_loop *loop, int fd, unsigned direction, PyObject *callback,
                     PyObject *const *args, Py_ssize_t count, PyObject *context);
bool qip_fd_remove(qip_loop *loop, int fd, unsigned direction);
bool qip_fd_has(const qip_loop *loop, int fd, unsigned direction);

extern PyMethodDef qip_fd_methods[];

/* -- eager.c ------------------------------------------------------------------------------------- */

extern PyMethodDef qip_eager_methods[];

/* -- running.c ----------------------------------------------------------------------------------- */

/* The loop becomes the running one of this thread, or is that no more. */
void qip_loop_set_running(qip_loop *loop, bool running);
/* The loop is going: forget that it was the last to run. */
void qip_loop_forget_runner(const qip_loop *loop);
/* Gives the loop a host, which watches its descriptor. 0, or -1 with an exception. */
int qip_loop_attach_host(qip_loop *loop);
/* Frees the host, if there is one. */
void qip_loop_drop_host(qip_loop *loop);
/* Calls a method without arguments. 0, or -1 with an exception. */
int qip_loop_call_self(qip_loop *loop, const char *method);
/* Guest mode: the loop stops being the running one. Beware: calls Python's hooks. */
void qip_loop_finish_guest(qip_loop *loop);

/* -- run.c --------------------------------------------------------------------------------------- */

extern PyMethodDef qip_run_methods[];

/* -- attributes.c -------------------------------------------------------------------------------- */

extern PyMethodDef qip_attribute_methods[];
extern PyGetSetDef qip_loop_getset[];

/* -- views.c ------------------------------------------------------------------------------------- */

PyObject *qip_ready_view(qip_loop *loop);
PyObject *qip_scheduled_view(qip_loop *loop);

#endif
