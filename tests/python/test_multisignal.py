# SPDX-License-Identifier: BSD-3-Clause
"""multisignal(): several signals as one, whatever becomes of senders and receivers."""

import asyncio
import functools
import gc
import threading
import unittest
import weakref

import qi
from kinds import Plain, PlainSignal, SignalCase, for_each_kind
from slot_support import on_loop, settle


class Recorder:
    def __init__(self):
        self.calls = []

    def record(self, value, args):
        self.calls.append((value, args))


@for_each_kind
class Multisignals(SignalCase):
    def setUp(self):
        super().setUp()
        self.other = self.kind.sender()

    def both(self):
        return qi.multisignal(
            {self.signal("number"): "number", self.kind.signal(self.other, "pair"): ("any", "value")}
        )

    @on_loop
    async def test_slot_is_called_with_value_and_arguments(self):
        recorder = Recorder()
        both = self.both()
        self.assertIsNone(both.connect(recorder.record))
        self.signal("number").emit(1)
        self.kind.signal(self.other, "pair").emit(2, "two")
        self.assertEqual(recorder.calls, [("number", (1,)), (("any", "value"), (2, "two"))])

    @on_loop
    async def test_nothing_is_called_before_connect(self):
        recorder, both = Recorder(), self.both()
        self.signal("number").emit(1)
        both.connect(recorder.record)
        self.assertEqual(recorder.calls, [])

    @on_loop
    async def test_slot_may_take_less(self):  # T22
        got, both = [], self.both()
        both.connect(lambda value: got.append(value))
        both.connect(lambda: got.append("none"))
        both.connect(lambda *all: got.append(all))
        self.signal("number").emit(1)
        self.assertEqual(got, ["number", "none", ("number", (1,))])

    @on_loop
    async def test_what_the_slot_returns_is_ignored(self):
        got, both = [], self.both()
        both.connect(lambda value, args: got.append(value) or 3)
        self.signal("number").emit(1)
        self.assertEqual(got, ["number"])

    @on_loop
    async def test_is_awaited_by_asyncsignal(self):
        both = self.both()
        for _ in range(2):
            waiting = asyncio.ensure_future(qi.asyncsignal(both))
            await settle()
            self.kind.signal(self.other, "pair").emit(2, "two")
            self.signal("number").emit(1)
            self.assertEqual(await waiting, (("any", "value"), (2, "two")))

    @on_loop
    async def test_is_streamed_until_the_last_sender_is_gone(self):  # T24
        stream = qi.asyncsignalstream(self.both())
        self.signal("number").emit(1)
        self.delete_sender()
        self.kind.signal(self.other, "pair").emit(2, "two")
        self.assertEqual(await anext(stream), ("number", (1,)))
        self.assertEqual(await anext(stream), (("any", "value"), (2, "two")))
        waiting = asyncio.ensure_future(anext(stream, "end"))
        await settle()
        self.assertFalse(waiting.done())
        self.kind.delete(self.other)
        self.assertEqual(await waiting, "end")

    @on_loop
    async def test_launches_coroutines(self):
        got, both = [], self.both()

        async def launched(value, args):
            got.append((value, args))

        both.connect(qi.asyncslot(launched))
        self.signal("number").emit(1)
        self.assertEqual(got, [("number", (1,))])
        with self.assertRaisesRegex(TypeError, "asyncslot"):
            both.connect(launched)

    @on_loop
    async def test_connections_outlive_the_multisignal(self):
        recorder = Recorder()
        self.both().connect(recorder.record)
        gc.collect()
        self.signal("number").emit(1)
        self.assertEqual(recorder.calls, [("number", (1,))])

    @on_loop
    async def test_connection_ends_with_the_receiver(self):
        recorder, both = Recorder(), self.both()
        calls, alive = recorder.calls, weakref.ref(recorder)
        both.connect(recorder.record)
        del recorder
        gc.collect()
        self.assertIsNone(alive())
        self.signal("number").emit(1)
        self.assertEqual(calls, [])

    @on_loop
    async def test_map_is_read_when_it_is_connected(self):
        signals, got = {}, []
        changing = qi.multisignal(signals)
        changing.connect(lambda value, args: got.append(("nothing", value)))
        self.signal("number").emit(1)
        self.assertEqual(got, [])
        signals[self.signal("number")] = "number"
        changing.connect(lambda value, args: got.append(("one", value)))
        self.signal("number").emit(1)
        self.assertEqual(got, [("one", "number")])
        got.clear()
        signals[self.kind.signal(self.other, "number")] = "other"
        changing.connect(lambda value, args: got.append(("both", value)))
        self.kind.signal(self.other, "number").emit(1)
        self.assertEqual(got, [("both", "other")])
        got.clear()
        self.signal("number").emit(1)
        self.assertEqual(sorted(got), [("both", "number"), ("one", "number")])
        got.clear()
        changing.disconnect()
        self.signal("number").emit(1)
        self.assertEqual(got, [])

    @on_loop
    async def test_unused_one_disconnects(self):
        both = self.both()
        hub = weakref.ref(both._hubs[-1])
        del both
        while hub() is not None:  # bindings take their time
            gc.collect()
            await asyncio.sleep(0)

    @on_loop
    async def test_slot_is_let_go_with_the_last_sender(self):
        def slot(value, args):
            pass

        both = self.both()
        both.connect(slot)
        alive = weakref.ref(slot)
        del slot
        self.delete_sender()
        self.kind.delete(self.other)
        while alive() is not None:  # bindings take their time
            gc.collect()
            await asyncio.sleep(0)

    @on_loop
    async def test_sender_that_is_gone_is_an_error(self):  # not a crash
        both = self.both()
        self.delete_sender()
        with self.assertRaisesRegex(qi.SenderDestroyed, "number"):
            both.connect(print)
        with self.assertRaisesRegex(ReferenceError, "number"):
            await qi.asyncsignal(both)
        with self.assertRaises(qi.SenderDestroyed):
            qi.asyncsignalstream(both)

    @on_loop
    async def test_slot_is_called_in_the_thread_that_connected_it(self):  # T25
        threads, both, done = [], self.both(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slot(value, args):
            threads.append(threading.get_ident())
            if args == (49,):
                done.set()

        def emit():
            for number in range(50):
                signal.emit(number)

        signal = self.signal("number")
        both.connect(slot)
        await loop.run_in_executor(None, emit)
        await done.wait()
        self.assertEqual(threads, [threading.get_ident()] * 50)

    @on_loop
    async def test_disconnect_as_signals_do(self):
        recorder, both, got = Recorder(), self.both(), []
        function = lambda *args: got.append(args)
        both.connect(recorder.record)
        both.connect(function)
        both.disconnect(recorder.record)
        self.signal("number").emit(1)
        self.assertEqual((recorder.calls, got), ([], [("number", (1,))]))
        with self.assertRaisesRegex(TypeError, "not connected"):
            both.disconnect(recorder.record)
        both.disconnect()
        both.disconnect()
        self.signal("number").emit(2)
        self.assertEqual(len(got), 1)

    @on_loop
    async def test_slot_may_disconnect_itself_and_others(self):
        got, both = [], self.both()

        def once(value, args):
            got.append(value)
            both.disconnect()

        both.connect(once)
        both.connect(lambda value, args: got.append("second"))
        self.signal("number").emit(1)
        self.signal("number").emit(2)
        self.assertEqual(got, ["number"])


@lambda case: for_each_kind(case, plain=False)
class Receivers(SignalCase):
    @on_loop
    async def test_slots_of_qobjects(self):
        QtCore, Slot = self.kind.QtCore, self.kind.Slot
        calls = []

        class Receiver(QtCore.QObject):
            @Slot(object, tuple)
            def decorated(self, value, args):
                calls.append(("decorated", value, args))

            def plain(self, value, args):
                calls.append(("plain", value, args))

        receiver = Receiver()
        one = qi.multisignal({self.signal("number"): 1})
        one.connect(receiver.decorated)
        one.connect(receiver.plain)
        self.signal("number").emit(5)
        self.assertEqual(calls, [("decorated", 1, (5,)), ("plain", 1, (5,))])
        self.kind.delete(receiver)
        self.signal("number").emit(6)
        self.assertEqual(len(calls), 2)

    @on_loop
    async def test_connected_in_a_qthread(self):  # T25
        QtCore = self.kind.QtCore
        called, test = [], self
        one = qi.multisignal({self.signal("number"): "one"})
        connected = threading.Event()

        class Thread(QtCore.QThread):
            def run(self):
                def slot(value, args):
                    called.append((threading.get_ident(), value, args))
                    self.quit()

                one.connect(slot)
                self.ident = threading.get_ident()
                connected.set()
                self.exec()

        thread = Thread()
        thread.start()
        await asyncio.get_running_loop().run_in_executor(None, connected.wait)
        self.signal("number").emit(7)
        await asyncio.get_running_loop().run_in_executor(None, thread.wait)
        test.assertEqual(called, [(thread.ident, "one", (7,))])
        test.assertNotEqual(thread.ident, threading.get_ident())

    @on_loop
    async def test_different_kinds_in_one(self):
        plain = Plain().sender()
        got = []
        mixed = qi.multisignal({self.signal("number"): 1, plain.number: 2})
        mixed.connect(lambda value, args: got.append(value))
        self.signal("number").emit(0)
        plain.number.emit(0)
        self.assertEqual(got, [1, 2])


class OfPlainSignals(unittest.TestCase):
    def test_wrong_use_is_refused(self):
        sender = Plain().sender()
        for wrong, error in (
            ({"number": 1}, TypeError),
            ({sender.number: 1, 3: 2}, TypeError),
            (3, TypeError),
            ([sender.number], TypeError),
        ):
            with self.subTest(wrong=wrong), self.assertRaises(error):
                qi.multisignal(wrong)
        self.assertEqual(sender.number._slots, [])
        one = qi.multisignal({sender.number: 1})
        with self.assertRaisesRegex(TypeError, "callable.*3"):
            one.connect(3)
        with self.assertRaisesRegex(TypeError, "keyword-only"):
            one.connect(lambda value, *, key: None)
        self.assertIn("number", repr(one))

    def test_of_nothing_is_never_emitted(self):
        empty = qi.multisignal({})
        empty.connect(print)
        self.assertIn("nothing", repr(empty))
        empty.disconnect(print)

    def test_signal_that_cannot_be_connected_leaves_nothing_behind(self):
        class Broken(PlainSignal):
            def connect(self, slot):
                raise OSError("no")

        sender = Plain().sender()
        with self.assertRaises(OSError):
            qi.multisignal({sender.number: 1, Broken("broken"): 2})
        self.assertEqual(sender.number._slots, [])

    def test_signal_may_be_what_is_called(self):
        sender = Plain().sender()
        got = []
        sender.pair.connect(lambda *args: got.append(args))
        qi.multisignal({sender.number: "n"}).connect(sender.pair)
        sender.number.emit(1)
        self.assertEqual(got, [("n", (1,))])

    def test_failing_slot_does_not_keep_the_others_from_being_called(self):
        sender, got = Plain().sender(), []
        one = qi.multisignal({sender.number: 1})

        def fails(value, args):
            raise ValueError("one of them")

        one.connect(fails)
        one.connect(functools.partial(lambda *args: got.append(args)))
        with self.assertRaisesRegex(ValueError, "one of them"):
            sender.number.emit(0)
        self.assertEqual(got, [(1, (0,))])
        one.connect(fails)
        with self.assertRaises(ExceptionGroup) as caught:
            sender.number.emit(0)
        self.assertEqual(len(caught.exception.exceptions), 2)


if __name__ == "__main__":
    unittest.main()
