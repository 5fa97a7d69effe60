# SPDX-License-Identifier: BSD-3-Clause
"""Writing into a folder that somebody else may write to as well, or has prepared.

What is looked at by its path may be another thing when it is opened by its path. So each folder on the way down is opened
below the one that is open already, and no symlink is followed there.
"""

import contextlib
import errno
import os
import secrets
import stat

_DOWN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """An open folder: whatever becomes of its path, this one is meant. To be closed, by a `with`."""

    def __init__(self, path):
        self.path = os.fspath(path)
        self._number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        os.close(self._number)

    def has(self, name):
        """Whether there is anything at a relative path; not where a symlink leads there."""
        try:
            with self._above(name) as (number, last):
                os.stat(last, dir_fd=number, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def write(self, name, text):
        """Puts a file at a relative path, in place of what is there, at once: a reader sees the one or the other.
        PermissionError if a symlink is on the way."""
        with self._above(name, make=True) as (number, last):
            beside = f".{last[:200]}.{secrets.token_hex(8)}"
            try:
                with open(os.open(beside, _NEW, 0o666, dir_fd=number), "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(beside, last, src_dir_fd=number, dst_dir_fd=number)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(beside, dir_fd=number)
                raise

    @contextlib.contextmanager
    def _above(self, name, make=False):
        """The descriptor of the folder of a relative path, and the last part of that."""
        *parents, last = name.split("/")
        number, at = os.dup(self._number), self.path
        try:
            for part in parents:
                at = os.path.join(at, part)
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, dir_fd=number)
                below = _open(part, number, at)
                os.close(number)
                number = below
            yield number, last
        finally:
            os.close(number)


def _open(part, above, path):
    try:
        return os.open(part, _DOWN, dir_fd=above)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and stat.S_ISLNK(os.lstat(part, dir_fd=above).st_mode):
            raise PermissionError(errno.EPERM, "this is a symbolic link, which leads wherever somebody else likes; "
                                               "put a folder there", path) from None
        raise OSError(error.errno, os.strerror(error.errno), path) from None
