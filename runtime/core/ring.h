/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of pointers: first in, first out, in one ring of memory that grows by doubling.
 *
 * The ready queue of the loop is one of these. It knows neither Python nor Qt; whoever stores counted
 * references does the counting. All functions are O(1), except that a push may have to grow the ring.
 */
#ifndef QIP_CORE_RING_H
#define QIP_CORE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct qip_ring {
    void **slots;
    size_t capacity; /* 0 or a power of two */
    size_t head;     /* where the oldest item is */
    size_t count;
} qip_ring;

enum { QIP_RING_FIRST_CAPACITY = 64 };

static inline bool qip_ring_grow(qip_ring *ring)
{
    size_t capacity = ring->capacity ? ring->capacity * 2 : (size_t)QIP_RING_FIRST_CAPACITY;
    void **slots = (void **)malloc(capacity * sizeof *slots);

    if (!slots)
        return false;
    if (ring->count) {
        size_t upper = ring->capacity - ring->head;
        memcpy(slots, ring->slots + ring->head, upper * sizeof *slots);
        memcpy(slots + upper, ring->slots, ring->head * sizeof *slots);
    }
    free(ring->slots);
    ring->slots = slots;
    ring->capacity = capacity;
    ring->head = 0;
    return true;
}

/* False, with the ring as it was, if there is no memory. */
static inline bool qip_ring_push(qip_ring *ring, void *item)
{
    if (ring->count == ring->capacity && !qip_ring_grow(ring))
        return false;
    ring->slots[(ring->head + ring->count++) & (ring->capacity - 1)] = item;
    return true;
}

/* The oldest item, which is taken out; NULL if there is none. */
static inline void *qip_ring_pop(qip_ring *ring)
{
    if (!ring->count)
        return NULL;
    void *item = ring->slots[ring->head];
    ring->head = (ring->head + 1) & (ring->capacity - 1);
    ring->count--;
    return item;
}

/* The item that `index` others stand before; the index must be below the count. */
static inline void *qip_ring_at(const qip_ring *ring, size_t index)
{
    return ring->slots[(ring->head + index) & (ring->capacity - 1)];
}

/* Gives the memory back. The caller has taken the items out. */
static inline void qip_ring_free(qip_ring *ring)
{
    free(ring->slots);
    memset(ring, 0, sizeof *ring);
}

#endif
