# SPDX-License-Identifier: BSD-3-Clause
"""stop(), and the end of a nested event loop, where callbacks and tasks are still on the stack."""

import asyncio
import os
import sys
import unittest

import hostloop
import qi
from guestcase import GuestCase


class Guest(GuestCase):
    def test_running_loop_answers_until_the_callback_on_the_stack_returns(self):  # T07
        seen = []

        async def dialog():
            me = asyncio.current_task()
            hostloop.post(self.loop.stop)  # a button
            for _ in range(5):
                hostloop.process()
            seen.append(asyncio.get_running_loop() is self.loop)
            seen.append(asyncio.current_task() is me)
            await asyncio.create_task(asyncio.sleep(0))
            return "finished later"

        task = self.loop.run_task(dialog())
        self.run_host(lambda: not self.loop.is_running())
        self.assertEqual(seen, [True, True])
        self.assertIsNone(asyncio._get_running_loop())
        self.loop.start()
        self.assertEqual(self.run_host(task), "finished later")

    def test_nothing_runs_in_the_nested_loop_any_more(self):
        ran = []

        def dialog():
            self.loop.call_soon(self.loop.stop)
            self.loop.call_soon(ran.append, "same batch")
            hostloop.process()
            hostloop.process()
            self.loop.call_soon(ran.append, "after stop")
            for _ in range(5):
                hostloop.process()
            ran.append("closed")

        self.loop.call_soon(dialog)
        self.run_host(lambda: not self.loop.is_running())
        self.assertEqual(ran, ["same batch", "closed"])
        self.loop.start()
        self.run_host(lambda: len(ran) == 3)

    def test_readable_descriptor_does_not_spin_in_it(self):
        cycles = []

        def dialog():
            self.loop.stop()
            hostloop.process()
            self.loop.call_soon_threadsafe(lambda: None)
            for _ in range(100):
                hostloop.process()
            cycles.append(self.loop.is_running())

        self.loop.call_soon(dialog)
        self.run_host(lambda: cycles)
        self.settle()
        self.assertFalse(self.loop.is_running())

    def test_handler_of_a_fatal_exception_stops_and_closes(self):
        def handler(loop, context):
            loop.stop()
            loop.close()

        def leave():
            raise SystemExit(3)

        self.loop.set_exception_handler(handler)
        self.loop.call_soon(leave)
        self.run_host(self.loop.is_closed)
        self.settle()

    def test_modal_function_stops_and_starts(self):
        ran = []

        def dialog():
            self.loop.stop()
            hostloop.run(lambda: not self.loop.is_running())
            self.loop.start()
            ran.append("started")

        self.loop.exec_modal(dialog)
        self.run_host(lambda: ran)
        self.assertEqual(self.complete(asyncio.sleep(0.001, "fine")), "fine")

    def test_modal_function_stops_and_closes(self):
        ran = []

        def dialog():
            self.loop.call_soon(self.fail)
            self.loop.call_later(0.001, self.fail)
            self.loop.exec_modal(self.fail)
            self.loop.stop()
            self.loop._ready.clear()
            hostloop.run(lambda: not self.loop.is_running())
            self.loop.close()
            ran.append(1)

        self.loop.exec_modal(dialog)
        self.run_host(lambda: ran)
        self.settle()
        self.take_reported()


class Owner(unittest.TestCase):
    def nested(self, ending):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        seen = []

        async def main():
            loop.call_soon(ending)
            for _ in range(50):
                hostloop.process()
            loop.call_soon(seen.append, "too late")
            for _ in range(50):
                hostloop.process()
            seen.append(asyncio.get_running_loop() is loop)

        task = loop.create_task(main())
        try:
            loop.run_forever()
        finally:
            self.assertFalse(loop.is_running())
            self.assertEqual(seen, [True])
            self.assertTrue(task.done())

    def test_stop_in_a_nested_loop(self):
        def stop():
            asyncio.get_running_loop().stop()

        self.nested(stop)

    def test_exit_in_a_nested_loop(self):
        with self.assertRaises(SystemExit):
            self.nested(lambda: sys.exit(3))


class Depth(GuestCase):
    def test_goes_on_when_the_innermost_loop_has_returned(self):  # T08
        self.loop.nested_limit = 2
        flags = []

        def inner():
            self.loop.call_soon(lambda: None)
            hostloop.process()  # one too many
            self.loop.call_later(0.001, flags.append, "set")

        def outer():
            self.loop.call_soon(inner)
            hostloop.run(lambda: flags)
            flags.append("closed")

        self.loop.call_soon(outer)
        self.run_host(lambda: len(flags) == 2)
        (context,) = self.take_reported()
        self.assertIsInstance(context["exception"], RecursionError)

    def test_modal_functions_are_bounded_too(self):  # T05 T08
        self.loop.nested_limit = 10
        done = []
        deepest = [0, 0]

        def dialog(number):
            deepest[0] += 1
            deepest[1] = max(deepest)
            for _ in range(3):
                hostloop.process()
            deepest[0] -= 1
            done.append(number)

        for number in range(100):
            self.loop.exec_modal(lambda number=number: dialog(number))
        self.run_host(lambda: len(done) == 100)
        self.assertLessEqual(deepest[1], 10)
        self.assertEqual(sorted(done), list(range(100)))
        for context in self.take_reported():
            self.assertIsInstance(context["exception"], RecursionError)


class Fork(GuestCase):
    def test_child_may_use_a_loop_of_its_own_and_the_parent_goes_on(self):
        def child():
            asyncio._set_running_loop(None)
            loop = qi.new_event_loop()
            loop.set_mode(qi.QiLoopMode.NATIVE)
            fine = loop.run_until_complete(asyncio.sleep(0.001, True))
            loop.close()
            return fine

        async def main():
            self.loop.call_later(0.005, lambda: None)
            pid = os.fork()
            if pid == 0:
                try:
                    os._exit(0 if child() else 1)
                finally:
                    os._exit(2)
            await asyncio.sleep(0.002)
            return os.waitpid(pid, 0)[1]

        self.assertEqual(self.complete(main()), 0)


if __name__ == "__main__":
    unittest.main()
