# SPDX-License-Identifier: BSD-3-Clause
"""TCP echo, 1 KiB on 10 connections: processor time of the server's thread for each message.

The client is a process of its own. The clock starts with the first message and stops with the last, so
neither connecting nor closing counts. In GUEST mode the thread's time contains what Qt does.
"""

import asyncio
import subprocess
import time

import suite
from suite import workload

CONNECTIONS = 10
SIZE = 1024


class Meter:
    """The thread's time from the first byte to the last."""

    def __init__(self, total):
        self.left = total
        self.started = None
        self.seconds = None

    def add(self, size):
        if self.started is None:
            self.started = time.thread_time()
        self.left -= size
        if self.left <= 0:
            self.seconds = time.thread_time() - self.started


class Echo(asyncio.Protocol):
    def __init__(self, meter):
        self.meter = meter

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)
        self.meter.add(len(data))


def run_client(port, messages):
    client = suite.options.build / "bench" / "qi-bench-client"
    arguments = [str(part) for part in (client, port, CONNECTIONS, messages, SIZE)]
    subprocess.run(arguments, check=True, timeout=60)


async def serve(count, start):
    """Serves one run of the client on the running loop."""
    loop = asyncio.get_running_loop()
    messages = max(1, count // CONNECTIONS)
    meter = Meter(messages * CONNECTIONS * SIZE)
    server = await start(meter)
    port = server.sockets[0].getsockname()[1]
    await loop.run_in_executor(None, run_client, port, messages)
    server.close()
    await server.wait_closed()
    return meter.seconds / (messages * CONNECTIONS) * count


@workload("TCP echo, Protocol, CPU a message", count=3_000)
async def protocol(count):
    loop = asyncio.get_running_loop()
    await_server = lambda meter: loop.create_server(lambda: Echo(meter), "127.0.0.1", 0)
    return await serve(count, await_server)


@workload("TCP echo, streams, CPU a message", count=3_000)
async def streams(count):
    async def start(meter):
        async def echo(reader, writer):
            while data := await reader.read(65536):
                writer.write(data)
                meter.add(len(data))
                await writer.drain()
            writer.close()

        return await asyncio.start_server(echo, "127.0.0.1", 0)

    return await serve(count, start)
