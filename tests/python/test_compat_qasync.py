# SPDX-License-Identifier: BSD-3-Clause
"""qi.compat.qasync: programs written for that package."""

import asyncio
import sys
import unittest
from unittest import mock

import _qi
import qi
from app_support import application
from kinds import SignalCase, for_each_kind
from qi.compat.qasync import DefaultQEventLoopPolicy, QEventLoop, QSelectorEventLoop, QThreadExecutor, asyncClose, asyncSlot, asyncWrap, run
from qi._loop import policies
from slot_support import on_loop, settle


async def wait_for_quit():
    """What the README of qasync has as its main()."""
    quits = asyncio.Event()
    connected = application().aboutToQuit.connect(quits.set)
    try:
        await quits.wait()
        await asyncio.sleep(0.001)  # and has more to do at its end than one step
        return "ended"
    finally:
        application().aboutToQuit.disconnect(connected if isinstance(connected, qi.Connection) else quits.set)


class Loop(unittest.TestCase):
    def test_quit_ends_the_run_for_one_who_awaits_it(self):
        async def main():
            asyncio.get_running_loop().call_later(0.001, application().quit)
            return await wait_for_quit()

        self.assertEqual(run(main()), "ended")
        with asyncio.Runner(loop_factory=QEventLoop) as runner:
            self.assertEqual(runner.run(main()), "ended")

    def test_quit_ends_run_forever(self):
        loop = QSelectorEventLoop()
        ran = []
        loop.call_soon(ran.append, 1)
        loop.call_later(0.001, application().quit)
        with loop:
            loop.run_forever()
        self.assertEqual((ran, loop.is_closed()), ([1], True))

    def test_already_running(self):
        loop = QEventLoop(application(), already_running=True)
        self.addCleanup(loop.close)
        self.assertIs(asyncio.get_running_loop(), loop)
        loop.call_soon(_qi._exit_event_loops, 0)
        _qi._exec_application()
        self.assertFalse(loop.is_running())
        self.assertIsNone(asyncio._get_running_loop())

    def test_block_of_a_guest_stops_it(self):
        with QEventLoop(already_running=True) as loop:
            self.assertTrue(loop.is_running())
        self.assertTrue(loop.is_closed())

    @unittest.skipUnless(policies.find_policy(), "this Python has no policies")
    def test_policy(self):
        loop = DefaultQEventLoopPolicy().new_event_loop()
        self.addCleanup(loop.close)
        self.assertIsInstance(loop, QEventLoop)

    def test_executor(self):
        async def main():
            with QThreadExecutor() as executor:
                return await asyncio.get_running_loop().run_in_executor(executor, lambda: 3)

        self.assertEqual(run(main()), 3)

    def test_wrap(self):
        def dialog(result, *, plus):
            event_loop = _qi._new_event_loop()
            asyncio.get_running_loop().call_later(0.001, _qi._quit_event_loop, event_loop)
            _qi._exec_event_loop(event_loop)
            return result + plus

        async def main():
            return await asyncWrap(dialog, 1, plus=2)

        self.assertEqual(run(main()), 3)


class Close(unittest.TestCase):
    def setUp(self):
        self.events = []

    def window(self):
        events = self.events

        class Window:
            @asyncClose
            async def closeEvent(self, event):
                events.append("begins")
                await asyncio.sleep(0.005)
                events.append("ends")
                return "closed"

        return Window()

    @on_loop
    async def test_it_returns_when_the_coroutine_has_ended(self):
        ticks = []
        asyncio.get_running_loop().call_later(0.001, ticks.append, "others go on")
        self.assertEqual(self.window().closeEvent(None), "closed")
        self.assertEqual((self.events, ticks), (["begins", "ends"], ["others go on"]))

    @on_loop
    async def test_a_second_close_meanwhile_is_ignored(self):
        window, event = self.window(), mock.Mock()
        asyncio.get_running_loop().call_later(0.001, window.closeEvent, event)
        window.closeEvent(None)
        self.assertEqual(self.events, ["begins", "ends"])
        event.ignore.assert_called_once_with()

    @on_loop
    async def test_failure_and_cancellation(self):
        @asyncClose
        async def fail():
            await asyncio.sleep(0)
            raise LookupError("failed")

        @asyncClose
        async def give_up():
            raise asyncio.CancelledError

        with self.assertRaisesRegex(LookupError, "failed"):
            fail()
        self.assertIsNone(give_up())

    def test_an_application_that_quits_does_not_cut_it_short(self):
        async def main():
            asyncio.get_running_loop().call_later(0.001, _qi._exit_event_loops, 0)
            self.window().closeEvent(None)
            return list(self.events)

        self.assertEqual(run(main()), ["begins", "ends"])


@lambda case: for_each_kind(case, plain=False)
class Slots(SignalCase):
    @on_loop
    async def test_types_and_arguments(self):
        got = []

        class Receiver(self.kind.QtCore.QObject):
            @asyncSlot()
            async def nothing(self):
                got.append("nothing")

            @asyncSlot(int)
            async def number(self, value):
                await asyncio.sleep(0)
                got.append(value)

        receiver = Receiver()
        found = receiver.metaObject()  # before PySide6 gives the object one of its own, for connections
        self.assertEqual(sorted(bytes(found.method(index).methodSignature()).decode() for index in range(found.methodOffset(), found.methodCount())),
                         ["nothing()", "number(int)"])
        self.signal("number").connect(receiver.nothing)
        self.signal("number").connect(receiver.number)
        self.signal("number").emit(3)
        await settle()
        self.assertEqual(got, ["nothing", 3])

    @on_loop
    async def test_what_it_raises_goes_to_the_excepthook(self):
        @asyncSlot()
        async def fail():
            await asyncio.sleep(0)
            raise LookupError("failed")

        with mock.patch.object(sys, "excepthook") as hook:
            self.signal("plain").connect(fail)
            self.signal("plain").emit()
            await settle()
        (kind, error, traceback), _ = hook.call_args
        self.assertEqual((kind, str(error), traceback is not None), (LookupError, "failed", True))


if __name__ == "__main__":
    unittest.main()
