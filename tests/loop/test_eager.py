# SPDX-License-Identifier: BSD-3-Clause
"""run_task(): the first step runs before it returns."""

import asyncio
import contextvars
import gc
import sys
import threading
import unittest
import warnings
import weakref

import hostloop
import qi
from guestcase import GuestCase


class Eager(GuestCase):
    def test_runs_until_the_first_suspension(self):
        steps = []

        async def coro():
            steps.append(1)
            await asyncio.sleep(0)
            steps.append(2)
            return "result"

        task = self.loop.run_task(coro(), name="mine")
        self.assertEqual(steps, [1])
        self.assertIsInstance(task, asyncio.Task)
        self.assertEqual(task.get_name(), "mine")
        self.assertIn(task, asyncio.all_tasks(self.loop))
        self.assertEqual(self.run_host(task), "result")
        self.assertEqual(steps, [1, 2])
        self.assertNotIn(task, asyncio.all_tasks(self.loop))

    def test_coroutine_that_never_waits_is_done(self):  # T18
        async def coro():
            return 42

        before = hostloop.wakes()
        task = self.loop.run_task(coro())
        self.assertTrue(task.done())
        self.assertEqual(task.result(), 42)
        self.assertEqual(hostloop.wakes(), before)
        self.assertEqual(len(self.loop._ready), 0)

    def test_exception_in_the_first_step_is_the_tasks(self):
        async def coro():
            raise LookupError("first step")

        task = self.loop.run_task(coro())
        self.assertTrue(task.done())
        with self.assertRaises(LookupError):
            task.result()

    def test_current_task_group_and_timeout_in_the_first_step(self):  # T17
        async def coro():
            task = asyncio.current_task()
            async with asyncio.timeout(10), asyncio.TaskGroup() as group:
                self.assertIs(asyncio.current_task(), task)
                child = group.create_task(asyncio.sleep(0, "child"))
            return task, child.result()

        task = self.loop.run_task(coro())
        self.assertEqual(self.run_host(task), (task, "child"))

    def test_from_a_running_task(self):  # T12 T13
        variable = contextvars.ContextVar("variable", default="outer")

        async def inner():
            variable.set("inner")
            name = asyncio.current_task().get_name()
            await asyncio.sleep(0)
            return name

        async def outer():
            me = asyncio.current_task()
            async with asyncio.timeout(10):
                task = qi.run_task(inner(), name="inner")
                self.assertIs(asyncio.current_task(), me)
                self.assertEqual(variable.get(), "outer")
                return await task

        self.assertEqual(self.complete(outer()), "inner")

    def test_from_a_running_task_that_raises(self):  # T12
        async def inner():
            raise LookupError

        async def outer():
            me = asyncio.current_task()
            task = qi.run_task(inner())
            self.assertIs(asyncio.current_task(), me)
            self.assertIsInstance(task.exception(), LookupError)
            await asyncio.sleep(0)
            return asyncio.current_task() is me

        self.assertTrue(self.complete(outer()))

    def test_nesting_can_be_forbidden(self):
        async def outer():
            with self.assertRaisesRegex(RuntimeError, "allow_task_nesting"):
                qi.run_task(asyncio.sleep(0), allow_task_nesting=False)
            return asyncio.current_task() is not None

        self.assertTrue(self.complete(outer()))
        self.assertTrue(self.loop.run_task(asyncio.sleep(0), allow_task_nesting=False))

    def test_other_threads_callbacks_are_not_mistaken_for_it(self):  # T11
        ran, began, stop = [], threading.Event(), threading.Event()

        def flood():
            for _ in range(20_000):  # bounded, since a loaded machine may run nothing but this
                self.loop.call_soon_threadsafe(ran.append, "other")
                began.set()
                if stop.is_set():
                    break

        async def coro(number):
            return number

        thread = threading.Thread(target=flood)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        thread.start()
        began.wait()  # or a loaded machine may run it when all is over
        try:
            for number in range(500):
                task = self.loop.run_task(coro(number))
                self.assertTrue(task.done())
                self.assertEqual(task.result(), number)
        finally:
            stop.set()
            thread.join()
            sys.setswitchinterval(interval)
        self.run_host(lambda: not len(self.loop._ready))
        self.assertEqual(set(ran), {"other"})

    def test_wrong_arguments_leave_the_loop_usable(self):  # T14
        with self.assertRaises(TypeError):
            self.loop.run_task(3)
        with self.assertRaises(TypeError):
            self.loop.run_task(asyncio.sleep(0), context="no context")
        with self.assertRaises(TypeError):
            self.loop.run_task(asyncio.sleep(0), wrong=1)
        self.assertIsNone(asyncio.current_task())
        self.assertEqual(self.complete(asyncio.sleep(0, "fine")), "fine")

    def test_entered_context_defers_the_first_step(self):  # T14
        context = contextvars.copy_context()
        steps = []

        async def coro():
            steps.append(1)

        task = context.run(lambda: self.loop.run_task(coro(), context=context))
        self.run_host(task)
        self.assertEqual(steps, [1])

    def test_caller_handling_an_exception_is_not_seen(self):  # T15
        async def coro():
            self.assertIsNone(sys.exc_info()[1])
            try:
                raise ValueError
            except ValueError as exc:
                return exc.__context__

        try:
            raise KeyError
        except KeyError as exc:
            self.assertIsNone(self.loop.run_task(coro()).result())
            self.assertIs(sys.exc_info()[1], exc)

    def test_from_another_thread_is_refused(self):  # T16
        steps, errors = [], []

        async def coro():
            steps.append(1)

        def other():
            try:
                self.loop.run_task(coro())
            except RuntimeError as exc:
                errors.append(str(exc))

        thread = threading.Thread(target=other)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # no "never awaited"
            thread.start()
            thread.join()
        self.assertEqual(steps, [])
        self.assertIn("run_coroutine_threadsafe", errors[0])

    def test_not_running(self):
        self.loop.stop()
        with self.assertRaisesRegex(RuntimeError, "running"):
            self.loop.run_task(asyncio.sleep(0))
        with self.assertRaises(RuntimeError):
            qi.run_task(asyncio.sleep(0))

    def test_task_factory_is_honoured(self):
        made = []

        def factory(loop, coro, **keywords):
            made.append(keywords)
            return asyncio.Task(coro, loop=loop, **keywords)

        steps = []

        async def coro():
            steps.append(1)
            await asyncio.sleep(0)
            steps.append(2)

        self.loop.set_task_factory(factory)
        task = self.loop.run_task(coro(), name="named")
        self.assertEqual(steps, [1])
        self.assertEqual(len(made), 1)
        self.assertEqual(task.get_name(), "named")
        self.run_host(task)

    def test_callback_of_a_task_factory_is_not_mistaken_for_the_step(self):
        order = []

        def factory(loop, coro, **keywords):
            loop.call_soon(order.append, "factory's")
            return asyncio.Task(coro, loop=loop, **keywords)

        async def coro():
            order.append("step")

        self.loop.set_task_factory(factory)
        task = self.loop.run_task(coro())
        self.assertEqual(order, ["step"])
        self.run_host(lambda: task.done() and len(order) == 2)
        self.assertEqual(order, ["step", "factory's"])

    def test_callback_of_a_finalizer_is_not_mistaken_for_the_step(self):
        order = []

        class Litter:
            def __init__(self):
                self.cycle = self

            def __del__(self, loop=self.loop):
                loop.call_soon(order.append, "finalizer's")

        async def coro():
            order.append("step")

        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        for allocations in range(1, 12):  # the collector runs somewhere in making the task, on 3.11
            gc.collect()
            self.run_host(self.loop.run_task(asyncio.sleep(0)))
            order.clear()
            coroutine = coro()
            Litter()
            gc.set_threshold(allocations)
            task = self.loop.run_task(coroutine)
            gc.set_threshold(0)
            self.assertIn("step", order, f"after {allocations} allocations")
            self.assertTrue(task.done())

    def test_task_factory_that_fails_after_making_the_task(self):
        steps = []

        def factory(loop, coro, **keywords):
            self.task = asyncio.Task(coro, loop=loop, **keywords)
            raise LookupError("factory")

        async def coro():
            steps.append(1)

        self.loop.set_task_factory(factory)
        with self.assertRaises(LookupError):
            self.loop.run_task(coro())
        self.loop.set_task_factory(None)
        self.run_host(self.task)
        self.assertEqual(steps, [1])

    def test_launched_inside_a_task_factory(self):
        steps = []

        def factory(loop, coro, **keywords):
            loop.set_task_factory(None)
            loop.run_task(note("inner"))
            return asyncio.Task(coro, loop=loop, **keywords)

        async def note(name):
            steps.append(name)

        self.loop.set_task_factory(factory)
        task = self.loop.run_task(note("outer"))
        self.run_host(task)
        self.assertEqual(steps, ["inner", "outer"])

    def test_system_exit_in_the_first_step(self):  # T53
        async def coro():
            raise SystemExit(3)

        task = self.loop.run_task(coro())
        self.assertTrue(task.done())
        self.assertIsInstance(task.exception(), SystemExit)
        (context,) = self.take_reported()
        self.assertIsInstance(context["exception"], SystemExit)
        self.assertEqual(self.complete(asyncio.sleep(0, "fine")), "fine")

    def test_first_step_that_runs_the_hosts_event_loop(self):
        ran = []

        async def coro():
            asyncio.get_running_loop().call_soon(ran.append, 1)
            hostloop.run(lambda: ran)
            return "closed"

        task = self.loop.run_task(coro())
        self.assertTrue(task.done())
        self.assertEqual(ran, [1])

    def test_first_step_that_stops_the_loop(self):
        async def coro():
            asyncio.get_running_loop().stop()

        self.loop.run_task(coro())
        self.run_host(lambda: not self.loop.is_running())

    def test_recursion(self):
        async def dive(depth):
            return 1 + qi.run_task(dive(depth - 1)).result() if depth else 0

        self.assertEqual(self.loop.run_task(dive(50)).result(), 50)

    def test_finished_tasks_leave_nothing_behind(self):  # T21
        class Argument:
            pass

        async def coro(argument):
            await asyncio.sleep(0)

        references = []
        for _ in range(50):
            argument = Argument()
            references.append(weakref.ref(argument))
            self.complete(coro(argument))
            del argument
        gc.collect()
        self.assertEqual([r() for r in references], [None] * 50)


only_311 = unittest.skipUnless(sys.version_info < (3, 12), "Task registers itself lazily from 3.12 on")


class Registered(GuestCase):
    """asyncio.all_tasks() knows a task from its first line to its end."""

    def test_a_task_in_its_first_step_is_among_all_tasks(self):
        async def inner():
            return asyncio.current_task(), asyncio.all_tasks()

        async def outer():
            mine = asyncio.current_task()
            launched = self.loop.run_task(inner())
            return mine, launched.result()

        outer_task, (inner_task, seen) = self.loop.run_task(outer()).result()
        self.assertEqual(seen, {outer_task, inner_task})
        self.assertEqual(asyncio.all_tasks(self.loop), set())

    @only_311
    def test_a_task_that_looked_is_listed_once_when_it_goes_on(self):
        async def coro():
            asyncio.all_tasks()
            await asyncio.sleep(0)

        task = self.loop.run_task(coro())
        self.assertEqual(list(asyncio.tasks._all_tasks).count(task), 1)
        self.run_host(task)

    @only_311
    def test_a_task_that_ends_in_its_first_step_enters_no_set(self):
        async def coro():
            pass

        gc.collect()  # tasks of other cases
        before = len(asyncio.tasks._all_tasks)
        kept = [self.loop.run_task(coro()) for _ in range(10)]
        self.assertTrue(all(task.done() for task in kept))
        self.assertEqual(len(asyncio.tasks._all_tasks), before)

    @only_311
    def test_tasks_that_are_gone_leave_the_set(self):
        async def coro():
            await asyncio.sleep(0)

        gc.collect()
        before = len(list(asyncio.tasks._all_tasks))
        for _ in range(20):
            self.complete(coro())
        gc.collect()
        self.assertEqual(len(list(asyncio.tasks._all_tasks)), before)

    @only_311
    def test_tasks_that_are_gone_during_an_iteration_leave_after_it(self):
        async def coro():
            await asyncio.sleep(0)

        tasks = [self.loop.run_task(coro(), name="fleeting") for _ in range(5)]
        self.run_host(tasks[-1])
        self.settle()
        seen = []
        for task in asyncio.tasks._all_tasks:
            if task.get_name() == "fleeting":
                seen.append(1)
            del task
            tasks.clear()
            gc.collect()
        self.assertLessEqual(len(seen), 5)
        names = [task.get_name() for task in asyncio.tasks._all_tasks]
        self.assertNotIn("fleeting", names)

    def test_tasks_of_other_makers_are_registered(self):
        async def coro():
            await asyncio.sleep(0)

        async def main():
            plain = asyncio.create_task(coro())
            built = asyncio.Task(coro(), loop=self.loop)
            both = {plain, built} <= asyncio.all_tasks()
            await asyncio.gather(plain, built)
            return both

        self.assertTrue(self.complete(main()))

    def test_a_first_step_sees_the_tasks_of_other_threads_loops(self):
        seen = []

        async def other():
            seen.append(asyncio.current_task() in asyncio.all_tasks())
            await asyncio.sleep(0)

        async def coro():
            thread = threading.Thread(target=asyncio.run, args=(other(),))
            thread.start()
            thread.join()
            return asyncio.current_task() in asyncio.all_tasks()

        self.assertTrue(self.loop.run_task(coro()).result())
        self.assertEqual(seen, [True])


if __name__ == "__main__":
    unittest.main()
