# SPDX-License-Identifier: BSD-3-Clause
"""asyncio's whole network, process and signal API on a guest loop (T32), with real peers."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import weakref

import hostloop
import qi
from guestcase import GuestCase


def make_certificate(folder):
    """A self-signed certificate for localhost, by the openssl program."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )
    return key, certificate


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def talk(reader, writer, payload):
    """Sends a payload, reads as much back, and closes."""
    writer.write(payload)
    await writer.drain()
    received = await reader.readexactly(len(payload))
    writer.close()
    await writer.wait_closed()
    return received


class Network(GuestCase):
    def test_tcp_streams_many_at_once(self):
        async def main():
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            host, port = server.sockets[0].getsockname()

            async def client(number):
                payload = bytes([number]) * 50_000
                return await talk(*await asyncio.open_connection(host, port), payload) == payload

            async with server:
                return await asyncio.gather(*(client(number) for number in range(50)))

        self.assertEqual(self.complete(main()), [True] * 50)

    def test_large_transfer_with_backpressure(self):
        async def main():
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            payload = os.urandom(1 << 20) * 4

            async def send():
                writer.write(payload)
                await writer.drain()

            _, received = await asyncio.gather(send(), reader.readexactly(len(payload)))
            writer.close()
            await writer.wait_closed()
            server.close()
            await server.wait_closed()
            return received == payload

        self.assertTrue(self.complete(main()))

    def test_unix_socket(self):
        async def main(path):
            server = await asyncio.start_unix_server(echo, path)
            async with server:
                return await talk(*await asyncio.open_unix_connection(path), b"unix" * 1000)

        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.complete(main(os.path.join(folder, "s"))), b"unix" * 1000)

    def test_tls_twice(self):  # T33
        async def main(key, certificate):
            serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            serving.load_cert_chain(certificate, key)
            asking = ssl.create_default_context(cafile=certificate)
            server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=serving)
            port = server.sockets[0].getsockname()[1]
            async with server:
                streams = await asyncio.open_connection(
                    "127.0.0.1", port, ssl=asking, server_hostname="localhost"
                )
                return await talk(*streams, b"secret" * 10_000)

        with tempfile.TemporaryDirectory() as folder:
            files = make_certificate(folder)
            for _ in range(2):
                self.assertEqual(self.complete(main(*files)), b"secret" * 10_000)

    def test_start_tls(self):
        async def main(key, certificate):
            serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            serving.load_cert_chain(certificate, key)

            async def serve(reader, writer):
                await reader.readline()
                writer.write(b"go\n")
                await writer.drain()
                await writer.start_tls(serving)
                writer.write(await reader.readline())
                await writer.drain()
                writer.close()

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            async with server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                writer.write(b"starttls\n")
                self.assertEqual(await reader.readline(), b"go\n")
                await writer.start_tls(ssl.create_default_context(cafile=certificate),
                                       server_hostname="localhost")
                writer.write(b"inside\n")
                answer = await reader.readline()
                writer.close()
                return answer

        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.complete(main(*make_certificate(folder))), b"inside\n")

    def test_udp(self):
        class Echo(asyncio.DatagramProtocol):
            def connection_made(self, transport):
                self.transport = transport

            def datagram_received(self, data, address):
                self.transport.sendto(data.upper(), address)

        class Client(asyncio.DatagramProtocol):
            def __init__(self, answer):
                self.answer = answer

            def datagram_received(self, data, address):
                self.answer.set_result(data)

        async def main():
            loop = asyncio.get_running_loop()
            server, _ = await loop.create_datagram_endpoint(Echo, ("127.0.0.1", 0))
            answer = loop.create_future()
            client, _ = await loop.create_datagram_endpoint(
                lambda: Client(answer), remote_addr=server.get_extra_info("sockname")
            )
            client.sendto(b"datagram")
            try:
                return await answer
            finally:
                client.close()
                server.close()

        self.assertEqual(self.complete(main()), b"DATAGRAM")

    def test_raw_socket_calls(self):
        async def main():
            loop = asyncio.get_running_loop()
            with socket.create_server(("127.0.0.1", 0)) as server:
                server.setblocking(False)
                with socket.socket() as client:
                    client.setblocking(False)
                    accepting = asyncio.create_task(loop.sock_accept(server))
                    await loop.sock_connect(client, server.getsockname())
                    peer, _ = await accepting
                    with peer:
                        await loop.sock_sendall(client, b"raw")
                        return await loop.sock_recv(peer, 10)

        self.assertEqual(self.complete(main()), b"raw")

    def test_sendfile(self):
        async def main(path):
            received = asyncio.get_running_loop().create_future()

            async def collect(reader, writer):
                received.set_result(await reader.read())
                writer.close()

            server = await asyncio.start_server(collect, "127.0.0.1", 0)
            async with server:
                _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                with open(path, "rb") as file:
                    await asyncio.get_running_loop().sendfile(writer.transport, file)
                writer.close()
                return await received

        with tempfile.NamedTemporaryFile() as file:
            file.write(b"file" * 50_000)
            file.flush()
            self.assertEqual(self.complete(main(file.name)), b"file" * 50_000)

    def test_names(self):
        async def main():
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
            self.assertEqual(found, socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
            with self.assertRaises(socket.gaierror):
                await loop.getaddrinfo("name.invalid", 80)
            return (await loop.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST))[0]

        self.assertEqual(self.complete(main()), "127.0.0.1")

    def test_refused_connection(self):
        async def main():
            with socket.create_server(("127.0.0.1", 0)) as server:
                address = server.getsockname()
            with self.assertRaises(ConnectionRefusedError):
                await asyncio.open_connection(*address)

        self.complete(main())

    def test_tcp_inside_a_nested_event_loop(self):  # T01
        async def main():
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            address = server.sockets[0].getsockname()

            async def client():
                return await talk(*await asyncio.open_connection(*address), b"nested" * 1000)

            task = asyncio.create_task(client())
            hostloop.run(task.done)
            server.close()
            return task.result()

        self.assertEqual(self.complete(main()), b"nested" * 1000)


class Order(GuestCase):
    """Descriptors have their turn where asyncio gives it to them: what is ready in one iteration runs in the next."""

    def test_reader_is_not_kept_waiting_by_a_chain_of_callbacks(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        theirs.setblocking(False)
        found, links = [], 0

        def readable():
            theirs.recv(10)
            found.append(links)

        def link(left):
            nonlocal links
            links += 1
            if left:
                self.loop.call_soon(link, left - 1)

        async def main():
            nonlocal links
            self.loop.add_reader(theirs, readable)
            for round in range(20):
                await asyncio.sleep(0.002)
                links = 0
                ours.send(b"x")
                self.loop.call_soon(link, 1000)
                while links < 1000:
                    await asyncio.sleep(0)
            self.loop.remove_reader(theirs)

        self.complete(main())
        self.assertEqual(len(found), 20)
        self.assertLessEqual(max(found), 2)


class LostPoller(GuestCase):
    """The loop's own descriptors are closed behind its back, as os.closerange() in a library that daemonises does."""

    def lose(self):
        os.close(self.loop._poll_fd)

    def assert_told_once(self):
        reported = self.take_reported()
        self.assertEqual(len(reported), 1, reported)
        self.assertIn("os.closerange()", reported[0]["message"])
        self.assertIsInstance(reported[0]["exception"], OSError)

    def test_timer_that_is_set_goes_off(self):
        async def main():
            self.loop.call_later(0.001, self.lose)
            await asyncio.sleep(0.02)
            await asyncio.sleep(0.001)
            return "done"

        self.assertEqual(self.complete(main()), "done")
        self.assert_told_once()

    def test_what_was_watched_is_watched_again(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)

        async def main():
            arrived = self.loop.create_future()
            self.loop.add_reader(theirs, lambda: arrived.done() or arrived.set_result(theirs.recv(10)))
            await asyncio.sleep(0)
            self.lose()
            await asyncio.sleep(0.001)
            ours.send(b"hello")
            return await arrived

        try:
            self.assertEqual(self.complete(main()), b"hello")
        finally:
            self.loop.remove_reader(theirs)
        self.assert_told_once()

    def test_other_threads_still_wake_it(self):
        async def main():
            arrived = self.loop.create_future()
            await asyncio.sleep(0)
            self.lose()
            threading.Timer(0.05, self.loop.call_soon_threadsafe, [arrived.set_result, "woken"]).start()
            await arrived
            await asyncio.sleep(0.001)  # a timer that is lost is found once there is a deadline
            return arrived.result()

        self.assertEqual(self.complete(main()), "woken")
        self.assert_told_once()

    def test_native_loop_goes_on_too(self):
        self.loop.stop()
        self.loop.set_mode(qi.QiLoopMode.NATIVE)

        async def main():
            arrived = self.loop.create_future()
            self.lose()
            await asyncio.sleep(0.001)
            threading.Timer(0.05, self.loop.call_soon_threadsafe, [arrived.set_result, "woken"]).start()
            return await arrived

        self.assertEqual(self.loop.run_until_complete(main()), "woken")
        self.assert_told_once()


class LostPart(LostPoller):
    """One of those that the poller watches itself."""

    kind = "eventfd"

    def lose(self):
        with open(f"/proc/self/fdinfo/{self.loop._poll_fd}") as file:
            watched = [int(line.split()[1]) for line in file if line.startswith("tfd:")]
        (lost,) = [fd for fd in watched if os.readlink(f"/proc/self/fd/{fd}") == f"anon_inode:[{self.kind}]"]
        os.close(lost)


class LostTimer(LostPart):
    kind = "timerfd"


class Processes(GuestCase):
    def test_pipes_both_ways(self):
        async def main():
            process = await asyncio.create_subprocess_exec(
                "tr", "a-z", "A-Z", stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            output, _ = await process.communicate(b"shout" * 20_000)
            return output, process.returncode

        self.assertEqual(self.complete(main()), (b"SHOUT" * 20_000, 0))

    def test_several_with_exit_codes(self):
        async def one(code):
            process = await asyncio.create_subprocess_shell(f"exit {code}")
            return await process.wait()

        async def main():
            return await asyncio.gather(*(one(code) for code in range(5)))

        self.assertEqual(self.complete(main()), [0, 1, 2, 3, 4])

    def test_kill(self):
        async def main():
            process = await asyncio.create_subprocess_exec("sleep", "600")
            process.kill()
            return await process.wait()

        self.assertEqual(self.complete(main()), -signal.SIGKILL)

    def test_pipe_transports(self):
        async def main():
            loop = asyncio.get_running_loop()
            read_end, write_end = os.pipe()
            reader = asyncio.StreamReader()
            await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
            )
            transport, _ = await loop.connect_write_pipe(
                asyncio.Protocol, os.fdopen(write_end, "wb", 0)
            )
            transport.write(b"through the pipe")
            transport.close()
            return await reader.read()

        self.assertEqual(self.complete(main()), b"through the pipe")


class ClosedSockets(GuestCase):
    def test_removed_by_the_object_that_was_added(self):
        # anyio closes its Unix sockets first, and removes their readers by the closed object afterwards.
        one, other = socket.socketpair()
        with other:
            self.loop.add_reader(one, print)
            self.loop.add_writer(one, print)
            one.close()
            self.assertTrue(self.loop.remove_reader(one))
            self.assertTrue(self.loop.remove_writer(one))
            with self.assertRaises(ValueError):  # nothing is left to find it by
                self.loop.remove_reader(one)

    def test_object_goes_with_its_last_callback(self):
        one, other = socket.socketpair()
        with other:
            gone = weakref.ref(one)
            self.loop.add_reader(one, int)
            self.loop.add_writer(one, int)
            number = one.fileno()
            self.loop.remove_reader(number)
            self.assertIsNotNone(gone())
            self.loop.remove_writer(number)
            one.close()
            del one
            self.assertIsNone(gone())


class Others(GuestCase):
    def test_signal_handler(self):
        got = []
        self.loop.add_signal_handler(signal.SIGUSR1, got.append, "usr1")
        os.kill(os.getpid(), signal.SIGUSR1)
        self.run_host(lambda: got)
        self.assertTrue(self.loop.remove_signal_handler(signal.SIGUSR1))

    def test_signal_while_the_host_waits(self):
        got = []
        self.loop.add_signal_handler(signal.SIGUSR2, got.append, "usr2")
        self.settle()
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR2)).start()
        self.run_host(lambda: got)
        self.loop.remove_signal_handler(signal.SIGUSR2)

    def test_executor(self):
        async def main():
            loop = asyncio.get_running_loop()
            threads = await asyncio.gather(
                *(loop.run_in_executor(None, threading.get_ident) for _ in range(20)),
                asyncio.to_thread(threading.get_ident),
            )
            return threading.get_ident() in threads

        self.assertFalse(self.complete(main()))

    def test_coroutine_from_another_thread(self):
        async def coro():
            await asyncio.sleep(0)
            return threading.get_ident()

        results = []

        def other():
            results.append(asyncio.run_coroutine_threadsafe(coro(), self.loop).result())
            self.loop.call_soon_threadsafe(lambda: None)  # the host looks only when woken

        thread = threading.Thread(target=other)
        thread.start()
        self.run_host(lambda: results)
        thread.join()
        self.assertEqual(results, [threading.get_ident()])

    def test_async_generators_are_closed(self):
        closed = []

        async def generator():
            try:
                yield 1
                yield 2
            finally:
                closed.append(True)

        async def main():
            async for _ in generator():
                break
            await asyncio.sleep(0)

        self.complete(main())
        self.run_host(lambda: closed)


if __name__ == "__main__":
    unittest.main()
