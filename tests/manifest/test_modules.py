# SPDX-License-Identifier: BSD-3-Clause
"""The modules of plugins, and what is left of them, whatever the plugin's code has put there or taken away."""

import dataclasses
import sys
import types
import unittest

from pluginfolder import PluginCase

from qi.plugin import leftovers, lifecycle, settings
from qi.plugin.discovery import discover
from qi.plugin.footprint import provenance
from qi.plugin.modules import Modules


class Lazy:
    """As of libraries that find out what they are when somebody asks."""

    @property
    def __class__(self):
        raise RuntimeError("there is nothing yet")


class Names(PluginCase):
    def modules(self, id):
        folder = self.plugin(id)
        [found] = discover([(folder.parent, "user")])
        self.addCleanup(sys.modules.pop, "qi_plugins", None)
        return Modules(found.manifest, {"shop.py": ""}, {str(folder / "shop.py"): b"class Plugin: pass\n"})

    def test_a_plugin_that_takes_the_package_away_is_ended_and_does_not_hinder_the_next(self):
        finders, paths = list(sys.meta_path), list(sys.path)
        modules = self.modules("shop")
        modules.begin()
        del sys.modules["qi_plugins"]
        modules.end()
        self.assertEqual((sys.meta_path, sys.path), (finders, paths))

        modules.begin()
        sys.meta_path[:] = finders
        modules.end()
        self.assertNotIn("qi_plugins", sys.modules)

        modules.begin()
        del sys.modules["qi_plugins"]
        again = self.modules("shop")
        again.begin()
        self.assertEqual(sys.modules["qi_plugins"].__path__, [])
        again.end()
        self.assertEqual(sys.meta_path, finders)


class Left(PluginCase):
    def test_objects_that_raise_when_they_are_asked_what_they_are(self):
        module = types.ModuleType("m")
        module.request = Lazy()
        module.Kept = type("Kept", (), {"__module__": "m"})
        module.keeps = [module.Kept, Lazy()]
        remains = leftovers.Remains({"m": module})
        self.assertEqual(remains.classes(), [module.Kept])
        self.assertTrue(remains.are_there())
        [line] = remains.left()
        self.assertIn("m:Kept is held by", line)
        self.assertIsNone(provenance.plugin_behind(Lazy()))


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    what: str
    exceptions: int = 1


class Told(unittest.TestCase):
    def test_an_exception_that_lets_nothing_be_set(self):
        try:
            raise Frozen("no paper")
        except Frozen as exception:
            failed = lifecycle.Failed("printing", exception)
        self.assertEqual((failed.reason, failed.exception.what), ("printing", "no paper"))
        self.assertIn("in test_an_exception_that_lets_nothing_be_set", failed.traceback)
        self.assertIn("Frozen", failed.traceback)

    def test_the_exceptions_of_a_group_lose_the_lines_of_the_package_too(self):
        def caught(function):
            try:
                function()
            except Exception as exception:
                return exception

        inner = caught(lambda: settings.Values("shop", {}, None).get("size"))
        failed = lifecycle.Failed("printing", ExceptionGroup("both", [inner, Frozen("no paper")]))
        self.assertIn("has no setting 'size'", failed.traceback)
        self.assertNotIn("settings.py", failed.traceback)


if __name__ == "__main__":
    unittest.main()
