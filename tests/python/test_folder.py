# SPDX-License-Identifier: BSD-3-Clause
"""Writing into a folder in which somebody else does what he likes, at the worst moment."""

import os
import pathlib
import sys
import tempfile
import unittest

from qi._life import stubs
from qi._python.folder import Folder

#: Called with (event, arguments) of each thing that Python is about to do with files.
attacker = None


def on_event(event, arguments):
    if attacker is not None and event in ("open", "os.mkdir", "os.rename", "os.remove", "os.listdir", "os.scandir"):
        attacker(event)


sys.addaudithook(on_event)


class FolderCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(os.path.realpath(folder.name))
        self.shared, self.own = self.base / "shared", self.base / "own"
        self.shared.mkdir()
        self.own.mkdir()
        (self.own / "file").write_text("mine")

    def check_own(self):
        """Nothing has come or gone where the links lead."""
        self.assertEqual(sorted(os.listdir(self.own)), ["file"])
        self.assertEqual((self.own / "file").read_text(), "mine")


class Writing(FolderCase):
    def test_a_file_comes_with_its_folders_and_takes_the_place_of_another(self):
        with Folder(self.shared) as folder:
            self.assertFalse(folder.has("a/b/file"))
            for text in "one", "zwei":
                folder.write("a/b/file", text)
                self.assertEqual((self.shared / "a/b/file").read_text(), text)
            self.assertTrue(folder.has("a/b/file"))
            self.assertTrue(folder.has("a/b"))
        self.assertEqual(os.listdir(self.shared / "a/b"), ["file"])

    def test_what_cannot_be_written_leaves_the_file_that_was_there(self):
        with Folder(self.shared) as folder:
            folder.write("file", "before")
            with self.assertRaises(UnicodeEncodeError):
                folder.write("file", "\udcff")
        self.assertEqual(os.listdir(self.shared), ["file"])
        self.assertEqual((self.shared / "file").read_text(), "before")

    def test_no_symlink_is_followed(self):
        (self.shared / "away").symlink_to(self.own)
        (self.shared / "file").symlink_to(self.own / "file")
        with Folder(self.shared) as folder:
            for name in "away/file", "away/new/file":
                with self.assertRaisesRegex(PermissionError, "this is a symbolic link"):
                    folder.write(name, "theirs")
            with self.assertRaises(PermissionError):
                folder.has("away/file")
            folder.write("file", "theirs")
        self.assertEqual((self.shared / "file").read_text(), "theirs")
        self.assertFalse((self.shared / "file").is_symlink())
        self.check_own()

    def test_the_folder_that_was_opened_is_meant(self):
        with Folder(self.shared) as folder:
            self.shared.rename(self.base / "moved")
            self.shared.symlink_to(self.own)
            folder.write("a/file", "text")
        self.assertEqual((self.base / "moved/a/file").read_text(), "text")
        self.check_own()

    def test_a_file_in_the_place_of_a_folder(self):
        (self.shared / "a").write_text("")
        with Folder(self.shared) as folder, self.assertRaises(NotADirectoryError) as raised:
            folder.write("a/b", "")
        self.assertEqual(raised.exception.filename, str(self.shared / "a"))


class Racing(FolderCase):
    """Before each thing that is done with files somebody puts a symlink in the place of a folder, in turn of each."""

    @classmethod
    def setUpClass(cls):
        try:
            stubs._package()
        except RuntimeError as reason:  # as in the package's build tree, which has no stubs beside it
            raise unittest.SkipTest(str(reason)) from None

    def attack(self, place, moment, write):
        global attacker
        count = 0

        def swap(event):
            nonlocal count
            global attacker
            count += 1
            if count != moment:
                return
            attacker = None  # what is done here is not heard
            if place.is_dir():
                place.rename(place.with_name(f"{place.name}.before"))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(self.own)

        attacker = swap
        try:
            write()
        except OSError:
            pass
        finally:
            attacker = None
        return count

    def attack_all(self, places, write):
        with tempfile.TemporaryDirectory(dir=self.base) as folder:
            events = self.attack(None, 0, lambda: write(folder))
        self.assertGreater(events, 10)
        # With the first files all folders are made; the others are alike.
        for moment in [*range(1, min(events, 40)), *range(40, events, 17)]:
            for below in places:
                with self.subTest(below=below, moment=moment), tempfile.TemporaryDirectory(dir=self.base) as folder:
                    self.attack(pathlib.Path(folder, below), moment, lambda: write(folder))
                    self.check_own()

    def test_stubs_stay_in_the_plugin(self):
        self.attack_all(["typings", "typings/qi", "typings/qi/plugin"], lambda folder: stubs.write_for_plugin(folder, None, {}))

    def test_stubs_of_an_application_stay_in_their_folder(self):
        self.attack_all(["qi", "qi/plugin"], stubs.write)


if __name__ == "__main__":
    unittest.main()
