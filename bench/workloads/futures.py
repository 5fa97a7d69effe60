# SPDX-License-Identifier: BSD-3-Clause
"""What awaits what: futures, tasks, and a queue between two of them."""

import asyncio

from workload import workload


@workload("future, set and awaited", count=2_000)
async def future(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        coming = loop.create_future()
        loop.call_soon(coming.set_result, None)
        await coming


@workload("tasks, each awaits the next, 100 deep", count=2_000)
async def chain(count):
    loop = asyncio.get_running_loop()

    async def link(following):
        await following

    for _ in range(max(1, count // 100)):
        last = loop.create_task(asyncio.sleep(0))
        for _ in range(min(count, 100) - 1):
            last = loop.create_task(link(last))
        await last


@workload("queue, from one task to another", count=2_000)
async def queue(count):
    between = asyncio.Queue(1)

    async def give():
        for number in range(count):
            await between.put(number)

    giver = asyncio.get_running_loop().create_task(give())
    for _ in range(count):
        await between.get()
    await giver
