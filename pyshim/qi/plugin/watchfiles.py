# SPDX-License-Identifier: BSD-3-Clause
"""Reloads plugins when their files change. The operating system tells, so nothing is looked at while nothing happens.

An editor may write a file in several steps, or put another one in its place: a plugin is reloaded when nothing has
changed for a moment. What is watched is renewed then, since a file that was replaced is not watched any more.
"""

import asyncio
import os

PAUSE = 0.2  # seconds without a change


class Watch:
    """Calls changed(ids) when files below the folders of plugins have changed."""

    def __init__(self, services, folders, written, changed):
        self._services = services
        self._folders = folders  # returns {id: folder}
        self._written = written  # (id) returns the paths of files that the plugin writes by itself
        self._changed = changed
        self._seen = {}  # id -> {path: what tells one version from another}
        self._timer = None
        self._connection = services.changed.connect(self._stir)

    def renew(self):
        """Watches what is there now, and takes it for what was seen."""
        self._seen = {id: _look(folder) for id, folder in self._folders().items()}
        self._services.watch([path for seen in self._seen.values() for path in seen])

    def renew_one(self, id):
        """The same for one plugin, whose files are being read now."""
        self._seen[id] = _look(self._folders().get(id))
        self._services.watch([path for seen in self._seen.values() for path in seen])

    def _stir(self, path):
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._settle)

    def _settle(self):
        self._timer = None
        before = self._seen
        self.renew()
        ids = [id for id in before if _others(before[id], self._seen.get(id, {}), self._written(id))]
        if ids:
            self._changed(ids)

    def stop(self):
        self._connection.disconnect()
        if self._timer is not None:
            self._timer.cancel()
        self._services.watch([])


def _others(before, now, written):
    """Whether files differ that the plugin has not written by itself, nor a database of its own beside them."""
    differ = {os.path.realpath(path) for path, facts in before.items() ^ now.items() if facts}
    own = [os.path.realpath(path) for path in written] if differ else []
    return any(path not in own and not path.startswith(tuple(f"{each}-" for each in own)) for path in differ)


def _look(folder):
    """The folders and files below a folder that matter, with what tells whether they are others."""
    found = {}
    for place, folders, files in os.walk(folder) if folder else ():
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        found[place] = None
        for name in files:
            if name.startswith(".") or name.endswith(("~", ".swp", ".pyc")):
                continue
            path = os.path.join(place, name)
            try:
                facts = os.stat(path)
            except OSError:
                continue
            found[path] = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    return found
