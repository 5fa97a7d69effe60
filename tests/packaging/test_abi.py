# SPDX-License-Identifier: BSD-3-Clause
"""The check of the binary interface notices what would break a program, and lets grow what may.

test_abi.py INCLUDE_DIR CC
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

INCLUDE, COMPILER = sys.argv[1:3]
CHECK = pathlib.Path(__file__).with_name("abi.py")


class Changes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.include = pathlib.Path(folder.name) / "qi"
        self.promised = pathlib.Path(folder.name) / "promised.txt"
        shutil.copytree(pathlib.Path(INCLUDE) / "qi", self.include)
        self.check("--update")

    def check(self, *options):
        command = [sys.executable, "-I", CHECK, self.include, COMPILER, self.promised, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def change(self, header, old, new):
        path = self.include / header
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self.check()

    def test_nothing_changed(self):
        self.assertEqual(self.check()[0], 0)

    def test_a_member_at_the_end_may_come(self):
        code, out = self.change("task.h", "} qi_task_options;", "    const char *colour;\n} qi_task_options;")
        self.assertEqual(code, 0, out)
        self.assertIn("2 facts are new", out)

    def test_a_member_in_between_may_not(self):
        code, out = self.change("audit.h", "    const char *plugin;", "    int depth;\n    const char *plugin;")
        self.assertEqual(code, 1)
        self.assertIn("qi_audit_event.plugin 24 8", out)

    def test_a_member_keeps_its_width(self):
        self.assertEqual(self.change("monitor.h", "unsigned limit_ms;", "uint64_t limit_ms;")[0], 1)

    def test_a_structure_without_a_size_does_not_grow(self):
        self.assertEqual(self.change("value.h", "    } as;", "    } as;\n    void *more;")[0], 1)

    def test_constants_keep_their_values(self):
        code, out = self.change("connection.h", "QI_OVERLAP_DROP,", "QI_OVERLAP_FIRST, QI_OVERLAP_DROP,")
        self.assertEqual(code, 1)
        self.assertIn("QI_OVERLAP_DROP 1", out)

    def test_functions_keep_their_parameters(self):
        self.assertEqual(self.change("task.h", "qi_task_cancel(qi_task *task)", "qi_task_cancel(qi_task *task, int why)")[0], 1)

    def test_parameters_may_be_named_better(self):
        self.assertEqual(self.change("task.h", "qi_task_cancel(qi_task *task)", "qi_task_cancel(qi_task *which)")[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
