# SPDX-License-Identifier: BSD-3-Clause
"""using_asyncio_from_qt(): asyncio for the time of a block, in a program that Qt drives."""

import asyncio
import gc
import os
import signal
import sys
import threading
import unittest
import warnings

import _qi
import qi
from app_support import application

app_exec = _qi._exec_application


def quit_soon(loop, code=0):
    loop.call_later(0.001, _qi._exit_event_loops, code)


class Block(unittest.TestCase):
    def test_a_guest_loop_runs_inside_only(self):
        with qi.using_asyncio_from_qt() as loop:
            self.assertIs(asyncio.get_running_loop(), loop)
            self.assertIsInstance(loop, qi.QiSelectorEventLoop)
            self.assertIs(loop.get_mode(), qi.QiLoopMode.GUEST)
        self.assertIsNone(asyncio._get_running_loop())
        self.assertTrue(loop.is_closed())

    def test_runner_may_be_used_again_with_a_new_loop(self):
        runner = qi.QiRunner(debug=True)
        with runner as first:
            with self.assertRaisesRegex(RuntimeError, "is running in this thread"), runner:
                pass
            self.assertIs(asyncio.get_running_loop(), first)
        with runner as second:
            self.assertIsNot(second, first)
            self.assertTrue(second.get_debug())
        self.assertTrue(first.is_closed() and second.is_closed())

    def test_asyncio_runs_in_the_applications_event_loop(self):
        ran = []

        async def work():
            ran.append(_qi._event_loops())
            await asyncio.sleep(0.001)
            ran.append(_qi._event_loops())
            _qi._exit_event_loops(7)

        with qi.using_asyncio_from_qt():
            task = qi.run_task(work())
            self.assertEqual(app_exec(), 7)
        self.assertEqual(ran, [0, 1])
        self.assertTrue(task.done())

    def test_the_loop_may_be_used_before_and_after_exec(self):
        with qi.using_asyncio_from_qt() as loop:
            quit_soon(loop)
            app_exec()
            self.assertTrue(loop.is_running())
            quit_soon(loop)
            app_exec()

    def test_blocks_may_follow_each_other(self):
        loops = []
        for _ in range(3):
            with qi.using_asyncio_from_qt() as loop:
                quit_soon(loop)
                app_exec()
            loops.append(loop)
        self.assertEqual([loop.is_closed() for loop in loops], [True] * 3)

    def test_as_decorator(self):
        @qi.using_asyncio_from_qt()
        def main():
            return type(asyncio.get_running_loop())

        self.assertIs(main(), qi.QiSelectorEventLoop)
        self.assertIs(main(), qi.QiSelectorEventLoop)

    def test_debug(self):
        for debug in (True, False):
            with qi.using_asyncio_from_qt(debug=debug) as loop:
                self.assertIs(loop.get_debug(), debug)
        with qi.using_asyncio_from_qt() as loop:
            self.assertIs(loop.get_debug(), False)

    def test_loop_factory(self):
        class Loop(qi.QiSelectorEventLoop):
            pass

        with qi.using_asyncio_from_qt(loop_factory=Loop) as loop:
            self.assertIsInstance(loop, Loop)

    def test_exception_of_the_block_passes(self):
        for kind in (LookupError, SystemExit, KeyboardInterrupt):
            with self.assertRaises(kind), qi.using_asyncio_from_qt() as loop:
                raise kind("from the block")
            self.assertTrue(loop.is_closed())

    def thread_loop(self, kind):
        """One that is the thread's, as asyncio.ensure_future() finds it, and has a task that waits for its first step."""
        loop = kind()
        self.addCleanup(loop.close)
        asyncio.set_event_loop(loop)
        self.addCleanup(asyncio.set_event_loop, None)
        return loop, loop.create_task(asyncio.sleep(0, "ran"), name="early bird")

    def test_tasks_that_were_made_before_are_named(self):
        for kind in (asyncio.SelectorEventLoop, qi.new_event_loop):
            other, task = self.thread_loop(kind)
            with self.subTest(kind=kind), self.assertWarnsRegex(RuntimeWarning, "before the block.*early bird") as told:
                with qi.using_asyncio_from_qt():
                    pass
            self.assertEqual(os.path.basename(told.filename), os.path.basename(__file__))
            self.assertEqual(other.run_until_complete(task), "ran")

    def test_tasks_that_were_made_before_on_its_own_loop_run(self):
        loop, task = self.thread_loop(qi.new_event_loop)
        task.add_done_callback(lambda _: _qi._exit_event_loops(0))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with qi.using_asyncio_from_qt(loop_factory=lambda: loop):
                app_exec()
        self.assertEqual(task.result(), "ran")

    def test_loop_stopped_or_closed_inside(self):
        with qi.using_asyncio_from_qt() as loop:
            loop.stop()
            self.assertIsNone(asyncio._get_running_loop())
        self.assertTrue(loop.is_closed())
        with qi.using_asyncio_from_qt() as loop:
            loop.stop()
            loop.close()


    def test_loop_stopped_twice_in_a_slot_is_cleaned_up(self):
        ended = []

        async def background():
            try:
                await asyncio.sleep(1000)
            finally:
                ended.append(True)

        def twice():
            loop.stop()
            loop.stop()

        with qi.using_asyncio_from_qt() as loop:
            task = qi.run_task(background())
            twice()
        self.assertEqual(ended, [True])
        self.assertTrue(task.cancelled())
        self.assertTrue(loop.is_closed())

    def test_in_another_thread(self):  # T41
        ended = []

        def other():
            with qi.using_asyncio_from_qt() as loop:
                event_loop = _qi._new_event_loop()
                task = qi.run_task(asyncio.sleep(0.001, "slept"))
                task.add_done_callback(lambda _: _qi._quit_event_loop(event_loop))
                _qi._exec_event_loop(event_loop)
                ended.append(task.result())
            ended.append(loop.is_closed())

        with qi.using_asyncio_from_qt():
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        self.assertEqual(ended, ["slept", True])


class CleanUp(unittest.TestCase):
    def test_pending_tasks_are_cancelled_and_awaited_without_qt(self):
        seen = []

        async def work():
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                await asyncio.sleep(0.001)
                seen.append((asyncio.get_running_loop().get_mode(), _qi._event_loops()))
                raise

        with qi.using_asyncio_from_qt() as loop:
            task = qi.run_task(work())
            quit_soon(loop)
            app_exec()
        self.assertTrue(task.cancelled())
        self.assertEqual(seen, [(qi.QiLoopMode.NATIVE, 0)])

    def test_task_that_clean_up_starts(self):
        ended = []

        async def second():
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("second")

        async def first():
            try:
                await asyncio.sleep(3600)
            finally:
                asyncio.create_task(second())
                await asyncio.sleep(0)
                ended.append("first")

        with qi.using_asyncio_from_qt():
            task = qi.run_task(first())
        self.assertEqual(ended, ["first", "second"])
        self.assertTrue(task.cancelled())

    def test_exceptions_of_cancelled_tasks_are_reported(self):
        reported = []

        async def work():
            try:
                await asyncio.sleep(3600)
            finally:
                raise LookupError("in clean-up")

        with qi.using_asyncio_from_qt() as loop:
            loop.set_exception_handler(lambda loop, context: reported.append(context))
            task = qi.run_task(work())
        self.assertEqual([repr(context["exception"]) for context in reported], ["LookupError('in clean-up')"])
        self.assertIs(reported[0]["task"], task)

    def test_exceptions_of_finished_tasks_are_reported(self):
        reported = []

        async def work():
            raise LookupError("nobody awaits it")

        with qi.using_asyncio_from_qt() as loop:
            loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))
            qi.run_task(work())
            gc.collect()
        self.assertEqual(list(map(repr, reported)), ["LookupError('nobody awaits it')"])

    def test_asynchronous_generators_are_closed(self):
        closed = []

        async def numbers():
            try:
                yield 1
                yield 2
            finally:
                await asyncio.sleep(0)
                closed.append(True)

        async def work():
            self.generator = numbers()
            return await anext(self.generator)

        with qi.using_asyncio_from_qt():
            self.assertEqual(qi.run_task(work()).result(), 1)
        self.assertEqual(closed, [True])

    def test_the_default_executor_is_shut_down(self):
        threads = []

        async def work():
            await asyncio.sleep(0)  # so that it ends in app_exec(), however fast the thread is
            await asyncio.to_thread(lambda: threads.append(threading.current_thread()))
            _qi._exit_event_loops(0)

        with qi.using_asyncio_from_qt():
            task = qi.run_task(work())
            app_exec()
        self.assertTrue(task.done())
        self.assertFalse(threads[0].is_alive())

    def test_a_task_that_awaits_about_to_quit_may_end(self):  # T37
        ended = []

        async def work():
            await qi.asyncsignal(application().aboutToQuit)
            await asyncio.sleep(0.001)
            ended.append(True)

        with qi.using_asyncio_from_qt() as loop:
            task = qi.run_task(work())
            quit_soon(loop)
            app_exec()
        self.assertEqual((ended, task.cancelled()), ([True], False))


class EndOfTheProgram(unittest.TestCase):
    def test_sys_exit_in_a_task_ends_qts_event_loop_and_is_raised_at_the_end(self):
        ended = []

        async def other():
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("other")

        async def work():
            await asyncio.sleep(0.001)
            raise SystemExit(3)

        with self.assertRaises(SystemExit) as raised:
            with qi.using_asyncio_from_qt():
                tasks = [qi.run_task(other()), qi.run_task(work())]
                self.assertEqual(app_exec(), 3)
                ended.append("block")
        self.assertEqual(raised.exception.code, 3)
        self.assertEqual(ended, ["block", "other"])
        self.assertTrue(tasks[1].done())
        tasks[1].exception()

    def test_sys_exit_before_exec(self):
        async def work():
            raise SystemExit("no")

        with self.assertRaises(SystemExit) as raised:
            with qi.using_asyncio_from_qt():
                task = qi.run_task(work())
                self.assertEqual(app_exec(), 1)
        self.assertEqual(raised.exception.code, "no")
        task.exception()

    def test_exit_codes_that_fit_nowhere(self):
        for code, expected in ((2**70 + 5, 5), (-1, -1), (True, 1), (None, 0)):
            with self.subTest(code=code), self.assertRaises(SystemExit) as raised:
                with qi.using_asyncio_from_qt() as loop:
                    loop.call_soon(sys.exit, code)
                    self.assertEqual(app_exec(), expected)
            self.assertEqual(raised.exception.code, code)

    def test_an_own_exception_handler_does_not_hide_it(self):
        reported = []

        def leave():
            raise SystemExit(4)

        with self.assertRaises(SystemExit):
            with qi.using_asyncio_from_qt() as loop:
                loop.set_exception_handler(lambda loop, context: reported.append(context))
                loop.call_soon(leave)
                app_exec()
        self.assertEqual(reported, [])

    def test_ctrl_c_while_qt_waits(self):
        interrupter = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
        with self.assertRaises(KeyboardInterrupt):
            with qi.using_asyncio_from_qt() as loop:
                interrupter.start()
                app_exec()
        interrupter.join()
        self.assertTrue(loop.is_closed())
        self.assertEqual(signal.set_wakeup_fd(-1), -1)

    def test_clean_up_goes_on_after_sys_exit_in_it(self):
        ended = []

        async def leaves():
            try:
                await asyncio.sleep(3600)
            finally:
                raise SystemExit(5)

        async def stays():
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(0.001)
                ended.append(True)

        with self.assertRaises(SystemExit) as raised:
            with qi.using_asyncio_from_qt() as loop:
                tasks = [qi.run_task(leaves()), qi.run_task(stays())]
        self.assertEqual((raised.exception.code, ended, loop.is_closed()), (5, [True], True))
        tasks[0].exception()


class WrongUse(unittest.TestCase):
    def test_blocks_do_not_nest(self):
        with qi.using_asyncio_from_qt() as loop:
            with self.assertRaisesRegex(RuntimeError, "QiSelectorEventLoop.*is running in this thread"):
                with qi.using_asyncio_from_qt():
                    self.fail("entered")
            self.assertIs(asyncio.get_running_loop(), loop)

    def test_in_a_stock_loop(self):
        async def main():
            with self.assertRaisesRegex(RuntimeError, "_UnixSelectorEventLoop.*is running in this thread"):
                with qi.using_asyncio_from_qt():
                    self.fail("entered")

        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(main())

    def test_factory_of_foreign_loops(self):
        made = []

        def factory():
            made.append(asyncio.SelectorEventLoop())
            return made[0]

        with self.assertRaisesRegex(TypeError, "factory.*made <_UnixSelectorEventLoop"):
            with qi.using_asyncio_from_qt(loop_factory=factory):
                self.fail("entered")
        self.assertTrue(made[0].is_closed())

    def test_factory_that_raises_or_returns_nonsense(self):
        with self.assertRaises(ZeroDivisionError), qi.using_asyncio_from_qt(loop_factory=lambda: 1 / 0):
            self.fail("entered")
        with self.assertRaisesRegex(TypeError, "made None"), qi.using_asyncio_from_qt(loop_factory=lambda: None):
            self.fail("entered")

    def test_left_in_a_callback(self):
        block = qi.using_asyncio_from_qt()
        loop = block.__enter__()
        errors = []

        def leave():
            try:
                block.__exit__(None, None, None)
            except RuntimeError as error:
                errors.append(str(error))
            _qi._exit_event_loops(0)

        loop.call_soon(leave)
        app_exec()
        self.assertIn("cannot be ended from inside", errors[0])
        loop.stop()
        loop.close()


if __name__ == "__main__":
    unittest.main()
