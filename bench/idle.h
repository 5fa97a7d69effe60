/* SPDX-License-Identifier: BSD-3-Clause */
/* How often the calling thread goes to sleep by itself while Qt's event loop has nothing to do. */
#ifndef QI_BENCH_IDLE_H
#define QI_BENCH_IDLE_H

#include <functional>

namespace bench
{

/* Calls `done`, after a while to settle and then `milliseconds`, with the wake-ups in between besides that
 * of the timer which ends it; -1 where the system does not tell. */
void count_wakeups(int milliseconds, std::function<void(long)> done);

} // namespace bench

#endif
