# SPDX-License-Identifier: BSD-3-Clause
"""Runs CPython's own asyncio tests on qi's loop, inside the embedded interpreter.

    qi-run --app=core --loop=none tests/conformance/run.py [--mode owner|native|guest] [--stock] [--json FILE] [NAME...]

NAME is a module of test.test_asyncio ("test_events"), default all of them.  The loop is substituted for
asyncio.SelectorEventLoop and for what the default policy makes, so every test that asks asyncio for a
loop gets ours; --stock runs the same without, as the yardstick.  In plain python3, with the extension module on
PYTHONPATH, the same file does the same.  A canary test proves that the loop was
really substituted.  excluded.txt lists, one a line and each with its reason, the tests that look into
CPython's private implementation.
"""

import argparse
import asyncio
import fnmatch
import importlib
import json
import os
import pkgutil
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def substitute(mode):
    """Puts the loop class in place of asyncio's; returns it."""
    import qi

    import _qi

    if not _qi.embedded and mode != "native":
        _qi._make_application()  # nobody else does it in an interpreter of its own
    if mode == "guest":
        import guest

        base = guest.make_class()
    else:
        base = qi.QiSelectorEventLoop

    class SubstitutedEventLoop(base):
        def __init__(self, selector=None):
            super().__init__(selector)
            self.set_mode(qi.QiLoopMode[mode.upper()])

    asyncio.SelectorEventLoop = SubstitutedEventLoop
    asyncio.unix_events.SelectorEventLoop = SubstitutedEventLoop
    if hasattr(asyncio, "EventLoop"):
        asyncio.EventLoop = asyncio.unix_events.EventLoop = SubstitutedEventLoop
    for name in ("_UnixDefaultEventLoopPolicy", "_DefaultEventLoopPolicy"):
        policy = getattr(asyncio.unix_events, name, None)
        if policy is not None:
            policy._loop_factory = SubstitutedEventLoop
    return SubstitutedEventLoop


class Canary(unittest.TestCase):
    """Fails unless asyncio hands out the loop under test, and it runs as it should."""

    expected = None
    mode = None

    def test_new_event_loop_is_ours(self):
        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)
        self.assertIs(type(loop), self.expected)

    def test_runner_runs_ours(self):
        async def main():
            return type(asyncio.get_running_loop())

        with asyncio.Runner() as runner:
            self.assertIs(runner.run(main()), self.expected)

    def test_mode_while_it_runs(self):
        async def main():
            return asyncio.get_running_loop().get_mode().name.lower()

        with asyncio.Runner() as runner:
            self.assertEqual(runner.run(main()), self.mode)


class Result(unittest.TextTestResult):
    """Counts by file, too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.files = {}

    def count(self, test, what):
        parts = test.id().split(".")
        name = next((part for part in parts if part.startswith("test_") and part != "test_asyncio"), "?")
        name = "canary" if "Canary" in parts else name
        counts = self.files.setdefault(name, {"passed": 0, "failed": 0, "skipped": 0, "excluded": 0})
        counts[what] += 1

    def addSuccess(self, test):
        super().addSuccess(test)
        self.count(test, "passed")

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.count(test, "passed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.count(test, "skipped")


def read_exclusions(mode):
    """{pattern: reason} of excluded.txt: `pattern  # reason`, in one mode only `mode: pattern  # reason`."""
    exclusions = {}
    with open(os.path.join(HERE, "excluded.txt")) as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            pattern, _, reason = (part.strip() for part in line.partition("#"))
            if not reason:
                raise SystemExit(f"excluded.txt:{number}: {pattern} has no reason")
            of_mode, _, pattern = pattern.rpartition(": ")
            if of_mode in ("", mode):
                exclusions[pattern] = reason
    return exclusions


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def collect(names):
    package = importlib.import_module("test.test_asyncio")
    if not names:
        names = sorted(
            module.name for module in pkgutil.iter_modules(package.__path__)
            if module.name.startswith("test_")
        )
    loader = unittest.TestLoader()
    for name in names:
        try:
            module = importlib.import_module(f"test.test_asyncio.{name}")
        except unittest.SkipTest as skipped:
            print(f"skipped {name}: {skipped}")
            continue
        yield from flatten(loader.loadTestsFromModule(module))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("owner", "native", "guest"), default="owner")
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--verbose", "-v", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()

    exclusions, excluded = {}, []
    suite = unittest.TestSuite()
    if not options.stock:
        Canary.expected = substitute(options.mode)
        suite.addTests(unittest.TestLoader().loadTestsFromTestCase(Canary))
        exclusions = read_exclusions(options.mode)
        Canary.mode = options.mode
    for test in collect(options.names):
        test_id = test.id().removeprefix("test.test_asyncio.")
        if any(fnmatch.fnmatchcase(test_id, pattern) for pattern in exclusions):
            excluded.append(test)
        else:
            suite.addTest(test)

    began = time.monotonic()
    runner = unittest.TextTestRunner(verbosity=2 if options.verbose else 1, stream=sys.stdout,
                                     resultclass=Result)
    result = runner.run(suite)
    for test in excluded:
        result.count(test, "excluded")
    failed = sorted(
        {test.id() for test, _ in result.failures + result.errors}
        | {test.id() for test in result.unexpectedSuccesses}
    )
    summary = {
        "python": sys.version.split()[0],
        "interpreter": os.path.basename(sys.executable) or "embedded",
        "loop": "stock" if options.stock else f"qi {options.mode}",
        "ran": result.testsRun,
        "failed": failed,
        "skipped": len(result.skipped),
        "excluded": len(excluded),
        "files": result.files,
        "seconds": round(time.monotonic() - began, 1),
    }
    for test in {test for test, _ in result.failures + result.errors} | set(result.unexpectedSuccesses):
        result.count(test, "failed")
    print(json.dumps({name: value for name, value in summary.items() if name != "files"}, indent=1))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(summary, file, indent=1)
    for test_id in failed:
        print("FAILED", test_id)
    print(f"{result.testsRun - len(result.skipped) - len(failed)} passed, {len(failed)} failed, "
          f"{len(result.skipped)} skipped")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
