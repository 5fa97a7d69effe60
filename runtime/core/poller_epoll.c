/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The poller on Linux: an epoll instance that also holds a timerfd and an eventfd.
 *
 * These two are edge-triggered, so neither is ever read: a new expiry or a new write is a new edge, and
 * one epoll_wait() that reports it takes it away. The table of registrations is indexed by descriptor.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dup3 */
#endif
#include "core/poller.h"
#include "core/forked.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct registration {
    uint32_t generation; /* of the present registration; part of what epoll hands back */
    uint8_t interest;
} registration;

struct qip_poller {
    int epoll_fd;
    int timer_fd;
    int wake_fd;
    unsigned fork_count;   /* as it was when the poller was made */
    atomic_bool wake_sent; /* an eventfd write is under way: another would say nothing new */
    uint64_t armed_ns;     /* what the timerfd is set to; UINT64_MAX: not at all */
    uint64_t limit_ns;     /* no wait lasts beyond this; UINT64_MAX: there is no limit */
    registration *table;
    size_t table_size;
};

/* What epoll hands back for the two internal descriptors; no descriptor has these numbers. */
static const uint64_t tag_timer = UINT64_MAX;
static const uint64_t tag_wake = UINT64_MAX - 1;

static bool is_foreign(const qip_poller *poller)
{
    return poller->fork_count != qip_fork_count;
}

static uint64_t tag_of(int fd, uint32_t generation)
{
    return (uint64_t)generation << 32 | (uint32_t)fd;
}

static uint32_t epoll_events(unsigned interest)
{
    return (interest & QIP_POLL_READ ? (uint32_t)EPOLLIN : 0) |
           (interest & QIP_POLL_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static int add_edge_triggered(int epoll_fd, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = tag};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int open_epoll(const qip_poller *poller)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    if (epoll_fd < 0)
        return -1;
    if (add_edge_triggered(epoll_fd, poller->timer_fd, tag_timer) < 0 ||
        add_edge_triggered(epoll_fd, poller->wake_fd, tag_wake) < 0) {
        close(epoll_fd);
        return -1;
    }
    return epoll_fd;
}

qip_poller *qip_poller_new(void)
{
    qip_poller *poller = calloc(1, sizeof *poller);

    if (!poller)
        return NULL;
    poller->fork_count = qip_fork_count;
    poller->armed_ns = poller->limit_ns = UINT64_MAX;
    poller->epoll_fd = -1;
    poller->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    poller->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (poller->timer_fd >= 0 && poller->wake_fd >= 0)
        poller->epoll_fd = open_epoll(poller);
    if (poller->epoll_fd < 0) {
        int error = errno;
        qip_poller_free(poller);
        errno = error;
        return NULL;
    }
    return poller;
}

void qip_poller_free(qip_poller *poller)
{
    if (!poller)
        return;
    if (poller->epoll_fd >= 0)
        close(poller->epoll_fd);
    if (poller->timer_fd >= 0)
        close(poller->timer_fd);
    if (poller->wake_fd >= 0)
        close(poller->wake_fd);
    free(poller->table);
    free(poller);
}

int qip_poller_fd(const qip_poller *poller)
{
    return poller->epoll_fd;
}

static int grow_table(qip_poller *poller, int fd)
{
    size_t size = poller->table_size ? poller->table_size : 64;

    if (fcntl(fd, F_GETFD) < 0)
        return -1; /* before a wild number costs memory */
    while (size <= (size_t)fd)
        size *= 2;
    registration *table = realloc(poller->table, size * sizeof *table);
    if (!table) {
        errno = ENOMEM;
        return -1;
    }
    memset(table + poller->table_size, 0, (size - poller->table_size) * sizeof *table);
    poller->table = table;
    poller->table_size = size;
    return 0;
}

/* Registers or modifies, whichever the kernel finds right: it forgets descriptors that were closed. */
static int control(qip_poller *poller, int fd, registration *entry, bool known)
{
    struct epoll_event event = {.events = epoll_events(entry->interest),
                                .data.u64 = tag_of(fd, entry->generation)};
    int operation = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(poller->epoll_fd, operation, fd, &event) == 0)
        return 0;
    if (known && errno == ENOENT) {
        /* The number was reused: late events of the file that had it must not count for this one. */
        event.data.u64 = tag_of(fd, ++entry->generation);
        return epoll_ctl(poller->epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
    if (!known && errno == EEXIST)
        return epoll_ctl(poller->epoll_fd, EPOLL_CTL_MOD, fd, &event);
    return -1;
}

int qip_poller_set(qip_poller *poller, int fd, unsigned interest)
{
    if (fd < 0 || is_foreign(poller)) {
        errno = fd < 0 ? EBADF : EPERM;
        return -1;
    }
    if ((size_t)fd >= poller->table_size) {
        if (!interest)
            return 0;
        if (grow_table(poller, fd) < 0)
            return -1;
    }

    registration *entry = &poller->table[fd];
    registration changed = *entry;
    changed.interest = (uint8_t)interest;
    if (interest) {
        if (!entry->interest)
            changed.generation++;
        if (control(poller, fd, &changed, entry->interest != 0) < 0)
            return -1;
    } else if (entry->interest) {
        /* A descriptor that is closed already has left by itself, or leaves in drop_stale(). */
        (void)epoll_ctl(poller->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        changed.generation++;
    }
    *entry = changed;
    return 0;
}

unsigned qip_poller_interest(const qip_poller *poller, int fd)
{
    return fd >= 0 && (size_t)fd < poller->table_size ? poller->table[fd].interest : 0;
}

int qip_poller_refresh(qip_poller *poller, int fd)
{
    if (is_foreign(poller)) {
        errno = EPERM;
        return -1;
    }
    return control(poller, fd, &poller->table[fd], true);
}

static void register_all(qip_poller *poller)
{
    for (size_t fd = 0; fd < poller->table_size; fd++) {
        registration *entry = &poller->table[fd];
        if (entry->interest && control(poller, (int)fd, entry, false) < 0)
            entry->interest = 0; /* closed meanwhile */
    }
    poller->armed_ns = UINT64_MAX; /* the edge may be lost: whoever has a deadline arms it again */
}

/* A new epoll instance under the old number, which the host goes on watching. */
static void rebuild(qip_poller *poller)
{
    int fresh = open_epoll(poller);

    if (fresh < 0)
        return; /* tried again at the next stale event */
    if (dup3(fresh, poller->epoll_fd, O_CLOEXEC) < 0) {
        close(fresh);
        return;
    }
    close(fresh);
    register_all(poller);
}

/* Whether a number is still that of a descriptor of this kind, "eventfd" and so on. */
static bool is_ours(int fd, const char *kind)
{
    char link[32], target[64], wanted[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    snprintf(wanted, sizeof wanted, "anon_inode:[%s]", kind);
    const ssize_t size = readlink(link, target, sizeof target - 1);
    if (size < 0)
        return false;
    target[size] = '\0';
    return strcmp(target, wanted) == 0;
}

/* What is added twice is refused, by the instance that has it already: either number may be another's by now. */
static bool holds(const qip_poller *poller, int fd, uint64_t tag)
{
    if (add_edge_triggered(poller->epoll_fd, fd, tag) < 0)
        return errno == EEXIST;
    (void)epoll_ctl(poller->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    return false;
}

bool qip_poller_is_there(const qip_poller *poller)
{
    return is_foreign(poller) ||
           (holds(poller, poller->wake_fd, tag_wake) &&
            (poller->armed_ns == UINT64_MAX || holds(poller, poller->timer_fd, tag_timer)));
}

int qip_poller_renew(qip_poller *poller)
{
    if (is_foreign(poller)) {
        errno = EPERM;
        return -1;
    }
    const bool has_poll = is_ours(poller->epoll_fd, "eventpoll");
    const bool has_timer = has_poll ? holds(poller, poller->timer_fd, tag_timer)
                                    : is_ours(poller->timer_fd, "timerfd");
    const bool has_wake = has_poll ? holds(poller, poller->wake_fd, tag_wake)
                                   : is_ours(poller->wake_fd, "eventfd");
    if (has_poll && has_timer && has_wake)
        return 0;
    /* The old numbers are not closed: what has them now is somebody else's. */
    if (!has_timer)
        poller->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (!has_wake)
        poller->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (has_poll && (has_timer || has_wake)) /* else it may be another's, whose number we had */
        close(poller->epoll_fd);
    poller->epoll_fd = -1;
    if (poller->timer_fd >= 0 && poller->wake_fd >= 0)
        poller->epoll_fd = open_epoll(poller);
    if (poller->epoll_fd < 0)
        return -1;
    atomic_store(&poller->wake_sent, false);
    register_all(poller);
    return 1;
}

int qip_poller_adopt(qip_poller *poller)
{
    if (!is_foreign(poller))
        return 0;
    poller->fork_count = qip_fork_count;
    /* This process's own numbers; those of the parent stay open there. */
    close(poller->epoll_fd);
    close(poller->timer_fd);
    close(poller->wake_fd);
    poller->epoll_fd = -1;
    poller->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    poller->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (poller->timer_fd >= 0 && poller->wake_fd >= 0)
        poller->epoll_fd = open_epoll(poller);
    if (poller->epoll_fd < 0)
        return -1;
    atomic_store(&poller->wake_sent, false);
    register_all(poller);
    return 1;
}

/*
 * An event of a registration that was taken back: its file is still open under another number, so the
 * kernel keeps it although nobody can name it any more.
 */
static void drop_stale(qip_poller *poller, int fd)
{
    if (qip_poller_interest(poller, fd) || epoll_ctl(poller->epoll_fd, EPOLL_CTL_DEL, fd, NULL) < 0)
        rebuild(poller);
}

/* Hang-ups and errors wake both sides, as reading or writing is what tells the caller about them. */
static unsigned readiness(uint32_t events, unsigned interest)
{
    unsigned ready = 0;

    if (events & (uint32_t)~EPOLLOUT)
        ready |= QIP_POLL_READ;
    if (events & (uint32_t)~EPOLLIN)
        ready |= QIP_POLL_WRITE;
    return ready & interest;
}

void qip_poller_limit(qip_poller *poller, uint64_t end_ns)
{
    poller->limit_ns = end_ns;
}

/* Milliseconds that a wait may last, rounded up; -1: as long as it likes. */
static int longest_wait(const qip_poller *poller)
{
    struct timespec now;

    if (poller->limit_ns == UINT64_MAX)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    const uint64_t left = poller->limit_ns > now_ns ? poller->limit_ns - now_ns : 0;
    return left / 1000000 < INT_MAX ? (int)((left + 999999) / 1000000) : INT_MAX;
}

int qip_poller_wait(qip_poller *poller, qip_poll_event *events, int size, bool block)
{
    enum { BATCH = 128 };
    struct epoll_event raw[BATCH];
    int reported = 0;

    if (is_foreign(poller)) {
        errno = EPERM;
        return -1;
    }
    int count = epoll_wait(poller->epoll_fd, raw, size < BATCH ? size : BATCH,
                           block ? longest_wait(poller) : 0);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        uint64_t tag = raw[i].data.u64;
        if (tag == tag_timer) {
            poller->armed_ns = UINT64_MAX;
        } else if (tag == tag_wake) {
            atomic_store(&poller->wake_sent, false);
        } else {
            int fd = (int)(uint32_t)tag;
            const registration *entry = &poller->table[fd];
            if (!entry->interest || entry->generation != (uint32_t)(tag >> 32)) {
                drop_stale(poller, fd);
                continue;
            }
            unsigned ready = readiness(raw[i].events, entry->interest);
            if (ready)
                events[reported++] = (qip_poll_event){.fd = fd, .ready = ready};
        }
    }
    return reported;
}

bool qip_poller_arm(qip_poller *poller, uint64_t deadline_ns)
{
    if (deadline_ns >= poller->armed_ns || is_foreign(poller))
        return true;
    struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                                           .tv_nsec = (long)(deadline_ns % 1000000000)}};
    if (spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0)
        spec.it_value.tv_nsec = 1; /* zero would disarm */
    poller->armed_ns = deadline_ns; /* also where that fails: then qip_poller_is_there() looks for it */
    return timerfd_settime(poller->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

bool qip_poller_wake(qip_poller *poller)
{
    if (atomic_exchange(&poller->wake_sent, true) || is_foreign(poller))
        return true;
    uint64_t one = 1;
    if (write(poller->wake_fd, &one, sizeof one) == (ssize_t)sizeof one || errno == EAGAIN)
        return true; /* where the counter is full, the descriptor is readable anyway */
    atomic_store(&poller->wake_sent, false);
    return false;
}
