# SPDX-License-Identifier: BSD-3-Clause
"""plugin.toml: what is read, and what is said of each thing that is wrong."""

import os
import subprocess
import sys
import tracemalloc
import unittest
from unittest import mock

from pluginfolder import MANIFEST, PluginCase

from qi.plugin import manifest, packages
from qi.plugin.manifest import Manifest, ManifestError
from qi.plugin.settings import read

WHOLE = """\
[plugin]
id = "shop"
name = "A shop"
version = "2.0rc1"
description = "Sells things."
authors = ["Ada", "Grace <grace@example.org>"]
homepage = "https://example.org/shop"
license = "MIT"
entry = "shop.desk:make.plugin"
qi = ">=0.1,<0.2"
python = ">=3.11"
dependencies = ["aiohttp[speedups]>=3.8; sys_platform == 'linux'", "numpy"]
private = "vendor"

[settings.interval]
type = "float"
title = "Seconds between two looks"
description = "How often."
default = 2
minimum = 0.5
maximum = 60

[settings.side]
type = "choice"
choices = ["buy", "sell"]

[settings]
limit = {type = "int", minimum = 5}
pause = {type = "float", minimum = 1}
note = {type = "text", multiline = true, default = "a\\nb"}
names = {type = "list", default = ["x"]}
mark = {type = "color", default = "#3daee9"}
on = {type = "bool"}
file = {type = "path", default = "/tmp"}

[contributes]
actions = [{name = "send", text = "&Send", menu = "Orders", shortcut = "Ctrl+E", tooltip = "Now", checkable = true},
           {name = "buy", text = "Buy", icon = "buy.svg", toolbar = true, overlap = "queue"}]
charts = ["prices", {kind = "line", width = 2}]
"""


class Reading(PluginCase):
    def test_everything_of_a_whole_manifest(self):
        folder = self.plugin(whole=WHOLE, files={"shop/desk.py": "", "vendor/x.py": ""})
        manifest = Manifest.read(folder)
        self.assertEqual((manifest.id, manifest.name, manifest.version), ("shop", "A shop", "2.0rc1"))
        self.assertEqual((manifest.module, manifest.attribute), ("shop.desk", "make.plugin"))
        self.assertEqual(manifest.authors, ("Ada", "Grace <grace@example.org>"))
        self.assertEqual((manifest.description, manifest.license), ("Sells things.", "MIT"))
        self.assertEqual((manifest.qi, manifest.python), (">=0.1,<0.2", ">=3.11"))
        self.assertEqual(manifest.dependencies[1], "numpy")
        self.assertEqual(manifest.private_folder, folder / "vendor")
        self.assertEqual(manifest.file, folder / "plugin.toml")
        self.assertEqual(manifest.contributes["actions"][0]["shortcut"], "Ctrl+E")
        self.assertEqual(manifest.contributes["charts"][1], {"kind": "line", "width": 2})

    def test_settings_and_their_defaults(self):
        settings = Manifest.read(self.plugin(whole=WHOLE, files={"shop/desk.py": "", "vendor/x.py": ""})).settings
        self.assertEqual({key: setting.default for key, setting in settings.items()},
                         {"interval": 2.0, "side": "buy", "limit": 5, "pause": 1.0, "note": "a\nb", "names": ["x"],
                          "mark": "#3daee9", "on": False, "file": "/tmp"})
        self.assertIsInstance(settings["interval"].default, float)
        self.assertIsInstance(settings["pause"].default, float)
        self.assertEqual(settings["interval"].title, "Seconds between two looks")
        self.assertEqual(settings["limit"].title, "Limit")
        self.assertEqual(settings["side"].describe()["choices"], ["buy", "sell"])

    def test_the_least_that_is_needed(self):
        manifest = Manifest.read(self.plugin())
        self.assertEqual((manifest.entry, manifest.attribute, manifest.private_folder), ("shop:Plugin", "Plugin", None))
        self.assertEqual((dict(manifest.settings), dict(manifest.contributes), manifest.dependencies), ({}, {}, ()))

    def test_entries_of_every_kind_of_module(self):
        for name in ("desk.py", "desk/__init__.py", "desk.pyc", "desk.abi3.so"):
            folder = self.plugin("kind" + name[4:].replace("/", "").replace(".", "").replace("_", ""), files={name: ""})
            text = (folder / "plugin.toml").read_text().replace("shop:Plugin", "desk")
            (folder / "plugin.toml").write_text(text)
            with self.subTest(name):
                self.assertEqual(Manifest.read(folder).module, "desk")

    def test_a_folder_that_is_a_package_by_itself(self):
        for entry in ("desk", "desk:Plugin", "desk.part", "desk.part:make"):
            folder = self.plugin("desk", files={"__init__.py": "", "part.py": ""},
                                 whole=MANIFEST.format(id="desk").replace("shop:Plugin", entry))
            with self.subTest(entry):
                self.assertEqual(Manifest.read(folder).entry, entry)
        (folder / "__init__.py").unlink()
        with self.assertRaisesRegex(ManifestError, "there is no module 'desk.part'"):
            Manifest.read(folder)

    def test_nothing_of_the_plugin_is_run(self):
        witness = self.base / "witness"
        folder = self.plugin(files={"shop.py": f"open({str(witness)!r}, 'w')", "__init__.py": f"open({str(witness)!r}, 'w')"})
        Manifest.read(folder)
        self.assertFalse(witness.exists())
        self.assertFalse((folder / "__pycache__").exists())


class Problems(PluginCase):
    def problems(self, folder):
        with self.assertRaises(ManifestError) as caught:
            Manifest.read(folder)
        for problem in caught.exception.problems:
            self.assertIn(str(problem), str(caught.exception))
            self.assertEqual(problem.file, str(folder / "plugin.toml"))
        return [(problem.line, problem.field, problem.text) for problem in caught.exception.problems]

    def assert_problems(self, expected, manifest="", **how):
        """Compares line, field and a part of the text of all problems; lines count from what is appended."""
        before = 0 if "whole" in how else MANIFEST.count("\n")
        found = self.problems(self.plugin(manifest=manifest, **how))
        expected = [(line + before, field, text) for line, field, text in expected]
        self.assertEqual([each[:2] for each in found], [each[:2] for each in expected], found)
        for have, want in zip(found, expected):
            self.assertIn(want[2], have[2])

    def test_all_at_once_each_with_its_line(self):
        found = self.problems(self.plugin(whole=(
            "[plugin]\n"
            "id = 'shops'\n"
            "descripton = 'x'\n"
            "dependencies = ['numpy',\n"
            "  'aiohttp=>3',\n"
            "  'attrs']\n"
            "name = 1\n"
            "version = 'one'\n"
            "[setings.x]\n")))
        self.assertEqual([each[:2] for each in found], [
            (1, "plugin.entry"), (2, "plugin.id"), (3, "plugin.descripton"), (5, "plugin.dependencies[1]"),
            (7, "plugin.name"), (8, "plugin.version"), (9, "setings")])
        texts = [each[2] for each in found]
        self.assertEqual(texts[0], 'this is missing; write "module:object", what has activate(ctx)')
        self.assertEqual(texts[1], "the id is the folder's name, 'shop', not 'shops'; rename one of them")
        self.assertEqual(texts[2], "a plugin has no 'descripton'; did you mean 'description'?")
        self.assertIn("'aiohttp=>3' is no requirement; one looks like 'aiohttp>=3.8' (PEP 508)", texts[3])
        self.assertEqual(texts[4], "this is a text, not an integer")
        self.assertEqual(texts[5], "'one' is no version; one looks like 1.2.0 or 2.0rc1 (PEP 440)")
        self.assertEqual(texts[6], "there is no such table; did you mean 'settings'?")

    def test_fields_of_plugin(self):
        for line, field, text in [
            ("qi = '>=x'", "plugin.qi", "no range of versions; one looks like '>=1.2,<2'"),
            ("python = '3.11'", "plugin.python", "no range of versions"),
            ("homepage = 'example.org'", "plugin.homepage", "one begins with https://"),
            ("authors = 'Ada'", "plugin.authors", "this is an array of texts, not a text"),
            ("authors = ['Ada', 3]", "plugin.authors[1]", "this is a text that is not empty"),
            ("private = '../elsewhere'", "plugin.private", "not a folder inside the plugin's folder"),
            ("private = '/usr'", "plugin.private", "not a folder inside the plugin's folder"),
            ("private = 'vendor'", "plugin.private", "there is no folder 'vendor' in the plugin's folder"),
            ("dependencies = ['x @ https://example.org/x.whl']", "plugin.dependencies[0]", "nothing is ever installed"),
            ("dependencies = ['x>=not']", "plugin.dependencies[0]", "is no requirement"),
            ("dependencies = ['x; moon == 1']", "plugin.dependencies[0]", "is no requirement"),
            ("license = 'a\\u0007'", "plugin.license", "this is one line"),
            ("description = true", "plugin.description", "this is a text, not true or false"),
        ]:
            line = line.replace("'", '"')
            with self.subTest(line):
                self.assert_problems([(1, field, text)], manifest=line + "\n")

    def test_entries(self):
        for entry, text in [
            ("shop:", "neither 'module' nor 'module:object'"),
            ("shop.py", "there is no module 'shop.py'"),
            ("a-b:c", "neither 'module' nor 'module:object'"),
            ("class", "neither 'module' nor 'module:object'"),
            ("..shop", "neither 'module' nor 'module:object'"),
            ("shopp:Plugin", "there is no module 'shopp' in the plugin's folder; did you mean 'shop'?"),
            ("json", "there is no module 'json' in the plugin's folder; there is shop"),
        ]:
            with self.subTest(entry):
                self.assert_problems([(5 + 1, "plugin.entry", text)], whole=MANIFEST.format(id="shop").replace("shop:Plugin", entry))

    def test_ids(self):
        for id in ("9lives", "über", "a" * 65, "a.b"):
            with self.subTest(id):
                self.assert_problems([(3, "plugin.id", "is no id: letters of ASCII")], id=id, whole=MANIFEST.format(id=id))

    def test_settings(self):
        for text, field, expected in [
            ("type = 'integer'", "type", "there is no type 'integer'; did you mean 'int'"),
            ("type = 'int'\ntitel = 'x'", "titel", "a setting has no 'titel'; did you mean 'title'"),
            ("type = 'int'\nminimum = 'a'", "minimum", "this is a number, not a text"),
            ("type = 'int'\nminimum = true", "minimum", "this is a number, not true or false"),
            ("type = 'int'\nminimum = 0.5", "minimum", "0.5 is not an integer"),
            ("type = 'int'\nminimum = 5\nmaximum = 4", "minimum", "the minimum, 5, is more than the maximum, 4"),
            ("type = 'int'\nmaximum = 4\ndefault = 5", "default", "the default does not fit: 5 is more than the maximum, 4"),
            ("type = 'int'\nminimum = 4\ndefault = 3", "default", "3 is less than the minimum, 4"),
            ("type = 'int'\ndefault = true", "default", "True is not an integer"),
            ("type = 'int'\ndefault = 9223372036854775808", "default", "does not fit into 64 bits"),
            ("type = 'float'\ndefault = nan", "default", "nan is not a finite number"),
            ("type = 'bool'\ndefault = 1", "default", "1 is not true or false"),
            ("type = 'text'\nminimum = 1", "minimum", "only a setting of type int or float has this, not one of type text"),
            ("type = 'text'\ndefault = 'a\\nb'", "default", "with multiline = true only"),
            ("type = 'path'\nmultiline = true", "multiline", "only a setting of type text"),
            ("type = 'choice'", "", "needs choices, an array of texts"),
            ("type = 'choice'\nchoices = ['a', 'a']", "choices[1]", "'a' is there twice"),
            ("type = 'choice'\nchoices = ['a', 1]", "choices[1]", "a choice is a text that is not empty"),
            ("type = 'choice'\nchoices = ['buy', 'sell']\ndefault = 'but'", "default", "none of the choices; did you mean 'buy'"),
            ("type = 'int'\nchoices = ['a']", "choices", "only a setting of type choice"),
            ("type = 'color'\ndefault = 'red'", "default", "'red' is no color; one is '#rgb'"),
            ("type = 'list'\ndefault = ['a', 1]", "default", "is not a list of texts"),
            ("title = 'x'", "", "a setting needs a type: bool, int"),
            ("type = 'text'\ndefault = 1979-05-27", "default", "is not a text"),
            (f"type = 'text'\ntitle = '{'x' * 2001}'", "title", "this is longer than 2000 characters"),
            (f"type = 'text'\ndescription = '{'x' * 2001}'", "description", "this is longer than 2000 characters"),
            (f"type = 'text'\ndefault = '{'x' * 10_001}'", "default", "this is longer than 10000 characters"),
            (f"type = 'list'\ndefault = ['a', '{'x' * 10_001}']", "default", "this is longer than 10000 characters"),
            (f"type = 'list'\ndefault = {['x'] * 201}", "default", "there are more than 200"),
            (f"type = 'choice'\nchoices = ['a', '{'x' * 2001}']", "choices", "this is longer than 2000 characters"),
            (f"type = 'choice'\nchoices = {[str(i) for i in range(201)]}", "choices", "there are more than 200"),
        ]:
            text = text.replace("'", '"')
            with self.subTest(text):
                rows = text.split("\n")
                line = next((2 + i for i, row in enumerate(rows) if field and row.startswith(field.partition("[")[0])), 1)
                place = f"settings.x.{field}" if field else "settings.x"
                self.assert_problems([(line, place, expected)], manifest=f"[settings.x]\n{text}\n")

    def test_keys_of_settings(self):
        for key in ("_hidden", "two-words", "class", "1st"):
            with self.subTest(key):
                self.assert_problems([(1, f"settings.{key}", "a setting's key is a name of Python")],
                                     manifest=f"[settings.{key}]\ntype = 'int'\n")
        self.assert_problems([(1, "settings.keys", "ctx.settings has a method keys(); choose another key")],
                             manifest="[settings.keys]\ntype = 'int'\n")
        self.assert_problems([(2, "settings.x", "a setting is a table, [settings.x], not an integer")],
                             manifest="[settings]\nx = 1\n")
        self.assert_problems([(1, "settings", "this is a table, [settings], not an array")],
                             manifest="[[settings]]\n")

    def test_what_a_form_is_made_of_has_an_end(self):
        many = "".join(f"[settings.x{i}]\ntype = 'text'\ndefault = '{'x' * 9_000}'\n" for i in range(12))
        self.assert_problems([(1, "settings", "the texts of all settings are longer than 100000 characters")], manifest=many)
        self.assert_problems([(2, "contributes.actions[0].tooltip", "this is longer than 2000 characters")], manifest=
                             f"[contributes]\nactions = [{{name = 'a', text = 'a', tooltip = '{'x' * 2001}'}}]\n")
        kinds = "".join(f"x{i} = 1\n" for i in range(201))
        self.assert_problems([(1, "contributes", "there are more than 200 kinds")], manifest=f"[contributes]\n{kinds}")

    def test_contributions(self):
        for text, field, expected in [
            ("actions = 1", "actions", "this is an array of tables, not an integer"),
            ("actions = ['send']", "actions[0]", "an action is a table, not a text"),
            ("actions = [{text = 'x'}]", "actions[0]", "an action needs a name"),
            ("actions = [{name = 'a', text = 'x'}, {name = 'a', text = 'y'}]", "actions[1].name", "there are two actions 'a'"),
            ("actions = [{name = 'a b', text = 'x'}]", "actions[0].name", "'a b' is no name"),
            ("actions = [{name = 'a', text = 'x', menue = 'y'}]", "actions[0].menue", "did you mean 'menu'"),
            ("actions = [{name = 'a', text = 'x', checkable = 1}]", "actions[0].checkable", "this is true or false"),
            ("actions = [{name = 'a', text = 'x', toolbar = 'y'}]", "actions[0].toolbar", "this is true or false"),
            ("actions = [{name = 'a', text = 'x', overlap = 'dropp'}]", "actions[0].overlap", "did you mean 'drop'"),
            ("actions = [{name = 'a', text = 'x', icon = '../x.svg'}]", "actions[0].icon", "is not in the plugin's folder"),
            ("action = []", "action", "did you mean 'actions'"),
            ("charts = [1979-05-27]", "charts[0]", "the application gets no dates and times"),
        ]:
            with self.subTest(text):
                self.assert_problems([(2, f"contributes.{field}", expected)], manifest=f"[contributes]\n{text}\n")

    def test_tables_of_an_array_have_their_own_lines(self):
        self.assert_problems(
            [(4, "contributes.actions[1]", "an action needs a text"), (7, "contributes.actions[2].name", "is no name")],
            manifest="""\
                [[contributes.actions]]
                name = "one"
                text = "One"
                [[contributes.actions]]
                name = "two"
                [[contributes.actions]]
                name = "thr ee"
                text = "Three"
                """)


class Values(PluginCase):
    def test_what_is_kept_and_shown_has_an_end(self):
        keys = {"line": "text", "many": "text", "place": "path", "names": "list"}
        settings = Manifest.read(self.plugin(manifest="".join(
            f"[settings.{key}]\ntype = '{kind}'\n{'multiline = true' if key == 'many' else ''}\n" for key, kind in keys.items()))).settings
        for key in ("line", "many", "place"):
            self.assertEqual(settings[key].check("x" * 100_000), "x" * 100_000)
            with self.assertRaisesRegex(ValueError, "^it has more than 100000 characters"):
                settings[key].check("x" * 100_001)
        self.assertEqual(settings["names"].check(["x" * 9] * 10_000), ["x" * 9] * 10_000)
        for value in (["x" * 9] * 10_001, [""] * 100_001, ["x" * 100_001]):
            with self.assertRaisesRegex(ValueError, "^it has more than 100000 characters"):
                settings["names"].check(value)
        self.assertEqual(read("x" * 100_001, settings["line"]), "")


class Files(PluginCase):
    def problem(self, folder):
        with self.assertRaises(ManifestError) as caught:
            Manifest.read(folder)
        self.assertEqual(len(caught.exception.problems), 1)
        return caught.exception.problems[0]

    def test_what_is_not_toml(self):
        for text, line, expected in [
            ("[plugin]\nid = \n", 2, "this is not TOML: Invalid value"),
            ("[plugin]\nid = 'a'\nid = 'b'\n", 3, "this is not TOML: Cannot overwrite a value"),
            ("[plugin\n", 1, "this is not TOML"),
            ("[plugin]\nx = \"\"\"abc\n\n", 2, "this is not TOML"),
            ("x = " + "[" * 5000 + "]" * 5000, 1, "nested too deeply"),
        ]:
            with self.subTest(text[:20]):
                problem = self.problem(self.plugin(whole=text))
                self.assertIn(expected, problem.text)
                self.assertEqual(problem.line, line)

    def test_what_is_not_utf8(self):
        folder = self.plugin()
        (folder / "plugin.toml").write_bytes(b"[plugin]\nname = '\xe4'\n")
        self.assertEqual(self.problem(folder)[1:], (2, "", "this is not UTF-8: byte 0xe4"))

    def test_what_is_no_file(self):
        folder = self.plugin()
        self.assertEqual(self.problem(self.base / "nowhere")[1:], (0, "", "cannot be read: No such file or directory"))
        (folder / "plugin.toml").unlink()
        os.mkfifo(folder / "plugin.toml")  # opening it would wait for ever
        self.assertEqual(self.problem(folder).text, "this is not a file")

    def test_what_is_too_large(self):
        folder = self.plugin()
        (folder / "plugin.toml").write_bytes(b"#" * (1 << 20) + b"\n")
        self.assertEqual(self.problem(folder).text, "a manifest is no larger than 1 MB")

    def test_no_plugin_table(self):
        self.assertEqual(self.problem(self.plugin(whole=""))[1:], (1, "plugin", "there is no table [plugin]"))
        self.assertIn("this is a table, [plugin], not a text", str(self.problem_of("plugin = 'x'")))

    def problem_of(self, text):
        with self.assertRaises(ManifestError) as caught:
            Manifest.read(self.plugin(whole=text))
        return caught.exception


class Costs(PluginCase):
    """A manifest that nobody has agreed to costs no more than its length, whatever is in it."""

    HOSTILE = {
        "a key of 30,000 parts": lambda: "[contributes.x]\n" + ".".join("a" * 30_000) + " = 1",
        "a key of quoted parts": lambda: "[contributes.x]\n" + " . ".join(['"a"'] * 30_000) + " = 1",
        "a table header of 10,000 parts": lambda: "[" + ".".join("a" * 10_000) + "]",
        "an array of tables of 10,000 parts": lambda: "[[" + ".".join("a" * 10_000) + "]]",
        "parts after a comment with quotes": lambda: "# don't \"\n[contributes.x]\n" + ".".join("a" * 30_000) + " = 1",
        "parts after a long string": lambda: "[contributes.x]\nb = \"\"\"\n'\\\"\"\"\"\"\n" + ".".join("a" * 30_000) + " = 1",
        "arrays 900 deep": lambda: "[contributes]\nx = " + "[" * 900 + "]" * 900,
        "arrays 200,000 deep": lambda: "[contributes]\nx = " + "[" * 200_000 + "]" * 200_000,
        "inline tables 400 deep": lambda: "[contributes]\nx = " + "{a=" * 400 + "1" + "}" * 400,
        "60,000 unknown fields": lambda: "\n".join(f"k{i} = 1" for i in range(60_000)),
        "5,000 unknown fields": lambda: "\n".join(f"k{i} = 1" for i in range(5_000)),
        "an unknown name of 900 kB": lambda: "n" * 900_000 + " = 1",
        "50,000 tables": lambda: "".join(f"[contributes.k{i}]\n" for i in range(50_000)),
        "50,000 tables of one array": lambda: "[[contributes.a]]\n" * 50_000,
        "5,000 settings": lambda: "\n".join(f'[settings.k{i}]\ntype = "int"' for i in range(5_000)),
        "a number of 900,000 digits": lambda: "[contributes]\nx = " + "1" * 900_000,
        "an unfinished string": lambda: "[contributes]\nx = \"\"\"" + "\\\\" * 220_000 + "\\",
        "quotes": lambda: "[contributes]\nx = " + '"' * 900_000,
        "a version of 200 kB": lambda: 'qi = "' + ">=1," * 50_000 + '"',
        "a requirement of 200 kB": lambda: 'dependencies = ["a' + " ; a == 'b' or a" * 15_000 + '"]',
        "4,000 requirements": lambda: "dependencies = [" + '"a>=1",' * 4_000 + "]",
        "NUL": lambda: "\0" * 100_000,
    }

    def calls(self, folder):
        """How many calls of functions a manifest costs."""
        count = [0]

        def note(frame, event, argument):
            count[0] += 1

        sys.setprofile(note)
        try:
            with self.assertRaises(ManifestError) as caught:
                Manifest.read(folder)
        finally:
            sys.setprofile(None)
        return count[0], caught.exception

    def test_what_is_hostile_costs_no_more_than_its_length(self):
        for name, make in self.HOSTILE.items():
            with self.subTest(name):
                text = make()
                folder = self.plugin(manifest=text)
                tracemalloc.start()
                count, error = self.calls(folder)
                _, peak = tracemalloc.get_traced_memory()
                tracemalloc.stop()
                self.assertLess(count, 400_000 + 10 * len(text))
                self.assertLess(peak, 64 << 20)
                self.assertLess(len(str(error)), 100_000)
                self.assertLessEqual(len(error.problems), manifest.MOST_PROBLEMS + 1)

    def test_what_is_large_but_right_is_read(self):
        text = 'description = """' + "a.b.c, [x] = {y} # \n" * 400 + '"""\n[contributes.x]\n' + "a.b.c.d.e.f.g.h = [1.5, 2.5]\n"
        text += "deep = " + "[" * 40 + "]" * 40 + "\nmany = [" + "1," * 4_000 + "]\n"
        self.assertEqual(len(Manifest.read(self.plugin(manifest=text)).contributes["x"]["many"]), 4_000)

    def test_markers_that_cannot_be_told(self):
        for marker in ("os_name ~= 'x'", "python_version < 'abc'", "platform_release >= 'zz'"):
            with self.subTest(marker), self.assertRaisesRegex(ManifestError, "plugin.dependencies\\[0\\]: the marker .* cannot be told|"
                                                              "is no requirement"):
                try:
                    found = Manifest.read(self.plugin(manifest=f'dependencies = ["foo; {marker}"]\n'))
                except ManifestError:
                    raise
                raise ManifestError([manifest.Problem("", 0, "", f"is no requirement {found}")])  # this system's can tell it


class Packaging(PluginCase):
    def test_what_to_install_where_the_library_is_missing(self):
        def missing(name):
            raise ImportError(name)

        with mock.patch.object(packages.importlib, "import_module", missing):
            with self.assertRaisesRegex(ManifestError, "plugin.version: versions cannot be compared without .*python3-packaging"):
                Manifest.read(self.plugin())

    def test_the_wheel_that_python_itself_has_does(self):
        if not packages.wheels():
            self.skipTest("this Python has no wheel of pip")
        code = ("import sys; sys.path[:] = [path for path in sys.path if not path.endswith('-packages')]; before = list(sys.path);"
                "from qi.plugin import packages; print(packages.version('1.10') > packages.version('1.9'), packages.applies(packages.requirement("
                "'a; python_version>\"3\"')), sys.modules['pip'].__file__.startswith(packages.wheels()[0]), sys.path == before)")
        told = subprocess.run([os.readlink("/proc/self/exe"), "--loop=none", "-c", code], capture_output=True, text=True)
        self.assertEqual(told.stdout, "True True True True\n", told.stderr)

    def test_the_copy_inside_pip_does(self):
        try:
            import pip._vendor.packaging  # noqa: F401
        except ImportError:
            self.skipTest("pip is not installed")
        with mock.patch.object(packages, "_WHERE", ("no_such_package", "pip._vendor.packaging")):
            self.assertEqual(str(packages.version("1.0")), "1.0")
            self.assertTrue(packages.specifier(">=1.0,<2").contains("1.5"))
            self.assertEqual(packages.requirement("a[b]>1; python_version > '3'").extras, {"b"})
            for check, text in ((packages.version, "one"), (packages.specifier, ">=banana"), (packages.requirement, "a>=banana")):
                with self.subTest(text), self.assertRaises(ValueError):
                    check(text)

    def test_it_is_imported_when_it_is_needed(self):
        code = """if True:
            import sys
            import qi.plugin.discovery, qi.plugin.manifest, qi.plugin.trust
            print("packaging" in sys.modules, "importlib.metadata" in sys.modules)
            """
        found = subprocess.run([QI_RUN, "--loop=none", "-c", code], capture_output=True, text=True)
        self.assertEqual(found.stdout.split(), ["False", "False"], found.stderr)


# The program that runs this, which sys.executable is not.
QI_RUN = os.readlink("/proc/self/exe")


if __name__ == "__main__":
    unittest.main()
