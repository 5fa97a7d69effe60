/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long a turn of the loop may last. Knows neither Python nor Qt.
 *
 * The slice that was set is right for an application in which something happens. It is a quarter of that
 * for a while after the user has done something or a window was painted, since a frame takes several cycles
 * of the host, and each of them waits for a turn of ours. It is twice as long when the host has had nothing
 * to do for a second. While windows are busy, what the host itself takes counts, too: where a cycle of its
 * takes long, asyncio gets an eighth of that at least, lest many slow frames stop it.
 */
#ifndef QIP_CORE_PACE_H
#define QIP_CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host.h"

enum {
    QIP_PACE_WINDOW_NS = 100000000, /* so long after an event of a window the next one is expected */
    QIP_PACE_QUIET_NS = 1000000000
};

typedef struct qip_pace {
    uint64_t slice_ns;  /* as set */
    uint64_t turn_ns;   /* what the latest turn was given */
    uint64_t event_ns;  /* when the host last had an event of its own */
    uint64_t window_ns; /* when it last had one of a window */
    uint64_t left_ns;   /* when a turn ended with work left; 0: the last one did not */
} qip_pace;

/* A turn begins: how long it may last, given what the host has had to do since the last one. */
static inline uint64_t qip_pace_begin(qip_pace *pace, unsigned news, uint64_t now)
{
    uint64_t shortest = pace->slice_ns / 4;
    uint64_t share = pace->left_ns ? (now - pace->left_ns) / 8 : 0;

    if (news || !pace->event_ns)
        pace->event_ns = now;
    if (news & QIP_HOST_WINDOW_EVENTS)
        pace->window_ns = now;
    pace->turn_ns = pace->slice_ns;
    if (pace->window_ns && now - pace->window_ns < QIP_PACE_WINDOW_NS) {
        if (share < pace->slice_ns)
            pace->turn_ns = share > shortest ? share : shortest;
    } else if (now - pace->event_ns > QIP_PACE_QUIET_NS) {
        pace->turn_ns = 2 * pace->slice_ns;
    }
    return pace->turn_ns;
}

static inline void qip_pace_end(qip_pace *pace, bool work_left, uint64_t now)
{
    pace->left_ns = work_left ? now : 0;
}

#endif
