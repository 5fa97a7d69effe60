# SPDX-License-Identifier: BSD-3-Clause
"""What qi-run has and python3 has not: applications and loops."""

import signal
import subprocess
import sys
import unittest

import runs

try:
    import PyQt6.QtWidgets  # noqa: F401
except ImportError:
    PyQt6 = None


class Options(runs.RunCase):
    def test_help_and_version(self):
        found = self.qi_run("--help")
        self.assertEqual(found.returncode, 0)
        self.assertIn("--loop=KIND", found.stdout)
        self.assertRegex(self.qi_run("--version").stdout, r"^qi-run \d+\.\d+\.\d+\n$")

    def test_wrong_command_lines(self):
        for wrong in ([], ["--app=tk", "x.py"], ["--loop=x", "x.py"], ["--nothing", "x.py"], ["-m"], ["-c"],
                      ["--app=none", "--loop=guest", "x.py"], ["--stay", "--loop=owner", "x.py"], ["--venv=a", "--home=b", "x.py"]):
            with self.subTest(wrong):
                found = self.qi_run(*wrong)
                self.assertEqual((found.returncode, found.stdout), (2, ""))
                self.assertIn("qi-run:", found.stderr)

    def test_an_argument_that_is_no_text(self):
        for given in ([b"\xff.py"], ["-c", "1", b"a\xffb"], ["doctor", b"\xed\xa0\x80"], ["plugin", "check", b"\xff"]):
            with self.subTest(given):
                found = self.qi_run(*given)
                self.assertEqual((found.returncode, found.stdout), (2, ""))
                self.assertTrue(found.stderr.startswith(f"qi-run: argument {len(given)} is not UTF-8\n"), found.stderr)

    def test_wrong_home(self):
        found = self.qi_run("--home=/no/such/folder", "-c", "1")
        self.assertEqual(found.returncode, 1)
        self.assertIn("/no/such/folder", found.stderr)


class Applications(runs.RunCase):
    def test_the_kind_of_application(self):
        for kind, name in (("core", "QCoreApplication"), ("gui", "QGuiApplication"), ("widgets", "QApplication")):
            with self.subTest(kind):
                found = self.qi_run(f"--app={kind}", "-c", "import qi; print(qi.host.app.class_name); exit(0)")
                self.assertEqual((found.stdout, found.returncode), (name + "\n", 0), found.stderr)

    @unittest.skipUnless(PyQt6, "PyQt6 is not installed")
    def test_no_application_lets_the_script_make_one(self):
        self.write("own.py", """
import sys, qi, asyncio
from PyQt6.QtCore import QCoreApplication
assert QCoreApplication.instance() is None
app = QCoreApplication(sys.argv)
async def main():
    await asyncio.sleep(0.001)
    return type(asyncio.get_running_loop()).__name__
with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
    print(runner.run(main()))
""")
        found = self.qi_run("--app=none", "own.py")
        self.assertEqual((found.stdout, found.returncode), ("QiSelectorEventLoop\n", 0), found.stderr)


class Loops(runs.RunCase):
    def test_guest_goes_on_after_the_top_level_until_quit(self):
        found = self.qi_run("-c", """
import asyncio, qi
async def later():
    await asyncio.sleep(0.01)
    print("later")
    qi.quit(5)
asyncio.get_running_loop().create_task(later())
print("top level")
""")
        self.assertEqual((found.stdout, found.returncode), ("top level\nlater\n", 5), found.stderr)

    def test_guest_ends_by_the_applications_quit(self):
        found = self.qi_run("--stay", "-c", """
import asyncio, qi
asyncio.get_running_loop().call_later(0.01, qi.host.app.quit)
""")
        self.assertEqual(found.returncode, 0, found.stderr)

    def test_guest_ends_when_nothing_is_left(self):
        found = self.qi_run("-c", """
import asyncio, qi
async def parent():
    await asyncio.sleep(0.01)
    print("parent")
    asyncio.create_task(child())
async def child():
    await asyncio.sleep(0.01)
    print("child")
loop = asyncio.get_running_loop()
loop.call_soon(print, "soon")
qi.run_task(parent())
""")
        self.assertEqual((found.stdout, found.returncode), ("soon\nparent\nchild\n", 0), found.stderr)

    def test_guest_goes_on_while_a_window_is_open(self):
        # In the second case a task ends while the window is open, which is no end either.
        for first in ("", "qi.run_task(asyncio.sleep(0))"):
            found = self.qi_run("--app=widgets", "-c", f"""
import asyncio, qi
from PyQt6.QtWidgets import QWidget
window = QWidget()
window.show()
def closing():
    print("closing", flush=True)
    window.close()
{first}
asyncio.get_running_loop().call_later(0.05, closing)
""")
            if "No module named 'PyQt6'" in found.stderr:
                self.skipTest("PyQt6 is not installed")
            self.assertEqual((found.stdout, found.returncode), ("closing\n", 0), found.stderr)

    def test_guest_goes_on_while_a_callback_runs_an_event_loop(self):
        found = self.qi_run("-c", """
import asyncio, _qi
def callback():
    inner = _qi._new_event_loop()
    asyncio.get_running_loop().call_later(0.2, _qi._quit_event_loop, inner)
    _qi._exec_event_loop(inner)
    print("returned")
asyncio.get_running_loop().call_soon(callback)
""")
        self.assertEqual((found.stdout, found.returncode), ("returned\n", 0), found.stderr)

    def test_a_script_that_runs_loops_of_its_own(self):
        source = """
import asyncio, unittest
async def main(n):
    await asyncio.sleep(0.001)
    return n
print(asyncio.run(main(1)))
with asyncio.Runner() as runner:
    print(runner.run(main(2)), runner.run(main(3)))
loop = asyncio.new_event_loop()
print(loop.run_until_complete(main(4)))
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
async def inner():
    asyncio.run(main(5))
try:
    asyncio.run(inner())
except RuntimeError as error:
    print(error)
"""
        own = self.call(sys.executable, "-W", "ignore", "-c", source)
        self.assertIn("cannot be called from a running event loop", own.stdout)
        found = self.qi_run("-c", source)
        self.assertEqual((found.stdout, found.returncode), (own.stdout, 0), found.stderr)

    def test_tasks_wait_while_a_script_runs_a_loop_of_its_own(self):
        found = self.qi_run("-c", """
import asyncio, qi
async def nap(name):
    await asyncio.sleep(0.001)
    print(name, asyncio.get_running_loop() is loop)
loop = asyncio.get_running_loop()
qi.run_task(nap("guest"))
asyncio.run(nap("own"))
assert asyncio.get_running_loop() is loop
try:
    loop.stop()
except RuntimeError as error:
    print("refused")
""")
        self.assertEqual((found.stdout, found.returncode), ("own False\nrefused\nguest True\n", 0), found.stderr)

    def test_guest_ends_by_exit_in_a_task(self):
        found = self.qi_run("-c", """
import asyncio, sys
async def leave():
    await asyncio.sleep(0)
    sys.exit(9)
asyncio.get_running_loop().create_task(leave())
""")
        self.assertEqual(found.returncode, 9, found.stderr)

    def test_guest_prints_exceptions_of_tasks_and_goes_on(self):
        found = self.qi_run("-c", """
import asyncio, qi
async def fail(): raise ValueError("seen")
async def end():
    await asyncio.sleep(0.01)
    qi.quit()
loop = asyncio.get_running_loop()
loop.create_task(fail())
ending = loop.create_task(end())
""")
        self.assertEqual(found.returncode, 0)
        self.assertIn("ValueError: seen", found.stderr)

    def test_guest_cleans_up_at_the_end(self):
        found = self.qi_run("-c", """
import asyncio, qi
async def work():
    try: await asyncio.sleep(1000)
    finally: print("cleaned")
loop = asyncio.get_running_loop()
task = loop.create_task(work())
loop.call_later(0.01, qi.quit)
""")
        self.assertEqual((found.stdout, found.returncode), ("cleaned\n", 0), found.stderr)

    def test_interrupt_ends_the_event_loop(self):
        process = subprocess.Popen(
            [runs.QI_RUN, "--stay", "-c", "print('ready', flush=True)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(runs.GUARD), 130)

    def test_pythons_signal_handler_runs_while_the_guest_is_idle(self):
        # As systemd ends a service: Qt waits, nothing of Python's runs, and nothing will.
        self.write("waits.py", """
import asyncio, os, signal
def handler(number, frame):
    os._exit(5)
signal.signal(signal.SIGTERM, handler)
async def wait():
    print("ready", flush=True)
    await asyncio.Event().wait()
task = asyncio.get_running_loop().create_task(wait())
""")
        for options in (["--loop=guest"], ["--app=core", "--loop=guest"], []):
            with self.subTest(options):
                process = subprocess.Popen([runs.QI_RUN, *options, "waits.py"], stdout=subprocess.PIPE, cwd=self.folder)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.kill)
                self.assertEqual(process.stdout.readline(), b"ready\n")
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(runs.GUARD), 5)

    def test_owner_makes_asyncio_run_use_our_loop(self):
        found = self.qi_run("--loop=owner", "-c", """
import asyncio, qi
async def main():
    await asyncio.sleep(0.001)
    loop = asyncio.get_running_loop()
    print(type(loop).__name__, loop.get_mode().name)
    return 3
print(asyncio.run(main()))
""")
        self.assertEqual((found.stdout, found.returncode), ("QiSelectorEventLoop OWNER\n3\n", 0), found.stderr)


class Tools(runs.RunCase):
    def setUp(self):
        super().setUp()
        self.write("test_it.py", """
import asyncio, unittest
class T(unittest.TestCase):
    def test_running(self): self.assertEqual(type(asyncio.get_running_loop()).__name__, "QiSelectorEventLoop")
class A(unittest.IsolatedAsyncioTestCase):
    async def test_async(self): await asyncio.sleep(0)
class F(unittest.TestCase):
    def test_fails(self): self.fail("on purpose")
""")

    def test_unittest(self):
        found = self.qi_run("-m", "unittest", "test_it.T")
        self.assertEqual(found.returncode, 0, found.stderr)
        found = self.qi_run("-m", "unittest", "test_it.F")
        self.assertEqual(found.returncode, 1)
        self.assertIn("on purpose", found.stderr)
        for loop in ("guest", "owner"):
            found = self.qi_run(f"--loop={loop}", "-m", "unittest", "test_it.A")
            self.assertEqual(found.returncode, 0, found.stderr)

    def test_pytest(self):
        try:
            import pytest  # noqa: F401
        except ImportError:
            self.skipTest("pytest is not installed")
        for test in ("T", "A"):
            found = self.qi_run("-m", "pytest", "-q", "-p", "no:cacheprovider", f"test_it.py::{test}")
            self.assertEqual(found.returncode, 0, found.stdout)
        found = self.qi_run("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py::F")
        self.assertEqual(found.returncode, 1, found.stdout)


class ClosedLoop(runs.RunCase):
    def test_end_of_a_runtime_whose_loop_was_closed(self):
        code = "import asyncio, qi\nfor loop in loops: loop.close()\nprint(len(loops), loops[0].is_closed())"
        found = "import gc, asyncio\nloops = [o for o in gc.get_objects() if isinstance(o, asyncio.AbstractEventLoop)]\n"
        ended = self.qi_run("--loop=none", "-c", found + code)
        self.assertEqual((ended.stdout, ended.stderr, ended.returncode), ("1 True\n", "", 0))


class Forks(runs.RunCase):
    MODES = ["--app=core", "--loop=guest"], ["--loop=owner"], ["--loop=none"], ["--app=none"]
    PARENT = """
import os, sys
def tell(pid):
    print("child:", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    os._exit(0)
"""

    def ends(self, text, modes=MODES):
        """How a script's child ends, which must be as under python3, and so must what it writes."""
        self.write("forks.py", self.PARENT + text)
        expected = self.call(sys.executable, "forks.py")
        for options in modes:
            with self.subTest(options):
                found = self.qi_run(*options, "forks.py")
                self.assertEqual(
                    (found.stdout, found.stderr, found.returncode), (expected.stdout, expected.stderr, expected.returncode)
                )
        return expected.stdout

    def test_a_child_ends_with_the_status_of_its_own(self):
        for end, status in (
            ("sys.exit(3)", 3), ("sys.exit()", 0), ("sys.exit('a text')", 1), ("os._exit(4)", 4),
            ("raise ValueError('of the child')", 1), ("print('here', flush=True)", 0),
        ):
            with self.subTest(end):
                output = self.ends(f"""
pid = os.fork()
if pid == 0:
    {end}
else:
    tell(pid)
""")
                self.assertIn(f"child: {status}\n", output)

    def test_a_childs_exit_functions_run(self):
        output = self.ends("""
import atexit
atexit.register(print, "exit function")
pid = os.fork()
if pid == 0:
    sys.exit(3)
tell(pid)
""")
        self.assertEqual(output, "exit function\nchild: 3\n")

    def test_a_child_on_a_terminal_of_its_own(self):
        self.ends("""
import pty
pid, fd = pty.fork()
if pid == 0:
    sys.exit(3)
tell(pid)
""")

    def test_a_child_of_multiprocessing(self):
        output = self.ends("""
import multiprocessing
def work(): sys.exit(6)
process = multiprocessing.get_context("fork").Process(target=work)
process.start(); process.join()
print(process.exitcode, flush=True)
os._exit(0)
""")
        self.assertEqual(output, "6\n")

    def test_a_child_that_forks_in_a_coroutine(self):
        for end in ("sys.exit(3)", "os._exit(4)", "return"):
            with self.subTest(end):
                self.ends(f"""
import asyncio
async def main():
    await asyncio.sleep(0.001)
    pid = os.fork()
    if pid == 0:
        {end}
    else:
        tell(pid)
asyncio.run(main())
""", modes=(["--loop=owner"], ["--loop=none"], ["--app=none"]))

    def test_a_child_of_a_guests_task(self):
        for end, status in (("sys.exit(3)", 3), ("os._exit(4)", 4), ("raise ValueError('of the child')", 1), ("return", 0)):
            with self.subTest(end):
                self.write("forks.py", self.PARENT + f"""
import asyncio
async def main():
    await asyncio.sleep(0.001)
    pid = os.fork()
    if pid == 0:
        {end}
    else:
        tell(pid)
task = asyncio.get_running_loop().create_task(main())
""")
                found = self.qi_run("--app=core", "--loop=guest", "forks.py")
                self.assertEqual((found.stdout, found.returncode), (f"child: {status}\n", 0), found.stderr)
                if "raise" not in end:
                    self.assertEqual(found.stderr, "")


if __name__ == "__main__":
    runs.main()
