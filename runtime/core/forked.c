/* SPDX-License-Identifier: BSD-3-Clause */
/* The count of forks, from when the library is loaded. */
#include "core/forked.h"

#include <pthread.h>

unsigned qip_fork_count;

static void begin_child(void)
{
    qip_fork_count++;
}

__attribute__((constructor)) static void watch(void)
{
    (void)pthread_atfork(NULL, NULL,
                         begin_child); /* fails only without memory, and then nothing works */
}
