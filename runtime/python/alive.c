/* SPDX-License-Identifier: BSD-3-Clause */
/* See alive.h. */
#include <Python.h>

#include "python/alive.h"

#include <stdatomic.h>

static atomic_bool ended;

bool qip_interp_alive(void)
{
    return !atomic_load(&ended) && Py_IsInitialized();
}

bool qip_interp_has_ended(void)
{
    return atomic_load(&ended);
}

void qip_interp_note_end(void)
{
    atomic_store(&ended, true);
}
