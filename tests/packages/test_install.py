# SPDX-License-Identifier: BSD-3-Clause
"""Installing, removing, updating and taking back plugins from files: run by qi-run."""

import asyncio
import fcntl
import hashlib
import os
import stat
import threading
import unittest

import archives
from archives import PackageCase

import qi.plugin
from qi.plugin import consents, discovery, trust
from qi.plugin.install import place as places, shelf
from qi.plugin.install.errors import InstallError
from qi.plugin.install.place import Place


class InstallCase(PackageCase):
    def setUp(self):
        super().setUp()
        self.folder = self.base / "plugins"
        self.place = Place(self.folder)

    def install(self, path, **how):
        return shelf.install_file(self.place, path, **how)

    def refused(self, text, function, *args, **named):
        """That it is refused, and nothing has changed."""
        before = self.look()
        with self.assertRaises(InstallError) as raised:
            function(*args, **named)
        self.assertIn(text, str(raised.exception))
        self.assertEqual(self.look(), before)

    def look(self):
        """All that is in the folder, but for what is there before anything is installed."""
        found = {os.path.relpath(os.path.join(folder, name), self.folder): os.lstat(os.path.join(folder, name)).st_ino
                 for folder, folders, names in os.walk(self.folder) for name in (*folders, *names)}
        return {name: number for name, number in found.items() if name not in (".qi", ".qi/before", ".qi/installed", ".qi/next", ".qi/lock")}

    def versions(self):
        return {each.id: each.manifest.version for each in discovery.discover([(self.folder, "user")])}


class Installing(InstallCase):
    def test_an_application_finds_what_was_installed(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        installed = self.install(self.archive())
        self.assertEqual((installed.id, installed.version, installed.before), ("shop", "1.0.0", ""))
        self.assertEqual(self.versions(), {"shop": "1.0.0"})
        self.assertEqual(trust.problems(self.folder / "shop"), [])
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)

    def test_a_newer_version_takes_its_place_and_the_user_is_asked_again(self):
        self.install(self.archive("1.0.0"))
        agreed = consents.Consents(self.base / "consents.json")
        agreed.give("shop", self.folder / "shop", trust.fingerprint(self.folder / "shop"))
        installed = self.install(self.archive("1.1.0"))
        self.assertEqual((installed.version, installed.before), ("1.1.0", "1.0.0"))
        self.assertEqual(self.versions(), {"shop": "1.1.0"})
        self.assertEqual(agreed.ask("shop", self.folder / "shop", trust.fingerprint(self.folder / "shop")).reason, "changed")
        shelf.rollback(self.place, "shop")
        self.assertEqual(agreed.ask("shop", self.folder / "shop", trust.fingerprint(self.folder / "shop")).reason, "given")

    def test_an_older_version_is_refused_unless_it_is_asked_for(self):
        self.install(self.archive("1.10.0"))
        self.refused("1.10.0 is installed, which is newer than 1.9.0", self.install, self.archive("1.9.0"))
        self.assertEqual(self.install(self.archive("1.9.0"), older=True).before, "1.10.0")

    def test_another_hash_is_refused(self):
        path = self.archive()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.refused("is another file than was meant", self.install, path, sha256="0" * 64)
        self.assertEqual(self.install(path, sha256=digest.upper()).version, "1.0.0")

    def test_what_was_put_there_by_hand_is_left_alone(self):
        self.plugin("0.9", base="plugins", **{"work.py": "mine = True\n"})
        os.chmod(self.folder, 0o755)
        self.refused("put there by hand", self.install, self.archive())
        self.refused("put there by hand", shelf.remove, self.place, "shop")
        self.refused("put there by hand", shelf.rollback, self.place, "shop")
        self.assertEqual([each.source for each in shelf.entries(self.place)], [""])
        self.install(self.archive(), force=True)
        self.assertEqual(self.versions(), {"shop": "1.0.0"})
        self.assertTrue((self.folder / ".qi/before/shop/shop/work.py").exists())

    def test_a_link_to_somebodys_work_is_left_alone(self):
        source = self.plugin()
        self.folder.mkdir(mode=0o700)
        (self.folder / "shop").symlink_to(source)
        self.refused("put there by hand", self.install, self.archive())
        self.assertTrue((source / "shop.py").exists())

    def test_what_was_changed_since_is_left_alone(self):
        self.install(self.archive("1.0.0"))
        (self.folder / "shop/shop.py").write_text(archives.CODE + "# mended\n")
        self.refused("have been changed since", self.install, self.archive("1.1.0"))
        self.refused("have been changed since", shelf.remove, self.place, "shop")
        self.install(self.archive("1.1.0"), force=True)
        self.assertIn("mended", (self.folder / ".qi/before/shop/shop/shop.py").read_text())

    def test_a_manifest_that_cannot_be_used_is_refused(self):
        self.refused("shop/plugin.toml:7: plugin.nonsense", self.install, self.archive(manifest="nonsense = 1\n"))

    def test_an_id_that_is_not_the_folders_name_is_refused(self):
        path = self.archive(leave_out=["shop/plugin.toml"], extra=[("shop/plugin.toml", archives.MANIFEST.format(id="other", version="1.0"))])
        self.refused("the id is the folder's name, 'shop', not 'other'", self.install, path)

    def test_what_fits_neither_qi_nor_python_is_refused(self):
        self.refused("it needs qi >=99", self.install, self.archive(manifest='qi = ">=99"\n'))
        self.refused("it needs Python <3", self.install, self.archive(manifest='python = "<3"\n'))

    def test_what_is_missing_is_told_and_can_come_later(self):
        installed = self.install(self.archive(manifest='dependencies = ["no-such-package>=1"]\n'))
        self.assertIn("no-such-package", installed.notes[0])

    def test_a_folder_that_others_could_change_is_refused(self):
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.refused("nothing can be installed in", self.install, self.archive())
        self.folder.chmod(0o755)
        (self.folder / ".qi").mkdir()
        (self.folder / ".qi").chmod(0o777)
        self.refused("nothing can be installed in", self.install, self.archive())

    def test_what_is_no_file_is_refused(self):
        os.mkfifo(self.base / "pipe")
        for name, text in ("none.zip", "No such file"), (".", "this is a folder"), ("pipe", "this is not a file"):
            self.refused(text, self.install, self.base / name)

    def test_two_at_once_come_one_after_another(self):
        self.install(self.archive("1.0.0"))
        with open(self.folder / ".qi/lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            places._PATIENCE, before = 0.05, places._PATIENCE
            self.addCleanup(setattr, places, "_PATIENCE", before)
            self.refused("another process is changing the plugins", self.install, self.archive("1.1.0"))


class Leaving(InstallCase):
    def test_back_and_forth(self):
        self.install(self.archive("1.0.0"))
        self.refused("there is no version before shop 1.0.0", shelf.rollback, self.place, "shop")
        self.install(self.archive("2.0.0"))
        self.assertEqual(shelf.rollback(self.place, "shop")[:3], ("shop", "1.0.0", "2.0.0"))
        self.assertEqual(self.versions(), {"shop": "1.0.0"})
        self.assertEqual(shelf.rollback(self.place, "shop")[:3], ("shop", "2.0.0", "1.0.0"))
        self.assertEqual(self.versions(), {"shop": "2.0.0"})
        self.assertEqual(self.install(self.archive("3.0.0")).before, "2.0.0")

    def test_what_somebody_has_dropped_beside_is_taken_for_nothing(self):
        """Notes that are none, as in a folder that was copied, or made to keep others from their plugins."""
        self.install(self.archive("1.0.0"))
        for name, text in (("next/shop/shop.json", "{}"), ("next/desk/desk.json", '{"inode": 1, "back": 2}'), ("installed/desk", '{"files": 1}')):
            with self.subTest(name):
                path = self.folder / ".qi" / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
                (self.folder / "desk").mkdir(exist_ok=True)
                self.assertEqual([each.version for each in shelf.entries(self.place) if each.id == "shop"], ["1.0.0"])
                self.refused("put there by hand", shelf.rollback, self.place, "desk")
        self.assertFalse((self.folder / ".qi/next/shop").exists())

    def test_what_was_changed_is_not_moved_away(self):
        self.install(self.archive("1.0.0"))
        self.install(self.archive("2.0.0"))
        work = os.path.join(self.place.plugin("shop"), "work.py")
        with open(work, "w"):
            pass
        self.refused("have been changed since", shelf.rollback, self.place, "shop")
        self.assertTrue(os.path.exists(work))
        self.assertEqual(shelf.rollback(self.place, "shop", force=True).version, "1.0.0")

    def test_a_removal_leaves_nothing(self):
        data = self.base / "plugin-data/shop"
        for keeps in True, False:
            data.mkdir(parents=True, exist_ok=True)
            (data / "kept").write_text("data")
            self.install(self.archive("1.0.0"))
            self.install(self.archive("2.0.0"))
            shelf.remove(self.place, "shop", data=None if keeps else data)
            self.assertEqual(self.versions(), {})
            self.assertEqual([name for name in self.look() if "shop" in name], [])
            self.assertEqual(data.exists(), keeps)

    def test_data_that_lies_elsewhere_is_left_alone(self):
        (self.base / "elsewhere").mkdir()
        (self.base / "data").symlink_to(self.base / "elsewhere")
        self.install(self.archive())
        with self.assertRaises(InstallError) as raised:
            shelf.remove(self.place, "shop", data=self.base / "data")
        self.assertIn("but not its data", str(raised.exception))
        self.assertTrue((self.base / "elsewhere").exists())

    def test_what_is_not_there_and_what_can_be_no_id(self):
        self.folder.mkdir(mode=0o700)
        with self.assertRaises(InstallError):
            shelf.remove(self.place, "shop")
        for id in "..", "../plugins", ".qi", "", "a/b", "a\x1b":
            for function in shelf.remove, shelf.rollback:
                with self.assertRaises(InstallError) as raised:
                    function(self.place, id)
                self.assertIn("is no plugin's id", str(raised.exception))

    def test_a_list_tells_of_all(self):
        self.install(self.archive("1.0.0"))
        self.install(self.archive("2.0.0"))
        self.plugin("0.1", id="mine", base="plugins", **{"plugin.toml": "nonsense"})
        mine, shop = shelf.entries(self.place)
        self.assertEqual((mine.id, mine.source), ("mine", ""))
        self.assertIn("this is not TOML", mine.problem)
        self.assertEqual(shop, ("shop", "2.0.0", str(self.base / "shop-2.0.0.zip"), "1.0.0", ""))
        self.assertEqual(shelf.entries(Place(self.base / "none")), [])


class FromPython(InstallCase):
    """The coroutine functions of qi.plugin."""

    def test_all_of_it(self):
        async def work():
            packed = await qi.plugin.pack(self.plugin(), self.base / "packed.zip")
            installer = qi.plugin.Installer(self.folder, data_folder=self.base / "data")
            installed = await installer.install(packed.path, sha256=packed.sha256)
            self.assertEqual((installed.id, installed.version), ("shop", "1.0.0"))
            await installer.install(self.archive("2.0.0"))
            self.assertEqual((await installer.rollback("shop")).version, "1.0.0")
            self.assertEqual([(each.id, each.version, each.before) for each in await installer.list()], [("shop", "1.0.0", "2.0.0")])
            await installer.remove("shop", data=True)
            self.assertEqual(await installer.list(), [])
            with self.assertRaises(qi.plugin.InstallError):
                await installer.remove("shop")

        asyncio.run(work())

    def test_the_loop_goes_on_meanwhile(self):
        async def work():
            threads, real = set(), shelf.put
            held = threading.Event()

            def put(*args, **named):
                threads.add(threading.current_thread())
                held.wait()  # until the loop has had its turn
                return real(*args, **named)

            shelf.put = put
            self.addCleanup(setattr, shelf, "put", real)
            asyncio.get_running_loop().call_later(0.01, held.set)
            await qi.plugin.Installer(self.folder).install(self.archive())
            self.assertNotIn(threading.current_thread(), threads)

        asyncio.run(work())

    def test_whoever_is_cancelled_has_changed_nothing(self):
        async def work():
            installer = qi.plugin.Installer(self.folder)
            await installer.install(self.archive("1.0.0"))
            reached, go, ended = threading.Event(), threading.Event(), threading.Event()
            real = trust.fingerprint

            def fingerprint(folder):
                reached.set()
                go.wait()
                return real(folder)

            trust.fingerprint = fingerprint
            self.addCleanup(setattr, trust, "fingerprint", real)
            task = asyncio.ensure_future(installer.install(self.archive("2.0.0")))
            await asyncio.to_thread(reached.wait)
            task.cancel()
            await asyncio.wait([task])
            self.assertTrue(task.cancelled())
            go.set()
            with self.place.locked():  # which the thread holds until it has ended
                ended.set()
            self.assertEqual(self.versions(), {"shop": "1.0.0"})

        asyncio.run(work())

    def test_where_an_application_keeps_its_plugins(self):
        os.environ["XDG_DATA_HOME"] = "/data"
        self.addCleanup(os.environ.pop, "XDG_DATA_HOME")
        self.assertEqual(qi.plugin.Installer(application="Example/Notes").folder, "/data/Example/Notes/plugins")
        self.assertEqual(qi.plugin.Installer(application="Notes").data_folder, "/data/Notes/plugin-data")
        for wrong in "", "a/b/c", "../x", "/x", "a\n/b":
            with self.assertRaises(InstallError):
                qi.plugin.Installer(application=wrong)
        with self.assertRaises(TypeError):
            qi.plugin.Installer()


unittest.main()
