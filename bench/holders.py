# SPDX-License-Identifier: BSD-3-Clause
"""qi-bench holders.py WHAT LOOP COUNT CLIENT: prints the resident bytes of each of so many that are held.

WHAT is tasks, timers or connections. A process of its own for each figure, so nobody's leftovers count.
"""

import asyncio
import gc
import os
import sys

import _bench
import loops


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def grown(count, hold):
    """What the process has grown by for each; what hold() returns is held until it was looked at."""
    gc.collect()
    before = resident()
    held = await hold()
    return (resident() - before) / count, held


async def sleep_long():
    await asyncio.sleep(3600)


async def tasks(count):
    async def hold():
        held = [asyncio.ensure_future(sleep_long()) for _ in range(count)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return held

    each, held = await grown(count, hold)
    for task in held:
        task.cancel()
    await asyncio.wait(held)
    return each


async def timers(count):
    async def hold():
        call_later = asyncio.get_running_loop().call_later
        return [call_later(3600 + number, print) for number in range(count)]

    each, held = await grown(count, hold)
    for timer in held:
        timer.cancel()
    return each


async def connections(count):
    """On the server's side, with a Protocol each that does nothing; the other side is another process."""
    loop = asyncio.get_running_loop()
    opened, told = [], loop.create_future()

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport):
            opened.append(transport)

    class Control(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            told.set_result(self.transport)

    server = await loop.create_server(Protocol, "127.0.0.1", 0, backlog=4096)
    control = await loop.create_server(Control, "127.0.0.1", 0)
    ports = [str(which.sockets[0].getsockname()[1]) for which in (control, server)]

    async def hold():
        client = os.posix_spawn(sys.argv[4], [sys.argv[4], *ports, str(count), "0", "0", "1"], os.environ)
        transport = await told
        while len(opened) < count:
            await asyncio.sleep(0.01)
        return client, transport

    each, (client, transport) = await grown(count, hold)
    os.kill(client, 9)
    os.waitpid(client, 0)
    transport.abort()
    server.close()
    control.close()
    return each


async def main(what, name, count):
    status = 1
    try:
        loops.add_python_path()
        loop = loops.FACTORIES[name]()
        print(await loop.run({"tasks": tasks, "timers": timers, "connections": connections}[what](count)),
              flush=True)
        status = 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    _bench.quit(status)


task = asyncio.get_running_loop().create_task(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
