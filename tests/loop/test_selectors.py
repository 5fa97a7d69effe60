# SPDX-License-Identifier: BSD-3-Clause
"""A selector of somebody's own kind is really asked, in every mode."""

import asyncio
import selectors
import socket
import threading
import time
import unittest

import hostloop
import qi


class Epoll(selectors.EpollSelector):
    """Has a descriptor, which the host can watch."""


class Select(selectors.SelectSelector):
    """Has none."""


class Foreign(unittest.TestCase):
    def make(self, kind, mode):
        loop = qi.QiSelectorEventLoop(kind())
        loop.set_mode(mode)
        self.addCleanup(loop.close)
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        ours.setblocking(False)
        return loop, ours, theirs

    async def use(self, ours, theirs):
        loop = asyncio.get_running_loop()
        timer = threading.Timer(0.005, theirs.send, (b"x",))
        timer.start()
        received = await loop.sock_recv(ours, 10)
        timer.join()
        await asyncio.sleep(0.001)
        self.assertEqual(await asyncio.to_thread(lambda: 7), 7)
        return received

    def test_waits_for_sockets_timers_and_threads(self):
        for kind in (Epoll, Select):
            for mode in (qi.QiLoopMode.OWNER, qi.QiLoopMode.NATIVE):
                with self.subTest(kind=kind, mode=mode):
                    loop, ours, theirs = self.make(kind, mode)
                    self.assertEqual(loop.run_until_complete(self.use(ours, theirs)), b"x")

    def test_as_a_guest(self):
        for kind in (Epoll, Select):
            with self.subTest(kind=kind):
                loop, ours, theirs = self.make(kind, qi.QiLoopMode.GUEST)
                loop.start()
                task = loop.run_task(self.use(ours, theirs))
                hostloop.run(task.done)
                loop.stop()
                self.assertEqual(task.result(), b"x")

    def test_does_not_keep_the_host_busy(self):
        loop, ours, theirs = self.make(Epoll, qi.QiLoopMode.OWNER)
        loop.run_until_complete(asyncio.sleep(0.001))
        before = time.process_time()
        loop.run_until_complete(asyncio.sleep(0.3))
        self.assertLess(time.process_time() - before, 0.15)


if __name__ == "__main__":
    unittest.main()
