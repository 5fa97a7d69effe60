# SPDX-License-Identifier: BSD-3-Clause
"""Nobody starves: signals, descriptors, timers and the host, while asyncio always has something ready."""

import os
import signal
import socket
import unittest

import hostloop
from guestcase import GuestCase


class Floods(GuestCase):
    """Something of asyncio's is always ready, a turn is one callback, and Qt's events of one kind always wait.

    Counted is how often asyncio had its turn while an event waited. A kind that starves ends the case.
    """

    MOST = 3  # turns that an event may have to wait; it is one most of the time
    EVENTS = 100

    def setUp(self):
        super().setUp()
        self.loop.set_slice(1)
        self.turns = 0
        self.flooding = True

    def finish(self):
        self.flooding = False
        super().finish()

    def turn(self):
        self.turns += 1
        self.waited += self.loop.time() > self.due
        if self.waited > 2000:
            hostloop.quit()
        until = self.loop.time() + 2e-6  # longer than a slice
        while self.loop.time() < until:
            pass

    def spin(self):
        if self.flooding:
            self.turn()
            self.loop.call_soon(self.spin)

    def flood_of_callbacks(self):
        for _ in range(10):
            self.loop.call_soon(self.spin)

    def flood_of_sockets(self):
        for _ in range(3):
            ours, theirs = socket.socketpair()
            self.addCleanup(ours.close)
            self.addCleanup(theirs.close)
            self.addCleanup(self.loop.remove_reader, ours)
            theirs.send(b"x")
            self.loop.add_reader(ours, self.turn)  # and never reads

    def flood_of_timers(self):
        def expire():
            if self.flooding:
                self.turn()
                self.loop.call_later(0, expire)

        for _ in range(10):
            self.loop.call_later(0, expire)

    def longest_wait(self, kind, interval):
        """How many turns an event of the kind waited at most."""
        waits = []

        def event():
            waits.append(self.waited)
            self.waited, self.due = 0, self.loop.time() + interval
            if len(waits) == self.EVENTS:
                hostloop.quit()

        self.waited, self.due = 0, self.loop.time() + interval
        hostloop.start(kind, event)
        hostloop.exec()
        hostloop.stop()
        self.assertEqual(len(waits), self.EVENTS, f"{kind} starves")
        return max(waits[3:])

    def check(self, flood):
        self.due, self.waited = float("inf"), 0
        flood()
        for kind in hostloop.kinds:
            before = self.turns
            with self.subTest(kind):
                interval = 0.002 if kind == "timer" else 0
                self.assertLessEqual(self.longest_wait(kind, interval), self.MOST)
                self.assertGreater(self.turns - before, self.EVENTS // 3, "asyncio starves")
        self.flooding = False

    def test_callbacks_leave_qt_its_turns(self):
        self.check(self.flood_of_callbacks)

    def test_sockets_leave_qt_its_turns(self):
        self.check(self.flood_of_sockets)

    def test_timers_leave_qt_their_turns(self):
        self.check(self.flood_of_timers)


class Within(GuestCase):
    """What is ready inside of asyncio does not starve anything else of it."""

    def readable(self, callback):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.addCleanup(self.loop.remove_reader, ours)
        theirs.send(b"x")
        self.loop.add_reader(ours, callback)  # and never reads

    def longest_gap(self, flood, watched):
        """How many callbacks of the flood ran at most between two of what is watched."""
        ran, gaps = 0, []

        def in_flood():
            nonlocal ran
            ran += 1
            until = self.loop.time() + 2e-6
            while self.loop.time() < until:
                pass

        def in_watched():
            nonlocal ran
            gaps.append(ran)
            ran = 0

        watched(in_watched)
        flood(in_flood)
        self.run_host(lambda: len(gaps) >= 100 or ran > 10_000)
        self.assertGreaterEqual(len(gaps), 100, "it starves")
        return max(gaps)

    def spinning(self, count):
        def flood(callback):
            def again():
                callback()
                if self.loop.is_running():
                    self.loop.call_soon(again)

            for _ in range(count):
                self.loop.call_soon(again)

        return flood

    def test_sockets_are_asked_though_callbacks_are_ready(self):
        # They are asked every 75 µs, when a batch is through: some 40 callbacks of the flood, or a batch.
        self.assertLessEqual(self.longest_gap(self.spinning(10), self.readable), 200)

    def test_timers_expire_though_sockets_are_ready(self):
        def flood(callback):
            for _ in range(20):
                self.readable(callback)

        def ticks(callback):
            def tick():
                callback()
                if self.loop.is_running():
                    self.loop.call_later(0, tick)

            tick()

        self.assertLessEqual(self.longest_gap(flood, ticks), 100)

    def test_timers_expire_though_callbacks_are_ready(self):
        def ticks(callback):
            def tick():
                callback()
                if self.loop.is_running():
                    self.loop.call_later(0, tick)

            tick()

        self.assertLessEqual(self.longest_gap(self.spinning(10), ticks), 30)


class Pace(GuestCase):
    """How long a turn may last depends on what the host has had to do."""

    SLICE = 400

    def setUp(self):
        super().setUp()
        self.loop.set_slice(self.SLICE)
        self.spinning = True
        self.loop.call_soon(self.spin)

    def finish(self):
        self.spinning = False
        super().finish()

    def spin(self):
        if self.spinning:
            self.loop.call_soon(self.spin)

    def until(self, length):
        self.run_host(lambda: self.loop._turn_length == length)

    def test_turns_are_as_long_as_was_set_while_something_happens(self):
        hostloop.start("posted", lambda: hostloop.news(1))
        self.until(self.SLICE)
        hostloop.stop()

    def test_turns_are_short_while_the_user_does_something(self):
        for kind in {"input", "update"} & set(hostloop.kinds) or {"posted"}:
            hostloop.start(kind, lambda: hostloop.news(3))
            self.until(self.SLICE / 4)
            hostloop.stop()
        self.until(self.SLICE * 2)  # and in the end nothing happens any more

    def test_asyncio_gets_its_share_while_frames_are_slow(self):
        spins = 0

        def frame():
            nonlocal spins
            hostloop.news(3)
            until = self.loop.time() + 8 * self.SLICE * 1e-6
            while self.loop.time() < until:
                pass
            spins += 1

        hostloop.start("update" if "update" in hostloop.kinds else "posted", frame)
        self.run_host(lambda: spins > 3 and self.loop._turn_length == self.SLICE)
        hostloop.stop()


class Busy(GuestCase):
    """A callback that always schedules itself again."""

    def setUp(self):
        super().setUp()
        self.loop.set_slice(1)  # one callback a turn
        self.steps = 0
        self.spinning = True
        self.loop.call_soon(self.spin)

    def spin(self):
        self.steps += 1
        until = self.loop.time() + 2e-6
        while self.loop.time() < until:
            pass
        if self.spinning:
            self.loop.call_soon(self.spin)

    def finish(self):
        self.spinning = False
        super().finish()

    def test_signal_is_noticed(self):
        got = []
        self.loop.add_signal_handler(signal.SIGUSR1, got.append, "usr1")
        self.settle()
        os.kill(os.getpid(), signal.SIGUSR1)
        limit = self.loop.time() + 5
        self.run_host(lambda: got or self.loop.time() > limit)
        self.loop.remove_signal_handler(signal.SIGUSR1)
        self.assertEqual(got, ["usr1"])

    def test_other_threads_and_timers_are_noticed(self):
        ran = []
        self.loop.call_later(0.002, ran.append, "timer")
        self.loop.call_soon_threadsafe(ran.append, "thread")
        self.run_host(lambda: len(ran) == 2)
        self.assertEqual(ran, ["thread", "timer"])

    def test_host_gets_control_after_each_turn_though_a_descriptor_is_readable(self):  # T40
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        reads = []
        self.loop.add_reader(ours, reads.append, 1)  # and never reads
        theirs.send(b"x")
        for _ in range(300):
            hostloop.process()
        self.assertTrue(reads)
        before = self.steps + len(reads)
        hostloop.process()
        self.assertLessEqual(self.steps + len(reads) - before, 4)
        self.loop.remove_reader(ours)


if __name__ == "__main__":
    unittest.main()
