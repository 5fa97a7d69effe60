# SPDX-License-Identifier: BSD-3-Clause
"""What a plugin needs: found missing, of the wrong version, or in conflict, before anything is imported."""

import importlib
import json
import os
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

import _qi
from pluginfolder import MANIFEST, PluginCase

from qi._python import files
from qi.plugin import checks, dependencies, metadata, packages, qtcopies, strangers
from qi.plugin.apart import Cancelled, Work
from qi.plugin.dependencies import check, check_one, describe, search_path
from qi.plugin.manifest import Manifest


class DependencyCase(PluginCase):
    """Has a folder of packages on sys.path, as the system's is."""

    def setUp(self):
        super().setUp()
        self.system = self.base / "site"
        self.system.mkdir()
        path = mock.patch.object(sys, "path", [*sys.path, str(self.system)])
        path.start()
        self.addCleanup(path.stop)
        self.modules = set(sys.modules)

    def tearDown(self):
        imported = {name for name in set(sys.modules) - self.modules if name.startswith("qitest")}
        self.assertEqual(imported, set(), "something was imported")

    def needing(self, *requirements, id="shop", private="", extra="", vendor=()):
        folder = self.plugin(id, base=self.base / "plugins")
        if private or vendor:
            (folder / (private or "vendor")).mkdir(exist_ok=True)
            extra += f'\nprivate = "{private or "vendor"}"\n'
        for name, version, *more in vendor:
            self.distribution(folder / "vendor", name, version, **(more[0] if more else {}))
        text = MANIFEST.format(id=id) + f"dependencies = {json.dumps(list(requirements))}\n" + extra
        self.write(folder / "plugin.toml", text)
        return Manifest.read(folder)

    def assert_problem(self, manifest, *parts, active=()):
        found = check_one(manifest, active=active)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])


class Requirements(DependencyCase):
    def test_what_is_there_and_fits(self):
        self.distribution(self.system, "qitest-lib", "1.5")
        manifest = self.needing("qitest-lib>=1,<2", "QiTest_Lib!=1.4", "packaging")
        self.assertEqual(check_one(manifest), [])
        self.assertEqual(describe(manifest)[0], ("qitest-lib", "<2,>=1", "1.5", ""))

    def test_what_is_missing(self):
        manifest = self.needing("qitest-lib>=1")
        self.assert_problem(manifest, "qitest-lib>=1 is not installed; install it for the application's Python (",
                            "or put it into a private folder of the plugin")
        self.assertEqual([*describe(manifest)[0][:3]], ["qitest-lib", ">=1", ""])
        self.assertIn("is not installed", describe(manifest)[0].problem)

    def test_the_wrong_version(self):
        self.distribution(self.system, "qitest-lib", "1.5")
        self.assert_problem(self.needing("qitest-lib>=2"), "qitest-lib>=2 is needed, but version 1.5 is installed",
                            str(self.system))

    def test_a_version_that_is_none_of_python(self):
        self.distribution(self.system, "qitest-lib", "from-yesterday")
        self.assertEqual(check_one(self.needing("qitest-lib")), [])
        self.assert_problem(self.needing("qitest-lib>=1"), "but version from-yesterday is installed")

    def test_prereleases_are_taken_when_they_are_installed(self):
        self.distribution(self.system, "qitest-lib", "2.0rc1")
        self.assertEqual(check_one(self.needing("qitest-lib>=1")), [])

    def test_markers(self):
        self.assertEqual(check_one(self.needing("qitest-lib; python_version < '3'", "qitest-b; sys_platform == 'plan9'")), [])
        self.assertEqual(describe(self.needing("qitest-lib; python_version < '3'")), [])
        self.assert_problem(self.needing("qitest-lib; python_version > '3'"), "qitest-lib")

    def test_extras(self):
        self.distribution(self.system, "qitest-lib", "1.0", extras=["fast", "old"],
                          requires=["qitest-speed>=3; extra == 'fast'", "qitest-old; extra == 'old'"])
        self.assertEqual(check_one(self.needing("qitest-lib")), [])
        self.assert_problem(self.needing("qitest-lib[fast]"),
                            "is not installed, a dependency of qitest-lib 1.0", "qitest-speed")
        self.distribution(self.system, "qitest-speed", "3.1")
        self.assertEqual(check_one(self.needing("qitest-lib[fast]")), [])
        self.assert_problem(self.needing("qitest-lib[fats]"), "has no extra fats")

    def test_what_a_private_dependency_needs_in_turn(self):
        circle = {"requires": ["qitest-c>=1", "qitest-a"]}
        manifest = self.needing("qitest-a", vendor=[("qitest-a", "1.0", {"requires": ["qitest-b"]}), ("qitest-b", "1.0", circle)])
        self.assert_problem(manifest, "qitest-c>=1 is not installed, a dependency of qitest-b 1.0", "of qitest-a 1.0")
        self.assertIn("qitest-c", describe(manifest)[0].problem)
        self.distribution(self.system, "qitest-c", "1.0")
        self.assertEqual(check_one(manifest), [])

    def test_what_packages_of_the_system_do_without_is_not_told(self):
        self.distribution(self.system, "qitest-a", "1.0", requires=["qitest-b"])
        self.assertEqual(check_one(self.needing("qitest-a")), [])

    def test_all_problems_are_told(self):
        self.distribution(self.system, "qitest-a", "1.0")
        self.assertEqual(len(check_one(self.needing("qitest-a>=2", "qitest-b", "qitest-c"))), 3)

    def test_ranges_of_qi_and_python(self):
        for line, part in (("qi = '>=9'", f"it needs qi >=9, but this is qi {_qi.__version__}"),
                           ("python = '<3.11'", "it needs Python <3.11, but this is Python 3.")):
            with self.subTest(line):
                self.assert_problem(self.needing(extra=line.replace("'", '"') + "\n"), part)
        self.assertEqual(check_one(self.needing(extra='qi = ">=0.1,<0.2"\npython = ">=3.11"\n')), [])

    def test_what_this_system_has_is_consistent(self):
        # A rule that real installations break would keep real plugins out.
        for name in ("aiohttp", "websockets", "numpy", "httpx"):
            try:
                importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            with self.subTest(name):
                self.assertEqual(check_one(self.needing(name)), [])


class PrivateFolders(DependencyCase):
    def test_they_come_first(self):
        self.distribution(self.system, "qitest-lib", "1.0")
        manifest = self.needing("qitest-lib>=2", vendor=[("qitest-lib", "2.0")])
        self.assertEqual(search_path(manifest), [str(manifest.folder / "vendor"), *sys.path])
        self.assertEqual(check_one(manifest), [])
        self.assertEqual(describe(manifest)[0].installed, "2.0")

    def test_the_wrong_version_in_them_is_told_with_its_place(self):
        self.distribution(self.system, "qitest-lib", "2.0")
        manifest = self.needing("qitest-lib>=2", vendor=[("qitest-lib", "1.0")])
        self.assert_problem(manifest, "but version 1.0 is installed", str(manifest.folder / "vendor"), "plugin's folder 'vendor'")

    def test_modules_of_python_and_of_qi_stay_what_they_are(self):
        for name in ("json.py", "asyncio/__init__.py", "qi/__init__.py"):
            manifest = self.needing(private="vendor", id="shop" + name[:2])
            self.write(manifest.folder / "vendor" / name)
            with self.subTest(name):
                self.assert_problem(manifest, "would take the place of", "own module", str(manifest.folder / "vendor"))

    def test_what_is_imported_already_from_elsewhere(self):
        self.distribution(self.system, "qitest-lib", "1.0")
        module = type(sys)("qitest_lib")
        module.__file__ = str(self.system / "qitest_lib.py")
        with mock.patch.dict(sys.modules, {"qitest_lib": module}):
            other = self.needing(vendor=[("qitest-lib", "2.0")])
            self.assert_problem(other, "it brings the module 'qitest_lib'", "imported it already from", "version 1.0",
                                str(self.system), str(other.folder / "vendor"))
            self.assertEqual(check_one(self.needing(id="same", vendor=[("qitest-lib", "1.0")])), [])
            module.__file__ = str(other.folder / "vendor" / "qitest_lib.py")  # its own, from before a reload
            self.assertEqual(check_one(other), [])


class Hostile(DependencyCase):
    """What lies in a private folder was written by a stranger, and is read before anybody has agreed to anything."""

    def private(self):
        manifest = self.needing("foo>=1", vendor=[("foo", "1.0")])
        return manifest, manifest.private_folder / "foo-1.0.dist-info" / "METADATA"

    def test_what_is_no_file_is_not_read(self):
        for make in (lambda path: os.mkfifo(path, 0o600), lambda path: path.symlink_to("/dev/zero"), os.mkdir):
            manifest, path = self.private()
            path.unlink()
            make(path)
            self.assertIn("foo>=1 is not installed", describe(manifest)[0].problem)
            os.rmdir(path) if path.is_dir() else os.unlink(path)

    def test_what_is_too_large_is_not_read(self):
        manifest, path = self.private()
        os.truncate(path, 1 << 40)
        self.assertIn("foo>=1 is not installed", describe(manifest)[0].problem)

    def test_bytes_that_are_no_text(self):
        manifest, path = self.private()
        path.write_bytes(b"Name: foo\nVersion: 1.0\nSummary: \xff\n")
        self.assertEqual(describe(manifest), [("foo", ">=1", "1.0", "")])

    def test_markers_that_cannot_be_told(self):
        manifest, path = self.private()
        path.write_text(path.read_text() + "".join(f"Requires-Dist: bar; {marker}\n" for marker in (
            "os_name ~= 'x'", "python_version < 'abc'", "extra == 'a'", "platform_release >= 'zz'", "nonsense")))
        describe(manifest)
        self.assertEqual([text for text in check_one(manifest) if "bar" not in text], [])

    def test_a_chain_without_an_end(self):
        vendor = [("foo", "1.0", {"requires": ["p0"]})]
        vendor += [(f"p{i}", "1", {"requires": [f"p{i + 1}"]}) for i in range(900)]
        manifest = self.needing("foo>=1", vendor=vendor)
        [text] = check_one(manifest)
        self.assertIn("p900 is not installed, a dependency of p899 1", text)
        self.assertLess(len(text), 5000)

    def test_a_name_and_a_version_without_an_end(self):
        for name, version in (("foo", "1." + "9" * 4000), ("foo", "1" + ".1" * 100_000), ("foo", "1.0+" + "a" * 200_000)):
            manifest, path = self.private()
            path.write_text(f"Name: {name}\nVersion: {version}\nRequires-Dist: bar\n")
            [found] = describe(manifest)
            self.assertLess(len(found.installed) + len(found.problem), 2000)
            for text in check_one(manifest):
                self.assertLess(len(text), 2000)
        path.write_text(f"Name: {'x' * 200_000}\nVersion: 1\n")
        self.assertIn("foo>=1 is not installed", describe(manifest)[0].problem)

    def test_more_packages_than_anybody_has(self):
        manifest, path = self.private()
        for i in range(20):
            (manifest.private_folder / f"p{i}-1.dist-info").mkdir()
        with mock.patch.object(metadata, "_MOST_PACKAGES", 10):
            self.assertRegex(check_one(manifest)[0], "vendor holds more than .* files, or more than 10 packages")

    def test_packages_that_all_need_each_other(self):
        names = [f"p{i}" for i in range(30)]
        manifest = self.needing("p0", vendor=[(name, "1", {"requires": names}) for name in names])
        self.assertEqual(check_one(manifest), [])
        with mock.patch.object(dependencies, "_MOST_LOOKED_AT", 100):
            with mock.patch.object(packages, "requirement", wraps=packages.requirement) as parsed:
                self.assertRegex(check_one(manifest)[0], "^its dependencies name more than 100 others; p[0-9]+ 1")
            self.assertLess(parsed.call_count, 110)
            self.assertIn("cannot be told: its dependencies name more", checks.describe(manifest)[0]["problem"])

    def test_a_package_that_needs_itself_with_every_extra(self):
        extras = [f"e{i}" for i in range(300)]
        vendor = [("foo", "1.0", {"requires": [f"foo[{extra}]" for extra in extras], "extras": extras})]
        with mock.patch.object(packages, "requirement", wraps=packages.requirement) as parsed:
            self.assertRegex(check_one(self.needing("foo", vendor=vendor))[0], "^its dependencies name more than 20000 others")
        self.assertLess(parsed.call_count, 20_010)

    def test_markers_that_take_long_to_tell(self):
        marker = " or ".join(f"python_version < '1.{i % 10}'" for i in range(60))
        extras = [f"e{i}" for i in range(40)]
        vendor = [("foo", "1.0", {"requires": [f"foo[{','.join(extras)}]", *[f"foo ; {marker}"] * 140], "extras": extras})]
        with mock.patch.object(packages, "applies", wraps=packages.applies) as told:
            self.assertRegex(check_one(self.needing("foo", vendor=vendor))[0],
                             "^its dependencies have more than 5000000 characters of markers; foo 1.0")
        asked = [call.args for call in told.call_args_list if len(call.args) == 2]
        weighed = sum(len(str(requirement)) * len(extras) for requirement, extras in asked)
        self.assertLess(weighed, 5_100_000)

    def test_more_metadata_than_anybody_has(self):
        many = [(f"p{i}", "1", {"extras": ["x" * 100] * 20}) for i in range(20)]  # of 2.5 kB each
        manifest = self.needing("p0", vendor=many)
        self.assertEqual(check_one(manifest), [])
        with mock.patch.object(metadata, "_MOST_FIELDS", 1000):
            self.assertRegex(check_one(manifest)[0], "p0-1.dist-info has more than .* of fields")
        with mock.patch.object(metadata, "_MOST_LINES", 20):
            self.assertRegex(check_one(manifest)[0], "p0-1.dist-info has more than 20 lines of fields")
        with mock.patch.object(metadata, "_MOST_OF_ALL", 10_000):
            self.assertRegex(check_one(manifest)[0], "vendor holds more metadata of packages, of their fields, than is read")

    def test_a_long_description_is_no_field(self):
        manifest, path = self.private()
        path.write_text(path.read_text() + "\n" + "Requires-Dist: bar\n" * 45_000)
        self.assertEqual(describe(manifest), [("foo", ">=1", "1.0", "")])

    def test_what_is_too_large_is_not_read_at_all(self):
        manifest, path = self.private()
        os.truncate(path, 1 << 30)
        with mock.patch.object(files, "read_descriptor") as read:
            describe(manifest)
        read.assert_not_called()

    def test_lists_of_files_are_read_once_and_not_without_end(self):
        vendor = [(f"p{i}", "1", {"modules": {f"qitest_m{i}.py": ""}}) for i in range(20)]
        manifest, other = self.needing(id="shop", vendor=vendor), self.needing(id="desk", vendor=vendor)
        with mock.patch.object(metadata._Distribution, "read_text", autospec=True, side_effect=metadata._Distribution.read_text) as read:
            self.assertEqual(check_one(manifest, active=[other]), [])
        self.assertLessEqual(sum(call.args[1] == "RECORD" for call in read.call_args_list), 20)
        with mock.patch.object(metadata, "_MOST_FILES", 0):
            self.assertRegex(check_one(manifest, active=[other])[0], "lists more than 0 files")
        with mock.patch.object(metadata, "_MOST_LISTED", 100):
            self.assertRegex(check_one(manifest, active=[other])[0], "vendor holds more metadata of packages, of their files")

    def test_requirements_that_are_long_or_deep(self):
        manifest, path = self.private()
        path.write_text(path.read_text() + f"Requires-Dist: bar; {'(' * 900}os_name=='x'{')' * 900}\n"
                        f"Requires-Dist: bar{' ' * 100_000}\nRequires-Dist: baz\n")
        [problem] = check_one(manifest)
        self.assertIn("baz is not installed, a dependency of foo 1.0", problem)

    def test_what_is_told_has_an_end(self):
        manifest, path = self.private()
        path.write_text(path.read_text() + "".join(f"Requires-Dist: bar{i}\n" for i in range(1000)))
        found = check_one(manifest)
        self.assertEqual((len(found), found[-1]), (21, "and 980 more of the kind"))
        [told] = describe(manifest)
        shown = told.problem.count(" is not installed")
        self.assertTrue(told.problem.endswith(f"; and {1000 - shown} more of the kind"), told.problem)
        self.assertLessEqual(len(told.problem), 1000)

    def test_each_problem_and_all_of_them_together_have_an_end(self):
        extras = [f"e{i}" for i in range(12)]
        long, version = "n" * 150, "1+" + "a" * 60
        vendor = [(f"{long}{i}", version, {"extras": extras, "requires": [f"{long}{i + 1}[{each}] ; extra == '{each}'" for each in extras]})
                  for i in range(10)]
        vendor.append((f"{long}10", version, {"extras": extras, "requires": [f"q{i}" for i in range(20)]}))
        manifest = self.needing(*(f"{long}0[{each}]" for each in extras), *(f"{long}{i}>=2" for i in range(1000, 1150)), vendor=vendor)
        told = checks.describe(manifest)
        self.assertEqual(len(told), 162)
        self.assertTrue(all(each["name"] for each in told))
        self.assertTrue(all(each["problem"] for each in told[12:]))
        self.assertLessEqual(max(len(text) for each in told for text in each.values()), 1001)
        self.assertLess(sum(len(text) for each in told for text in each.values()), 100_000)
        found = check_one(manifest)
        self.assertEqual(len(found), 21)
        self.assertLessEqual(max(map(len, found)), 1001)

    def test_what_is_needed_often_is_read_once(self):
        manifest = self.needing("a", vendor=[("a", "1", {"requires": ["a"] * 500}), ("b", "1", {})])
        with mock.patch.object(dependencies, "_field", wraps=dependencies._field) as field:
            self.assertEqual(check_one(manifest), [])
        self.assertLess(field.call_count, 50)

    def test_what_several_may_cost_together(self):
        vendor = [(f"p{i}", "1", {"extras": ["x" * 100] * 20}) for i in range(20)]  # of 2.5 kB each
        manifests = [self.needing("p0", id=f"shop{i}", vendor=vendor) for i in range(6)]
        for what, amount in ("_MOST_OF_ALL", 150_000), ("_MOST_LISTED", 150_000), ("_MOST_ENTRIES", 100):
            with self.subTest(what), mock.patch.object(metadata, what, amount):
                common = strangers.Common()
                told = [checks.describe(each, common)[0]["problem"] for each in manifests]
                self.assertEqual(told[:2], ["", ""])
                self.assertEqual(told[-2:], ["cannot be told: plugins that the user has not agreed to need more in all than is looked "
                                             "at before one is enabled"] * 2)
                with mock.patch.object(metadata._Distribution, "read_text") as read:
                    checks.describe(manifests[0], common)
                self.assertEqual(read.call_count, 0)
                self.assertEqual(checks.describe(manifests[0])[0]["problem"], "")  # as when it is enabled
        with mock.patch.object(dependencies, "_MOST_LOOKED_AT", 50):
            names = [f"q{i}" for i in range(20)]
            common = strangers.Common()
            for number, each in enumerate(self.needing("q0", id=f"desk{i}", vendor=[(name, "1", {"requires": names[:1]}) for name in names])
                                          for i in range(60)):
                told = checks.describe(each, common)[0]["problem"]
                self.assertEqual(bool(told), number >= 50, number)

    def test_a_search_for_libraries_that_nobody_waits_for_any_more_ends(self):
        manifest, _ = self.private()
        with open(manifest.folder / "holes.so", "wb") as file:
            file.truncate(1 << 40)
        work = Work()
        work.cancel()
        with self.assertRaises(Cancelled):
            check_one(manifest, check=work.check)


    def test_folders_in_folders_are_looked_through_without_an_end_of_the_stack(self):
        manifest, _ = self.private()
        self.addCleanup(subprocess.run, ["rm", "-rf", manifest.folder / "a"], check=True)  # shutil would end as well
        here = os.getcwd()
        os.chdir(manifest.folder)
        try:
            for _ in range(1500):
                os.mkdir("a")
                os.chdir("a")
        finally:
            os.chdir(here)
        self.assertEqual(check_one(manifest), [])


class Conflicts(DependencyCase):
    def test_two_that_bring_different_versions(self):
        first = self.needing(id="first", vendor=[("qitest-lib", "1.0")])
        second = self.needing(id="second", vendor=[("qitest-lib", "2.0")])
        self.assertEqual(check_one(first), [])
        self.assertEqual(check_one(second), [])
        self.assert_problem(second, f"qitest-lib 2.0 ({second.folder / 'vendor'})", f"qitest-lib 1.0 ({first.folder / 'vendor'})",
                            "the plugin 'first'", active=[first])
        self.assertEqual(check_one(first, active=[first]), [])

    def test_two_that_bring_the_same_version(self):
        first = self.needing(id="first", vendor=[("qitest-lib", "1.0")])
        second = self.needing(id="second", vendor=[("qitest-lib", "1.0")])
        self.assertEqual(check_one(second, active=[first]), [])

    def test_one_that_brings_what_the_other_takes_from_the_system(self):
        self.distribution(self.system, "qitest-lib", "1.0")
        first = self.needing("qitest-lib", id="first")
        second = self.needing(id="second", vendor=[("qitest-lib", "2.0")])
        self.assert_problem(second, str(self.system), str(second.folder / "vendor"), active=[first])
        self.assert_problem(first, str(self.system), str(second.folder / "vendor"), active=[second])

    def test_what_the_other_takes_indirectly_counts(self):
        self.distribution(self.system, "qitest-lib", "1.0")
        self.distribution(self.system, "qitest-user", "1.0", requires=["qitest-lib"])
        first = self.needing("qitest-user", id="first")
        second = self.needing(id="second", vendor=[("qitest-lib", "2.0")])
        self.assert_problem(second, "qitest-lib 2.0", "qitest-lib 1.0", active=[first])

    def test_ranges_that_exclude_each_other_block_the_one_that_does_not_fit(self):
        self.distribution(self.system, "qitest-lib", "1.0")
        first, second = self.needing("qitest-lib<2", id="first"), self.needing("qitest-lib>=2", id="second")
        found = check([first, second])
        self.assertEqual(found["first"], [])
        self.assertIn("qitest-lib>=2 is needed, but version 1.0 is installed", found["second"][0])

    def test_modules_without_a_version_are_compared(self):
        first, second = self.needing(id="first", private="vendor"), self.needing(id="second", private="vendor")
        for manifest in (first, second):
            self.write(manifest.folder / "vendor" / "qitest_one.py", "x = 1")
            self.write(manifest.folder / "vendor" / "qitest_pack" / "__init__.py", "x = 1")
        self.assertEqual(check_one(second, active=[first]), [])
        self.write(second.folder / "vendor" / "qitest_pack" / "part.py")
        self.assert_problem(second, "it brings the module 'qitest_pack'", "so does the plugin 'first'", "they differ", active=[first])

    def test_modules_of_any_size_are_compared(self):
        first, second = self.needing(id="first", private="vendor"), self.needing(id="second", private="vendor")
        for name in ("qitest_one.py", "qitest_pack/__init__.py"):
            self.write(first.folder / "vendor" / name, "x = 1")
            with open(self.write(second.folder / "vendor" / name), "wb") as file:
                file.truncate(1 << 40)
        found = check_one(second, active=[first])
        self.assertEqual(len(found), 2, found)
        for name, told in zip(("qitest_one", "qitest_pack"), found):
            self.assertIn(f"it brings the module '{name}'", told)

    def test_the_first_wins_and_what_is_blocked_blocks_nobody(self):
        first = self.needing("qitest-missing", id="first", vendor=[("qitest-lib", "1.0")])
        second = self.needing(id="second", vendor=[("qitest-lib", "2.0")])
        third = self.needing(id="third", vendor=[("qitest-lib", "3.0")])
        found = check([first, second, third])
        self.assertEqual([len(found[id]) for id in ("first", "second", "third")], [1, 0, 1])
        self.assertIn("the plugin 'second'", found["third"][0])
        self.assertEqual(len(check([second], active=[third])["second"]), 1)


class OtherQts(DependencyCase):
    def assert_names_both(self, manifest, *parts):
        version, library = _qi._qt_copy()
        self.assertTrue(pathlib.Path(library).is_file())
        self.assert_problem(manifest, *parts, f"the application runs Qt {version} ({library})")

    def test_a_binding_in_the_private_folder(self):
        for name, major in (("PySide2", 5), ("PyQt5", 5), ("PySide6", 6), ("PyQt6", 6)):
            manifest = self.needing(id=name, private="vendor")
            self.write(manifest.folder / "vendor" / name / "__init__.py")
            with self.subTest(name):
                self.assert_names_both(manifest, f"{manifest.folder / 'vendor' / name} is a binding of Qt {major}")

    def test_a_copy_of_qt_anywhere_in_the_plugin(self):
        for file in ("libQt6Core.so.6", "libQt5Core.so.5.15.8", "deep/down/Qt6Core.dll", "libQt6Core.so"):
            manifest = self.needing(id="q" + file.replace("/", "").replace(".", ""))
            self.write(manifest.folder / file)
            with self.subTest(file):
                self.assert_names_both(manifest, f"{manifest.folder / file} is a copy of Qt")

    def test_a_library_that_is_linked_to_another_qt(self):
        manifest = self.needing(private="vendor")
        self.write(manifest.folder / "vendor" / "fast.abi3.so", b"\x7fELF\0libc.so.6\0libQt6Core.so.6\0")
        self.assertEqual(check_one(manifest), [])
        self.write(manifest.folder / "vendor" / "fast.abi3.so", b"\x7fELF\0libc.so.6\0libQt5Core.so.5\0")
        self.assert_names_both(manifest, "fast.abi3.so is linked to libQt5Core.so.5")

    def test_a_requirement_of_a_binding_for_another_qt(self):
        self.distribution(self.system, "PySide2", "5.15", modules={"PySide2/__init__.py": ""})
        self.assert_names_both(self.needing("pyside2"), f"PySide2 ({self.system / 'PySide2'}) is for Qt 5")

    def test_a_requirement_of_a_binding_that_brings_its_own_qt(self):
        self.distribution(self.system, "PySide6", "6.9", modules={"PySide6/__init__.py": "", "PySide6/Qt/lib/libQt6Core.so.6": ""})
        with mock.patch.object(sys, "path", [str(self.system)]):
            self.assert_names_both(self.needing("PySide6"), "PySide6 brings its own Qt", "PySide6/Qt/lib/libQt6Core.so.6")

    def test_a_binding_is_looked_through_once_and_not_without_end(self):
        self.distribution(self.system, "PySide6", "6.9", modules={"PySide6/__init__.py": ""})
        (self.system / "PySide6" / "much").symlink_to("/usr/share")
        for number in range(100):
            self.write(self.system / "PySide6" / f"of{number}" / "it.py")
        manifest = self.needing(*(f"PySide6>=6.{number}" for number in range(9)))
        with mock.patch.object(sys, "path", [str(self.system)]), mock.patch.object(
                qtcopies, "binding_problem", wraps=qtcopies.binding_problem) as look:
            self.assertEqual(check_one(manifest), [])
            self.assertEqual(look.call_count, 1)
            with mock.patch.object(dependencies, "_MOST_ENTRIES", 100):
                self.assertIn("its bindings of Qt have more than 100 files", check_one(manifest)[0])
            common = strangers.Common()
            common.take("bindings", dependencies._MOST_ENTRIES - 100, dependencies._MOST_ENTRIES)
            self.assertIn("need more in all than is looked at", checks.describe(manifest, common)[0]["problem"])

    def test_the_systems_binding_is_welcome(self):
        try:
            importlib.metadata.version("PyQt6")
        except importlib.metadata.PackageNotFoundError:
            self.skipTest("PyQt6 is not installed")
        self.assertEqual(check_one(self.needing("PyQt6")), [])


class WithoutPackaging(DependencyCase):
    def test_what_to_install_is_told(self):
        manifest = self.needing("qitest-lib")

        def missing(name):
            raise ImportError(name)

        with mock.patch.object(dependencies.packages.importlib, "import_module", missing):
            self.assert_problem(manifest, "install python3-packaging")


if __name__ == "__main__":
    unittest.main()
