# SPDX-License-Identifier: BSD-3-Clause
"""What the loop does most: callbacks and turns of tasks."""

import asyncio
import time

from suite import Target, workload

TWICE = Target(1 / 2, "uvloop")
HALF_MORE = Target(1 / 1.5, "uvloop")


@workload("call_soon, chain", count=10_000, target=TWICE)
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


@workload("call_soon, batch of 10,000", count=10_000, target=TWICE)
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


@workload("sleep(0), 1 task", count=4_000, target=TWICE)
async def one_task(count):
    for _ in range(count):
        await asyncio.sleep(0)


def shared_by(tasks):
    """Turns of so many tasks at a time; making them and their first steps do not count."""

    async def body(count):
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        each = max(1, count // tasks)
        left = tasks

        async def turns():
            nonlocal left
            for _ in range(each + 1):
                await asyncio.sleep(0)
            left -= 1
            if not left:
                over.set_result(time.perf_counter())

        kept = [loop.create_task(turns()) for _ in range(tasks)]
        await asyncio.sleep(0)
        started = time.perf_counter()
        seconds = await over - started
        await asyncio.wait(kept[-1:])
        return seconds * count / (each * tasks)

    return body


workload("sleep(0), 100 tasks", count=5_000, target=HALF_MORE)(shared_by(100))
workload("sleep(0), 10,000 tasks", count=100_000, target=HALF_MORE, fixed=True)(shared_by(10_000))
