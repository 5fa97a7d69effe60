# SPDX-License-Identifier: BSD-3-Clause
"""Where the lines of source come from that are told of an error.

Code may be named by a path at which its source is not, or not any more. By one that depends on the current folder, as modules of
Cython are, named from the folder where they were compiled: such names are looked for in folders of sys.path that depend on
nothing. Or by one in /tmp, where everybody may make files, as a build that has long been removed. Another user who has put a
file there would choose what is told, and a pipe would hold the application for ever.
"""

import io
import linecache
import os
import stat
import sys
import tokenize

from . import files
from .way import way

_MOST = 16 << 20  # bytes of a source

_update = linecache.updatecache


def updatecache(filename, module_globals=None):
    """What stands in for linecache.updatecache()."""
    if not isinstance(filename, str) or not filename or filename[0] == "<" and filename[-1] == ">":
        return _update(filename, module_globals)
    if len(linecache.cache.get(filename, ())) != 1:  # that of one is a loader that somebody has named
        linecache.cache.pop(filename, None)
    place = filename if os.path.isabs(filename) else _place(filename)
    if place and os.path.exists(place):
        return _read(filename, place)
    return _of_loader(filename, module_globals)


def may_be_read(path):
    """Whether there is a file, of a size that a source has, that was not put there by another user, where everybody may put some."""
    anybodys = False  # a folder on the way is one where everybody may make files
    try:
        for _, facts in way(path):
            if anybodys and facts.st_uid not in (0, os.geteuid()):
                return False
            anybodys |= stat.S_ISDIR(facts.st_mode) and bool(facts.st_mode & stat.S_IWOTH)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size <= _MOST


def _place(filename):
    """Where a file of that name is, in a folder that does not depend on the current one, or None."""
    for folder in list(sys.path):
        if isinstance(folder, str) and os.path.isabs(folder):
            path = os.path.join(folder, filename)
            try:
                if stat.S_ISREG(os.stat(path).st_mode):
                    return path
            except (OSError, ValueError):
                pass
    return None


def _read(filename, path):
    """The lines of a file, which are kept under the name that was asked for."""
    try:
        if not may_be_read(path):
            return []
        modified = os.stat(path).st_mtime
        data = files.read(path, _MOST)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        lines = io.TextIOWrapper(io.BytesIO(data), encoding).readlines()
    except (OSError, SyntaxError, ValueError, LookupError):
        return []
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    linecache.cache[filename] = len(data), modified, lines, path
    return lines


def _of_loader(filename, module_globals):
    """The source that a module's loader gives, as that of an archive."""
    if not linecache.lazycache(filename, module_globals):
        return []
    try:
        source = linecache.cache.pop(filename)[0]()
    except (ImportError, OSError):
        return []
    if source is None:
        return []
    lines = [line + "\n" for line in source.splitlines()]
    linecache.cache[filename] = len(source), None, lines, filename
    return lines
