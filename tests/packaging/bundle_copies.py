# SPDX-License-Identifier: BSD-3-Clause
"""Where `qi-run bundle` makes its folder, and what it copies into it. Run by qi-run; bundle.py ships a program as a whole.

What another user does needs root, who can become one; who is not skips that.
"""

import contextlib
import io
import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

from qi._life import bundle_copy, bundle_place, bundle_tool
from qi._life.bundle_elf import Problem

NOBODY = 65534
LIMIT = 60  # seconds; only against a hang


class Case(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory(dir="/tmp")
        self.addCleanup(work.cleanup)
        self.work = pathlib.Path(work.name).resolve()
        self.work.chmod(0o755)  # others come in here
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        self.addCleanup(os.umask, os.umask(0o022))

    def folder(self, name, mode=0o755, owner=None):
        path = self.work / name
        path.mkdir(parents=True)
        path.chmod(mode)
        if owner is not None:
            os.chown(path, owner, owner)
        return path

    def bundled(self, folder, *options, program="/bin/true"):
        """What `qi-run bundle` says; a program without libqi goes no further than its checks."""
        with contextlib.redirect_stderr(io.StringIO()) as told:
            code = bundle_tool.main([str(program), str(folder), *options])
        self.assertEqual(code, 1)
        return told.getvalue()

    def need_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")


class Where(Case):
    def test_a_place_that_others_can_change_is_refused(self):
        self.folder("all", 0o777)
        self.folder("group", 0o775)
        self.folder("all/deep/er")
        for folder, text in (
            (self.folder("own", 0o777), "other users may write to it"),
            (self.folder("sticky", 0o1777), "other users may write to it"),
            (self.work / "all/new", "other users may write to it"),
            (self.work / "group/new", "other users may write to it"),
            (self.work / "all/deep/er/new/er", "other users may write to it"),
        ):
            with self.subTest(folder=folder):
                self.assertIn(text, self.bundled(folder))
                self.assertEqual(list(folder.iterdir()) if folder.exists() else [], [])

    def test_a_place_that_another_user_has_made_is_refused(self):
        self.need_root()
        self.folder("theirs", owner=NOBODY)
        (self.work / "link").symlink_to(self.folder("good"))
        os.lchown(self.work / "link", NOBODY, NOBODY)
        for folder in (self.folder("sticky/empty", owner=NOBODY), self.work / "theirs/new", self.work / "link/new"):
            with self.subTest(folder=folder):
                (self.work / "sticky").chmod(0o1777)
                self.assertIn("belongs to", self.bundled(folder))
                self.assertEqual(list(folder.iterdir()) if folder.exists() else [], [])

    def test_one_that_is_made_anew_is_looked_at_as_well(self):
        folder = self.folder("made")
        for name in (bundle_tool.CONF_FILE, "bin/qt.conf"):
            (folder / name).parent.mkdir()
            (folder / name).touch()
        folder.chmod(0o777)
        self.assertIn("other users may write to it", self.bundled(folder, "--replace"))
        self.assertTrue((folder / bundle_tool.CONF_FILE).exists())

    def test_links_and_what_is_in_it_are_left_alone(self):
        empty, full = self.folder("empty"), self.folder("full")
        (full / "letter").touch()
        (self.work / "link").symlink_to(empty)
        for folder in (full, self.work / "link"):
            self.assertIn("no empty folder", self.bundled(folder))
        self.assertTrue((full / "letter").exists())

    def test_nobody_gets_in_while_it_is_made(self):
        self.need_root()
        sticky = self.folder("sticky", 0o1777)
        os.umask(0)
        attack = "mv new old; mkdir new/bin; touch new/lib/qi.conf; rm -rf new; ln -s /tmp new/lib/link; test -e old"
        folder = sticky / "new"
        for there in (False, True):  # one that is new; one that was there, and empty
            if there:
                (folder / "lib").rmdir()
            with bundle_place.made(str(folder)):
                self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o755)
                (folder / "lib").mkdir()
                ended = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "sh", "-c", attack], cwd=sticky,
                                       capture_output=True, timeout=LIMIT)
                self.assertEqual(ended.returncode, 1)
                self.assertEqual([path.name for path in folder.rglob("*")], ["lib"])

    def test_what_fails_leaves_nothing(self):
        for folder in (self.work / "some/new", self.folder("empty")):
            with self.assertRaises(ZeroDivisionError), bundle_place.made(str(folder)):
                (folder / "file").touch()
                raise ZeroDivisionError
            self.assertFalse(folder.exists())
        self.assertFalse((self.work / "some").exists())

    # -- what is copied, and the folder -----------------------------------------------------------------

    def test_what_holds_the_folder_cannot_be_added(self):
        app = self.folder("app")
        (self.work / "link").symlink_to(app)
        site = self.folder(f"venv/{sys.platlibdir}/python{'%d.%d' % sys.version_info[:2]}/site-packages")
        os.chdir(app)
        for folder, option in (("whole", "--add=.=share"), ("whole", f"--add={app}"), ("whole", f"--add={self.work / 'link'}"), (".", "--add=.=share"),
                               ("a/b/whole", "--add=..=share"), (site / "whole", f"--venv={self.work / 'venv'}")):
            with self.subTest(folder=folder, option=option):
                self.assertIn("cannot be copied into itself", self.bundled(folder, option))
        self.assertEqual(list(app.iterdir()), [])

    def test_what_lies_in_the_folder_cannot_be_added(self):
        made = self.folder("made")
        for name in (bundle_tool.CONF_FILE, "bin/qt.conf"):
            (made / name).parent.mkdir()
            (made / name).touch()
        self.assertIn("is made anew", self.bundled(made, "--replace", f"--add={made}/lib=share"))
        self.assertTrue((made / bundle_tool.CONF_FILE).exists())


class Added(Case):
    def setUp(self):
        super().setUp()
        self.top = self.folder("top/sub").parent
        (self.top / "real.txt").write_text("real")
        self.secret = self.work / "secret"
        self.secret.write_text("secret")
        self.target = self.work / "target"

    def add(self, path=None):
        return bundle_copy.copy_added(str(path or self.top), str(self.target))

    def test_a_link_that_leads_out_is_refused(self):
        (self.top / "here").symlink_to(".")
        for text in (str(self.secret), "../secret", "../top/real.txt", "sub/../../secret", str(self.top / "real.txt"), "/dev/zero", "/", "..", "here/../secret",
                     "here/../top/real.txt", "../nowhere", "self"):
            for place in ("self", "sub/self"):
                with self.subTest(text=text, place=place):
                    link = self.top / place
                    link.symlink_to(text if place == "self" or text.startswith("/") or text == "self" else f"../{text}")
                    with self.assertRaisesRegex(Problem, "symbolic link that leads"):
                        self.add()
                    link.unlink()
                    subprocess.run(["rm", "-rf", self.target], check=True, timeout=LIMIT)

    def test_a_link_that_stays_within_is_a_link(self):
        links = {"relative.txt": "real.txt", "sub/up.txt": "../real.txt", "folder": "sub", "circle": ".", "nowhere": "away", "folder2": "folder/../real.txt"}
        for name, text in links.items():
            (self.top / name).symlink_to(text)
        os.chdir("/")
        self.add()
        self.assertEqual({name: os.readlink(self.target / name) for name in links}, links)
        self.assertEqual((self.target / "sub/up.txt").read_text(), "real")

    def test_nothing_but_files_is_copied(self):
        os.mkfifo(self.work / "pipe")
        with self.assertRaisesRegex(Problem, "pipe cannot be copied"):
            self.add(self.work / "pipe")
        with self.assertRaisesRegex(Problem, "/dev/zero cannot be copied"):
            self.add("/dev/zero")
        os.mkfifo(self.top / "pipe")
        with self.assertRaisesRegex(Problem, "top/pipe cannot be copied"):
            self.add()
        (self.top / "pipe").unlink()
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(self.top / "socket"))
        self.target = self.work / "second"
        with self.assertRaisesRegex(Problem, "top/socket cannot be copied"):
            self.add()

    def test_whom_it_is_kept_from_it_stays_kept_from(self):
        wanted = {"shut": 0o600, "group": 0o600, "program": 0o700, "open": 0o644, "tool": 0o755}
        given = {**wanted, "group": 0o660, "open": 0o666, "tool": 0o4777}
        for name, mode in given.items():
            (self.top / name).touch()
            (self.top / name).chmod(mode)
        (self.top / "sub").chmod(0o700)
        told = self.add()
        self.assertEqual({name: stat.S_IMODE((self.target / name).stat().st_mode) for name in wanted}, wanted)
        self.assertEqual(stat.S_IMODE((self.target / "sub").stat().st_mode), 0o700)
        self.assertEqual(sorted(told), ["group", "program", "shut", "sub"])

    def test_nobody_gets_to_it_by_a_folder_that_was_there(self):
        self.top.chmod(0o750)
        self.target.mkdir()
        told = self.add()
        self.assertEqual([stat.S_IMODE((self.target / name).stat().st_mode) for name in ("", "sub", "real.txt")], [0o755, 0o700, 0o600])
        self.assertEqual(sorted(told), ["real.txt", "sub"])

    def test_it_is_told_what_not_everybody_can_read(self):
        for number in range(9):
            (self.top / f"shut{number}").touch(0o600)
        self.target.mkdir()
        told, = bundle_tool.add(str(self.top), str(self.target), "share/top")
        self.assertIn("share/top/shut4 and 4 more", told)
        self.assertEqual(bundle_tool.add(str(self.work / "secret"), str(self.target), "secret"), [])

    def test_nothing_that_is_there_is_replaced(self):
        self.target.mkdir()
        for there in (lambda path: path.write_text("first"), lambda path: path.symlink_to(self.secret), lambda path: path.mkdir()):
            there(self.target / "real.txt")
            with self.assertRaisesRegex(Problem, "real.txt is there already"):
                self.add()
            subprocess.run(["rm", "-rf", self.target / "real.txt"], check=True, timeout=LIMIT)
        (self.target / "other").mkdir()
        (self.target / "sub").symlink_to("other")
        with self.assertRaisesRegex(Problem, "sub is there already"):
            self.add()
        self.assertEqual(self.secret.read_text(), "secret")

    def test_very_deep_folders_end_in_a_text(self):
        deep = self.top / "/".join("d" * 400)
        deep.mkdir(parents=True)
        for copy in (bundle_copy.copy_added, bundle_copy.copy_tree):
            with self.assertRaisesRegex(Problem, "folders in each other"):
                copy(str(self.top), str(self.target))
            subprocess.run(["rm", "-rf", self.target], check=True, timeout=LIMIT)


class Packages(Case):
    def test_links_are_followed_from_where_they_lie(self):
        tree, target = self.folder("tree/sub").parent, self.work / "target"
        (tree / "libx.so.1").write_text("library")
        (tree / "libx.so").symlink_to("libx.so.1")
        (tree / "sub/up").symlink_to("../libx.so")
        (tree / "away").symlink_to("nowhere")
        self.folder("stands")
        (self.work / "stands/nowhere").touch()
        (self.work / "outside").write_text("outside")
        (tree / "out").symlink_to("../outside")
        for place in ("/", self.work / "stands"):
            os.chdir(place)
            bundle_copy.copy_tree(str(tree), str(target))
            self.assertEqual(sorted(path.name for path in target.rglob("*")), ["libx.so", "libx.so.1", "out", "sub", "up"])
            self.assertEqual((target / "sub/up").read_text(), "library")
            self.assertFalse((target / "libx.so").is_symlink())

    def test_what_has_no_end_is_refused(self):
        tree = self.folder("tree")
        for text, told in (("/dev/zero", "cannot be copied"), (".", "folder in which it lies")):
            (tree / "link").symlink_to(text)
            with self.assertRaisesRegex(Problem, told):
                bundle_copy.copy_tree(str(tree), str(self.work / "target"))
            (tree / "link").unlink()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
