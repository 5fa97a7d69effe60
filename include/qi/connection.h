/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections: signals of any QObject that launch coroutines of Python.
 *
 *     qi_asyncslot_connect(rt, button, "clicked", "orders:send", NULL, NULL);
 *
 * Each emission calls the target and runs its coroutine, before the emission returns, up to the first
 * suspension: a handler that disables its button in its first line has done so before a second click
 * can come. The signal is found through the object's meta-object; nothing is generated or declared.
 *
 * Arguments are converted and copied, so they stay valid after the emission. A target that takes fewer
 * parameters than the signal has gets the first ones.
 *
 * A connection ends, whichever comes first, when it is disconnected, when its sender is destroyed, when
 * its owner (receiver) is destroyed, or when the runtime shuts down. With the owner go the tasks that it
 * launched: they are cancelled, also where something else had ended the connection before.
 */
#ifndef QI_CONNECTION_H
#define QI_CONNECTION_H

#include <qi/runtime.h>
#include <qi/task.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi_connection qi_connection;

/* What an emission does while the coroutine of an earlier one still runs. */
typedef enum qi_overlap {
    QI_OVERLAP_CONCURRENT = 0, /* launches another beside it */
    QI_OVERLAP_DROP,           /* is ignored */
    QI_OVERLAP_QUEUE,          /* waits its turn; all are handled in order */
    QI_OVERLAP_RESTART,        /* cancels the one that runs, then launches */
    QI_OVERLAP_LATEST          /* waits, and replaces one that waits already */
} qi_overlap;

/* In which thread, and when, an emission reaches the loop. */
typedef enum qi_delivery {
    QI_DELIVERY_AUTO = 0, /* at once in the GUI thread, queued from any other */
    QI_DELIVERY_QUEUED    /* always through the event queue, after the emission */
} qi_delivery;

/* Flags of qi_connection_options. */
enum {
    QI_CONNECTION_FLAG_ALLOW_PLAIN = 1, /* the target may be a plain function; it is called in the emission */
    QI_CONNECTION_FLAG_SINGLE_SHOT = 2 /* disconnects at the first emission */
};

/* How a signal is connected. Fill it with qi_connection_options_init(), then set what you need. */
typedef struct qi_connection_options {
    size_t size;           /* set by qi_connection_options_init() */
    int overlap;           /* qi_overlap; 0: QI_OVERLAP_CONCURRENT */
    int delivery;          /* qi_delivery; 0: QI_DELIVERY_AUTO */
    qi_object *owner;      /* the receiver whose end ends the connection; NULL: the sender alone */
    const char *task_name; /* name of the tasks launched; NULL: asyncio makes one. Copied. */
    size_t queue_limit; /* emissions that may wait under QI_OVERLAP_QUEUE; a further one is dropped
                            * and logged. 0: without limit */
    qi_callable *callable; /* what to call, where `target` is NULL; NULL: `target` names it */
    unsigned flags;        /* QI_CONNECTION_FLAG_…; 0: none */
    const qi_entry *kwargs; /* keyword arguments of every call, beside those of the signal; the keys are texts. Converted
                             * when the connection is made. NULL: none */
    size_t kwarg_count;
} qi_connection_options;

/** Fills options with the defaults described at their fields. NULL is allowed. Thread: any. */
static inline void qi_connection_options_init(qi_connection_options *options)
{
    if (!options)
        return;
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/**
 * Connects a signal to a coroutine function.
 *
 * `sender` is watched, not kept, and may live in any thread. `signal` is a name ("clicked"), or a name
 * with parameter types ("valueChanged(int)") where there are overloads; of overloads that differ only by
 * default arguments the longest is taken. `target` is "module:callable" as in qi_run_task(). `options`
 * may be NULL. On success `*out` is owned: end the connection with qi_connection_disconnect() or give
 * up the handle with qi_connection_release(). Pass NULL for no handle.
 *
 * Thread: GUI. Fails: QI_ERR_NOT_FOUND (no such signal or target; the message lists near names),
 * QI_ERR_AMBIGUOUS (with the overloads), QI_ERR_NOT_COROUTINE, QI_ERR_TYPE (the target wants more
 * parameters than the signal has, or does not take the keyword arguments), QI_ERR_RANGE, QI_ERR_PYTHON, QI_ERR_DEAD_OBJECT, QI_ERR_ARGUMENT, QI_ERR_ENCODING,
 * QI_ERR_ABI, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING, QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD,
 * QI_ERR_MEMORY.
 */
QI_NODISCARD QI_API int qi_asyncslot_connect(qi_runtime *runtime, qi_object *sender,
                                             const char *signal, const char *target,
                                             const qi_connection_options *options,
                                             qi_connection **out);

/**
 * Ends a connection and releases the handle. Tasks that it launched go on, those that wait under an
 * overlap policy are not launched any more. NULL is allowed. Thread: GUI.
 * Fails: QI_ERR_HANDLE, QI_ERR_WRONG_THREAD.
 */
QI_API int qi_connection_disconnect(qi_connection *connection);

/** Tells whether a connection still lives; false for NULL and foreign pointers. Thread: any. */
QI_API bool qi_connection_is_connected(const qi_connection *connection);

/**
 * Lists the connections of signals that live, those that C has made and those of Python, the oldest first of each.
 *
 * `*out` is a list of maps, owned: release it with qi_value_clear(). Each map has
 *   id            int      never used again for another: see qi_connection_id()
 *   signal        text     "Class::signal(types)"
 *   sender        object   the QObject that emits it
 *   target        text     "module:callable" that it launches or calls
 *   owner         object   the QObject with which it ends, beside the sender; or none
 *   plugin        text     id of the plugin to which it belongs, or none
 *   language      text     "c" or "python": who has made it
 *   emissions     int      how many have reached the loop, those included that launched nothing
 *   launched      int      how many of them have launched a coroutine, or called a plain function
 *   running       int      its tasks that have not ended
 *   waiting       int      emissions that wait their turn, as their overlap policy says
 * Several connections may share one slot of Python's, as qi.asyncslot() makes it; `launched`, `running` and `waiting` are
 * the slot's then, and 0 where it is no slot that is connected.
 *
 * Thread: GUI. Fails: QI_ERR_ARGUMENT, QI_ERR_PYTHON, QI_ERR_MEMORY, QI_ERR_HANDLE, QI_ERR_NOT_RUNNING,
 * QI_ERR_SHUTTING_DOWN, QI_ERR_WRONG_THREAD.
 */
QI_NODISCARD QI_API int qi_connections_list(qi_runtime *runtime, qi_value *out);

/** Returns the number by which qi_connections_list() knows a connection, also when it has ended; 0 for NULL and foreign
 * pointers. Thread: any. */
QI_API int64_t qi_connection_id(const qi_connection *connection);

/** Makes the handle one more reference, which wants its own qi_connection_release(). Returns it. Thread: any. */
QI_API qi_connection *qi_connection_retain(qi_connection *connection);

/** Releases a handle; the connection goes on. NULL is allowed. Thread: any. */
QI_API void qi_connection_release(qi_connection *connection);

#ifdef __cplusplus
}
#endif

#endif /* QI_CONNECTION_H */
