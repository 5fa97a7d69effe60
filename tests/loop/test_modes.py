# SPDX-License-Identifier: BSD-3-Clause
"""Owner and native mode, and moving between the modes."""

import asyncio
import gc
import os
import selectors
import signal
import socket
import threading
import unittest
import weakref

import _qi
import hostloop
import qi


class Owner(unittest.TestCase):
    def test_is_the_mode_of_a_new_loop(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        self.assertIs(loop.get_mode(), qi.QiLoopMode.OWNER)

    def test_as_loop_factory_of_a_runner(self):
        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            self.assertEqual(runner.run(asyncio.sleep(0.001, "result")), "result")
            self.assertEqual(runner.run(asyncio.sleep(0, False)), False)  # T34

    def test_host_goes_on_while_it_runs(self):
        ran = []

        async def main():
            hostloop.post(lambda: ran.append(asyncio.get_running_loop()))
            while not ran:
                await asyncio.sleep(0)
            return asyncio.get_running_loop()

        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            self.assertIs(runner.run(main()), ran[0])
        self.assertIsNone(asyncio._get_running_loop())

    def test_exceptions_that_end_the_run(self):
        for kind in (SystemExit, KeyboardInterrupt, LookupError):

            async def main():
                await asyncio.sleep(0)
                raise kind("out")

            loop = qi.new_event_loop()
            with self.assertRaises(kind):
                loop.run_until_complete(main())
            self.assertFalse(loop.is_running())
            self.assertEqual(loop.run_until_complete(asyncio.sleep(0, "again")), "again")
            loop.close()

    def test_system_exit_in_a_callback_keeps_the_rest_for_later(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        ran = []

        def leave():
            raise SystemExit(5)

        loop.call_soon(leave)
        loop.call_soon(ran.append, 1)
        with self.assertRaises(SystemExit):
            loop.run_forever()
        loop.call_soon(loop.stop)
        loop.run_forever()
        self.assertEqual(ran, [1])

    @unittest.skipIf(hostloop.name == "toy", "the toy host has one thread")
    def test_in_a_thread_that_qt_has_not_made(self):  # T41
        results = []

        def other():
            with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
                results.append(runner.run(asyncio.sleep(0.001, "other")))

        threads = [threading.Thread(target=other) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, ["other"] * 3)

    def test_ctrl_c_ends_the_hosts_wait(self):
        async def main():
            await asyncio.sleep(3600)

        before = signal.set_wakeup_fd(-1)
        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
            with self.assertRaises(KeyboardInterrupt):
                runner.run(main())
        self.assertEqual(signal.set_wakeup_fd(before), -1)

    def test_nested_run_is_refused_and_the_outer_goes_on(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)

        async def main():
            with self.assertRaisesRegex(RuntimeError, "already running"):
                loop.run_forever()
            await asyncio.sleep(0)
            return loop.is_running()

        self.assertTrue(loop.run_until_complete(main()))

    def test_stop_before_run_runs_one_batch(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        ran = []
        loop.call_soon(ran.append, 1)
        loop.call_soon(lambda: loop.call_soon(ran.append, 2))
        loop.stop()
        loop.run_forever()
        self.assertEqual(ran, [1])

    def test_what_is_no_fault_of_an_argument_is_not_called_one(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)

        class Broken:
            def __getattr__(self, name):
                raise MemoryError(name)

        for call in (lambda: super(type(loop), loop).add_reader(Broken(), print),
                     lambda: _qi.Loop.set_mode(loop, Broken())):
            with self.subTest(), self.assertRaises(MemoryError):
                call()

    def test_overridden_run_once_is_called_for_each_iteration(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        original, iterations = loop._run_once, []

        def run_once():
            iterations.append(1)
            original()

        loop._run_once = run_once
        loop.run_until_complete(asyncio.sleep(0))
        self.assertGreaterEqual(len(iterations), 2)
        del loop._run_once
        count = len(iterations)
        loop.run_until_complete(asyncio.sleep(0))
        self.assertEqual(len(iterations), count)


    def test_stop_between_turns_ends_an_idle_run(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)

        def between():
            hostloop.post(loop.stop)  # as a slot of Qt's would, with nothing else to wake the loop

        loop.call_soon(between)
        loop.run_forever()
        self.assertFalse(loop.is_running())

    def test_ctrl_c_without_a_runner(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        loop.call_soon(
            threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT)).start
        )
        with self.assertRaises(KeyboardInterrupt):
            loop.run_forever()


class Native(unittest.TestCase):
    def setUp(self):
        self.loop = qi.new_event_loop()
        self.loop.set_mode(qi.QiLoopMode.NATIVE)
        self.addCleanup(self.loop.close)

    def test_needs_no_host(self):
        before = hostloop.wakes()
        self.assertEqual(self.loop.run_until_complete(asyncio.sleep(0.001, 7)), 7)
        self.assertEqual(hostloop.wakes(), before)

    def test_wait_is_ended_by_another_thread(self):
        event = asyncio.Event()
        threading.Timer(0.005, self.loop.call_soon_threadsafe, (event.set,)).start()
        self.assertTrue(self.loop.run_until_complete(event.wait()))

    def test_other_threads_run_while_it_waits(self):
        ran = []

        async def main():
            thread = threading.Thread(target=ran.append, args=(1,))
            thread.start()
            await asyncio.sleep(0.01)
            thread.join()

        self.loop.run_until_complete(main())
        self.assertEqual(ran, [1])

    def test_after_guest_it_finishes_what_is_left(self):
        closed = []

        async def stubborn():
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(0)
                closed.append(True)

        self.loop.set_mode(qi.QiLoopMode.GUEST)
        self.loop.start()
        task = self.loop.run_task(stubborn())
        self.loop.stop()
        self.loop.set_mode(qi.QiLoopMode.NATIVE)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            self.loop.run_until_complete(task)
        self.assertEqual(closed, [True])


class Life(unittest.TestCase):
    def test_standard_selector_is_closed_with_the_loop(self):
        selector = selectors.SelectSelector()
        loop = qi.QiSelectorEventLoop(selector)
        loop.set_mode(qi.QiLoopMode.NATIVE)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        self.assertIsNone(selector.get_map())

    def test_foreign_selector_is_really_asked(self):
        asked = []

        class Selector(selectors.SelectSelector):
            def select(self, timeout=None):
                asked.append(timeout)
                return super().select(timeout)

        loop = qi.QiSelectorEventLoop(Selector())
        loop.set_mode(qi.QiLoopMode.NATIVE)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        threading.Timer(0.01, theirs.send, (b"x",)).start()
        self.assertEqual(loop.run_until_complete(loop.sock_recv(ours, 10)), b"x")
        loop.run_until_complete(asyncio.sleep(0.001))
        loop.close()
        ours.close()
        theirs.close()
        self.assertTrue(asked)

    def test_unclosed_loop_warns_and_closes(self):
        loop = qi.new_event_loop()
        reference = weakref.ref(loop)
        with self.assertWarnsRegex(ResourceWarning, "unclosed event loop"):
            del loop
            gc.collect()
        self.assertIsNone(reference())

    def test_loops_leave_no_descriptors(self):
        before = len(os.listdir("/proc/self/fd"))
        for mode in qi.QiLoopMode:
            for _ in range(5):
                loop = qi.new_event_loop()
                loop.set_mode(mode)
                if mode is qi.QiLoopMode.GUEST:
                    loop.start()
                    loop.stop()
                else:
                    loop.run_until_complete(asyncio.sleep(0))
                loop.close()
        hostloop.process()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_closing_twice(self):
        loop = qi.new_event_loop()
        loop.close()
        loop.close()
        self.assertTrue(loop.is_closed())

    def test_handles_and_views_do_not_keep_the_loop(self):
        loop = qi.new_event_loop()
        reference = weakref.ref(loop)
        loop.call_later(3600, loop.stop)
        loop.call_soon(loop.stop)
        view = loop._ready
        self.assertEqual(len(view), 1)
        loop.close()
        del loop, view
        gc.collect()
        self.assertIsNone(reference())


class Debug(unittest.TestCase):
    def run_debug(self, main):
        loop = qi.new_event_loop()
        loop.set_debug(True)
        try:
            return loop.run_until_complete(main())
        finally:
            loop.close()

    def test_slow_callbacks_are_logged(self):
        async def main():
            asyncio.get_running_loop().slow_callback_duration = 0
            await asyncio.sleep(0)

        with self.assertLogs("asyncio", "WARNING") as logs:
            self.run_debug(main)
        self.assertRegex(logs.output[0], r"Executing <.*> took \d")

    def test_call_from_another_thread_is_refused(self):
        errors = []

        async def main():
            loop = asyncio.get_running_loop()

            def other():
                try:
                    loop.call_soon(print)
                except RuntimeError as exc:
                    errors.append(str(exc))

            await asyncio.to_thread(other)

        self.run_debug(main)
        self.assertIn("Non-thread-safe operation", errors[0])

    def test_coroutine_as_callback_is_refused(self):
        async def coro():
            pass

        async def main():
            with self.assertRaises(TypeError):
                asyncio.get_running_loop().call_soon(coro)

        self.run_debug(main)

    def test_handles_know_where_they_were_made(self):
        async def main():
            handle = asyncio.get_running_loop().call_soon(print)
            frame = handle._source_traceback[-1]
            handle.cancel()
            return frame.name, repr(handle)

        name, text = self.run_debug(main)
        self.assertEqual(name, "main")
        self.assertIn("created at", text)

    def test_where_coroutines_came_from(self):
        import sys

        async def coro():
            pass

        async def main():
            await asyncio.sleep(0)
            made = coro()
            made.close()
            return sys.get_coroutine_origin_tracking_depth()

        self.assertGreater(self.run_debug(main), 0)
        self.assertEqual(sys.get_coroutine_origin_tracking_depth(), 0)


if __name__ == "__main__":
    unittest.main()
