# SPDX-License-Identifier: BSD-3-Clause
"""Other threads: calls into the loop, and work that the loop has done by an executor."""

import asyncio
import threading
import time

from session import POOL
from workload import Target, workload

AS_GOOD = Target(1.0, "uvloop")


@workload("call_soon_threadsafe, latency", count=100, target=AS_GOOD)
async def latency(count):
    """From the call to the callback, one at a time, each when the loop has gone to sleep."""
    loop = asyncio.get_running_loop()
    arrived = threading.Lock()
    arrived.acquire()
    total = 0.0

    def arrive(called):
        nonlocal total
        total += time.perf_counter() - called
        arrived.release()

    def call():
        for _ in range(count):
            time.sleep(0.0002)
            loop.call_soon_threadsafe(arrive, time.perf_counter())
            arrived.acquire()

    await loop.run_in_executor(POOL, call)
    return total


def throughput(threads):
    async def body(count):
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        each = max(1, count // threads)
        left = each * threads
        started = 0.0

        def begin():
            nonlocal started
            started = time.perf_counter()

        together = threading.Barrier(threads, action=begin)

        def one():
            nonlocal left
            left -= 1
            if not left:
                over.set_result(time.perf_counter())

        def call():
            together.wait()
            for _ in range(each):
                loop.call_soon_threadsafe(one)

        callers = [loop.run_in_executor(POOL, call) for _ in range(threads)]
        ended = await over
        await asyncio.wait(callers)
        return (ended - started) * count / (each * threads)

    return body


for number in (1, 4):
    workload(f"call_soon_threadsafe, throughput, {number} thread{'s' * (number > 1)}", count=10_000,
             target=AS_GOOD)(throughput(number))


def nothing():
    pass


@workload("executor, round trip", count=500, target=AS_GOOD)
async def round_trip(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await loop.run_in_executor(POOL, nothing)


@workload("executor, 100 at a time", count=1_000, target=AS_GOOD)
async def at_a_time(count):
    loop = asyncio.get_running_loop()
    for _ in range(max(1, count // 100)):
        await asyncio.gather(*(loop.run_in_executor(POOL, nothing) for _ in range(min(count, 100))))
