# SPDX-License-Identifier: BSD-3-Clause
"""The way to a path: what somebody could change to have it lead elsewhere."""

import errno
import os
import stat

_MOST_LINKS = 40  # on the way to a file, as the kernel has it


def way(path):
    """All that is looked at on the way to a path, as (path, os.lstat() of it): each folder and each symlink, those that
    symlinks lead through included. The last one is the path's real one. OSError where it does not lead anywhere."""
    at, waiting, links = "/", _parts(absolute(path)), 0
    yield at, os.lstat(at)
    while waiting:
        part = waiting.pop()
        if part == "..":
            at = os.path.dirname(at)
            yield at, os.lstat(at)
            continue
        here = os.path.join(at, part)
        facts = os.lstat(here)
        yield here, facts
        if not stat.S_ISLNK(facts.st_mode):
            at = here
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), here)
        target = os.readlink(here)
        waiting += _parts(target)
        if target.startswith("/"):
            at = "/"
            yield at, os.lstat(at)


def absolute(path):
    """The path from the root on, with all its parts. os.path.abspath() takes "link/.." for nothing, but that is the
    folder above the one that the link leads to."""
    path = os.fspath(path)
    return path if path.startswith("/") else os.path.join(os.getcwd(), path)


def _parts(path):
    """The names in a path, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]
