# SPDX-License-Identifier: BSD-3-Clause
"""An archive of a plugin, which a stranger may have made: looked at as a whole before anything of it is written.

    with Archive(path) as archive:
        archive.id                      # the folder that all of it is in
        archive.unpack(folder)          # writes folder/ID

What it takes is a .zip of files and folders, and no more than Limits allow. A name in it is a name below ID and nothing else,
on any file system. The limits are held against what the archive says of itself first, then against what comes out of it.
"""

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from typing import NamedTuple

from ..._python import files
from ..._python.plain import plain_line
from .errors import InstallError

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_CHUNK = 1 << 20
_END = struct.Struct("<4s4H2LH")  # what a zip file ends with
_SIGNATURE = b"PK\x05\x06"
_LARGE, _LARGE_SIZE = b"PK\6\7", 20  # what stands before it in an archive of zip64
_LONGEST_COMMENT = 0xFFFF
_SMALL = 1 << 20  # bytes that may come out of however little
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # bits of an entry's flags
_KINDS = {0: "", stat.S_IFREG: "", stat.S_IFDIR: "", stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe",
          stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError)


class Limits(NamedTuple):
    """What an archive may cost."""

    archive: int = 256 << 20  # its own bytes
    unpacked: int = 1 << 30  # bytes that come out of it
    entries: int = 20_000
    ratio: int = 200  # bytes that come out of one, in a file of more than a megabyte
    depth: int = 32  # parts of a name
    name: int = 1000  # bytes of a name, and 255 of each part


class Archive:
    """An archive whose entries have been looked at; InstallError says what is wrong with it. To be closed, by a `with`.

    `id` is the folder that all of it is in, `size` what comes out of it.
    """

    def __init__(self, path, limits=Limits()):
        self.path, self._limits = os.fspath(path), limits
        self._file = open(files.open_file(path), "rb")
        try:
            self._entries = self._look()
            self.id = self._only_folder()
            self.size = sum(entry.file_size for entry in self._entries.values())
        except _BROKEN as problem:
            self._file.close()
            raise self._wrong(f"it is damaged: {problem}") from None
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()

    def _wrong(self, text):
        return InstallError(f"{plain_line(os.path.basename(self.path))} is refused: {text}")

    # -- looking --

    def _look(self):
        """The entries by their names, those of folders left out. ZipFile reads whatever is there, so its size comes first."""
        self._check_end()
        self._zip = zipfile.ZipFile(self._file)
        entries, seen, total = {}, {}, 0
        for entry in self._zip.infolist():
            name = self._name_of(entry)
            self._check_kind(entry, name)
            self._check_size(entry, name)
            total += entry.file_size
            if total > self._limits.unpacked:
                raise self._wrong(f"more than {_size(self._limits.unpacked)} would come out of it")
            self._note(name, entry.is_dir(), seen)
            entries[name] = entry
        self._check_places(entries.values())
        self._folders = sorted(name for name, is_folder in seen.values() if is_folder)
        return {name: entry for name, entry in entries.items() if not entry.is_dir()}

    def _check_end(self):
        """What stands at the end: how many entries there are, and where they are listed."""
        size = os.fstat(self._file.fileno()).st_size
        if size > self._limits.archive:
            raise self._wrong(f"it is larger than {_size(self._limits.archive)}")
        start = max(0, size - _END.size - _LONGEST_COMMENT)
        self._file.seek(start)
        tail = self._file.read(_END.size + _LONGEST_COMMENT)
        at = len(tail) - _END.size
        if tail[at:at + 4] != _SIGNATURE or tail[-2:] != b"\0\0":  # where zipfile looks first
            at = tail.rfind(_SIGNATURE)
        if at < 0 or len(tail) < at + _END.size:
            raise self._wrong("it is cut off, or no .zip file")
        _, disk, first, here, count, length, offset, comment = _END.unpack_from(tail, at)
        if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, offset) or count > self._limits.entries:
            raise self._wrong(f"there are more than {self._limits.entries} files in it")
        if disk or first or here != count:
            raise self._wrong("it is one of several parts of an archive")
        if offset + length != start + at or start + at + _END.size + comment != size:
            raise self._wrong("it is cut off, or there is something before or after the archive in the file")
        self._file.seek(max(0, start + at - _LARGE_SIZE))
        if self._file.read(4) == _LARGE:  # zipfile would believe that one
            raise self._wrong("it is written for archives of more than 4 GB (zip64)")
        if length > (1000 + self._limits.name) * count:  # ZipFile makes an object of whatever is there
            raise self._wrong("the list of its files is too long")
        self._count = count

    def _name_of(self, entry):
        """The name of an entry, without the "/" of a folder, if it is one that may be written."""
        name, limits = entry.orig_filename, self._limits
        shown = ascii(name[:200])
        if name != plain_line(name) or "\0" in name:
            raise self._wrong(f"the name {shown} has control characters")
        if name.startswith("/") or "\\" in name:
            raise self._wrong(f"the name {shown} is no path below a folder")
        parts = name.removesuffix("/").split("/")
        if ".." in parts:
            raise self._wrong(f"the name {shown} leads out of the folder")
        if "" in parts or "." in parts:
            raise self._wrong(f"the name {shown} has a part that is none")
        if len(parts) > limits.depth:
            raise self._wrong(f"the name {shown} has more than {limits.depth} parts")
        if len(name.encode()) > limits.name or any(len(part.encode()) > 255 for part in parts):
            raise self._wrong(f"the name {shown} is too long")
        return "/".join(parts)

    def _check_kind(self, entry, name):
        if entry.flag_bits & _ENCRYPTED:
            raise self._wrong(f"{name} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._wrong(f"{name} is compressed in a way that is not read; pack it by deflate, as most programs do")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if what := _KINDS.get(kind, "something special"):
            raise self._wrong(f"{name} is {what}; there are files and folders in a plugin, and nothing else")
        if entry.is_dir() and entry.file_size or kind == (stat.S_IFREG if entry.is_dir() else stat.S_IFDIR):
            raise self._wrong(f"{name} is a file and a folder at once")

    def _check_size(self, entry, name):
        limits = self._limits
        if entry.file_size > limits.unpacked:
            raise self._wrong(f"more than {_size(limits.unpacked)} would come out of it")
        if entry.file_size > _SMALL and entry.file_size > limits.ratio * entry.compress_size:
            raise self._wrong(f"{name} would grow to more than {limits.ratio} times its size")
        if entry.compress_type == zipfile.ZIP_STORED and entry.file_size != entry.compress_size:
            raise self._wrong(f"{name} has two sizes")

    def _note(self, name, is_folder, seen):
        """Notes a name and the folders above it. `seen` has them as file systems compare them that know no case."""
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            path, last = "/".join(parts[:depth]), depth == len(parts)
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
            before = seen.get(folded)
            if before is not None and before[0] != path:
                raise self._wrong(f"{before[0]} and {path} differ in the case of letters, or in how these are written, only")
            if before is not None and last and not is_folder and not before[1]:
                raise self._wrong(f"{path} is in it twice")
            if before is not None and before[1] != (is_folder or not last):
                raise self._wrong(f"{path} is a file and a folder at once")
            seen[folded] = path, is_folder or not last
        if len(seen) > self._limits.entries:  # folders, too, of which a name may imply many
            raise self._wrong(f"there are more than {self._limits.entries} files and folders in it")

    def _check_places(self, entries):
        """That no byte is in two entries, of which few could make very many, nor in one and in the list of all."""
        if len(entries) != self._count or len(self._zip.infolist()) != self._count:
            raise self._wrong("there are other files in it than it says, or one of them twice")
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise self._wrong("its files lie upon each other")
            end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
        if end > self._zip.start_dir:
            raise self._wrong("its files lie upon each other")

    def _only_folder(self):
        tops = {name.split("/")[0] for name in (*self._entries, *self._folders)}
        if len(tops) != 1 or not (set(self._folders) & tops):
            raise self._wrong("a plugin's archive has one folder, of the plugin's name, and all else in that; `qi-run plugin pack` makes one")
        (id,) = tops
        if not _ID.fullmatch(id):
            raise self._wrong(f"its folder {ascii(id[:200])} has a name that is no plugin's")
        if f"{id}/plugin.toml" not in self._entries:
            raise self._wrong(f"there is no {id}/plugin.toml in it")
        return id

    # -- unpacking --

    def unpack(self, folder, work=None):
        """Writes all of it into a folder, in which there is nothing yet of that name. InstallError if it is damaged. What Python keeps
        in __pycache__ is left out: nobody would load it. Whatever the umask, others cannot change what is written. `work`, of
        apart.py, is told how far it is."""
        try:
            for name in self._folders:
                if "__pycache__" not in name.split("/"):
                    _make_folder(os.path.join(folder, name))
            for name, entry in self._entries.items():
                if "__pycache__" not in name.split("/"):
                    self._write(os.path.join(folder, name), name, entry, work)
        except _BROKEN as problem:
            raise self._wrong(f"it is damaged: {problem}") from None
        for name in reversed(self._folders):
            if "__pycache__" not in name.split("/"):
                sync_folder(os.path.join(folder, name))

    def _write(self, path, name, entry, work):
        left = entry.file_size
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with self._zip.open(entry) as source, open(os.open(path, flags, 0o600), "wb", buffering=0) as target:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)  # ZipFile gives no more than an entry says
                _write_all(target.fileno(), chunk)
                if work is not None:
                    work.advance(len(chunk))
            if left:
                raise self._wrong(f"{name} is cut off")
            os.fchmod(target.fileno(), 0o755 if entry.external_attr >> 16 & stat.S_IXUSR else 0o644)
            os.fsync(target.fileno())


def _make_folder(path):
    os.mkdir(path, 0o700)
    os.chmod(path, 0o755)


def _write_all(number, data):
    while data:
        data = data[os.write(number, data):]


def sync_folder(path):
    """Has the names in a folder on the disk."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _size(number):
    return f"{number >> 20} MB" if number >= 1 << 20 else f"{number} bytes"
