# SPDX-License-Identifier: BSD-3-Clause
"""Echo over TCP, Unix sockets and TLS: processor time of the server's thread for each message.

The client is a process of its own, and on each connection there is one message under way. It tells through
a second connection when it begins and when it has got everything back, so neither connecting nor closing
counts, and nothing is counted on the way. What Qt does in the thread is libqi's time. For large messages the time
that passes is a figure, too: both processes copy, so the server is not all that it depends on.
"""

import asyncio
import contextlib
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

import session
from session import POOL
from workload import UNITS, Part, Target, workload

HERE = pathlib.Path(__file__).parent.parent
BACKLOG = 4096
ECHO_LIMIT = 1 << 18  # streams: so much is read at once
SMALL = 1024
SIZES = {SMALL: "1 KiB", 102_400: "100 KiB", 1 << 20: "1 MiB"}


class Meter:
    """The thread's time between what the client says. It begins when all connections have been accepted."""

    def __init__(self, connections):
        self.missing = connections
        self.asked = None
        self.started = self.seconds = None
        self.began = self.elapsed = None

    def accepted(self):
        self.missing -= 1
        self.begin()

    def begin(self):
        if self.asked and self.missing <= 0:
            transport, self.asked = self.asked, None
            self.began, self.started = time.perf_counter(), time.thread_time()
            transport.write(b"b")

    def heard(self, data, transport):
        if data == b"b":
            self.asked = transport
            self.begin()
        else:
            self.seconds, self.elapsed = time.thread_time() - self.started, time.perf_counter() - self.began
            transport.write(data)


class Control(asyncio.Protocol):
    def __init__(self, meter):
        self.meter = meter

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.meter.heard(data, self.transport)


class Echo(asyncio.Protocol):
    def __init__(self, meter):
        self.meter = meter

    def connection_made(self, transport):
        self.transport = transport
        self.meter.accepted()

    def data_received(self, data):
        self.transport.write(data)


class BufferedEcho(asyncio.BufferedProtocol):
    def __init__(self, meter):
        self.meter = meter
        self.buffer = memoryview(bytearray(ECHO_LIMIT))

    def connection_made(self, transport):
        self.transport = transport
        self.meter.accepted()

    def get_buffer(self, hint):
        return self.buffer

    def buffer_updated(self, size):
        self.transport.write(bytes(self.buffer[:size]))  # the transport may keep what it is given


async def protocol_server(meter, kind, protocol=Echo, **options):
    create = getattr(asyncio.get_running_loop(), f"create_{kind}")
    return await create(lambda: protocol(meter), backlog=BACKLOG, **options)


async def buffered_server(meter, kind, **options):
    return await protocol_server(meter, kind, BufferedEcho, **options)


async def streams_server(meter, kind, **options):
    async def echo(reader, writer):
        meter.accepted()
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(ECHO_LIMIT):
                writer.write(data)
                await writer.drain()
        writer.close()

    return await getattr(asyncio, f"start_{kind}")(echo, backlog=BACKLOG, **options)


SERVERS = {"Protocol": protocol_server, "BufferedProtocol": buffered_server, "streams": streams_server}


# -- certificates -------------------------------------------------------------------------------------------


def server_context():
    """A context with a certificate made for this run; made once."""
    if not hasattr(server_context, "made"):
        openssl = shutil.which("openssl")
        if not openssl:
            raise RuntimeError("the program openssl is missing, which makes the certificate")
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
            subprocess.run(
                [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            server_context.made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server_context.made.load_cert_chain(certificate, key)
    return server_context.made


# -- one run ------------------------------------------------------------------------------------------------


def run_client(command):
    ended = subprocess.run([str(part) for part in command], timeout=60, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"the client failed: {ended.stderr.strip()[-300:]}")


async def serve(start, meter, client, shape):
    """Serves one client with a server that start() makes, and closes all servers."""
    controller = await asyncio.get_running_loop().create_server(lambda: Control(meter), "127.0.0.1", 0)
    server = None
    try:
        server, address = await start()
        port = controller.sockets[0].getsockname()[1]
        await asyncio.get_running_loop().run_in_executor(POOL, run_client, [*client, port, address, *shape])
    finally:
        controller.close()
        if server:
            server.close()
    await asyncio.sleep(0.005)  # the connections end
    return meter.seconds


def port_of(server):
    return server.sockets[0].getsockname()[1]


def echo(family, api, connections, size):
    async def body(count):
        clients = min(connections, 20) if session.options.quick else connections
        each = max(1, count // clients)
        meter = Meter(clients)
        client = [session.options.build / "bench" / "qi-bench-client"]
        with tempfile.TemporaryDirectory() as folder:

            async def start():
                if family == "Unix":
                    path = f"{folder}/echo"
                    return await SERVERS[api](meter, "unix_server", path=path), path
                secure = {"ssl": server_context()} if family == "TLS" else {}
                server = await SERVERS[api](meter, "server", host="127.0.0.1", port=0, **secure)
                return server, port_of(server)

            if family == "TLS":
                client = [sys.executable, "-I", HERE / "tls_client.py"]
            await serve(start, meter, client, [clients, clients, each, size])
        if size == SMALL:
            return meter.seconds / (clients * each) * count
        return [seconds / (clients * each) * UNITS["µs"] for seconds in (meter.seconds, meter.elapsed)]

    return body


def add(family, api, connections, size):
    small = size == SMALL
    first = family == "TCP" and api == "Protocol" and small
    plural = "s" * (connections > 1)
    figures = {"target": Target(0.9 if first else 1.0, "uvloop")}
    if not small:
        figures = {"parts": [Part("", "µs", (Target(0.8, "asyncio"), Target(0.8, "uvloop"))),
                             Part("on the wall", "µs", (Target(0.83, "asyncio"), Target(0.83, "uvloop")), steady=False)]}
    count = max(connections, (600 if family == "TLS" else 3000) if small else 300 if size < 1 << 20 else 60)
    workload(
        f"{family} echo, {api}, {SIZES[size]}, {connections} connection{plural}",
        count=count, scale=0.8 if first else 0.3, **figures,
    )(echo(family, api, connections, size))


for family in ("TCP", "Unix"):
    for api in ("Protocol", "streams"):
        for size in (SMALL, 102_400):
            for connections in (1, 10, 100, 1000):
                add(family, api, connections, size)
        for connections in (1, 10, 100):
            add(family, api, connections, 1 << 20)
add("TCP", "BufferedProtocol", 10, SMALL)
for size in (102_400, 1 << 20):
    for connections in (1, 10, 100):
        add("TCP", "BufferedProtocol", connections, size)
for api in ("Protocol", "streams"):
    for connections in (1, 10, 100):
        add("TLS", api, connections, SMALL)
    add("TLS", api, 10, 102_400)
