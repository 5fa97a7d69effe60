# SPDX-License-Identifier: BSD-3-Clause
"""What asyncslot(), transform_slot() and SemiWeakRef promise about wrappers, with every kind of signal."""

import asyncio
import contextlib
import functools
import gc
import inspect
import threading
import unittest
import weakref

import qi
from kinds import SignalCase, for_each_kind
from qi._signals.slots import SemiWeakRef, copy_signal_arguments, get_positional_parameter_count, transform_slot
from slot_support import on_loop, settle


@for_each_kind
class Wrappers(SignalCase):
    def setUp(self):
        super().setUp()
        self.calls = []

    def connect_and_disconnect(self, wrapper, expected):
        """The wrapper that was connected is what disconnects."""
        signal = self.signal("number")
        signal.connect(wrapper)
        signal.emit(1)
        self.assertEqual(self.calls, expected)
        signal.disconnect(wrapper)
        signal.emit(2)
        self.assertEqual(self.calls, expected)
        self.calls.clear()

    @on_loop
    async def test_callables_of_all_shapes(self):  # T22
        calls = self.calls

        async def none():
            calls.append("none")

        async def one(value):
            calls.append(value)

        async def two(first, second):
            calls.append((first, second))

        async def any_number(*args):
            calls.append(args)

        async def optional(value, other="default"):
            calls.append((value, other))

        class Callable:
            async def __call__(self, value):
                calls.append(("called", value))

        for fn, expected in (
            (none, "none"),
            (one, 1),
            (any_number, (1,)),
            (optional, (1, "default")),
            (functools.partial(two, 7), (7, 1)),
            (lambda value: one(value), 1),
            (Callable(), ("called", 1)),
        ):
            with self.subTest(fn=fn):
                self.connect_and_disconnect(qi.asyncslot(fn), [expected])

    @on_loop
    async def test_methods_of_all_shapes(self):
        calls = self.calls

        class Plain:
            async def method(self, value):
                calls.append((self, value))

            async def less(self):
                calls.append((self,))

            @classmethod
            async def of_class(cls, value):
                calls.append((cls, value))

            @staticmethod
            async def static(value):
                calls.append(value)

            @functools.wraps(print)
            async def wrapped(self, *args):
                calls.append((self, args))

        class Slotted:
            __slots__ = ()

            async def method(self, value):
                calls.append((self, value))

        plain, slotted = Plain(), Slotted()
        for method, expected in (
            (plain.method, (plain, 1)),
            (plain.less, (plain,)),
            (plain.of_class, (Plain, 1)),
            (plain.static, 1),
            (plain.wrapped, (plain, (1,))),
            (slotted.method, (slotted, 1)),
        ):
            with self.subTest(method=method):
                self.connect_and_disconnect(qi.asyncslot(method), [expected])

    @on_loop
    async def test_decorated_methods(self):
        calls = self.calls

        class Decorated:
            @qi.asyncslot
            async def plain(self, value):
                calls.append((self, value))

            @qi.asyncslot(overlap="drop")
            async def dropping(self, value):
                calls.append((self, value))

        one = Decorated()
        for method in (one.plain, one.dropping):
            with self.subTest(method=method):
                self.connect_and_disconnect(method, [(one, 1)])
                self.assertEqual(inspect.iscoroutinefunction(method), False)
        self.signal("number").connect(one.plain)
        alive = weakref.ref(one)
        del one, method
        await settle()
        gc.collect()
        self.assertIsNone(alive())
        self.signal("number").emit(3)
        self.assertEqual(calls, [])

    @on_loop
    async def test_connection_lives_as_long_as_the_methods_object(self):  # T20
        calls = self.calls

        class Receiver:
            async def method(self, value):
                calls.append(value)

        receiver = Receiver()
        self.signal("number").connect(qi.asyncslot(receiver.method))
        gc.collect()
        self.signal("number").emit(1)
        self.assertEqual(calls, [1])
        await settle()
        alive = weakref.ref(receiver)
        del receiver
        gc.collect()
        self.assertIsNone(alive())
        self.signal("number").emit(2)
        self.assertEqual(calls, [1])

    @on_loop
    async def test_wrapper_keeps_the_object(self):
        class Receiver:
            async def method(self, value):
                pass

        receiver = Receiver()
        alive = weakref.ref(receiver)
        wrapper = qi.asyncslot(receiver.method)
        del receiver
        gc.collect()
        self.assertIsNotNone(alive())
        self.signal("number").connect(wrapper)
        del wrapper
        gc.collect()
        self.assertIsNone(alive())

    @on_loop
    async def test_connection_keeps_a_function(self):
        def connect():
            async def fn(value):
                calls.append(value)

            self.signal("number").connect(qi.asyncslot(fn))

        calls = self.calls
        connect()
        gc.collect()
        self.signal("number").emit(1)
        self.assertEqual(calls, [1])

    @on_loop
    async def test_transformed_slots(self):
        calls = self.calls

        def transform(slot, args, extra):
            calls.append((args, extra))
            slot(*args)

        class Receiver:
            def method(self, value):
                calls.append(value)

        receiver = Receiver()
        for slot in (receiver.method, lambda value: calls.append(value)):
            with self.subTest(slot=slot):
                self.connect_and_disconnect(transform_slot(slot, transform, "extra"), [((1,), "extra"), 1])
        self.signal("number").connect(transform_slot(receiver.method, transform, 0))
        del receiver, slot
        gc.collect()
        self.signal("number").emit(1)
        self.assertEqual(calls, [])

    @on_loop
    async def test_overlap_of_two_signals_into_one_wrapper(self):
        gate = asyncio.Event()
        calls = self.calls

        async def once(*args):
            calls.append(args)
            await gate.wait()

        wrapper = qi.asyncslot(once, overlap="drop")
        self.signal("number").connect(wrapper)
        self.signal("pair").connect(wrapper)
        self.signal("number").emit(1)
        self.signal("pair").emit(2, "two")
        self.assertEqual(calls, [(1,)])
        gate.set()
        await settle()
        self.signal("pair").emit(3, "three")
        self.assertEqual(calls, [(1,), (3, "three")])

    @on_loop
    async def test_failure_names_the_slot(self):  # T26
        async def fails(value):
            await asyncio.sleep(0)
            raise ValueError(value)

        self.signal("number").connect(qi.asyncslot(fails))
        self.signal("number").emit(1)
        await settle()
        gc.collect()
        contexts = list(self.unhandled)
        self.unhandled.clear()
        self.assertEqual([str(context["exception"]) for context in contexts], ["1"])
        self.assertIn("fails", contexts[0]["slot"])
        self.assertEqual(contexts[0].get("signal", "number(int)").rpartition("::")[2], "number(int)")
        self.assertEqual("signal" in contexts[0], self.make_kind.__name__ == "proxies")

    @on_loop
    async def test_task_runner_gets_the_coroutine_of_each_emission(self):
        tasks = []

        def runner(coroutine):
            tasks.append(asyncio.get_running_loop().create_task(coroutine))
            return tasks[-1]

        async def fn(value):
            self.calls.append(value)

        self.signal("number").connect(qi.asyncslot(fn, task_runner=runner))
        self.signal("number").emit(1)
        self.assertEqual(self.calls, [])  # create_task() is not eager
        await asyncio.gather(*tasks)
        self.assertEqual(self.calls, [1])


@lambda case: for_each_kind(case, plain=False)
class QObjects(SignalCase):
    @on_loop
    async def test_methods_of_qobjects(self):
        QtCore, Slot, calls = self.kind.QtCore, self.kind.Slot, []

        class Receiver(QtCore.QObject):
            async def plain(self, value):
                calls.append(("plain", value))

            @Slot(int)
            async def inside(self, value):
                calls.append(("inside", value))

            @Slot(int)
            @qi.asyncslot
            async def outside(self, value):
                calls.append(("outside", value))

            @qi.asyncslot
            async def alone(self, value):
                calls.append(("alone", value))

        receiver = Receiver()
        signal = self.signal("number")
        for wrapper, name in (
            (qi.asyncslot(receiver.plain), "plain"),
            (qi.asyncslot(receiver.inside), "inside"),
            (receiver.outside, "outside"),
            (receiver.alone, "alone"),
        ):
            with self.subTest(name=name):
                signal.connect(wrapper)
                signal.emit(1)
                self.assertEqual(calls, [(name, 1)])
                signal.disconnect(wrapper)
                signal.emit(2)
                self.assertEqual(calls, [(name, 1)])
                calls.clear()

    @on_loop
    async def test_method_of_a_qobject_that_qt_has_deleted_is_not_called(self):
        QtCore, calls = self.kind.QtCore, []

        class Receiver(QtCore.QObject):
            async def method(self, value):
                calls.append(value)

            @qi.asyncslot(overlap="queue")
            async def decorated(self, value):
                calls.append(value)

        signal = self.signal("number")
        for name, make in (
            ("method", lambda receiver: qi.asyncslot(receiver.method)),
            ("decorated", lambda receiver: receiver.decorated),
            ("transformed", lambda receiver: qi.transform_slot(receiver.method, lambda slot, args: calls.append(args))),
        ):
            with self.subTest(name=name):
                receiver = Receiver()  # the shell stays
                signal.connect(make(receiver))
                signal.emit(1)
                self.assertEqual(len(calls), 1)
                calls.clear()
                receiver.deleteLater()
                deleted = qi.asyncsignal(receiver.destroyed)
                with contextlib.suppress(qi.SenderDestroyed):
                    await deleted
                signal.emit(2)
                self.assertEqual(calls, [])

    @on_loop
    async def test_owner_takes_its_tasks_along(self):  # T20
        cancelled = []

        async def fn(value):
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                cancelled.append(value)
                raise

        owner = self.kind.QtCore.QObject()
        self.signal("number").connect(qi.asyncslot(fn, owner=owner))
        self.signal("number").emit(1)
        self.kind.delete(owner)
        self.signal("number").emit(2)
        await settle()
        self.assertEqual(cancelled, [1])

    @on_loop
    async def test_arguments_that_are_qobjects_are_not_copied(self):  # T23
        QtCore = self.kind.QtCore
        o, point = QtCore.QObject(), QtCore.QPointF(1, 2)
        copies = copy_signal_arguments((o, point, "text"))
        self.assertIs(copies[0], o)
        self.assertEqual(copies[1:], (point, "text"))

    @on_loop
    async def test_collection_in_a_worker_destroys_no_qobject_there(self):  # T46
        if self.kind.name == "PySide6":
            self.skipTest("PySide6 destroys its own objects in the collecting thread until 6.11.1")
        QtCore = self.kind.QtCore

        class Node(QtCore.QObject):
            async def on_number(self, value):
                pass

        def make():
            node = Node()
            node.itself = node
            self.signal("number").connect(qi.asyncslot(node.on_number))
            node.signal = self.signal("number")
            node.stream = qi.asyncsignalstream(self.signal("number"))
            return weakref.ref(node), qi.from_binding(node)

        gc.collect()
        gc.disable()
        try:
            shell, node = make()
            worker = threading.Thread(target=gc.collect)
            worker.start()
            worker.join()
        finally:
            gc.enable()
        self.assertIsNone(shell())
        self.assertTrue(node.alive, "it was destroyed in the worker")
        while node.alive:  # deleteLater() takes an event of the thread where it lives
            await asyncio.sleep(0)
        self.signal("number").emit(1)


class Contracts(unittest.TestCase):
    """The sentences of the private interface that name no binding."""

    def test_semi_weak_reference_to_a_method(self):
        class Object:
            def method(self):
                return self

        o = Object()
        semi = SemiWeakRef(o.method, weakref.WeakMethod)
        alive, object_alive = weakref.ref(semi), weakref.ref(o)
        self.assertEqual(semi.referent(), o.method)
        del semi
        gc.collect()
        self.assertIsNotNone(alive())
        del o
        gc.collect()
        self.assertIsNone(object_alive())
        self.assertIsNone(alive())

    def test_arguments_of_python_are_not_copied(self):
        values = [1], {"a": 1}, object()
        self.assertIs(copy_signal_arguments(values), values)
        self.assertEqual(copy_signal_arguments(()), ())

    def test_count_of_positional_parameters(self):
        self.assertEqual(get_positional_parameter_count(lambda a, b=1, /, c=2, *, d=3: 0), 3)
        self.assertEqual(get_positional_parameter_count(lambda a, *b: 0), -1)
        with self.assertRaises(TypeError):
            get_positional_parameter_count(lambda *, d: 0)

    def test_a_function_transformed_is_a_function_that_holds_it(self):
        def slot():
            pass

        alive = weakref.ref(slot)
        wrapper = transform_slot(slot, lambda slot, args: None)
        del slot
        gc.collect()
        self.assertIsNotNone(alive())
        self.assertTrue(inspect.isfunction(wrapper))
        del wrapper
        self.assertIsNone(alive())


if __name__ == "__main__":
    unittest.main()
