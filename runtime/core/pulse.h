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
#ifndef QIP_CORE_PULSE_H
#define QIP_CORE_PULSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    QIP_PULSE_PYTHON = 1, /* Python was entered, and has not given the thread back */
    QIP_PULSE_OUT = 2,    /* host code runs that Python has called */
    QIP_PULSE_BITS = 3,
    QIP_PULSE_PERIOD = 4 /* one period more */
};

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qip_pulse {
    void *thread; /* the GUI thread's PyThreadState; NULL: nothing to watch: qip_pulse_thread() */
    unsigned long ident; /* what PyThread_get_thread_ident() says there; 0: qip_pulse_ident() */
    void *loop;          /* the loop that runs there, borrowed: qip_pulse_loop() */
    const void *floor; /* where the stack stood when Python was entered that holds the thread; GIL */
    void *base; /* the frame of Python below that, borrowed: whoever runs the event loop. NULL: none. GIL */
    uint64_t word;
    const void *below;   /* the innermost frame of Python when the event loop last came round */
    int sleeps;          /* the watcher wants to be woken when something happens */
    int armed;           /* an interrupt is on its way: interrupt.c */
    uint64_t slow_ticks; /* steps that take more ticks than that are told; 0: none. GIL */
} qip_pulse;

extern qip_pulse qip_pulse_now;

/*
 * The port to whoever watches: watch/, which fills it through life/wiring.c when the library is loaded.
 *
 * The rules: wake() is called in the GUI thread while `sleeps` is set, with the GIL or without; the others
 * while `armed` is set, with the GIL held. None of them raises, or runs code of somebody else's.
 */
typedef struct qip_pulse_functions {
    void (*wake)(void); /* something happens: look again */
    void (*left)(void); /* Python has given the thread back: an interrupt that waits has come too late */
    void (*bracket_closes)(const void *loop, uint64_t brackets); /* the same of a bracket of the loop */
} qip_pulse_functions;

extern qip_pulse_functions qip_pulse_port;

/*
 * Whom the pulse is of. Any thread asks, with the GIL or without, whether it is the one: what it compares with is its
 * own, which it has stored itself if it is found. What lies behind the pointer is for that thread, and for
 * holders of the GIL.
 */
static inline void *qip_pulse_thread(void)
{
    return __atomic_load_n(&qip_pulse_now.thread, __ATOMIC_ACQUIRE);
}

static inline unsigned long qip_pulse_ident(void)
{
    return __atomic_load_n(&qip_pulse_now.ident, __ATOMIC_RELAXED);
}

/* An interrupt without the GIL asks for it too; who watches ends before the loop does. */
static inline void *qip_pulse_loop(void)
{
    return __atomic_load_n(&qip_pulse_now.loop, __ATOMIC_ACQUIRE);
}

/* The thread last, which says that the rest is there; and first, when it goes. GIL. */
static inline void qip_pulse_set_owner(void *thread, unsigned long ident, void *loop)
{
    if (!thread)
        __atomic_store_n(&qip_pulse_now.thread, thread, __ATOMIC_RELEASE);
    __atomic_store_n(&qip_pulse_now.ident, ident, __ATOMIC_RELAXED);
    __atomic_store_n(&qip_pulse_now.loop, loop, __ATOMIC_RELEASE);
    if (thread)
        __atomic_store_n(&qip_pulse_now.thread, thread, __ATOMIC_RELEASE);
}

static inline uint64_t qip_pulse_load(void)
{
    return __atomic_load_n(&qip_pulse_now.word, __ATOMIC_RELAXED);
}

static inline void qip_pulse_store(uint64_t word)
{
    __atomic_store_n(&qip_pulse_now.word, word, __ATOMIC_RELAXED);
}

static inline void qip_pulse_stir(void)
{
    if (__builtin_expect(__atomic_load_n(&qip_pulse_now.sleeps, __ATOMIC_RELAXED), 0))
        qip_pulse_port.wake();
}

static inline bool qip_pulse_is_armed(void)
{
    return __builtin_expect(__atomic_load_n(&qip_pulse_now.armed, __ATOMIC_RELAXED), 0);
}

static inline uint64_t qip_pulse_period(uint64_t word)
{
    return word / QIP_PULSE_PERIOD;
}

/* Python is entered, in the GUI thread. Returns what qip_pulse_left() wants back. */
static inline uint64_t qip_pulse_entered(void)
{
    uint64_t before = qip_pulse_load();

    if (!(before & QIP_PULSE_PYTHON)) {
        qip_pulse_store(((before & ~(uint64_t)QIP_PULSE_BITS) | QIP_PULSE_PYTHON) + QIP_PULSE_PERIOD);
        qip_pulse_stir();
    } else if (before & QIP_PULSE_OUT) {
        qip_pulse_store(before & ~(uint64_t)QIP_PULSE_OUT);
    }
    return before;
}

static inline void qip_pulse_left(uint64_t before)
{
    uint64_t now = qip_pulse_load(), word = (now & ~(uint64_t)QIP_PULSE_BITS);

    /* An event loop inside has begun new periods: what goes on now is another one, too. */
    if (!(before & QIP_PULSE_PYTHON) || qip_pulse_period(now) != qip_pulse_period(before))
        word += QIP_PULSE_PERIOD;
    qip_pulse_store(word | (before & QIP_PULSE_BITS));
}

/* Host code is called, and has returned. */
static inline void qip_pulse_out(void)
{
    qip_pulse_store(qip_pulse_load() | QIP_PULSE_OUT);
}

static inline void qip_pulse_back(void)
{
    uint64_t now = qip_pulse_load();

    if (now & QIP_PULSE_OUT) {
        qip_pulse_store(now & ~(uint64_t)QIP_PULSE_OUT);
    } else { /* it has run an event loop, which has cleared all bits */
        qip_pulse_store(((now & ~(uint64_t)QIP_PULSE_BITS) | QIP_PULSE_PYTHON) + QIP_PULSE_PERIOD);
        qip_pulse_now.base = 0;
    }
    qip_pulse_stir();
}

/* An event loop in the GUI thread comes round; `below` is the innermost frame of Python, or NULL. */
static inline void qip_pulse_cycle(const void *below)
{
    __atomic_store_n(&qip_pulse_now.below, below, __ATOMIC_RELAXED);
    qip_pulse_store((qip_pulse_load() & ~(uint64_t)QIP_PULSE_BITS) + QIP_PULSE_PERIOD);
    qip_pulse_stir();
}

#ifdef __cplusplus
}
#endif

#endif
