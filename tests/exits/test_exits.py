# SPDX-License-Identifier: BSD-3-Clause
"""What sys.exit() does, by where it is called and where that runs: each cell of the table in docs/guide/errors.md."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest

GUARD = 60  # seconds; only against a hang
STATUS = 3
CALLED_AT_EXIT = "sys:exit" if sys.version_info < (3, 13) else "-"  # of which Python does not tell the function any more
OF_TASKS = "target __main__:slot; task Task-NUMBER; signal QObject::objectNameChanged(QString)"
# An eager task raises that in its constructor: it has no coroutine any more, and nobody has got it.
OF_FIRST_STEPS = OF_TASKS if sys.version_info < (3, 12) else "target -; task Task-NUMBER; signal -"
HAS_BINDING = importlib.util.find_spec("PyQt6") is not None

PRELUDE = """\
import asyncio, atexit, sys, threading
import qi
def leave():
    sys.exit(3)
async def leave_later():
    await asyncio.sleep(0)
    sys.exit(3)
async def wait():
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)
"""
BINDING = "from PyQt6 import QtCore\n"

# Who raises. begin() is called where the loop runs; a program that is to go on calls end() by itself.
TASK = "def begin(): globals().update(kept=asyncio.get_running_loop().create_task(leave_later(), name='leaver'))\n"
CALLBACK = "def begin(): asyncio.get_running_loop().call_soon(leave)\n"
SLOT_OF_OURS = """\
def slot(name): leave()
def begin():
    qi.host.app.objectNameChanged.connect(slot)
    asyncio.get_running_loop().call_soon(setattr, qi.host.app, "objectName", "renamed")
"""
SLOT_OF_A_PROXY = BINDING + """\
timer = QtCore.QTimer()
def begin():
    qi.from_binding(timer).timeout.connect(leave)
    timer.start(0)
"""
SLOT_OF_A_BINDING = BINDING + "def begin(): QtCore.QTimer.singleShot(0, leave)\n"
THREAD = """\
def begin():
    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    end()
"""
ATEXIT = """\
def begin():
    atexit.register(sys.exit, 3)
    end()
"""

# Where it runs. What the place is comes first, then the raiser, then what runs both.
MAIN = """\
async def main():
    global end
    task = asyncio.create_task(wait())
    end = task.cancel
    await asyncio.sleep(0)
    begin()
    try:
        await task
    except asyncio.CancelledError:
        if asyncio.current_task().cancelling():
            raise
"""
RAISED = """\
except SystemExit as error:
    print("raised", error.code, flush=True)
    raise
"""
APPLICATION = BINDING + "application = QtCore.QCoreApplication([])\nend = lambda: QtCore.QTimer.singleShot(0, application.quit)\n"


def in_host(raiser):
    return "end = lambda: asyncio.get_running_loop().call_soon(qi.host.app.quit)\n" + raiser + "begin()\n"


def in_guest(raiser):
    waiter = "waiter = asyncio.get_running_loop().create_task(wait())\nasyncio.get_running_loop().call_later(0.001, begin)\n"
    return "end = qi.quit\n" + raiser + waiter


def in_asyncio_run(raiser):
    return raiser + MAIN + "asyncio.run(main())\n"


def in_exec(raiser):
    """Without a loop that runs: Qt's own."""
    return raiser + "begin()\nsys.exit(QtCore.QCoreApplication.instance().exec())\n"


def in_block_from_qt(raiser):
    return APPLICATION + raiser + """\
try:
    with qi.using_asyncio_from_qt() as loop:
        waiter = loop.create_task(wait())
        loop.call_later(0.001, begin)
        application.exec()
""" + RAISED


def in_block_from_asyncio(raiser):
    return APPLICATION + raiser + MAIN + """\
try:
    with qi.using_qt_from_asyncio():
        asyncio.run(main())
""" + RAISED


def in_guest_of_its_own(raiser, execute="application.exec()"):
    return APPLICATION + raiser + f"""\
loop = qi.new_event_loop()
loop.set_mode(qi.QiLoopMode.GUEST)
loop.start()
loop.call_later(0.001, begin)
try:
    {execute}
""" + RAISED


def in_guest_of_an_event_loop(raiser):
    program = "event_loop = QtCore.QEventLoop()\nend = lambda: QtCore.QTimer.singleShot(0, event_loop.quit)\n"
    return in_guest_of_its_own(program + raiser, "event_loop.exec()")


HOST, GUEST, OWNER, NONE = "C++ host", "`qi-run --loop=guest`", "`--loop=owner`", "`--loop=none`"
FROM_QT, FROM_ASYNCIO = "`using_asyncio_from_qt()`", "`using_qt_from_asyncio()`"
OWN, PLAIN = "own guest, `app.exec()`", "own guest, `QEventLoop.exec()`"

RAISERS = {
    "a task": TASK,
    "a callback": CALLBACK,
    "a slot of ours": None,
    "a slot of a binding": SLOT_OF_A_BINDING,
    "a thread": THREAD,
    "`atexit`": ATEXIT,
}

# What happens, in the words of the table.
TABLE = {
    HOST: ("reported", "reported", "reported", "reported", "its end", "reported"),
    GUEST: ("exits", "exits", "exits", "exits", "its end", "on stderr"),
    OWNER: ("exits", "exits", "exits", "exits", "its end", "on stderr"),
    NONE: ("exits", "exits", "exits", "exits", "its end", "on stderr"),
    FROM_QT: ("raised", "raised", "raised", "the binding's", "its end", "on stderr"),
    FROM_ASYNCIO: ("raised", "raised", "raised", "the binding's", "its end", "on stderr"),
    OWN: ("raised", "raised", "raised", "the binding's", "its end", "on stderr"),
    PLAIN: ("raised", "raised", "raised", "the binding's", "its end", "on stderr"),
}
CELLS = {(who, where): word for where, words in TABLE.items() for who, word in zip(RAISERS, words, strict=True)}


def program_of(who, where):
    raiser = RAISERS[who]
    if raiser is None:
        raiser = SLOT_OF_OURS if where in (HOST, GUEST, OWNER, NONE) else SLOT_OF_A_PROXY
    if where == NONE:
        return (in_exec if who == "a slot of a binding" else in_asyncio_run)(raiser)
    return {
        HOST: in_host,
        GUEST: in_guest,
        OWNER: in_asyncio_run,
        FROM_QT: in_block_from_qt,
        FROM_ASYNCIO: in_block_from_asyncio,
        OWN: in_guest_of_its_own,
        PLAIN: in_guest_of_an_event_loop,
    }[where](raiser)


class ExitCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "program.py")

    def run_program(self, text, *command):
        with open(self.path, "w") as file:
            file.write(PRELUDE + text)
        environment = dict(os.environ)
        if command != (sys.executable,):
            environment.pop("PYTHONPATH", None)  # the extension's: the library brings the package along
        return subprocess.run([*command, self.path], capture_output=True, text=True, timeout=GUARD, env=environment)

    def run_in(self, where, text):
        options = {
            HOST: [os.environ["QI_HOST"]],
            GUEST: [os.environ["QI_RUN"], "--loop=guest"],
            OWNER: [os.environ["QI_RUN"], "--loop=owner"],
            NONE: [os.environ["QI_RUN"], "--loop=none"],
        }
        return self.run_program(text, *options.get(where, [sys.executable]))

    def assert_ended(self, ended, status, *lines):
        report = f"status {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        stdout = re.sub(r"\bTask-\d+", "Task-NUMBER", ended.stdout)
        self.assertEqual((ended.returncode, stdout.splitlines()), (status, list(lines)), report)
        self.assertNotIn("Fatal Python error", ended.stderr, report)


class Cells(ExitCase):
    """A test for each cell is added below."""

    def check(self, who, where):
        text = program_of(who, where)
        if "PyQt6" in text and not HAS_BINDING:
            self.skipTest("PyQt6 is not installed")
        ended = self.run_in(where, text)
        getattr(self, "check_" + re.sub(r"\W", "_", CELLS[who, where]))(ended, who, where)

    def check_reported(self, ended, who, where):
        names = {
            "a task": "target __main__:leave_later; task leaver; signal -",
            "a callback": "target __main__:leave; task -; signal -",
            "a slot of ours": "target __main__:slot; task -; signal QObject::objectNameChanged(QString)",
            "a slot of a binding": "target __main__:leave; task -; signal -",
            "`atexit`": f"target {CALLED_AT_EXIT}; task -; signal -",
        }
        lines = [f"error SystemExit: 3; {names[who]}; plugin -", "the host lives"]
        self.assert_ended(ended, 0, *(reversed(lines) if who == "`atexit`" else lines))
        self.assertEqual(ended.stderr, "")

    def check_exits(self, ended, who, where):
        cleaned_up = where != NONE or who != "a slot of a binding"
        self.assert_ended(ended, STATUS, *["cleaned up"] * cleaned_up)
        if where != NONE:  # there asyncio's own loop runs, which says in addition that a task has failed
            self.assertEqual(ended.stderr, "")

    def check_raised(self, ended, who, where):
        cleaned_up = where in (FROM_QT, FROM_ASYNCIO)
        self.assert_ended(ended, STATUS, *["cleaned up"] * cleaned_up, "raised 3")
        self.assertNotIn("Traceback", ended.stderr)

    def check_the_binding_s(self, ended, who, where):
        self.assert_ended(ended, STATUS)

    def check_its_end(self, ended, who, where):
        self.assert_ends_by_itself(ended, where)
        self.assertNotIn("SystemExit", ended.stderr)

    def check_on_stderr(self, ended, who, where):
        self.assert_ends_by_itself(ended, where)
        self.assertEqual(ended.stderr.count("SystemExit: 3"), 1, ended.stderr)

    def assert_ends_by_itself(self, ended, where):
        lines = {HOST: ["the host lives"], OWN: [], PLAIN: []}.get(where, ["cleaned up"])
        self.assert_ended(ended, 0, *lines)


def add_test(who, where):
    words = re.sub(r"\W+", "_", f"{who}_in_{where}").strip("_").lower()
    setattr(Cells, f"test_{words}", lambda self: self.check(who, where))


for cell in CELLS:
    add_test(*cell)


class Details(ExitCase):
    """What a cell does not say."""

    def check(self, where, text, status, lines=(), errors=""):
        if "PyQt6" in text and not HAS_BINDING:
            self.skipTest("PyQt6 is not installed")
        ended = self.run_in(where, textwrap.dedent(text))
        self.assert_ended(ended, status, *lines)
        if errors is not None:
            self.assertEqual(ended.stderr, errors)
        return ended

    def test_exception_handler_of_the_script_is_not_asked(self):
        for raiser in TASK, CALLBACK:
            handler = "asyncio.get_running_loop().set_exception_handler(lambda loop, context: print(context))\n"
            self.check(GUEST, in_guest(raiser) + handler, STATUS, ["cleaned up"])

    def test_status_is_what_python_makes_of_it(self):
        for code, status, errors in (("None", 0, ""), ("'a text'", 1, "a text\n"), ("-1", 255, ""), ("2**70", 255, "")):
            for where in GUEST, OWNER:
                with self.subTest(code, where=where):
                    program = in_guest if where == GUEST else in_asyncio_run
                    raiser = TASK.replace("leave_later()", f"exit_with({code})")
                    exit_with = "async def exit_with(code): sys.exit(code)\n"
                    self.check(where, exit_with + program(raiser), status, ["cleaned up"], errors)

    def test_interrupt_is_told_once(self):
        interrupt = "async def interrupt(): raise KeyboardInterrupt\n"
        ended = self.check(
            GUEST, interrupt + in_guest(TASK.replace("leave_later", "interrupt")), 130, ["cleaned up"], None)
        self.assertEqual(ended.stderr.count("Traceback"), 1, ended.stderr)

    def test_in_an_event_loop_of_the_top_level(self):
        self.check(GUEST, TASK + BINDING + "begin()\nQtCore.QEventLoop().exec()\nprint('never')\n", STATUS)

    def test_in_the_top_level_itself(self):
        for where in GUEST, OWNER, NONE:
            self.check(where, "leave()\n", STATUS)

    def test_excepthook_that_exits(self):
        for where in GUEST, OWNER, NONE:
            self.check(where, "sys.excepthook = lambda *_: sys.exit(7)\n1 / 0\n", 7)

    def test_other_exception_of_a_slot_is_printed_and_the_program_goes_on(self):
        for where in GUEST, OWNER, NONE:
            fail = "def fail(): raise LookupError('seen')\n"
            raiser = BINDING + fail + """
def begin():
    QtCore.QTimer.singleShot(0, fail)
    QtCore.QTimer.singleShot(1, end)
"""
            run = "app = QtCore.QCoreApplication.instance()\nend = app.quit\nbegin()\napp.exec()\n"
            program = {GUEST: in_guest, OWNER: in_asyncio_run}.get(where, lambda raiser: raiser + run)(raiser)
            ended = self.check(where, program, 0, [] if where == NONE else ["cleaned up"], None)
            self.assertEqual(ended.stderr.count("LookupError: seen"), 1, ended.stderr)

    def test_exit_of_the_clean_up_counts(self):
        self.check(GUEST, """
            async def late():
                try:
                    await asyncio.Event().wait()
                finally:
                    sys.exit(5)
            kept = asyncio.get_running_loop().create_task(late())
            asyncio.get_running_loop().call_later(0.001, qi.quit)
        """, 5)

    def test_later_event_loops_run(self):
        self.check(PLAIN, APPLICATION + """
def run():
    event_loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(20, event_loop.quit)
    try:
        return event_loop.exec()
    except SystemExit as error:
        return repr(error)
def new_guest():
    loop = qi.new_event_loop()
    loop.set_mode(qi.QiLoopMode.GUEST)
    loop.start()
    return loop
loop = new_guest()
loop.call_soon(leave)
print(run(), run())
loop.stop()
loop.close()
loop, seen = new_guest(), []
loop.call_soon(seen.append, 1)
print(run(), seen)
loop.stop()
with qi.using_asyncio_from_qt() as block:
    block.call_soon(print, "block")
    print(run())
try:
    with qi.using_asyncio_from_qt() as block:
        block.call_soon(leave)
        print(QtCore.QEventLoop().exec())
except SystemExit as error:
    print(repr(error), run())
""", 0, ["SystemExit(3) 0", "0 [1]", "block", "0", "3", "SystemExit(3) 0"])

    def test_program_that_handles_events_by_itself(self):
        self.check(PLAIN, APPLICATION + """
loop = qi.new_event_loop()
loop.set_mode(qi.QiLoopMode.GUEST)
loop.start()
loop.call_later(0.01, leave)
try:
    while True:
        application.processEvents()
except SystemExit:
    print("raised")
""", 0, ["raised"])

    def test_slot_that_still_runs_does_not_get_it(self):
        self.check(PLAIN, APPLICATION + """
loop = qi.new_event_loop()
loop.set_mode(qi.QiLoopMode.GUEST)
loop.start()
async def nest():
    QtCore.QEventLoop().exec()
    for _ in range(10000):  # Qt still runs the outer one
        pass
    print("goes on", flush=True)
loop.create_task(nest())
loop.call_later(0.01, leave)
try:
    QtCore.QEventLoop().exec()
except SystemExit:
    print("raised")
""", 0, ["goes on", "raised"])

    def test_host_is_not_told_of_what_somebody_waits_for(self):
        self.check(HOST, """
            async def parent():
                try:
                    await asyncio.create_task(leave_later())
                except SystemExit as error:
                    print("got", error.code, flush=True)
                qi.host.app.quit()
            kept = asyncio.get_running_loop().create_task(parent())
        """, 0, ["got 3", "the host lives"])

    def test_host_hears_of_the_signal_that_has_launched_a_task(self):
        for step in "leave()", "await asyncio.sleep(0); leave()":
            self.check(HOST, f"""
                async def slot(name):
                    {step}
                qi.host.app.objectNameChanged.connect(qi.asyncslot(slot))
                qi.host.app.objectName = "renamed"
            """, 0, [f"error SystemExit: 3; {OF_FIRST_STEPS if 'sleep' not in step else OF_TASKS}; plugin -", "the host lives"])

    def test_host_does_not_wait_for_threads_of_python(self):
        self.check(HOST, BINDING + SLOT_OF_A_BINDING + """
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
begin()
atexit.register(stop.set)
asyncio.get_running_loop().call_later(0.2, stop.set)
""", 0, ["error SystemExit: 3; target __main__:leave; task -; signal -; plugin -", "the host lives"], None)


class Table(unittest.TestCase):
    def test_table_of_the_guide_is_what_is_tested(self):
        text = (pathlib.Path(os.environ["QI_DOCS"]) / "guide" / "errors.md").read_text()
        rows = re.search(r"<!-- exits -->\n(.*?)<!-- /exits -->", text, re.DOTALL).group(1).strip().splitlines()
        head, _, *rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
        found = {(who, where): word for who, *words in rows for where, word in zip(head[1:], words, strict=True)}
        self.assertEqual(found, CELLS)


if __name__ == "__main__":
    unittest.main()
