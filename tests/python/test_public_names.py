# SPDX-License-Identifier: BSD-3-Clause
"""Every public name is documented, described to type checkers, and tested."""

import ast
import inspect
import pathlib
import pydoc
import re
import unittest

import qi
from qi import QtAsyncio, debug, doctor, monitor, testing
from qi.compat import asyncslot as compat_asyncslot
from qi.compat import qasync as compat_qasync

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent

# Modules, and where their stubs are.
MODULES = {
    qi: "qi/__init__.pyi",
    QtAsyncio: "qi/QtAsyncio.pyi",
    debug: "qi/debug.pyi",
    doctor: "qi/doctor.pyi",
    monitor: "qi/monitor.pyi",
    testing: "qi/testing/__init__.pyi",
    compat_asyncslot: "qi/compat/asyncslot.pyi",
    compat_qasync: "qi/compat/qasync.pyi",
}
INHERITED = ("asyncio", "_asyncio", "builtins")  # documented by Python


def public_names():
    return [(module, name) for module in MODULES for name in module.__all__]


def own_members(kind):
    """The public functions and properties that a class of ours adds."""
    for name, value in vars(kind).items():
        if name.startswith("_") or name in ("nested", "nested_limit"):
            continue
        inherited = any(name in vars(base) for base in kind.__mro__[1:] if base.__module__.startswith(INHERITED))
        if not inherited and (inspect.isroutine(value) or inspect.isdatadescriptor(value)):
            yield name, value


class OfQtinter(unittest.TestCase):
    def test_its_private_names_are_found(self):
        for name in "SemiWeakRef", "copy_signal_arguments", "get_positional_parameter_count", "transform_slot":
            with self.subTest(name):
                self.assertTrue(inspect.getdoc(getattr(qi, name)))
                self.assertNotIn(name, qi.__all__)


class Documentation(unittest.TestCase):
    def test_every_name_has_a_docstring(self):
        for module, name in public_names():
            with self.subTest(f"{module.__name__}.{name}"):
                self.assertTrue(inspect.getdoc(getattr(module, name)))

    def test_every_method_has_a_docstring(self):
        for module, name in public_names():
            kind = getattr(module, name)
            if not inspect.isclass(kind) or kind.__module__.startswith(INHERITED) or issubclass(kind, tuple):
                continue
            for member, value in own_members(kind):
                with self.subTest(f"{module.__name__}.{name}.{member}"):
                    self.assertTrue(inspect.getdoc(value))

    def test_functions_say_what_they_raise(self):
        for name in ("using_asyncio_from_qt", "using_qt_from_asyncio", "asyncsignal", "run_task", "modal"):
            with self.subTest(name):
                self.assertRegex(inspect.getdoc(getattr(qi, name)), r"[Rr]aise|Error")

    def test_help_is_a_tour_of_all_names(self):
        text = inspect.getdoc(qi)
        for name in qi.__all__:
            if name not in WITHOUT_A_PLACE:
                with self.subTest(name):
                    self.assertTrue(name in text, "the docstring of qi, which is a tour, does not name it")

    def test_help_can_be_rendered(self):
        for thing in (qi, QtAsyncio, compat_asyncslot, compat_qasync, *(getattr(module, name) for module, name in public_names())):
            text = pydoc.plain(pydoc.render_doc(thing))
            self.assertIn("\n", text)

    def test_dir_lists_what_is_loaded_later(self):
        self.assertLessEqual(set(qi.__all__), set(dir(qi)))


# What help(qi) names by its family.
WITHOUT_A_PLACE = {"QiDefaultEventLoop", "QiProactorEventLoop", "QiDefaultEventLoopPolicy",
                   "QiProactorEventLoopPolicy", "QiRunner"}


class Stubs(unittest.TestCase):
    def stub(self, module):
        path = ROOT / "pyshim/stubs" / MODULES[module]
        return ast.parse(path.read_text(encoding="utf-8"))

    def test_every_name_is_described(self):
        for module in MODULES:
            described = set()
            for node in self.stub(module).body:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    described.add(node.name)
                    self.assertTrue(ast.get_docstring(node) or is_named_tuple(node) or has_overloads(node), node.name)
                elif isinstance(node, ast.Assign):
                    described.add(node.targets[0].id)
                elif isinstance(node, ast.ImportFrom):
                    described.update(alias.asname or alias.name for alias in node.names)
            self.assertLessEqual(set(module.__all__), described)


def is_named_tuple(node):
    return any(getattr(base, "id", None) == "NamedTuple" for base in getattr(node, "bases", ()))


def has_overloads(node):
    return any(getattr(decorator, "id", None) == "overload" for decorator in getattr(node, "decorator_list", ()))


class Tests(unittest.TestCase):
    def test_every_name_has_a_test_class(self):
        # A class of test cases whose code, and not only its comments, uses the name; C++ counts by its text.
        used = {}
        for path in sorted(TESTS.rglob("test_*.py")):
            if path == pathlib.Path(__file__).resolve():
                continue
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and has_cases(node):
                    for name in names_in(node):
                        used.setdefault(name, []).append(f"{path.relative_to(TESTS)}:{node.name}")
        cpp = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*.cpp"))
        for module, name in public_names():
            with self.subTest(f"{module.__name__}.{name}"):
                self.assertTrue(used.get(name) or re.search(rf"\b{name}\b", cpp), "no test uses it")


def has_cases(node):
    return any(isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name.startswith("test")
               for item in node.body)


def names_in(node):
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute):
            yield item.attr
        elif isinstance(item, ast.Name):
            yield item.id


if __name__ == "__main__":
    unittest.main()
