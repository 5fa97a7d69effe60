# SPDX-License-Identifier: BSD-3-Clause
"""qi.doctor from Python; what it finds is tested in tests/run/test_doctor.py."""

import os
import tempfile
import unittest

from qi.doctor import Check, Report, examine


class Reports(unittest.TestCase):
    def test_problems_and_their_fixes_are_shown(self):
        report = Report([
            Check("Python", "ABI", "ok", "cpython", ""),
            Check("Qt", "copies", "problem", "two of them", "remove one"),
            Check("Qt", "display", "warning", "none", "set DISPLAY"),
        ])
        self.assertFalse(report.ok)
        self.assertEqual([check.subject for check in report.problems], ["copies"])
        text = str(report)
        self.assertIn("Qt\n  PROBLEM  copies", text)
        self.assertIn("to fix it: remove one", text)
        self.assertTrue(text.endswith("\n1 problem, 1 warning"), text)
        self.assertIn("1 problem", repr(report))

    def test_warnings_are_no_problems(self):
        self.assertTrue(Report([Check("Qt", "display", "warning", "none", "set DISPLAY")]).ok)

    def test_examine_looks_at_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            report = examine(folder)
            self.assertEqual([check.state for check in report.checks if check.subject == folder], ["ok"], str(report))
            os.chmod(folder, 0o777)
            self.assertIn(folder, [check.subject for check in examine(folder).problems])

    def test_what_is_no_folder_is_refused(self):
        with self.assertRaises(TypeError):
            examine(5)


if __name__ == "__main__":
    unittest.main()
