# SPDX-License-Identifier: BSD-3-Clause
"""Reading files that somebody else may have put there: nothing but files, no more than so many bytes, and no waiting.

A pipe would keep its reader waiting for ever, a device would be opened by name, and /dev/zero has no end. So what is
read is looked at first, opened in a way that does not wait, and looked at again through its descriptor.
"""

import errno
import fcntl
import os
import signal
import stat
from typing import NamedTuple


class TooLarge(OSError):
    """A file holds more than it may."""


def read(path, most, *, follow=True, folder=None):
    """Returns what a file holds, at most `most` bytes. OSError if it is no file, or has more: TooLarge.

    folder: the descriptor of the folder that the path begins in. With follow=False the last part is no symlink.
    """
    with open(open_file(path, follow=follow, folder=folder), "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > most:  # nothing of it is read
            raise TooLarge(errno.EFBIG, f"it holds more than {_size(most)}", os.fspath(path))
        return read_descriptor(file.fileno(), most, path)


def open_file(path, *, follow=True, folder=None):
    """Returns the descriptor of a file, for reading. OSError if it is none."""
    _check(os.stat(path, dir_fd=folder, follow_symlinks=follow), path)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    number = os.open(path, flags, dir_fd=folder)
    try:
        _check(os.fstat(number), path)
    except BaseException:
        os.close(number)
        raise
    return number


def _check(facts, path):
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder, not a file", os.fspath(path))
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "this is not a file", os.fspath(path))


def read_descriptor(number, most, path):
    """Returns all that an open file holds from where it stands on."""
    data = bytearray()
    while chunk := os.read(number, min(1 << 20, most + 1 - len(data))):
        data += chunk
        if len(data) > most:
            raise TooLarge(errno.EFBIG, f"it holds more than {_size(most)}", os.fspath(path))
    return bytes(data)


def is_being_written(number):
    """Whether somebody has an open file open, or mapped, for writing: they can change it, whatever its permissions are now.

    The kernel knows, when it is asked for a lease, and tells it of this user's own files; False where it does not tell.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        # Who opens it in this moment has the kernel send a signal: one that nobody minds, where SIGIO would end the process.
        fcntl.fcntl(number, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as problem:
        return problem.errno == errno.EAGAIN
    return False


def _size(number):
    return f"{number >> 20} MB" if number >= 1 << 20 else f"{number >> 10} kB"


class Name(NamedTuple):
    """What a folder has of one of its entries; nothing is looked at behind a symlink, which may lead a long way."""

    name: str
    is_folder: bool
    is_link: bool


def names(folder, most):
    """Returns what is in a folder, a list of Name, sorted, and whether there is more than `most`, of which some is left out."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(found) == most:
                return sorted(found), True
            found.append(Name(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink()))
    return sorted(found), False
