# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --app=none --loop=none
"""Without a QCoreApplication: what is refused, and what makes one."""

import asyncio
import sys
import unittest

import _qi
import qi
from qi import QtAsyncio

NONE = "there is no QCoreApplication; (create|make) one first"


class Refused(unittest.TestCase):
    def test_owner_mode(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        with self.assertRaisesRegex(RuntimeError, NONE):
            loop.run_forever()
        self.assertFalse(loop.is_running())
        self.assertIsNone(asyncio._get_running_loop())

    def test_guest_mode(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        loop.set_mode(qi.QiLoopMode.GUEST)
        with self.assertRaisesRegex(RuntimeError, NONE):
            loop.start()
        self.assertFalse(loop.is_running())

    def test_native_mode_needs_none(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        loop.set_mode(qi.QiLoopMode.NATIVE)
        self.assertEqual(loop.run_until_complete(asyncio.sleep(0, 5)), 5)

    def test_context_managers(self):
        made = []

        def factory():
            made.append(qi.new_event_loop())
            return made[0]

        with self.assertRaisesRegex(RuntimeError, NONE):
            with qi.using_asyncio_from_qt(loop_factory=factory):
                self.fail("entered")
        self.assertTrue(made[0].is_closed())
        with self.assertRaisesRegex(RuntimeError, NONE), qi.using_qt_from_asyncio():
            asyncio.run(asyncio.Event().wait())

    def test_run_task(self):
        with self.assertRaisesRegex(RuntimeError, "needs a running event loop of qi, but none"):
            qi.run_task(asyncio.sleep(0))

    def test_application_of_ours(self):
        with self.assertRaisesRegex(RuntimeError, NONE):
            _qi._exec_application()
        with self.assertRaisesRegex(RuntimeError, NONE):
            _qi._new_event_loop()
        self.assertFalse(_qi._has_application())
        self.assertEqual(_qi._event_loops(), 0)


class Made(unittest.TestCase):
    """QtAsyncio.run() makes an application, and destroys it if it quits."""

    async def main(self):
        await asyncio.sleep(0.001)
        return _qi._has_application()

    def test_without_a_binding(self):
        for _ in range(3):
            self.assertIs(QtAsyncio.run(self.main(), keep_running=False), True)
            self.assertIs(_qi._has_application(), False)

    def test_exception(self):
        async def fail():
            raise LookupError

        with self.assertRaises(LookupError):
            QtAsyncio.run(fail(), keep_running=False)
        self.assertIs(_qi._has_application(), False)

    def test_keep_running(self):
        async def main():
            asyncio.get_running_loop().call_later(0.001, _qi._exit_event_loops, 0)

        QtAsyncio.run(main())
        self.assertIs(_qi._has_application(), False)

    def test_nothing_is_made_for_wrong_arguments(self):
        with self.assertRaises(RuntimeError):
            QtAsyncio.run(keep_running=False)
        with self.assertRaises(TypeError):
            QtAsyncio.run("main")
        self.assertIs(_qi._has_application(), False)

    def test_z_stays_without_quit_qapp(self):
        for _ in range(2):
            self.assertIs(QtAsyncio.run(self.main(), keep_running=False, quit_qapp=False), True)
            self.assertIs(_qi._has_application(), True)
        self.assertIs(_qi._make_application(), False)
        _qi._drop_application()
        _qi._drop_application()
        self.assertIs(_qi._has_application(), False)

    def test_z_with_a_binding(self):
        try:
            from PyQt6 import QtCore
        except ImportError:
            self.skipTest("PyQt6 is not installed")

        async def main():
            await asyncio.sleep(0.001)
            return type(QtCore.QCoreApplication.instance()), QtCore.QCoreApplication.arguments()

        for _ in range(2):
            kind, arguments = QtAsyncio.run(main(), keep_running=False)
            self.assertIs(kind, QtCore.QCoreApplication)
            self.assertEqual(arguments[-1:], sys.argv[-1:])
            self.assertIsNone(QtCore.QCoreApplication.instance())


if __name__ == "__main__":
    unittest.main()
