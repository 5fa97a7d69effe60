/* SPDX-License-Identifier: BSD-3-Clause */
/* A loop in a child of fork(), which has the parent's poller. */
#include "loop/loop_p.h"

#include <errno.h>

int qip_fd_adopt(qip_loop *loop)
{
    if (loop->mode == QIP_MODE_GUEST) {
        errno = EPERM;
        PyErr_SetFromErrno(
            PyExc_OSError); /* it is driven by the parent's application, and so by nobody here */
        return -1;
    }
    if (loop->poller && qip_poller_adopt(loop->poller) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    loop->forks = qip_fork_count;
    if (loop->host && loop->poller &&
        loop->host->vtable->watch(loop->host, qip_poller_fd(loop->poller)) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "Qt cannot watch the loop's new descriptor");
        return -1;
    }
    return 0;
}
