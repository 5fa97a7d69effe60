/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of descriptors: which callbacks each has, and what the poller watches for them. That is what it has
 * callbacks for, less what is masked: fdwatch.c says when and why.
 */
#include "loop/loop_p.h"

#include <fcntl.h>

int qip_fd_grow(qip_loop *loop, int fd)
{
    size_t size = loop->fds_size ? loop->fds_size : 64;

    if (fcntl(fd, F_GETFD) < 0) { /* any number may come from Python: allocate for real ones only */
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    while (size <= (size_t)fd)
        size *= 2;
    qip_fd *fds = PyMem_Realloc(loop->fds, size * sizeof *fds);
    if (!fds) {
        PyErr_NoMemory();
        return -1;
    }
    memset(fds + loop->fds_size, 0, (size - loop->fds_size) * sizeof *fds);
    loop->fds = fds;
    loop->fds_size = size;
    return 0;
}

int qip_fd_apply(qip_loop *loop, int fd)
{
    qip_fd *entry = &loop->fds[fd];
    unsigned interest = qip_fd_wanted(entry) & ~(unsigned)entry->masked;

    if (qip_loop_is_parents(loop) && qip_fd_adopt(loop) < 0)
        return -1;
    if (qip_poller_interest(loop->poller, fd) == interest)
        return 0;
    if (qip_poller_set(loop->poller, fd, interest) == 0)
        return 0;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

void qip_fd_unmask(qip_loop *loop, qip_handle *handle)
{
    qip_fd *entry = qip_fd_entry(loop, handle->fd);

    if (!entry || !entry->masked || handle->running || handle->deferred || !loop->poller)
        return;
    if (entry->reader == handle)
        entry->masked &= (uint8_t)~QIP_POLL_READ;
    if (entry->writer == handle)
        entry->masked &= (uint8_t)~QIP_POLL_WRITE;
    PyObject *raised = qip_take_exception();
    if (qip_fd_apply(loop, handle->fd) < 0)
        PyErr_Clear();
    qip_give_exception(raised);
}
