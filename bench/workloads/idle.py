# SPDX-License-Identifier: BSD-3-Clause
"""Wake-ups of a GUI thread that has nothing to do, while asyncio waits for much."""

import asyncio

import _bench
import suite
from suite import Target, in_qt, workload


async def sleep_long():
    await asyncio.sleep(3600)


@workload("idle, wake-ups in 10 s", unit="times", count=1, rounds=1, target=Target(0),
          asyncio=None, uvloop=None)
async def idle(count):
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    tasks = [asyncio.ensure_future(sleep_long()) for _ in range(100)]
    wakeups = await in_qt(_bench.idle, 1000 if suite.options.quick else 10_000)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    server.close()
    return wakeups
