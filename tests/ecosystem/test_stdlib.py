# SPDX-License-Identifier: BSD-3-Clause
"""asyncio's own means as a plugin uses them: subprocesses, executors, DNS, UDP, Unix sockets, TLS, sendfile."""

import asyncio
import concurrent.futures
import hashlib
import multiprocessing
import os
import socket
import threading

import scenario

ECHO_UPPER = """
import sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(line.upper())
    sys.stdout.buffer.flush()
sys.stderr.write("end of input\\n")
sys.exit(7)
"""


class Subprocesses(scenario.Case):
    async def test_piped_both_ways(self):
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-I", "-c", ECHO_UPPER,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        for number in range(50):  # a conversation, not one block
            process.stdin.write(b"line %d\n" % number)
            self.assertEqual(await process.stdout.readline(), b"LINE %d\n" % number)
        out, err = await process.communicate(b"the last\n")
        self.assertEqual((out, err, process.returncode), (b"THE LAST\n", b"end of input\n", 7))

    async def test_more_than_a_pipe_holds(self):
        data = scenario.content(1, 3_000_000)
        process = await asyncio.create_subprocess_exec(
            "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate(data)
        self.assertEqual(scenario.digest(out), scenario.digest(data))

    async def test_shell_and_kill(self):
        process = await asyncio.create_subprocess_shell("echo $0 started; exec sleep 1000",
                                                        stdout=asyncio.subprocess.PIPE)
        self.assertIn(b"started", await process.stdout.readline())
        process.kill()
        self.assertEqual(await process.wait(), -9)


class Executors(scenario.Case):
    async def test_threads(self):
        main = threading.get_ident()

        def work(number):
            return number * number, threading.get_ident()

        found = await asyncio.gather(*(asyncio.to_thread(work, n) for n in range(200)))
        self.assertEqual([square for square, _ in found], [n * n for n in range(200)])
        self.assertNotIn(main, {thread for _, thread in found})

    async def test_processes(self):
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            blocks = [scenario.content(n) for n in range(8)]
            jobs = [self.loop.run_in_executor(pool, scenario.digest, block) for block in blocks]
            self.assertEqual(await asyncio.gather(*jobs), [scenario.digest(block) for block in blocks])
            self.assertNotEqual(await self.loop.run_in_executor(pool, os.getpid), os.getpid())


class Names(scenario.Case):
    async def test_getaddrinfo(self):
        found = await self.loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        addresses = {address[0] for *_, address in found}
        self.assertTrue(addresses & {"127.0.0.1", "::1"}, found)

    async def test_getnameinfo(self):
        name, service = await self.loop.getnameinfo(("127.0.0.1", 9), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
        self.assertEqual((name, service), ("127.0.0.1", "9"))

    async def test_unknown_name(self):
        with self.assertRaises(socket.gaierror):
            await self.loop.getaddrinfo("no-such-name.invalid", 80)


class Datagrams(scenario.Case):
    async def test_echo(self):
        class Echo(asyncio.DatagramProtocol):
            def connection_made(self, transport):
                self.transport = transport

            def datagram_received(self, data, address):
                self.transport.sendto(data[::-1], address)

        class Client(asyncio.DatagramProtocol):
            def __init__(self):
                self.answers = asyncio.Queue()

            def datagram_received(self, data, address):
                self.answers.put_nowait(data)

        server, _ = await self.loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        self.stack.callback(server.close)
        client, protocol = await self.loop.create_datagram_endpoint(
            Client, remote_addr=server.get_extra_info("sockname"))
        self.stack.callback(client.close)
        for number in range(200):
            client.sendto(b"%d" % number)
            self.assertEqual(await protocol.answers.get(), (b"%d" % number)[::-1])


class Sockets(scenario.Case):
    async def serve(self, reader, writer):
        """Answers each line with the digest of that many bytes that follow it."""
        while line := await reader.readline():
            data = await reader.readexactly(int(line))
            writer.write(hashlib.sha256(data).hexdigest().encode() + b"\n")
            await writer.drain()
        writer.close()

    async def ask(self, reader, writer, numbers):
        for number in numbers:
            data = scenario.content(number)
            writer.write(b"%d\n" % len(data) + data)
            await writer.drain()
            self.assertEqual(await reader.readline(), scenario.digest(data).encode() + b"\n")
        writer.close()
        await writer.wait_closed()

    async def test_unix(self):
        path = os.path.join(self.folder, "socket")
        server = await self.stack.enter_async_context(await asyncio.start_unix_server(self.serve, path))

        async def client(first):
            await self.ask(*await asyncio.open_unix_connection(path), range(first, first + 5))

        await asyncio.gather(*(client(number) for number in range(20)))
        server.close()

    async def test_start_tls_in_the_middle_of_a_connection(self):
        server_context, client_context = self.tls()
        ended = asyncio.Event()

        async def serve(reader, writer):
            self.assertEqual(await reader.readline(), b"STARTTLS\n")
            writer.write(b"go ahead\n")
            await writer.drain()
            await writer.start_tls(server_context)
            self.assertIsNotNone(writer.get_extra_info("cipher"))
            while line := await reader.readline():
                writer.write(line.swapcase())
                await writer.drain()
            writer.close()
            ended.set()

        server = await self.stack.enter_async_context(await asyncio.start_server(serve, "127.0.0.1", 0))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(b"STARTTLS\n")
        self.assertEqual(await reader.readline(), b"go ahead\n")
        await writer.start_tls(client_context, server_hostname="localhost")
        for number in range(20):
            writer.write(b"Secret %d\n" % number)
            self.assertEqual(await reader.readline(), b"sECRET %d\n" % number)
        writer.close()
        await writer.wait_closed()
        await ended.wait()

    async def test_sendfile(self):
        path, data = os.path.join(self.folder, "file"), scenario.content(7, 2_000_000)
        with open(path, "wb") as file:
            file.write(data)

        async def serve(reader, writer):
            with open(path, "rb") as file:
                await self.loop.sendfile(writer.transport, file, fallback=False)
            writer.close()

        server = await self.stack.enter_async_context(await asyncio.start_server(serve, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]

        async def client():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            received = await reader.read()
            writer.close()
            await writer.wait_closed()
            return scenario.digest(received)

        self.assertEqual(await asyncio.gather(*(client() for _ in range(5))), [scenario.digest(data)] * 5)

    async def test_raw_sockets(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.stack.enter_context(listener)
        listener.setblocking(False)
        data = scenario.content(3, 1_000_000)

        async def serve():
            connection, _ = await self.loop.sock_accept(listener)
            with connection:
                await self.loop.sock_sendall(connection, data)

        serving = asyncio.ensure_future(serve())
        with socket.socket() as client:
            client.setblocking(False)
            await self.loop.sock_connect(client, listener.getsockname())
            received = bytearray()
            while block := await self.loop.sock_recv(client, 65536):
                received += block
        await serving
        self.assertEqual(scenario.digest(received), scenario.digest(data))


if __name__ == "__main__":
    scenario.main()
