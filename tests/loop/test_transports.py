# SPDX-License-Identifier: BSD-3-Clause
"""The stream transport in C: what asyncio's own does, it does.

The cases of Behaviour run on both, with real sockets, so that asyncio's transport vouches for them.
"""

import asyncio
import contextvars
import gc
import inspect
import os
import resource
import selectors
import socket
import struct
import sys
import tempfile
import threading
import unittest
import warnings
import weakref
from asyncio import selector_events
from unittest import mock

import _qi
import hostloop
import qi
from guestcase import GuestCase
from test_io import make_certificate

# What asyncio's transport of 3.11 gets wrong and that of 3.12 right, ours gets right everywhere.
STOCK_IS_OLD = sys.version_info < (3, 12)

# All callbacks of a connection run in one Context, and a server has one that its connections have copies of.
HAS_CONTEXTS = sys.version_info >= (3, 15)


class Recorder(asyncio.Protocol):
    """Notes what it is told. What `on` holds under the name of a callback is called as well."""

    def __init__(self, **on):
        self.on = on
        self.events = []
        self.data = bytearray()
        self.transport = None

    def note(self, name, *args):
        self.events.append(name)
        react = self.on.get(name)
        return react(self, *args) if react else None

    def connection_made(self, transport):
        self.transport = transport
        self.note("made")

    def data_received(self, data):
        assert type(data) is bytes
        self.data += data
        self.note("data", data)

    def eof_received(self):
        return self.note("eof")

    def pause_writing(self):
        self.note("pause")

    def resume_writing(self):
        self.note("resume")

    def connection_lost(self, error):
        self.error = error
        self.note("lost", error)

    @property
    def is_lost(self):
        return "lost" in self.events


class Buffered(Recorder, asyncio.BufferedProtocol):
    """Receives into a buffer of its own."""

    data_received = None

    def __init__(self, size=16, **on):
        super().__init__(**on)
        self.buffer = bytearray(size)

    def get_buffer(self, hint):
        assert hint == -1
        given = self.note("get_buffer")
        return self.buffer if given is None else given

    def buffer_updated(self, count):
        self.data += self.buffer[:count]
        self.note("updated", count)


def fail(*args):
    raise ZeroDivisionError("on purpose")


def reset_on_close(sock):
    """Makes close() of a TCP socket send a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_until_end(sock):
    data = bytearray()
    while piece := sock.recv(1 << 16):
        data += piece
    return bytes(data)


class TransportCase(GuestCase):
    plain = True

    def setUp(self):
        super().setUp()
        if not self.plain:
            self.loop._is_plain = lambda sock: False

    def tcp_pair(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            near = socket.create_connection(listener.getsockname())
            far, _ = listener.accept()
        return near, far

    def connect(self, protocol, pair=None):
        """(transport, the other end): of a TCP connection, or of a pair of sockets."""
        near, far = pair or self.tcp_pair()
        far.settimeout(30)
        self.addCleanup(far.close)
        self.addCleanup(near.close)
        transport, _ = self.complete(self.loop.create_connection(lambda: protocol, sock=near))
        self.assertEqual(type(transport) is _qi.StreamTransport, self.plain)
        self.addCleanup(self.drop, transport)
        return transport, far

    def drop(self, transport):
        if not self.loop.is_closed() and transport._loop is not None:
            transport.abort()
            self.run_host(lambda: transport._loop is None)

    def small_pair(self):
        """A pair that holds little, so that writing blocks."""
        near, far = socket.socketpair()
        for sock in near, far:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return near, far

    def collect(self, far, collected):
        """Reads the other end in a thread until the end; the thread."""
        thread = threading.Thread(target=lambda: collected.append(read_until_end(far)))
        thread.start()
        self.addCleanup(thread.join)
        return thread

    def until_lost(self, protocol):
        self.run_host(lambda: protocol.is_lost)
        self.settle(1)


class Behaviour:
    # -- reading

    def test_data_arrives_in_order(self):
        protocol = Recorder()
        _, far = self.connect(protocol)
        payload = os.urandom(700_000)
        threading.Thread(target=far.sendall, args=(payload,)).start()
        self.run_host(lambda: len(protocol.data) == len(payload))
        self.assertEqual(bytes(protocol.data), payload)

    def test_messages_that_grow_and_shrink(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        for size in (1, 100, 9_000, 60_000, 200_000, 70_000, 3, 1, 1, 1, 1, 50_000):
            payload = os.urandom(size)
            protocol.data.clear()
            threading.Thread(target=far.sendall, args=(payload,)).start()
            self.run_host(lambda: len(protocol.data) >= size)
            self.assertEqual(bytes(protocol.data), payload)

    def test_short_messages_in_between_do_not_split_the_large_ones(self):
        pieces = []
        protocol = Recorder(data=lambda self, data: pieces.append(len(data)))
        _, far = self.connect(protocol, socket.socketpair())
        for size in (90_000, 5_000) * 5 + (90_000,):
            pieces.clear()
            far.sendall(bytes(size))
            self.run_host(lambda: sum(pieces) == size)
        self.assertEqual(pieces, [90_000])

    def test_what_a_protocol_keeps_stays_as_it_came(self):
        for keep in (bytes, memoryview):
            protocol = Recorder(data=lambda self, data: kept.append(keep(data)))
            kept, sent = [], []
            _, far = self.connect(protocol, socket.socketpair())
            for size in (60_000, 80_000, 79_000, 81_000, 40_000, 80_000, 3, 80_000, 12_000):
                sent.append(os.urandom(size))
                far.sendall(sent[-1])
                self.run_host(lambda: len(protocol.data) == sum(map(len, sent)))
            self.assertEqual(b"".join(kept), b"".join(sent))

    def test_each_message_has_its_own_hash(self):
        hashes = []
        protocol = Recorder(data=lambda self, data: hashes.append((hash(data), hash(bytes(bytearray(data))))))
        _, far = self.connect(protocol, socket.socketpair())
        for number in range(1, 6):
            far.sendall(bytes([number]) * 80_000)
            self.run_host(lambda: len(protocol.data) == number * 80_000)
        for given, expected in hashes:
            self.assertEqual(given, expected)
        self.assertEqual(len(set(hashes)), len(hashes))

    def test_max_size_bounds_a_read(self):
        pieces = []
        protocol = Recorder(data=lambda self, data: pieces.append(len(data)))
        transport, far = self.connect(protocol)
        transport.max_size = 10
        far.sendall(bytes(95))
        self.run_host(lambda: sum(pieces) == 95)
        self.assertEqual(pieces, [10] * 9 + [5])

    def test_end_of_stream_closes(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        far.sendall(b"last words")
        far.shutdown(socket.SHUT_WR)
        self.until_lost(protocol)
        self.assertEqual(protocol.events, ["made", "data", "eof", "lost"])
        self.assertIsNone(protocol.error)
        self.assertTrue(transport.is_closing())
        self.assertEqual(far.recv(10), b"")

    def test_half_closed_connection_can_be_written(self):
        protocol = Recorder(eof=lambda self: True)
        transport, far = self.connect(protocol)
        far.shutdown(socket.SHUT_WR)
        self.run_host(lambda: "eof" in protocol.events)
        self.settle()
        self.assertEqual(protocol.events, ["made", "eof"])  # once, though it is readable for ever
        self.assertFalse(transport.is_closing())
        transport.write(b"answer")
        self.assertEqual(far.recv(10), b"answer")
        transport.close()
        self.until_lost(protocol)
        self.assertEqual(far.recv(10), b"")

    def test_pause_and_resume_reading(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        self.assertTrue(transport.is_reading())
        transport.pause_reading()
        transport.pause_reading()
        self.assertFalse(transport.is_reading())
        far.sendall(b"later")
        self.settle()
        self.assertEqual(bytes(protocol.data), b"")
        transport.resume_reading()
        transport.resume_reading()
        self.run_host(lambda: bytes(protocol.data) == b"later")

    def test_pausing_in_data_received_keeps_the_rest_in_order(self):
        protocol = Recorder(data=lambda self, data: self.transport.pause_reading())
        transport, far = self.connect(protocol)
        transport.max_size = 4
        far.sendall(b"abcdefghij")
        for expected in b"abcd", b"abcdefgh", b"abcdefghij":
            self.run_host(lambda: len(protocol.data) == len(expected))
            self.settle()
            self.assertEqual(bytes(protocol.data), expected)
            transport.resume_reading()

    def test_pause_reading_in_connection_made(self):
        if STOCK_IS_OLD and not self.plain:
            self.skipTest("asyncio reads all the same before 3.12")
        protocol = Recorder(made=lambda self: self.transport.pause_reading())
        transport, far = self.connect(protocol)
        far.sendall(b"later")
        self.settle()
        self.assertEqual(bytes(protocol.data), b"")
        transport.resume_reading()
        self.run_host(lambda: bytes(protocol.data) == b"later")

    def test_callbacks_run_in_the_context_of_the_connection(self):
        place = contextvars.ContextVar("place", default="none")
        seen = []

        def look(protocol, *args):
            seen.append(place.get())
            place.set("changed in a callback")

        protocol = Recorder(made=look, data=look, lost=look)
        near, far = self.tcp_pair()
        self.addCleanup(far.close)

        async def main():
            place.set("where it was made")
            return await self.loop.create_connection(lambda: protocol, sock=near)

        transport, _ = self.complete(main())
        far.sendall(b"1")
        self.run_host(lambda: len(seen) == 2)
        far.sendall(b"2")
        self.run_host(lambda: len(seen) == 3)
        context = contextvars.Context()
        context.run(transport.close)
        self.until_lost(protocol)
        if HAS_CONTEXTS:
            self.assertEqual(seen, ["where it was made"] + ["changed in a callback"] * 3)
        else:  # each registration has a copy of the Context in which it was made
            self.assertEqual(
                seen, ["where it was made", "where it was made", "changed in a callback", "none"]
            )

    @unittest.skipUnless(HAS_CONTEXTS, "a connection has a Context from Python 3.15 on")
    def test_what_others_set_is_not_seen_by_a_connection(self):
        place = contextvars.ContextVar("place", default="none")
        seen = []
        look = lambda protocol, *args: seen.append(place.get())
        protocol = Recorder(data=look, pause=look, resume=look, lost=look)
        transport, far = self.connect(protocol, self.small_pair())
        collected = []

        def from_elsewhere():
            place.set("elsewhere")
            transport.pause_reading()
            transport.resume_reading()
            transport.write(bytes(400_000))

        contextvars.Context().run(from_elsewhere)
        far.sendall(b"1")
        self.run_host(lambda: protocol.data)
        self.collect(far, collected)
        self.run_host(lambda: "resume" in protocol.events)
        contextvars.Context().run(transport.close)
        self.until_lost(protocol)
        # Whoever writes too much is told so in his own Context; all others are called in that of the connection.
        self.assertEqual(seen, ["elsewhere", "none", "none", "none"])

    # -- buffered protocols

    def test_buffered_protocol(self):
        protocol = Buffered(size=16)
        transport, far = self.connect(protocol)
        payload = os.urandom(100)
        far.sendall(payload)
        self.run_host(lambda: len(protocol.data) == 100)
        self.assertEqual(bytes(protocol.data), payload)
        self.assertEqual(protocol.events[:3], ["made", "get_buffer", "updated"])
        far.shutdown(socket.SHUT_WR)
        self.until_lost(protocol)
        self.assertEqual(protocol.events[-3:], ["get_buffer", "eof", "lost"])

    def test_buffered_protocol_that_gives_a_view(self):
        whole = bytearray(64)
        protocol = Buffered(get_buffer=lambda self: memoryview(whole)[10:20])
        transport, far = self.connect(protocol)
        far.sendall(b"0123456789")
        self.run_host(lambda: "updated" in protocol.events)
        self.assertEqual(bytes(whole[10:20]), b"0123456789")

    def test_buffered_protocol_without_room(self):
        for bad, error in ((b"", RuntimeError), (5, TypeError), (b"readonly", None)):
            with self.subTest(buffer=bad):
                protocol = Buffered(get_buffer=lambda self: bad)
                transport, far = self.connect(protocol)
                far.sendall(b"x")
                self.until_lost(protocol)
                (context,) = self.take_reported()
                if error:
                    self.assertIs(type(context["exception"]), error)
                    self.assertIn("get_buffer() call failed", context["message"])
                self.assertIs(context["transport"], transport)
                self.assertIs(context["protocol"], protocol)
                self.assertIs(protocol.error, context["exception"])

    def test_buffer_can_grow_between_reads(self):
        def grow(protocol):
            protocol.buffer.extend(bytes(8))  # BufferError if somebody still held it

        protocol = Buffered(size=8, get_buffer=grow)
        transport, far = self.connect(protocol)
        far.sendall(bytes(range(200)))
        self.run_host(lambda: len(protocol.data) == 200)
        self.assertEqual(bytes(protocol.data), bytes(range(200)))

    # -- protocols that change

    def test_protocol_switch_in_data_received(self):
        second = Recorder()
        first = Recorder(data=lambda self, data: self.transport.set_protocol(second))
        transport, far = self.connect(first)
        far.sendall(b"one")
        self.run_host(lambda: transport.get_protocol() is second)
        far.sendall(b"two")
        self.run_host(lambda: bytes(second.data) == b"two")
        transport.close()
        self.until_lost(second)
        self.assertEqual(first.events, ["made", "data"])
        self.assertEqual(second.events, ["data", "lost"])

    def test_switch_between_kinds_of_protocol(self):
        plain, buffered = Recorder(), Buffered()
        transport, far = self.connect(plain)
        for protocol, payload in (buffered, b"one"), (plain, b"two"), (buffered, b"three"):
            transport.set_protocol(protocol)
            far.sendall(payload)
            self.run_host(lambda: protocol.data.endswith(payload))

    # -- writing

    def test_write_takes_what_is_like_bytes(self):
        transport, far = self.connect(Recorder())
        transport.write(b"bytes ")
        transport.write(bytearray(b"bytearray "))
        transport.write(memoryview(b"-memoryview-")[1:-1])
        transport.write(b"")
        transport.close()
        self.assertEqual(self.complete(self.read_far(far)), b"bytes bytearray memoryview")
        for bad in "text", 5, None, [b"x"]:
            with self.assertRaisesRegex(TypeError, "bytes"):
                transport.write(bad)

    async def read_far(self, far):
        return await self.loop.run_in_executor(None, read_until_end, far)

    def test_large_writes_through_small_buffers(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        payload = os.urandom(1_000_000)
        for start in range(0, len(payload), 77_777):
            transport.write(payload[start : start + 77_777])
        self.assertGreater(transport.get_write_buffer_size(), 900_000)
        transport.close()
        self.assertEqual(self.complete(self.read_far(far)), payload)
        self.until_lost(protocol)
        self.assertIsNone(protocol.error)
        self.assertEqual(protocol.events, ["made", "pause", "resume", "lost"])

    def test_many_small_writes_through_small_buffers(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        pieces = [str(number).encode() * 20 for number in range(3_000)]
        for piece in pieces:
            transport.write(piece)
        transport.close()
        self.assertEqual(self.complete(self.read_far(far)), b"".join(pieces))

    def test_what_is_changed_after_write_was_written_before(self):
        if not STOCK_IS_OLD and not self.plain:
            self.skipTest("asyncio's transport does not copy since 3.12")
        transport, far = self.connect(Recorder(), self.small_pair())
        transport.write(bytes(200_000))  # the queue is in use now
        payload = bytearray(b"a" * 100_000)
        transport.write(payload)
        view = memoryview(payload)
        transport.write(view[:10])
        view.release()
        payload[:] = b"b" * 100_000
        del payload[50:]
        transport.close()
        self.assertEqual(
            self.complete(self.read_far(far)), bytes(200_000) + b"a" * 100_000 + b"a" * 10
        )

    def test_writelines(self):
        transport, far = self.connect(Recorder(), self.small_pair())
        pieces = [bytes([number % 256]) * (number % 50) for number in range(5_000)]
        transport.writelines([b"first ", bytearray(b"second "), memoryview(b"third ")])
        transport.writelines([])
        transport.writelines(piece for piece in pieces)
        transport.writelines(pieces)
        transport.write(b"end")
        transport.close()
        self.assertEqual(
            self.complete(self.read_far(far)),
            b"first second third " + b"".join(pieces) * 2 + b"end",
        )

    def test_writelines_sends_nothing_if_a_piece_is_none(self):
        transport, far = self.connect(Recorder())
        with self.assertRaises(TypeError):
            transport.writelines([b"good", "bad"])
        with self.assertRaises(TypeError):
            transport.writelines(5)
        transport.write(b"next")
        self.assertEqual(far.recv(100), b"next")

    def test_write_eof_after_what_is_queued(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        self.assertTrue(transport.can_write_eof())
        transport.write(bytes(300_000))
        transport.write_eof()
        transport.write_eof()
        with self.assertRaisesRegex(RuntimeError, "after write_eof"):
            transport.write(b"more")
        with self.assertRaisesRegex(RuntimeError, "after write_eof"):
            transport.writelines([b"more"])
        self.assertEqual(len(self.complete(self.read_far(far))), 300_000)
        self.assertFalse(transport.is_closing())
        far.sendall(b"still here")
        self.run_host(lambda: bytes(protocol.data) == b"still here")

    def test_write_eof_at_once(self):
        transport, far = self.connect(Recorder())
        transport.write(b"all")
        transport.write_eof()
        self.assertEqual(read_until_end(far), b"all")

    def test_flow_control(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        transport.set_write_buffer_limits(high=1000, low=10)
        self.assertEqual(transport.get_write_buffer_limits(), (10, 1000))
        while not transport.get_write_buffer_size():
            transport.write(bytes(500))
        self.assertEqual(protocol.events, ["made"])
        while transport.get_write_buffer_size() <= 1000:
            self.assertEqual(protocol.events, ["made"])
            transport.write(bytes(100))
        self.assertEqual(protocol.events, ["made", "pause"])
        transport.write(bytes(5000))
        self.assertEqual(protocol.events, ["made", "pause"])
        collected = []
        self.collect(far, collected)
        self.run_host(lambda: "resume" in protocol.events)
        self.assertLessEqual(transport.get_write_buffer_size(), 10)
        self.assertEqual(protocol.events, ["made", "pause", "resume"])
        transport.close()
        self.until_lost(protocol)

    def test_write_buffer_limits(self):
        transport, _ = self.connect(Recorder())
        for arguments, limits in (
            ({}, (16384, 65536)),
            ({"high": 400}, (100, 400)),
            ({"low": 50}, (50, 200)),
            ({"high": 0}, (0, 0)),
            ({"high": 7, "low": 7}, (7, 7)),
        ):
            transport.set_write_buffer_limits(**arguments)
            self.assertEqual(transport.get_write_buffer_limits(), limits)
        for arguments in {"high": -1}, {"low": -5}, {"high": 5, "low": 6}:
            with self.assertRaisesRegex(ValueError, "must be >= "):
                transport.set_write_buffer_limits(**arguments)

    def test_lower_limits_pause_at_once(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        while transport.get_write_buffer_size() < 2000:
            transport.write(bytes(1000))
        transport.set_write_buffer_limits(high=100)
        self.assertEqual(protocol.events, ["made", "pause"])

    def test_resume_writing_may_write(self):
        rounds = []

        def more(protocol):
            rounds.append(1)
            if len(rounds) < 5:
                protocol.transport.write(bytes([len(rounds)]) * 100_000)
            else:
                protocol.transport.close()

        protocol = Recorder(resume=more)
        transport, far = self.connect(protocol, self.small_pair())
        transport.write(bytes(100_000))
        received = self.complete(self.read_far(far))
        self.assertEqual(received, b"".join(bytes([n]) * 100_000 for n in range(5)))
        self.until_lost(protocol)

    def test_released_view_is_an_error_of_the_callers(self):
        transport, far = self.connect(Recorder())
        view = memoryview(b"gone")
        view.release()
        with self.assertRaisesRegex(ValueError, "released"):
            transport.write(view)
        self.assertFalse(transport.is_closing())

    def test_write_that_cannot_be_watched_is_not_kept(self):
        transport, far = self.connect(Recorder(), self.small_pair())
        self.loop._add_writer = fail
        with self.assertRaises(ZeroDivisionError):
            transport.write(bytes(100_000))
        del self.loop._add_writer
        self.assertEqual(transport.get_write_buffer_size(), 0)
        transport.write(b"another")
        self.assertEqual(self.loop._selector.get_key(transport._sock_fd).events, 3)

    def test_writing_in_connection_made_and_closing(self):
        def greet(protocol):
            protocol.transport.write(b"hello and goodbye")
            protocol.transport.close()

        protocol = Recorder(made=greet)
        transport, far = self.connect(protocol)
        self.assertEqual(read_until_end(far), b"hello and goodbye")
        self.until_lost(protocol)
        self.assertEqual(protocol.events, ["made", "lost"])

    # -- ending

    def test_close_twice_and_what_is_left_afterwards(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        transport.close()
        transport.close()
        self.assertTrue(transport.is_closing())
        self.assertFalse(transport.is_reading())
        self.assertEqual(protocol.events, ["made"])  # told later
        self.until_lost(protocol)
        self.assertIsNone(protocol.error)
        transport.close()
        transport.pause_reading()
        transport.resume_reading()
        transport.write_eof()
        self.assertIsNone(transport.get_protocol())
        self.assertIn("closed", repr(transport))
        self.settle()
        self.assertEqual(protocol.events, ["made", "lost"])

    def test_writing_in_vain_is_told_the_fifth_time(self):
        transport, far = self.connect(Recorder())
        transport.abort()
        with mock.patch("asyncio.selector_events.logger") as logger:
            for _ in range(4):
                transport.write(b"into the void")
            self.assertFalse(logger.warning.called)
            transport.write(b"into the void")
            logger.warning.assert_called_once_with("socket.send() raised exception.")

    def test_abort_throws_away_what_is_queued(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        transport.write(bytes(500_000))
        transport.abort()
        transport.abort()
        self.assertEqual(transport.get_write_buffer_size(), 0)
        self.until_lost(protocol)
        self.assertIsNone(protocol.error)
        self.assertLess(len(read_until_end(far)), 500_000)
        self.assertEqual(protocol.events, ["made", "pause", "lost"])

    def test_close_and_abort_in_data_received(self):
        for end in "close", "abort":
            with self.subTest(end=end):
                protocol = Recorder(data=lambda self, data: getattr(self.transport, end)())
                transport, far = self.connect(protocol)
                far.sendall(b"bye")
                self.until_lost(protocol)
                self.assertEqual(protocol.events, ["made", "data", "lost"])
                self.assertIsNone(protocol.error)

    def test_reset_by_peer_is_told_quietly(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)
        reset_on_close(far)
        far.close()
        self.until_lost(protocol)
        self.assertIs(type(protocol.error), ConnectionResetError)
        self.assertEqual(protocol.events, ["made", "lost"])

    def test_writing_to_a_peer_that_is_gone_is_told_quietly(self):
        for pieces in None, [b"a", b"b"]:
            with self.subTest(pieces=pieces):
                protocol = Recorder()
                transport, far = self.connect(protocol, socket.socketpair())
                transport.pause_reading()
                far.close()
                if pieces:
                    transport.writelines(pieces)
                else:
                    transport.write(b"anybody there?")
                self.assertTrue(transport.is_closing())
                self.until_lost(protocol)
                self.assertIs(type(protocol.error), BrokenPipeError)

    def test_peer_is_gone_while_something_is_queued(self):
        protocol = Recorder()
        transport, far = self.connect(protocol, self.small_pair())
        transport.pause_reading()
        transport.write(bytes(500_000))
        far.close()
        self.until_lost(protocol)
        self.assertIn(type(protocol.error), (BrokenPipeError, ConnectionResetError))
        self.assertEqual(transport.get_write_buffer_size(), 0)

    # -- protocols that fail

    def test_exception_in_connection_made(self):
        protocol = Recorder(made=fail)
        transport, far = self.connect(protocol)
        (context,) = self.take_reported()
        self.assertIs(type(context["exception"]), ZeroDivisionError)
        far.sendall(b"the connection lives")
        self.run_host(lambda: protocol.data)

    def test_exceptions_that_end_the_connection(self):
        for name, protocol, text in (
            ("data", Recorder(data=fail), "data_received() call failed"),
            ("eof", Recorder(eof=fail), "eof_received() call failed"),
            ("get_buffer", Buffered(get_buffer=fail), "get_buffer() call failed"),
            ("updated", Buffered(updated=fail), "buffer_updated() call failed"),
        ):
            with self.subTest(callback=name):
                transport, far = self.connect(protocol, socket.socketpair())
                if name != "eof":
                    far.sendall(b"x")
                else:
                    far.shutdown(socket.SHUT_WR)
                self.until_lost(protocol)
                (context,) = self.take_reported()
                self.assertIn(text, context["message"])
                self.assertIs(type(context["exception"]), ZeroDivisionError)
                self.assertIs(context["transport"], transport)
                self.assertIs(context["protocol"], protocol)
                self.assertIs(protocol.error, context["exception"])
                with self.assertRaises(OSError):
                    far.sendall(b"is there anybody?")

    def test_exceptions_in_flow_control(self):
        protocol = Recorder(pause=fail, resume=fail)
        transport, far = self.connect(protocol, self.small_pair())
        transport.write(bytes(200_000))
        (context,) = self.take_reported()
        self.assertEqual(context["message"], "protocol.pause_writing() failed")
        self.assertIs(context["protocol"], protocol)
        collected = []
        self.collect(far, collected)
        self.run_host(lambda: "resume" in protocol.events)
        (context,) = self.take_reported()
        self.assertEqual(context["message"], "protocol.resume_writing() failed")
        transport.close()
        self.until_lost(protocol)
        self.assertIsNone(protocol.error)

    def test_exception_in_connection_lost(self):
        protocol = Recorder(lost=fail)
        transport, far = self.connect(protocol)
        transport.close()
        self.until_lost(protocol)
        (context,) = self.take_reported()
        self.assertIs(type(context["exception"]), ZeroDivisionError)
        self.assertEqual(far.recv(10), b"")  # it is closed all the same
        self.assertIsNone(transport._sock)

    def test_system_exit_in_a_callback_passes_through(self):
        for name, protocol in (
            ("data", Recorder(data=lambda *args: sys.exit("enough"))),
            ("eof", Recorder(eof=lambda *args: sys.exit("enough"))),
            ("get_buffer", Buffered(get_buffer=lambda *args: sys.exit("enough"))),
            ("updated", Buffered(updated=lambda *args: sys.exit("enough"))),
        ):
            with self.subTest(callback=name):
                transport, far = self.connect(protocol)
                if name != "eof":
                    far.sendall(b"x")
                else:
                    far.shutdown(socket.SHUT_WR)
                self.run_host(lambda: self.reported)
                transport.abort()
                self.until_lost(protocol)
                contexts = self.take_reported()
                self.assertTrue(contexts)
                for context in contexts:  # a guest has nobody to raise it to
                    self.assertIs(type(context["exception"]), SystemExit)
                    self.assertIn("asked to end the process", context["message"])

    # -- what a callback may do

    def test_transport_freed_in_its_own_callback(self):
        protocol = Recorder(data=lambda self, data: self.transport.abort())
        transport, far = self.connect(protocol)
        gone = weakref.ref(transport)
        self._cleanups = [c for c in self._cleanups if c[1][:1] != (transport,)]
        protocol.on["lost"] = lambda self, error: self.__dict__.pop("transport")
        del transport
        far.sendall(b"x")
        self.until_lost(protocol)
        self.settle()
        gc.collect()
        self.assertIsNone(gone())

    def test_nested_event_loop_in_data_received(self):
        other = Recorder()
        order = []

        def nest(protocol, data):
            order.append(("begin", bytes(data)))
            if data == b"first":
                other_far.sendall(b"for the other")
                far.sendall(b"second")
                hostloop.run(lambda: other.data)
            order.append(("end", bytes(data)))

        protocol = Recorder(data=nest)
        transport, far = self.connect(protocol)
        other_transport, other_far = self.connect(other)
        far.sendall(b"first")
        self.run_host(lambda: len(order) == 4)
        self.assertEqual(
            order, [("begin", b"first"), ("end", b"first"), ("begin", b"second"), ("end", b"second")]
        )

    def test_nested_event_loop_that_loses_the_connection(self):
        for name in "data", "eof":
            with self.subTest(callback=name):

                def nest(protocol, *args):
                    protocol.transport.abort()
                    hostloop.run(lambda: protocol.is_lost)

                protocol = Recorder(**{name: nest})
                transport, far = self.connect(protocol)
                if name == "data":
                    far.sendall(b"x")
                else:
                    far.shutdown(socket.SHUT_WR)
                self.until_lost(protocol)
                self.assertEqual(protocol.events, ["made", name, "lost"])
                if not self.plain:
                    self.take_reported()  # asyncio's stumbles over the loop that it has let go

    def test_nested_event_loop_in_resume_writing(self):
        def nest(protocol):
            protocol.transport.write(b"from the resumed protocol")
            ready = []
            self.loop.call_soon(ready.append, True)
            hostloop.run(lambda: ready)
            protocol.transport.write(b", and again")

        protocol = Recorder(resume=nest)
        transport, far = self.connect(protocol, self.small_pair())
        transport.write(bytes(100_000))
        reader = self.loop.run_task(self.read_far(far))
        self.run_host(lambda: "resume" in protocol.events and not transport.get_write_buffer_size())
        transport.close()
        self.assertEqual(
            self.run_host(reader), bytes(100_000) + b"from the resumed protocol, and again"
        )

    # -- what is known of it

    def test_extra_info(self):
        near, far = self.tcp_pair()
        expected = near.getsockname(), near.getpeername()
        transport, _ = self.connect(Recorder(), (near, far))
        self.assertEqual(
            (transport.get_extra_info("sockname"), transport.get_extra_info("peername")), expected
        )
        shown = transport.get_extra_info("socket")
        self.assertEqual(shown.fileno(), transport._sock_fd)
        self.assertEqual(shown.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), 1)
        self.assertIsNone(transport.get_extra_info("nothing"))
        self.assertEqual(transport.get_extra_info("nothing", default=5), 5)

    def test_repr_and_class(self):
        transport, far = self.connect(Recorder(), self.small_pair())
        fd = transport._sock_fd
        self.assertEqual(
            repr(transport),
            f"<_SelectorSocketTransport fd={fd} read=polling write=<idle, bufsize=0>>",
        )
        transport.pause_reading()
        transport.write(bytes(100_000))
        left = transport.get_write_buffer_size()
        self.assertEqual(
            repr(transport),
            f"<_SelectorSocketTransport fd={fd} read=idle write=<polling, bufsize={left}>>",
        )
        transport.abort()
        self.assertIn(" closing fd=", repr(transport))
        for cls in asyncio.Transport, selector_events._SelectorSocketTransport:
            self.assertIsInstance(transport, cls)

    def test_attributes_may_be_added(self):
        transport, _ = self.connect(Recorder())
        transport.mine = 5
        self.assertEqual(transport.mine, 5)
        self.assertEqual(vars(transport)["mine"], 5)

    def test_descriptor_is_guarded(self):
        transport, _ = self.connect(Recorder())
        fd = transport.get_extra_info("socket").fileno()
        self.assertIs(self.loop._transports[fd], transport)
        with self.assertRaisesRegex(RuntimeError, "is used by transport"):
            self.loop.add_reader(fd, print)

    def test_unclosed_transport_warns(self):
        near, far = self.tcp_pair()
        self.addCleanup(far.close)
        transport, _ = self.complete(self.loop.create_connection(Recorder, sock=near))
        transport.pause_reading()  # what is watched is kept alive
        transport.get_protocol().transport = None
        with self.assertWarnsRegex(ResourceWarning, "unclosed transport <_SelectorSocketTransport fd="):
            del transport
            gc.collect()
        self.assertEqual(far.recv(10), b"")
        self.assertEqual(near.fileno(), -1)

    def test_debug_mode_logs(self):
        self.loop.set_debug(True)
        self.loop.slow_callback_duration = 100
        transport, far = self.connect(protocol := Recorder())
        with self.assertLogs("asyncio", "DEBUG") as logs:
            transport.pause_reading()
            transport.resume_reading()
            far.close()
            self.until_lost(protocol)
        text = "\n".join(logs.output)
        for said in "pauses reading", "resumes reading", "received EOF":
            self.assertIn(said, text)
        transport, far = self.connect(protocol := Recorder())
        reset_on_close(far)
        with self.assertLogs("asyncio", "DEBUG") as logs:
            far.close()
            self.until_lost(protocol)
        self.assertIn("Fatal read error on socket transport", "\n".join(logs.output))

    # -- servers

    def start_server(self, factory, **keywords):
        server = self.complete(self.loop.create_server(factory, "127.0.0.1", 0, **keywords))
        self.addCleanup(server.close)
        return server, server.sockets[0].getsockname()

    def test_server_accepts_what_waits(self):
        protocols = []

        def factory():
            protocols.append(Recorder(data=lambda self, data: self.transport.write(data.upper())))
            return protocols[-1]

        server, address = self.start_server(factory)
        clients = [socket.create_connection(address) for _ in range(40)]
        for number, client in enumerate(clients):
            self.addCleanup(client.close)
            client.settimeout(30)
            client.sendall(b"client %d" % number)
        self.run_host(lambda: sum(bool(protocol.data) for protocol in protocols) == 40)
        for number, client in enumerate(clients):
            self.assertEqual(client.recv(100), b"CLIENT %d" % number)
        names = {protocol.transport.get_extra_info("peername") for protocol in protocols}
        self.assertEqual(names, {client.getsockname() for client in clients})
        for protocol in protocols:
            self.assertEqual(protocol.transport.get_extra_info("sockname"), address)
            self.assertTrue(
                protocol.transport.get_extra_info("socket").getsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NODELAY
                )
            )
        for client in clients:
            client.close()
        self.run_host(lambda: all(protocol.is_lost for protocol in protocols))
        server.close()
        self.complete(server.wait_closed())

    def test_server_waits_for_its_connections(self):
        protocols = []
        server, address = self.start_server(lambda: protocols.append(Recorder()) or protocols[-1])
        client = socket.create_connection(address)
        self.addCleanup(client.close)
        self.run_host(lambda: protocols and protocols[0].transport)
        server.close()
        waiting = self.loop.run_task(server.wait_closed())
        self.settle()
        if sys.version_info >= (3, 12):
            self.assertFalse(waiting.done())
        client.close()
        self.run_host(waiting)

    def test_factory_that_fails(self):
        working = []

        def factory():
            if not working:
                working.append(None)
                raise ZeroDivisionError("on purpose")
            working.append(Recorder())
            return working[-1]

        server, address = self.start_server(factory)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            for debug in False, True:
                with self.subTest(debug=debug):
                    working.clear()
                    self.loop.set_debug(debug)
                    self.loop.slow_callback_duration = 100
                    client = socket.create_connection(address)
                    client.settimeout(30)
                    self.run_host(lambda: working)
                    self.settle()
                    gc.collect()
                    self.assertEqual(client.recv(10), b"")
                    client.close()
                    contexts = self.take_reported()
                    self.assertEqual(len(contexts), debug)
                    if debug:
                        self.assertIn("Error on transport creation", contexts[0]["message"])
                        self.assertIs(type(contexts[0]["exception"]), ZeroDivisionError)
        client = socket.create_connection(address)
        self.addCleanup(client.close)
        self.run_host(lambda: len(working) > 1 and working[-1].transport)
        working[-1].transport.abort()
        self.until_lost(working[-1])

    @unittest.skipUnless(HAS_CONTEXTS, "a server has a Context from Python 3.15 on")
    def test_each_connection_has_a_copy_of_the_servers_context(self):
        import ssl

        place = contextvars.ContextVar("place", default="none")
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = make_certificate(folder)
            inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            inside.load_cert_chain(certificate, key)
            outside = ssl.create_default_context(cafile=certificate)
        for mine, theirs in (None, None), (inside, outside):
            with self.subTest(tls=mine is not None):
                seen, lost = [], []

                def look(protocol, what):
                    seen.append((what, place.get()))
                    place.set(what)

                def factory():
                    look(None, "factory")
                    return Recorder(
                        made=lambda self: look(self, "made"),
                        data=lambda self, data: look(self, "data"),
                        lost=lambda self, error: (look(self, "lost"), lost.append(self)),
                    )

                async def main():
                    place.set("server")
                    server = await self.loop.create_server(factory, "127.0.0.1", 0, ssl=mine)
                    place.set("later")
                    for count in 1, 2:
                        _, writer = await asyncio.open_connection(
                            *server.sockets[0].getsockname(),
                            ssl=theirs,
                            server_hostname="localhost" if theirs else None,
                        )
                        writer.write(b"1")
                        await writer.drain()
                        writer.close()
                        await writer.wait_closed()
                        while len(lost) < count:
                            await asyncio.sleep(0.001)
                    server.close()
                    return place.get()

                self.assertEqual(self.complete(main()), "later")
                one = [("factory", "server"), ("made", "factory"), ("data", "made"), ("lost", "data")]
                self.assertEqual(seen, one * 2)

    def test_no_descriptor_left_for_a_connection(self):
        protocols = []
        place = contextvars.ContextVar("place", default="none")
        seen = []

        def factory():
            seen.append(place.get())
            protocols.append(Recorder())
            return protocols[-1]

        place.set("server")
        server, address = self.start_server(factory)
        place.set("later")
        client = socket.create_connection(address)
        self.addCleanup(client.close)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        with mock.patch("asyncio.constants.ACCEPT_RETRY_DELAY", 0.001):
            used = os.dup(0)
            os.close(used)
            resource.setrlimit(resource.RLIMIT_NOFILE, (used, limits[1]))
            try:
                self.run_host(lambda: self.reported)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            self.run_host(lambda: protocols and protocols[0].transport)
        contexts = self.take_reported()
        self.assertEqual(contexts[0]["message"], "socket.accept() out of system resource")
        self.assertEqual(contexts[0]["socket"].fileno(), server.sockets[0].fileno())
        self.assertEqual(seen, ["server"])
        client.close()
        self.until_lost(protocols[0])

    def test_unix_sockets(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            accepted = []

            def factory():
                accepted.append(Recorder(data=lambda self, data: self.transport.write(data)))
                return accepted[-1]

            async def main():
                server = await self.loop.create_unix_server(factory, path)
                transport, protocol = await self.loop.create_unix_connection(Recorder, path)
                return server, transport, protocol

            server, transport, protocol = self.complete(main())
            self.assertEqual(type(transport) is _qi.StreamTransport, self.plain)
            self.assertEqual(transport.get_extra_info("peername"), path)
            transport.write(b"hello")
            self.run_host(lambda: bytes(protocol.data) == b"hello")
            self.assertEqual(accepted[0].transport.get_extra_info("sockname"), path)
            self.assertEqual(accepted[0].transport.get_extra_info("peername"), "")
            transport.close()
            self.until_lost(protocol)
            self.until_lost(accepted[0])
            server.close()

    # -- on top of it

    def test_sendfile(self):
        with tempfile.TemporaryFile() as file:
            content = os.urandom(300_000)
            file.write(content)
            file.flush()
            for mode in "native", "fallback":
                with self.subTest(mode=mode):
                    protocol = Recorder()
                    transport, far = self.connect(protocol)
                    transport.write(b"before ")
                    reader = self.loop.run_task(self.read_far(far))
                    file.seek(0)
                    if mode == "fallback":
                        transport._sendfile_compatible = selector_events.constants._SendfileMode.FALLBACK
                    sent = self.complete(self.loop.sendfile(transport, file))
                    self.assertEqual(sent, 300_000)
                    transport.write(b" after")
                    transport.close()
                    self.assertEqual(self.run_host(reader), b"before " + content + b" after")
                    self.until_lost(protocol)

    def test_sendfile_waits_for_the_queue(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"content")
            file.flush()
            protocol = Recorder()
            transport, far = self.connect(protocol, self.small_pair())
            transport.write(bytes(100_000))
            sending = self.loop.run_task(self.loop.sendfile(transport, file))
            self.settle()
            self.assertFalse(sending.done())
            with self.assertRaisesRegex(RuntimeError, "sendfile is in progress"):
                transport.write(b"x")
            with self.assertRaisesRegex(RuntimeError, "sendfile is in progress"):
                transport.writelines([b"x"])
            reader = self.loop.run_task(self.read_far(far))
            self.assertEqual(self.run_host(sending), 7)
            transport.close()
            self.assertEqual(self.run_host(reader), bytes(100_000) + b"content")

    def test_sendfile_when_the_peer_goes_away(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"content")
            file.flush()
            protocol = Recorder()
            transport, far = self.connect(protocol, self.small_pair())
            transport.write(bytes(100_000))
            sending = self.loop.run_task(self.loop.sendfile(transport, file))
            self.settle()
            far.close()
            self.run_host(sending.done)
            self.assertIsInstance(sending.exception(), ConnectionError)
            self.until_lost(protocol)
            if not self.plain:
                self.take_reported()  # asyncio's tells its waiter twice

    def test_tls_and_start_tls_on_both_sides(self):
        import ssl

        with tempfile.TemporaryDirectory() as folder:
            key, certificate = make_certificate(folder)
            inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            inside.load_cert_chain(certificate, key)
            outside = ssl.create_default_context(cafile=certificate)
        payload = os.urandom(500_000)

        async def echo(reader, writer):
            if await reader.readexactly(1) == b"U":
                writer.write(b"!")  # the client may begin now, and not before
                await writer.start_tls(inside)
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
            writer.close()

        async def talk(reader, writer):
            async def send():
                writer.write(payload)
                await writer.drain()

            _, received = await asyncio.gather(send(), reader.readexactly(len(payload)))
            writer.close()
            await writer.wait_closed()
            return received

        async def upgraded():
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            async with server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                writer.write(b"U")
                await reader.readexactly(1)
                await writer.start_tls(outside, server_hostname="localhost")
                return await talk(reader, writer)

        async def from_the_start():
            server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=inside)
            async with server:
                reader, writer = await asyncio.open_connection(
                    *server.sockets[0].getsockname(), ssl=outside, server_hostname="localhost"
                )
                writer.write(b"-")
                return await talk(reader, writer)

        if sys.version_info >= (3, 12):  # before, StreamWriter forgets that it has changed sides
            self.assertEqual(self.complete(upgraded()), payload)
        self.assertEqual(self.complete(from_the_start()), payload)


class OnOurs(Behaviour, TransportCase):
    """The transport in C, and what only it promises."""

    def test_foreign_selectors_and_sockets_keep_asyncios_transport(self):
        class Own(socket.socket):
            def recv(self, *args):
                return super().recv(*args)

        near, far = socket.socketpair()
        self.addCleanup(far.close)
        own = Own(near.family, near.type, near.proto, near.detach())
        transport, _ = self.complete(self.loop.create_connection(Recorder, sock=own))
        self.assertIs(type(transport), selector_events._SelectorSocketTransport)
        transport.close()
        self.until_lost(_)

        class Foreign(selectors.DefaultSelector):
            pass

        async def main():
            near, far = socket.socketpair()
            loop = asyncio.get_running_loop()
            transport, protocol = await loop.create_connection(Recorder, sock=near)
            transport.close()
            far.close()
            while not protocol.is_lost:
                await asyncio.sleep(0)
            return transport

        def run():
            loop = qi.QiSelectorEventLoop(Foreign())
            loop.set_mode(qi.QiLoopMode.NATIVE)
            try:
                return loop.run_until_complete(main())
            finally:
                loop.close()

        transport = self.run_host(self.loop.run_in_executor(None, run))
        self.assertIs(type(transport), selector_events._SelectorSocketTransport)

    def test_methods_for_watching_may_be_replaced_on_the_loop(self):
        watched = []
        add_writer = self.loop._add_writer

        def note(fd, callback, *args, **context):
            watched.append(fd)
            return add_writer(fd, callback, *args, **context)

        transport, far = self.connect(Recorder(), self.small_pair())
        self.loop._add_writer = note
        transport.write(bytes(100_000))
        self.assertEqual(watched, [transport._sock_fd])
        del self.loop._add_writer

    def test_connection_that_ends_in_resume_writing_is_watched_no_more(self):
        def write_in_vain(protocol):
            protocol.transport._sock.shutdown(socket.SHUT_WR)
            protocol.transport.write(b"too late")

        ends = {
            "abort": lambda protocol: protocol.transport.abort(),
            "close": lambda protocol: protocol.transport.close(),
            "failing write": write_in_vain,
        }
        for name, end in ends.items():
            with self.subTest(end=name):
                protocol = Recorder(resume=end)
                transport, far = self.connect(protocol, self.small_pair())
                number = transport._sock_fd
                transport.write(bytes(200_000))
                transport.set_write_buffer_limits(high=0)
                collected = []
                self.collect(far, collected)
                self.until_lost(protocol)
                self.assertEqual(protocol.events.count("lost"), 1)  # asyncio's own is lost twice
                self.assertNotIn(number, self.loop._selector.get_map())

    def test_callbacks_may_resize_what_is_being_written(self):
        data = bytearray()
        for method in "write", "writelines":
            with self.subTest(method=method):
                protocol = Recorder(pause=lambda protocol: data.clear())
                transport, far = self.connect(protocol, self.small_pair())
                data[:] = b"x" * 200_000
                getattr(transport, method)(data if method == "write" else [data])
                self.assertEqual(protocol.events, ["made", "pause"])
                self.assertEqual(data, b"")
                transport.close()
                self.assertEqual(self.complete(self.read_far(far)), b"x" * 200_000)
                self.until_lost(protocol)

    def test_writelines_of_an_iterator_that_ends_writing(self):
        def pieces():
            yield b"some"
            transport.write_eof()
            yield b"more"

        transport, far = self.connect(Recorder())
        with self.assertRaisesRegex(RuntimeError, "after write_eof"):
            transport.writelines(pieces())
        self.assertFalse(transport.is_closing())

    @unittest.skipIf(sys.version_info < (3, 12), "buffers in Python are new in 3.12")
    def test_writelines_of_a_list_that_is_emptied_meanwhile(self):
        class Emptying:
            def __buffer__(self, flags):
                pieces.clear()
                return memoryview(b"one ")

        pieces = [Emptying(), *(bytes([48 + n]) * 5 for n in range(10))]
        expected = b"one " + b"".join(pieces[1:])
        transport, far = self.connect(Recorder())
        transport.writelines(pieces)
        transport.close()
        self.assertEqual(self.complete(self.read_far(far)), expected)

    def test_end_of_stream_is_told_once_whatever_the_answer(self):
        class Neither:
            def __bool__(self):
                raise ZeroDivisionError

        for answer in lambda protocol: Neither(), lambda protocol: sys.exit("enough"):
            protocol = Recorder(eof=answer)
            transport, far = self.connect(protocol)
            far.shutdown(socket.SHUT_WR)
            self.until_lost(protocol)
            self.assertEqual(protocol.events, ["made", "eof", "lost"])
            (context,) = self.take_reported()
            self.assertIn(type(context["exception"]), (ZeroDivisionError, SystemExit))

    def test_limits_beyond_all_measure(self):
        transport, far = self.connect(Recorder())
        for limit in sys.maxsize, 10**400, float("inf"):
            transport.set_write_buffer_limits(high=limit)
            self.assertEqual(transport.get_write_buffer_limits(), (sys.maxsize // 4, sys.maxsize))
            transport.set_write_buffer_limits(low=limit)
            self.assertEqual(transport.get_write_buffer_limits(), (sys.maxsize, sys.maxsize))
        for limit in -1, -10**400, float("-inf"), float("nan"):
            with self.assertRaisesRegex(ValueError, "must be >= 0"):
                transport.set_write_buffer_limits(high=limit)

    def test_server_closed_while_it_waits_for_a_descriptor(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        for when in "at once", "later":
            with self.subTest(when=when), mock.patch("asyncio.constants.ACCEPT_RETRY_DELAY", 0.001):
                told, passed = [], []

                def handler(loop, context):
                    told.append(context["message"])
                    if when == "at once":
                        server.close()

                self.loop.set_exception_handler(handler)
                server, address = self.start_server(Recorder)
                client = socket.create_connection(address)
                self.addCleanup(client.close)
                used = os.dup(0)
                os.close(used)
                resource.setrlimit(resource.RLIMIT_NOFILE, (used, limits[1]))
                try:
                    self.run_host(lambda: told)
                    server.close()
                finally:
                    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
                self.loop.call_later(0.01, passed.append, True)
                self.run_host(lambda: passed)
                self.assertEqual(told, ["socket.accept() out of system resource"])

    def test_factory_that_ends_the_run_leaves_no_connection(self):
        server, address = self.start_server(lambda: sys.exit("enough"))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client = socket.create_connection(address)
            client.settimeout(30)
            self.addCleanup(client.close)
            self.run_host(lambda: self.reported)
            self.assertEqual(client.recv(10), b"")
        self.assertEqual([str(warning.message) for warning in caught], [])
        (context,) = self.take_reported()
        self.assertIs(type(context["exception"]), SystemExit)

    def test_methods_know_their_signatures(self):
        for name, signature in (
            ("write", "(data, /)"),
            ("writelines", "(list_of_data, /)"),
            ("set_protocol", "(protocol, /)"),
            ("get_extra_info", "(name, default=None)"),
            ("set_write_buffer_limits", "(high=None, low=None)"),
            ("close", "()"),
            ("is_reading", "()"),
        ):
            transport, _ = self.connect(Recorder())
            self.assertEqual(str(inspect.signature(getattr(transport, name))), signature)

    def test_what_is_put_in_the_place_of_the_socket_is_asked(self):
        class Slow:
            """Takes and gives one byte at a time, and every other time none."""

            def __init__(self, sock):
                self.sock, self.turns = sock, 0

            def __getattr__(self, name):
                return getattr(self.sock, name)

            def every_other(self):
                self.turns += 1
                if self.turns % 2:
                    raise BlockingIOError

            def send(self, data):
                self.every_other()
                return self.sock.send(data[:1])

            def recv(self, size):
                self.every_other()
                return self.sock.recv(1)

            def recv_into(self, buffer):
                self.every_other()
                return self.sock.recv_into(buffer, 1)

        for protocol in Recorder(), Buffered():
            with self.subTest(protocol=type(protocol).__name__):
                transport, far = self.connect(protocol)
                transport._sock = Slow(transport._sock)
                far.sendall(b"incoming")
                self.run_host(lambda: bytes(protocol.data) == b"incoming")
                transport.write(b"out")
                transport.writelines([b"go", b"ing"])
                transport.write_eof()
                self.assertEqual(self.complete(self.read_far(far)), b"outgoing")

    def test_socket_closed_behind_its_back_is_not_taken_for_another(self):
        near, far = self.tcp_pair()
        protocol = Recorder()
        transport, _ = self.connect(protocol, (near, far))
        number = near.fileno()
        near.close()
        pairs = [socket.socketpair()]  # one of them gets the number: the lowest that is free
        while number not in (sock.fileno() for sock in pairs[-1]):
            pairs.append(socket.socketpair())
        for sock in (sock for pair in pairs for sock in pair):
            self.addCleanup(sock.close)
        other, other_far = sorted(pairs[-1], key=lambda sock: sock.fileno() != number)
        other_far.sendall(b"not for you")
        self.settle()
        transport.write(b"not from you")
        self.until_lost(protocol)
        self.assertEqual(protocol.error.errno, 9)  # EBADF
        self.assertEqual(bytes(protocol.data), b"")
        other.setblocking(False)
        self.assertEqual(other.recv(100), b"not for you")
        other_far.setblocking(False)
        with self.assertRaises(BlockingIOError):
            other_far.recv(100)

    def test_thousand_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 2500:
            self.skipTest("needs 2500 descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2500), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

        def factory():
            return Recorder(data=lambda self, data: self.transport.write(data))

        async def client(address, number):
            reader, writer = await asyncio.open_connection(*address)
            payload = b"%d " % number * 50
            writer.write(payload)
            received = await reader.readexactly(len(payload))
            writer.close()
            await writer.wait_closed()
            return received == payload

        async def main():
            server = await self.loop.create_server(factory, "127.0.0.1", 0, backlog=1000)
            async with server:
                address = server.sockets[0].getsockname()
                return await asyncio.gather(*(client(address, n) for n in range(1000)))

        self.assertEqual(self.complete(main()), [True] * 1000)

    def test_writelines_leaves_in_one_message(self):
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(far.close)
        far.settimeout(30)
        protocol = Recorder()
        near.setblocking(False)
        transport = self.loop._make_socket_transport(near, protocol)
        self.run_host(lambda: "made" in protocol.events)
        transport.writelines([b"one ", b"two ", b"three"])
        self.assertEqual(far.recv(100), b"one two three")
        transport.close()
        self.until_lost(protocol)

    def test_loop_closed_under_open_transports(self):
        near, far = self.tcp_pair()
        self.addCleanup(far.close)
        transport, protocol = self.complete(self.loop.create_connection(Recorder, sock=near))
        self.loop.stop()
        self.loop.set_mode(qi.QiLoopMode.NATIVE)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        transport.write(b"sent all the same")
        self.assertIn("closed" if transport._sock is None else "fd=", repr(transport))
        with self.assertRaisesRegex(RuntimeError, "Event loop is closed"):
            transport.abort()
        protocol.transport = None
        with self.assertWarns(ResourceWarning):
            del transport
            gc.collect()

    def test_wrong_arguments(self):
        near, far = socket.socketpair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        with self.assertRaisesRegex(TypeError, "a loop of qi and a socket.socket"):
            _qi.StreamTransport(object(), near, Recorder())
        with self.assertRaisesRegex(TypeError, "a loop of qi and a socket.socket"):
            _qi.StreamTransport(self.loop, near.fileno(), Recorder())
        empty = _qi.StreamTransport.__new__(_qi.StreamTransport)
        for name in "close", "abort", "pause_reading", "resume_reading", "_read_ready", "_write_ready":
            self.assertIsNone(getattr(empty, name)())
        empty.write(b"x")
        self.assertIsNone(empty.get_extra_info("socket"))
        with self.assertRaises(OSError):
            empty.write_eof()
        self.assertIn("closed", repr(empty))


class OnStock(Behaviour, TransportCase):
    """asyncio's own transport, on the same loop."""

    plain = False


if __name__ == "__main__":
    unittest.main()
