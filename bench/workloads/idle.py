# SPDX-License-Identifier: BSD-3-Clause
"""Wake-ups of a GUI thread that has nothing to do, while asyncio waits for much."""

import asyncio

import _bench
import session
from loads import in_qt
from workload import Target, workload


async def sleep_long():
    await asyncio.sleep(3600)


@workload("idle, wake-ups in 10 s", unit="times", count=1, rounds=1, fixed=True, target=Target(0),
          only="qt", steady=False)
async def idle(count):
    tasks = [asyncio.ensure_future(sleep_long()) for _ in range(100)]
    server = None
    try:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    except NotImplementedError:
        pass  # a peer without servers may show how it sleeps without
    wakeups = await in_qt(_bench.idle, 300 if session.options.quick else 10_000)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if server:
        server.close()
    return wakeups
