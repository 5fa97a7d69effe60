/* SPDX-License-Identifier: BSD-3-Clause */
/* The QObject whose signals are measured, connected as a host connects them: through qi/qi.h alone. */
#ifndef QI_BENCH_SUBJECT_H
#define QI_BENCH_SUBJECT_H

#include <cstdint>

#include <QtCore/qobject.h>

namespace bench
{

/* Of the monotonic clock, which Python's perf_counter() reads too. */
std::uint64_t now_ns();

class Subject : public QObject
{
    Q_OBJECT

  public:
    /* Connects changed(int) to "module:callable". False: qi_last_error() says why. */
    bool connect_to(const char *target);

    /* Emits so many times, back to back. */
    void emit_all(long count);

    /* The same, with the time noted before each emission: see first_step(). */
    void emit_all_stamped(long count);

  Q_SIGNALS:
    void changed(int value);
};

/* From an emission to the first line of its coroutine, summed up. */
struct FirstStep {
    std::uint64_t emitted_ns;
    std::uint64_t sum_ns;
};

extern FirstStep first_step;

} // namespace bench

#endif
