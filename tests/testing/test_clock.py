# SPDX-License-Identifier: BSD-3-Clause
"""A clock that stands still until it is advanced."""

import asyncio
import time
import unittest

from qi.testing import AsyncTestCase, Clock


class Advancing(AsyncTestCase):
    async def test_sleep_ends_when_its_time_has_come(self):
        with Clock() as clock:
            task = asyncio.create_task(asyncio.sleep(3600))
            await clock.advance(3599.5)
            self.assertFalse(task.done())
            await clock.advance(0.5)
            self.assertTrue(task.done())

    async def test_timers_set_before_count_too(self):
        done = []
        self.loop.call_later(1000, done.append, 1)
        with Clock() as clock:
            await clock.advance(999)
            self.assertEqual(done, [])
            await clock.advance(2)
            self.assertEqual(done, [1])

    async def test_everything_on_the_way_happens_at_its_time(self):
        seen = []

        async def tick(interval, name):
            while True:
                await asyncio.sleep(interval)
                seen.append((name, round(self.loop.time() - start, 6)))

        with Clock() as clock:
            start = self.loop.time()
            tasks = [asyncio.create_task(tick(2, "two")), asyncio.create_task(tick(3, "three"))]
            await clock.advance(7)
            self.assertEqual(self.loop.time(), start + 7)
            for task in tasks:
                task.cancel()
        self.assertEqual(sorted(seen, key=lambda each: each[1])[:2], [("two", 2), ("three", 3)])
        self.assertEqual(sorted(seen), [("three", 3), ("three", 6), ("two", 2), ("two", 4), ("two", 6)])

    async def test_timeout(self):
        outcome = []

        async def wait():
            try:
                async with asyncio.timeout(30):
                    await asyncio.Event().wait()
            except TimeoutError:
                outcome.append("timeout")

        with Clock() as clock:
            task = asyncio.create_task(wait())
            await clock.advance(29)
            self.assertEqual(outcome, [])
            await clock.advance(1)
            self.assertEqual(outcome, ["timeout"])
            await task

    async def test_wait_for(self):
        with Clock() as clock:
            task = asyncio.create_task(asyncio.wait_for(asyncio.Event().wait(), 5))
            await clock.advance(5)
            with self.assertRaises(TimeoutError):
                await task

    async def test_time_stands_still_meanwhile(self):
        with Clock() as clock:
            before = self.loop.time()
            await asyncio.to_thread(time.sleep, 0.01)
            self.assertEqual(self.loop.time(), before)
            self.assertEqual(clock.time(), before)

    async def test_sockets_and_threads_work(self):
        with Clock():
            self.assertEqual(await asyncio.to_thread(pow, 2, 5), 32)


class Restoring(AsyncTestCase):
    async def test_the_loop_goes_by_its_own_clock_again(self):
        with Clock() as clock:
            await clock.advance(5000)
            self.assertGreater(self.loop.time(), time.monotonic() + 1000)
        self.assertNotIn("time", vars(self.loop))
        self.assertLess(abs(self.loop.time() - time.monotonic()), 1000)
        await asyncio.sleep(0.001)

    async def test_what_is_left_of_a_timer_stays(self):
        with Clock() as clock:
            handle = self.loop.call_later(1010, lambda: None)
            await clock.advance(1000)
        left = handle.when() - self.loop.time()
        self.assertLessEqual(left, 10)
        self.assertGreater(left, 0)
        handle.cancel()

    async def test_what_is_left_fires(self):
        with Clock() as clock:
            task = asyncio.create_task(asyncio.sleep(100.001))
            await clock.advance(100)
            self.assertFalse(task.done())
        await task

    async def test_after_an_exception(self):
        with self.assertRaises(KeyError):
            with Clock():
                raise KeyError
        self.assertNotIn("time", vars(self.loop))


class WrongUse(AsyncTestCase):
    async def test_clocks_do_not_nest(self):
        with Clock():
            with self.assertRaisesRegex(RuntimeError, "already"):
                Clock().__enter__()

    async def test_backwards(self):
        with Clock() as clock:
            for wrong in (-1, float("nan"), float("inf")):
                with self.assertRaises(ValueError):
                    await clock.advance(wrong)
            with self.assertRaises(TypeError):
                await clock.advance("1")

    async def test_outside_of_the_block(self):
        with Clock() as clock:
            pass
        with self.assertRaisesRegex(RuntimeError, "not in use"):
            await clock.advance(1)


if __name__ == "__main__":
    unittest.main()
