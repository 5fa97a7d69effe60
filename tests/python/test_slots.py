# SPDX-License-Identifier: BSD-3-Clause
"""asyncslot() and `_qi.Slot`: what is launched, with which arguments, and what becomes of it."""

import asyncio
import contextvars
import functools
import gc
import inspect
import sys
import threading
import unittest
import weakref

import _qi
import qi
from qi._signals.slots import asyncslot, get_positional_parameter_count
from slot_support import Gate, catch_unraisable, on_loop, settle


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
        ended = []

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

    def test_wrapper_is_no_coroutine_function(self):
        async def fn():
            pass

        fn._is_coroutine = asyncio.coroutines._is_coroutine
        for wrapper in (asyncslot(fn), asyncslot(Gate().__call__)):
            self.assertFalse(inspect.iscoroutinefunction(wrapper))
            self.assertFalse(hasattr(wrapper, "_is_coroutine"))

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

        with self.assertRaisesRegex(TypeError, "runner.*slot .*fn must return a task, not None"):
            asyncslot(fn, task_runner=runner)()

    @on_loop
    async def test_task_of_a_runner_may_call_back_while_it_is_asked_to(self):
        """As a concurrent.futures.Future does which another thread has ended in between."""

        class Ended:
            asked = 0

            def __init__(self, coroutine):
                coroutine.close()

            def done(self):
                return False

            def add_done_callback(self, callback):
                callback(self)
                Ended.asked += 1
                if Ended.asked == 2:
                    raise ValueError("after the call")

            def exception(self):
                return None

        async def fn():
            pass

        slot = asyncslot(fn, task_runner=Ended)
        with catch_unraisable() as unraisable:
            for _ in range(3):
                self.assertIsInstance(slot(), Ended)
                self.assertEqual(slot.running, 0)
        self.assertEqual([str(each.exc_value) for each in unraisable], ["after the call"])

    @on_loop
    async def test_task_of_a_runner_may_end_while_it_is_asked_whether_it_has(self):
        class Ending:
            callback = None

            def __init__(self, coroutine):
                coroutine.close()

            def done(self):
                if self.callback:
                    self.callback(self)
                return bool(self.callback)

            def add_done_callback(self, callback):
                self.callback = callback

            def exception(self):
                return None

        async def fn():
            pass

        slot = asyncslot(fn, overlap="drop", task_runner=Ending)
        self.assertIsInstance(slot(), Ending)
        self.assertEqual(slot.running, 1)
        self.assertIsInstance(slot(), Ending)
        self.assertEqual(slot.running, 1)

    def test_a_loop_of_another_kind_is_refused_rather_than_starting_late(self):
        async def fn():
            return 4

        async def main():
            for slot in asyncslot(fn), _qi.Slot(fn, name="guest"), asyncslot(Gate()):
                with self.assertRaisesRegex(RuntimeError, "another kind runs.*new_event_loop"):
                    slot()
            return await asyncslot(fn, task_runner=asyncio.ensure_future)()

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            self.assertEqual(runner.run(main()), 4)

    def test_run_task_of_the_loop_is_asked(self):
        asked = []

        class Loop(qi.QiSelectorEventLoop):
            def run_task(self, coro, **options):
                asked.append(options)
                return super().run_task(coro, **options)

        async def fn():
            return 4

        async def main():
            self.assertEqual(asyncslot(fn)().result(), 4)
            self.assertEqual(asked, [{}])
            self.assertEqual(_qi.Slot(fn, name="guest")().result(), 4)
            self.assertEqual(asked, [{}, {"name": "guest"}])
            loop = asyncio.get_running_loop()
            loop.run_task = loop.create_task
            task = asyncslot(fn)()
            self.assertFalse(task.done())
            del loop.run_task
            self.assertEqual(await task, 4)
            self.assertEqual(asyncslot(fn)().result(), 4)

        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(main())

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
        for result in ((), (1, 2), None, [3]):
            self.assertEqual(_qi.Slot(lambda: result, allow_plain=True)(), result)

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


class Decorating(unittest.TestCase):
    @on_loop
    async def test_with_options_or_without(self):
        @asyncslot
        async def plain(value):
            """Its text."""
            return value

        @asyncslot()
        async def empty(value):
            return value

        @asyncslot(overlap="drop")
        async def options(value):
            await asyncio.sleep(0)
            return value

        self.assertEqual((plain.__name__, plain.__doc__), ("plain", "Its text."))
        self.assertEqual(await plain(1, "more than it takes"), 1)
        self.assertEqual(await empty(2), 2)
        first = options(3)
        self.assertIsNone(options(4))
        self.assertEqual(await first, 3)

    def test_wrong_options_are_refused_where_the_function_is_given(self):
        async def fn():
            pass

        with self.assertRaises(ValueError):
            asyncslot(overlap="twice")(fn)
        with self.assertRaises(TypeError):
            asyncslot(overlap="drop")(3)


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
        for context, fn in zip(self.unhandled, (first, later)):
            self.assertEqual(context["slot"], f"{__name__}:{fn.__qualname__}")
            self.assertNotIn("signal", context)  # nothing was emitted
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


if __name__ == "__main__":
    unittest.main()
