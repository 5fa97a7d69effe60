# SPDX-License-Identifier: BSD-3-Clause
"""Timers: when they fire, and what they cost.

In this order, since cancelled timers stay with some peers until they would have fired.
"""

import asyncio
import random
import time

from figures import quantile
from workload import Part, Target, workload

TWICE = Target(1 / 2, "uvloop")


def nothing():
    pass


PARTS = [
    Part("late, p50", "µs", (Target(100),)),
    Part("late, p99", "µs", steady=False),
    Part("late, max", "µs", steady=False),
    Part("early", "%", (Target(0),), steady=False),
]


@workload("timers, 10,000 random in 1 s", count=10_000, parts=PARTS, rounds=3)
async def punctual(count):
    """Early is any that fires before its delay has passed since call_later(), by the system's clock."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    late = []

    def fire(due):
        late.append(time.monotonic() - due)
        if len(late) == count:
            over.set_result(None)

    for _ in range(count):
        delay = 0.1 + random.random() * count / 10_000
        loop.call_later(delay, fire, time.monotonic() + delay)
    await over
    late.sort()
    times = [max(0.0, figure) * 1e6 for figure in (quantile(late, 0.5), quantile(late, 0.99), late[-1])]
    return [*times, 100 * sum(figure < 0 for figure in late) / count]


@workload("timer, created and cancelled at once", count=5_000, target=TWICE)
async def at_once(count):
    call_later = asyncio.get_running_loop().call_later
    started = time.perf_counter()
    for _ in range(count):
        call_later(60, nothing).cancel()
    seconds = time.perf_counter() - started
    await asyncio.sleep(0)  # where a loop keeps cancelled timers, it may throw them away unmeasured
    return seconds


@workload("timers, 200,000 created, then cancelled", count=200_000, target=TWICE, rounds=12)
async def many(count):
    """With the loop's next iteration, in which some loops do the work of cancelling."""
    call_later = asyncio.get_running_loop().call_later
    delays = [60 + random.random() * 60 for _ in range(count)]
    started = time.perf_counter()
    for timer in [call_later(delay, nothing) for delay in delays]:
        timer.cancel()
    await asyncio.sleep(0)
    return time.perf_counter() - started
