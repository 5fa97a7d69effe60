/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the GUI thread is doing, for whoever watches it from another thread. Knows neither Python nor Qt.
 *
 * One word says it. Its upper part numbers periods: stretches in which Python holds the thread, and what lies
 * between them. A period begins when Python is entered from outside, when it gives the thread back, and with
 * each cycle of an event loop, nested ones included; so if the number stands still, the thread is stuck in
 * whatever it does. Host code that Python calls belongs to the caller's period, as does Python that such code
 * enters again: a loop around either is one stall.
 *
 * Python that others enter, as bindings do for their slots, begins no period. It is known by the frames that
 * were not there when the event loop last came round: `below`.
 *
 * The GUI thread alone writes the word. It stores without fences, since whoever reads looks again.
 */
#ifndef QI_RUNTIME_PULSE_H
#define QI_RUNTIME_PULSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    QI__PULSE_PYTHON = 1, /* Python was entered, and has not given the thread back */
    QI__PULSE_OUT = 2,    /* host code runs that Python has called */
    QI__PULSE_BITS = 3,
    QI__PULSE_PERIOD = 4 /* one period more */
};

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qi__pulse {
    void *thread;        /* the GUI thread's PyThreadState; NULL: nothing to watch. GIL */
    unsigned long ident; /* what PyThread_get_thread_ident() says there; 0 */
    void *loop;          /* the loop that runs there, borrowed. GIL */
    const void *floor; /* where the stack stood when Python was entered that holds the thread; GIL */
    void *base; /* the frame of Python below that, borrowed: whoever runs the event loop. NULL: none. GIL */
    uint64_t word;
    const void *below;   /* the innermost frame of Python when the event loop last came round */
    int sleeps;          /* the watcher wants to be woken when something happens */
    int armed;           /* an interrupt is on its way: interrupt.c */
    uint64_t slow_ticks; /* steps that take more ticks than that are told; 0: none. GIL */
} qi__pulse;

extern qi__pulse qi__pulse_now;

/* Wakes the watcher. watchdog.c */
void qi__pulse_wake(void);

static inline uint64_t qi__pulse_load(void)
{
    return __atomic_load_n(&qi__pulse_now.word, __ATOMIC_RELAXED);
}

static inline void qi__pulse_store(uint64_t word)
{
    __atomic_store_n(&qi__pulse_now.word, word, __ATOMIC_RELAXED);
}

static inline void qi__pulse_stir(void)
{
    if (__builtin_expect(__atomic_load_n(&qi__pulse_now.sleeps, __ATOMIC_RELAXED), 0))
        qi__pulse_wake();
}

static inline bool qi__pulse_is_armed(void)
{
    return __builtin_expect(__atomic_load_n(&qi__pulse_now.armed, __ATOMIC_RELAXED), 0);
}

static inline uint64_t qi__pulse_period(uint64_t word)
{
    return word / QI__PULSE_PERIOD;
}

/* Python is entered, in the GUI thread. Returns what qi__pulse_left() wants back. */
static inline uint64_t qi__pulse_entered(void)
{
    uint64_t before = qi__pulse_load();

    if (!(before & QI__PULSE_PYTHON)) {
        qi__pulse_store(((before & ~(uint64_t)QI__PULSE_BITS) | QI__PULSE_PYTHON) + QI__PULSE_PERIOD);
        qi__pulse_stir();
    } else if (before & QI__PULSE_OUT) {
        qi__pulse_store(before & ~(uint64_t)QI__PULSE_OUT);
    }
    return before;
}

static inline void qi__pulse_left(uint64_t before)
{
    uint64_t now = qi__pulse_load(), word = (now & ~(uint64_t)QI__PULSE_BITS);

    /* An event loop inside has begun new periods: what goes on now is another one, too. */
    if (!(before & QI__PULSE_PYTHON) || qi__pulse_period(now) != qi__pulse_period(before))
        word += QI__PULSE_PERIOD;
    qi__pulse_store(word | (before & QI__PULSE_BITS));
}

/* Host code is called, and has returned. */
static inline void qi__pulse_out(void)
{
    qi__pulse_store(qi__pulse_load() | QI__PULSE_OUT);
}

static inline void qi__pulse_back(void)
{
    uint64_t now = qi__pulse_load();

    if (now & QI__PULSE_OUT) {
        qi__pulse_store(now & ~(uint64_t)QI__PULSE_OUT);
    } else { /* it has run an event loop, which has cleared all bits */
        qi__pulse_store(((now & ~(uint64_t)QI__PULSE_BITS) | QI__PULSE_PYTHON) + QI__PULSE_PERIOD);
        qi__pulse_now.base = 0;
    }
    qi__pulse_stir();
}

/* An event loop in the GUI thread comes round; `below` is the innermost frame of Python, or NULL. */
static inline void qi__pulse_cycle(const void *below)
{
    __atomic_store_n(&qi__pulse_now.below, below, __ATOMIC_RELAXED);
    qi__pulse_store((qi__pulse_load() & ~(uint64_t)QI__PULSE_BITS) + QI__PULSE_PERIOD);
    qi__pulse_stir();
}

#ifdef __cplusplus
}
#endif

#endif
