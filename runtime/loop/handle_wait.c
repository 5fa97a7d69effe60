/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for a callback that runs in the loop's thread while another thread asks about its handle.
 *
 * From Python 3.14 on, cancel() and cancelled() of what call_soon_threadsafe() has returned do not come back
 * in the middle of the callback, so that a thread which cancels knows that it is not running any more. asyncio
 * gives each handle a lock for that; here one condition serves them all, since hardly anybody ever waits.
 */
#include "loop/loop_p.h"

#include <pthread.h>

#include "python/output.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_ended = PTHREAD_COND_INITIALIZER;
static unsigned long ends; /* written with the mutex and the GIL, so either is enough to read it */
static unsigned waiting;   /* the GIL protects it */

static bool runs_elsewhere(const qip_handle *handle)
{
    return handle->running && handle->loop &&
           ((qip_loop *)handle->loop)->thread != PyThread_get_thread_ident();
}

void qip_handle_await(qip_handle *handle)
{
    while (handle->threadsafe && runs_elsewhere(handle)) {
        const unsigned long seen = ends;

        int cancel_state;

        waiting++;
        /* A thread that is cancelled while it waits would keep the mutex, or CPython's own for the GIL. */
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
        Py_BEGIN_ALLOW_THREADS;
        const size_t told = qip_output_let_go();
        pthread_mutex_lock(&mutex);
        while (ends == seen)
            pthread_cond_wait(&has_ended, &mutex);
        pthread_mutex_unlock(&mutex); /* before the GIL is taken: who ends a callback holds that */
        qip_output_take_again(told);
        Py_END_ALLOW_THREADS;
        pthread_setcancelstate(cancel_state, NULL);
        waiting--;
    }
}

void qip_handle_ended(void)
{
    if (!waiting)
        return;
    pthread_mutex_lock(&mutex);
    ends++;
    pthread_cond_broadcast(&has_ended);
    pthread_mutex_unlock(&mutex);
}
