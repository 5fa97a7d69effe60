# SPDX-License-Identifier: BSD-3-Clause
"""A plugin's folder as one file. The same folder makes the same file, byte for byte, wherever and whenever it is packed (with the
same zlib, whose versions compress differently): names are in their order, times and modes are fixed."""

import fnmatch
import hashlib
import os
import secrets
import stat
import zipfile
from typing import NamedTuple

from ..._python import files
from ..._python.way import absolute
from .. import review
from ..manifest import Manifest, ManifestError
from .archive import Archive, Limits, sync_folder
from .errors import InstallError, told_of

_LEFT_OUT = ("__pycache__", ".git", ".hg", ".svn", ".bzr", ".idea", ".vscode", ".vs", ".pytest_cache", ".mypy_cache", ".ruff_cache",
             ".tox", ".nox", ".coverage", ".DS_Store", "Thumbs.db", "*~", ".#*", "#*#", "*.swp", "*.swo", "*.orig", "*.rej", ".*.kate-swp")
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a .zip knows
_FILE, _PROGRAM, _FOLDER = stat.S_IFREG | 0o644, stat.S_IFREG | 0o755, stat.S_IFDIR | 0o755


class Packed(NamedTuple):
    """A plugin's file."""

    path: str
    id: str
    version: str
    sha256: str
    size: int
    files: int  # how many are in it


def pack(folder, path=None, work=None, check=review.problems):
    """Packs a plugin's folder into a file, ID-VERSION.zip in the current folder if no path is given. Returns Packed.
    InstallError if anything is wrong with the plugin or what is in it: check() tells."""
    folder = os.path.realpath(folder)
    if problems := list(check(folder)):
        raise InstallError("\n".join(problems))
    try:
        manifest = Manifest.read(folder)
    except ManifestError as wrong:  # it has changed in this moment
        raise InstallError(str(wrong)) from None
    path = absolute(path or f"{manifest.id}-{manifest.version}.zip")
    if _is_in(path, folder):
        raise InstallError(f"{path} would be a part of the plugin itself, and the next file would hold this one; name another place, by --out")
    beside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:200]}.{secrets.token_hex(8)}")
    try:
        try:
            count = _write(beside, folder, manifest.id, work)
            with Archive(beside) as archive:  # what nobody could install is no plugin's file
                if archive.id != manifest.id:
                    raise InstallError(f"{folder}: its folder has another name than the plugin")
            os.replace(beside, path)
        except BaseException:
            if os.path.lexists(beside):
                os.unlink(beside)
            raise
        sync_folder(os.path.dirname(path))
        return Packed(path, manifest.id, manifest.version, sha256_of(path), os.path.getsize(path), count)
    except OSError as problem:
        raise InstallError(told_of(problem)) from None


def _is_in(path, folder):
    return (os.path.realpath(os.path.dirname(path)) + "/").startswith(folder + "/")


def _write(path, folder, id, work):
    """Writes the file. Returns how many files it holds."""
    count = 0
    with open(path, "xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as target:
        for name, facts in _walk(folder):
            if work is not None:
                work.check()
            entry = zipfile.ZipInfo(f"{id}/{name}", _TIME)
            entry.create_system = 3  # whose modes it has
            if stat.S_ISDIR(facts.st_mode):
                entry.external_attr = _FOLDER << 16 | 0x10
                entry.filename = entry.filename.rstrip("/") + "/"
                target.writestr(entry, b"", zipfile.ZIP_STORED)
                continue
            entry.external_attr = (_PROGRAM if facts.st_mode & stat.S_IXUSR else _FILE) << 16
            target.writestr(entry, files.read(os.path.join(folder, name), Limits().unpacked, follow=False), zipfile.ZIP_DEFLATED, 9)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _walk(folder):
    """What is packed, as (path below the folder, os.lstat() of it), in the order of their names, a folder before what it holds."""
    waiting = [""]
    while waiting:
        name = waiting.pop()
        path = os.path.join(folder, name)
        facts = os.lstat(path)
        if stat.S_ISDIR(facts.st_mode):
            yield name, facts
            below = sorted((each for each in os.listdir(path) if not _is_left_out(each)), key=os.fsencode, reverse=True)
            waiting += [f"{name}/{each}" if name else each for each in below]
        elif stat.S_ISREG(facts.st_mode):
            yield name, facts
        else:
            raise InstallError(f"{path}: this is neither a file nor a folder, and an archive has nothing else; put a copy in its place")


def _is_left_out(name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _LEFT_OUT)


def sha256_of(path):
    """The hash of a file, in hexadecimal digits."""
    with open(files.open_file(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
