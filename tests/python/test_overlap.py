# SPDX-License-Identifier: BSD-3-Clause
"""The overlap policies of `_qi.Slot`, at every corner."""

import asyncio
import gc
import unittest

import _qi
from qi._loop.loop import new_event_loop
from slot_support import Gate, on_loop, settle


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
        destroyed = []
        loop.set_exception_handler(lambda _, context: destroyed.append(context["message"]))

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
        gc.collect()
        self.assertEqual(destroyed, ["Task was destroyed but it is pending!"])


if __name__ == "__main__":
    unittest.main()
