# SPDX-License-Identifier: BSD-3-Clause
"""Asynchronous tests under pytest and unittest, each in a process of its own; and run() for everything else."""

import asyncio
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest

import qi
from qi.testing import AsyncTestCase, run

# What runs this file: `qi-run -m`, or `python3 -m`.
PROGRAM = [os.readlink("/proc/self/exe")]
GUARD = 60  # seconds; only against a hang

CONFTEST = 'pytest_plugins = ["qi.testing.pytest_plugin"]\n'


class FrameworkCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(textwrap.dedent(text))

    def call(self, *arguments):
        return subprocess.run([*PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=GUARD)


@unittest.skipUnless(importlib.util.find_spec("pytest"), "pytest is not installed")
class Pytest(FrameworkCase):
    def outcomes(self, text, *options, conftest=CONFTEST):
        self.write("conftest.py", conftest)
        self.write("test_it.py", "import asyncio, pytest, qi\nfrom qi.testing import *\n" + textwrap.dedent(text))
        self.ended = self.call("-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", *options)
        found = re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED|XFAIL)\s+(?:test_it.py::|\[1\] test_it.py:)?(\w+)", self.ended.stdout, re.M)
        return {name: outcome for outcome, name in found}

    def test_coroutines_are_tests(self):
        found = self.outcomes("""
            async def test_passes():
                await asyncio.sleep(0)
                assert isinstance(asyncio.get_running_loop(), qi.QiBaseEventLoop)
            async def test_fails():
                await asyncio.sleep(0)
                assert 1 == 2
            async def test_skips():
                pytest.skip("because")
            @pytest.mark.parametrize("n", [1, 2])
            async def test_each(n, tmp_path):
                assert n and tmp_path.is_dir()
            class TestClass:
                async def test_method(self):
                    await asyncio.sleep(0)
            def test_plain():
                pass
        """)
        self.assertEqual(found["test_passes"], "PASSED", self.ended.stdout)
        self.assertEqual((found["test_fails"], found["test_each"], found["TestClass"], found["test_plain"]),
                         ("FAILED", "PASSED", "PASSED", "PASSED"), self.ended.stdout)
        self.assertIn("assert 1 == 2", self.ended.stdout)
        self.assertIn("5 passed", self.ended.stdout)
        self.assertIn("1 skipped", self.ended.stdout)

    def test_what_nobody_handles_fails_the_test(self):
        found = self.outcomes("""
            async def test_callback():
                asyncio.get_running_loop().call_soon(lambda: 1 / 0)
                await settle()
            async def test_task():
                async def fail():
                    raise KeyError("lost")
                task = qi.run_task(fail())
                del task
                await settle()
            def test_good():
                pass
        """)
        self.assertEqual(found, {"test_callback": "FAILED", "test_task": "FAILED", "test_good": "PASSED"}, self.ended.stdout)
        self.assertIn("ZeroDivisionError: division by zero", self.ended.stdout)
        self.assertIn("KeyError: 'lost'", self.ended.stdout)

    def test_fixtures(self):
        found = self.outcomes("""
            log = []
            class Window(FakeObject):
                title: str = ""
            @pytest.fixture
            async def thing():
                await asyncio.sleep(0)
                yield "thing"
                await asyncio.sleep(0)
                log.append("down")
            @pytest.fixture
            async def other(thing):
                return thing + "!"
            async def test_async_fixtures(other):
                assert other == "thing!"
            def test_their_ends():
                assert log == ["down"]
            def test_in_ordinary_tests(thing):
                assert thing == "thing"
            async def test_clock(qi_clock):
                task = asyncio.create_task(asyncio.sleep(60))
                await qi_clock.advance(60)
                assert task.done()
            async def test_host(qi_host):
                qi_host(window=Window())
                assert qi.host.window.title == ""
            def test_host_is_gone():
                with pytest.raises(AttributeError):
                    qi.host.window
            async def test_leaks(qi_leaks):
                test_leaks.task = asyncio.create_task(asyncio.sleep(100), name="the lost one")
        """)
        for name in ("test_async_fixtures", "test_their_ends", "test_in_ordinary_tests", "test_clock", "test_host", "test_host_is_gone"):
            self.assertEqual(found[name], "PASSED", self.ended.stdout)
        self.assertEqual(found["test_leaks"], "ERROR", self.ended.stdout)
        self.assertIn("the lost one", self.ended.stdout)

    def test_asynchronous_fixtures_of_a_wider_scope_are_refused(self):
        found = self.outcomes("""
            @pytest.fixture(scope="module")
            async def thing():
                return 1
            async def test_it(thing): pass
        """)
        self.assertEqual(found, {"test_it": "ERROR"}, self.ended.stdout)
        self.assertIn("scope must be a test's own", self.ended.stdout)

    def test_given_on_the_command_line(self):
        found = self.outcomes("async def test_it(qi_loop): assert qi_loop.is_running()", "-p", "qi.testing.pytest_plugin", conftest="")
        self.assertEqual(found, {"test_it": "PASSED"}, self.ended.stdout)

    @unittest.skipUnless(importlib.util.find_spec("pytest_asyncio"), "pytest-asyncio is not installed")
    def test_tests_of_pytest_asyncio_are_left_to_it(self):
        found = self.outcomes("""
            @pytest.mark.asyncio
            async def test_theirs(request):
                assert not any(type(value).__name__ == "Running" for value in request.node.stash._storage.values())
            async def test_ours(request):
                assert any(type(value).__name__ == "Running" for value in request.node.stash._storage.values())
        """)
        self.assertEqual(found.get("test_ours"), "PASSED", self.ended.stdout)


class Unittest(FrameworkCase):
    def test_cases(self):
        self.write("test_it.py", """
            import asyncio, unittest, qi
            from qi.testing import AsyncTestCase, settle
            log = []
            class T(AsyncTestCase):
                def setUp(self): log.append("setUp")
                async def asyncSetUp(self):
                    await asyncio.sleep(0)
                    log.append("asyncSetUp")
                async def asyncTearDown(self): log.append("asyncTearDown")
                async def test_a(self):
                    self.assertIs(asyncio.get_running_loop(), self.loop)
                    self.addAsyncCleanup(self.clean, 1)
                async def clean(self, n):
                    await asyncio.sleep(0)
                    log.append("clean")
                async def test_b_fails(self):
                    await asyncio.sleep(0)
                    self.fail("on purpose")
                async def test_c_unhandled(self):
                    self.loop.call_soon(lambda: 1 / 0)
                    await settle()
                def test_d_plain(self):
                    self.settle()
                async def test_e_skipped(self):
                    self.skipTest("because")
            class Z(unittest.TestCase):
                def test_order(self):
                    self.assertEqual(log[:5], ["setUp", "asyncSetUp", "asyncTearDown", "clean", "setUp"])
        """)
        ended = self.call("-m", "unittest", "-v", "test_it")
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("on purpose", ended.stderr)
        self.assertIn("ZeroDivisionError", ended.stderr)
        self.assertRegex(ended.stderr, r"FAILED \(failures=2, skipped=1\)")


class Run(unittest.TestCase):
    async def answer(self):
        await asyncio.sleep(0.001)
        return type(asyncio.get_running_loop())

    def test_result(self):
        self.assertTrue(issubclass(run(self.answer()), qi.QiBaseEventLoop))
        self.assertTrue(issubclass(run(self.answer()), qi.QiBaseEventLoop))

    def test_exception(self):
        async def fail():
            await asyncio.sleep(0)
            raise KeyError("x")

        with self.assertRaises(KeyError):
            run(fail())

    def test_what_is_no_coroutine(self):
        self.assertRaises(TypeError, run, 5)

    def test_other_loops(self):
        raised = []

        def stock():
            async def main():
                try:
                    run(self.answer())
                except RuntimeError as error:
                    raised.append(str(error))

            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(main())

        thread = threading.Thread(target=stock)
        thread.start()
        thread.join()
        self.assertIn("use await", raised[0])


class Cases(AsyncTestCase):
    async def test_contexts_are_entered(self):
        log = []

        class Manager:
            async def __aenter__(self):
                return "entered"

            async def __aexit__(self, *exc_info):
                log.append("left")

        self.assertEqual(await self.enterAsyncContext(Manager()), "entered")
        self.addCleanup(self.assertEqual, log, [])

    def test_a_task_of_the_loop(self):
        task = self.loop.create_task(asyncio.sleep(0))
        self.settle()
        self.assertTrue(task.done())


if __name__ == "__main__":
    sys.exit(unittest.main())
