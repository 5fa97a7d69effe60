/* SPDX-License-Identifier: BSD-3-Clause */
/* A window that notes how long its timer and its paint events were kept waiting. */
#ifndef QI_BENCH_WINDOW_H
#define QI_BENCH_WINDOW_H

#include <vector>

namespace bench
{

/* Seconds, in the order they came. */
struct Lateness {
    std::vector<double> timer; /* from when it was due to its slot; it is armed again by the slot */
    std::vector<double> paint; /* from update(), which the timer's slot calls, to paintEvent() */
};

/* Shows the window, with a precise timer of 5 ms; one at a time. In the GUI thread. */
void window_open();

/* Closes it and says what it noted. */
Lateness window_close();

} // namespace bench

#endif
