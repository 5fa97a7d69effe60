# SPDX-License-Identifier: BSD-3-Clause
# qi-run: --loop=guest
"""Programs written for a loop of their own, inside an application whose loop runs already."""

import asyncio
import sys
import unittest

import qi


class UsingAsyncioFromQt(unittest.TestCase):
    def test_gives_the_hosts_loop_and_leaves_it_running(self):
        host = asyncio.get_running_loop()
        with qi.using_asyncio_from_qt() as loop:
            self.assertIs(loop, host)
            task = qi.run_task(asyncio.sleep(3600))
        self.assertIs(asyncio.get_running_loop(), host)
        self.assertFalse(task.done())
        task.cancel()

    def test_debug_is_put_back(self):
        host = asyncio.get_running_loop()
        with qi.using_asyncio_from_qt(debug=True):
            self.assertTrue(host.get_debug())
        self.assertFalse(host.get_debug())

    def test_loop_factory_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "application's own loop.*new_event_loop"):
            with qi.using_asyncio_from_qt(loop_factory=qi.new_event_loop):
                self.fail("entered")


if __name__ == "__main__":
    asyncio.get_running_loop().call_soon(
        lambda: sys.exit(not unittest.main(exit=False).result.wasSuccessful())
    )
