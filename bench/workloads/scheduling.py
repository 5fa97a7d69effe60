# SPDX-License-Identifier: BSD-3-Clause
"""What the loop does most: callbacks, turns of tasks, timers."""

import asyncio
import time

from suite import Target, workload

FASTER = Target(1.0, "uvloop")


@workload("sleep(0), 1 task", count=10_000, target=FASTER)
async def sleep_one(count):
    for _ in range(count):
        await asyncio.sleep(0)


@workload("sleep(0), 100 tasks", count=20_000, target=FASTER)
async def sleep_hundred(count):
    await asyncio.gather(*(sleep_one(count // 100) for _ in range(100)))


@workload("call_soon, chain", count=10_000, target=FASTER)
async def chain(count):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    left = count

    def again():
        nonlocal left
        left -= 1
        if left:
            loop.call_soon(again)
        else:
            over.set_result(None)

    loop.call_soon(again)
    await over


@workload("call_soon, batch of 10,000", count=10_000, target=FASTER)
async def batch(count):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    left = count

    def one():
        nonlocal left
        left -= 1
        if not left:
            over.set_result(None)

    for _ in range(count):
        loop.call_soon(one)
    await over


@workload("timer, create and cancel", count=5_000, target=FASTER)
async def timers(count):
    call_later = asyncio.get_running_loop().call_later
    started = time.perf_counter()
    for _ in range(count):
        call_later(60, timers).cancel()
    seconds = time.perf_counter() - started
    await asyncio.sleep(0)  # where a loop keeps cancelled timers, it may throw them away unmeasured
    return seconds
