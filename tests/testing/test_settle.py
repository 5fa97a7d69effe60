# SPDX-License-Identifier: BSD-3-Clause
"""settle() comes back when nothing is left to do, and says what is if it cannot."""

import asyncio
import threading
import unittest

import qi
from qi.testing import AsyncTestCase, Busy, settle


class Settle(AsyncTestCase):
    async def test_chains_of_callbacks_are_done(self):
        loop, done = asyncio.get_running_loop(), []

        def step(left):
            done.append(left)
            if left:
                loop.call_soon(step, left - 1)

        loop.call_soon(step, 50)
        await settle()
        self.assertEqual(len(done), 51)

    async def test_timers_that_are_due_soon_are_done(self):
        loop, done = asyncio.get_running_loop(), []
        loop.call_later(0.005, done.append, "soon")
        late = loop.call_later(3600, done.append, "late")
        await settle()
        self.assertEqual(done, ["soon"])
        late.cancel()

    async def test_tasks_run_to_where_they_wait(self):
        reached, go = [], asyncio.Event()

        async def work():
            for number in range(5):
                await asyncio.sleep(0)
                reached.append(number)
            await go.wait()
            reached.append("end")

        task = asyncio.create_task(work())
        await settle()
        self.assertEqual(reached, [0, 1, 2, 3, 4])
        go.set()
        await settle()
        self.assertTrue(task.done())

    async def test_what_another_thread_has_sent_is_done(self):
        done = []
        thread = threading.Thread(target=self.loop.call_soon_threadsafe, args=(done.append, 1))
        thread.start()
        thread.join()
        await settle()
        self.assertEqual(done, [1])

    async def test_a_loop_that_is_never_idle(self):
        loop, on = asyncio.get_running_loop(), True

        def again_and_again():
            if on:
                loop.call_soon(again_and_again)

        again_and_again()
        with self.assertRaises(Busy) as raised:
            await settle(0.05)
        on = False
        self.assertIn("again_and_again", str(raised.exception))
        self.assertIsInstance(raised.exception, TimeoutError)
        await settle()

    def test_from_ordinary_code(self):
        done = []
        self.loop.call_soon(done.append, 1)
        self.settle()
        self.assertEqual(done, [1])

    async def test_inside_of_a_first_step(self):
        done = []

        async def at_once():
            asyncio.get_running_loop().call_soon(done.append, "before")
            await settle()
            done.append("settled")

        await qi.run_task(at_once())
        self.assertEqual(done, ["before", "settled"])


class ElsewhereTests(unittest.TestCase):
    def test_other_loops_are_refused(self):
        raised = []

        def stock():
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                try:
                    runner.run(settle())
                except RuntimeError as error:
                    raised.append(str(error))

        thread = threading.Thread(target=stock)
        thread.start()
        thread.join()
        self.assertIn("settle() needs an event loop of qi", raised[0])


if __name__ == "__main__":
    unittest.main()
