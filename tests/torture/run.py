# SPDX-License-Identifier: BSD-3-Clause
"""Runs a test file under torture, as `python3 FILE ARGUMENTS` would run it, and each of its cases repeatedly.

    QI_TORTURE=collect|count QI_TORTURE_FILE=FILE HOST tests/torture/run.py [ARGUMENTS]

"collect" runs it with the collector at every allocation; "count" runs each case ten times and fails for those whose
counts of references, or of blocks of memory in a release build of Python, grow each time. HOST is whatever runs Python
with libqi: qi-run, loop-host of tests/loop, or the interpreter with the extension module.
"""

import os
import runpy
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torture


def cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def count(file):
    """Runs each case repeatedly; the number of those that leak."""
    names = runpy.run_path(file)
    loader, leaking = unittest.TestLoader(), 0
    for name, kind in sorted(names.items()):
        if not isinstance(kind, type) or not issubclass(kind, unittest.TestCase):
            continue
        for method in loader.getTestCaseNames(kind):
            grown = torture.leaks(lambda: kind(method))
            if grown:
                leaking += 1
                print(f"LEAK {name}.{method} keeps {grown} more each time", flush=True)
    return leaking


def main():
    file = os.environ.get("QI_TORTURE_FILE") or sys.argv.pop(1)
    sys.argv[0] = file
    sys.path.insert(0, os.path.dirname(os.path.abspath(file)))
    if os.environ.get("QI_TORTURE") == "count":
        sys.exit(1 if count(file) else 0)
    torture.begin()
    runpy.run_path(file, run_name="__main__")


main()
