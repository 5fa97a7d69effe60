# SPDX-License-Identifier: BSD-3-Clause
"""What the watchdog costs while nothing is stuck: what libqi does most, with it and without.

Both are libqi as a guest, and take turns like any contestants. The watchdog is started before a round's time
begins and stopped after it has ended; "steps" has it look for slow steps, too.
"""

import contextlib
import time

import loads
import qi.monitor
from workload import Target, workload

from workloads import echo, idle, scheduling, signals

NO_MORE = Target(1.0, "unwatched")  # level: not more than a repetition differs by


@contextlib.contextmanager
def watchdog(slow_step=None):
    qi.monitor.watch(slow_step=slow_step)
    try:
        yield
    finally:
        qi.monitor.unwatch()


def timed(body):
    """The body, with the seconds that it took if it does not tell them."""

    async def whole(count):
        started = time.perf_counter()
        seconds = await body(count)
        return time.perf_counter() - started if seconds is None else seconds

    return whole


def watched(body, slow_step=None):
    whole = timed(body)

    async def beside_it(count):
        with watchdog(slow_step):
            return await whole(count)

    return beside_it


def compare(name, body, count, scale=1.0):
    workload(f"watchdog: {name}", count=count, target=NO_MORE, only=(), scale=scale, libqi=watched(body),
             unwatched=timed(body), steps=watched(body, slow_step=1.0))(None)


compare("signal to completed coroutine", signals.emitting("complete", signals.INT, signals.whole_emission), 1000)
compare("call_soon, chain", loads.chain, 10_000)
compare("sleep(0), 100 tasks", scheduling.shared_by(100), 5_000)
compare("TCP echo, 10 connections", echo.echo("TCP", "Protocol", 10, 1024), 3000)


@workload("watchdog: idle, wake-ups in 10 s", unit="times", count=1, rounds=1, fixed=True, target=Target(0),
          only=["libqi"], steady=False)
async def idle_watched(count):
    with watchdog():
        return await idle.idle(count)
