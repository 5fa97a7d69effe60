/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The QObject whose signals are measured, connected as a host connects them: through qi/qi.h alone; and
 * the same emissions on an object of somebody else's, for the peers, whose bindings make their own.
 */
#ifndef QI_BENCH_SUBJECT_H
#define QI_BENCH_SUBJECT_H

#include <cstdint>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace bench
{

/* Of the monotonic clock, which Python's perf_counter() reads too. */
std::uint64_t now_ns();

/* What a signal carries; the workloads name them by these numbers. */
enum class Cargo { Int, FiveInts, Text, Map };

constexpr int CARGO_KINDS = 4;

/* The values are ones that CPython does not keep ready-made, as most in a host are not. */
constexpr int FIRST_VALUE = 1000;

/* The text and the map that are carried; the map has three entries. */
const QString &cargo_text();
const QVariantMap &cargo_map();

class Subject : public QObject
{
    Q_OBJECT

  public:
    /* Connects the signal that carries `cargo` to "module:callable", once more each time. False:
     * qi_last_error() says why. */
    bool connect_to(const char *target, Cargo cargo);

    /* Emits so many times, back to back. */
    void emit_all(Cargo cargo, long count);

    /* The same with an int, with the time noted before each emission: see first_step. */
    void emit_all_stamped(long count);

  Q_SIGNALS:
    void changed(int value);
    void changed(int a, int b, int c, int d, int e);
    void changed(const QString &text);
    void changed(const QVariantMap &map);
};

/* Emits the signal `signature`, which carries `cargo`, of any QObject, as its own code would. False: it has
 * none such. */
bool emit_foreign(QObject *sender, const char *signature, Cargo cargo, long count);

/* From an emission to the first line of its coroutine, summed up. */
struct FirstStep {
    std::uint64_t emitted_ns;
    std::uint64_t sum_ns;
};

extern FirstStep first_step;

} // namespace bench

#endif
