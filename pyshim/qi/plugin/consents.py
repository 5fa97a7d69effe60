# SPDX-License-Identifier: BSD-3-Clause
"""What the user has agreed to: by plugin its folder, and the hashes of then.

The file is one that only the user can write, in folders that nobody else can change; it is read as if somebody else
had made it. Several instances of an application share it: whoever changes it holds a lock, reads what there is now,
and puts a whole file in its place. A copy is kept beside it, for the day that the file is damaged; it holds the same,
so that it never knows of a consent that was withdrawn.
"""

import contextlib
import errno
import json
import os
import pathlib
import stat
import tempfile
from typing import NamedTuple

from .._python import files, locks, private
from . import trust
from .manifest import FILE

_LARGEST = 64 << 20
_MOST_KEPT = 500_000  # characters in JSON of the names and hashes of a plugin's files; of one with more the hash of all is kept
_MOST_TOLD = 1000  # files that differ, of a question that somebody is to read
_PATIENCE = 10.0  # seconds that another instance may take to change it


class Decision(NamedTuple):
    """Whether the user's consent holds: `reason` is "given", "new", "changed", then with the files that differ, or
    "elsewhere", then with the folder of the one that the user has agreed to."""

    reason: str
    changed: "list[str]" = []

    def __bool__(self):
        return self.reason == "given"


class Consents:
    """The file. Each function may wait for a disk, and raises OSError if the file cannot be trusted, read or written."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.copy = self.path.with_name(self.path.name + "~")
        self._known, self._version = {}, None  # what the file holds, and which one that was

    def ask(self, id, folder, fingerprint):
        """Returns the Decision for a plugin as it is now. PermissionError if somebody else could write the file."""
        return self.ask_real(id, os.path.realpath(folder), fingerprint)

    def ask_real(self, id, root, fingerprint):
        """The same where the folder's real path is known."""
        known = self._load().get(id)
        if known is None or known["folder"] != root:
            return Decision("elsewhere", [f"agreed to: {known['folder']}"]) if known and _is_there(known) else Decision("new")
        if known["hash"] == fingerprint.hash:
            return Decision("given")
        if known.get("many"):
            return Decision("changed", ["changed: files of which there are too many to tell which"])
        changed = trust.changes(known["files"], fingerprint.files)
        if len(changed) > _MOST_TOLD:
            changed[_MOST_TOLD:] = [f"and {len(changed) - _MOST_TOLD} more"]
        return Decision("changed", changed)

    def knows(self, id, folder):
        """Whether the user has agreed to a plugin, whatever its files are now; False where that cannot be read."""
        try:
            known = self._load().get(id)
            return known is not None and known["folder"] == os.path.realpath(folder)
        except OSError:
            return False

    def knows_elsewhere(self, id, folder):
        """Whether the user has agreed to a plugin of that id in another folder, where there still is one."""
        try:
            known = self._load().get(id)
            return known is not None and known["folder"] != os.path.realpath(folder) and _is_there(known)
        except OSError:
            return False

    def ids(self):
        """Of the plugins that the user has agreed to; none where that cannot be read."""
        try:
            return set(self._load())
        except OSError:
            return set()

    def give(self, id, folder, fingerprint):
        """Notes that the user agrees to a plugin as it is now."""
        self.give_real(id, os.path.realpath(folder), fingerprint)

    def give_real(self, id, root, fingerprint, check=lambda: None):
        """The same where the folder's real path is known. check() is called when nobody else can change the file any
        more, and may raise what keeps it as it is: a consent may have been withdrawn while this waited."""
        self._prepare()
        with self._locked():
            check()
            known = self._load()
            known[id] = {"folder": root, "hash": fingerprint.hash} | _files_of(fingerprint)
            self._store(known)

    def withdraw(self, id):
        """Forgets a consent; it is no error if there is none."""
        if not os.path.lexists(self.path.parent):
            return
        with self._locked():
            known = self._load()
            if known.pop(id, None) is not None:
                self._store(known)

    # -- the file --

    def _load(self):
        """The consents; none where there is no file. One that is damaged is as good as its copy."""
        if not os.path.lexists(self.path):
            return {}
        self._check_folder()
        known = self._read(self.path)
        if known is None:
            known = self._read(self.copy) if os.path.lexists(self.copy) else None
        return dict(known or {})

    def _check_folder(self):
        _check_way(self.path.parent)

    def _read(self, path):
        """What is in a file; None if this did not write it. OSError if it cannot be trusted."""
        with _opened(path) as number:
            facts = os.fstat(number)
            for problem in trust.file_problems(path, facts):
                raise _distrust(problem)
            if path == self.path and trust.version_of(facts) == self._version:
                return self._known
            known = consents_in(files.read_descriptor(number, _LARGEST, path))
        if path == self.path and known is not None:
            self._known, self._version = known, trust.version_of(facts)
        return known

    def _prepare(self):
        """Makes the folder, where there is none, for the user alone."""
        private.make_folders(self.path.parent, _check_way)
        self._check_folder()

    @contextlib.contextmanager
    def _locked(self):
        """Keeps other instances from changing it, and waits for one that does."""
        self._check_folder()
        path = self.path.with_name(self.path.name + ".lock")
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        try:
            facts = os.fstat(number)
            problems = list(trust.file_problems(path, facts))
            if not stat.S_ISREG(facts.st_mode):
                problems.append(f"{path}: this is not a file")
            for problem in problems:
                raise _distrust(problem)
            _lock(number, path)
            yield
        finally:
            os.close(number)

    def _store(self, known):
        data = json.dumps(known, indent=1, sort_keys=True).encode()
        if len(data) > _LARGEST:  # which nobody would read again, and all consents would be lost
            raise OSError(errno.EFBIG, f"what the user has agreed to would take more than {_LARGEST >> 20} MB; withdraw a "
                          "plugin of many files", str(self.path))
        _put(self.copy, data)  # first: it must not know of what has been withdrawn
        _put(self.path, data)
        self._version = None


def _files_of(fingerprint):
    """What is kept of a plugin's files: they are read again at each start, while everything else waits for Python."""
    is_kept = sum(len(json.dumps(path)) + len(digest) for path, digest in fingerprint.files.items()) <= _MOST_KEPT
    return {"files": fingerprint.files} if is_kept else {"files": {}, "many": True}


def _is_there(known):
    """Whether there is a plugin in the folder of a consent, which has not been moved then."""
    return os.path.lexists(os.path.join(known["folder"], FILE))


def _check_way(folder):
    for problem in trust.way_problems(folder):
        raise _distrust(problem)


def _distrust(problem):
    return PermissionError(errno.EPERM, f"what the user has agreed to cannot be trusted: {problem}")


@contextlib.contextmanager
def _opened(path):
    try:
        number = files.open_file(path, follow=False)
    except OSError as problem:
        if problem.errno in (errno.EINVAL, errno.ELOOP):  # a pipe, a device or a symlink
            raise _distrust(f"{path}: this is not a file") from None
        raise
    try:
        yield number
    finally:
        os.close(number)


def _lock(number, path):
    if not locks.take(number, _PATIENCE):
        raise TimeoutError(errno.ETIMEDOUT, "another instance of the application holds it locked", str(path))


def _put(path, data):
    """Puts a whole file in a place, or leaves what is there."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # readable by the user alone
    try:
        with open(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def consents_in(data):
    """What a file holds, an entry that is no consent left out; None if it is no file of consents."""
    try:
        known = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return {id: each for id, each in known.items() if _is_consent(each)} if isinstance(known, dict) else None


def _is_consent(each):
    return (isinstance(each, dict) and isinstance(each.get("folder"), str) and isinstance(each.get("hash"), str)
            and isinstance(each.get("files"), dict) and all(isinstance(digest, str) for digest in each["files"].values()))
