# SPDX-License-Identifier: BSD-3-Clause
"""Whether a plugin is what the user has agreed to, asked before any of it runs.

    problems(folder)      who else could change it: owner, permissions, symlinks out of it
    fingerprint(folder)   the hash of all its files, and that of each
    Tree(folder)          both of one look at the folder, and the sources that were read for it
    Consents(path)        what the user has agreed to, by these hashes

Files are hashed by what they hold. Only one kind is left out: bytecode that Python has put beside a source,
`__pycache__/name.TAG.pyc` where there is a `name.py`, since that comes and goes. In return nothing ever loads it: what
is below a plugin's folder is imported by the loaders of sources.py, which compile what was hashed. Bytecode that is a
module of its own counts as a file like any other.
"""

import hashlib
import json
import operator
import os
import pathlib
import stat
import tempfile
from typing import NamedTuple

_MOST_PROBLEMS = 20
_CHUNK = 1 << 20


# -- who could change it -------------------------------------------------------------------------------


def problems(folder):
    """Returns why a folder cannot be trusted, a list of texts; empty if only this user and root can change it."""
    return Tree(folder).problems()


def _shortened(found):
    if len(found) > _MOST_PROBLEMS:
        found[_MOST_PROBLEMS:] = [f"and {len(found) - _MOST_PROBLEMS} more of the kind"]
    return found


def _parents(path):
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent


def _parent_problems(folder, root):
    """Whoever may rename a folder on the way can put another one there."""
    for parent in reversed(dict.fromkeys([*_parents(folder), *_parents(root)])):
        try:
            facts = os.stat(parent)
        except OSError as problem:
            yield f"{parent}: cannot be looked at: {problem.strerror}"
            continue
        yield from _owner_problems(parent, facts)
        sticky = facts.st_mode & stat.S_ISVTX  # nobody renames what is not theirs, as in /tmp
        if not sticky:
            yield from _mode_problems(parent, facts)


def _file_problems(path, facts, root):
    yield from _owner_problems(path, facts)
    if not stat.S_ISLNK(facts.st_mode):
        yield from _kind_problems(path, facts)
    elif not is_below(os.path.realpath(path), root):
        yield (f"{path}: this symlink leads out of the plugin's folder, to {os.path.realpath(path)}; "
               "put a copy in its place")


def _kind_problems(path, facts):
    if stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode):
        yield from _mode_problems(path, facts)
    else:
        yield f"{path}: this is neither a file nor a folder; remove it"


def _owner_problems(path, facts):
    if facts.st_uid not in (0, os.geteuid()):
        yield f"{path}: it belongs to {_user(facts.st_uid)}, neither to you nor to root"


def _mode_problems(path, facts):
    who = [name for bit, name in ((stat.S_IWGRP, "its group"), (stat.S_IWOTH, "everybody")) if facts.st_mode & bit]
    if who:
        yield f"{path}: {' and '.join(who)} may write to it; run: chmod go-w {_quoted(path)}"


def _user(number):
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"


def _quoted(path):
    import shlex

    return shlex.quote(str(path))


def is_below(path, root):
    """Whether a path is in a folder, or the folder."""
    return path == root or path.startswith(root.rstrip("/") + "/")


def _walk(root):
    """All that is in a folder, itself first, as (path, os.lstat() of it); no symlink is followed."""
    yield root, os.lstat(root)
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            found = sorted(entries, key=_name)
        for entry in found:
            yield entry.path, os.lstat(entry.path)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


_name = operator.attrgetter("name")


# -- what it holds -------------------------------------------------------------------------------------


class Fingerprint(NamedTuple):
    """What a folder holds: `hash` is that of everything, `files` those of its files by relative path."""

    hash: str
    files: "dict[str, str]"


def fingerprint(folder):
    """Returns the Fingerprint of a folder: SHA-256, in hexadecimal digits. OSError if a file cannot be read."""
    return Tree(folder).fingerprint()


class Read(NamedTuple):
    """A source as it was when it was hashed."""

    version: tuple  # version_of() it
    data: bytes
    hash: str


class Tree:
    """A folder at one moment. Each of its files is looked at once, and read once.

    `root` is its real path; `sources` are those that fingerprint() has read, by real path, as Read: as long as a file's
    version is the same, what was hashed need not be read again.
    """

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.root = os.path.realpath(folder)
        self.sources = {}
        self._files, self._failure = [], None
        try:
            self._files += _walk(self.root)
        except OSError as problem:
            self._failure = problem

    def problems(self):
        """What the function problems() returns."""
        found = list(_parent_problems(self.folder, self.root))
        try:
            for path, facts in self._files:
                found += _file_problems(path, facts, self.root)
            self._check_whole()
        except OSError as problem:
            found.append(f"{problem.filename or self.root}: cannot be read: {problem.strerror}")
        return _shortened(found)

    def _check_whole(self):
        if self._failure is not None:
            raise self._failure

    def fingerprint(self):
        """What the function fingerprint() returns."""
        self._check_whole()
        files, start = {}, len(self.root.rstrip("/")) + 1
        for path, facts in self._files:
            if not stat.S_ISDIR(facts.st_mode) and not _is_byproduct(path):
                files[path[start:]] = self._hash_of(path, facts)
        whole = hashlib.sha256()
        for name in sorted(files):
            data = os.fsencode(name)
            whole.update(b"%d:%s %s\n" % (len(data), data, files[name].encode()))
        return Fingerprint(whole.hexdigest(), files)

    def _hash_of(self, path, facts):
        if stat.S_ISLNK(facts.st_mode):
            return "symlink:" + hash_of_data(os.fsencode(os.readlink(path)))
        if not stat.S_ISREG(facts.st_mode):
            return "special"
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(number)
            if not path.endswith(".py") or facts.st_size >= _CHUNK:
                return _hash_of_file(number)
            data = _read(number, facts.st_size)
        finally:
            os.close(number)
        digest = hash_of_data(data)
        self.sources[path] = Read(version_of(facts), data, digest)
        return digest


def version_of(facts):
    """What tells a file from another one in its place, and from what it held before, of its os.stat_result."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _read(number, size):
    data = os.read(number, size + 1)
    while more := os.read(number, _CHUNK):
        data += more
    return data


def _hash_of_file(number):
    digest = hashlib.sha256()
    while chunk := os.read(number, _CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def hash_of_data(data):
    """The hash of a file that holds these bytes, as a Fingerprint has it."""
    return hashlib.sha256(data).hexdigest()


def _is_byproduct(path):
    """Whether a file is bytecode that Python has put beside a source."""
    if not path.endswith(".pyc"):
        return False
    folder, name = os.path.split(path)
    parent, last = os.path.split(folder)
    parts = name.split(".")
    if last != "__pycache__" or len(parts) < 3 or parts[-1] != "pyc":
        return False
    return os.path.isfile(os.path.join(parent, parts[0] + ".py")) and stat.S_ISREG(os.lstat(path).st_mode)


def changes(before, after):
    """Returns what differs between the files of two fingerprints, as texts such as "changed: shop.py"."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"removed: {name}")
        elif name not in before:
            found.append(f"added: {name}")
        elif before[name] != after[name]:
            found.append(f"changed: {name}")
    return found


# -- what the user has agreed to -----------------------------------------------------------------------


class Decision(NamedTuple):
    """Whether the user's consent holds: `reason` is "given", "new" or "changed", then with the files that differ."""

    reason: str
    changed: "list[str]" = []

    def __bool__(self):
        return self.reason == "given"


class Consents:
    """The user's consents, in a file that only the user can write: by plugin its folder, and the hashes of then."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self._known, self._version = {}, None  # what the file holds, and which one that was

    def ask(self, id, folder, fingerprint):
        """Returns the Decision for a plugin as it is now. PermissionError if somebody else could write the file."""
        return self.ask_real(id, os.path.realpath(folder), fingerprint)

    def ask_real(self, id, root, fingerprint):
        """The same where the folder's real path is known."""
        known = self._load().get(id)
        if known is None or known["folder"] != root:
            return Decision("new")
        if known["hash"] == fingerprint.hash:
            return Decision("given")
        return Decision("changed", changes(known["files"], fingerprint.files))

    def give(self, id, folder, fingerprint):
        """Notes that the user agrees to a plugin as it is now."""
        known = self._load()
        known[id] = {"folder": os.path.realpath(folder), "hash": fingerprint.hash, "files": fingerprint.files}
        self._store(known)

    def withdraw(self, id):
        """Forgets a consent; it is no error if there is none."""
        known = self._load()
        if known.pop(id, None) is not None:
            self._store(known)

    def _load(self):
        """The consents; none where there is no file, or one that this did not write, so that the user is asked again."""
        try:
            with open(os.open(self.path, os.O_RDONLY | os.O_CLOEXEC), "rb", buffering=0) as file:
                facts = os.fstat(file.fileno())
                for problem in [*_owner_problems(self.path, facts), *_mode_problems(self.path, facts)]:
                    raise PermissionError(f"what the user has agreed to cannot be trusted: {problem}")
                if version_of(facts) != self._version:
                    self._known = _consents_in(file.readall())
                    self._version = version_of(facts)
        except FileNotFoundError:
            return {}
        return dict(self._known)

    def _store(self, known):
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)  # readable by the user alone
        try:
            with open(number, "w", encoding="utf-8") as file:
                json.dump(known, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise


def _consents_in(data):
    try:
        known = json.loads(data)
    except ValueError:
        return {}
    return {id: each for id, each in known.items() if _is_consent(each)} if isinstance(known, dict) else {}


def _is_consent(each):
    return (isinstance(each, dict) and isinstance(each.get("folder"), str) and isinstance(each.get("hash"), str)
            and isinstance(each.get("files"), dict) and all(isinstance(digest, str) for digest in each["files"].values()))
