# SPDX-License-Identifier: BSD-3-Clause
"""qi-bench holders.py WHAT LOOP COUNT CLIENT: prints the resident bytes of each of so many that are held.

WHAT is tasks, timers or connections. A process of its own for each figure, so nobody's leftovers count.
"""

import asyncio
import gc
import os
import signal
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
    held = await hold()  # and holds it until the return
    return (resident() - before) / count


async def sleep_long():
    await asyncio.sleep(3600)


async def tasks(count):
    async def hold():
        held = [asyncio.ensure_future(sleep_long()) for _ in range(count)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return held

    return await grown(count, hold)


async def timers(count):
    async def hold():
        call_later = asyncio.get_running_loop().call_later
        return [call_later(3600 + number, print) for number in range(count)]

    return await grown(count, hold)


async def connections(count):
    """On the server's side, with a Protocol each that does nothing; the other side is another process."""
    loop = asyncio.get_running_loop()
    opened, clients, told = [], [], loop.create_future()

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
        command = [sys.argv[4], *ports, str(count), "0", "0", "1"]
        clients.append(os.posix_spawn(command[0], command, os.environ))
        transport = await told
        while len(opened) < count:
            await asyncio.sleep(0.01)
        return transport

    each = await grown(count, hold)
    os.kill(clients[0], signal.SIGKILL)
    os.waitpid(clients[0], 0)
    return each


async def measured(what, count):
    print(await {"tasks": tasks, "timers": timers, "connections": connections}[what](count), flush=True)
    os._exit(0)  # to take apart what was held takes some loops minutes


async def main(what, name, count):
    try:
        loops.add_python_path()
        await loops.FACTORIES[name]().run(measured(what, count))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    _bench.quit(1)


task = asyncio.get_running_loop().create_task(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
