/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for descriptors, for one deadline, and for a wake-up from another thread, behind one
 * descriptor that can itself be watched: a host needs to know nothing else. Knows neither Python nor Qt.
 *
 * A descriptor may be closed and its number reused while it is still registered here. Each registration
 * has a generation, so that a late event of the old one is recognised; and where the kernel goes on
 * reporting a registration that can no longer be named (the file lives on under another number), the
 * poller is rebuilt in place.
 *
 * Thread: the loop's, except for qi__poller_wake(). After fork() the child must not use it, only free
 * it: kernel objects are shared with the parent.
 */
#ifndef QI_RUNTIME_POLLER_H
#define QI_RUNTIME_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QI__POLL_READ = 1, QI__POLL_WRITE = 2 };

typedef struct qi__poller qi__poller;

/* What one wait reports: a descriptor and what it is ready for. */
typedef struct qi__poll_event {
    int fd;
    unsigned ready;
} qi__poll_event;

/* NULL with errno set. */
qi__poller *qi__poller_new(void);
void qi__poller_free(qi__poller *poller);

/* The descriptor that is readable whenever a wait would report something. */
int qi__poller_fd(const qi__poller *poller);

/* Sets what a descriptor is watched for; 0 forgets it. 0, or -1 with errno set and nothing changed. */
int qi__poller_set(qi__poller *poller, int fd, unsigned interest);

/* What a descriptor is watched for now; 0 if it is not. */
unsigned qi__poller_interest(const qi__poller *poller, int fd);

/* The same interest once more, for a descriptor whose number may have been reused. */
int qi__poller_refresh(qi__poller *poller, int fd);

/*
 * Reports what is ready, at most `size` events, waiting for it if `block` is set until a descriptor is
 * ready, the deadline has come or a wake-up has. Returns their number, or -1 with errno set (EINTR too).
 * The deadline and wake-ups are not reported, they just end the wait.
 */
int qi__poller_wait(qi__poller *poller, qi__poll_event *events, int size, bool block);

/*
 * Makes the poller ready at a time of the monotonic clock, in nanoseconds; UINT64_MAX means never. To
 * save system calls a deadline that moves away or is taken back leaves the earlier one armed, at the
 * price of one needless wake-up.
 */
void qi__poller_arm(qi__poller *poller, uint64_t deadline_ns);

/* Ends a wait, or makes the next one return at once. Several before that are one. Thread: any. */
void qi__poller_wake(qi__poller *poller);

#endif
