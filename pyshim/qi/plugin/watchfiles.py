# SPDX-License-Identifier: BSD-3-Clause
"""Reloads plugins when their files change. The operating system tells, so nothing is looked at while nothing happens.

An editor may write a file in several steps, or put another one in its place: a plugin is reloaded when nothing has
changed for a moment. What is watched is renewed then, since a file that was replaced is not watched any more.
"""

import asyncio
import itertools
import os

from . import apart
from .trust import MOST_FILES

PAUSE = 0.2  # seconds without a change


class Watch:
    """Calls changed(ids) when files below the folders of plugins have changed. Folders are looked at in a thread."""

    def __init__(self, services, folders, written, changed):
        self._services = services
        self._folders = folders  # returns {id: folder}
        self._written = written  # (id) returns the paths of files that the plugin writes by itself
        self._changed = changed
        self._seen = {}  # id -> {path: what tells one version from another}
        self._timer = None
        self._work = apart.Work()
        self._looking = False
        self._stirred = False  # while it was looking
        self._connection = services.changed.connect(self._stir)

    def take(self, id, seen):
        """Watches what look() has seen of a plugin, whose files are being read now."""
        self._seen[id] = seen
        self._watch()

    def _watch(self):
        self._services.watch([path for seen in self._seen.values() for path in seen])

    def _stir(self, path):
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._settle)

    def _settle(self):
        self._timer = None
        if self._looking:
            self._stirred = True
            return
        before = dict(self._seen)
        written = {id: set(self._written(id)) for id in before}
        self._work.start(lambda found, wrong: self._looked(before, found, wrong), _compare, self._work,
                         dict(self._folders()), before, written)
        self._looking = True  # it has begun

    def _looked(self, before, found, wrong):
        self._looking = False
        if self._connection is None:
            return
        if self._stirred:  # before anything else: what is called here may raise, or end this
            self._stirred = False
            self._stir(None)
        if wrong is not None:  # what there was before is compared with what there is the next time
            asyncio.get_running_loop().call_exception_handler(
                {"message": "looking for files of plugins that have changed failed", "exception": wrong})
            return
        now, ids = found
        # What was taken meanwhile is newer than what was looked at.
        self._seen = now | {id: seen for id, seen in self._seen.items() if seen is not before.get(id)}
        self._watch()
        if ids:
            self._changed(ids)

    def stop(self):
        self._connection.disconnect()
        self._connection = None
        self._work.cancel()
        if self._timer is not None:
            self._timer.cancel()
        self._services.watch([])


def _compare(work, folders, before, written):
    """What there is now, and the ids of the plugins of which something has changed."""
    now = {}
    for id, folder in folders.items():
        work.check()
        now[id] = look(folder, work.check)
    return now, [id for id in before if _others(before[id], now.get(id, {}), written[id])]


def _others(before, now, written):
    """Whether files differ that the plugin has not written by itself, nor a database of its own beside them."""
    differ = {os.path.realpath(path) for path, facts in before.items() ^ now.items() if facts}
    own = [os.path.realpath(path) for path in written] if differ else []
    return any(path not in own and not path.startswith(tuple(f"{each}-" for each in own)) for path in differ)


def look(folder, check=lambda: None):
    """The folders and files below a folder that matter, with what tells whether they are others: a plugin's, or the first of
    what is no plugin any more. check() is called now and then, and may raise what ends it."""
    found, waiting, left = {}, [os.fspath(folder)] if folder else [], MOST_FILES
    while waiting and left > 0:
        place = waiting.pop()
        found[place] = None
        for entry, is_folder in _entries(place, left):
            check()
            left -= 1
            if entry.name.startswith("."):
                continue
            if is_folder:
                if entry.name != "__pycache__":
                    waiting.append(entry.path)
            elif not entry.name.endswith(("~", ".swp", ".pyc")) and (facts := _facts(entry.path)):
                found[entry.path] = facts
    return found


def _entries(place, most):
    """What is in a folder, as far as it is told, each with whether it is a folder itself."""
    try:
        with os.scandir(place) as entries:
            return [(entry, entry.is_dir(follow_symlinks=False)) for entry in itertools.islice(entries, most)]
    except OSError:
        return []


def _facts(path):
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
