# SPDX-License-Identifier: BSD-3-Clause
"""What is left behind is found, and told by name."""

import asyncio
import os
import sys
import threading
import types
import unittest

import qi
from qi.testing import AsyncTestCase, LeakError, leak_check

try:
    from PyQt6 import QtCore
except ImportError:
    QtCore = None


class Leaks(AsyncTestCase):
    async def found(self, leave, **options):
        """What is told of what a function leaves behind."""
        with self.assertRaises(LeakError) as raised:
            async with leak_check(**options):
                leave()
        return raised.exception

    async def test_nothing(self):
        async with leak_check():
            task = asyncio.create_task(asyncio.sleep(0.001))
            await asyncio.to_thread(len, "")
            read, write = os.pipe()
            os.close(read)
            os.close(write)
            thread = threading.Thread(target=len, args=("",))
            thread.start()
            await task

    async def test_task(self):
        async def forgotten():
            await asyncio.Event().wait()

        tasks = []
        error = await self.found(lambda: tasks.append(asyncio.create_task(forgotten(), name="the lost one")))
        self.assertEqual(list(error.leaks), ["tasks"])
        self.assertIn("the lost one", error.leaks["tasks"][0])
        self.assertIn("forgotten", error.leaks["tasks"][0])
        tasks[0].cancel()

    async def test_descriptor(self):
        opened = []
        error = await self.found(lambda: opened.append(open("/dev/null")))
        self.assertIn("/dev/null", str(error))
        self.assertEqual(list(error.leaks), ["descriptors"])
        opened[0].close()

    async def test_thread(self):
        end = threading.Event()
        thread = threading.Thread(target=end.wait, name="a worker")
        error = await self.found(thread.start)
        self.assertEqual(error.leaks, {"threads": ["a worker"]})
        end.set()
        thread.join()

    async def test_a_thread_that_is_about_to_end_is_none(self):
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        async with leak_check():
            thread.start()
            end.set()

    async def test_module(self):
        def leave():
            sys.modules["left.inner"] = types.ModuleType("left.inner")

        error = await self.found(leave, modules=["left"])
        self.assertEqual(error.leaks, {"modules": ["left.inner"]})
        del sys.modules["left.inner"]

    async def test_connection(self):
        try:
            app = qi.host.app
        except AttributeError:
            self.skipTest("no application shows itself in this interpreter")
        made = []
        error = await self.found(lambda: made.append(app.objectNameChanged.connect(print)))
        self.assertEqual(list(error.leaks), ["connections"])
        self.assertIn("print", str(error))
        made[0].disconnect()

    @unittest.skipUnless(QtCore, "PyQt6 is not installed")
    async def test_object_of_a_binding(self):
        kept = []

        def leave():
            kept.append(QtCore.QTimer())
            kept[0].setObjectName("a timer")

        error = await self.found(leave)
        self.assertIn("QTimer 'a timer'", str(error))

    async def test_ignored(self):
        opened = []
        async with leak_check(ignore=["descriptors"]):
            opened.append(open("/dev/null"))
        opened[0].close()
        with self.assertRaises(ValueError):
            leak_check(ignore=["files"])

    async def test_an_exception_of_the_block_comes_first(self):
        tasks = []
        with self.assertRaises(KeyError):
            async with leak_check():
                tasks.append(asyncio.create_task(asyncio.sleep(100)))
                raise KeyError
        tasks[0].cancel()

    def test_in_ordinary_code(self):
        with leak_check():
            self.loop.call_soon(lambda: None)
        tasks = []
        with self.assertRaises(LeakError):
            with leak_check():
                tasks.append(self.loop.create_task(asyncio.sleep(100)))
        tasks[0].cancel()


if __name__ == "__main__":
    unittest.main()
