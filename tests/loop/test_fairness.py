# SPDX-License-Identifier: BSD-3-Clause
"""Nobody starves: signals, descriptors, timers and the host, while asyncio always has something ready."""

import os
import signal
import socket
import unittest

import hostloop
from guestcase import GuestCase


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
