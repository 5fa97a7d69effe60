/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readers and writers: which callback belongs to which descriptor, and what the poller watches for them.
 *
 * A descriptor is watched for what it has callbacks for, less what is masked. It is masked in a direction
 * while the callback of that direction is on the stack below (a nested event loop polls in the middle of
 * it) or deferred: it could not run now, and a level-triggered poller would report it for ever.
 */
#include "loop/loop_p.h"

#include <errno.h>
#include <limits.h>

/* The descriptor of a number or a file object, with the errors of the selectors module; -1. */
static int descriptor_of(PyObject *object)
{
    PyObject *answer = PyLong_Check(object) ? Py_NewRef(object)
                                            : PyObject_CallMethod(object, "fileno", NULL);
    PyObject *number = answer ? PyNumber_Long(answer) : NULL;
    long fd = number ? PyLong_AsLong(number) : -1;
    bool is_number = number && !PyErr_Occurred();

    Py_XDECREF(answer);
    Py_XDECREF(number);
    if (fd >= 0 && fd <= INT_MAX)
        return (int)fd;
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_AttributeError) &&
        !PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError) &&
        !PyErr_ExceptionMatches(PyExc_OverflowError))
        return -1; /* of fileno() itself, or there is no memory */
    PyErr_Clear();
    if (is_number)
        PyErr_Format(PyExc_ValueError, "Invalid file descriptor: %ld", fd);
    else
        PyErr_Format(PyExc_ValueError, "Invalid file object: %R", object);
    return -1;
}

/* -- adding and removing --------------------------------------------------------------------------- */

static bool is_closed(const qip_loop *loop)
{
    return loop->closed || !loop->poller;
}

PyObject *qip_fd_add(qip_loop *loop, int fd, unsigned direction, PyObject *callback,
                     PyObject *const *args, Py_ssize_t count, PyObject *context)
{
    if (is_closed(loop))
        return qip_loop_closed_error();
    qip_handle *handle = qip_handle_new_for_fd(loop, fd, callback, args, count, context);
    if (!handle)
        return NULL;
    if (is_closed(loop)) {
        Py_DECREF(handle);
        return qip_loop_closed_error();
    }
    if ((size_t)fd >= loop->fds_size && qip_fd_grow(loop, fd) < 0) {
        Py_DECREF(handle);
        return NULL;
    }

    qip_fd *entry = &loop->fds[fd];
    qip_handle **side = direction == QIP_POLL_READ ? &entry->reader : &entry->writer;
    qip_handle *replaced = *side;
    bool was_used = qip_fd_wanted(entry) != 0;
    uint8_t was_masked = entry->masked;
    *side = handle;
    entry->masked &= (uint8_t)~direction;
    bool same = qip_poller_interest(loop->poller, fd) ==
                (qip_fd_wanted(entry) & ~(unsigned)entry->masked);
    int result = qip_fd_apply(loop, fd);
    if (result == 0 && same && replaced && qip_poller_refresh(loop->poller, fd) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        result = -1;
    }
    if (result < 0) {
        *side = replaced;
        entry->masked = was_masked;
        Py_DECREF(handle);
        return NULL;
    }
    if (!was_used)
        loop->fd_count++;
    Py_INCREF(handle); /* the table's, besides the caller's */
    if (replaced) {
        qip_handle_cancel(replaced); /* Beware: may run code that changes the table */
        Py_DECREF(replaced);
    }
    return (PyObject *)handle;
}

/* As the selectors module, keeps the object: whoever has closed a socket removes it by that alone. */
static void keep_object(qip_loop *loop, int fd, PyObject *object)
{
    qip_fd *entry = qip_fd_entry(loop, fd);

    if (entry && qip_fd_wanted(entry) && !PyLong_Check(object))
        Py_XSETREF(entry->object, Py_NewRef(object)); /* Beware: may run code that changes the table */
}

/* The descriptor that an object had when it was added; -1. */
static int descriptor_before(const qip_loop *loop, const PyObject *object)
{
    for (size_t fd = 0; fd < loop->fds_size; fd++) {
        if (loop->fds[fd].object == object)
            return (int)fd;
    }
    return -1;
}

static PyObject *add(qip_loop *loop, PyObject *const *args, Py_ssize_t count,
                     PyObject *keyword_names, unsigned direction)
{
    const char *function = direction == QIP_POLL_READ ? "_add_reader" : "_add_writer";
    PyObject *context;

    if (count < 2) {
        PyErr_SetString(PyExc_TypeError, "a file descriptor and a callback are needed");
        return NULL;
    }
    if (qip_context_keyword(function, args + count, keyword_names, &context) < 0)
        return NULL;
    if (is_closed(loop))
        return qip_loop_closed_error();
    int fd = descriptor_of(args[0]); /* Beware: calls fileno(), which may close the loop */
    PyObject *handle = NULL;
    if (fd >= 0)
        handle = qip_fd_add(loop, fd, direction, args[1], args + 2, count - 2, context);
    if (handle)
        keep_object(loop, fd, args[0]);
    return handle;
}

bool qip_fd_remove(qip_loop *loop, int fd, unsigned direction)
{
    qip_fd *entry = is_closed(loop) || fd < 0 ? NULL : qip_fd_entry(loop, fd);
    if (!entry)
        return false;
    qip_handle **side = direction == QIP_POLL_READ ? &entry->reader : &entry->writer;
    qip_handle *handle = *side;
    PyObject *object = NULL;
    if (!handle)
        return false;
    *side = NULL;
    entry->masked &= (uint8_t)~direction;
    if (!qip_fd_wanted(entry)) {
        loop->fd_count--;
        object = entry->object;
        entry->object = NULL;
    }
    if (qip_fd_apply(loop, fd) < 0)
        PyErr_Clear(); /* only a closed descriptor can refuse, and that is gone from the poller */
    qip_handle_cancel(handle); /* Beware: may run code that changes the table */
    Py_DECREF(handle);
    Py_XDECREF(object);
    return true;
}

bool qip_fd_has(const qip_loop *loop, int fd, unsigned direction)
{
    if (is_closed(loop) || fd < 0 || (size_t)fd >= loop->fds_size)
        return false;
    return (qip_fd_wanted(&loop->fds[fd]) & direction) != 0;
}

/* 1 if there was a callback, 0 if not, -1 with an exception. */
static int remove_side(qip_loop *loop, PyObject *object, unsigned direction)
{
    if (is_closed(loop))
        return 0;
    int fd = descriptor_of(object); /* Beware: calls fileno(), which may close the loop */
    if (fd < 0) {
        fd = descriptor_before(loop, object);
        if (fd < 0)
            return -1;
        PyErr_Clear();
    }
    return qip_fd_remove(loop, fd, direction);
}

static PyObject *loop_add_reader(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keyword_names)
{
    return add((qip_loop *)self, args, count, keyword_names, QIP_POLL_READ);
}

static PyObject *loop_add_writer(PyObject *self, PyObject *const *args, Py_ssize_t count,
                                 PyObject *keyword_names)
{
    return add((qip_loop *)self, args, count, keyword_names, QIP_POLL_WRITE);
}

static PyObject *loop_remove_reader(PyObject *self, PyObject *fd)
{
    int removed = remove_side((qip_loop *)self, fd, QIP_POLL_READ);
    return removed < 0 ? NULL : PyBool_FromLong(removed);
}

static PyObject *loop_remove_writer(PyObject *self, PyObject *fd)
{
    int removed = remove_side((qip_loop *)self, fd, QIP_POLL_WRITE);
    return removed < 0 ? NULL : PyBool_FromLong(removed);
}

/* -- polling --------------------------------------------------------------------------------------- */

static int queue_side(qip_loop *loop, int fd, qip_handle *handle, unsigned direction)
{
    if (!handle || handle->cancelled || handle->queued)
        return 0;
    if (handle->running || handle->deferred) {
        loop->fds[fd].masked |= (uint8_t)direction;
        if (qip_fd_apply(loop, fd) < 0)
            PyErr_Clear();
        return 0;
    }
    if (qip_ready_push(loop, (PyObject *)handle) < 0)
        return -1;
    handle->queued = true;
    return 0;
}

static int queue_event(qip_loop *loop, const qip_poll_event *event)
{
    qip_fd *entry = qip_fd_entry(loop, event->fd);

    if (!entry)
        return 0;
    if (event->ready & QIP_POLL_READ && queue_side(loop, event->fd, entry->reader, QIP_POLL_READ) < 0)
        return -1;
    if (event->ready & QIP_POLL_WRITE &&
        queue_side(loop, event->fd, entry->writer, QIP_POLL_WRITE) < 0)
        return -1;
    return 0;
}

/* Seconds until the next timer for a selector's select(); NULL with an exception. */
static PyObject *foreign_timeout(qip_loop *loop, bool block)
{
    if (!block)
        return PyLong_FromLong(0);
    if (!qip_scheduled_count(loop))
        return Py_NewRef(Py_None);
    double now = qip_loop_now(loop);
    if (now == -1 && PyErr_Occurred())
        return NULL;
    double timeout = qip_first_deadline(loop) - now;
    return PyFloat_FromDouble(timeout < 0 ? 0 : timeout > 86400 ? 86400 : timeout);
}

void qip_fd_watch_foreign(qip_loop *loop, bool watch)
{
    if (loop->foreign_fd >= 0)
        (void)qip_poller_set(loop->poller, loop->foreign_fd, 0); /* never fails */
    loop->foreign_fd = -1;
    if (!watch || !loop->foreign_selector)
        return;
    int fd = PyObject_AsFileDescriptor(loop->selector);
    PyErr_Clear(); /* select() has none; turn.c asks such a selector every now and then */
    if (fd >= 0 && loop->poller && qip_poller_set(loop->poller, fd, QIP_POLL_READ) == 0)
        loop->foreign_fd = fd;
}

/* Somebody gave the loop a selector of his own kind: ask it, as asyncio would. */
static int poll_foreign(qip_loop *loop, bool block)
{
    PyObject *events = NULL, *result = NULL;
    PyObject *timeout = foreign_timeout(loop, block);
    qip_poll_event own[4];

    if (loop->host && loop->poller)
        (void)qip_poller_wait(loop->poller, own, 4, false); /* takes back the deadline and the wake-up */
    if (timeout)
        events = PyObject_CallMethod(loop->selector, "select", "O", timeout);
    if (events)
        result = PyObject_CallMethod((PyObject *)loop, "_process_events", "O", events);
    Py_XDECREF(result);
    Py_XDECREF(events);
    Py_XDECREF(timeout);
    return result ? 0 : -1;
}

/* The thread waits of its own will: whoever watches it must not think that it is stuck. */
static int wait_without_gil(qip_loop *loop, qip_poll_event *events, int most)
{
    const bool watched = loop->thread == qip_pulse_ident();
    int count;

    if (watched)
        qip_pulse_cycle(qip_top_frame(PyThreadState_Get()));
    Py_BEGIN_ALLOW_THREADS
    count = qip_poller_wait(loop->poller, events, most, true);
    Py_END_ALLOW_THREADS
    if (watched)
        qip_pulse_back();
    return count;
}

/*
 * The poller says that it cannot wait. Where its descriptors were closed behind its back it is made anew, which is
 * told once, and the loop goes on. 0, or -1 with an exception.
 */
static int renew_poller(qip_loop *loop)
{
    const int error = errno;
    const int renewed = error == EBADF || error == EINVAL ? qip_poller_renew(loop->poller) : 0;

    if (renewed <= 0) {
        errno = renewed < 0 ? errno : error;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (loop->host && loop->host->vtable->watch(loop->host, qip_poller_fd(loop->poller)) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "Qt cannot watch the loop's new descriptor");
        return -1;
    }
    errno = error;
    PyErr_SetFromErrno(PyExc_OSError);
    qip_loop_report(
        loop,
        "Somebody has closed the event loop's own descriptors, as os.closerange() does; they were "
        "made anew, and what is still open is watched again",
        NULL);
    return 0;
}

int qip_fd_renew(qip_loop *loop)
{
    errno = EBADF;
    return renew_poller(loop);
}

int qip_fd_poll(qip_loop *loop, bool block)
{
    enum { BATCH = 128 };
    qip_poll_event events[BATCH];
    size_t rounds = loop->fd_count / BATCH + 1; /* what is ready stays so: do not ask for ever */
    int count;

    if (loop->foreign_selector)
        return poll_foreign(loop, block);
    if (qip_loop_is_parents(loop) && qip_fd_adopt(loop) < 0)
        return -1;
    if (!loop->poller) {
        if (block)
            qip_loop_closed_error(); /* there is nothing to wait for, ever */
        return block ? -1 : 0;
    }
    if (block && !qip_poller_is_there(loop->poller)) {
        if (qip_fd_renew(loop) < 0)
            return -1;
        block = false; /* the deadline has to be set again */
    }
    do {
        if (block) {
            count = wait_without_gil(loop, events, BATCH);
        } else {
            count = qip_poller_wait(loop->poller, events, BATCH, false);
        }
        if (count < 0)
            return errno == EINTR ? PyErr_CheckSignals() : renew_poller(loop);
        for (int i = 0; i < count; i++) {
            if (queue_event(loop, &events[i]) < 0)
                return -1;
        }
        block = false;
    } while (count == BATCH && --rounds);
    return 0;
}

/* -- for the selector object that Python sees --------------------------------------------------------- */

/* {fd: (events, reader, writer)} */
static PyObject *loop_watched(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;
    PyObject *map = PyDict_New();

    for (size_t fd = 0; map && fd < loop->fds_size; fd++) {
        qip_fd *entry = &loop->fds[fd];
        if (!qip_fd_wanted(entry))
            continue;
        PyObject *key = PyLong_FromSize_t(fd);
        PyObject *value = Py_BuildValue("(IOO)", qip_fd_wanted(entry),
                                        entry->reader ? (PyObject *)entry->reader : Py_None,
                                        entry->writer ? (PyObject *)entry->writer : Py_None);
        if (!key || !value || PyDict_SetItem(map, key, value) < 0)
            Py_CLEAR(map);
        Py_XDECREF(value);
        Py_XDECREF(key);
    }
    return map;
}

static PyObject *loop_close_poller(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    qip_loop *loop = (qip_loop *)self;

    if (loop->running) {
        PyErr_SetString(PyExc_RuntimeError, "the selector of a running loop cannot be closed");
        return NULL;
    }
    qip_fd_clear(loop);
    qip_poller_free(loop->poller);
    loop->poller = NULL;
    Py_RETURN_NONE;
}

void qip_fd_clear(qip_loop *loop)
{
    qip_fd *fds = loop->fds;
    size_t size = loop->fds_size;

    loop->fds = NULL;
    loop->fds_size = loop->fd_count = 0;
    for (size_t fd = 0; fd < size; fd++) {
        Py_XDECREF(fds[fd].reader);
        Py_XDECREF(fds[fd].writer);
        Py_XDECREF(fds[fd].object);
    }
    PyMem_Free(fds);
}

int qip_fd_traverse(qip_loop *loop, visitproc visit, void *arg)
{
    for (size_t fd = 0; fd < loop->fds_size; fd++) {
        Py_VISIT(loop->fds[fd].reader);
        Py_VISIT(loop->fds[fd].writer);
        Py_VISIT(loop->fds[fd].object);
    }
    return 0;
}

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

PyMethodDef qip_fd_methods[] = {
    {"_add_reader", FAST(loop_add_reader), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_add_writer", FAST(loop_add_writer), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"_remove_reader", loop_remove_reader, METH_O, NULL},
    {"_remove_writer", loop_remove_writer, METH_O, NULL},
    {"_watched", loop_watched, METH_NOARGS, NULL},
    {"_close_poller", loop_close_poller, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
