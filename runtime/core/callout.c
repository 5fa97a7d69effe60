/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lock is never held while a callback runs, so callbacks may nest and may end the runtime: those
 * below on the closing thread's own stack are not waited for.
 */
#include "core/callout.h"

#include <pthread.h>
#include <time.h>

#include "core/forked.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fewer; /* waits by the monotonic clock */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_open;
static unsigned running;
static unsigned opened_at; /* the count of forks then */
static _Thread_local unsigned running_here;
static _Thread_local int cancel_state; /* as it was before the outermost of them */
static _Thread_local void (*afterwards)(void);

static void make_condition(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&fewer, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* What another thread of the parent's has locked would stay locked in a child of fork(). */
static void hold(void)
{
    pthread_mutex_lock(&lock);
}

static void let_go(void)
{
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void expect_forks(void)
{
    (void)pthread_atfork(hold, let_go, let_go); /* fails only without memory, and then nothing works */
}

/* While a callback runs in it, a thread cannot be cancelled: it would leave its count, and locks of its callers'. */
bool qip_callout_begin(void)
{
    pthread_mutex_lock(&lock);
    /* A child of fork() is none of the host's business: its callbacks draw into windows of the parent's. */
    bool allowed = is_open && opened_at == qip_fork_count;
    if (allowed) {
        running++;
        if (!running_here++)
            pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    }
    pthread_mutex_unlock(&lock);
    return allowed;
}

void qip_callout_end(void)
{
    pthread_once(&once, make_condition);
    pthread_mutex_lock(&lock);
    running--;
    const bool last_here = !--running_here;
    pthread_cond_broadcast(&fewer);
    pthread_mutex_unlock(&lock);
    if (!last_here)
        return;
    void (*call)(void) = afterwards;
    const int state = cancel_state;
    afterwards = NULL;
    if (call)
        call();
    pthread_setcancelstate(state, NULL);
}

void qip_callout_after(void (*call)(void))
{
    if (running_here)
        afterwards = call;
    else
        call();
}

void qip_callout_open(void)
{
    pthread_mutex_lock(&lock);
    is_open = true;
    opened_at = qip_fork_count;
    pthread_mutex_unlock(&lock);
}

bool qip_callout_close(unsigned milliseconds)
{
    struct timespec end;

    pthread_once(&once, make_condition);
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += milliseconds / 1000;
    end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lock);
    is_open = false;
    int late = 0;
    while (running > running_here && !late)
        late = pthread_cond_timedwait(&fewer, &lock, &end);
    bool quiet = running <= running_here;
    pthread_mutex_unlock(&lock);
    return quiet;
}
