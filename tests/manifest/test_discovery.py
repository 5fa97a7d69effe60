# SPDX-License-Identifier: BSD-3-Clause
"""Which plugins there are, found without running any of them."""

import asyncio
import os
import shutil
import sys
import threading
import unittest
from unittest import mock

from pluginfolder import MANIFEST, PluginCase

from qi.plugin import checks, discovery, manifest, metadata, qtcopies, strangers, trust, watchfiles
from qi.plugin.apart import Work
from qi.plugin.consents import Consents
from qi.plugin.discovery import Found, discover


class Folders(PluginCase):
    def found(self, *folders):
        return {plugin.id: plugin for plugin in discover(folders)}

    def test_each_folder_with_a_manifest_is_a_plugin(self):
        self.plugin("one")
        self.plugin("two")
        self.write(self.base / "notes" / "readme.txt")
        self.write(self.base / "plugin.toml")
        found = discover([(self.base, "user")])
        self.assertEqual([plugin.id for plugin in found], ["one", "two"])
        for plugin in found:
            self.assertIsInstance(plugin, Found)
            self.assertEqual((plugin.source, plugin.problems, plugin.manifest.id), ("user", [], plugin.id))
            self.assertEqual(plugin.folder, self.base / plugin.id)

    def test_folders_keep_their_order_and_their_source(self):
        for name in ("b", "a", "c"):
            self.plugin("of_" + name, base=self.base / name)
        folders = [(self.base / "b", "application"), (self.base / "a", "user"), (self.base / "c", "system")]
        self.assertEqual([(plugin.id, plugin.source) for plugin in discover(folders)],
                         [("of_b", "application"), ("of_a", "user"), ("of_c", "system")])

    def test_what_is_not_there_holds_nothing(self):
        with self.assertNoLogs("qi"):
            self.assertEqual(discover([(self.base / "nowhere", "user")]), [])
        with self.assertLogs("qi") as told:
            for _ in range(2):
                self.assertEqual(discover([(self.base / "nowhere", "application")]), [])
        self.assertEqual([record.getMessage() for record in told.records], [
            f"application_folders: there is no folder {self.base}/nowhere; plugins in it will not be found"])
        self.assertEqual(discover([]), [])

    def test_an_unknown_source_is_refused(self):
        with self.assertRaisesRegex(ValueError, "the source of .* is 'users'; did you mean 'user'"):
            discover([(self.base, "users")])

    def test_a_folder_that_cannot_be_searched_is_told(self):
        path = self.write(self.base / "file")
        [found] = discover([(path, "system")])
        self.assertIsNone(found.manifest)
        self.assertEqual(str(found.problems[0]), f"{path}: cannot be searched: Not a directory")

    def test_of_two_with_one_id_the_first_counts_and_the_other_is_named(self):
        first = self.plugin("shop", base=self.base / "user")
        second = self.plugin("shop", base=self.base / "system")
        found = discover([(self.base / "user", "user"), (self.base / "system", "system")])
        self.assertEqual([(plugin.folder, plugin.manifest is not None) for plugin in found], [(first, True), (second, False)])
        self.assertEqual(found[1].problems[0].file, str(second / "plugin.toml"))
        self.assertIn(f"there is a plugin 'shop' already, in {first}, which is the one that counts", found[1].problems[0].text)

    def test_a_broken_first_one_counts_too(self):
        # The user put it there to be taken: the system's copy would be a surprise.
        self.plugin("shop", base=self.base / "user", whole="[plugin]\n")
        self.plugin("shop", base=self.base / "system")
        found = discover([(self.base / "user", "user"), (self.base / "system", "system")])
        self.assertEqual([plugin.manifest for plugin in found], [None, None])

    def test_what_has_no_manifest_takes_no_others_place(self):
        wrong = self.write(self.base / "user" / "shop" / "plugin.json", "")
        folders = [(self.base / "user", "user"), (self.base / "system", "system")]
        [alone] = discover(folders)
        self.assertIn("there is no plugin.toml, but plugin.json", alone.problems[0].text)
        self.plugin("shop", base=self.base / "system")
        for found in discover(folders), discovery.known(folders, lambda: None, {"shop"}):
            self.assertEqual([(plugin.source, plugin.problems) for plugin in found], [("system", [])])
        os.unlink(wrong)
        os.symlink("nowhere", self.base / "user" / "shop" / "plugin.toml")
        self.assertEqual([plugin.source for plugin in discover(folders)], ["system"])

    def test_a_folder_that_is_named_twice_is_looked_into_once(self):
        self.plugin()
        (self.base / "again").symlink_to(self.base)
        self.assertEqual(len(discover([(self.base, "user"), (self.base / "again", "system")])), 1)

    def test_broken_manifests_are_listed_with_their_problems(self):
        self.plugin("good")
        self.plugin("bad", whole="[plugin]\nid = 'bad'\n")
        self.plugin("ugly", whole="not toml")
        found = self.found((self.base, "user"))
        self.assertEqual({id for id, plugin in found.items() if plugin.manifest is None}, {"bad", "ugly"})
        self.assertEqual({problem.field for problem in found["bad"].problems}, {"plugin.name", "plugin.version", "plugin.entry"})
        self.assertIn("this is not TOML", found["ugly"].problems[0].text)

    def test_a_manifest_of_another_name_is_told(self):
        self.write(self.base / "shop" / "Plugin.toml")
        self.write(self.base / "desk" / "plugins.toml")
        found = self.found((self.base, "user"))
        self.assertIn("there is no plugin.toml, but Plugin.toml", found["shop"].problems[0].text)
        self.assertIn("there is no plugin.toml, but plugins.toml", found["desk"].problems[0].text)

    def test_a_manifest_that_is_a_link_to_nowhere(self):
        folder = self.base / "shop"
        folder.mkdir()
        (folder / "plugin.toml").symlink_to("gone.toml")
        [found] = discover([(self.base, "user")])
        self.assertEqual([str(each) for each in found.problems], [f"{folder}/plugin.toml: it is a symbolic link that leads nowhere"])
        checked = checks.check(Work(), found, found.version, Consents(self.base / "consents.json"), [], False)
        self.assertEqual(checked.problem, f"{folder}/plugin.toml: it is a symbolic link that leads nowhere")

    def test_symlinks(self):
        target = self.plugin("shop", base=self.base / "work")
        plugins = self.base / "plugins"
        plugins.mkdir()
        (plugins / "shop").symlink_to(target)
        (plugins / "gone").symlink_to(self.base / "nowhere")
        (plugins / "round").symlink_to(plugins / "round")
        found = self.found((plugins, "user"))
        self.assertEqual(list(found), ["shop"])
        self.assertEqual(found["shop"].folder, plugins / "shop")
        self.assertIsNotNone(found["shop"].manifest)

    def test_a_symlink_beside_a_plugin_hides_neither(self):
        self.plugin("shop")
        for name in ("alias", "zebra"):
            (self.base / name).symlink_to("shop")
        found = self.found((self.base, "user"))
        self.assertEqual(sorted(found), ["alias", "shop", "zebra"])
        self.assertIsNotNone(found["shop"].manifest)
        for name in ("alias", "zebra"):
            self.assertIn(f"the id is the folder's name, '{name}', not 'shop'", found[name].problems[0].text)

    def test_a_folder_with_very_much_in_it(self):
        for i in range(40):
            self.plugin(f"shop{i}", whole=MANIFEST.format(id=f"shop{i}"))
        with mock.patch.object(discovery, "_MOST", 30):
            found = discover([(self.base, "user")])
        self.assertEqual(len(found), 31)
        self.assertIn("holds more than 30 plugins", found[-1].problems[0].text)

    def test_plugins_that_say_very_much_together(self):
        many = {
            "texts": "[contributes.notes]\n" + "".join(f'k{i} = "{"x" * 190}"\n' for i in range(4800)),
            "values": f"[contributes]\nnotes = [{'1,' * 4900}]\n",
            "settings": "".join(f'[settings.k{i}]\ntype = "int"\n' for i in range(200)),
            "dependencies": f"dependencies = {['qitest-missing'] * 200}\n",
            "mistakes": "".join(f"k{i} = 1\n" for i in range(60)),
        }
        for what, text in many.items():
            with self.subTest(what), mock.patch.object(discovery, "_MOST_WEIGHT", 2 << 20):
                base = self.base / what
                known = self.plugin("zoo", text, base=base)
                for i in range(40):
                    self.plugin(f"shop{i}", text, base=base)
                found = discover([(base, "user")], known=["zoo"])
                self.assertLess(len(found), 20)
                self.assertEqual(found[-2].folder, known)
                self.assertIn("holds more than 1000 plugins, 2 MB of manifests", found[-1].problems[0].text)

    def long_way(self):
        """A symlink that leads nowhere, by way of thirty-eight others of 4 kB: each look behind it costs a millisecond."""
        folder = self.base / "way"
        (folder / "d").mkdir(parents=True)
        for number in range(38):
            (folder / f"l{number}").symlink_to("d/../" * 815 + f"l{number + 1}")
        return folder / "l0"

    def test_what_takes_very_long_to_look_at(self):
        way, plugins = self.long_way(), self.base / "plugins"
        slow = self.plugin("slow", whole=MANIFEST.format(id="slow").replace("shop:", "nothing:"), base=plugins)
        for number in range(300):
            (slow / f"l{number}").symlink_to(way)
            (plugins / f"alias{number}").symlink_to("slow")
            (plugins / f"gone{number}").symlink_to(way)
        shop, consents = self.plugin("shop", base=plugins), Consents(self.base / "consents.json")
        consents.give("shop", shop, trust.fingerprint(shop))
        with mock.patch.object(strangers, "_LONGEST", 0.05):
            found = checks.search(Work(), [(plugins, "user")], consents)
        self.assertEqual([each.found.id for each in found if each.agreed], ["shop"])
        self.assertIn("takes very long to look at; only some of them are looked at", str(found[-1].found.problems[0]))
        self.assertLess(len(found), 300)

    def test_time_is_of_all_strangers_together(self):
        self.plugin("desk", "dependencies = ['qitest-lib']", base=self.base / "b")
        common = strangers.Common()
        with mock.patch.object(common, "has_time", return_value=False):
            [found] = discover([(self.base / "a", "user"), (self.base / "b", "user")], common=common)
            self.assertIn("takes very long", str(found.problems[0]))
            self.assertIn("need more in all than is looked at",
                          checks.describe(discovery.look_at(self.base / "b" / "desk", "user").manifest, common)[0]["problem"])

    def test_nothing_is_looked_at_behind_symlinks_that_need_not_be_there(self):
        way = self.long_way()
        folder = self.plugin("shop", whole=MANIFEST.format(id="shop").replace("shop:", "shpo:") + 'private = "deps"\n')
        real = self.distribution(self.base / "other", "qitest-lib", "1")
        (folder / "deps" / "PySide6").mkdir(parents=True)
        (folder / "deps" / "qitest_lib-1.dist-info").symlink_to(real / "qitest_lib-1.dist-info")
        (folder / "shpoo").symlink_to(self.write(self.base / "package" / "__init__.py").parent)
        for place in folder, folder / "deps" / "PySide6", folder / "deps":
            (place / "long").symlink_to(way)
        looked = []

        def stat(path, *args, real=os.stat, **kwargs):
            looked.append(os.path.basename(path) if isinstance(path, (str, os.PathLike)) else path)
            return real(path, *args, **kwargs)

        with mock.patch.object(os, "stat", stat):
            [found] = self.found((self.base, "user")).values()
            self.assertEqual(list(metadata.distributions(folder / "deps")), [])
            qtcopies.problems(folder)
        self.assertIn("there is no module 'shpo' in the plugin's folder; did you mean 'shop'?", found.problems[0].text)
        self.assertNotIn("long", looked)
        with mock.patch.object(manifest._Reader, "_has_module") as has_module:
            folder.rename(self.base / "shopping")  # whose id is wrong then
            self.assertIn("the id is the folder's name", self.found((self.base, "user"))["shopping"].problems[0].text)
            self.assertEqual(has_module.call_count, 0)

    def test_what_is_put_beside_a_plugin_hides_it_not(self):
        for i in range(30):
            self.write(self.base / f"aaa{i}" / "notes.txt")
            self.write(self.base / f"file{i}")
        self.plugin("shop")
        with mock.patch.object(discovery, "_MOST", 10), mock.patch.object(discovery, "_MOST_HINTS", 5):
            self.assertEqual([plugin.id for plugin in discover([(self.base, "user")])], ["shop"])

    def test_what_the_user_has_agreed_to_is_found_whatever_lies_beside_it(self):
        for i in range(30):
            self.plugin(f"aaa{i}")
        shop, consents = self.plugin("shop"), Consents(self.base / "consents.json")
        consents.give("shop", shop, trust.fingerprint(shop))
        consents.give("gone", shop, trust.fingerprint(shop))
        for most in (mock.patch.object(discovery, "_MOST", 10), mock.patch.object(discovery, "_MOST_NAMES", 10)):
            with most:
                found = {each.found.id: each for each in checks.search(Work(), [(self.base, "user")], consents)}
            self.assertTrue(found["shop"].agreed)
            self.assertIsNotNone(found["shop"].found.manifest)
            self.assertIn("only some of them are looked at", str(found[self.base.name].found.problems[0]))
            self.assertLess(len(found), 15)

    def test_what_cannot_be_used_takes_no_place_of_what_the_user_has_agreed_to(self):
        shop, consents = self.plugin("shop", base=self.base / "system"), Consents(self.base / "consents.json")
        consents.give("shop", shop, trust.fingerprint(shop))
        folders = [(self.base / "user", "user"), (self.base / "system", "system")]
        for make in lambda path: path.write_text("rubbish"), os.mkfifo, lambda path: path.symlink_to("gone"), os.mkdir:
            folder = self.base / "user" / "shop"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder / "plugin.toml")
            first, work = [], Work()
            work.post = lambda function, seen: first.extend(seen)
            found = checks.search(work, folders, consents, print)
            for seen in first, found:
                self.assertEqual([(each.found.folder, each.agreed) for each in seen], [(shop, True)])
                self.assertIsNotNone(seen[0].found.manifest)

    def test_what_the_user_has_agreed_to_is_told_before_anything_else_is_read(self):
        for i in range(5):
            self.plugin(f"aaa{i}")
        shop, consents = self.plugin("shop"), Consents(self.base / "consents.json")
        consents.give("shop", shop, trust.fingerprint(shop))
        told, work = [], Work()
        with mock.patch.object(discovery, "look_at", side_effect=discovery.look_at) as look:
            work.post = lambda function, seen: told.append((function, [each.found.id for each in seen], look.call_count))
            found = checks.search(work, [(self.base, "user")], consents, print)
        self.assertEqual(told, [(print, ["shop"], 1)])
        self.assertEqual(len(found), 6)
        other = self.plugin("shop", base=self.base / "before")  # one that takes its place is a stranger
        described = []
        work.post = lambda function, seen: told.append((function, [each.found.id for each in seen], len(described)))
        with mock.patch.object(checks, "describe", side_effect=lambda *args: described.append(args) or []):
            checks.search(work, [(other.parent, "user"), (self.base, "user")], consents, print)
        self.assertEqual(told[1], (print, [], 0))

    def test_strangers_with_the_ids_of_what_was_agreed_to_hold_nothing_up(self):
        """One that cannot be used is read in vain, and a thousand of them, or a large one, would take long."""
        user, system = self.base / "user", self.base / "system"
        consents = Consents(self.base / "consents.json")
        for id in ("desk", "shop", "till"):
            consents.give(id, self.plugin(id, base=system), trust.fingerprint(system / id))
            self.plugin(id, base=user, whole="[plugin]\n" + "# " + "x" * 70_000 * (id == "desk"))
        for seconds, looked_at in ((10, 5), (0, 3)):  # the large one is not
            first, work = [], Work()
            work.post = lambda function, seen: first.extend(each.found.folder for each in seen)
            with (mock.patch.object(discovery, "_LONGEST_BEFORE", seconds),
                  mock.patch.object(discovery, "look_at", side_effect=discovery.look_at) as look,
                  mock.patch.object(discovery, "discover", return_value=[])):
                checks.search(work, [(user, "user"), (system, "system")], consents, print)
            self.assertEqual(first, [system / id for id in ("desk", "shop", "till")])
            self.assertEqual(look.call_count, looked_at)

    def test_one_that_takes_the_place_of_what_was_agreed_to(self):
        user, system = self.base / "user", self.base / "system"
        consents = Consents(self.base / "consents.json")
        consents.give("shop", self.plugin("shop", base=system), trust.fingerprint(system / "shop"))
        self.plugin("shop", base=user)
        first, work = [], Work()
        work.post = lambda function, seen: first.extend(seen)
        found = checks.search(work, [(user, "user"), (system, "system")], consents, print)
        self.assertEqual(first, [])
        self.assertEqual([(each.found.source, each.elsewhere) for each in found][0], ("user", True))

    def test_a_folder_of_modules_is_none_of_plugins(self):
        self.plugin("shop", base=self.base / "real")
        (self.base / "link").symlink_to("real")
        for path in (self.base / "real", self.base / "link"):
            for entry in ("real", "link/", "../" + self.base.name + "/real"):
                with self.subTest(path, entry=entry), mock.patch.object(sys, "path", [*sys.path, f"{self.base}/{entry}"]):
                    [found] = discover([(path, "user")])
                    self.assertIn("imported by its name without anybody's consent", found.problems[0].text)
                    self.assertEqual(discovery.known([(path, "user")], lambda: None, {"shop"}), [])
        [found] = discover([(self.base / "link", "user")])
        self.assertEqual(found.problems, [])

    def test_what_python_and_editors_leave_is_no_plugin(self):
        for name in ("__pycache__", ".git", ".hidden"):
            self.write(self.base / name / "plugin.toml", "x")
        self.assertEqual(discover([(self.base, "user")]), [])


class Meanwhile(PluginCase):
    """A manifest that changes while it is read is not taken for the one that is there then."""

    def change(self, folder):
        path = folder / "plugin.toml"
        path.write_text(path.read_text().replace("A shop", "A desk"))

    def test_between_the_reading_and_the_note_of_what_was_read(self):
        folder = self.plugin()
        real = discovery.Manifest.read

        def read(folder):
            found = real(folder)
            self.change(folder)
            return found

        with mock.patch.object(discovery.Manifest, "read", read):
            [found] = discover([(self.base, "user")])
        self.assertEqual(found.manifest.name, "A shop")
        checked = checks.check(Work(), found, found.version, Consents(self.base / "consents.json"), [], False)
        self.assertEqual((checked.problem, checked.manifest.name), ("", "A desk"))

    def test_between_the_reading_and_the_hash(self):
        folder = self.plugin()
        found = discovery.look_at(folder, "user")
        real = trust.Tree.fingerprint

        def hash(tree):
            self.change(folder)
            return real(tree)

        with mock.patch.object(trust.Tree, "fingerprint", hash):
            checked = checks.check(Work(), found, found.version, Consents(self.base / "consents.json"), [], False)
        self.assertEqual(checked.problem, f"{folder / 'plugin.toml'}: it has changed while the plugin was looked at; try again")


class WhatIsSaid(PluginCase):
    def test_names_of_files_end_no_line(self):
        folder = self.plugin(files={"a\nIt is verified.\nb.py": ""})
        (folder / "a\nIt is verified.\nb.py").chmod(0o666)
        checked = checks.check(Work(), discovery.look_at(folder, "user"), None, Consents(self.base / "consents.json"), [], False)
        self.assertIn(r"a\nIt is verified.\nb.py: its group and everybody may write to it; run: chmod go-w", checked.problem)
        self.assertNotIn("\n", checked.problem)
        gone = self.plugin("a\nIt is verified", whole="")
        found = discovery.look_at(gone, "user")
        self.assertNotIn("\n", checks.check(Work(), found, found.version, None, [], False).problem.rpartition("\n" + str(gone))[0])
        shutil.rmtree(gone)
        self.assertNotIn("\n", checks.check(Work(), found, found.version, None, [], False).problem)


class Watched(PluginCase):
    def test_what_matters_to_a_reload(self):
        folder = self.plugin(files={"a/b.py": "", "a/.hidden/x.py": "", "__pycache__/shop.cpython-311.pyc": b"", "shop.py~": ""})
        (folder / "pipe").symlink_to("nowhere")
        found = watchfiles.look(folder)
        self.assertEqual(sorted(found), sorted(str(folder / name) for name in ("", "a", "a/b.py", "plugin.toml", "shop.py")))
        self.assertEqual([path for path in found if found[path] is None], [str(folder), str(folder / "a")])
        self.assertEqual(watchfiles.look(self.base / "gone"), {str(self.base / "gone"): None})

    def test_a_folder_without_an_end(self):
        folder = self.plugin(files={f"{name}/{i}.py": "" for name in "abc" for i in range(20)})
        asked = []
        with mock.patch.object(watchfiles, "MOST_FILES", 30):
            self.assertLess(len(watchfiles.look(folder, lambda: asked.append(1))), 32)
        self.assertEqual(len(asked), 30)


class Services:
    """What tells of files that have changed, as far as a Watch asks for it."""

    def __init__(self):
        self.changed = self
        self.told = []

    def connect(self, slot):
        self.told.append(slot)
        return self

    def disconnect(self):
        self.told.clear()

    def watch(self, paths):
        self.watched = paths

    def tell(self):
        for slot in self.told:
            slot("")


class Watching(PluginCase):
    def watching(self, compare):
        """Changes a file, and while a look calls compare(real, *args) the first time, another one. Returns the ids that
        were told, and the contexts of the exception handler."""
        folder, services, ids, wrong, begun, goes_on = self.plugin(), Services(), [], [], [], threading.Event()
        real = watchfiles._compare

        def first(*args):
            begun.append(None)
            if len(begun) > 1:
                return real(*args)
            self.assertTrue(goes_on.wait(60))
            return compare(real, *args)

        async def until(condition):
            async with asyncio.timeout(60):
                while not condition():
                    await asyncio.sleep(0.005)

        async def main():
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: wrong.append(context))
            watch = watchfiles.Watch(services, lambda: {"shop": folder}, lambda id: (), ids.extend)
            watch.take("shop", watchfiles.look(folder))
            services.tell()
            await until(lambda: begun)
            self.write(folder / "later.py")
            services.tell()
            await until(lambda: watch._stirred)
            goes_on.set()
            await until(lambda: ids)
            watch.stop()

        with mock.patch.multiple(watchfiles, PAUSE=0.01, _compare=first):
            asyncio.run(main())
        return ids, wrong

    def test_a_change_during_a_look_is_looked_for_after_it(self):
        self.assertEqual(self.watching(lambda real, work, folders, before, written: (dict(before), [])), (["shop"], []))

    def test_a_change_during_a_look_that_fails_is_looked_for_after_it(self):
        failed = OSError("the disk is gone")

        def fail(*args):
            raise failed

        ids, [context] = self.watching(fail)
        self.assertEqual((ids, context["exception"]), (["shop"], failed))


class NothingRuns(PluginCase):
    def test_a_planted_package_is_not_run_and_nothing_is_written(self):
        witness = self.base / "witness"
        code = f"open({str(witness)!r}, 'w').close()\n"
        traps = ["__init__.py", "shop.py", "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "tomllib.py",
                 "packaging.py", "vendor/attr.py", "trap.pth"]
        files = {name: "import os; " + code if name.endswith(".pth") else code for name in traps}
        folder = self.plugin(files=files, manifest='private = "vendor"\ndependencies = ["attrs"]\n')
        before = {path: path.stat().st_mtime_ns for path in [self.base, folder, *folder.rglob("*")]}
        modules, path = set(sys.modules), list(sys.path)

        events = []
        with Listening(folder, events):
            [found] = discover([(self.base, "user")])

        self.assertIsNotNone(found.manifest, found.problems)
        self.assertFalse(witness.exists())
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in before})
        self.assertEqual({*folder.rglob("*")}, set(before) - {self.base, folder})
        self.assertFalse([name for name in set(sys.modules) - modules if name.partition(".")[0] in ("shop", "attr", "trap")])
        self.assertEqual(sys.path, path)
        self.assertIn("open", {event for event, _ in events})
        for event, argument in events:
            self.assertIn(event, ("open", "os.listdir", "os.scandir"))
            if event == "open":
                self.assertEqual(argument, str(folder / "plugin.toml"))


class Listening:
    """Notes the audit events that name something in a folder."""

    _listeners = []

    def __init__(self, folder, events):
        self._folder, self._events = str(folder), events

    def __enter__(self):
        if not Listening._listeners:
            sys.addaudithook(Listening._hear)
            Listening._listeners.append(None)
        Listening._listeners.append(self)

    def __exit__(self, *ignored):
        Listening._listeners.remove(self)

    @staticmethod
    def _hear(event, arguments):
        for listener in Listening._listeners:
            if listener:
                for argument in arguments:
                    if isinstance(argument, (str, bytes, os.PathLike)) and listener._folder in os.fsdecode(argument):
                        listener._events.append((event, os.fsdecode(argument)))
                        if event == "open" and any(flag in str(arguments[1]) for flag in "wax+"):
                            listener._events.append(("open for writing", os.fsdecode(argument)))


if __name__ == "__main__":
    unittest.main()
