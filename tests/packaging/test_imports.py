# SPDX-License-Identifier: BSD-3-Clause
"""imports.py finds the circles that there are, on modules that are made up."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import imports  # noqa: E402


class Circles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name, "tools")

    def write(self, **sources):
        """Modules with these sources; room_a is the module a in the folder room."""
        for name, source in sources.items():
            path = self.folder / f"{name.replace('room_', 'room/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")

    def circles(self, **sources):
        self.write(**sources)
        return [" -> ".join(circle) for circle in imports.circles(imports.graph(self.folder))]

    def test_imports_that_go_one_way_are_no_circle(self):
        self.assertEqual(self.circles(a="import b, c", b="from c import d", c="import sys"), [])

    def test_a_circle_is_told_once_and_by_the_shortest_way(self):
        self.assertEqual(self.circles(a="import c, b", b="import d", c="import a", d="import a"),
                         ["a -> c -> a", "b -> d -> a -> b"])

    def test_an_import_inside_a_function_counts(self):
        self.assertEqual(self.circles(a="import b", b="def f():\n    import a"), ["a -> b -> a"])

    def test_an_import_for_type_checkers_does_not_count_but_its_else_does(self):
        guard = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import c"
        self.assertEqual(self.circles(a="import b", b=guard, c=""), [])
        self.assertEqual(self.circles(c="import b"), ["b -> c -> b"])

    def test_a_module_in_a_folder_is_told_from_what_a_module_has(self):
        self.assertEqual(self.circles(a="from room import b", room_b="from a import b"), ["a -> room.b -> a"])

    def test_a_name_that_is_made_at_run_is_all_that_it_may_be(self):
        load = "import importlib\nimportlib.import_module(f'room.{name}')"
        self.assertEqual(self.circles(a=load, room_b="import a", room_c=""), ["a -> room.b -> a"])

    def test_relative_imports_are_those_of_the_package(self):
        self.write(__init__="", room___init__="", a="from . import b", room_c="from ..a import d")
        self.assertEqual(self.circles(b="from .room import c"), ["tools.a -> tools.b -> tools.room.c -> tools.a"])

    def test_what_is_printed_names_the_circle_and_where_each_import_is(self):
        self.write(a="\nimport b", b="import a")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(imports.main([self.folder]), 1)
        self.assertIn("a -> b -> a\n    tools/a.py:2 imports b\n    tools/b.py:1 imports a\n", said.getvalue())

    def test_a_folder_without_modules_fails(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(imports.main([self.folder]), 1)


if __name__ == "__main__":
    unittest.main()
