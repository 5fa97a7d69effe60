# SPDX-License-Identifier: BSD-3-Clause
"""What the scenarios share: coroutines as test cases, on qi's loop as a guest in a QApplication.

A scenario is a file of Cases whose `test_…` methods are coroutine functions; main() launches them in the
running guest loop, and the application's own event loop drives them.  Around each case this holds:

- the running loop is qi's, in guest mode, below QApplication.exec();
- the timer of a window ticks: a case is run again until it has ticked TICKS times, so one that starves
  Qt never ends;
- nothing reaches the loop's exception handler, and no task outlives the case.
"""

import asyncio
import contextlib
import hashlib
import importlib
import os
import ssl
import subprocess
import sys
import tempfile
import traceback
import unittest

TICKS = 5
SKIPPED = 77  # what ctest takes for "skipped"


def skip(reason):
    """Ends the scenario as skipped."""
    print(f"skipped: {reason}")
    raise SystemExit(SKIPPED)


def need(*modules):
    """Imports modules, and ends the scenario as skipped where one is missing."""
    found = []
    for name in modules:
        try:
            found.append(importlib.import_module(name))
        except ModuleNotFoundError as error:
            skip(error)
    return found[0] if len(found) == 1 else found


def need_program(*places):
    """The first of the paths that is a program; ends the scenario as skipped where there is none."""
    for path in places:
        if os.access(path, os.X_OK):
            return path
    return skip(f"there is no {places[0]}")


def content(number, size=50_000):
    """Bytes that no other number has."""
    block = hashlib.sha256(str(number).encode()).digest()
    return (block * (size // len(block) + 1))[: size + number]


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Case(unittest.TestCase):
    """A case has a folder of its own, and `stack`, an AsyncExitStack that is closed at its end."""

    maxDiff = None

    def setUp(self):
        self.loop = asyncio.get_running_loop()
        self.stack = contextlib.AsyncExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.folder = os.path.realpath(folder)

    def tls(self):
        """(server's context, client's context) of a certificate for localhost made for this case."""
        key, certificate = os.path.join(self.folder, "key.pem"), os.path.join(self.folder, "cert.pem")
        if not os.path.exists(key):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                check=True, capture_output=True)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        return server, ssl.create_default_context(cafile=certificate)


# -- running them ---------------------------------------------------------------------------------------


def make_window():
    """A window whose timer counts in `ticks`."""
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QProgressBar

    class Window(QProgressBar):
        ticks = 0

        def tick(self):
            self.ticks += 1
            self.setValue(self.ticks % 100)

    window = Window()
    window.timer = QTimer(window)
    window.timer.timeout.connect(window.tick)
    window.timer.start(1)
    window.show()
    return window


def check_surroundings(window):
    """The loop under test is the one that runs, as a guest of QApplication.exec()."""
    import qi
    from PyQt6.QtCore import QCoreApplication, QThread
    from PyQt6.QtWidgets import QApplication

    loop = asyncio.get_running_loop()
    assert isinstance(loop, qi.QiSelectorEventLoop), type(loop)
    assert loop.get_mode() is qi.QiLoopMode.GUEST, loop.get_mode()
    assert isinstance(QCoreApplication.instance(), QApplication)
    assert QThread.currentThread().loopLevel() >= 1 and window.isVisible()


async def run_once(case, method, window):
    check_surroundings(window)
    loop, reported = asyncio.get_running_loop(), []
    before = asyncio.all_tasks()
    loop.set_exception_handler(lambda loop, context: reported.append(context))
    try:
        case.setUp()
        async with case.stack:
            await method()
        for _ in range(10):  # connections that were closed above say so to their protocols
            await asyncio.sleep(0)
        left = asyncio.all_tasks() - before
        if left:  # one that was cancelled may wait for a thread, on a busy machine
            await asyncio.wait(left, timeout=10)
            left = asyncio.all_tasks() - before
        assert not left, f"tasks outlive the case: {left}"
        assert not reported, f"unexpected calls of the exception handler: {reported}"
        check_surroundings(window)
    finally:
        loop.set_exception_handler(None)


async def run_case(case, result, window):
    method = getattr(case, case._testMethodName)
    result.startTest(case)
    began, runs = window.ticks, 0
    try:
        while window.ticks < began + TICKS:
            await run_once(case, method, window)
            runs += 1
    except unittest.SkipTest as skipped:
        result.addSkip(case, str(skipped))
    except case.failureException:
        result.addFailure(case, sys.exc_info())
    except BaseException:
        result.addError(case, sys.exc_info())
    else:
        result.addSuccess(case)
        result.stream.writeln(f"  (ran {runs} times, the window's timer ticked {window.ticks - began} times)")
    finally:
        result.stopTest(case)


def cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from cases(item)
        else:
            yield item


async def run_all(suite, window):
    import qi

    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2)
    result = runner._makeResult()
    try:
        for case in cases(suite):
            await run_case(case, result, window)
        result.printErrors()
        print(f"ran {result.testsRun} cases")
        ok = result.wasSuccessful() and result.testsRun
    except BaseException:
        traceback.print_exc()
        ok = False
    window.timer.stop()
    window.close()
    qi.quit(0 if ok else 1)


def main():
    """Launches the cases of the script; the application's event loop, which runs next, drives them."""
    need("PyQt6.QtWidgets")
    import qi

    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    loaded = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    suite = unittest.TestSuite(case for case in cases(loaded) if pattern in case.id())
    window = make_window()
    qi.run_task(run_all_later(suite, window), name="scenario")


async def run_all_later(suite, window):
    while not window.ticks:  # until the application's event loop runs
        await asyncio.sleep(0.001)
    await run_all(suite, window)
