/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether this process is a child of fork(). What was opened before belongs to the parent as well: whoever holds
 * something of the kind remembers the count that it was made at. Knows neither Python nor Qt.
 */
#ifndef QIP_CORE_FORKED_H
#define QIP_CORE_FORKED_H

#ifdef __cplusplus
extern "C" {
#endif

/* How often fork() was called between this process and the one that has loaded the library. Written in a child alone,
 * before it has a second thread. */
extern unsigned qip_fork_count;

#ifdef __cplusplus
}
#endif

#endif
