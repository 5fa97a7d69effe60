# SPDX-License-Identifier: BSD-3-Clause
"""What must be an error, or nothing at all, but never a crash, a hang or a loss."""

import asyncio
import gc
import os
import resource
import socket
import sys
import tempfile
import threading
import unittest

import hostloop
import qi
from guestcase import GuestCase


def in_thread(function):
    """Calls a function in another thread and returns what it returned or raised."""
    outcome = []

    def run():
        try:
            outcome.append(function())
        except BaseException as exc:
            outcome.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


class Threads(GuestCase):
    """asyncio does not check the thread outside of debug mode; the host must not be harmed by that."""

    def test_call_soon_in_another_thread(self):
        ran = []
        in_thread(lambda: self.loop.call_soon(ran.append, 1))
        self.run_host(lambda: ran)

    def test_call_later_in_another_thread(self):
        ran = []
        in_thread(lambda: self.loop.call_later(0.001, ran.append, 1))
        self.run_host(lambda: ran)

    def test_stop_in_another_thread(self):
        in_thread(self.loop.stop)
        self.run_host(lambda: not self.loop.is_running())
        self.assertIsNone(asyncio._get_running_loop())

    def test_exec_modal_in_another_thread(self):
        threads = []
        in_thread(lambda: self.loop.exec_modal(lambda: threads.append(threading.get_ident())))
        self.run_host(lambda: threads)
        self.assertEqual(threads, [threading.get_ident()])


class Descriptors(GuestCase):
    def test_number_that_is_not_open_costs_nothing(self):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in (10**6, 10**8, 2**31 - 1):
            with self.assertRaises(OSError):
                self.loop.add_reader(number, print)
            self.assertFalse(self.loop.remove_reader(number))
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 4096)

    def test_loop_is_closed_by_fileno(self):
        loop = qi.QiSelectorEventLoop()

        class File:
            def fileno(self):
                loop.close()
                return 0

        with self.assertRaises(RuntimeError):
            loop.add_reader(File(), print)
        self.assertTrue(loop.is_closed())

    def test_run_handle_of_a_reader_by_hand_in_a_nested_turn(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        received = []

        def read():
            hostloop.process()
            hostloop.process()
            received.append(ours.recv(1))

        handle = self.loop._add_reader(ours.fileno(), read)
        theirs.send(b"ab")
        self.loop.call_soon(handle._run)
        self.run_host(lambda: len(received) == 2)
        self.loop.remove_reader(ours)


class Closed(unittest.TestCase):
    def test_selector_closed_under_the_loop(self):
        for mode in qi.QiLoopMode:
            loop = qi.new_event_loop()
            loop.set_mode(mode)
            loop._selector.close()
            with self.assertRaises(RuntimeError):
                loop.start() if mode is qi.QiLoopMode.GUEST else loop.run_forever()
            self.assertFalse(loop.is_running())
            loop.close()

    def test_poller_of_a_running_loop_is_not_closed(self):
        loop = qi.new_event_loop()

        async def main():
            with self.assertRaises(RuntimeError):
                loop._selector.close()
            await asyncio.sleep(0.001)

        loop.run_until_complete(main())
        loop.close()


class NotACoroutine(GuestCase):
    def test_is_refused_and_left_alone(self):
        with tempfile.TemporaryFile() as file:
            with self.assertRaises(TypeError):
                self.loop.run_task(file)
            self.assertFalse(file.closed)
            self.loop.stop()
            for wrong in (file, 3, None):
                with self.assertRaisesRegex(RuntimeError, "running"):
                    qi.run_task(wrong)
            self.assertFalse(file.closed)


class Handles(GuestCase):
    def test_cancelled_flag_taken_back(self):
        handle = self.loop.call_soon(print)
        handle.cancel()
        handle._cancelled = False
        handle._run()
        self.settle()
        repr(handle)

    def test_long_chain_is_freed(self):
        handle = None
        for _ in range(200_000):
            handle = self.loop.call_later(3600, print, handle)
        chain = None
        for _ in range(200_000):
            chain = self.loop.call_soon(print, chain)
        self.loop.stop()
        self.loop._ready.clear()
        self.loop._scheduled.clear()
        del handle, chain
        self.loop.start()

    def test_selecting_by_hand_loses_no_timer(self):
        fired = []
        self.loop.call_later(0.005, fired.append, 1)
        until = self.loop.time() + 0.01
        while self.loop.time() < until:
            pass
        self.loop._selector.select(0)
        self.run_host(lambda: fired)


class Recursion(GuestCase):
    def test_ends_in_a_recursion_error(self):
        async def dive(depth):
            me = asyncio.current_task()
            task = qi.run_task(dive(depth + 1))
            self.assertIs(asyncio.current_task(), me)
            return task.result()

        task = self.loop.run_task(dive(0))
        self.assertIsInstance(task.exception(), RecursionError)
        self.assertIsNone(asyncio.current_task())
        self.assertEqual(self.complete(asyncio.sleep(0, "fine")), "fine")
        del task
        gc.collect()
        self.take_reported()


if __name__ == "__main__":
    unittest.main()
