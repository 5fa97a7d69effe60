# SPDX-License-Identifier: BSD-3-Clause
"""QtAsyncio.run() and its classes, where the application does not run yet."""

import asyncio
import ctypes
import gc
import os
import signal
import threading
import unittest
import warnings

import _qi
import qi
from app_support import application
from qi import QtAsyncio
from qi._loop import policies

try:
    from PyQt6 import QtCore
except ImportError:
    try:
        from PySide6 import QtCore
    except ImportError:
        QtCore = None


async def value(result):
    await asyncio.sleep(0.001)
    return result


async def forever(ended=None):
    try:
        await asyncio.sleep(3600)
    finally:
        if ended is not None:
            await asyncio.sleep(0)
            ended.append(True)


def kill_soon():
    timer = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


class Case(unittest.TestCase):
    def setUp(self):
        self.quits = []
        self.connected = application().aboutToQuit.connect(self.on_quit)
        self.addCleanup(lambda: application().aboutToQuit.disconnect(self.on_quit))
        self.policy = policies.get_policy()
        self.handler = signal.getsignal(signal.SIGINT)

    def tearDown(self):
        self.assertIs(policies.get_policy(), self.policy)
        self.assertIsNone(asyncio._get_running_loop())
        self.assertIs(signal.getsignal(signal.SIGINT), self.handler)
        self.assertEqual(signal.set_wakeup_fd(-1), -1)

    def on_quit(self):
        self.quits.append(True)


class Once(Case):
    """keep_running=False: as asyncio.run()."""

    def run_once(self, coro, **options):
        return QtAsyncio.run(coro, keep_running=False, **options)

    def test_result_whatever_it_is(self):  # T34
        for result in ("result", 0, "", False, None, []):
            self.assertEqual(self.run_once(value(result)), result)

    def test_exception_leaves_everything_as_it_was(self):  # T34
        async def fail():
            await asyncio.sleep(0)
            raise LookupError("failed")

        with self.assertRaisesRegex(LookupError, "failed"):
            self.run_once(fail())
        self.assertEqual(self.run_once(value(1)), 1)

    def test_it_is_the_applications_event_loop(self):
        async def main():
            loop = asyncio.get_running_loop()
            return type(loop), loop.get_mode(), _qi._event_loops()

        self.assertEqual(
            self.run_once(main()), (QtAsyncio.QAsyncioEventLoop, qi.QiLoopMode.GUEST, 1)
        )

    def test_application_quits(self):
        self.run_once(value(1))
        self.assertEqual(self.quits, [True])

    def test_application_stays_without_quit_qapp(self):  # T35
        for _ in range(3):
            self.assertEqual(self.run_once(value(1), quit_qapp=False), 1)
        self.assertEqual(self.quits, [])
        self.assertTrue(_qi._has_application())
        self.run_once(value(1))
        self.assertEqual(self.quits, [True])

    def test_other_tasks_are_cancelled_and_awaited(self):
        ended = []

        async def main():
            self.other = asyncio.create_task(forever(ended))
            await asyncio.sleep(0)

        self.run_once(main())
        self.assertTrue(self.other.cancelled())
        self.assertEqual(ended, [True])

    def test_generators_and_executor_are_shut_down(self):
        closed, threads = [], []

        async def numbers():
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                closed.append(True)

        async def main():
            self.generator = numbers()
            await anext(self.generator)
            await asyncio.to_thread(lambda: threads.append(threading.current_thread()))

        self.run_once(main())
        self.assertEqual((closed, threads[0].is_alive()), ([True], False))

    def test_application_quits_before_the_end(self):
        ended = []

        async def main():
            asyncio.get_running_loop().call_soon(_qi._exit_event_loops, 0)
            await forever(ended)

        with self.assertRaisesRegex(RuntimeError, "application quit before .*main.* had ended"):
            self.run_once(main())
        self.assertEqual(ended, [True])

    def test_sys_exit(self):
        async def main():
            await asyncio.sleep(0)
            raise SystemExit(3)

        with self.assertRaises(SystemExit) as raised:
            self.run_once(main())
        self.assertEqual(raised.exception.code, 3)

    def test_debug(self):
        async def main():
            return asyncio.get_running_loop().get_debug()

        self.assertIs(self.run_once(main(), debug=True), True)
        self.assertIs(self.run_once(main(), debug=False), False)

    def test_without_a_coroutine(self):
        with self.assertRaisesRegex(RuntimeError, "needs a coroutine"):
            QtAsyncio.run(keep_running=False)

    def test_what_is_no_coroutine(self):
        with self.assertRaisesRegex(TypeError, "function value.*call it"):
            QtAsyncio.run(value)
        with self.assertRaisesRegex(TypeError, "not 3"):
            QtAsyncio.run(3)

    def test_in_a_loop_that_asyncio_drives(self):
        async def main():
            with self.assertRaisesRegex(RuntimeError, "cannot run inside <QiSelectorEventLoop.*await"):
                QtAsyncio.run(value(1), keep_running=False)

        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            runner.run(main())

    def test_in_another_thread(self):
        errors = []

        def other():
            try:
                self.run_once(value(1))
            except RuntimeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        self.assertIn("in the application's thread", errors[0])


class Keeping(Case):
    """keep_running=True: the application."""

    def test_until_the_application_quits(self):
        done = []

        async def main():
            done.append(await value(1))
            asyncio.get_running_loop().call_later(0.001, _qi._exit_event_loops, 0)
            return False

        self.assertIs(QtAsyncio.run(main()), False)
        self.assertEqual((done, self.quits), ([1], [True]))

    def test_until_the_loop_stops(self):
        for quit_qapp in (True, False):
            self.quits.clear()

            async def main():
                loop = asyncio.get_running_loop()
                loop.call_later(0.001, loop.stop)

            QtAsyncio.run(main(), quit_qapp=quit_qapp)
            self.assertEqual(self.quits, [True] * quit_qapp)

    def test_quit_of_the_application_is_one_without_quit_qapp_too(self):
        async def main():
            application().quit()

        QtAsyncio.run(main(), quit_qapp=False)
        self.assertEqual(self.quits, [True])

    def test_coroutine_that_has_not_ended(self):
        ended = []

        async def main():
            asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)
            await forever(ended)

        self.assertIsNone(QtAsyncio.run(main()))
        self.assertEqual(ended, [True])

    def test_without_a_coroutine(self):
        tasks = []

        async def started_later():
            await value(5)
            _qi._exit_event_loops(0)

        signal.signal(signal.SIGINT, lambda *_: tasks.append(qi.run_task(started_later())))
        timer = kill_soon()
        try:
            self.assertIsNone(QtAsyncio.run())
        finally:
            timer.join()
            signal.signal(signal.SIGINT, self.handler)
        self.assertTrue(tasks[0].done())

    def test_failure_of_the_coroutine_is_reported_and_it_goes_on(self):
        reported = []

        async def main():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda loop, context: reported.append(context))
            loop.call_later(0.005, loop.stop)
            raise LookupError("failed")

        self.assertIsNone(QtAsyncio.run(main()))
        gc.collect()
        self.assertEqual([repr(context["exception"]) for context in reported], ["LookupError('failed')"])

    def test_sys_exit_in_a_callback(self):
        def leave():
            raise SystemExit(6)

        async def main():
            asyncio.get_running_loop().call_soon(leave)
            await forever()

        with self.assertRaises(SystemExit) as raised:
            QtAsyncio.run(main())
        self.assertEqual(raised.exception.code, 6)


@unittest.skipUnless(QtCore, "no binding of Qt is installed")
class Joining(Case):
    """An application that runs without asyncio."""

    def in_application(self, function):
        outcome = []

        def call():
            try:
                outcome.append(function())
            except BaseException as exception:
                outcome.append(exception)
            QtCore.QCoreApplication.exit(0)

        QtCore.QTimer.singleShot(0, call)
        _qi._exec_application()
        return outcome[0]

    def test_waits_in_a_nested_event_loop(self):
        async def main():
            await asyncio.sleep(0.001)
            return _qi._event_loops()

        self.assertEqual(self.in_application(lambda: QtAsyncio.run(main(), keep_running=False)), 2)
        self.assertIsNone(asyncio._get_running_loop())

    def test_goes_on_until_the_application_quits(self):
        ended, tasks, loops = [], [], []

        def start():
            tasks.append(QtAsyncio.run(forever(ended)))
            loops.append(asyncio.get_running_loop())
            tasks.append(QtAsyncio.run(value(2)))  # joins the same loop
            tasks[1].add_done_callback(lambda _: QtCore.QCoreApplication.exit(5))

        QtCore.QTimer.singleShot(0, start)
        self.assertEqual(_qi._exec_application(), 5)
        self.assertEqual((tasks[1].result(), tasks[0].cancelled(), ended), (2, True, [True]))
        self.assertTrue(loops[0].is_closed())

    def test_a_loop_of_its_own_is_refused(self):
        loop = QtAsyncio.QAsyncioEventLoop()
        self.addCleanup(loop.close)
        refused = self.in_application(loop.run_forever)
        self.assertIsInstance(refused, RuntimeError)
        self.assertIn("application runs already", str(refused))


class Interrupt(Case):
    def test_cancels_the_coroutine(self):  # T48
        ended = []

        async def main():
            self.timer = kill_soon()
            await forever(ended)

        with self.assertRaises(KeyboardInterrupt):
            QtAsyncio.run(main(), keep_running=False, handle_sigint=True)
        self.timer.join()
        self.assertEqual(ended, [True])

    def test_stops_what_keeps_running(self):  # T48
        ended = []

        async def main():
            self.timer = kill_soon()
            await forever(ended)

        with self.assertRaises(KeyboardInterrupt):
            QtAsyncio.run(main(), handle_sigint=True)
        self.timer.join()
        self.assertEqual(ended, [True])

    def test_coroutine_may_have_the_last_word(self):
        async def main():
            self.timer = kill_soon()
            try:
                await forever()
            except asyncio.CancelledError:
                return "saved"

        self.assertEqual(QtAsyncio.run(main(), keep_running=False, handle_sigint=True), "saved")
        self.timer.join()

    def test_second_one_interrupts_at_once(self):
        async def main():
            self.timer = kill_soon()
            try:
                await forever()
            except asyncio.CancelledError:
                self.second = kill_soon()
                await forever()

        with self.assertRaises(KeyboardInterrupt):
            QtAsyncio.run(main(), keep_running=False, handle_sigint=True)
        self.timer.join()
        self.second.join()

    def test_programs_own_handler_stays(self):
        seen = []

        async def main():
            self.timer = kill_soon()
            while not seen:
                await asyncio.sleep(0.001)
            return "went on"

        signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
        try:
            self.assertEqual(QtAsyncio.run(main(), keep_running=False), "went on")
        finally:
            signal.signal(signal.SIGINT, self.handler)
        self.timer.join()
        self.assertEqual(seen, [signal.SIGINT])

    def test_disposition_that_python_does_not_know_comes_back(self):
        before = _qi._get_signal_action(signal.SIGINT)
        ctypes.CDLL(None).signal(signal.SIGINT, ctypes.c_void_p(1))  # SIG_IGN, as a host in C would say it
        try:
            QtAsyncio.run(value(1), keep_running=False, handle_sigint=True)
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            _qi._set_signal_action(signal.SIGINT, before)
        with self.assertRaises(ValueError):
            _qi._set_signal_action(signal.SIGINT, b"nonsense")
        with self.assertRaises(OSError):
            _qi._get_signal_action(10000)


class Classes(Case):
    def test_names(self):
        self.assertIs(QtAsyncio.QAsyncioTask, asyncio.Task)
        self.assertIs(QtAsyncio.QAsyncioFuture, asyncio.Future)
        self.assertTrue(issubclass(QtAsyncio.QAsyncioTimerHandle, QtAsyncio.QAsyncioHandle))

    def test_policy(self):
        policy = QtAsyncio.QAsyncioEventLoopPolicy(quit_qapp=False)
        policies.set_policy(policy)
        try:
            self.assertEqual(asyncio.run(value(7)), 7)
        finally:
            policies.set_policy(self.policy)
        self.assertEqual(self.quits, [])

    def test_policy_with_quit(self):
        policies.set_policy(QtAsyncio.QAsyncioEventLoopPolicy())
        try:
            self.assertEqual(asyncio.run(value(7)), 7)
        finally:
            policies.set_policy(self.policy)
        self.assertEqual(self.quits, [True])

    def test_run_forever_of_a_loop(self):
        loop = QtAsyncio.QAsyncioEventLoop()
        self.addCleanup(loop.close)
        ran = []
        loop.call_soon(ran.append, 1)
        loop.call_soon(loop.stop)
        loop.run_forever()
        self.assertEqual((ran, loop.is_running(), loop.get_mode()), ([1], False, qi.QiLoopMode.OWNER))

    def test_stop_that_is_pending(self):
        loop = QtAsyncio.QAsyncioEventLoop()
        self.addCleanup(loop.close)
        ran = []
        loop.stop()
        loop.call_soon(ran.append, 1)
        loop.run_forever()
        self.assertEqual(ran, [1])

    def test_closed(self):
        loop = QtAsyncio.QAsyncioEventLoop()
        loop.close()
        for run in (loop.run_forever, lambda: loop.run_until_complete(asyncio.Event().wait())):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                with self.assertRaisesRegex(RuntimeError, "closed"):
                    run()


if __name__ == "__main__":
    unittest.main()
