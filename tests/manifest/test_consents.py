# SPDX-License-Identifier: BSD-3-Clause
"""What the user has agreed to, whoever else writes into the file, or puts something in its place."""

import errno
import json
import os
import stat
import subprocess
import sys
import unittest
from unittest import mock

from pluginfolder import PluginCase

from qi.plugin import checks, consents
from qi.plugin.apart import Cancelled, Work
from qi.plugin.consents import Consents
from qi.plugin.discovery import look_at
from qi.plugin.trust import Fingerprint, Tree, fingerprint

EXE = os.readlink("/proc/self/exe")
RUN = [EXE, "--loop=none"] if os.path.basename(EXE) == "qi-run" else [EXE]  # what runs this


class Agreement(PluginCase):
    def setUp(self):
        super().setUp()
        self.folder = self.plugin()
        self.consents = Consents(self.base / "state" / "consents.json")

    def ask(self, folder=None, id="shop"):
        folder = folder or self.folder
        return self.consents.ask(id, folder, fingerprint(folder))

    def test_it_is_asked_for_given_kept_and_withdrawn(self):
        self.assertEqual((self.ask().reason, bool(self.ask())), ("new", False))
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.assertEqual((self.ask().reason, bool(self.ask())), ("given", True))
        self.consents = Consents(self.base / "state" / "consents.json")
        self.assertTrue(self.ask())
        self.consents.withdraw("shop")
        self.consents.withdraw("shop")
        self.assertEqual(self.ask().reason, "new")

    def test_a_change_asks_again_and_says_which_files(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.write(self.folder / "shop.py", "import os")
        self.write(self.folder / "more.py")
        decision = self.ask()
        self.assertFalse(decision)
        self.assertEqual(decision, ("changed", ["added: more.py", "changed: shop.py"]))
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.assertTrue(self.ask())

    def test_a_change_of_many_files_is_told_with_their_number(self):
        before = Fingerprint("x", {})
        self.consents.give("shop", self.folder, before)
        decision = self.consents.ask("shop", self.folder, Fingerprint("y", {f"{i}.txt": "0" for i in range(5000)}))
        self.assertEqual((len(decision.changed), decision.changed[-1]), (1001, "and 4000 more"))

    def test_of_very_many_files_the_hash_of_all_is_kept(self):
        files = {f"{i}.txt": "0" * 64 for i in range(20_000)}
        self.consents.give("shop", self.folder, Fingerprint("x", files))
        self.assertLess(os.stat(self.consents.path).st_size, 10_000)
        self.assertTrue(self.consents.ask("shop", self.folder, Fingerprint("x", files)))
        self.assertEqual(self.consents.ask("shop", self.folder, Fingerprint("y", files)),
                         ("changed", ["changed: files of which there are too many to tell which"]))

    def test_it_is_for_one_folder(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        other = self.plugin(base=self.base / "elsewhere")
        self.assertEqual(fingerprint(other), fingerprint(self.folder))
        self.assertEqual(self.ask(other), ("elsewhere", [f"agreed to: {self.folder}"]))
        self.assertTrue(self.consents.knows_elsewhere("shop", other))
        self.assertFalse(self.consents.knows_elsewhere("shop", self.folder))
        self.folder.rename(self.base / "moved")
        self.assertEqual(self.ask(other).reason, "new")
        self.assertFalse(self.consents.knows_elsewhere("shop", other))

    def test_it_is_for_one_plugin(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.assertEqual(self.ask(id="desk").reason, "new")
        other = self.plugin("desk")
        self.consents.give("desk", other, fingerprint(other))
        self.assertTrue(self.ask())

    def test_only_the_user_can_read_and_write_the_file(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.assertEqual(stat.S_IMODE(self.consents.path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.consents.path.parent.stat().st_mode), 0o700)
        for path in self.consents.path.parent.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertEqual(sorted(os.listdir(self.consents.path.parent)), ["consents.json", "consents.json.lock", "consents.json~"])

    def test_a_file_that_others_may_write_is_refused(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.consents.path.chmod(0o666)
        with self.assertRaisesRegex(PermissionError, "consents.json: its group and everybody may write to it; run: chmod"):
            self.ask()
        with self.assertRaises(PermissionError):
            self.consents.give("shop", self.folder, fingerprint(self.folder))

    DAMAGED = ["", "{", "[]", "\xff", "[" * 100_000, '{"a":' * 100_000, "1" * 5000, '"x"', "null"]

    def test_a_file_that_holds_something_else_means_that_nobody_was_asked(self):
        for text in (*self.DAMAGED, '{"shop": 1}', '{"shop": {"folder": 1, "hash": "x", "files": {}}}', '{"shop": {"hash": "x"}}'):
            with self.subTest(text[:20]):
                self.write(self.consents.path, text.encode("latin-1")).chmod(0o600)
                self.consents.copy.unlink(missing_ok=True)
                self.assertEqual(self.ask().reason, "new")
                self.consents.give("shop", self.folder, fingerprint(self.folder))
                self.assertTrue(self.ask())

    def test_a_damaged_file_is_as_good_as_its_copy(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.consents.give("desk", self.folder, fingerprint(self.folder))
        self.consents.withdraw("desk")
        for text in self.DAMAGED:
            with self.subTest(text[:20]):
                self.write(self.consents.path, text.encode("latin-1")).chmod(0o600)
                self.assertTrue(self.ask())
                self.assertEqual(self.ask(id="desk").reason, "new")  # what was withdrawn stays so
        self.consents.give("till", self.folder, fingerprint(self.folder))
        self.assertTrue(self.ask(id="shop"))

    def test_one_wrong_entry_is_nobody_elses(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        known = json.loads(self.consents.path.read_bytes())
        for wrong in (1, None, [], {"folder": "/", "hash": []}, {"folder": "/", "hash": "", "files": {"a": 1}}):
            self.write(self.consents.path, json.dumps(known | {"desk": wrong}).encode()).chmod(0o600)
            self.assertTrue(self.ask())
            self.assertEqual(self.ask(id="desk").reason, "new")

    def test_what_is_no_file_keeps_nobody_waiting(self):
        state = self.consents.path.parent
        state.mkdir()
        self.write(self.base / "elsewhere.json", "{}").chmod(0o600)
        for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.symlink_to(self.base / "elsewhere.json"),
                     os.mkdir, lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)) if os.geteuid() == 0 else os.mkfifo(path)):
            make(self.consents.path)
            with self.assertRaises(OSError):
                self.ask()
            with self.assertRaises(OSError):
                self.consents.give("shop", self.folder, fingerprint(self.folder))
            os.rmdir(self.consents.path) if self.consents.path.is_dir() and not self.consents.path.is_symlink() else os.unlink(self.consents.path)
        self.consents.path.with_name("consents.json.lock").unlink(missing_ok=True)
        os.mkfifo(self.consents.path.with_name("consents.json.lock"), 0o600)
        with self.assertRaises(OSError):
            self.consents.give("shop", self.folder, fingerprint(self.folder))

    def test_a_file_that_is_too_large_is_refused(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        os.truncate(self.consents.path, 1 << 40)  # it has holes
        with self.assertRaisesRegex(OSError, "it holds more than 64 MB"):
            self.ask()

    def test_what_would_be_too_large_to_be_read_again_is_not_written(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        many = Fingerprint("x", {f"file{i}": "0" * 64 for i in range(1000)})
        with mock.patch.object(consents, "_LARGEST", 50_000), self.assertRaisesRegex(OSError, "would take more than"):
            self.consents.give("desk", self.folder, many)
        self.assertTrue(self.ask())
        self.assertEqual(self.ask(id="desk").reason, "new")

    def test_the_copy_is_never_older_than_the_file(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        self.consents.give("desk", self.folder, fingerprint(self.folder))
        real, done = os.replace, []

        def replace(*args):
            if done:
                raise OSError(errno.EIO, "the power is gone")
            done.append(real(*args))

        with mock.patch.object(os, "replace", replace), self.assertRaises(OSError):
            self.consents.withdraw("desk")
        self.assertNotIn("desk", json.loads(self.consents.copy.read_bytes()))
        self.write(self.consents.path, "damaged").chmod(0o600)
        self.assertEqual(self.ask(id="desk").reason, "new")
        self.assertTrue(self.ask(id="shop"))

    def test_a_start_that_was_broken_off_gives_nothing_after_it_was_withdrawn(self):
        work, tree = Work(), Tree(self.folder)
        checked = checks.Checked(look_at(self.folder, "user"), None)
        checked.tree, checked.fingerprint = tree, tree.fingerprint()
        self.consents.give("shop", self.folder, tree.fingerprint())
        work.cancel()  # as withdraw() does, before it forgets the consent; the thread that was to give it may come later
        self.consents.withdraw("shop")
        with self.assertRaises(Cancelled):
            checks.settle(work, checked, self.consents, True)
        self.assertFalse(self.consents.knows("shop", self.folder))

    def test_folders_on_the_way_that_others_may_change(self):
        self.consents.give("shop", self.folder, fingerprint(self.folder))
        open_folder = self.base / "open"
        open_folder.mkdir()
        open_folder.chmod(0o777)
        (open_folder / "link").symlink_to(self.base / "state")
        (self.base / "way").symlink_to(open_folder / "link")
        self.consents = Consents(self.base / "way" / "consents.json")
        for change in (self.ask, lambda: self.consents.give("shop", self.folder, fingerprint(self.folder)),
                       lambda: self.consents.withdraw("shop")):
            with self.assertRaisesRegex(PermissionError, f"cannot be trusted: {open_folder}: its group and everybody may write"):
                change()
        open_folder.chmod(0o755)
        self.assertTrue(self.ask())

    def test_instances_that_write_at_the_same_time_lose_nothing(self):
        code = ("import sys, types; from qi.plugin.consents import Consents; from qi.plugin.trust import Fingerprint\n"
                "consents = Consents(sys.argv[1])\n"
                "for i in range(10): consents.give(f'{sys.argv[2]}{i}', '/nowhere', Fingerprint('x', {'a': 'b'}))\n")
        path = os.pathsep.join(each for each in sys.path if each)
        running = [subprocess.Popen([*RUN, "-c", code, str(self.consents.path), name], env={**os.environ, "PYTHONPATH": path})
                   for name in "abcd"]
        self.assertEqual([each.wait(100) for each in running], [0, 0, 0, 0])
        self.assertEqual(sorted(json.loads(self.consents.path.read_bytes())), [f"{name}{i}" for name in "abcd" for i in range(10)])


if __name__ == "__main__":
    unittest.main()
