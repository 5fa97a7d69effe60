# SPDX-License-Identifier: BSD-3-Clause
"""Signals that loops take and give back, as Python sees it."""

import asyncio
import os
import signal
import socket
import unittest

import qi

GUARD = 20  # seconds; only against a hang


class Signals(unittest.TestCase):
    def setUp(self):
        self.seen = []
        self.handler = lambda number, frame: self.seen.append("python")
        before = signal.signal(signal.SIGUSR1, self.handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)

    def new_loop(self):
        loop = qi.new_event_loop()
        loop.set_mode(qi.QiLoopMode.NATIVE)
        self.addCleanup(loop.close)
        return loop

    def send(self, loop, expected):
        """Sends the signal while a loop runs, and sees who gets it."""
        self.seen.clear()
        os.kill(os.getpid(), signal.SIGUSR1)
        loop.run_until_complete(asyncio.wait_for(self.until_seen(), GUARD))
        self.assertEqual(self.seen, expected)

    async def until_seen(self):
        while not self.seen:
            await asyncio.sleep(0.001)

    def test_handler_of_python_comes_back(self):
        loop = self.new_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.seen.append, "loop")
        loop.add_signal_handler(signal.SIGUSR1, self.seen.append, "again")
        self.send(loop, ["again"])
        self.assertTrue(loop.remove_signal_handler(signal.SIGUSR1))
        self.assertFalse(loop.remove_signal_handler(signal.SIGUSR1))
        self.assertIs(signal.getsignal(signal.SIGUSR1), self.handler)
        self.send(loop, ["python"])

    def test_closed_loop_gives_all_back(self):
        loop = self.new_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.seen.append, "loop")
        loop.close()
        self.assertIs(signal.getsignal(signal.SIGUSR1), self.handler)

    def test_ignored_signal_stays_ignored(self):
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        loop = self.new_loop()
        loop.add_signal_handler(signal.SIGUSR1, print)
        loop.remove_signal_handler(signal.SIGUSR1)
        self.assertIs(signal.getsignal(signal.SIGUSR1), signal.SIG_IGN)

    def test_what_somebody_has_set_meanwhile_stays(self):
        loop = self.new_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.seen.append, "loop")
        later = lambda number, frame: None
        signal.signal(signal.SIGUSR1, later)
        loop.remove_signal_handler(signal.SIGUSR1)
        self.assertIs(signal.getsignal(signal.SIGUSR1), later)

    def test_two_loops_in_either_order(self):
        for first_goes in (0, 1):
            with self.subTest(first_goes=first_goes):
                loops = self.new_loop(), self.new_loop()
                for number, loop in enumerate(loops):
                    loop.add_signal_handler(signal.SIGUSR1, self.seen.append, number)
                leaves, stays = loops[first_goes], loops[1 - first_goes]
                leaves.remove_signal_handler(signal.SIGUSR1)
                self.send(stays, [1 - first_goes])
                stays.remove_signal_handler(signal.SIGUSR1)
                self.assertIs(signal.getsignal(signal.SIGUSR1), self.handler)
                self.assertEqual(signal.set_wakeup_fd(-1), -1)

    def test_descriptor_that_signals_woke_before_is_woken_again(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        ours.setblocking(False)
        signal.set_wakeup_fd(ours.fileno())
        self.addCleanup(signal.set_wakeup_fd, -1)
        loop = self.new_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.seen.append, "loop")
        loop.add_signal_handler(signal.SIGUSR2, self.seen.append, "loop")
        loop.remove_signal_handler(signal.SIGUSR1)
        loop.remove_signal_handler(signal.SIGUSR2)
        self.assertEqual(signal.set_wakeup_fd(ours.fileno()), ours.fileno())

    def test_signal_that_cannot_be_caught_leaves_no_trace(self):
        loop = self.new_loop()
        for wrong, error in ((signal.SIGKILL, RuntimeError), (10**6, ValueError), ("SIGUSR1", TypeError)):
            with self.assertRaises(error):
                loop.add_signal_handler(wrong, print)
        self.assertEqual(signal.set_wakeup_fd(-1), -1)


if __name__ == "__main__":
    unittest.main()
