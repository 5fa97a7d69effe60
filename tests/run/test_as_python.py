# SPDX-License-Identifier: BSD-3-Clause
"""What qi-run does exactly as python3 does it."""

import runs

SHOW = """
import sys
print(__name__, sys.argv, repr(sys.path[0]), globals().get("__file__"), __spec__ and __spec__.name)
print(sys.executable, sys.flags.isolated)
"""

FAIL = """
def inner():
    raise ValueError("with cause") from KeyError("cause")

def outer():
    inner()

outer()
"""


class Surroundings(runs.RunCase):
    def test_script(self):
        self.write("show.py", SHOW)
        self.assert_alike("show.py", "one", "-m", "--loop=guest")

    def test_script_in_a_folder(self):
        self.write("sub/show.py", SHOW + "import beside; print(beside.x)\n")
        self.write("sub/beside.py", "x = 5\n")
        self.assert_alike("sub/show.py")

    def test_folder_with_main(self):
        self.write("app/__main__.py", SHOW)
        self.assert_alike("app", "argument")

    def test_module(self):
        self.write("pack/__init__.py", "")
        self.write("pack/__main__.py", SHOW)
        self.write("single.py", SHOW)
        self.assert_alike("-m", "pack", "-x")
        self.assert_alike("-m", "single")

    def test_code(self):
        self.assert_alike("-c", SHOW, "a", "b")

    def test_stdin(self):
        self.assert_alike("-", "a", input=SHOW)

    def test_pythonpath_is_honoured(self):
        self.write("elsewhere/found.py", "print('found')\n")
        self.assert_alike("-c", "import found", PYTHONPATH="elsewhere")

    def test_stdin_is_the_scripts(self):
        self.assert_alike("-c", "print(input(), input())", input="one\ntwo\n")

    def test_main_is_importable_by_name(self):
        self.write("pick.py", "import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))))\n")
        self.assert_alike("pick.py")


class Ends(runs.RunCase):
    def test_exit_status(self):
        for end in ("", "raise SystemExit", "import sys; sys.exit(7)", "raise SystemExit('a text')",
                    "raise SystemExit(-1)", "raise SystemExit(None)", "exit()", "raise SystemExit(1000)"):
            with self.subTest(end):
                self.assert_alike("-c", end)

    def test_uncaught_exception(self):
        self.write("fail.py", FAIL)
        self.assertEqual(self.assert_alike("fail.py").returncode, 1)

    def test_uncaught_exception_in_a_module(self):
        self.write("fail.py", FAIL)
        self.assert_alike("-m", "fail")

    def test_syntax_error(self):
        self.write("bad.py", "x = 1\ndef f(:\n")
        self.assert_alike("bad.py")

    def test_excepthook_of_the_script(self):
        self.assert_alike("-c", "import sys\nsys.excepthook = lambda *a: print('hook', a[0])\n1 / 0")

    def test_thread_exceptions(self):
        code = "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()"
        self.assert_alike("-c", code)

    def test_exit_functions_and_threads(self):
        self.assert_alike("-c", """
import atexit, threading
atexit.register(print, "at exit")
go = threading.Event()
def work():
    go.wait()
    print("thread")
threading.Thread(target=work).start()
go.set()
""")

    def test_exit_functions_see_the_script(self):
        self.assert_alike("-c", "import atexit\nx = [1]\natexit.register(lambda: print(x))")

    def test_executors_that_nobody_shuts_down(self):
        code = """
import sys
from concurrent.futures import ThreadPoolExecutor
sys.executor = ThreadPoolExecutor()
print(sys.executor.submit(pow, 2, 3).result())
"""
        for end in "", "raise SystemExit(3)":
            self.assert_alike("-c", code + end)

    def test_interrupt(self):
        # python3 ends itself by the signal, which a shell reports as 130.
        code = "import os, signal\ntry: os.kill(os.getpid(), signal.SIGINT)\nfinally: print('finally')"
        for loop in "guest", "owner", "none":
            found = self.qi_run("--loop=" + loop, "-c", code)
            self.assertEqual((found.returncode, found.stdout), (130, "finally\n"))
            self.assertIn("KeyboardInterrupt", found.stderr)

    def test_warnings_and_logging(self):
        code = "import warnings, logging\nwarnings.warn('w')\nlogging.getLogger('x').warning('logged')"
        self.assert_alike("-c", code)

    def test_missing(self):
        found = self.qi_run("nothing.py")
        self.assertEqual(found.returncode, 2)
        self.assertIn("nothing.py", found.stderr)
        self.assertEqual(self.qi_run("--loop=none", "-m", "no_such_module").returncode, 1)


class Asyncio(runs.RunCase):
    def test_asyncio_run_without_a_loop_of_ours(self):
        self.assert_alike("-c", """
import asyncio
async def main():
    await asyncio.sleep(0)
    print(type(asyncio.get_running_loop()).__name__)
asyncio.run(main())
""")

    def test_unhandled_exception_in_a_task(self):
        self.assert_alike("-c", """
import asyncio
async def main():
    asyncio.get_running_loop().call_soon(int, "x")
    await asyncio.sleep(0.001)
asyncio.run(main())
""")

    def test_subprocesses_of_multiprocessing(self):
        self.write("spawn.py", """
import multiprocessing
def work(x): return x * 2
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    with multiprocessing.Pool(1) as pool:
        print(pool.map(work, [1, 2]))
""")
        self.assert_alike("spawn.py")


if __name__ == "__main__":
    runs.main()
