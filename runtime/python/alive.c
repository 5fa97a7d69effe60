/* SPDX-License-Identifier: BSD-3-Clause */
/* See alive.h. */
#include <Python.h>

#include "python/alive.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static atomic_bool ended;
static atomic_bool closing; /* it ends, and only the thread that ends it is let in */
static pthread_t closer;    /* written before `closing` is */
static atomic_uint coming; /* threads that have passed qip_interp_come(), and have not got the GIL so far */

static bool lets_in(void)
{
    return !atomic_load(&ended) || (atomic_load(&closing) && pthread_equal(closer, pthread_self()));
}

bool qip_interp_alive(void)
{
    return lets_in() && Py_IsInitialized();
}

bool qip_interp_has_ended(void)
{
    return atomic_load(&ended);
}

void qip_interp_note_end(void)
{
    atomic_store(&ended, true);
    atomic_store(&closing, false);
}

/* First counted, then let in: qip_interp_close() first lets nobody in, then counts. */
bool qip_interp_come(void)
{
    atomic_fetch_add(&coming, 1);
    if (Py_IsInitialized() && (lets_in() || PyGILState_Check()))
        return true;
    atomic_fetch_sub(&coming, 1);
    return false;
}

void qip_interp_arrived(void)
{
    atomic_fetch_sub(&coming, 1);
}

bool qip_interp_close(bool (*alone)(void))
{
    const struct timespec moment = {.tv_nsec = 1000000};

    closer = pthread_self();
    atomic_store(&closing, true);
    atomic_store(&ended, true);
    for (int moments = 0; moments < 200; moments++) {
        if (atomic_load(&coming) == 0 && alone())
            return true;
        Py_BEGIN_ALLOW_THREADS
        nanosleep(&moment, NULL);
        Py_END_ALLOW_THREADS
    }
    qip_interp_reopen();
    return false;
}

void qip_interp_reopen(void)
{
    atomic_store(&ended, false);
    atomic_store(&closing, false);
}
