# SPDX-License-Identifier: BSD-3-Clause
"""Runs qi-run, and python3 to compare it with, in a folder of their own."""

import os
import subprocess
import sys
import tempfile
import unittest

QI_RUN = os.environ["QI_RUN"]
GUARD = 60  # seconds; only against a hang


class RunCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def call(self, *command, input="", **environment):
        # Libraries of a sanitizer are for the program, not for the children that scripts start.
        return subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=GUARD,
        )

    def qi_run(self, *arguments, **others):
        return self.call(QI_RUN, *arguments, **others)

    def assert_alike(self, *arguments, options=("--loop=none",), **others):
        """Same output, same errors, same exit status; returns what both wrote."""
        expected = self.call(sys.executable, *arguments, **others)
        found = self.qi_run(*options, *arguments, **others)
        self.assertEqual(
            (expected.stdout, expected.stderr, expected.returncode),
            (found.stdout, found.stderr, found.returncode),
        )
        return found


def main():
    unittest.main()
