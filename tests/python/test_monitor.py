# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --loop=guest
"""qi.monitor in Python: the watchdog, interrupts, tasks and counters."""

import asyncio
import threading
import time
import unittest

import qi
from qi import monitor

LIMIT = 0.2


def spin():
    while True:
        pass


class Watch(unittest.TestCase):
    def setUp(self):
        self.stalls, self.steps, self.over = [], [], threading.Event()
        monitor.watch(limit=LIMIT, stalled=self.stalled, slow_step=0.05, slow=self.steps.append)
        self.addCleanup(monitor.unwatch)

    def stalled(self, stall):
        self.stalls.append(stall)
        if stall.over:
            self.over.set()
        return True

    def test_a_loop_is_told_and_interrupted(self):
        with self.assertRaisesRegex(qi.Interrupted, "has held the GUI thread for"):
            spin()
        stall = self.stalls[0]
        self.assertIsInstance(stall, monitor.Stall)
        self.assertGreaterEqual(stall.seconds, LIMIT)
        self.assertEqual((stall.reports, stall.native, stall.over), (0, False, False))
        self.assertIn("in spin", stall.stack)

    def test_a_sleep_is_interrupted(self):
        with self.assertRaises(qi.Interrupted):
            time.sleep(1000)

    def test_a_task_is_told_by_name(self):
        async def endless():
            spin()

        task = qi.run_task(endless(), name="the endless one")
        self.assertIsInstance(task.exception(), qi.Interrupted)
        self.assertEqual(self.stalls[0].task, "the endless one")

    def test_what_a_nested_event_loop_waits_for_is_no_stall(self):
        async def main():
            await asyncio.sleep(4 * LIMIT)

        qi.QtAsyncio.run(main(), keep_running=False)
        self.assertEqual(self.stalls, [])

    def test_slow_steps_are_told(self):
        def slow():
            end = time.perf_counter() + 0.06
            while time.perf_counter() < end:
                pass

        async def main():
            asyncio.get_running_loop().call_soon(slow)
            await asyncio.sleep(0.01)

        qi.QtAsyncio.run(main(), keep_running=False)
        self.assertIsInstance(self.steps[0], monitor.SlowStep)
        targets = {step.target: step.seconds for step in self.steps}
        self.assertGreaterEqual(targets[f"{__name__}:Watch.test_slow_steps_are_told.<locals>.slow"], 0.06)

    def test_another_thread_may_interrupt(self):
        begun = threading.Event()

        def interrupt():
            begun.wait()
            monitor.interrupt("enough of it")

        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaisesRegex(qi.Interrupted, "enough of it"):
            begun.set()
            spin()
        thread.join()


class BadInput(unittest.TestCase):
    def test_arguments_are_named(self):
        for arguments in ({"limit": 0}, {"limit": -1}, {"repeat": 0}, {"interrupt": 1e9}, {"slow_step": -3}):
            with self.subTest(arguments):
                with self.assertRaisesRegex(ValueError, next(iter(arguments))):
                    monitor.watch(**arguments)
        with self.assertRaisesRegex(TypeError, "stalled must be a callable"):
            monitor.watch(stalled=3)
        with self.assertRaisesRegex(TypeError, "slow must be a callable"):
            monitor.watch(slow="x")
        with self.assertRaisesRegex(OverflowError, "limit_ms"):
            monitor.watch(limit=0.001)

    def test_a_task_that_is_not_there(self):
        with self.assertRaisesRegex(LookupError, "no task with the id 999999"):
            monitor.cancel(999999)

    def test_a_loop_of_somebody_else(self):
        loop = asyncio.SelectorEventLoop()
        self.addCleanup(loop.close)
        with self.assertRaisesRegex(TypeError, "loop of qi's"):
            monitor.counters(loop)

    def test_unwatch_without_a_watchdog(self):
        self.assertIsNone(monitor.unwatch())


class Tasks(unittest.TestCase):
    def test_list_and_cancel(self):
        task = asyncio.get_running_loop().create_task(asyncio.sleep(3600), name="sleeper")
        found = {item["name"]: item for item in monitor.tasks()}["sleeper"]
        self.assertEqual(found["state"], "ready")
        self.assertIsNone(monitor.cancel(found["id"]))

        async def main():
            await asyncio.wait([task])

        qi.QtAsyncio.run(main(), keep_running=False)
        self.assertTrue(task.cancelled())

    def test_trace_knows_who_made_a_task(self):
        monitor.trace()
        self.addCleanup(monitor.trace, False)

        async def main():
            child = asyncio.create_task(asyncio.sleep(3600), name="child")
            found = {item["name"]: item for item in monitor.tasks()}
            child.cancel()
            return found

        found = asyncio.get_running_loop()
        found = qi.QtAsyncio.run(main(), keep_running=False)
        parents = {item["id"]: item for item in found.values()}
        self.assertTrue(parents[found["child"]["parent"]]["current"])
        self.assertTrue(found["child"]["age_known"])

    def test_counters(self):
        before = monitor.counters()
        asyncio.get_running_loop().call_later(3600, print).cancel()
        timer = asyncio.get_running_loop().call_later(3600, print)
        self.assertEqual(monitor.counters()["timers"], before["timers"] + 1)
        timer.cancel()
        self.assertEqual(monitor.counters()["timers"], before["timers"])
        self.assertLessEqual(before["busy"], before["busy"] + before["idle"])


class Bindings(unittest.TestCase):
    """Slots that a binding calls, of which libqi is not told."""

    def setUp(self):
        try:
            from PyQt6.QtCore import QTimer
        except ImportError as missing:
            self.skipTest(f"PyQt6 is not here: {missing}")
        self.QTimer = QTimer
        self.stalls = []

    def stalled(self, stall):
        self.stalls.append(stall)
        return True

    def test_a_slot_of_pyqt_is_told_and_interrupted(self):
        raised = []

        def endless():
            try:
                spin()
            except qi.Interrupted as interrupted:
                raised.append(interrupted)

        async def main():
            monitor.watch(limit=LIMIT, stalled=self.stalled)
            self.addCleanup(monitor.unwatch)
            self.QTimer.singleShot(0, endless)
            while not raised:
                await asyncio.sleep(0.01)

        qi.QtAsyncio.run(main(), keep_running=False)
        self.assertIn("in endless", self.stalls[0].stack)

    def test_a_dialog_of_pyqt_is_no_stall(self):
        from PyQt6.QtCore import QEventLoop

        def dialog():
            loop = QEventLoop()
            self.QTimer.singleShot(int(4000 * LIMIT), loop.quit)
            loop.exec()
            ended.append(1)

        ended = []

        async def main():
            monitor.watch(limit=LIMIT, stalled=self.stalled)
            self.addCleanup(monitor.unwatch)
            self.QTimer.singleShot(0, dialog)
            while not ended:
                await asyncio.sleep(0.01)

        qi.QtAsyncio.run(main(), keep_running=False)
        self.assertEqual([stall for stall in self.stalls if "dialog" in (stall.stack or "")], [])


if __name__ == "__main__":
    unittest.main()
