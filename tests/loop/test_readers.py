# SPDX-License-Identifier: BSD-3-Clause
"""Readers of streams on the loop's transports: what asyncio's StreamReader does, they do.

The cases of Behaviour run on asyncio's transport, too, which leaves readers what they are.
"""

import asyncio
import os
import socket
import threading
import unittest
from unittest import mock

import hostloop
from qi._loop.reader import QiStreamReader
from test_transports import TransportCase


class ReaderCase(TransportCase):
    def setUp(self):
        super().setUp()
        near, self.far = socket.socketpair()
        self.far.settimeout(30)
        self.addCleanup(self.far.close)
        self.reader, self.writer = self.complete(asyncio.open_connection(sock=near))
        self.addCleanup(self.drop, self.writer.transport)
        self.assertEqual(type(self.reader) is QiStreamReader, self.plain)

    async def waiting(self, *args):
        """A task that waits in read(*args), and nothing has come yet."""
        task = self.loop.create_task(self.reader.read(*args))
        while not self.reader._waiter:
            await asyncio.sleep(0)
        return task


class Behaviour:
    def test_large_messages_in_order(self):
        async def receive(size):
            whole = b""
            while len(whole) < size:
                whole += await self.reader.read(1 << 18)
            return whole

        for size in (1, 100_000, 10, 700_000, 65_536, 3, 100_000):
            payload = os.urandom(size)
            threading.Thread(target=self.far.sendall, args=(payload,)).start()
            self.assertEqual(self.complete(receive(size)), payload)

    def test_less_than_came_leaves_the_rest(self):
        async def receive():
            task = await self.waiting(4)
            self.far.sendall(b"0123456789")
            return [await task, await self.reader.read(3), await self.reader.read(100)]

        self.assertEqual(self.complete(receive()), [b"0123", b"456", b"789"])

    def test_all_kinds_of_reading_in_turn(self):
        async def receive():
            task = await self.waiting(100)
            self.far.sendall(b"first")
            parts = [await task]
            self.far.sendall(b"a line\nexactly|until;rest")
            parts += [await self.reader.readline(), await self.reader.readexactly(8)]
            parts += [await self.reader.readuntil(b";"), await self.reader.read(100)]
            self.far.sendall(b"the end")
            self.far.shutdown(socket.SHUT_WR)
            return [*parts, await self.reader.read(), await self.reader.read(1)]

        self.assertEqual(self.complete(receive()),
                         [b"first", b"a line\n", b"exactly|", b"until;", b"rest", b"the end", b""])

    def test_a_cancelled_read_loses_nothing(self):
        async def receive():
            task = await self.waiting(100)
            self.reader.feed_data(b"there")
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            return await self.reader.readexactly(5)

        self.assertEqual(self.complete(receive()), b"there")

    def test_a_read_cancelled_before_data_comes_loses_nothing(self):
        async def receive():
            task = await self.waiting(100)
            task.cancel()
            self.reader.feed_data(b"there")
            with self.assertRaises(asyncio.CancelledError):
                await task
            return await self.reader.read(100)

        self.assertEqual(self.complete(receive()), b"there")

    def test_more_comes_before_it_goes_on(self):
        async def receive():
            task = await self.waiting(100)
            self.reader.feed_data(b"one")
            self.reader.feed_data(b"two")
            return await task

        self.assertEqual(self.complete(receive()), b"onetwo")

    def test_the_end_comes_before_it_goes_on(self):
        async def receive():
            task = await self.waiting(100)
            self.reader.feed_data(b"last")
            self.reader.feed_eof()
            self.assertFalse(self.reader.at_eof())
            data = await task
            self.assertTrue(self.reader.at_eof())
            return data, await self.reader.read(100)

        self.assertEqual(self.complete(receive()), (b"last", b""))

    def test_an_error_comes_before_it_goes_on(self):
        async def receive():
            task = await self.waiting(100)
            self.reader.feed_data(b"last")
            self.reader.set_exception(OSError("gone"))
            data = await task
            with self.assertRaisesRegex(OSError, "gone"):
                await self.reader.read(100)
            return data

        self.assertEqual(self.complete(receive()), b"last")

    def test_a_second_read_is_refused(self):
        async def receive():
            task = await self.waiting(100)
            with self.assertRaises(RuntimeError):
                await self.reader.read(100)
            self.far.sendall(b"mine")
            return await task

        self.assertEqual(self.complete(receive()), b"mine")

    def test_nobody_reads_so_it_pauses_and_goes_on_later(self):
        payload = os.urandom(400_000)
        threading.Thread(target=self.far.sendall, args=(payload,)).start()
        hostloop.run(lambda: self.reader._paused)
        self.assertEqual(self.complete(self.reader.readexactly(len(payload))), payload)

    def test_is_a_stream_reader(self):
        self.assertIsInstance(self.reader, asyncio.StreamReader)


class Ours(Behaviour, ReaderCase):
    def test_what_came_is_returned_as_it_is(self):
        async def receive():
            task = await self.waiting(100)
            self.reader.feed_data(data := bytes(bytearray(b"the same")))
            return await task is data

        self.assertTrue(self.complete(receive()))

    def test_other_classes_and_replaced_methods_are_left_alone(self):
        class Reader(asyncio.StreamReader):
            pass

        async def connect(reader):
            near, far = socket.socketpair()
            self.addCleanup(far.close)
            transport, _ = await self.loop.create_connection(
                lambda: asyncio.StreamReaderProtocol(reader), sock=near)
            self.addCleanup(self.drop, transport)
            return type(reader)

        async def replace():
            reader = asyncio.StreamReader()
            with mock.patch.object(asyncio.StreamReader, "feed_data", lambda self, data: None):
                return await connect(reader)

        async def derive():
            return await connect(Reader())

        self.assertIs(self.complete(derive()), Reader)
        self.assertIs(self.complete(replace()), asyncio.StreamReader)


class Stock(Behaviour, ReaderCase):
    plain = False


if __name__ == "__main__":
    unittest.main()
