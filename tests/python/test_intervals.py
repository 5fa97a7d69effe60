# SPDX-License-Identifier: BSD-3-Clause
"""Intervals need nothing of Qt: sleep() and call_later() are never early, and in order."""

import asyncio
import random
import unittest

from slot_support import on_loop


class Intervals(unittest.TestCase):
    @on_loop
    async def test_no_sleep_ends_early(self):  # T29
        loop = asyncio.get_running_loop()
        early = []

        async def sleeper(delay):
            due = loop.time() + delay
            await asyncio.sleep(delay)
            if loop.time() < due:
                early.append((delay, due - loop.time()))

        delays = [random.Random(1).uniform(0, 0.03) for _ in range(300)] + [0.0009, 0.0001, 0.001]
        await asyncio.gather(*map(sleeper, delays))
        self.assertEqual(early, [])

    @on_loop
    async def test_callbacks_come_in_the_order_of_their_times(self):  # T28
        loop = asyncio.get_running_loop()
        called, start, done = [], loop.time(), loop.create_future()
        times = [start + random.Random(2).random() * 0.03 for _ in range(300)]
        for when in times:
            loop.call_at(when, called.append, when)
        loop.call_at(max(times), done.set_result, None)
        await done
        self.assertEqual(called, sorted(times))

    @on_loop
    async def test_callbacks_of_one_time_come_in_the_order_of_their_making(self):  # T28
        loop = asyncio.get_running_loop()
        called, when, done = [], loop.time() + 0.002, loop.create_future()
        for number in range(100):
            loop.call_at(when, called.append, number)
        loop.call_at(when, done.set_result, None)
        await done
        self.assertEqual(called, list(range(100)))

    @on_loop
    async def test_an_interval_keeps_its_beat_under_load(self):
        """The beat is what call_at() keeps, whatever each tick and other tasks take."""
        loop = asyncio.get_running_loop()
        start, period, ticks = loop.time(), 0.002, []
        done = loop.create_future()

        def tick(number):
            ticks.append(loop.time() - (start + number * period))
            if number == 25:
                done.set_result(None)
            else:
                loop.call_at(start + (number + 1) * period, tick, number + 1)

        async def spin():
            while not done.done():
                sum(range(500))
                await asyncio.sleep(0)

        loop.call_at(start, tick, 0)
        await asyncio.gather(done, *(spin() for _ in range(10)))
        self.assertEqual(len(ticks), 26)
        self.assertGreaterEqual(min(ticks), 0)

    @on_loop
    async def test_delays_that_are_no_delays(self):  # T30
        loop = asyncio.get_running_loop()
        order, done = [], loop.create_future()
        loop.call_later(-1, order.append, "negative")
        loop.call_later(0, order.append, "zero")
        far = loop.call_later(2**40, order.append, "never")
        loop.call_later(0.001, done.set_result, None)
        await done
        far.cancel()
        self.assertEqual(order, ["negative", "zero"])


if __name__ == "__main__":
    unittest.main()
