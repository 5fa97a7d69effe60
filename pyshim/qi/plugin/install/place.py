# SPDX-License-Identifier: BSD-3-Clause
"""A folder of plugins into which others put some.

    FOLDER/ID                  a plugin, as an application finds it: always whole
    FOLDER/.qi/installed/ID    what is known of it, in JSON; plugins without it were put there by hand, and are left alone
    FOLDER/.qi/before/ID/ID    the version before, and ID.json beside it
    FOLDER/.qi/next/ID/ID      what is about to change places with FOLDER/ID, and ID.json beside it, the journal of that
    FOLDER/.qi/work-*          what is not whole yet, or is being removed

All changes are renames, made by whoever holds the lock. What has not come to its end, since the process or the machine has, is
ended or undone by the next one who holds it: the journal names the new folder by its inode, which tells whether it has got to
its place.
"""

import contextlib
import errno
import json
import os
import secrets
import shutil
import stat

from ..._python import files, locks, private
from ..manifest import Manifest, ManifestError
from .archive import sync_folder
from .errors import InstallError, told_of
from .exchange import exchange

_HIDDEN = ".qi"
_LARGEST = 1 << 20  # bytes of what is known of a plugin
_MOST = 20_000  # names in a folder
_PATIENCE = 10.0  # seconds that another process may take


class Place:
    """A folder of plugins. Each function may wait for a disk; all that change anything are called in a `with place.locked()`."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.hidden = os.path.join(self.folder, _HIDDEN)

    def plugin(self, id):
        """The path of a plugin."""
        return os.path.join(self.folder, id)

    # -- what is known --

    def known(self, id):
        """What was noted of a plugin when it was installed, a dict; None of one that was put there by hand, or is not there."""
        return _record(self._read("installed", id)) if os.path.lexists(self.plugin(id)) else None

    def known_before(self, id):
        """The same of the version before; None if there is none."""
        return _record(self._read("before", id, f"{id}.json")) if os.path.lexists(self._path("before", id, id)) else None

    def ids(self):
        """Of the plugins that are known."""
        try:
            return [each.name for each in files.names(os.path.join(self.hidden, "installed"), _MOST)[0]
                    if not each.name.startswith(".") and self.known(each.name) is not None]
        except FileNotFoundError:
            return []

    def _path(self, *parts):
        return os.path.join(self.hidden, *parts)

    def _read(self, *parts):
        return read_json(self._path(*parts))

    # -- the lock --

    @contextlib.contextmanager
    def locked(self):
        """Keeps others out, makes what is missing, and brings to an end what somebody has left. InstallError, or OSError, if the folder is
        one that others could change."""
        try:
            private.make_own_folder(self.folder)
            private.make_own_folder(self.hidden)
            for name in ("installed", "before", "next"):
                private.make_own_folder(self._path(name))
        except PermissionError as problem:
            raise InstallError(f"nothing can be installed in {self.folder}: {problem.strerror}") from None
        number = os.open(self._path("lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            self._lock(number)
            self._recover()
            yield
        finally:
            os.close(number)

    def _lock(self, number):
        if not locks.take(number, _PATIENCE):
            raise InstallError(f"another process is changing the plugins in {self.folder}; try again when it is done")

    @contextlib.contextmanager
    def work_folder(self):
        """A new folder for what is not whole yet, which is gone at the end."""
        path = self._path(f"work-{secrets.token_hex(8)}")
        os.mkdir(path, 0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _discard(self, path):
        """Removes a file or folder; nobody sees a part of it."""
        if os.path.lexists(path):
            with self.work_folder() as work:
                os.rename(path, os.path.join(work, "old"))

    # -- changes --

    def put(self, id, folder, record):
        """Puts a plugin's folder, which is whole, into its place; what is there, if anything, is the version before from then on."""
        self._begin(id, folder, {"record": record, "old": self.known(id), "back": False})

    def take_back(self, id):
        """Has a plugin and its version before change places."""
        self._begin(id, self._path("before", id, id), {"record": self.known_before(id), "old": self.known(id), "back": True})

    def remove(self, id):
        """Removes a plugin, and the version before."""
        self._discard(self.plugin(id))
        self._forget(id)
        self._discard(self._path("before", id))

    def _forget(self, id):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path("installed", id))

    def _begin(self, id, folder, journal):
        journal["inode"] = _inode(folder)
        next = self._path("next", id)
        os.mkdir(next, 0o700)
        write_json(os.path.join(next, f"{id}.json"), journal)
        sync_folder(self._path("next"))
        os.rename(folder, os.path.join(next, id))
        sync_folder(next)
        self._place(id)
        self._finish(id, journal)

    def _place(self, id):
        waiting, here = self._path("next", id, id), self.plugin(id)
        if os.path.lexists(here):
            exchange(waiting, here, self._path("next", id, "aside"))
        else:
            os.rename(waiting, here)
        sync_folder(self.folder)

    def _finish(self, id, journal):
        """What is left to do when the new one is in its place."""
        next, before = self._path("next", id), self._path("before", id)
        if os.path.lexists(os.path.join(next, id)):
            self._discard(before)
            os.mkdir(before, 0o700)
            os.rename(os.path.join(next, id), os.path.join(before, id))
        if os.path.lexists(os.path.join(before, id)) and journal["old"] is not None:
            write_json(os.path.join(before, f"{id}.json"), journal["old"])
        write_json(self._path("installed", id), journal["record"])
        self._discard(next)

    # -- what somebody has left --

    def _recover(self):
        for each in files.names(self.hidden, _MOST)[0]:
            if each.name.startswith("work-"):
                shutil.rmtree(self._path(each.name), ignore_errors=True)
        for each in files.names(self._path("next"), _MOST)[0]:
            self._recover_one(each.name)
        for each in files.names(self._path("installed"), _MOST)[0]:
            if not os.path.lexists(self.plugin(each.name)):
                self._forget(each.name)
                self._discard(self._path("before", each.name))

    def _recover_one(self, id):
        next, here = self._path("next", id), self.plugin(id)
        waiting, aside = os.path.join(next, id), os.path.join(next, "aside")
        journal = read_json(os.path.join(next, f"{id}.json"))
        if not _is_journal(journal):  # it was not even begun, or somebody has dropped it in
            return self._discard(next)
        if os.path.lexists(aside):  # of the three renames of exchange() not all have been made
            os.rename(aside, here if not os.path.lexists(here) else waiting)
        if os.path.lexists(here) and _inode(here) == journal["inode"]:
            return self._finish(id, journal)
        if journal["back"] and os.path.lexists(waiting):
            os.rename(waiting, self._path("before", id, id))
        self._discard(next)


def _record(value):
    """A note of a plugin; None if it is none, as of somebody who has put a folder here that he has from elsewhere."""
    is_one = value is not None and all(isinstance(value.get(key), str) for key in ("version", "files", "source"))
    return value if is_one else None


def _is_journal(value):
    return (value is not None and isinstance(value.get("inode"), list) and isinstance(value.get("back"), bool)
            and isinstance(value.get("record"), dict) and isinstance(value.get("old"), dict | None))


def _inode(path):
    facts = os.lstat(path)
    return [facts.st_dev, facts.st_ino]


def read_json(path):
    """What is in a file of ours; None if there is none, or it is damaged."""
    try:
        value = json.loads(files.read(path, _LARGEST, follow=False))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path, value):
    """Puts a whole file into a place, or leaves what is there."""
    write_file(path, json.dumps(value, indent=1, sort_keys=True).encode())


def write_file(path, data, mode=0o600):
    """The same with bytes."""
    beside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:200]}.{secrets.token_hex(8)}")
    try:
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            while data:
                data = data[os.write(number, data):]
            os.fsync(number)
        finally:
            os.close(number)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    sync_folder(os.path.dirname(path))
