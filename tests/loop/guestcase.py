# SPDX-License-Identifier: BSD-3-Clause
"""What the cases of this folder share: a loop in guest mode on the host under test."""

import asyncio
import unittest

import hostloop
import qi


class GuestCase(unittest.TestCase):
    """Each case has a running guest loop; whatever reaches its exception handler must be expected."""

    def setUp(self):
        self.loop = qi.new_event_loop()
        self.loop.set_mode(qi.QiLoopMode.GUEST)
        self.reported = []
        self.loop.set_exception_handler(lambda loop, context: self.reported.append(context))
        self.loop.start()
        self.addCleanup(self.finish)

    def finish(self):
        if self.loop.is_running():
            self.loop.stop()
        if not self.loop.is_closed():
            self.loop.set_mode(qi.QiLoopMode.NATIVE)
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
        self.assertEqual(self.reported, [], "unexpected calls of the exception handler")

    def take_reported(self):
        reported, self.reported[:] = list(self.reported), []
        return reported

    def run_host(self, until):
        """Runs the host's event loop until a future is done or a function answers true."""
        if asyncio.isfuture(until):
            hostloop.run(until.done)
            return until.result()
        return hostloop.run(until)

    def complete(self, coro):
        """Launches a coroutine as a signal would, and runs the host's event loop until it is done."""
        return self.run_host(self.loop.run_task(coro))

    def settle(self, cycles=5):
        """Lets the host handle what is pending, several times over."""
        for _ in range(cycles):
            hostloop.process()
