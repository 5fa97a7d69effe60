/* SPDX-License-Identifier: BSD-3-Clause */
/* Which steps of a loop are worth a word: those that are longer than any before, or than somebody allows. */
#include "loop/steps.h"

#include "loop/loop_p.h"

qip_step_functions qip_step_port = {.limit_ns = UINT64_MAX};

void qip_loop_look_for_long(qip_loop *loop)
{
    const uint64_t longest = loop->counters.longest_step_ns, slow = qip_step_port.limit_ns;

    loop->counters.long_ns = longest < slow ? longest : slow;
}

void qip_loop_count_slow(qip_loop *loop, uint64_t ns)
{
    if (ns >= qip_step_port.limit_ns)
        loop->counters.slow_steps++;
    if (ns > loop->counters.longest_step_ns) {
        loop->counters.longest_step_ns = ns;
        qip_loop_look_for_long(loop);
    }
}
