# SPDX-License-Identifier: BSD-3-Clause
"""What more than one measurement has the loop do: the suite, the growth, and the count of instructions."""

import asyncio
import time


async def chain(count):
    """So many callbacks, each of which schedules the next."""
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


async def sleep_zero(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def steps(tasks, each):
    """The seconds that so many tasks take for so many turns each, without being made and their first steps."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    left = tasks

    async def turns():
        nonlocal left
        for _ in range(each + 1):  # here, since one more coroutine in between would be measured, too
            await asyncio.sleep(0)
        left -= 1
        if not left:
            over.set_result(time.perf_counter())

    kept = [loop.create_task(turns()) for _ in range(tasks)]
    await asyncio.sleep(0)
    started = time.perf_counter()
    seconds = await over - started
    await asyncio.wait(kept[-1:])
    return seconds


async def in_qt(function, *args):
    """Awaits a function of _bench that takes a callback last, which is called beside the loop."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    function(*args, lambda outcome: loop.call_soon_threadsafe(future.set_result, outcome))
    return await future
