# SPDX-License-Identifier: BSD-3-Clause
"""Where the lines of source come from that are told of an error.

Code may be named by a path that depends on the current folder: modules of Cython are, by one below the folder where they were
compiled. Another user who has put a file there, where they may write, would choose what is told, and a pipe would hold
the application for ever. So such names are looked for in folders of sys.path that depend on nothing.
"""

import linecache
import os
import stat
import sys

_update = linecache.updatecache


def updatecache(filename, module_globals=None):
    """What stands in for linecache.updatecache()."""
    if not isinstance(filename, str) or not filename or os.path.isabs(filename) or filename[0] == "<" and filename[-1] == ">":
        return _update(filename, module_globals)
    linecache.cache.pop(filename, None)
    for place in (_place(folder, filename) for folder in list(sys.path)):
        if place:
            return _as(filename, _update(place), place)
    return _of_loader(filename, module_globals)


def _place(folder, filename):
    """Where a file of that name is, in a folder that does not depend on the current one."""
    if not isinstance(folder, str) or not os.path.isabs(folder):
        return None
    path = os.path.join(folder, filename)
    try:
        return path if stat.S_ISREG(os.stat(path).st_mode) else None
    except (OSError, ValueError):
        return None


def _as(filename, lines, path):
    entry = linecache.cache.pop(path, None)
    if entry is not None:
        linecache.cache[filename] = entry
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
