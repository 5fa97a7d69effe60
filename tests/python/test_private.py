# SPDX-License-Identifier: BSD-3-Clause
"""Places that other users cannot reach into. What takes another user is tried by root as `nobody`."""

import os
import pathlib
import pwd
import socket
import stat
import tempfile
import unittest
from unittest import mock

from qi._python import private

NOBODY = pwd.getpwnam("nobody").pw_uid
needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can act as another user")


def as_nobody(function):
    """Runs it in a process of its own, as another user. Returns whether it raised nothing."""
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            function()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


class PrivateCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(os.path.realpath(folder.name))
        self.base.chmod(0o755)  # so that the other user gets as far as what is tested

    def folder(self, name, mode):
        path = self.base / name
        path.mkdir()
        path.chmod(mode)
        return path


class Ways(PrivateCase):
    def test_a_folder_of_this_users(self):
        self.assertEqual(private.who_could_change(self.folder("own", 0o755)), "")

    def test_a_folder_that_others_may_write_to(self):
        for mode in 0o775, 0o757, 0o777:
            with self.subTest(f"{mode:o}"):
                path = self.folder(f"open{mode:o}", mode)
                self.assertEqual(private.who_could_change(path), f"{path}: other users may write to it")
                self.assertEqual(private.who_could_change(path / "below"), f"{path}: other users may write to it")

    def test_a_sticky_folder_is_safe_for_what_is_ours(self):
        path = self.folder("shared", 0o1777)
        self.assertEqual(private.who_could_change(path), "")
        (path / "own").mkdir()
        self.assertEqual(private.who_could_change(path / "own"), "")

    @needs_root
    def test_what_is_others_in_a_sticky_folder(self):
        shared = self.folder("shared", 0o1777)
        self.folder("target", 0o755)
        self.assertTrue(as_nobody(lambda: os.mkdir(shared / "theirs")))
        self.assertTrue(as_nobody(lambda: os.symlink("../target", shared / "link")))
        for name in "theirs", "link":
            self.assertIn("it belongs to nobody", private.who_could_change(shared / name))

    def test_a_link_in_the_middle_of_a_chain(self):
        shared = self.folder("shared", 0o777)
        target = self.folder("target", 0o755)
        (shared / "middle").symlink_to(target)
        (self.base / "first").symlink_to("shared/middle")
        self.assertEqual(private.who_could_change(self.base / "first"), f"{shared}: other users may write to it")
        (self.base / "out").symlink_to("shared/../target")
        self.assertEqual(private.who_could_change(self.base / "out"), f"{shared}: other users may write to it")

    def test_links_of_our_own(self):
        self.folder("target", 0o755)
        (self.base / "second").symlink_to("target")
        (self.base / "first").symlink_to(self.base / "second")
        self.assertEqual(private.who_could_change(self.base / "first"), "")

    def test_links_in_a_circle_and_to_nowhere(self):
        (self.base / "circle").symlink_to("circle")
        (self.base / "nowhere").symlink_to("gone")
        self.assertIn("too many", private.who_could_change(self.base / "circle"))
        self.assertIn("cannot be looked at", private.who_could_change(self.base / "nowhere"))


class Folders(PrivateCase):
    def make(self, **places):
        with mock.patch.dict(os.environ, places), mock.patch.object(tempfile, "tempdir", None):
            path = private.make_folder("qi-test-")
        self.addCleanup(os.rmdir, path)
        return path

    def test_only_this_user_enters(self):
        path = self.make(XDG_RUNTIME_DIR=str(self.folder("run", 0o700)))
        self.assertEqual(os.path.dirname(path), str(self.base / "run"))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)

    def test_an_unsafe_place_is_passed_by(self):
        path = self.make(XDG_RUNTIME_DIR=str(self.folder("open", 0o777)), TMPDIR=str(self.folder("own", 0o700)))
        self.assertEqual(os.path.dirname(path), str(self.base / "own"))

    def test_a_link_on_the_way_cannot_be_changed_afterwards(self):
        self.folder("own", 0o700)
        (self.base / "link").symlink_to("own")
        self.assertEqual(os.path.dirname(self.make(XDG_RUNTIME_DIR=str(self.base / "link"))), str(self.base / "own"))

    def test_no_safe_place(self):
        place = str(self.folder("open", 0o777))
        with self.assertRaisesRegex(PermissionError, "set TMPDIR to one that is .*other users may write to it"):
            self.make(XDG_RUNTIME_DIR=place, TMPDIR=place)


class FoldersAndThoseAbove(PrivateCase):
    def test_only_this_user_enters_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        private.make_folders(self.base / "a" / "b" / "c")
        for name in "a", "a/b", "a/b/c":
            self.assertEqual(stat.S_IMODE((self.base / name).stat().st_mode), 0o700, name)
        private.make_folders(f"{self.base}/a/b/../d/")
        self.assertTrue((self.base / "a" / "d").is_dir())

    def test_one_that_is_there_stays_as_it_is(self):
        path = self.folder("own", 0o755)
        private.make_folders(path)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o755)

    def test_nothing_is_made_where_others_may_write(self):
        path = self.folder("open", 0o777)
        for asked in path, path / "a" / "b":
            with self.assertRaises(PermissionError) as caught:
                private.make_folders(asked)
            self.assertIn(f"it cannot be kept from other users: {path}: other users may write to it", str(caught.exception))
        self.assertEqual(os.listdir(path), [])

    @needs_root
    def test_what_another_user_has_prepared(self):
        shared, own = self.folder("shared", 0o1777), self.folder("own", 0o755)
        self.assertTrue(as_nobody(lambda: (os.mkdir(shared / "theirs"), os.symlink(own, shared / "link"))))
        for name in "theirs", "theirs/a/b", "link/a/b":
            with self.assertRaisesRegex(PermissionError, "it belongs to nobody"):
                private.make_folders(shared / name)
        self.assertEqual(os.listdir(own), [])

    @needs_root
    def test_another_user_who_is_faster(self):
        shared, own = self.folder("shared", 0o1777), self.folder("own", 0o755)
        there = os.path.lexists

        def lexists(path):
            found = there(path)
            if os.fspath(path) == str(shared / "app"):
                self.assertTrue(as_nobody(lambda: os.symlink(own, shared / "app")))
            return found

        with mock.patch.object(os.path, "lexists", lexists), self.assertRaisesRegex(PermissionError, "it belongs to nobody"):
            private.make_folders(shared / "app" / "data")
        self.assertEqual(os.listdir(own), [])


class Files(PrivateCase):
    def test_a_new_file(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        os.close(private.create_file(self.base / "new"))
        self.assertEqual(stat.S_IMODE((self.base / "new").stat().st_mode), 0o600)

    def test_one_that_is_there_is_never_used(self):
        for name, make in {
            "file": lambda path: path.write_text("{}"),
            "link": lambda path: path.symlink_to(self.base / "file"),
            "to nowhere": lambda path: path.symlink_to(self.base / "gone"),
            "pipe": os.mkfifo,
            "folder": lambda path: path.mkdir(),
        }.items():
            with self.subTest(name):
                make(self.base / name)
                with self.assertRaisesRegex(FileExistsError, "is there already"):
                    private.create_file(self.base / name)
        self.assertEqual((self.base / "file").read_text(), "{}")
        self.assertFalse((self.base / "gone").exists())

    def test_the_folder_above_a_link_is_the_one_above_where_it_leads(self):
        self.folder("open", 0o777)
        self.folder("open/inner", 0o755)
        (self.base / "link").symlink_to(self.base / "open" / "inner")
        with self.assertRaisesRegex(PermissionError, "other users may write to it"):
            private.create_file(f"{self.base}/link/../new")
        self.assertEqual(os.listdir(self.base / "open"), ["inner"])

    def test_a_place_that_others_may_write_to(self):
        self.folder("open", 0o777)
        with self.assertRaisesRegex(PermissionError, "other users may write to it"):
            private.create_file(self.base / "open" / "new")
        self.assertEqual(os.listdir(self.base / "open"), [])


class Peers(PrivateCase):
    def is_peer(self, connect):
        with socket.socket(socket.AF_UNIX) as server:
            path = str(self.base / "socket")
            server.bind(path)
            os.chmod(path, 0o666)
            server.listen()
            server.settimeout(30)

            def other_end():
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)

            self.assertIsNot(connect(other_end), False)
            client, _ = server.accept()
            with client:
                return private.is_peer(client)

    def test_this_user(self):
        self.assertTrue(self.is_peer(lambda other_end: other_end()))

    @needs_root
    def test_another_user(self):
        self.assertFalse(self.is_peer(as_nobody))


if __name__ == "__main__":
    unittest.main()
