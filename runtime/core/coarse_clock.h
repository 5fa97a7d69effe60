/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system's clock, read seldom. Between two callbacks that take a tenth of a microsecond, reading it takes
 * half as long as they do; the processor's counter of ticks is cheaper, and tells whether a look is due.
 *
 * How many ticks a microsecond has is found out on the way. What is wrong with the counter, because it stood
 * still or jumped, makes us look too often, or up to five times too late.
 */
#ifndef QIP_CORE_COARSE_CLOCK_H
#define QIP_CORE_COARSE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t qip_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t qip_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return qip_clock_ns();
#endif
}

/* Zeroes to begin with. */
typedef struct qip_coarse_clock {
    uint64_t now_ns;    /* what the last look said */
    uint64_t now_ticks; /* the counter then */
    uint64_t since_ns;  /* where the measurement of the counter began */
    uint64_t since_ticks;
    double ticks_a_ns;    /* 0: not known */
    uint64_t stale_ticks; /* so much later the time is looked at again */
} qip_coarse_clock;

/* Looks at the system's clock; from now on it may be up to `stale_ns` old. */
static inline uint64_t qip_coarse_look(qip_coarse_clock *clock, uint64_t stale_ns)
{
    enum { MEASURED_NS = 200000, MOST_TICKS_A_NS = 16 };

    clock->now_ticks = qip_ticks();
    clock->now_ns = qip_clock_ns();
    uint64_t ns = clock->now_ns - clock->since_ns, ticks = clock->now_ticks - clock->since_ticks;
    if (ns >= MEASURED_NS) {
        clock->ticks_a_ns = ticks / MOST_TICKS_A_NS < ns ? (double)ticks / (double)ns : 0;
        clock->since_ns = clock->now_ns;
        clock->since_ticks = clock->now_ticks;
    }
    clock->stale_ticks = (uint64_t)(clock->ticks_a_ns * (double)stale_ns);
    return clock->now_ns;
}

static inline bool qip_coarse_is_stale(const qip_coarse_clock *clock)
{
    return qip_ticks() - clock->now_ticks >= clock->stale_ticks;
}

#endif
