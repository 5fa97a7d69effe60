# SPDX-License-Identifier: BSD-3-Clause
"""TLS on the transport in C: the shorter way through asyncio's protocol gives what asyncio's own gives.

The cases of Behaviour run on both.
"""

import asyncio
import os
import socket
import ssl
import tempfile
import threading
import unittest
from asyncio import sslproto
from unittest import mock

import hostloop
from guestcase import GuestCase
from qi._loop.tls import QiSSLProtocol
from test_io import make_certificate
from test_transports import Buffered, Recorder, fail


def make_contexts():
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = make_certificate(folder)
        inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        inside.load_cert_chain(certificate, key)
        outside = ssl.create_default_context(cafile=certificate)
    return inside, outside


class TlsCase(GuestCase):
    plain = True

    @classmethod
    def setUpClass(cls):
        cls.inside, cls.outside = make_contexts()

    def setUp(self):
        super().setUp()
        if not self.plain:
            self.loop._is_plain = lambda sock: False

    def far_end(self):
        """The context of the other end, and its options."""
        return self.inside, {"server_side": True}

    async def secure(self, protocol, near, begin):
        """Makes the transport, and has the other end begin() as soon as it may."""
        begin()
        transport, _ = await self.loop.create_connection(
            lambda: protocol, sock=near, ssl=self.outside, server_hostname="localhost"
        )
        return transport

    def connect(self, protocol):
        """(transport, the other end): ours, and a blocking socket."""
        near, far = socket.socketpair()
        far.settimeout(30)
        self.addCleanup(far.close)
        secure = []
        context, options = self.far_end()
        thread = threading.Thread(target=lambda: secure.append(context.wrap_socket(far, **options)))
        transport = self.complete(self.secure(protocol, near, thread.start))
        thread.join()
        self.assertEqual(type(transport._ssl_protocol) is QiSSLProtocol, self.plain)
        self.addCleanup(secure[0].close)
        self.addCleanup(self.drop, transport, protocol)
        return transport, secure[0]

    def drop(self, transport, protocol):
        transport.abort()
        self.until_lost(protocol)
        self.settle()

    def until_lost(self, protocol):
        self.run_host(lambda: protocol.is_lost)

    def in_thread(self, function, *args):
        thread = threading.Thread(target=function, args=args)
        thread.start()
        self.addCleanup(thread.join)


class Behaviour:
    def test_messages_of_every_size_come_back(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)

        def echo():
            while data := far.recv(1 << 16):
                far.sendall(data)

        self.in_thread(echo)
        for size in 1, 100, 16_383, 16_384, 16_385, 40_000, 300_000, 2:
            payload = os.urandom(size)
            protocol.data.clear()
            transport.write(payload)
            self.run_host(lambda: len(protocol.data) >= size)
            self.assertEqual(bytes(protocol.data), payload)
        far.shutdown(socket.SHUT_RDWR)

    def test_records_that_come_together_are_one_message(self):
        pieces = []
        protocol = Recorder(data=lambda self, data: pieces.append(data))
        transport, far = self.connect(protocol)
        transport._ssl_protocol._transport.pause_reading()
        for piece in b"one ", b"two ", b"three":
            far.sendall(piece)
        transport._ssl_protocol._transport.resume_reading()
        self.run_host(lambda: bytes(protocol.data) == b"one two three")
        self.assertEqual(pieces, [b"one two three"])

    def test_record_that_comes_in_pieces(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        near, far = socket.socketpair()
        self.addCleanup(far.close)
        context, options = self.far_end()
        server = context.wrap_bio(incoming, outgoing, **options)
        protocol = Recorder()
        begun = []
        connecting = self.loop.run_task(self.secure(protocol, near, lambda: begun.append(True)))
        self.run_host(lambda: begun)
        far.setblocking(False)

        def pump():
            try:
                incoming.write(far.recv(1 << 16))
            except BlockingIOError:
                pass
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                pass
            if outgoing.pending:
                far.send(outgoing.read())
            return connecting.done()

        self.run_host(pump)
        transport = connecting.result()
        self.addCleanup(self.drop, transport, protocol)
        server.write(b"x" * 5000)
        cipher = outgoing.read()
        for start in range(0, len(cipher), 700):
            self.assertEqual(bytes(protocol.data), b"")
            far.send(cipher[start : start + 700])
            self.settle()
        self.run_host(lambda: bytes(protocol.data) == b"x" * 5000)

    def test_good_bye_of_the_peer(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)

        def leave():
            far.sendall(b"last words")
            far.unwrap()

        self.in_thread(leave)
        self.until_lost(protocol)
        self.assertEqual(protocol.events, ["made", "data", "eof", "lost"])
        self.assertEqual(bytes(protocol.data), b"last words")
        self.assertIsNone(protocol.error)

    def test_close_says_good_bye_after_what_is_written(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        received = bytearray()

        def read():
            while data := far.recv(1 << 16):
                received.extend(data)
            far.unwrap()

        reading = self.loop.run_in_executor(None, read)
        transport.writelines([b"a" * 100_000, b"", bytearray(b"b"), memoryview(b"c")])
        transport.close()
        self.until_lost(protocol)
        self.run_host(reading)
        self.assertEqual(bytes(received), b"a" * 100_000 + b"bc")

    def test_pause_and_resume_reading(self):
        protocol = Recorder(data=lambda self, data: self.transport.pause_reading())
        transport, far = self.connect(protocol)
        far.sendall(b"one")
        self.run_host(lambda: bytes(protocol.data) == b"one")
        self.assertFalse(transport.is_reading())
        far.sendall(b"two")
        self.settle()
        self.assertEqual(bytes(protocol.data), b"one")
        transport.resume_reading()
        self.run_host(lambda: bytes(protocol.data) == b"onetwo")

    def test_flow_control_of_writing(self):
        for limits in {"high": 1000, "low": 10}, {"high": 100_000}:
            with self.subTest(limits=limits):
                protocol = Recorder()
                transport, far = self.connect(protocol)
                transport.set_write_buffer_limits(**limits)
                # More than socket and transport take at once: the rest waits in the protocol.
                for _ in range(100):
                    transport.write(bytes(50_000))
                self.assertEqual(protocol.events.count("pause"), 1 + protocol.events.count("resume"))

                def read():
                    left = 5_000_000
                    while left:
                        left -= len(far.recv(1 << 16))

                self.run_host(self.loop.run_in_executor(None, read))
                self.run_host(lambda: protocol.events[-1] == "resume")

    def test_flow_control_of_reading(self):
        protocol = Recorder(data=lambda self, data: self.transport.pause_reading())
        transport, far = self.connect(protocol)
        payload = os.urandom(3_000_000)
        self.in_thread(far.sendall, payload)
        rounds = 0
        while len(protocol.data) < len(payload):
            before = len(protocol.data)
            self.run_host(lambda: len(protocol.data) > before)
            transport.resume_reading()
            rounds += 1
        self.assertGreater(rounds, 1)
        self.assertEqual(bytes(protocol.data), payload)

    def test_buffered_protocol_on_top(self):
        protocol = Buffered(size=1000)
        protocol.get_buffer = lambda hint: memoryview(protocol.buffer)  # asyncio slices it
        transport, far = self.connect(protocol)
        payload = os.urandom(100_000)
        self.in_thread(far.sendall, payload)
        self.run_host(lambda: len(protocol.data) == len(payload))
        self.assertEqual(bytes(protocol.data), payload)

    def test_many_connections_share_nothing_but_the_buffer(self):
        pairs = []
        for number in range(10):
            protocol = Recorder()
            transport, far = self.connect(protocol)
            payload = bytes([number]) * 60_000
            pairs.append((protocol, payload))
            self.in_thread(far.sendall, payload)
        self.run_host(lambda: all(len(p.data) >= len(payload) for p, payload in pairs))
        for protocol, payload in pairs:
            self.assertEqual(bytes(protocol.data), payload)

    def test_exception_in_data_received(self):
        protocol = Recorder(data=fail)
        transport, far = self.connect(protocol)
        far.sendall(b"x")
        self.until_lost(protocol)
        (context,) = self.take_reported()
        self.assertEqual(context["message"], "Fatal error on SSL protocol")
        self.assertIs(type(context["exception"]), ZeroDivisionError)

    def test_bytes_that_are_no_record(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        with socket.socket(fileno=far.detach()) as raw:
            raw.sendall(b"this is no TLS record at all" * 3)
            self.until_lost(protocol)
        self.assertEqual(bytes(protocol.data), b"")
        self.assertEqual(protocol.events, ["made", "lost"])

    def test_nested_event_loop_in_data_received(self):
        other = Recorder()
        other_transport, other_far = self.connect(other)
        order = []

        def nest(protocol, data):
            order.append(("begin", data))
            if data == b"first":
                far.sendall(b"second")
                other_far.sendall(b"for the other")
                hostloop.run(lambda: other.data)
            order.append(("end", data))

        protocol = Recorder(data=nest)
        transport, far = self.connect(protocol)
        far.sendall(b"first")
        self.run_host(lambda: len(order) == 4)
        self.assertEqual(
            order, [("begin", b"first"), ("end", b"first"), ("begin", b"second"), ("end", b"second")]
        )

    def test_tls_inside_of_tls(self):
        async def echo(reader, writer):
            while data := await reader.read(1 << 16):
                writer.write(data)
            writer.close()

        async def main():
            # The outer server speaks TLS and hands on what it hears to the inner, which does, too.
            inner = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=self.inside)

            async def hand_on(reader, writer):
                to, out = await asyncio.open_connection(*inner.sockets[0].getsockname())

                async def copy(source, sink):
                    while data := await source.read(1 << 16):
                        sink.write(data)

                copying = [asyncio.ensure_future(copy(reader, out)),
                           asyncio.ensure_future(copy(to, writer))]
                await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED)
                for task in copying:
                    task.cancel()
                out.transport.abort()
                writer.transport.abort()

            outer = await asyncio.start_server(hand_on, "127.0.0.1", 0, ssl=self.inside)
            protocol = Recorder()
            transport, _ = await self.loop.create_connection(
                Recorder, *outer.sockets[0].getsockname(), ssl=self.outside,
                server_hostname="localhost",
            )
            transport = await self.loop.start_tls(
                transport, protocol, self.outside, server_hostname="localhost"
            )
            self.assertEqual(type(transport._ssl_protocol) is QiSSLProtocol, self.plain)
            payload = os.urandom(200_000)
            transport.write(payload)
            while len(protocol.data) < len(payload):
                await asyncio.sleep(0)
            transport.abort()
            outer.close()
            inner.close()
            return bytes(protocol.data) == payload

        self.assertTrue(self.complete(main()))
        self.settle(20)


class OnOurs(Behaviour, TlsCase):
    """The transport in C with the shorter way."""


class OnStock(Behaviour, TlsCase):
    """asyncio's transport and protocol, on the same loop."""

    plain = False


class UpgradedClient(TlsCase):
    """What start_tls() makes of a connection."""

    async def upgrade(self, protocol, near, begin, context, **options):
        transport, _ = await self.loop.create_connection(lambda: protocol, sock=near)
        begin()
        transport = await self.loop.start_tls(transport, protocol, context, **options)
        protocol.transport = transport
        return transport

    async def secure(self, protocol, near, begin):
        return await self.upgrade(protocol, near, begin, self.outside, server_hostname="localhost")


class UpgradedServer(UpgradedClient):
    def far_end(self):
        return self.outside, {"server_hostname": "localhost"}

    async def secure(self, protocol, near, begin):
        return await self.upgrade(protocol, near, begin, self.inside, server_side=True)


class UpgradedClientOnOurs(Behaviour, UpgradedClient):
    pass


class UpgradedClientOnStock(Behaviour, UpgradedClient):
    plain = False


class UpgradedServerOnOurs(Behaviour, UpgradedServer):
    pass


class UpgradedServerOnStock(Behaviour, UpgradedServer):
    plain = False


class Upgrade:
    """start_tls() itself, where it does not succeed or is not ours to do."""

    def plain_connection(self, protocol):
        near, far = socket.socketpair()
        far.settimeout(30)
        self.addCleanup(far.close)
        transport, _ = self.complete(self.loop.create_connection(lambda: protocol, sock=near))
        self.addCleanup(self.settle)
        self.addCleanup(transport.abort)
        return transport, far

    def test_handshake_that_fails_closes_the_transport(self):
        protocol = Recorder()
        transport, far = self.plain_connection(protocol)
        far.sendall(b"this is no TLS record at all" * 3)
        with self.assertRaises(ssl.SSLError):
            self.complete(self.loop.start_tls(transport, protocol, self.inside, server_side=True))
        self.assertTrue(transport.is_closing())

    def test_peer_that_leaves_during_the_handshake(self):
        protocol = Recorder()
        transport, far = self.plain_connection(protocol)
        upgrading = self.loop.run_task(
            self.loop.start_tls(transport, protocol, self.outside, server_hostname="localhost")
        )
        self.settle()
        far.close()
        with self.assertRaises(ConnectionResetError):
            self.run_host(upgrading)
        self.assertTrue(transport.is_closing())

    def test_cancelled_before_and_during_the_handshake(self):
        for cycles in 0, 5:
            with self.subTest(cycles=cycles):
                protocol = Recorder()
                transport, far = self.plain_connection(protocol)
                upgrading = self.loop.run_task(
                    self.loop.start_tls(transport, protocol, self.outside, server_hostname="localhost")
                )
                self.settle(cycles)
                upgrading.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    self.run_host(upgrading)
                self.assertTrue(transport.is_closing())
                self.settle()
                self.assertEqual(bytes(protocol.data), b"")

    def test_wrong_arguments(self):
        protocol = Recorder()
        transport, _ = self.plain_connection(protocol)
        with self.assertRaisesRegex(TypeError, "SSLContext"):
            self.complete(self.loop.start_tls(transport, protocol, None))
        with self.assertRaisesRegex(TypeError, "not supported by start_tls"):
            self.complete(self.loop.start_tls(object(), protocol, self.outside))
        with self.assertRaisesRegex(ValueError, "ssl_handshake_timeout"):
            self.complete(self.loop.start_tls(transport, protocol, self.inside, server_side=True,
                                              ssl_handshake_timeout=0))
        self.assertFalse(transport.is_closing())

    def test_transport_of_somebody_elses_gets_asyncios_protocol(self):
        class Wrapper(asyncio.Transport):
            _start_tls_compatible = True

            def __init__(self, transport):
                super().__init__()
                self.inner = transport

            def __getattribute__(self, name):
                if name in ("inner", "_start_tls_compatible"):
                    return super().__getattribute__(name)
                return getattr(self.inner, name)

        protocol = Recorder()
        transport, far = self.plain_connection(protocol)
        secure = []
        thread = threading.Thread(
            target=lambda: secure.append(self.inside.wrap_socket(far, server_side=True))
        )
        thread.start()
        upgraded = self.complete(self.loop.start_tls(Wrapper(transport), protocol, self.outside,
                                                     server_hostname="localhost"))
        thread.join()
        self.addCleanup(secure[0].close)
        self.assertIs(type(upgraded._ssl_protocol), sslproto.SSLProtocol)
        secure[0].sendall(b"hello")
        self.run_host(lambda: bytes(protocol.data) == b"hello")
        upgraded.abort()
        self.until_lost(protocol)

    def test_bytes_that_the_stream_holds_are_left_to_asyncio(self):
        async def main():
            reader, writer = await asyncio.open_connection(sock=near)
            far.sendall(b"too early")
            while not reader._buffer:
                await asyncio.sleep(0)
            with mock.patch.object(sslproto, "SSLProtocol", side_effect=ZeroDivisionError) as stock:
                with self.assertRaises(ZeroDivisionError):
                    await self.loop.start_tls(writer.transport, writer.transport.get_protocol(),
                                              self.inside, server_side=True)
            writer.transport.abort()
            return stock.call_count

        near, far = socket.socketpair()
        self.addCleanup(far.close)
        self.assertEqual(self.complete(main()), 1)
        self.settle()


class UpgradeOnOurs(Upgrade, TlsCase):
    pass


class UpgradeOnStock(Upgrade, TlsCase):
    plain = False


if __name__ == "__main__":
    unittest.main()
