/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Deadlines in a heap, the earliest on top; equal ones in the order in which they were added.
 *
 * A timer is embedded in its owner's structure and knows its place in the heap, so a cancelled one
 * leaves at once, in O(log n), and its owner can be freed: nothing piles up however many are cancelled.
 * The heap is four-ary and keeps the deadlines beside the pointers, which saves most of the cache misses
 * of a sift. Knows neither Python nor Qt.
 */
#ifndef QI_RUNTIME_TIMERS_H
#define QI_RUNTIME_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct qi__timer {
    size_t place; /* index in the heap plus one; 0: not in a heap */
} qi__timer;

typedef struct qi__timer_slot {
    double when;       /* seconds on the loop's clock */
    uint64_t sequence; /* breaks ties: lower was added earlier */
    qi__timer *timer;
} qi__timer_slot;

typedef struct qi__timers {
    qi__timer_slot *slots;
    size_t count;
    size_t capacity;
    uint64_t next_sequence;
} qi__timers;

static inline bool qi__timers_before(const qi__timer_slot *a, const qi__timer_slot *b)
{
    return a->when < b->when || (a->when == b->when && a->sequence < b->sequence);
}

static inline void qi__timers_put(qi__timers *timers, size_t index, qi__timer_slot slot)
{
    timers->slots[index] = slot;
    slot.timer->place = index + 1;
}

/* Moves the slot towards the top until its parent is earlier. */
static inline void qi__timers_sift_up(qi__timers *timers, size_t index, qi__timer_slot slot)
{
    while (index > 0) {
        size_t parent = (index - 1) / 4;
        if (!qi__timers_before(&slot, &timers->slots[parent]))
            break;
        qi__timers_put(timers, index, timers->slots[parent]);
        index = parent;
    }
    qi__timers_put(timers, index, slot);
}

/* Moves the slot towards the leaves until its children are later. */
static inline void qi__timers_sift_down(qi__timers *timers, size_t index, qi__timer_slot slot)
{
    for (;;) {
        size_t first = 4 * index + 1;
        if (first >= timers->count)
            break;
        size_t last = first + 4 < timers->count ? first + 4 : timers->count;
        size_t least = first;
        for (size_t child = first + 1; child < last; child++) {
            if (qi__timers_before(&timers->slots[child], &timers->slots[least]))
                least = child;
        }
        if (!qi__timers_before(&timers->slots[least], &slot))
            break;
        qi__timers_put(timers, index, timers->slots[least]);
        index = least;
    }
    qi__timers_put(timers, index, slot);
}

/* False, with the heap as it was, if there is no memory. The timer must not be in a heap. */
static inline bool qi__timers_add(qi__timers *timers, qi__timer *timer, double when)
{
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
        qi__timer_slot *slots = (qi__timer_slot *)realloc(timers->slots, capacity * sizeof *slots);
        if (!slots)
            return false;
        timers->slots = slots;
        timers->capacity = capacity;
    }
    qi__timer_slot slot = {when, timers->next_sequence++, timer};
    qi__timers_sift_up(timers, timers->count++, slot);
    return true;
}

/* Takes a timer out, wherever it is; does nothing if it is not in the heap. */
static inline void qi__timers_remove(qi__timers *timers, qi__timer *timer)
{
    if (!timer->place)
        return;
    size_t index = timer->place - 1;
    timer->place = 0;
    qi__timer_slot last = timers->slots[--timers->count];
    if (index == timers->count)
        return;
    if (index > 0 && qi__timers_before(&last, &timers->slots[(index - 1) / 4]))
        qi__timers_sift_up(timers, index, last);
    else
        qi__timers_sift_down(timers, index, last);
}

/* The earliest timer, or NULL. */
static inline qi__timer *qi__timers_first(const qi__timers *timers)
{
    return timers->count ? timers->slots[0].timer : NULL;
}

/* The earliest deadline; only if there is one. */
static inline double qi__timers_deadline(const qi__timers *timers)
{
    return timers->slots[0].when;
}

/* Gives the memory back. The caller has taken the timers out. */
static inline void qi__timers_free(qi__timers *timers)
{
    free(timers->slots);
    memset(timers, 0, sizeof *timers);
}

#endif
