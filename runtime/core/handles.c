/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash set of the live handles, with open addressing and linear probing, behind one mutex.
 *
 * Every public call looks in here, so a look-up is a lock, a multiplication and usually one comparison.
 * The set lives as long as the process and is never freed: handles may be asked about after everything
 * else is gone. Its lock is never held while anything else is called, but for the function that counts one
 * reference more.
 */
#include "core/handles.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/status.h"

typedef struct slot {
    const void *handle; /* NULL: free */
    qip_handle_kind kind;
    unsigned holders; /* releases that it wants */
} slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static slot *slots;
static size_t capacity; /* 0 or a power of two */
static size_t used;     /* at most three quarters of the capacity, so that probing ends */

static size_t home_of(const void *handle)
{
    /* Fibonacci hashing: the high bits of the product are well mixed although addresses are aligned. */
    uint64_t mixed = (uint64_t)(uintptr_t)handle * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 32) & (capacity - 1);
}

/* The handle's slot, or the free one where it would be put. Needs capacity > 0. */
static slot *find(const void *handle)
{
    size_t at = home_of(handle);

    while (slots[at].handle && slots[at].handle != handle)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static bool grow(void)
{
    slot *old = slots;
    size_t old_capacity = capacity, larger = capacity ? capacity * 2 : 64;
    slot *fresh = calloc(larger, sizeof *fresh);

    if (!fresh)
        return false;
    slots = fresh;
    capacity = larger;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].handle)
            *find(old[i].handle) = old[i];
    }
    free(old);
    return true;
}

/* What another thread of the parent's has locked would stay locked in a child of fork(). */
static void hold(void)
{
    pthread_mutex_lock(&lock);
}

static void let_go(void)
{
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void expect_forks(void)
{
    (void)pthread_atfork(hold, let_go, let_go); /* fails only without memory, and then nothing works */
}

int qip_handle_add(const void *handle, qip_handle_kind kind)
{
    pthread_mutex_lock(&lock);
    bool room = (used + 1) * 4 <= capacity * 3 || grow();
    if (room) {
        slot *place = find(handle);
        used += place->handle == NULL;
        *place = (slot){handle, kind, 1};
    }
    pthread_mutex_unlock(&lock);
    return room ? QI_OK : qip_fail(QI_ERR_MEMORY, "out of memory for one more handle");
}

/* Moves later members of the probe sequence up into the hole, so that no tombstones are needed. */
static void close_hole(size_t hole)
{
    size_t at = hole;

    for (;;) {
        at = (at + 1) & (capacity - 1);
        if (!slots[at].handle)
            break;
        size_t home = home_of(slots[at].handle);
        /* It may move if its home is not between the hole and itself. */
        if (((at - home) & (capacity - 1)) >= ((at - hole) & (capacity - 1))) {
            slots[hole] = slots[at];
            hole = at;
        }
    }
    slots[hole].handle = NULL;
}

/* With the lock: its slot, or NULL if it is not a live handle. */
static slot *live(const void *handle)
{
    slot *place = handle && capacity ? find(handle) : NULL;

    return place && place->handle ? place : NULL;
}

void qip_handle_remove(const void *handle)
{
    pthread_mutex_lock(&lock);
    slot *place = live(handle);
    if (place) {
        close_hole((size_t)(place - slots));
        used--;
    }
    pthread_mutex_unlock(&lock);
}

bool qip_handle_give_up(const void *handle, qip_handle_kind kind)
{
    pthread_mutex_lock(&lock);
    slot *place = live(handle);
    bool is_one = place && place->kind == kind;
    if (is_one && --place->holders == 0) {
        close_hole((size_t)(place - slots));
        used--;
    }
    pthread_mutex_unlock(&lock);
    return is_one;
}

/* Its kind, or 0 if it is not a live handle. One of `wanted` is kept, where there is a function for that. */
static int kind_of(const void *handle, qip_handle_kind wanted, qip_handle_keep_fn *keep,
                   unsigned holders)
{
    pthread_mutex_lock(&lock);
    slot *place = live(handle);
    int kind = place ? (int)place->kind : 0;
    if (kind == (int)wanted) {
        place->holders += holders;
        if (keep)
            keep((void *)handle);
    }
    pthread_mutex_unlock(&lock);
    return kind;
}

bool qip_handle_is(const void *handle, qip_handle_kind kind)
{
    return kind_of(handle, kind, NULL, 0) == (int)kind;
}

bool qip_handle_take_quietly(const void *handle, qip_handle_kind kind, qip_handle_keep_fn *keep)
{
    return kind_of(handle, kind, keep, 0) == (int)kind;
}

static const char *kind_name(int kind)
{
    static const char *const names[] = {
        [QIP_HANDLE_RUNTIME] = "a runtime",   [QIP_HANDLE_TASK] = "a task",
        [QIP_HANDLE_CALLABLE] = "a callable", [QIP_HANDLE_CONNECTION] = "a connection",
        [QIP_HANDLE_LISTENER] = "a listener", [QIP_HANDLE_BUILDER] = "a builder",
        [QIP_HANDLE_SCOPE] = "a scope",       [QIP_HANDLE_PROMISE] = "a promise",
        [QIP_HANDLE_BUFFER] = "a buffer",     [QIP_HANDLE_TIMER] = "a timer",
    };
    return names[kind];
}

static int answer(int found, const void *handle, qip_handle_kind kind, const char *what)
{
    if (found == (int)kind)
        return QI_OK;
    if (!handle)
        return qip_fail(QI_ERR_HANDLE, "the %s handle is NULL", what);
    if (found)
        return qip_fail(QI_ERR_HANDLE, "the %s handle is the handle of %s", what, kind_name(found));
    return qip_fail(
        QI_ERR_HANDLE,
        "the %s handle %p is not a live one: it was released, or it never came from libqi", what,
        handle);
}

int qip_handle_check(const void *handle, qip_handle_kind kind, const char *what)
{
    return answer(kind_of(handle, kind, NULL, 0), handle, kind, what);
}

int qip_handle_take(const void *handle, qip_handle_kind kind, const char *what,
                    qip_handle_keep_fn *keep)
{
    return answer(kind_of(handle, kind, keep, 0), handle, kind, what);
}

int qip_handle_retain(const void *handle, qip_handle_kind kind, const char *what,
                      qip_handle_keep_fn *keep)
{
    return answer(kind_of(handle, kind, keep, 1), handle, kind, what);
}
