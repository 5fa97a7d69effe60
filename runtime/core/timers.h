/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines in a heap, the earliest on top; equal ones in the order in which they were added.
 *
 * A timer is embedded in its owner's structure and knows its place in the heap, so a cancelled one
 * leaves at once, in O(log n), and its owner can be freed: nothing piles up however many are cancelled.
 * The heap is four-ary and keeps the deadlines beside the pointers, which saves most of the cache misses
 * of a sift. Knows neither Python nor Qt.
 */
#ifndef QIP_CORE_TIMERS_H
#define QIP_CORE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct qip_timer {
    size_t place; /* index in the heap plus one; 0: not in a heap */
} qip_timer;

typedef struct qip_timer_slot {
    double when;       /* seconds on the loop's clock */
    uint64_t sequence; /* breaks ties: lower was added earlier */
    qip_timer *timer;
} qip_timer_slot;

typedef struct qip_timers {
    qip_timer_slot *slots;
    size_t count;
    size_t capacity;
    uint64_t next_sequence;
} qip_timers;

static inline bool qip_timers_before(const qip_timer_slot *a, const qip_timer_slot *b)
{
    return a->when < b->when || (a->when == b->when && a->sequence < b->sequence);
}

static inline void qip_timers_put(qip_timers *timers, size_t index, qip_timer_slot slot)
{
    timers->slots[index] = slot;
    slot.timer->place = index + 1;
}

/* Moves the slot towards the top until its parent is earlier. */
static inline void qip_timers_sift_up(qip_timers *timers, size_t index, qip_timer_slot slot)
{
    while (index > 0) {
        size_t parent = (index - 1) / 4;
        if (!qip_timers_before(&slot, &timers->slots[parent]))
            break;
        qip_timers_put(timers, index, timers->slots[parent]);
        index = parent;
    }
    qip_timers_put(timers, index, slot);
}

/* Moves the slot towards the leaves until its children are later. */
static inline void qip_timers_sift_down(qip_timers *timers, size_t index, qip_timer_slot slot)
{
    for (;;) {
        size_t first = 4 * index + 1;
        if (first >= timers->count)
            break;
        size_t last = first + 4 < timers->count ? first + 4 : timers->count;
        size_t least = first;
        for (size_t child = first + 1; child < last; child++) {
            if (qip_timers_before(&timers->slots[child], &timers->slots[least]))
                least = child;
        }
        if (!qip_timers_before(&timers->slots[least], &slot))
            break;
        qip_timers_put(timers, index, timers->slots[least]);
        index = least;
    }
    qip_timers_put(timers, index, slot);
}

/* False, with the heap as it was, if there is no memory. The timer must not be in a heap. */
static inline bool qip_timers_add(qip_timers *timers, qip_timer *timer, double when)
{
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
        qip_timer_slot *slots = (qip_timer_slot *)realloc(timers->slots, capacity * sizeof *slots);
        if (!slots)
            return false;
        timers->slots = slots;
        timers->capacity = capacity;
    }
    qip_timer_slot slot = {when, timers->next_sequence++, timer};
    qip_timers_sift_up(timers, timers->count++, slot);
    return true;
}

/* Takes a timer out, wherever it is; does nothing if it is not in the heap. */
static inline void qip_timers_remove(qip_timers *timers, qip_timer *timer)
{
    if (!timer->place)
        return;
    size_t index = timer->place - 1;
    timer->place = 0;
    qip_timer_slot last = timers->slots[--timers->count];
    if (index == timers->count)
        return;
    if (index > 0 && qip_timers_before(&last, &timers->slots[(index - 1) / 4]))
        qip_timers_sift_up(timers, index, last);
    else
        qip_timers_sift_down(timers, index, last);
}

/* The earliest timer, or NULL. */
static inline qip_timer *qip_timers_first(const qip_timers *timers)
{
    return timers->count ? timers->slots[0].timer : NULL;
}

/* The earliest deadline; only if there is one. */
static inline double qip_timers_deadline(const qip_timers *timers)
{
    return timers->slots[0].when;
}

/* Gives the memory back. The caller has taken the timers out. */
static inline void qip_timers_free(qip_timers *timers)
{
    free(timers->slots);
    memset(timers, 0, sizeof *timers);
}

#endif
