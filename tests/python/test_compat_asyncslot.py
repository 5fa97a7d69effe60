# SPDX-License-Identifier: BSD-3-Clause
"""qi.compat.asyncslot and QiRunner: programs written for the older names."""

import asyncio
import unittest

import _qi
import qi
from qi.compat.asyncslot import AsyncSlotEventLoop, AsyncSlotRunner, asyncSlot


async def sleep_and_quit(code):
    await asyncio.sleep(0.001)
    _qi._exit_event_loops(code)


class Runner(unittest.TestCase):
    def test_attaches_a_loop_and_cleans_up(self):
        for kind in (AsyncSlotRunner, qi.QiRunner):
            ended = []

            async def stays():
                try:
                    await asyncio.sleep(3600)
                finally:
                    ended.append(True)

            with self.subTest(kind), kind() as loop:
                qi.run_task(stays())
                asyncSlot(sleep_and_quit)(4)
                self.assertEqual(_qi._exec_application(), 4)
                self.assertIs(loop.get_mode(), qi.QiLoopMode.GUEST)
            self.assertEqual((ended, loop.is_closed()), ([True], True))

    def test_options(self):
        with AsyncSlotRunner(debug=True, loop_factory=AsyncSlotEventLoop) as loop:
            self.assertTrue(loop.get_debug())
            self.assertIsInstance(loop, AsyncSlotEventLoop)

    def test_exceptions_pass(self):
        with self.assertRaises(LookupError), AsyncSlotRunner():
            raise LookupError


class EventLoop(unittest.TestCase):
    def test_attached_mode(self):
        with AsyncSlotEventLoop() as loop:
            self.assertIs(asyncio.get_running_loop(), loop)
            task = asyncSlot(sleep_and_quit)(3)
            self.assertEqual(_qi._exec_application(), 3)
        self.assertTrue(task.done())
        self.assertFalse(loop.is_running() or loop.is_closed())
        # Clean-up is the program's, in nested mode.
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def test_nested_mode(self):
        loop = AsyncSlotEventLoop()
        self.addCleanup(loop.close)
        self.assertEqual(loop.run_until_complete(asyncio.sleep(0.001, 5)), 5)

    def test_tasks_outlive_the_block(self):
        loop = AsyncSlotEventLoop()
        self.addCleanup(loop.close)
        with loop:
            task = loop.run_task(asyncio.sleep(0.001, "slept"))
        self.assertEqual(loop.run_until_complete(task), "slept")

    def test_attached_twice_or_closed(self):
        with AsyncSlotEventLoop() as loop:
            with self.assertRaisesRegex(RuntimeError, "running"):
                loop.__enter__()
            other = AsyncSlotEventLoop()
            with self.assertRaisesRegex(RuntimeError, "running"):
                other.__enter__()
            self.assertIs(other.get_mode(), qi.QiLoopMode.OWNER)
            other.close()
            self.assertIs(asyncio.get_running_loop(), loop)
        loop.close()
        with self.assertRaisesRegex(RuntimeError, "closed"), loop:
            self.fail("entered")


class Slot(unittest.TestCase):
    def test_without_a_loop(self):
        with self.assertRaises(RuntimeError):
            asyncSlot(sleep_and_quit)(1)

    def test_it_is_asyncslot(self):
        self.assertIs(asyncSlot, qi.asyncslot)


if __name__ == "__main__":
    unittest.main()
