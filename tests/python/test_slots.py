# SPDX-License-Identifier: BSD-3-Clause
"""asyncslot() and `_qi.Slot`: what is launched, when, with which arguments, and what becomes of it."""

import asyncio
import contextvars
import functools
import gc
import sys
import threading
import unittest
import weakref

import _qi
from qi._loop import new_event_loop, run_task
from qi._slots import (
    SemiWeakRef,
    asyncslot,
    copy_signal_arguments,
    get_positional_parameter_count,
    transform_slot,
)


def on_loop(test):
    """Runs a coroutine test on a fresh loop of qi; what nobody awaited must have been expected."""

    @functools.wraps(test)
    def run(self):
        self.unhandled = []
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.get_loop().set_exception_handler(lambda _, context: self.unhandled.append(context))
            runner.run(asyncio.wait_for(test(self), 20))
        gc.collect()
        self.assertEqual(self.unhandled, [])

    return run


async def settle(turns=4):
    """Lets everything that is ready run."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Gate:
    """A coroutine function that records its calls and goes on when told to."""

    def __init__(self):
        self.started, self.ended, self.cancelled = [], [], []
        self._futures = []

    async def __call__(self, value=None):
        self.started.append(value)
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        try:
            await future
        except asyncio.CancelledError:
            self.cancelled.append(value)
            raise
        self.ended.append(value)
        return value

    def open(self):
        self._futures.pop(0).set_result(None)


class Launching(unittest.TestCase):
    @on_loop
    async def test_first_step_runs_inside_the_call(self):
        steps = []

        async def fn():
            steps.append("first")
            await asyncio.sleep(0)
            steps.append("second")

        task = asyncslot(fn)()
        self.assertEqual(steps, ["first"])
        self.assertIsInstance(task, asyncio.Task)
        await task
        self.assertEqual(steps, ["first", "second"])

    @on_loop
    async def test_result_of_a_first_step_is_there_at_once(self):  # T18
        async def fn():
            return 0

        task = asyncslot(fn)()
        self.assertTrue(task.done())
        self.assertEqual(task.result(), 0)

    @on_loop
    async def test_running_task_is_the_same_before_and_after(self):  # T12
        inside = []

        async def fn(fail):
            inside.append(asyncio.current_task())
            if fail:
                raise ValueError("in the first step")

        slot = asyncslot(fn)
        me = asyncio.current_task()
        async with asyncio.timeout(10):
            good = slot(False)
            self.assertIs(asyncio.current_task(), me)
            bad = slot(True)
            self.assertIs(asyncio.current_task(), me)
        self.assertEqual(inside, [good, bad])
        self.assertIsInstance(bad.exception(), ValueError)

    @on_loop
    async def test_context_of_the_caller_is_copied(self):  # T12
        variable = contextvars.ContextVar("variable", default="outside")

        async def fn():
            seen = variable.get()
            variable.set("inside")
            return seen

        variable.set("caller")
        self.assertEqual(await asyncslot(fn)(), "caller")
        self.assertEqual(variable.get(), "caller")

    @on_loop
    async def test_slot_called_and_awaited_in_another_slot(self):  # T13
        async def inner(value):
            await asyncio.sleep(0)
            return value + 1

        async def outer(value):
            return await asyncslot(inner)(value) + await asyncslot(inner)(value)

        self.assertEqual(await asyncslot(outer)(1), 4)

    @on_loop
    async def test_task_is_kept_alive_until_it_ends(self):  # T21
        future = asyncio.get_running_loop().create_future()
        ended = []

        async def fn():
            await weakref.proxy(future)
            ended.append(True)

        async def waits():
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            ended.append(True)

        task = weakref.ref(asyncslot(waits)())
        gc.collect()
        self.assertIsNotNone(task())
        await settle()
        self.assertEqual(ended, [True])
        gc.collect()
        self.assertIsNone(task())

    @on_loop
    async def test_slot_outlives_its_last_reference_while_a_task_runs(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "queue")
        slot(1)
        slot(2)
        alive = weakref.ref(slot)
        del slot
        gate.open()
        await settle()
        self.assertEqual(gate.started, [1, 2])
        gate.open()
        await settle()
        gc.collect()
        self.assertEqual(gate.ended, [1, 2])
        self.assertIsNone(alive())

    @on_loop
    async def test_no_reference_is_left_behind(self):
        async def fn(value):
            pass

        slot = _qi.Slot(fn)
        marker = object()
        before = sys.getrefcount(marker), sys.getrefcount(fn), sys.getrefcount(slot)
        for _ in range(50):
            slot(marker, marker)
        await settle()
        self.assertEqual((sys.getrefcount(marker), sys.getrefcount(fn), sys.getrefcount(slot)), before)

    @on_loop
    async def test_cycle_through_the_callable_is_collected(self):
        class Holder:
            async def method(self):
                pass

        holder = Holder()
        holder.slot = _qi.Slot(holder.method)
        holder.slot()
        alive = weakref.ref(holder)
        del holder
        gc.collect()
        self.assertIsNone(alive())

    @on_loop
    async def test_name_is_the_tasks_name(self):
        gate = Gate()
        task = _qi.Slot(gate.__call__, name="sending")()
        self.assertEqual(task.get_name(), "sending")
        gate.open()
        await task

    @on_loop
    async def test_task_runner_gets_the_coroutine(self):
        async def fn():
            return 3

        task = asyncslot(fn, task_runner=asyncio.get_running_loop().create_task)()
        self.assertFalse(task.done())
        self.assertEqual(await task, 3)

    @on_loop
    async def test_task_runner_that_makes_no_task_is_an_error(self):
        async def fn():
            pass

        def runner(coro):
            coro.close()

        with self.assertRaises(AttributeError):
            asyncslot(fn, task_runner=runner)()

    def test_loop_of_somebody_else_gets_an_ordinary_task(self):
        async def main():
            async def fn():
                return 4

            task = _qi.Slot(fn, name="guest")()
            self.assertFalse(task.done())
            self.assertEqual(task.get_name(), "guest")
            return await task

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            self.assertEqual(runner.run(main()), 4)

    @on_loop
    async def test_without_a_running_loop_the_call_says_what_to_do(self):  # T16
        called = []
        failures = []

        async def fn():
            called.append(True)

        slot = asyncslot(fn)

        def in_thread():
            try:
                slot()
            except RuntimeError as failure:
                failures.append(str(failure))

        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        self.assertEqual(called, [])
        self.assertIn("call_soon_threadsafe", failures[0])

    @on_loop
    async def test_plain_function_is_refused_or_called(self):
        def plain(value):
            return value * 2

        with self.assertRaisesRegex(TypeError, "must be a coroutine function.* int"):
            _qi.Slot(plain)(2)
        self.assertEqual(_qi.Slot(plain, allow_plain=True)(2), 4)

    @on_loop
    async def test_plain_function_that_returns_a_coroutine_launches_it(self):
        async def fn(value):
            return value

        self.assertEqual(await asyncslot(lambda value: fn(value))(5), 5)

    @on_loop
    async def test_exception_state_of_the_caller_is_not_inherited(self):  # T15
        async def fn():
            self.assertEqual(sys.exc_info(), (None, None, None))
            raise ValueError

        try:
            raise KeyError
        except KeyError:
            task = asyncslot(fn)()
        self.assertIsNone(task.exception().__context__)

    @on_loop
    async def test_call_from_a_worker_lands_beside_an_eager_start(self):  # T11
        loop = asyncio.get_running_loop()
        landed, launched = [], []

        async def fn(value):
            launched.append(value)
            await asyncio.sleep(0)

        def worker():
            for i in range(200):
                loop.call_soon_threadsafe(landed.append, i)

        slot = asyncslot(fn)
        thread = threading.Thread(target=worker)
        thread.start()
        for i in range(200):
            await slot(i)
        await loop.run_in_executor(None, thread.join)
        await settle()
        self.assertEqual(landed, list(range(200)))
        self.assertEqual(launched, list(range(200)))


class Arguments(unittest.TestCase):
    @on_loop
    async def test_a_signal_may_give_more_than_the_function_takes(self):  # T22
        got = []

        async def none():
            got.append(())

        async def two(a, b=5):
            got.append((a, b))

        async def any_number(*args):
            got.append(args)

        class Object:
            async def method(self, a):
                got.append((a,))

        for fn in (none, two, any_number, Object().method, functools.partial(two, 7)):
            asyncslot(fn)(1, 2, 3)
        self.assertEqual(got, [(), (1, 2), (1, 2, 3), (1,), (7, 1)])

    @on_loop
    async def test_too_few_arguments_name_slot_and_signal(self):  # T22
        async def wants_two(a, b):
            pass

        slot = _qi.Slot(wants_two)
        with self.assertRaisesRegex(TypeError, r"wants_two takes at least 2 arguments.* gives 1"):
            slot(1)
        slot.signal = "Spin::valueChanged(int)"
        with self.assertRaisesRegex(TypeError, r"wants_two .*Spin::valueChanged\(int\) gives 1"):
            slot(1)

    def test_parameter_count_is_that_of_the_signature(self):
        def wrapped(a, b):
            pass

        @functools.wraps(wrapped)
        def wrapper(*args):
            pass

        class Callable:
            def __call__(self, a):
                pass

        for fn, count in (
            (lambda: 0, 0),
            (lambda a, b=1: 0, 2),
            (lambda a, /, b, *, c=1: 0, 2),
            (lambda a, *args: 0, -1),
            (lambda **kwargs: 0, 0),
            (wrapper, 2),
            (functools.partial(wrapped, 1), 1),
            (Callable(), 1),
            (Callable().__call__, 1),
            (len, 1),
            (print, -1),
            (dict.fromkeys, 2),
        ):
            with self.subTest(fn=fn):
                self.assertEqual(get_positional_parameter_count(fn), count)

    def test_keyword_only_parameter_without_default_is_refused(self):
        def fn(a, *, b):
            pass

        for refuses in (get_positional_parameter_count, asyncslot, _qi.Slot):
            with self.assertRaisesRegex(TypeError, "keyword-only"):
                refuses(fn)

    @on_loop
    async def test_keyword_arguments_are_refused(self):
        async def fn(a=1):
            pass

        with self.assertRaisesRegex(TypeError, "positional"):
            asyncslot(fn)(a=1)

    def test_wrong_options_are_refused(self):
        async def fn():
            pass

        for options, error in (
            ({"overlap": "twice"}, ValueError),
            ({"overlap": 3}, TypeError),
            ({"owner": object()}, TypeError),
        ):
            with self.subTest(options=options), self.assertRaises(error):
                asyncslot(fn, **options)
        for not_callable in (None, 3, "fn", fn.__code__):
            with self.assertRaises(TypeError):
                asyncslot(not_callable)
            with self.assertRaises(TypeError):
                _qi.Slot(not_callable)
        with self.assertRaises(ValueError):
            _qi.Slot(fn, queue_limit=-1)
        with self.assertRaises(TypeError):
            _qi.Slot(fn, name=3)
        with self.assertRaises(TypeError):
            _qi.Slot(fn, weak=True)


class Overlap(unittest.TestCase):
    @on_loop
    async def test_concurrent_runs_beside_each_other(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__)
        slot(1)
        slot(2)
        self.assertEqual((gate.started, slot.running), ([1, 2], 2))
        gate.open()
        gate.open()
        await settle()
        self.assertEqual((gate.ended, slot.running), ([1, 2], 0))

    @on_loop
    async def test_drop_ignores_while_one_runs(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "drop")
        task = slot(1)
        self.assertIsNone(slot(2))
        gate.open()
        await task
        self.assertIsNotNone(slot(3))
        self.assertEqual(gate.started, [1, 3])
        gate.open()
        await settle()

    @on_loop
    async def test_drop_launches_again_before_the_done_callback_has_run(self):
        done = []

        async def fn():
            await asyncio.sleep(0)
            done.append(True)
            # The task ends with this very step; its callbacks come an iteration later.
            asyncio.get_running_loop().call_soon(lambda: second.append(slot()))

        second = []
        slot = _qi.Slot(fn, "drop")
        slot()
        while not second:
            await asyncio.sleep(0)
        self.assertIsNotNone(second[0])
        await second[0]
        await settle()

    @on_loop
    async def test_drop_after_a_launch_that_ended_in_its_first_step(self):
        calls = []

        async def fn(value):
            calls.append(value)

        slot = _qi.Slot(fn, "drop")
        for value in range(3):
            slot(value)
        self.assertEqual(calls, [0, 1, 2])

    @on_loop
    async def test_queue_handles_all_in_order(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "queue")
        results = [slot(i) for i in range(4)]
        self.assertEqual([result is None for result in results], [False, True, True, True])
        self.assertEqual(slot.waiting, 3)
        for _ in range(4):
            gate.open()
            await settle()
        self.assertEqual((gate.ended, slot.waiting), ([0, 1, 2, 3], 0))

    @on_loop
    async def test_queue_goes_on_after_exception_and_cancellation(self):
        started = []

        async def fn(value):
            started.append(value)
            await asyncio.sleep(0)
            raise ValueError(value)

        slot = _qi.Slot(fn, "queue")
        first = slot(1)
        slot(2)
        slot(3)
        first.cancel()
        await settle(12)
        gc.collect()
        self.assertEqual(started, [1, 2, 3])
        self.assertEqual([str(context["exception"]) for context in self.unhandled], ["2", "3"])
        self.unhandled.clear()

    @on_loop
    async def test_queue_goes_on_after_launches_that_end_in_their_first_step(self):
        calls = []
        gate = asyncio.Event()

        async def fn(value):
            calls.append(value)
            if value == 0:
                await gate.wait()

        slot = _qi.Slot(fn, "queue")
        for value in range(4):
            slot(value)
        gate.set()
        await settle(8)
        self.assertEqual(calls, [0, 1, 2, 3])

    @on_loop
    async def test_queue_keeps_the_order_for_an_emission_between_end_and_callback(self):
        calls = []
        gate = asyncio.get_running_loop().create_future()

        async def fn(value):
            calls.append(value)
            if value == 0:
                await gate
                asyncio.get_running_loop().call_soon(slot, 2)

        slot = _qi.Slot(fn, "queue")
        slot(0)
        slot(1)
        gate.set_result(None)
        await settle(8)
        self.assertEqual(calls, [0, 1, 2])

    @on_loop
    async def test_queue_limit_drops_the_newest(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "queue", queue_limit=2)
        for value in range(5):
            slot(value)
        self.assertEqual(slot.waiting, 2)
        for _ in range(3):
            gate.open()
            await settle()
        self.assertEqual(gate.ended, [0, 1, 2])

    @on_loop
    async def test_queue_with_its_own_emission_in_the_first_step_lets_others_run(self):
        calls, ticks = [], []

        async def fn():
            calls.append(True)
            if len(calls) < 50:
                slot()

        def tick():
            ticks.append(len(calls))
            if len(calls) < 50:
                asyncio.get_running_loop().call_soon(tick)

        slot = _qi.Slot(fn, "queue")
        slot()
        self.assertEqual(len(calls), 1)
        tick()
        await settle(60)
        self.assertEqual(len(calls), 50)
        self.assertGreater(len(ticks), 40)

    @on_loop
    async def test_restart_cancels_the_one_that_runs(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "restart")
        first = slot(1)
        second = slot(2)
        self.assertEqual(gate.started, [1, 2])
        await settle()
        self.assertTrue(first.cancelled())
        self.assertFalse(second.done())
        self.assertEqual(gate.cancelled, [1])
        slot.cancel()
        await settle()

    @on_loop
    async def test_restart_from_the_first_step_cancels_the_outer_one(self):
        started, ended = [], []

        async def fn(value):
            started.append(value)
            if value == 1:
                slot(2)
            await asyncio.sleep(0)
            ended.append(value)

        slot = _qi.Slot(fn, "restart")
        outer = slot(1)
        await settle()
        self.assertTrue(outer.cancelled())
        self.assertEqual((started, ended), ([1, 2], [2]))

    @on_loop
    async def test_latest_keeps_only_the_newest_that_waits(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "latest")
        for value in range(5):
            slot(value)
        self.assertEqual((gate.started, slot.waiting), ([0], 1))
        gate.open()
        await settle()
        self.assertEqual(gate.started, [0, 4])
        gate.open()
        await settle()
        self.assertEqual(gate.ended, [0, 4])

    @on_loop
    async def test_emission_from_the_first_step_finds_the_slot_busy(self):  # T13
        for overlap, expected in (
            ("concurrent", [1, 2]),
            ("drop", [1]),
            ("queue", [1, 2]),
            ("latest", [1, 2]),
            ("restart", [1, 2]),
        ):
            with self.subTest(overlap=overlap):
                calls = []

                async def fn(value):
                    calls.append(value)
                    if value == 1:
                        inner.append(slot(2))

                inner = []
                slot = _qi.Slot(fn, overlap)
                slot(1)
                if overlap in ("queue", "latest"):
                    self.assertEqual(calls, [1])
                await settle()
                self.assertEqual(calls, expected)
                self.assertEqual(inner[0] is None, overlap in ("drop", "queue", "latest"))

    @on_loop
    async def test_close_launches_nothing_any_more(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "queue")
        slot(1)
        slot(2)
        slot.close()
        self.assertTrue(slot.closed)
        self.assertIsNone(slot(3))
        gate.open()
        await settle()
        self.assertEqual((gate.started, gate.ended), ([1], [1]))

    @on_loop
    async def test_cancel_from_the_first_step_takes_effect_at_its_end(self):
        reached = []

        async def fn():
            slot.cancel()
            await asyncio.sleep(0)
            reached.append(True)

        slot = _qi.Slot(fn)
        task = slot()
        await settle()
        self.assertTrue(task.cancelled())
        self.assertEqual(reached, [])

    def test_slot_whose_loop_was_closed_is_idle_in_the_next_one(self):
        gate = Gate()
        slot = _qi.Slot(gate.__call__, "queue")
        loop = new_event_loop()

        async def launch(value):
            return slot(value)

        loop.run_until_complete(launch(1))
        loop.run_until_complete(launch(2))
        loop.close()
        loop = new_event_loop()
        try:
            self.assertIsNotNone(loop.run_until_complete(launch(3)))
            self.assertEqual(gate.started, [1, 3])
            self.assertEqual(slot.waiting, 0)
            gate._futures[-1].set_result(None)
            loop.run_until_complete(settle())
            self.assertEqual(gate.ended, [3])
        finally:
            loop.close()
            gate._futures.clear()


class Failures(unittest.TestCase):
    @on_loop
    async def test_exception_that_nobody_awaits_is_reported_once(self):  # T26
        async def first():
            raise ValueError("first step")

        async def later():
            await asyncio.sleep(0)
            raise ValueError("later step")

        asyncslot(first)()
        asyncslot(later)()
        await settle()
        gc.collect()
        self.assertEqual(
            [str(context["exception"]) for context in self.unhandled], ["first step", "later step"]
        )
        self.unhandled.clear()

    @on_loop
    async def test_exception_that_somebody_awaits_is_not_reported(self):
        async def fn():
            await asyncio.sleep(0)
            raise ValueError

        with self.assertRaises(ValueError):
            await asyncslot(fn)()

    @on_loop
    async def test_cancelled_error_is_silent(self):  # T26
        async def fn():
            await asyncio.sleep(0)
            raise asyncio.CancelledError

        asyncslot(fn)()
        await settle()

    @on_loop
    async def test_loop_goes_on_after_a_failing_start(self):  # T14
        async def fn():
            raise ValueError

        def bad():
            raise KeyError

        self.assertIsInstance(asyncslot(fn)().exception(), ValueError)
        with self.assertRaises(KeyError):
            asyncslot(bad)()
        await asyncio.sleep(0.001)
        self.assertIsNotNone(asyncio.current_task())


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


if __name__ == "__main__":
    unittest.main()
