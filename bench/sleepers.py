# SPDX-License-Identifier: BSD-3-Clause
"""qi-bench sleepers.py LOOP COUNT: prints the resident bytes of each of so many sleeping tasks."""

import asyncio
import gc
import os
import sys
import threading

import _bench


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def sleep_long():
    await asyncio.sleep(3600)


async def measure(count):
    gc.collect()
    before = resident()
    tasks = [asyncio.ensure_future(sleep_long()) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    each = (resident() - before) / count
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return each


async def as_guest(count):
    print(await measure(count), flush=True)
    _bench.quit(0)


def in_thread(count):
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        print(runner.run(measure(count)), flush=True)
    _bench.quit(0)


loop, count = sys.argv[1], int(sys.argv[2])
if loop == "libqi":
    main = asyncio.get_running_loop().create_task(as_guest(count))
else:
    threading.Thread(target=in_thread, args=(count,)).start()
