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
 * Thread: the loop's, except for qip_poller_wake(). After fork() the child must not use it, only free
 * or adopt it: kernel objects are shared with the parent.
 */
#ifndef QIP_CORE_POLLER_H
#define QIP_CORE_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QIP_POLL_READ = 1, QIP_POLL_WRITE = 2 };

typedef struct qip_poller qip_poller;

/* What one wait reports: a descriptor and what it is ready for. */
typedef struct qip_poll_event {
    int fd;
    unsigned ready;
} qip_poll_event;

/* NULL with errno set. */
qip_poller *qip_poller_new(void);
void qip_poller_free(qip_poller *poller);

/* The descriptor that is readable whenever a wait would report something. */
int qip_poller_fd(const qip_poller *poller);

/* Sets what a descriptor is watched for; 0 forgets it. 0, or -1 with errno set and nothing changed. */
int qip_poller_set(qip_poller *poller, int fd, unsigned interest);

/* What a descriptor is watched for now; 0 if it is not. */
unsigned qip_poller_interest(const qip_poller *poller, int fd);

/* The same interest once more, for a descriptor whose number may have been reused. */
int qip_poller_refresh(qip_poller *poller, int fd);

/*
 * Reports what is ready, at most `size` events, waiting for it if `block` is set until a descriptor is
 * ready, the deadline has come or a wake-up has. Returns their number, or -1 with errno set (EINTR too).
 * The deadline and wake-ups are not reported, they just end the wait.
 */
int qip_poller_wait(qip_poller *poller, qip_poll_event *events, int size, bool block);

/*
 * Makes the poller ready at a time of the monotonic clock, in nanoseconds; UINT64_MAX means never. To
 * save system calls a deadline that moves away or is taken back leaves the earlier one armed, at the
 * price of one needless wake-up. False: the descriptor for it is lost.
 */
bool qip_poller_arm(qip_poller *poller, uint64_t deadline_ns);

/*
 * No wait lasts beyond this time of the monotonic clock, in nanoseconds, whatever has become of the descriptors;
 * UINT64_MAX: there is no limit, as in the beginning.
 */
void qip_poller_limit(qip_poller *poller, uint64_t end_ns);

/* Ends a wait, or makes the next one return at once. Several before that are one. Thread: any. False: the
 * descriptor for it is lost. */
bool qip_poller_wake(qip_poller *poller);

/* False: what is watched is not this poller any more, or lacks what wakes it or tells its deadline. */
bool qip_poller_is_there(const qip_poller *poller);

/*
 * Somebody may have closed the poller's descriptors behind its back, as os.closerange() does; the functions above
 * then fail with EBADF or, where the number is another file's by now, EINVAL. This makes what is lost anew, and
 * watches what was watched as far as it is still open. 1: something was lost; 0: nothing was; -1 with errno set.
 */
int qip_poller_renew(qip_poller *poller);

/*
 * In a child of fork(): makes it the child's own, with descriptors of its own, which watch what the parent's watch.
 * 1: it was the parent's until now; 0: it was not; -1 with errno set.
 */
int qip_poller_adopt(qip_poller *poller);

#endif
