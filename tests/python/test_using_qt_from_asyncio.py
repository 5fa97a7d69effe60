# SPDX-License-Identifier: BSD-3-Clause
"""using_qt_from_asyncio() and the policies: asyncio.run() on qi's loops."""

import asyncio
import subprocess
import sys
import threading
import unittest
import unittest.mock
import warnings

import _qi
import qi
from app_support import application
from qi._loop import policies


async def what_runs():
    await asyncio.sleep(0.001)
    loop = asyncio.get_running_loop()
    return type(loop), loop.get_mode(), _qi._event_loops()


OWNER = (qi.QiDefaultEventLoop, qi.QiLoopMode.OWNER, 1)


class Block(unittest.TestCase):
    def setUp(self):
        self.before = policies.get_policy()
        self.addCleanup(lambda: self.assertIs(policies.get_policy(), self.before))
        catcher = warnings.catch_warnings()
        catcher.__enter__()
        self.addCleanup(catcher.__exit__, None, None, None)
        warnings.simplefilter("error", DeprecationWarning)

    def test_asyncio_run_runs_a_qt_event_loop(self):
        with qi.using_qt_from_asyncio():
            self.assertEqual(asyncio.run(what_runs()), OWNER)
            self.assertEqual(asyncio.run(what_runs()), OWNER)

    def test_runner(self):
        with qi.using_qt_from_asyncio(), asyncio.Runner() as runner:
            self.assertEqual(runner.run(what_runs()), OWNER)

    def test_loop_is_a_stock_one_again_after_it(self):
        with qi.using_qt_from_asyncio():
            pass
        loop = asyncio.new_event_loop()
        loop.close()
        self.assertNotIsInstance(loop, qi.QiBaseEventLoop)

    def test_policy_comes_back_after_an_exception(self):
        for kind in (LookupError, SystemExit, KeyboardInterrupt):

            async def main():
                raise kind

            with self.assertRaises(kind), qi.using_qt_from_asyncio():
                asyncio.run(main())
            self.assertIs(policies.get_policy(), self.before)

    def test_nested(self):
        with qi.using_qt_from_asyncio():
            outer = policies.get_policy()
            with qi.using_qt_from_asyncio():
                self.assertEqual(asyncio.run(what_runs()), OWNER)
            self.assertIs(policies.get_policy(), outer)
            self.assertEqual(asyncio.run(what_runs()), OWNER)

    def test_policy_of_somebody_else_comes_back(self):
        class Own(qi.QiSelectorEventLoopPolicy):
            pass

        own = Own()
        policies.set_policy(own)
        self.addCleanup(policies.set_policy, self.before)
        with qi.using_qt_from_asyncio():
            pass
        self.assertIs(policies.get_policy(), own)
        policies.set_policy(self.before)

    def test_policy_holds_for_all_threads(self):
        kinds = []
        with qi.using_qt_from_asyncio():
            thread = threading.Thread(target=lambda: kinds.append(asyncio.run(what_runs())))
            thread.start()
            thread.join()
        self.assertEqual(kinds, [OWNER])

    def test_subprocess(self):
        async def main():
            process = await asyncio.create_subprocess_exec("echo", "hello", stdout=subprocess.PIPE)
            out, _ = await process.communicate()
            return out, process.returncode

        with qi.using_qt_from_asyncio():
            self.assertEqual(asyncio.run(main()), (b"hello\n", 0))


class Quit(unittest.TestCase):
    """Where asyncio drives, the application's end is what it is under exec()."""

    def setUp(self):
        self.quits = []
        application().aboutToQuit.connect(self.on_quit)
        self.addCleanup(lambda: application().aboutToQuit.disconnect(self.on_quit))

    def on_quit(self):
        self.quits.append(True)

    def each_way(self):
        def in_block(main):
            with qi.using_qt_from_asyncio():
                return asyncio.run(main)

        def in_runner(main):
            with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
                return runner.run(main)

        def as_qtasyncio_does(main):
            return qi.QtAsyncio.run(main, keep_running=False)

        for way in (in_block, in_runner, as_qtasyncio_does):
            with self.subTest(way.__name__):
                self.quits.clear()
                yield way

    def test_an_event_that_about_to_quit_sets_ends_the_run(self):
        async def main():
            event = asyncio.Event()
            application().aboutToQuit.connect(event.set)
            try:
                asyncio.get_running_loop().call_later(0.001, application().quit)
                await event.wait()
                await asyncio.sleep(0.001)
                return "ended"
            finally:
                application().aboutToQuit.disconnect(event.set)

        for run in self.each_way():
            self.assertEqual(run(main()), "ended")
            self.assertEqual(self.quits, [True])

    def test_quit_may_be_called_at_once(self):
        async def main():
            application().quit()
            await asyncio.sleep(0.001)
            return "ended"

        for run in self.each_way():
            self.assertEqual(run(main()), "ended")
            self.assertEqual(self.quits, [True])

    def test_one_who_does_not_end_is_named_and_cleans_up(self):
        cleaned = []

        async def endless():
            asyncio.get_running_loop().call_later(0.001, application().quit)
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.001)
                cleaned.append(True)

        with unittest.mock.patch("qi._loop.loop.QUIT_GRACE", 0.01), unittest.mock.patch("qi.QtAsyncio.QUIT_GRACE", 0.01):
            for run in self.each_way():
                cleaned.clear()
                with self.assertRaisesRegex(RuntimeError, "application quit before .*endless.* had ended"):
                    run(endless())
                self.assertEqual((cleaned, self.quits), ([True], [True]))

    def test_the_end_of_the_run_is_none_of_the_applications(self):
        with qi.using_qt_from_asyncio():
            for _ in range(3):
                asyncio.run(what_runs())
        self.assertEqual(self.quits, [])

    def test_sys_exit_is_none_either(self):
        async def main():
            raise SystemExit(3)

        with self.assertRaises(SystemExit), qi.using_qt_from_asyncio():
            asyncio.run(main())
        self.assertEqual(self.quits, [])
        with qi.using_qt_from_asyncio():
            self.assertEqual(asyncio.run(what_runs()), OWNER)

    def test_run_forever_ends(self):
        loop = qi.new_event_loop()
        self.addCleanup(loop.close)
        for times in (1, 2):
            loop.call_later(0.001, application().quit)
            loop.run_forever()
            self.assertEqual(self.quits, [True] * times)

    def test_event_loop_inside_goes_on_to_its_own_end(self):
        seen = []

        def dialog():
            event_loop = _qi._new_event_loop()
            asyncio.get_running_loop().call_later(0.001, seen.append, "asyncio goes on until main() ends")
            timer = threading.Timer(0.05, _qi._quit_event_loop, [event_loop])
            timer.start()
            _qi._exec_event_loop(event_loop)
            timer.join()
            seen.append("closed")

        async def main():
            asyncio.get_running_loop().call_soon(dialog)
            await asyncio.sleep(0.01)
            seen.append("main")

        with qi.using_qt_from_asyncio():
            asyncio.run(main())
        self.assertEqual(seen, ["asyncio goes on until main() ends", "main", "closed"])
        self.assertEqual(self.quits, [])

    def test_nested_in_the_application_it_is_an_event_loop_of_its_own(self):
        ran = []

        def slot():
            loop = qi.new_event_loop()
            ran.append(loop.run_until_complete(what_runs()))
            loop.close()
            _qi._exit_event_loops(0)

        with qi.using_asyncio_from_qt() as guest:
            guest.call_soon(lambda: asyncio._set_running_loop(None) or slot())
            _qi._exec_application()
        self.assertEqual(ran, [(qi.QiDefaultEventLoop, qi.QiLoopMode.OWNER, 2)])


class Policies(unittest.TestCase):
    def test_selector_policy_makes_selector_loops(self):
        loop = qi.QiSelectorEventLoopPolicy().new_event_loop()
        self.addCleanup(loop.close)
        self.assertIs(type(loop), qi.QiSelectorEventLoop)
        self.assertIs(loop.get_mode(), qi.QiLoopMode.OWNER)

    def test_it_is_the_default(self):
        self.assertIs(qi.QiDefaultEventLoopPolicy, qi.QiSelectorEventLoopPolicy)
        self.assertIs(qi.QiDefaultEventLoop, qi.QiSelectorEventLoop)

    def test_it_is_a_policy_of_asyncios(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.assertIsInstance(qi.QiSelectorEventLoopPolicy(), asyncio.AbstractEventLoopPolicy)

    def test_set_as_the_policy(self):
        before = policies.get_policy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            asyncio.set_event_loop_policy(qi.QiDefaultEventLoopPolicy())
        try:
            self.assertEqual(asyncio.run(what_runs()), OWNER)
        finally:
            policies.set_policy(before)

    @unittest.skipIf(sys.platform == "win32", "Windows has it")
    def test_proactor_is_refused_by_name(self):
        for kind in (qi.QiProactorEventLoop, qi.QiProactorEventLoopPolicy):
            with self.assertRaisesRegex(NotImplementedError, f"{kind.__name__}.*Windows.*QiSelectorEventLoop"):
                kind()
        self.assertIsInstance(NotImplementedError(), RuntimeError)

    def test_where_python_has_none(self):
        class Events:
            pass

        real, policies.events = policies.events, Events
        try:
            with self.assertRaisesRegex(RuntimeError, "loop_factory=qi.new_event_loop"):
                with qi.using_qt_from_asyncio():
                    self.fail("entered")
        finally:
            policies.events = real
        with self.assertRaisesRegex(RuntimeError, "loop_factory=qi.new_event_loop"):
            policies._NoPolicy()


class LoopFactory(unittest.TestCase):
    def test_of_a_runner(self):
        with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
            self.assertEqual(runner.run(what_runs()), OWNER)

    @unittest.skipIf(sys.version_info < (3, 12), "asyncio.run() takes a loop_factory from 3.12 on")
    def test_of_run(self):
        self.assertEqual(asyncio.run(what_runs(), loop_factory=qi.new_event_loop), OWNER)


if __name__ == "__main__":
    unittest.main()
