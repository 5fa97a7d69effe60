# SPDX-License-Identifier: BSD-3-Clause
"""What is refused of an archive, each with a text, and that nothing of it is written: run by qi-run."""

import os
import shutil
import stat
import struct
import unittest
import zipfile

import archives
from archives import PackageCase, entry, replaced

from qi.plugin.install.archive import Archive, Limits
from qi.plugin.install.errors import InstallError



class ArchiveCase(PackageCase):
    def refused(self, path, text, limits=Limits()):
        """That it is refused, by a text in one line that steers no terminal, and that nothing stands anywhere but in the folder."""
        before = sorted(os.walk(self.base))
        (self.base / "out").mkdir()
        with self.assertRaises(InstallError) as raised:
            with Archive(path, limits) as archive:
                archive.unpack(self.base / "out")
        self.assertIn(text, str(raised.exception))
        self.assertTrue(str(raised.exception).isprintable(), ascii(str(raised.exception)))
        for folder, _, names in os.walk(self.base / "out"):
            for name in names:
                self.assertFalse(os.path.islink(os.path.join(folder, name)))
        shutil.rmtree(self.base / "out")
        self.assertEqual(sorted(os.walk(self.base)), before)

    def with_entry(self, name, data=b"x", **facts):
        return self.archive(extra=[(entry(name, **facts), data)])


class Unpacking(ArchiveCase):
    def test_what_is_right_is_unpacked(self):
        path = self.archive(extra=[(entry("shop/run.sh", stat.S_IFREG | 0o6777), b"#!/bin/sh\n"), (entry("shop/deep/er/data", 0), b"x" * 3_000_000),
                                   (entry("shop/empty/", stat.S_IFDIR | 0o777), b""), ("shop/größe.txt", "é"),
                                   (entry("shop/__pycache__/shop.cpython-311.pyc"), b"planted")])
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        (self.base / "out").mkdir()
        with Archive(path) as archive:
            self.assertEqual(archive.id, "shop")
            archive.unpack(self.base / "out")
        out = self.base / "out/shop"
        self.assertEqual((out / "shop.py").read_text(), archives.CODE)
        self.assertEqual((out / "deep/er/data").stat().st_size, 3_000_000)
        self.assertEqual((out / "größe.txt").read_text(), "é")
        self.assertTrue((out / "empty").is_dir())
        self.assertFalse((out / "__pycache__").exists())
        modes = {stat.S_IMODE(path.lstat().st_mode) for path in out.rglob("*") if path.is_file()}
        self.assertEqual(modes, {0o644, 0o755})
        self.assertEqual(stat.S_IMODE((out / "run.sh").stat().st_mode), 0o755)
        self.assertEqual(stat.S_IMODE((out / "deep/er").stat().st_mode), 0o755)


class Names(ArchiveCase):
    def test_absolute_paths(self):
        self.refused(self.with_entry("/shop/there"), "no path below a folder")
        self.refused(self.with_entry("//shop/there"), "no path below a folder")

    def test_paths_that_lead_out(self):
        for name in "../there", "shop/../../there", "shop/..", "shop/a/../b":
            with self.subTest(name):
                self.refused(self.with_entry(name), "leads out of the folder")

    def test_paths_with_parts_that_are_none(self):
        for name in "./shop/there", "shop//there", "shop/./there", "shop/there//":
            with self.subTest(name):
                self.refused(self.with_entry(name), "part that is none")

    def test_backslashes(self):
        self.refused(self.with_entry("shop\\..\\there"), "no path below a folder")

    def test_control_characters(self):
        for name in "shop/\x1b[2J", "shop/a\nb", "shop/a\tb", "shop/\x7f", "shop/\u202eyp.x", "shop/\x9b1m":
            with self.subTest(ascii(name)):
                self.refused(self.with_entry(name), "control characters")

    def test_a_nul_which_zipfile_would_cut_off(self):
        self.refused(replaced(self.with_entry("shop/shop.pyXtxt"), b"shop.pyXtxt", b"shop.py\0txt"), "control characters")

    def test_a_name_that_is_no_text(self):
        self.refused(replaced(self.with_entry("shop/é"), "é".encode(), b"\xff\xff"), "damaged")

    def test_names_that_differ_in_case_only(self):
        for names in (["shop/SHOP.py"], ["shop/data/x", "shop/Data/y"], ["shop/Straße", "shop/STRASSE"], ["shop/\xe9", "shop/e\u0301"], ["Shop/x"]):
            with self.subTest(names):
                self.refused(self.archive(extra=[(name, "") for name in names]), "differ in the case of letters")

    def test_two_entries_of_one_name(self):
        self.refused(self.with_entry("shop/shop.py"), "shop/shop.py is in it twice")
        self.refused(self.archive(extra=[(entry("shop/a/", stat.S_IFDIR), b"")] * 2), "one of them twice")

    def test_a_file_that_is_a_folder(self):
        self.refused(self.with_entry("shop/shop.py/there"), "a file and a folder at once")
        self.refused(self.with_entry("shop/there/", mode=stat.S_IFREG), "a file and a folder at once")
        self.refused(self.with_entry("shop/there", mode=stat.S_IFDIR), "a file and a folder at once")

    def test_names_that_are_too_long_or_too_deep(self):
        self.refused(self.with_entry("shop/" + "x" * 256), "too long")
        self.refused(self.with_entry("shop/" + "/".join(["x" * 100] * 20)), "too long")
        self.refused(self.with_entry("shop/" + "/".join("x" * 40)), "more than 32 parts")

    def test_other_folders(self):
        self.refused(self.with_entry("other/there"), "has one folder")
        self.refused(self.with_entry("there"), "has one folder")
        self.refused(self.archive(id="1shop"), "no plugin's")
        self.refused(self.archive(id=".shop"), "no plugin's")
        self.refused(self.archive(leave_out=["shop/plugin.toml"]), "there is no shop/plugin.toml")


class Kinds(ArchiveCase):
    def test_links_and_special_files(self):
        for kind, text in ((stat.S_IFLNK, "a symbolic link"), (stat.S_IFIFO, "a pipe"), (stat.S_IFCHR, "a device"), (stat.S_IFBLK, "a device"),
                           (stat.S_IFSOCK, "a socket"), (0o170000, "something special")):
            with self.subTest(text):
                self.refused(self.with_entry("shop/there", b"/etc/passwd", mode=kind | 0o777), text)
                self.refused(self.with_entry("shop/there", b"/etc/passwd", mode=kind | 0o777, create_system=0), text)

    def test_encrypted_entries(self):
        path = self.with_entry("shop/secret")
        data = bytearray(path.read_bytes())
        for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data[data.rindex(signature) + at] |= 1
        path.write_bytes(data)
        self.refused(path, "shop/secret is encrypted")

    def test_ways_of_compressing_that_are_not_read(self):
        for way in zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA:
            with self.subTest(way):
                self.refused(self.with_entry("shop/there", compress_type=way), "compressed in a way that is not read")


class Bombs(ArchiveCase):
    def test_a_file_that_grows_too_much(self):
        self.refused(self.with_entry("shop/bomb", bytes(50 << 20), compress_type=zipfile.ZIP_DEFLATED), "more than 200 times its size")

    def test_more_than_may_come_out_of_all(self):
        noise = os.urandom(600_000)
        self.refused(self.archive(extra=[("shop/a", noise), ("shop/b", noise)]), "more than 1 MB would come out", Limits(unpacked=1 << 20))

    def test_a_file_that_is_larger_than_it_says(self):
        path = self.with_entry("shop/bomb", bytes(3_000_000), compress_type=zipfile.ZIP_DEFLATED)
        replaced(path, struct.pack("<L", 3_000_000), struct.pack("<L", 3_000))
        self.refused(path, "damaged")

    def test_a_file_that_is_smaller_than_it_says(self):
        path = self.with_entry("shop/bomb", b"x" * 1000, compress_type=zipfile.ZIP_DEFLATED)
        replaced(path, struct.pack("<L", 1000), struct.pack("<L", 1001))
        self.refused(path, "shop/bomb is cut off")

    def test_a_larger_archive_than_may_be(self):
        self.refused(self.with_entry("shop/a", os.urandom(5000), compress_type=zipfile.ZIP_STORED), "larger than", Limits(archive=4096))

    def test_too_many_files(self):
        self.refused(self.archive(extra=[(f"shop/{number}", b"") for number in range(60)]), "more than 50 files", Limits(entries=50))

    def test_too_many_folders_that_names_imply(self):
        self.refused(self.archive(extra=[(f"shop/{number}/a/b/c/d", b"") for number in range(20)]), "files and folders", Limits(entries=50))

    def test_a_record_of_zip64(self):
        """What it says counts for zipfile, whatever the last record says."""
        path = self.archive()
        with open(path, "rb") as file:
            data = file.read()
        at = data.rindex(b"PK\5\6")
        length = int.from_bytes(data[at + 12:at + 16], "little") + 20  # so that all is in its place
        with open(path, "wb") as file:
            file.write(data[:at] + b"PK\6\7" + bytes(16) + data[at:at + 12] + length.to_bytes(4, "little") + data[at + 16:])
        self.refused(path, "zip64")

    def test_too_many_files_of_which_the_end_knows_nothing(self):
        path = self.archive(extra=[(f"shop/{number}", b"") for number in range(60)])
        data = bytearray(path.read_bytes())
        data[-14:-10] = struct.pack("<2H", 2, 2)  # how many there are
        path.write_bytes(data)
        self.refused(path, "list of its files is too long", Limits(name=1))
        self.refused(path, "other files in it than it says")

    def test_files_that_lie_upon_each_other(self):
        path = self.archive(extra=[("shop/a", b"x" * 200), ("shop/b", b"x" * 200)])
        data = bytearray(path.read_bytes())
        first = data.index(b"PK\3\4", data.index(b"shop/shop.py"))
        at = data.rindex(b"PK\1\2") + 42
        data[at:at + 4] = struct.pack("<L", first)
        path.write_bytes(data)
        self.refused(path, "lie upon each other")

    def test_a_bomb_whose_entries_share_their_data_with_the_list(self):
        path = self.archive()
        data = bytearray(path.read_bytes())
        at = data.rindex(b"PK\1\2")
        data[at + 20:at + 24] = struct.pack("<L", 1 << 20)  # its compressed size
        path.write_bytes(data)
        self.refused(path, "lie upon each other")


class Damage(ArchiveCase):
    def test_files_that_are_cut_off_anywhere(self):
        whole = self.archive().read_bytes()
        path = self.base / "short.zip"
        for length in range(0, len(whole), 7):
            path.write_bytes(whole[:length])
            with self.assertRaises(InstallError):
                Archive(path)
        self.refused(path, "cut off, or no .zip file")

    def test_what_stands_before_or_after(self):
        whole = self.archive().read_bytes()
        path = self.base / "more.zip"
        for data in (b"#!/bin/sh\n" + whole, whole + b"more", whole + whole):
            path.write_bytes(data)
            self.refused(path, "cut off")

    def test_any_byte_that_is_another_one_does_no_harm(self):
        whole = self.archive().read_bytes()
        path = self.base / "damaged.zip"
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:])
            out = self.base / f"out{at}"
            out.mkdir()
            try:
                with Archive(path) as archive:
                    archive.unpack(out)
            except InstallError:
                continue
            self.assertLessEqual({each.name for each in out.rglob("*") if each.is_file()}, {"plugin.toml", "shop.py"})

    def test_what_is_no_archive(self):
        path = self.base / "text.zip"
        path.write_text("a text\n")
        self.refused(path, "no .zip file")
        for wrong in self.base, self.base / "none.zip":
            with self.assertRaises(OSError):
                Archive(wrong)


unittest.main(warnings="ignore")  # zipfile warns of what this makes on purpose
