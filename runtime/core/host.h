/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port between the loop and whatever event loop hosts it. Knows neither Qt nor Python.
 *
 * The loop needs three things of a host: to be called soon, to be called when one descriptor is
 * readable, and, where the loop owns the program, that the host's event loop runs until told to stop.
 * Qt is a host (qt/qt_host.cpp), a queue in tests/support/ is another.
 *
 * The rules that a host obeys:
 *   1. All its functions are called in the loop's thread, but for wake_anyhow(), which any thread may call.
 *   2. It calls `turn` only from its event loop, in the same thread, never from inside wake() or
 *      watch(); but it may call it again while an earlier call has not returned, when the program
 *      runs a nested event loop inside a callback.
 *   3. After wake() it calls `turn` once, soon, and fairly: after the events that wait already, before
 *      it waits for new ones. Several wake() before that call may be one.
 *   4. While a descriptor is watched and readable, it calls `turn` again and again.
 *   5. Before it polls or waits in any event loop, nested ones included, it calls `check`, and says whether it
 *      is going to wait; `check` may call wake(). This is how work that a callback left behind gets into a
 *      nested event loop.
 *   6. When it finds that the watched descriptor is no valid one any more, it calls `turn` once.
 *   7. While it is paused it calls `turn` for no descriptor. After destroy() it calls nothing.
 */
#ifndef QIP_CORE_HOST_H
#define QIP_CORE_HOST_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_host qip_host;

/* What the loop wants to be told, with `loop` as it was given to the host. */
typedef struct qip_host_client {
    void (*turn)(void *loop);
    void (*check)(void *loop, bool blocks);
    void *loop;
} qip_host_client;

/* What else the host has had to do. */
enum {
    QIP_HOST_EVENTS = 1,        /* events that were not for the loop */
    QIP_HOST_WINDOW_EVENTS = 2, /* input, or painting, or what leads to it */
    QIP_HOST_CANNOT_TELL = 4
};

/* How a run of the program has ended. */
typedef enum {
    QIP_HOST_CANNOT_RUN, /* it has not begun */
    QIP_HOST_RAN,        /* by quit(), or in a way that the host cannot tell */
    QIP_HOST_QUIT,       /* the program was asked to end, by whoever may do that */
} qip_host_end;

typedef struct qip_host_vtable {
    /* Ask for one turn soon. False: it cannot, for want of memory; the loop then makes the descriptor readable. */
    bool (*wake)(qip_host *host);
    /* The same from any thread, for when the descriptor that is watched is lost. */
    void (*wake_anyhow)(qip_host *host);
    /* Watch a descriptor for reading, instead of the one watched so far. 0, or -1: cannot. */
    int (*watch)(qip_host *host, int fd);
    /* Stop or resume watching for the time being, without forgetting the descriptor. */
    void (*pause)(qip_host *host, bool paused);
    /* What it has had to do since this was asked last: some of the flags above. A host that cannot tell
     * says QIP_HOST_EVENTS and QIP_HOST_CANNOT_TELL. */
    unsigned (*news)(qip_host *host);
    /* How many event loops are executed inside each other in this thread. A nested turn that finds as many as the
     * turn below it comes from a call that only handles what waits. NULL, or below 0: cannot tell. */
    int (*level)(qip_host *host);
    /* Run the host's event loop until quit(); false if it cannot run (any more). May nest. */
    bool (*exec)(qip_host *host);
    /* The same for a loop that owns the program: where nothing of the host runs yet, the host runs the way it does when a
     * program runs it. quit() does not count as the program's end: those who wait for that hear of nothing. */
    qip_host_end (*run)(qip_host *host);
    /* Make the innermost exec() or run() return soon. */
    void (*quit)(qip_host *host);
    /* Free the host, with every wake() that is under way. It may be inside a turn, but not in another
     * of its functions. */
    void (*destroy)(qip_host *host);
} qip_host_vtable;

/* A host begins with this. */
struct qip_host {
    const qip_host_vtable *vtable;
};

/* Makes a host for the calling thread; NULL with *why set (static text) where there can be none. */
typedef qip_host *(*qip_host_factory)(const qip_host_client *client, const char **why);

/* Who makes the hosts of loops from now on: Qt, by life/wiring.c, unless a test says otherwise. */
extern qip_host_factory qip_host_new;

#ifdef __cplusplus
}
#endif

#endif
