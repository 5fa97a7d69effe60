# SPDX-License-Identifier: BSD-3-Clause
"""What the sources of plugins were compiled to, kept in a folder of the user's cache.

An entry is found by the path of its source and holds the hash of that source, so what is loaded belongs to what the
user has agreed to. It is as trusted as who could have written it: the folders on the way are looked at as those of a
plugin are, each entry through its own descriptor.
"""

import hashlib
import importlib.util
import marshal
import os
import stat
import sys
import zlib

from .._python import files, private
from . import trust

_LARGEST = 64 << 20
_END = b"\n"


def recall(path, digest):
    """The code of a source with that hash, if it was compiled before by this Python; else None."""
    folder = _open_folder()
    if folder is None:
        return None
    try:
        data = _read(_name(path), folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    head, _, code = data.partition(_END)
    whole = head == _head(digest, code) and code  # a damaged one could crash marshal
    return marshal.loads(code) if whole else None


def keep(path, digest, code):
    """Keeps it for the next time, where there is a place that nobody else can write to."""
    folder = None if sys.dont_write_bytecode else _open_folder(make=True)
    if folder is None:
        return
    data = marshal.dumps(code)
    name = _name(path)
    temporary = f"{name}.{os.getpid()}.{os.urandom(8).hex()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(_head(digest, data) + _END + data)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:  # a full disk is no reason not to go on
        _remove(temporary, folder)
    finally:
        os.close(folder)


def folder_of_children():
    """Where interpreters that this one starts may keep bytecode, that of the standard library too; None if nowhere."""
    folder = _open_folder("children", make=True)
    if folder is None:
        return None
    os.close(folder)
    return _path("children")


def _remove(name, folder):
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        pass


def _read(name, folder):
    """What an entry holds. OSError if anybody but this user could have written it."""
    number = files.open_file(name, follow=False, folder=folder)
    try:
        facts = os.fstat(number)
        if facts.st_uid != os.geteuid() or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(name)
        return files.read_descriptor(number, _LARGEST, name)
    finally:
        os.close(number)


def _head(digest, code):
    """Who could write a wrong one is the user: against a disk that fails, a quick sum does."""
    return b"%s %s %08x" % (importlib.util.MAGIC_NUMBER.hex().encode(), digest.encode(), zlib.crc32(code))


def _name(path):
    key = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:32]
    return f"{key}.{sys.implementation.cache_tag}-{sys.flags.optimize}"


def _path(name):
    """Of a folder in the user's cache; None where that depends on the current folder."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "qi", name) if os.path.isabs(base) else None


def _open_folder(name="bytecode", make=False):
    """The descriptor of the cache, if nobody but this user, and root, could put anything there; else None."""
    path = _path(name)
    if path is None:
        return None
    try:
        if make and not os.path.lexists(path):
            private.make_folders(path)
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if _is_safe(path, os.fstat(number)):
        return number
    os.close(number)
    return None


def _is_safe(path, facts):
    """Whether the folder that was opened is the one at the path, and both are the user's alone."""
    if facts.st_uid != os.geteuid() or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    if any(trust.way_problems(path)):
        return False
    try:
        now = os.lstat(path)
    except OSError:
        return False
    return (now.st_dev, now.st_ino) == (facts.st_dev, facts.st_ino)
