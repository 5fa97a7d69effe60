# SPDX-License-Identifier: BSD-3-Clause
"""A loop whose time() is not the system's clock: tests with a clock of their own, and simulations."""

import time
import unittest

import hostloop
import qi
from guestcase import GuestCase


class Offset(GuestCase):
    """The clock runs as the system's does, from another origin."""

    def check(self, offset):
        self.loop.time = lambda: time.monotonic() + offset
        fired, turns = [], []
        self.loop.call_later(0.03, lambda: fired.append(self.loop.time()))
        due = self.loop.time() + 0.03

        def count():
            turns.append(1)
            return fired or len(turns) > 1000

        self.loop.call_later(3600, self.fail)
        started = time.monotonic()
        hostloop.post(lambda: None)
        self.run_host(count)
        self.assertTrue(fired, "the host was kept busy instead")
        self.assertGreaterEqual(fired[0] + 0.001, due)
        self.assertLess(time.monotonic() - started, 3)
        self.assertLess(len(turns), 100)

    def test_that_is_ahead(self):
        self.check(1e6)

    def test_that_is_behind(self):
        self.check(-1e6)


class Manual(GuestCase):
    def test_stands_still_until_it_is_moved(self):
        now = [0.0]
        self.loop.time = lambda: now[0]
        fired = []
        self.loop.call_later(0.002, fired.append, 1)
        self.settle()
        self.assertEqual(fired, [])
        now[0] = 0.002
        self.run_host(lambda: fired)

    def test_that_raises_is_reported_and_the_loop_goes_on(self):
        broken = [True]

        def clock():
            if broken[0]:
                raise LookupError("no time")
            return time.monotonic()

        fired = []
        self.loop.call_later(0.001, fired.append, 1)
        self.loop.time = clock
        self.loop.call_soon(lambda: None)
        self.settle()
        reported = self.take_reported()
        self.assertTrue(reported)
        self.assertIsInstance(reported[0]["exception"], LookupError)
        broken[0] = False
        self.loop.call_soon(lambda: None)
        self.run_host(lambda: fired)
        self.take_reported()


if __name__ == "__main__":
    unittest.main()
