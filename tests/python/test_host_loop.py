# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --loop=guest
"""Programs written for a loop of their own, inside an application whose loop runs already."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
import unittest

import _qi
import qi
from qi import QtAsyncio


def handler_of(number):
    """The function in C that a signal calls, as its address."""
    action = (ctypes.c_void_p * 64)()
    assert ctypes.CDLL(None).sigaction(number, None, action) == 0
    return action[0]


class UsingAsyncioFromQt(unittest.TestCase):
    def test_gives_the_hosts_loop_and_leaves_it_running(self):
        host = asyncio.get_running_loop()
        with qi.using_asyncio_from_qt() as loop:
            self.assertIs(loop, host)
            task = qi.run_task(asyncio.sleep(3600))
        self.assertIs(asyncio.get_running_loop(), host)
        self.assertFalse(task.done())
        task.cancel()

    def test_debug_is_put_back(self):
        host = asyncio.get_running_loop()
        with qi.using_asyncio_from_qt(debug=True):
            self.assertTrue(host.get_debug())
        self.assertFalse(host.get_debug())

    def test_loop_factory_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "application's own loop.*new_event_loop"):
            with qi.using_asyncio_from_qt(loop_factory=qi.new_event_loop):
                self.fail("entered")


class QtAsyncioRun(unittest.TestCase):
    def setUp(self):
        self.host = asyncio.get_running_loop()

    def test_waits_in_a_nested_event_loop(self):
        async def main():
            await asyncio.sleep(0.001)
            return asyncio.get_running_loop(), _qi._event_loops()

        loop, event_loops = QtAsyncio.run(main(), keep_running=False)
        self.assertIs(loop, self.host)
        self.assertEqual(event_loops, _qi._event_loops() + 1)
        self.assertTrue(self.host.is_running())

    def test_results_and_exceptions(self):
        for result in (0, "", False, None, "result"):
            self.assertEqual(QtAsyncio.run(asyncio.sleep(0, result), keep_running=False), result)

        async def fail():
            raise LookupError("failed")

        with self.assertRaisesRegex(LookupError, "failed"):
            QtAsyncio.run(fail(), keep_running=False)

    def test_returns_the_task_where_the_application_goes_on(self):
        task = QtAsyncio.run(asyncio.sleep(0.001, "later"))
        self.assertFalse(task.done())

        async def main():
            return await task

        self.assertEqual(QtAsyncio.run(main(), keep_running=False), "later")
        self.assertIsNone(QtAsyncio.run())

    def test_ctrl_c_cancels_what_is_waited_for(self):
        ended = []

        async def main():
            self.timer = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
            self.timer.start()
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append(True)

        before = handler_of(signal.SIGINT)
        with self.assertRaises(KeyboardInterrupt):
            QtAsyncio.run(main(), keep_running=False, handle_sigint=True)
        self.timer.join()
        self.assertEqual(ended, [True])
        self.assertEqual(handler_of(signal.SIGINT), before)
        self.assertTrue(self.host.is_running())

    def test_would_wait_for_ever(self):
        self.host.nested = "hold"
        try:
            with self.assertRaisesRegex(RuntimeError, "would wait for ever"):
                QtAsyncio.run(asyncio.sleep(0), keep_running=False)
        finally:
            self.host.nested = "run"

    def test_own_loop_beside_the_hosts(self):
        loop = QtAsyncio.QAsyncioEventLoop()
        self.addCleanup(loop.close)
        with self.assertRaisesRegex(RuntimeError, "another loop is running"):
            loop.run_until_complete(asyncio.Future(loop=self.host))


if __name__ == "__main__":
    asyncio.get_running_loop().call_soon(
        lambda: sys.exit(not unittest.main(exit=False).result.wasSuccessful())
    )
