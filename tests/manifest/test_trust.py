# SPDX-License-Identifier: BSD-3-Clause
"""Whether a plugin is what the user has agreed to."""

import mmap
import os
import pathlib
import stat
import unittest
from unittest import mock

from pluginfolder import PluginCase

from qi.plugin import trust
from qi.plugin.trust import changes, fingerprint, problems


class WhoCouldChangeIt(PluginCase):
    def test_a_folder_of_this_users_is_trusted(self):
        self.assertEqual(problems(self.plugin(files={"lib/x.py": ""})), [])

    def test_what_others_may_write_to(self):
        folder = self.plugin(files={"lib/x.py": "", "with space.py": ""})
        for name, mode, text in [
            ("shop.py", 0o664, "its group may write to it; run: chmod go-w "),
            ("shop.py", 0o646, "everybody may write to it"),
            ("shop.py", 0o666, "its group and everybody may write to it"),
            ("lib", 0o775, "its group may write to it"),
            (".", 0o777, "its group and everybody may write to it"),
            ("plugin.toml", 0o622, "its group and everybody may write to it"),
            ("with space.py", 0o622, "chmod go-w '"),
        ]:
            with self.subTest(f"{name} {mode:o}"):
                path = folder / name
                before = path.stat().st_mode
                path.chmod(mode)
                [found] = problems(folder)
                self.assertIn(text, found)
                self.assertTrue(found.startswith(f"{path}: "), found)
                path.chmod(stat.S_IMODE(before))
        self.assertEqual(problems(folder), [])

    def test_a_sticky_plugin_folder_is_not_enough(self):
        # Nobody can rename what is there, but everybody can add a module.
        folder = self.plugin()
        folder.chmod(0o1777)
        self.assertIn("everybody may write", problems(folder)[0])

    def test_parents_that_others_may_write_to(self):
        folder = self.plugin(base=self.base / "outer" / "inner")
        (self.base / "outer").chmod(0o777)
        [found] = problems(folder)
        self.assertTrue(found.startswith(f"{self.base / 'outer'}: its group and everybody may write to it"), found)
        (self.base / "outer").chmod(0o1777)  # as /tmp, where nobody renames what is not theirs
        self.assertEqual(problems(folder), [])

    def test_parents_on_both_ways_to_a_symlinked_plugin(self):
        target = self.plugin(base=self.base / "work")
        (self.base / "plugins").mkdir()
        link = self.base / "plugins" / "shop"
        link.symlink_to(target)
        self.assertEqual(problems(link), [])
        (self.base / "work").chmod(0o777)
        self.assertIn(str(self.base / "work"), problems(link)[0])
        (self.base / "work").chmod(0o755)
        (self.base / "plugins").chmod(0o777)
        self.assertIn(str(self.base / "plugins"), problems(link)[0])

    def test_a_symlink_on_the_way_in_a_folder_that_others_may_write_to(self):
        # It is neither where the first path is, nor where the last real one is.
        target = self.plugin(base=self.base / "real")
        (self.base / "open").mkdir()
        (self.base / "open" / "middle").symlink_to(target)
        (self.base / "link").symlink_to(self.base / "open" / "middle")
        self.assertEqual(problems(self.base / "link"), [])
        (self.base / "open").chmod(0o777)
        self.assertEqual(len(problems(self.base / "link")), 1)
        self.assertTrue(problems(self.base / "link")[0].startswith(f"{self.base / 'open'}: its group and everybody may"))
        self.assertEqual(problems(target), [])

    def test_a_way_that_leads_elsewhere_when_it_is_looked_at(self):
        # What is hashed is where it led before; nobody has looked at the folders above that.
        bad, good = self.plugin(base=self.base / "open"), self.plugin(base=self.base / "good")
        (self.base / "open").chmod(0o777)
        way = self.base / "shop"
        way.symlink_to(bad)
        tree = trust.Tree(way)
        way.unlink()
        way.symlink_to(good)
        self.assertEqual(tree.problems(), [f"{way}: it has led elsewhere a moment ago, to {bad}; try again"])

    def test_the_folder_above_a_symlink_is_the_one_above_where_it_leads(self):
        self.plugin(base=self.base / "open")
        (self.base / "open").chmod(0o777)
        (self.base / "open" / "inner").mkdir()
        self.plugin(base=self.base / "good")
        (self.base / "good" / "link").symlink_to(self.base / "open" / "inner")
        [found] = problems(self.base / "good" / "link" / ".." / "shop")
        self.assertTrue(found.startswith(f"{self.base / 'open'}: its group and everybody may write to it"), found)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files away")
    def test_a_symlink_of_somebody_elses_in_a_sticky_folder(self):
        target = self.plugin(base=self.base / "real")
        (self.base / "open").mkdir()
        (self.base / "open").chmod(0o1777)
        link = self.base / "open" / "shop"
        link.symlink_to(target)
        self.assertEqual(problems(link), [])
        os.lchown(link, 65534, -1)
        self.assertRegex(problems(link)[0], f"{link}: it belongs to nobody, neither to you nor to root")
        (self.base / "second").symlink_to(link)
        self.assertRegex(problems(self.base / "second")[0], f"{link}: it belongs to nobody")

    def test_a_symlink_that_leads_out_and_back(self):
        folder = self.plugin()
        (self.base / "outside").symlink_to(folder / "shop.py")
        (folder / "back.py").symlink_to(self.base / "outside")
        self.assertEqual(problems(folder), [f"{folder / 'back.py'}: this symlink leads out of the plugin's folder, "
                                            f"through {self.base / 'outside'}; put a copy in its place"])

    def test_a_symlink_that_leads_back_by_the_way_to_the_plugin(self):
        target = self.plugin(base=self.base / "real")
        (self.base / "home").symlink_to(self.base / "real")
        (target / "again.py").symlink_to(self.base / "home" / "shop" / "shop.py")
        self.assertEqual(problems(self.base / "home" / "shop"), [])
        self.assertEqual(len(problems(target)), 1)  # there nobody has looked at that link

    def test_symlinks_without_an_end(self):
        folder = self.plugin()
        (folder / "a").symlink_to("b")
        (folder / "b").symlink_to("a")
        (folder / "nowhere").symlink_to("not-there")
        self.assertRegex(problems(folder)[0], "Too many levels of symbolic links")
        (self.base / "c").symlink_to("c")
        self.assertRegex(problems(self.base / "c")[0], "Too many levels of symbolic links")

    def test_symlinks_that_wind(self):
        folder = self.plugin(files={"a/x.py": ""})
        for i in range(30):
            (folder / f"link{i}").symlink_to("a/../" * 100 + "a")
        self.assertEqual(problems(folder), [])
        with mock.patch.object(trust, "_MOST_STEPS", 1000):
            self.assertEqual(problems(folder), [f"{folder}: cannot be read: a plugin does not hold symlinks that lead by way of "
                                                "more than 1000 others and folders"])

    def test_files_of_other_users(self):
        folder = self.plugin()
        real = os.lstat
        path = str(folder / "shop.py")

        def of_somebody(name, **how):
            facts = real(name, **how)
            return os.stat_result((*facts[:4], 12345, *facts[5:])) if os.fspath(name) == path else facts

        with mock.patch.object(trust.os, "lstat", of_somebody):
            self.assertEqual(problems(folder), [f"{path}: it belongs to the user 12345, neither to you nor to root"])

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files away")
    def test_files_that_were_given_away(self):
        folder = self.plugin()
        os.chown(folder / "shop.py", 1, -1)
        self.assertRegex(problems(folder)[0], "shop.py: it belongs to daemon, neither to you nor to root")
        os.chown(folder / "shop.py", 0, -1)
        os.chown(self.base, 1, -1)
        self.assertRegex(problems(folder)[0], f"{self.base}: it belongs to daemon")

    def test_symlinks_out_of_the_folder(self):
        folder = self.plugin(files={"lib/x.py": ""})
        outside = self.write(self.base / "outside.py")
        (folder / "inner.py").symlink_to("lib/x.py")
        self.assertEqual(problems(folder), [])
        for target in (outside, "../outside.py", "/etc/passwd", ".."):
            with self.subTest(target):
                (folder / "link").symlink_to(target)
                [found] = problems(folder)
                self.assertIn(f"{folder / 'link'}: this symlink leads out of the plugin's folder, to ", found)
                (folder / "link").unlink()

    def test_a_chain_of_symlinks_is_followed_to_its_end(self):
        folder = self.plugin()
        self.write(self.base / "shop-elsewhere" / "x.py")  # its name begins as the folder's does
        (folder / "a").symlink_to("b")
        (folder / "b").symlink_to("../shop-elsewhere/x.py")
        self.assertEqual(len(problems(folder)), 2)

    def test_what_is_neither_file_nor_folder(self):
        folder = self.plugin()
        os.mkfifo(folder / "pipe")
        os.chmod(folder / "pipe", 0o600)
        self.assertEqual(problems(folder), [f"{folder / 'pipe'}: this is neither a file nor a folder; remove it"])

    def test_many_are_counted(self):
        folder = self.plugin(files={f"m{i}.py": "" for i in range(50)})
        for path in folder.glob("m*.py"):
            path.chmod(0o666)
        found = problems(folder)
        self.assertEqual((len(found), found[-1]), (21, "and 30 more of the kind"))

    def test_a_folder_that_is_gone(self):
        self.assertRegex(problems(self.base / "nowhere")[0], "nowhere: cannot be read: No such file")


class Hashes(PluginCase):
    def test_every_byte_and_every_name_counts(self):
        folder = self.plugin(files={"data/logo.bin": b"\0\1"})
        first = fingerprint(folder)
        self.assertEqual(set(first.files), {"plugin.toml", "shop.py", "data/logo.bin"})
        self.assertEqual(fingerprint(folder), first)
        seen = {first.hash}
        for change in (
            lambda: (folder / "data/logo.bin").write_bytes(b"\0\2"),
            lambda: (folder / "data/logo.bin").rename(folder / "data/logo2.bin"),
            lambda: (folder / "data").rename(folder / "date"),
            lambda: (folder / "empty.py").touch(),
            lambda: (folder / "link.py").symlink_to("shop.py"),
            lambda: ((folder / "link.py").unlink(), (folder / "link.py").symlink_to("./shop.py")),
            lambda: ((folder / "link.py").unlink(), (folder / "link.py").write_bytes(b"./shop.py")),
            lambda: (folder / "sub.pyc").touch(),
        ):
            change()
            seen.add(fingerprint(folder).hash)
        self.assertEqual(len(seen), 9)

    def test_neither_place_nor_time_nor_order_counts(self):
        one = self.plugin(base=self.base / "a", files={"x.py": "1", "y.py": "2"})
        other = self.plugin(base=self.base / "b", files={"y.py": "2", "x.py": "1"})
        os.utime(other / "x.py", (1, 1))
        self.assertEqual(fingerprint(one), fingerprint(other))

    def test_names_cannot_be_mistaken_for_contents(self):
        one, other = self.base / "one", self.base / "other"
        digest = trust.hash_of_data(b"")
        self.write(one / f"a {digest}\n1:b", b"")
        self.write(other / "a", b"")
        self.write(other / "b", b"")
        self.assertNotEqual(fingerprint(one).hash, fingerprint(other).hash)

    def test_names_that_are_no_text(self):
        folder = self.plugin()
        before = fingerprint(folder).hash
        (pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/\xff.py"))).touch()
        self.assertNotEqual(fingerprint(folder).hash, before)

    def test_only_bytecode_beside_its_source_is_left_out(self):
        folder = self.plugin()
        before = fingerprint(folder)
        cache = folder / "__pycache__"
        self.write(cache / "shop.cpython-311.pyc", b"x")
        self.write(cache / "shop.cpython-311.opt-1.pyc", b"x")
        self.assertEqual(fingerprint(folder), before)
        for name in ("__init__.py", "shop.py", "evil.pyc", "evil.cpython-311.pyc", "shop.pyc", "shop.cpython-311.pyc.py", "shop.so"):
            with self.subTest(name):
                path = self.write(cache / name, b"x")
                self.assertIn(f"__pycache__/{name}", fingerprint(folder).files)
                path.unlink()
        (cache / "shop.cpython-312.pyc").symlink_to("/etc/passwd")
        self.assertIn("__pycache__/shop.cpython-312.pyc", fingerprint(folder).files)

    def test_a_pipe_keeps_nobody_waiting(self):
        folder = self.plugin()
        os.mkfifo(folder / "pipe")
        self.assertEqual(fingerprint(folder).files["pipe"], "special")

    def test_what_has_no_end_is_refused(self):
        folder = self.plugin()
        with mock.patch.object(trust, "MOST_BYTES", 1 << 20):
            with open(folder / "holes.bin", "wb") as file:
                file.truncate(1 << 40)
            with self.assertRaisesRegex(OSError, "a plugin does not hold more than"):
                fingerprint(folder)
            self.assertRegex(problems(folder)[-1], "a plugin does not hold more than")
        (folder / "holes.bin").unlink()
        for i in range(20):
            (folder / f"{i}.txt").touch()
        with mock.patch.object(trust, "MOST_NAMES", 60), self.assertRaisesRegex(OSError, "MB of names of files"):
            fingerprint(folder)
        with mock.patch.object(trust, "MOST_FILES", 10), self.assertRaisesRegex(OSError, "more than 10 files"):
            fingerprint(folder)

    def test_a_file_that_grows_while_it_is_read(self):
        folder = self.plugin(files={"model.bin": b"x" * 100})
        tree = trust.Tree(folder)
        real = os.read

        def grow(number, size):
            data = real(number, size)
            if data.startswith(b"x"):
                with open(folder / "model.bin", "ab") as file:
                    file.write(data)
            return data

        with mock.patch.object(trust.os, "read", grow), self.assertRaisesRegex(OSError, "it is being written to"):
            tree.fingerprint()

    def test_a_library_that_somebody_has_open_for_writing(self):
        folder = self.plugin(files={"native.so.1": b"x" * 100, "notes.txt": "x"})
        with open(folder / "notes.txt", "ab"):  # what is read when it is used is not what was hashed anyway
            before = fingerprint(folder)
        with open(folder / "native.so.1", "r+b") as file:
            with self.assertRaisesRegex(OSError, "another program has it open for writing"):
                fingerprint(folder)
            mapped = mmap.mmap(file.fileno(), 100)
        with self.assertRaisesRegex(OSError, "another program has it open for writing"):
            fingerprint(folder)
        mapped.close()
        with open(folder / "native.so.1", "rb"):
            self.assertEqual(fingerprint(folder), before)

    def test_a_library_of_another_name(self):
        folder = self.plugin(files={"engine.bin": b"\x7fELF" + b"x" * 100})
        (folder / "native.so").symlink_to("engine.bin")
        with open(folder / "engine.bin", "r+b"), self.assertRaisesRegex(OSError, "another program has it open for writing"):
            fingerprint(folder)
        fingerprint(folder)

    def test_changes_are_named(self):
        folder = self.plugin(files={"a.py": "", "b.py": "", "c.py": ""})
        before = fingerprint(folder).files
        (folder / "a.py").unlink()
        self.write(folder / "b.py", "x")
        self.write(folder / "d.py")
        self.assertEqual(changes(before, fingerprint(folder).files), ["removed: a.py", "changed: b.py", "added: d.py"])


if __name__ == "__main__":
    unittest.main()
