# SPDX-License-Identifier: BSD-3-Clause
"""What signals have emitted is kept, whatever kind they are."""

import asyncio
import threading
import unittest

import qi
from qi.testing import AsyncTestCase, Emission, FakeObject, Signal, SignalRecorder

try:
    from PyQt6 import QtCore
except ImportError:
    QtCore = None


class Window(FakeObject):
    clicked = Signal(bool)
    closed = Signal()


class Recording(AsyncTestCase):
    async def test_emissions_in_their_order(self):
        window = Window()
        with SignalRecorder(window.clicked, window.closed) as recorder:
            window.clicked.emit(True)
            window.closed.emit()
            window.clicked.emit(False)
        self.assertEqual(recorder.args, [(True,), (), (False,)])
        self.assertEqual(recorder[1], Emission("closed()", ()))
        self.assertEqual([each.signal for each in recorder], ["clicked(bool)", "closed()", "clicked(bool)"])
        window.closed.emit()
        self.assertEqual(len(recorder), 3)
        recorder.clear()
        self.assertEqual(len(recorder), 0)

    async def test_wait(self):
        window = Window()
        with SignalRecorder(window.clicked) as recorder:
            window.clicked.emit(True)
            self.loop.call_soon(window.clicked.emit, False)
            emissions = await recorder.wait(2)
        self.assertEqual([each.args for each in emissions], [(True,), (False,)])

    async def test_wait_says_what_has_come(self):
        window = Window()
        with SignalRecorder(window.clicked) as recorder:
            window.clicked.emit(True)
            with self.assertRaises(TimeoutError) as raised:
                await recorder.wait(2, timeout=0.01)
        self.assertIn("clicked(bool)", str(raised.exception))
        self.assertIn("1 of 2", str(raised.exception))

    async def test_wait_ends_with_the_sender(self):
        window = Window()
        with SignalRecorder(window.closed) as recorder:
            self.loop.call_soon(window.delete)
            with self.assertRaises(qi.SenderDestroyed):
                await recorder.wait()

    async def test_what_is_no_signal(self):
        for wrong in (5, Window(), Window.clicked, Window().delete):
            with self.assertRaises(TypeError):
                SignalRecorder(wrong)
        with self.assertRaises(TypeError):
            SignalRecorder()

    @unittest.skipUnless(QtCore, "PyQt6 is not installed")
    async def test_signals_of_a_binding(self):
        timer = QtCore.QTimer()
        with SignalRecorder(timer.timeout, timer.objectNameChanged) as recorder:
            timer.setObjectName("clock")
            timer.start(0)
            await recorder.wait(2)
            timer.stop()
        self.assertEqual(recorder.args[0], ("clock",))

    @unittest.skipUnless(QtCore, "PyQt6 is not installed")
    async def test_emissions_of_another_thread(self):
        class Sender(QtCore.QObject):
            sent = QtCore.pyqtSignal(int)

        sender = Sender()
        with SignalRecorder(sender.sent) as recorder:
            thread = threading.Thread(target=sender.sent.emit, args=(7,))
            thread.start()
            await recorder.wait()
            await asyncio.to_thread(thread.join)
        self.assertEqual(recorder.args, [(7,)])

    async def test_signals_of_the_application(self):
        try:
            app = qi.host.app
        except AttributeError:
            self.skipTest("no application shows itself in this interpreter")
        with SignalRecorder(app.objectNameChanged) as recorder:
            app.objectName = "named"
            await recorder.wait()
        self.assertEqual(recorder.args, [("named",)])


if __name__ == "__main__":
    unittest.main()
