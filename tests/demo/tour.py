# SPDX-License-Identifier: BSD-3-Clause
"""The tour agrees by itself to what the demo came with and to what it has changed itself, and to nothing else.

tour.py DEMO PLUGINS
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

DEMO, PLUGINS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


class Tour(unittest.TestCase):
    def test_a_plugin_that_somebody_has_changed_does_not_run(self):
        with tempfile.TemporaryDirectory() as work:
            plugins, ran = pathlib.Path(work, "plugins"), pathlib.Path(work, "ran")
            shutil.copytree(PLUGINS, plugins)
            source = plugins / "orders" / "__init__.py"
            changed = f"open({str(ran)!r}, 'w').close()\n" + source.read_text(encoding="utf-8")
            source.write_text(changed, encoding="utf-8")
            ended = subprocess.run(
                [DEMO, "--tour", "--plugins", plugins, "--screenshot", pathlib.Path(work, "demo.png")],
                capture_output=True,
                text=True,
                timeout=100,
            )
            self.assertFalse(ran.exists(), ended)
            self.assertEqual(ended.returncode, 1, ended)
            self.assertIn("✗ orders: ", ended.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
