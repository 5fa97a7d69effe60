# SPDX-License-Identifier: BSD-3-Clause
"""Event loops of the host inside callbacks and coroutines: a dialog's exec(), processEvents()."""

import asyncio
import contextvars
import socket
import time
import unittest

import hostloop
import qi
from guestcase import GuestCase


class Running(GuestCase):
    """The default: asyncio goes on in nested event loops."""

    def test_other_tasks_go_on_inside(self):  # T01 T06
        ticks = []

        async def tick():
            for number in range(5):
                await asyncio.sleep(0.001)
                ticks.append(number)

        async def dialog():
            ticking = asyncio.create_task(tick())
            hostloop.run(ticking.done)  # as QDialog.exec() would
            ticks.append("closed")

        self.complete(dialog())
        self.assertEqual(ticks, [0, 1, 2, 3, 4, "closed"])

    def test_no_wake_up_is_lost(self):  # T02
        finished = []

        async def victim(number, event):
            await event.wait()
            await asyncio.sleep(0)
            finished.append(number)

        async def dialog():
            event = asyncio.Event()
            victims = [asyncio.create_task(victim(number, event)) for number in range(9)]
            await asyncio.sleep(0)
            event.set()
            for _ in range(3):
                hostloop.process()
            await asyncio.gather(*victims)

        self.complete(dialog())
        self.assertEqual(sorted(finished), list(range(9)))

    def test_what_was_scheduled_before_runs_inside(self):  # T02
        ran = []

        async def dialog():
            loop = asyncio.get_running_loop()
            loop.call_soon(ran.append, "soon")
            loop.call_later(0.001, ran.append, "later")
            hostloop.run(lambda: len(ran) == 2)

        self.complete(dialog())
        self.assertEqual(ran, ["soon", "later"])

    def test_process_events_runs_what_is_ready(self):
        ran = []

        async def busy():
            asyncio.get_running_loop().call_soon(ran.append, 1)
            hostloop.process()
            hostloop.process()
            return list(ran)

        self.assertEqual(self.complete(busy()), [1])

    def test_reentrant_turn_in_the_middle_of_a_batch(self):  # T03
        order = []

        def dive(number):
            order.append(number)
            if number == 0:
                hostloop.run(lambda: len(order) == 10)
                order.append("back")

        for number in range(10):
            self.loop.call_soon(dive, number)
        self.run_host(lambda: len(order) == 11)
        self.assertEqual(order, list(range(10)) + ["back"])

    def test_current_task_is_right_inside_during_and_after(self):  # T07
        seen = {}

        async def inner():
            seen["inner"] = asyncio.current_task().get_name()
            await asyncio.sleep(0)
            seen["inner again"] = asyncio.current_task().get_name()

        async def outer():
            seen["before"] = asyncio.current_task().get_name()
            task = asyncio.create_task(inner(), name="inner")
            hostloop.run(task.done)
            seen["after"] = asyncio.current_task().get_name()
            self.assertIs(asyncio.get_running_loop(), self.loop)
            await asyncio.sleep(0)
            seen["resumed"] = asyncio.current_task().get_name()

        self.run_host(self.loop.run_task(outer(), name="outer"))
        self.assertEqual(seen, {"before": "outer", "inner": "inner", "inner again": "inner",
                                "after": "outer", "resumed": "outer"})

    def test_timeout_and_task_group_inside(self):  # T12
        async def inner():
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await asyncio.sleep(10)
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(0))
            return "inner"

        async def outer():
            async with asyncio.timeout(10):
                task = asyncio.create_task(inner())
                hostloop.run(task.done)
                return await task

        self.assertEqual(self.complete(outer()), "inner")

    def test_fifty_deep(self):  # T08
        order = []

        async def dive(depth):
            order.append(depth)
            if depth < 50:
                task = asyncio.create_task(dive(depth + 1))
                hostloop.run(task.done)
            order.append(-depth)

        self.complete(dive(1))
        self.assertEqual(order, list(range(1, 51)) + list(range(-50, 0)))

    def test_limit_is_said_once_and_nothing_is_lost(self):  # T08
        self.loop.nested_limit = 5
        deepest, done = [], []

        async def dive(depth):
            deepest.append(depth)
            task = asyncio.create_task(dive(depth + 1)) if depth < 20 else None
            if task:
                cycles = iter(range(3))

                def until():
                    hostloop.post(int)  # so that the host does not wait at the limit
                    return next(cycles, None) is None

                hostloop.run(until)
                await task
            done.append(depth)

        self.complete(dive(1))
        self.assertEqual(sorted(done), list(range(1, 21)))
        reported = self.take_reported()
        self.assertTrue(reported)
        for context in reported:
            self.assertIsInstance(context["exception"], RecursionError)
            self.assertIn("nested_limit", str(context["exception"]))

    def test_callbacks_that_handle_events_do_not_pile_up(self):
        # As with 200 slots of a progress dialog: each would run inside of the one before.
        began, ended, level, deepest = [], [], 0, 0

        def callback(number):
            nonlocal level, deepest
            began.append(number)
            level += 1
            deepest = max(deepest, level)
            hostloop.process()
            level -= 1
            ended.append(number)

        async def task(number):
            callback(number)

        for schedule in (self.loop.call_soon, lambda callback, number: self.loop.create_task(task(number))):
            began.clear()
            ended.clear()
            for number in range(200):
                schedule(callback, number)
            self.run_host(lambda: len(ended) == 200)
            self.assertEqual(began, list(range(200)))
            self.assertLessEqual(deepest, 2)

    def test_callback_that_waits_by_handling_events_gets_what_it_waits_for(self):
        order = []

        def wait(number):
            found = []
            self.loop.call_later(0.001, found.append, number)
            if number < 5:
                self.loop.call_soon(wait, number + 1)
            deadline = time.monotonic() + 20
            while not found and time.monotonic() < deadline:
                hostloop.process()
            order.extend(found)

        self.loop.call_soon(wait, 1)
        self.run_host(lambda: len(order) == 5)
        self.assertEqual(sorted(order), [1, 2, 3, 4, 5])

    def test_task_that_shares_the_running_context_is_deferred(self):  # T67
        order = []
        context = contextvars.copy_context()

        async def sharing():
            order.append("sharing")

        async def dialog():
            other = asyncio.create_task(asyncio.sleep(0.002))
            task = asyncio.create_task(sharing(), context=context)
            hostloop.run(other.done)
            order.append("closed")
            await task

        self.run_host(self.loop.run_task(dialog(), context=context))
        self.assertEqual(order, ["closed", "sharing"])

    def test_deferred_through_several_levels(self):  # T67
        order = []
        context = contextvars.copy_context()

        async def sharing():
            order.append("sharing")

        async def inner():
            other = asyncio.create_task(asyncio.sleep(0.002))
            hostloop.run(other.done)
            order.append("inner closed")

        async def outer():
            task = asyncio.create_task(sharing(), context=context)
            middle = asyncio.create_task(inner())
            hostloop.run(middle.done)
            order.append("outer closed")
            await task

        self.run_host(self.loop.run_task(outer(), context=context))
        self.assertEqual(order, ["inner closed", "outer closed", "sharing"])

    def test_reader_is_not_entered_again_while_it_runs(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        depth, most, received = [0], [0], []

        def read():
            depth[0] += 1
            most[0] = max(most[0], depth[0])
            received.append(ours.recv(1))
            if len(received) == 1:
                ticks = []
                self.loop.call_later(0.003, ticks.append, 1)
                hostloop.run(lambda: ticks)  # the descriptor stays readable all the time
            depth[0] -= 1

        self.loop.add_reader(ours, read)
        theirs.send(b"abcdef")
        self.run_host(lambda: len(received) == 6)
        self.assertEqual(b"".join(received), b"abcdef")
        self.assertEqual(most, [1])
        self.loop.remove_reader(ours)

    def test_reader_removed_while_it_runs_nested(self):
        ours, theirs = socket.socketpair()
        received = []

        def read():
            hostloop.process()
            hostloop.process()
            self.loop.remove_reader(ours)
            received.append(ours.recv(10))
            ours.close()

        self.loop.add_reader(ours, read)
        theirs.send(b"x")
        self.run_host(lambda: received)
        theirs.close()
        self.settle()
        self.assertEqual(received, [b"x"])

    def test_exception_being_handled_is_not_seen_inside(self):  # T15
        contexts = []

        async def inner():
            try:
                raise ValueError("inner")
            except ValueError as exc:
                contexts.append(exc.__context__)

        async def outer():
            try:
                raise KeyError("outer")
            except KeyError:
                task = asyncio.create_task(inner())
                hostloop.run(task.done)

        self.complete(outer())
        self.assertEqual(contexts, [None])

    def test_stop_inside_ends_the_loop_after_the_batch(self):
        ran = []

        async def dialog():
            asyncio.get_running_loop().stop()
            hostloop.process()
            ran.append("closed")

        task = self.loop.run_task(dialog())
        self.run_host(lambda: not self.loop.is_running())
        self.assertEqual(ran, ["closed"])
        self.assertTrue(task.done())

    def test_eager_task_from_interleaved_code_inside(self):  # T12
        names = []

        async def slot():
            names.append(asyncio.current_task().get_name())
            await asyncio.sleep(0)
            names.append(asyncio.current_task().get_name())

        async def dialog():
            launched = []
            hostloop.post(lambda: launched.append(self.loop.run_task(slot(), name="slot")))
            hostloop.run(lambda: launched and launched[0].done())
            names.append(asyncio.current_task().get_name())

        self.run_host(self.loop.run_task(dialog(), name="dialog"))
        self.assertEqual(names, ["slot", "slot", "dialog"])

    def test_exception_out_of_a_nested_loop(self):
        async def inner():
            raise LookupError("inner")

        async def dialog():
            task = asyncio.create_task(inner())
            hostloop.run(task.done)
            return repr(task.exception())

        self.assertEqual(self.complete(dialog()), "LookupError('inner')")


class Holding(GuestCase):
    """nested = "hold": asyncio holds still in nested event loops, except inside modal()."""

    def setUp(self):
        super().setUp()
        self.loop.nested = "hold"

    def test_asyncio_holds_still(self):
        ran = []

        async def dialog():
            self.loop.call_soon(ran.append, 1)
            for _ in range(5):
                hostloop.process()
            return list(ran)

        self.assertEqual(self.complete(dialog()), [])
        self.run_host(lambda: ran == [1])

    def test_a_readable_descriptor_does_not_spin(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        received = []
        self.loop.add_reader(ours, lambda: received.append(ours.recv(10)))

        async def dialog():
            theirs.send(b"x")
            for _ in range(5):
                hostloop.process()
            return list(received)

        self.assertEqual(self.complete(dialog()), [])
        self.run_host(lambda: received == [b"x"])
        self.loop.remove_reader(ours)

    def test_modal_lets_it_go_on(self):
        ran = []

        async def dialog():
            self.loop.call_soon(ran.append, 1)
            await qi.modal(hostloop.run)(lambda: ran)
            return list(ran)

        self.assertEqual(self.complete(dialog()), [1])

    def test_wrong_setting(self):
        for wrong in ("", "RUN", None, 1):
            with self.assertRaises(ValueError):
                self.loop.nested = wrong
        self.assertEqual(self.loop.nested, "hold")
        for wrong in (0, -1, 10**6):
            with self.assertRaises(ValueError):
                self.loop.nested_limit = wrong


class Modal(GuestCase):
    def test_result_arguments_and_exceptions(self):
        async def ask():
            self.assertEqual(await qi.modal(divmod)(7, 2), (3, 1))
            self.assertEqual(await qi.modal(int)("11", base=2), 3)
            with self.assertRaises(ZeroDivisionError):
                await qi.modal(divmod)(1, 0)
            with self.assertRaisesRegex(RuntimeError, "StopIteration"):
                await qi.modal(next)(iter(()))
            return "done"

        self.assertEqual(self.complete(ask()), "done")

    def test_is_called_right_after_the_caller_is_suspended(self):
        order = []

        async def other():
            order.append("other")

        async def ask():
            asyncio.create_task(other())
            await qi.modal(order.append)("modal")
            order.append("asked")

        self.complete(ask())
        self.assertEqual(order[0], "modal")

    def test_no_task_is_current_inside(self):
        async def ask():
            return await qi.modal(asyncio.current_task)()

        self.assertIsNone(self.complete(ask()))

    def test_in_the_eager_first_step(self):  # T04
        seen = []

        async def ask():
            seen.append("first step")
            seen.append(await qi.modal(lambda: "shown")())

        task = self.loop.run_task(ask())
        self.assertEqual(seen, ["first step"])  # the emission is not held up by the dialog
        self.run_host(task)
        self.assertEqual(seen, ["first step", "shown"])

    def test_two_at_once_nest(self):  # T05
        closed = []

        async def ask(number):
            await qi.modal(hostloop.run)(lambda: number in closed)
            return number

        async def close():
            await asyncio.sleep(0.002)
            closed.append(2)
            await asyncio.sleep(0.002)
            closed.append(1)

        async def both():
            return await asyncio.gather(ask(1), ask(2), close())

        self.assertEqual(self.complete(both()), [1, 2, None])

    def test_dialog_that_opens_a_dialog(self):  # T05
        async def inner():
            return await qi.modal(lambda: "inner")()

        def dialog():
            task = self.loop.run_task(inner())
            hostloop.run(task.done)
            return "outer " + task.result()

        async def ask():
            return await qi.modal(dialog)()

        self.assertEqual(self.complete(ask()), "outer inner")

    def test_cancelled_before_it_is_shown(self):
        shown = []

        async def ask():
            await qi.modal(shown.append)(1)

        task = self.loop.run_task(ask())
        task.cancel()
        self.run_host(task.done)
        self.settle()
        self.assertTrue(task.cancelled())
        self.assertLessEqual(len(shown), 1)

    def test_context_is_the_callers(self):
        variable = contextvars.ContextVar("variable")

        async def ask():
            variable.set("caller's")
            return await qi.modal(variable.get)()

        self.assertEqual(self.complete(ask()), "caller's")

    def test_not_callable(self):
        with self.assertRaises(TypeError):
            qi.modal(3)

    def test_exec_modal_reports_its_exceptions(self):
        self.loop.exec_modal(lambda: 1 / 0)
        self.run_host(lambda: self.reported)
        (context,) = self.take_reported()
        self.assertIsInstance(context["exception"], ZeroDivisionError)


if __name__ == "__main__":
    unittest.main()
