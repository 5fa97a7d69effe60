/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks: coroutines of Python that C starts, watches, cancels and waits for.
 *
 * qi_run_task() calls a coroutine function and runs it *before it returns*, up to its first suspension:
 * what the coroutine does before it first waits has been done when the call comes back, and a coroutine
 * that never waits has finished. The rest runs in the application's event loop.
 *
 * The handle is the caller's reference, not the task's life: a task runs to its end whether or not
 * anybody holds a handle, and releasing a handle cancels nothing. Passing NULL for `out` launches
 * without a handle. An exception in a task without handle and without `done` callback is reported to the
 * error callback of the runtime; otherwise it is the task's result, for the holder to read, and reported as well
 * only with QI_TASK_FLAG_REPORT.
 */
#ifndef QI_TASK_H
#define QI_TASK_H

#include <qi/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_task qi_task;
typedef struct qi_callable qi_callable;

/* The states of a task. */
enum {
    QI_TASK_STATE_INVALID = 0, /* not a task's handle */
    QI_TASK_STATE_PENDING,     /* on its way to the GUI thread, or suspended, or running */
    QI_TASK_STATE_DONE,        /* returned a result */
    QI_TASK_STATE_FAILED,      /* raised an exception */
    QI_TASK_STATE_CANCELLED    /* ended by cancellation: by hand, timeout, owner, or shutdown */
};

/* How a task ended. Borrowed for the call, like all that it points at. */
typedef struct qi_task_end {
    size_t size;
    int status;             /* QI_OK, or why there is no result */
    const qi_value *result; /* none, unless the status is QI_OK */
    const qi_error *error;  /* the details; of status QI_OK and without a text if it is QI_OK */
    const char *name;       /* the name that the task was given; NULL: none */
    const char *target;     /* "module:callable" */
} qi_task_end;

/*
 * Gets the end of a task, once, on the GUI thread, without the GIL, also when it ends before
 * qi_run_task() returns: then inside that call, whose `*out` is written already. `task` is borrowed for the call, and a
 * handle also where the launch did not ask for one; qi_task_retain() keeps it. It is not called for a launch that failed.
 */
typedef void (*qi_task_done_fn)(qi_task *task, const qi_task_end *end, void *user);

/* How far a task says that it is. Borrowed for the call, like all that it points at. */
typedef struct qi_task_progress {
    size_t size;
    int64_t value, maximum; /* steps done, of how many; 0: nobody knows how many there are */
    const char *text;       /* what is done; "": nothing is said */
} qi_task_progress;

/*
 * Gets what the coroutine tells of its progress by qi.progress(), or a task or thread that it started. Called on the GUI thread, without the GIL, at most 25 times a second: of reports that
 * come faster the latest one is told, and the last one before `done` is called. `task` is
 * as in qi_task_done_fn. It is not called again once the task has ended.
 */
typedef void (*qi_task_progress_fn)(qi_task *task, const qi_task_progress *progress, void *user);

/* Flags of qi_task_options. */
enum {
    /* A callable that is no coroutine function is called directly, and what it returns is the result.
     * Without this flag it is refused before it is called. */
    QI_TASK_FLAG_ALLOW_PLAIN = 1,
    /* What the coroutine tells by qi.progress() is kept for qi_task_describe(), also where there is no `progress`
     * callback; with one it is kept anyway. */
    QI_TASK_FLAG_PROGRESS = 2,
    /* What it fails with is reported to the runtime's error callback, also where there is a handle or `done`: for who
     * watches the task, and has no use for its result. */
    QI_TASK_FLAG_REPORT = 4
};

/* How a task is launched. Fill it with qi_task_options_init(), then set what you need. */
typedef struct qi_task_options {
    size_t size;          /* set by qi_task_options_init() */
    const char *name;     /* the task's name; NULL: asyncio makes one. Copied. */
    unsigned timeout_ms;  /* cancel after so many milliseconds, with QI_ERR_TIMEOUT; 0: never */
    qi_object *owner;     /* cancel when this QObject is destroyed; NULL: nobody owns it */
    qi_task_done_fn done; /* NULL: none */
    qi_task_progress_fn progress; /* NULL: nobody is told */
    void *user;                   /* for `done` and `progress`; kept until the task has ended */
    qi_destroy_fn destroy;  /* called with `user` after the end; NULL: there is nothing to do */
    qi_callable *callable;  /* what to call, where `target` is NULL; NULL: `target` names it */
    unsigned flags;         /* QI_TASK_FLAG_…; 0: none */
    const qi_entry *kwargs; /* keyword arguments, whose keys are texts; copied. NULL: none */
    size_t kwarg_count;
} qi_task_options;

/** Fills options with the defaults described at their fields. NULL is allowed. Thread: any. */
static inline void qi_task_options_init(qi_task_options *options)
{
    if (!options)
        return;
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * Calls a coroutine function and runs it, before returning, up to its first suspension.
 *
 * `target` is "module:callable", where the callable may be a dotted path ("orders:Desk.send"); the module
 * is imported if need be. `args` are `count` positional arguments, copied. `options` may be NULL. On
 * success `*out` is owned: release it with qi_task_release(). Pass NULL for no handle.
 *
 * Thread: any. From a thread other than the GUI's, the launch is queued and happens in the GUI thread's
 * event loop; what fails there becomes the task's result. Re-entrant: yes, also from a running task.
 * Fails: QI_ERR_NOT_FOUND (no such module or attribute; the message lists near names), QI_ERR_PYTHON
 * (the import raised, or the callable refused the arguments), QI_ERR_NOT_COROUTINE, QI_ERR_DEAD_OBJECT
 * (an argument or the owner), QI_ERR_ARGUMENT, QI_ERR_ENCODING, QI_ERR_TYPE, QI_ERR_ABI, QI_ERR_HANDLE,
 * QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_MEMORY. An exception in the first step is not a
 * failure of this call but the task's result, as in asyncio.
 */
QI_NODISCARD QI_API int qi_run_task(qi_runtime *runtime, const char *target, const qi_value *args,
                                    size_t count, const qi_task_options *options, qi_task **out);

/**
 * Asks a task to end: asyncio.CancelledError is raised in it at its next turn.
 *
 * A task that has ended already is left as it is, with QI_OK. Thread: any.
 * Fails: QI_ERR_HANDLE, QI_ERR_NOT_RUNNING.
 */
QI_API int qi_task_cancel(qi_task *task);

/** Returns the state of a task; QI_TASK_STATE_INVALID for NULL and foreign pointers. Thread: any. */
QI_API int qi_task_state(const qi_task *task);

/**
 * Reads the result of a task.
 *
 * `*out` is owned: release it with qi_value_clear(). NULL asks for the status only. Thread: any.
 * Fails: QI_ERR_PENDING, QI_ERR_CANCELLED, QI_ERR_TIMEOUT (its own timeout ended it), QI_ERR_PYTHON
 * (with the exception's type and traceback), QI_ERR_SHUTTING_DOWN (a shutdown left it behind), what the
 * launch failed with, QI_ERR_HANDLE, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_task_result(qi_task *task, qi_value *out);

/**
 * Waits until a task has ended, then returns as qi_task_result() does.
 *
 * `timeout_ms` below 0 waits without limit. `out` may be NULL. The GIL, if the thread holds it, is given
 * up meanwhile. A thread that is cancelled while it waits, as QThread::terminate() does, leaves the task to
 * all others. Thread: any except the GUI's, on which the task could never end.
 * Fails: as qi_task_result(), QI_ERR_WRONG_THREAD on the GUI thread, QI_ERR_PENDING when the time is
 * over, QI_ERR_SHUTTING_DOWN when the runtime closes and leaves the task behind.
 */
QI_API int qi_task_wait(qi_task *task, int timeout_ms, qi_value *out);

/* What qi_tasks_wait() waits for. */
enum {
    QI_WAIT_ALL = 0, /* until each of the tasks has ended */
    QI_WAIT_ANY      /* until one of them has */
};

/**
 * Waits until all of several tasks have ended, or any of them; qi_task_state() then tells which.
 *
 * `tasks` are `count` handles, of which one may be there twice; none at all have all ended. `mode` is QI_WAIT_ALL or
 * QI_WAIT_ANY. What the tasks came to is of no account here. The rest is as in qi_task_wait().
 *
 * Thread: any except the GUI's. Fails: QI_ERR_PENDING when the time is over, QI_ERR_WRONG_THREAD on the GUI thread,
 * QI_ERR_ARGUMENT (an unknown mode, or QI_WAIT_ANY of no task), QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_tasks_wait(qi_task *const *tasks, size_t count, int mode, int timeout_ms);

/**
 * Returns the number by which qi_tasks_list() and qi_tasks_cancel() know a task, or 0: it is on its way to the GUI
 * thread, has ended before anybody asked, or is no task's handle. A number that was told once stays. Thread: any.
 */
QI_API int64_t qi_task_id(const qi_task *task);

/**
 * Returns the name that a task was given, else the one that asyncio has made for it ("Task-4"), else, where it has ended
 * before anybody asked or is on its way to the GUI thread, what it calls. Borrowed while the handle is held. NULL: not a
 * task's handle. Thread: any.
 */
QI_API const char *qi_task_name(const qi_task *task);

/**
 * Describes a task, one that has ended, too: what it is, and how far it is.
 *
 * `*out` is a map, owned: release it with qi_value_clear(). It has
 *   id            int      as qi_task_id() has it, or 0
 *   name          text     as qi_task_name() has it
 *   state         text     "pending", "done", "failed" or "cancelled"
 *   target        text     "module:callable" that was launched
 *   plugin        text     id of the plugin whose code it is; none: the application's, or it is on its way
 *   progress      map      value (int), maximum (int, 0: unknown) and text, as they were told last; none: nothing was told,
 *                          or nobody wanted to know: see QI_TASK_FLAG_PROGRESS
 * Its stack and what it waits for are told by qi_tasks_list(), under that id, while it runs.
 * Thread: any. Fails: QI_ERR_HANDLE, QI_ERR_ARGUMENT, QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_task_describe(const qi_task *task, qi_value *out);

/** Makes the handle one more reference, which wants its own qi_task_release(). Returns it. Thread: any. */
QI_API qi_task *qi_task_retain(qi_task *task);

/** Releases a reference; the task goes on. NULL is allowed. Thread: any. */
QI_API void qi_task_release(qi_task *task);

/**
 * Looks a callable up once, to be called often.
 *
 * `target` is as in qi_run_task(). `*out` is owned: release it with qi_callable_release().
 * Thread: GUI. Fails: as qi_run_task().
 */
QI_NODISCARD QI_API int qi_callable_resolve(qi_runtime *runtime, const char *target,
                                            qi_callable **out);

/** Makes the handle one more reference, which wants its own qi_callable_release(). Returns it. Thread: any. */
QI_API qi_callable *qi_callable_retain(qi_callable *callable);

/** Releases a callable; tasks and connections made with it go on. NULL is allowed. Thread: any. */
QI_API void qi_callable_release(qi_callable *callable);

#ifdef __cplusplus
}
#endif

#endif /* QI_TASK_H */
