# SPDX-License-Identifier: BSD-3-Clause
"""What the cases of this folder share: programs for `python3`, run in processes of their own."""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest

GUARD = 60  # seconds; only against a hang
BINDINGS = ("PyQt6", "PySide6")
INSTALLED = [name for name in BINDINGS if importlib.util.find_spec(name)]

# What programs begin with, for any binding.
PRELUDE = """\
import asyncio, importlib, sys
import qi
QtCore = importlib.import_module("{binding}.QtCore")
"""


class StockCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)

    def write(self, text, name="program.py"):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(textwrap.dedent(text))
        return path

    def call(self, *command, **environment):
        return subprocess.run(
            command, cwd=self.folder, env=os.environ | environment, capture_output=True, text=True, timeout=GUARD
        )

    def python(self, text, *arguments, **environment):
        """Runs a program in the stock interpreter."""
        return self.call(sys.executable, self.write(text), *arguments, **environment)

    def run_with(self, binding, text, *arguments, **environment):
        """The same with the prelude before it."""
        return self.python(PRELUDE.format(binding=binding) + textwrap.dedent(text), *arguments, **environment)

    def assert_ends(self, ended, status=0, stdout=None):
        """It ended as told, by itself, and the interpreter had nothing to complain about."""
        report = f"exit status {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        self.assertEqual(ended.returncode, status, report)
        self.assertNotIn("Fatal Python error", ended.stderr, report)
        if stdout is not None:
            self.assertEqual(ended.stdout.split("\n")[:-1], stdout, report)


def each_binding(test):
    """Runs a test for each binding that is installed; skipped where there is none."""

    def run(self):
        if not INSTALLED:
            self.skipTest("neither PyQt6 nor PySide6 is installed")
        for binding in INSTALLED:
            with self.subTest(binding=binding):
                test(self, binding)

    run.__name__ = test.__name__
    return run


def killed_by(status):
    return signal.Signals(-status).name if status < 0 else None


main = unittest.main
