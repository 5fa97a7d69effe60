# SPDX-License-Identifier: BSD-3-Clause
"""Who keeps the wrappers of asyncslot() alive, and whom they keep, with and without PyQt6."""

import asyncio
import functools
import gc
import unittest
import weakref

from qi._signals.slots import SemiWeakRef, asyncslot, copy_signal_arguments, transform_slot
from slot_support import on_loop, settle


class Lifetimes(unittest.TestCase):
    @on_loop
    async def test_wrapper_of_a_method_is_a_method_and_holds_the_object(self):
        class Object:
            async def method(self):
                return self

        o = Object()
        wrapper = asyncslot(o.method)
        alive = weakref.ref(o)
        self.assertTrue(hasattr(wrapper, "__self__") and hasattr(wrapper, "__func__"))
        del o
        gc.collect()
        self.assertIsNotNone(alive())
        self.assertIs(await wrapper(), alive())
        await settle()
        del wrapper
        gc.collect()
        self.assertIsNone(alive())

    @on_loop
    async def test_receiver_of_a_dropped_wrapper_lives_as_long_as_the_object(self):
        class Object:
            calls = 0

            async def method(self):
                Object.calls += 1

        o = Object()
        wrapper = asyncslot(o.method)
        receiver, function = weakref.ref(wrapper.__self__), wrapper.__func__
        del wrapper
        gc.collect()
        self.assertIsNotNone(receiver())
        function(receiver())
        self.assertEqual(Object.calls, 1)
        await settle()
        del o
        gc.collect()
        self.assertIsNone(receiver())

    @on_loop
    async def test_method_that_is_no_coroutine_function_is_refused(self):
        class Object:
            def plain(self):
                pass

        o = Object()
        with self.assertRaisesRegex(TypeError, "must be a coroutine function"):
            asyncslot(o.plain)()

    def test_semi_weak_reference(self):
        class Object:
            pass

        o = Object()
        semi = SemiWeakRef(o)
        alive, object_alive = weakref.ref(semi), weakref.ref(o)
        self.assertIs(semi.referent(), o)
        del o
        gc.collect()
        self.assertIsNotNone(object_alive())
        o = semi.referent()
        del semi
        gc.collect()
        self.assertIsNotNone(alive())
        self.assertIs(alive().referent(), o)
        del o
        gc.collect()
        self.assertIsNone(object_alive())
        self.assertIsNone(alive())

    def test_transform_slot(self):
        def transform(slot, args, *extras):
            return slot(*args), extras

        def plain(*args):
            return args

        class Object:
            def method(self, *args):
                return args

        self.assertEqual(transform_slot(plain, transform, 8, 9)(1, 2), ((1, 2), (8, 9)))
        o = Object()
        wrapper = transform_slot(o.method, transform, 8)
        self.assertEqual(wrapper(1), ((1,), (8,)))
        receiver = weakref.ref(wrapper.__self__)
        del wrapper
        gc.collect()
        self.assertIsNotNone(receiver())
        del o
        gc.collect()
        self.assertIsNone(receiver())

    @on_loop
    async def test_as_a_decorator_in_a_class_it_binds(self):
        class Object:
            @asyncslot
            async def on_click(self, checked):
                """Handles a click."""
                return self, checked

        o = Object()
        self.assertEqual(await o.on_click(True, "more"), (o, True))
        self.assertEqual(Object.on_click.__name__, "on_click")
        self.assertEqual(Object.on_click.__doc__, "Handles a click.")
        await settle()

    @on_loop
    async def test_policy_counts_each_object_apart(self):
        gate = asyncio.Event()

        class Object:
            calls = 0

            @functools.partial(asyncslot, overlap="drop")
            async def on_click(self):
                self.calls += 1
                await gate.wait()

        one, two = Object(), Object()
        one.on_click()
        one.on_click()
        two.on_click()
        self.assertEqual((one.calls, two.calls), (1, 1))
        gate.set()
        await settle()
        alive = weakref.ref(one)
        del one
        gc.collect()
        self.assertIsNone(alive())


try:
    from PyQt6 import QtCore
except ImportError:
    QtCore = None


@unittest.skipIf(QtCore is None, "PyQt6 is not installed for this Python")
class WithPyQt6(unittest.TestCase):
    def setUp(self):
        self.assertIsNotNone(QtCore.QCoreApplication.instance())

        class Sender(QtCore.QObject):
            plain = QtCore.pyqtSignal()
            flag = QtCore.pyqtSignal(bool)
            pair = QtCore.pyqtSignal(int, str)
            point = QtCore.pyqtSignal(QtCore.QPointF)

        self.sender = Sender()

    @on_loop
    async def test_first_step_runs_inside_the_emission(self):
        got = []

        async def no_arguments():
            got.append("none")

        async def pair(number, text):
            got.append((number, text))

        self.sender.flag.connect(asyncslot(no_arguments))  # T22
        self.sender.pair.connect(asyncslot(pair))
        self.sender.flag.emit(True)
        self.sender.pair.emit(3, "three")
        self.assertEqual(got, ["none", (3, "three")])

    @on_loop
    async def test_arguments_stay_valid_after_the_emission(self):  # T23
        async def moves(point):
            await asyncio.sleep(0)
            got.append((point.x(), point.y()))

        got = []
        self.sender.point.connect(asyncslot(moves))
        point = QtCore.QPointF(1.5, 2.5)
        self.sender.point.emit(point)
        point.setX(9)
        await settle()
        self.assertEqual(got, [(1.5, 2.5)])

    def test_only_wrapped_values_are_copied(self):
        point, plain = QtCore.QPointF(1, 2), ["plain"]
        copies = copy_signal_arguments((point, plain, self.sender, 3))
        self.assertEqual(copies, (point, plain, self.sender, 3))
        self.assertIsNot(copies[0], point)
        self.assertIs(copies[1], plain)
        self.assertIs(copies[2], self.sender)

    @on_loop
    async def test_connection_of_a_method_ends_with_its_object(self):
        calls = []

        class Receiver:
            async def method(self):
                calls.append(True)

        receiver = Receiver()
        self.sender.plain.connect(asyncslot(receiver.method))
        gc.collect()
        self.sender.plain.emit()
        self.assertEqual(len(calls), 1)
        await settle()
        del receiver
        gc.collect()
        self.sender.plain.emit()
        self.assertEqual(len(calls), 1)

    @on_loop
    async def test_several_signals_to_one_receiver(self):  # T27
        calls = []

        class Receiver:
            async def method(self, *args):
                calls.append(args)

        receiver = Receiver()
        slot = asyncslot(receiver.method)
        self.sender.plain.connect(slot)
        self.sender.flag.connect(slot)
        self.sender.flag.connect(slot)
        self.sender.plain.emit()
        self.sender.flag.emit(True)
        self.assertEqual(calls, [(), (True,), (True,)])
        self.sender.flag.disconnect(slot)
        self.sender.plain.disconnect(slot)
        calls.clear()
        self.sender.plain.emit()
        self.assertEqual(calls, [])

    @on_loop
    async def test_owner_takes_its_tasks_along(self):  # T20
        cancelled = []

        async def fn():
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

        owner = QtCore.QObject()
        slot = asyncslot(fn, owner=owner)
        slot()
        from PyQt6 import sip

        sip.delete(owner)
        await settle()
        self.assertEqual(cancelled, [True])
        self.assertIsNone(slot())

    @on_loop
    async def test_owner_takes_the_tasks_of_slots_that_have_gone(self):
        from PyQt6 import sip

        cancelled = []

        async def fn():
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

        for overlap in ("concurrent", "drop", "queue", "restart", "latest"):
            with self.subTest(overlap=overlap):
                cancelled.clear()
                owner = QtCore.QObject()
                sender = type(self.sender)()
                sender.plain.connect(asyncslot(fn, overlap=overlap, owner=owner))
                sender.plain.emit()
                sip.delete(sender)
                gc.collect()
                await settle()
                self.assertEqual(cancelled, [])
                sip.delete(owner)
                await settle()
                self.assertEqual(cancelled, [True])

    @on_loop
    async def test_owner_that_dies_while_arguments_are_copied(self):
        from PyQt6 import sip

        launched = []
        owner = QtCore.QObject()

        async def fn(argument):
            launched.append(argument)

        class Argument(QtCore.QPoint):
            def __init__(self, other=None):
                super().__init__()
                if other is not None:
                    sip.delete(owner)

        self.assertIsNone(asyncslot(fn, owner=owner)(Argument()))
        self.assertEqual(launched, [])


if __name__ == "__main__":
    unittest.main()
