# SPDX-License-Identifier: BSD-3-Clause
"""What another user of the machine can do: nothing, where nothing was said of the folder; and where something was
said, not even that. These tests run as root, and attack as `nobody`."""

import importlib
import os
import pwd
import struct
import sys
import threading
import types
import unittest
from unittest import mock

from pluginfolder import PluginCase

from qi.plugin import bytecode, sources
from qi.plugin.consents import Consents
from qi.plugin.context import Context
from qi.plugin.trust import Tree, fingerprint, problems

EVIL = "import os\nraise SystemExit(f'code of another user ran as {os.getuid()}')\n"


@unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
class Attacks(PluginCase):
    def setUp(self):
        super().setUp()
        self.base.chmod(0o755)
        self.before = set(sys.modules), list(sys.path)
        self.addCleanup(self.forget)

    def forget(self):
        for name in set(sys.modules) - self.before[0]:
            del sys.modules[name]
        sys.path[:] = self.before[1]

    def as_nobody(self, attack):
        """Calls a function as another user, in a process of its own. Whether it could do it all."""
        child = os.fork()
        if not child:
            status = 1
            try:
                user = pwd.getpwnam("nobody")
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
                attack()
                status = 0
            except OSError:
                pass
            finally:
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def open_folder(self, mode=0o777):
        folder = self.base / "open"
        folder.mkdir()
        folder.chmod(mode)
        return folder

    def put(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_nothing_of_a_folder_that_is_trusted_can_be_changed(self):
        folder = self.plugin(files={"part.py": "value = 1\n", "pack/__init__.py": "", "data/model.bin": b"x"})
        (folder / "link.py").symlink_to("part.py")
        sticky = self.open_folder(0o1777)
        (sticky / "way").symlink_to(self.base)
        self.assertEqual(problems(sticky / "way" / "shop"), [])
        hashed = fingerprint(folder)
        for path in [*folder.rglob("*"), folder, self.base, sticky / "way"]:
            for attack in (lambda: open(path, "ab"), lambda: os.unlink(path), lambda: os.rename(path, f"{path}2"),
                           lambda: os.chmod(path, 0o777), lambda: open(path / "new.py", "w"), lambda: os.utime(path)):
                self.assertFalse(self.as_nobody(attack), path)
        self.assertEqual(fingerprint(folder), hashed)

    def test_a_link_in_the_middle_of_the_way(self):
        real, middle = self.plugin(base=self.base / "real", files={"late.py": "value = 1\n"}), self.open_folder()
        (middle / "link").symlink_to(real)
        way = self.base / "shop"
        way.symlink_to(middle / "link")
        self.assertIn(f"{middle}: its group and everybody may write to it", problems(way)[0])
        # Even where that was not looked at, or was true only afterwards:
        tree = Tree(way)
        sources.guard(way, tree.fingerprint().files)
        self.addCleanup(sources.unguard, way)

        def attack():
            self.put(middle / "evil" / "late.py", EVIL)
            os.unlink(middle / "link")
            os.symlink(middle / "evil", middle / "link")

        self.assertTrue(self.as_nobody(attack))
        sys.path.insert(0, tree.root)  # as the manager does
        self.assertEqual(importlib.import_module("late").value, 1)
        with self.assertRaises(ImportError):
            sources.loader("late", str(way / "late.py")).get_code("late")

    def test_a_link_that_leads_out_and_back(self):
        folder, middle = self.plugin(files={"real.py": "value = 1\n"}), self.open_folder()
        (middle / "x").symlink_to(folder / "real.py")
        (folder / "late.py").symlink_to(middle / "x")
        self.assertIn("leads out of the plugin's folder, through", problems(folder)[0])
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)

        def attack():
            self.put(middle / "evil.py", EVIL)
            os.unlink(middle / "x")
            os.symlink(middle / "evil.py", middle / "x")

        self.assertTrue(self.as_nobody(attack))
        sys.path.insert(0, str(folder))
        with self.assertRaises(ImportError):
            importlib.import_module("late")

    def test_a_library_that_was_opened_when_everybody_might_write_to_it(self):
        folder = self.plugin(files={"native.so": b"good"})
        library = folder / "native.so"
        library.chmod(0o666)
        told, go = os.pipe(), os.pipe()

        def attack():
            number = os.open(library, os.O_WRONLY)
            os.write(told[1], b"x")
            os.read(go[0], 1)
            os.write(number, b"evil")

        child = threading.Thread(target=self.as_nobody, args=(attack,))
        child.start()
        os.read(told[0], 1)
        self.assertIn("everybody may write to it; run: chmod go-w", problems(folder)[0])
        library.chmod(0o644)  # the advice
        with self.assertRaisesRegex(OSError, "another program has it open for writing"):
            fingerprint(folder)
        os.write(go[1], b"x")
        child.join()
        self.assertEqual(library.read_bytes(), b"evil")
        fingerprint(folder)

    def test_lists_of_access_count_as_the_group(self):
        folder = self.plugin()
        user = pwd.getpwnam("nobody").pw_uid
        entries = ((1, 6, -1), (2, 6, user), (4, 4, -1), (16, 6, -1), (32, 4, -1))  # owner, nobody, group, mask, others
        try:
            os.setxattr(folder / "shop.py", "system.posix_acl_access",
                        struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *each) for each in entries))
        except OSError as problem:
            self.skipTest(f"this file system has no lists: {problem}")
        self.assertTrue(self.as_nobody(lambda: os.open(folder / "shop.py", os.O_WRONLY)))
        self.assertIn(f"{folder / 'shop.py'}: its group may write to it", problems(folder)[0])

    def test_a_cache_that_is_put_in_the_place_of_the_users(self):
        folder = self.plugin(files={"late.py": "value = 1\n"})
        sources.guard(folder, fingerprint(folder).files)
        self.addCleanup(sources.unguard, folder)
        middle = self.open_folder()
        source = folder / "late.py"
        digest = fingerprint(folder).files["late.py"]
        with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(middle / "cache")}), \
             mock.patch.object(sys, "dont_write_bytecode", False):
            def attack():
                middle.joinpath("cache").mkdir()
                bytecode.keep(str(source), digest, compile(EVIL, str(source), "exec"))
                os.makedirs(middle / "cache" / "qi" / "bytecode", 0o755, exist_ok=True)

            self.assertTrue(self.as_nobody(attack))
            self.assertIsNone(bytecode.recall(str(source), digest))
            sys.path.insert(0, str(folder))
            self.assertEqual(importlib.import_module("late").value, 1)

    def test_a_data_folder_that_is_put_in_the_place_of_the_users(self):
        middle, own = self.open_folder(0o1777), self.base / "own"
        own.mkdir()

        def attack():
            middle.joinpath("theirs").mkdir()
            middle.joinpath("link").symlink_to(own)

        self.assertTrue(self.as_nobody(attack))
        for place in (middle / "theirs" / "shop", middle / "link" / "shop", middle / "theirs"):
            with self.assertRaisesRegex(PermissionError, "it belongs to nobody"):
                self.data_folder(place)
        self.assertEqual(os.listdir(own), [])
        with self.assertRaisesRegex(PermissionError, "other users may write to it"):
            self.data_folder(middle)  # where everybody may make files, though none of others' is renamed
        (own / "file").write_text("x")
        with self.assertRaises(NotADirectoryError):
            self.data_folder(own / "file")

    def test_a_data_folder_is_the_users_alone_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        folder = self.data_folder(self.base / "data" / "app" / "shop")
        (folder / "file").write_text("x")
        for place in (self.base / "data", folder):
            self.assertFalse(self.as_nobody(lambda: os.rename(place, f"{place}2")))
            self.assertFalse(self.as_nobody(lambda: (place / "new").write_text("x")))

    def data_folder(self, path):
        activation = types.SimpleNamespace(manifest=types.SimpleNamespace(id="shop"), plugin=types.SimpleNamespace(kept={}),
                                           values=None, change_setting=None, data_folder=path)
        return Context(activation).data_folder

    def test_consents_that_are_put_in_the_place_of_the_users(self):
        folder, middle = self.plugin(), self.open_folder()
        given = fingerprint(folder)
        path = middle / "state" / "consents.json"
        self.assertTrue(self.as_nobody(lambda: (os.mkdir(path.parent), self.put(path, "{}"))))
        for change in (lambda: Consents(path).ask("shop", folder, given), lambda: Consents(path).give("shop", folder, given)):
            with self.assertRaises(PermissionError):
                change()
        self.assertEqual(path.read_text(), "{}")


if __name__ == "__main__":
    unittest.main()
