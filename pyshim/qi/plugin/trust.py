# SPDX-License-Identifier: BSD-3-Clause
"""What a plugin's folder holds, and who could change it, asked before any of it runs.

    problems(folder)      who else could change it: owner, permissions, symlinks on the way to it and out of it
    fingerprint(folder)   the hash of all its files, and that of each
    Tree(folder)          both of one look at the folder, and the sources that were read for it
    way_problems(path)    who else could put something else at a path

Files are hashed by what they hold. Only one kind is left out: bytecode that Python has put beside a source,
`__pycache__/name.TAG.pyc` where there is a `name.py`, since that comes and goes. In return nothing ever loads it: what
is below a plugin's folder is imported by the loaders of sources.py, which compile what was hashed. Bytecode that is a
module of its own counts as a file like any other.
"""

import errno
import functools
import hashlib
import operator
import os
import stat
from typing import NamedTuple

from .._python.files import is_being_written
from .._python.way import absolute, way

MOST_FILES = 100_000  # of a plugin
MOST_BYTES = 64 << 30
MOST_NAMES = 16 << 20  # characters of the relative paths of its files, which are kept with the consent
_MOST_PROBLEMS = 20
_MOST_STEPS = 1_000_000  # of the ways that its symlinks lead
_MOST_KEPT = 64 << 20  # bytes of sources that are kept from the look to the import
_CHUNK = 1 << 20


# -- who could change it -------------------------------------------------------------------------------


def problems(folder):
    """Returns why a folder cannot be trusted, a list of texts; empty if only this user and root can change it."""
    return Tree(folder).problems()


def shortened(found):
    """A list of problems that somebody may want to read."""
    if len(found) > _MOST_PROBLEMS:
        found[_MOST_PROBLEMS:] = [f"and {len(found) - _MOST_PROBLEMS} more of the kind"]
    return found


def way_problems(path):
    """Who could put something else at a path: whoever may write to a folder on the way, or replace a symlink there."""
    seen = set()
    try:
        for step, facts in way(path):
            if step not in seen:
                seen.add(step)
                yield from step_problems(step, facts)
    except OSError as problem:
        yield f"{problem.filename or path}: cannot be looked at: {problem.strerror}"


def step_problems(path, facts):
    """The same of one folder or symlink on the way."""
    yield from _owner_problems(path, facts)
    sticky = stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX  # nobody renames what is not theirs, as in /tmp
    if not sticky and not stat.S_ISLNK(facts.st_mode):
        yield from _mode_problems(path, facts)


def _leaves(steps, root, known):
    """Where the way() of a symlink below `root` leaves it, as a text, or "". `known` are the symlinks on the way to `root`."""
    last = root
    try:
        for last, facts in steps:
            if stat.S_ISLNK(facts.st_mode) and not is_below(last, root) and last not in known:
                return f"through {last}"
    except (FileNotFoundError, NotADirectoryError) as problem:  # it leads nowhere
        last = problem.filename
    return "" if is_below(last, root) else f"to {last}"


def file_problems(path, facts):
    """Why a file that only the user may have written cannot be trusted."""
    yield from _owner_problems(path, facts)
    yield from _mode_problems(path, facts)


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


@functools.lru_cache(maxsize=256)  # the answer may come over a network
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


def _walk(root, work):
    """All that is in a folder, itself first, as (path, os.lstat() of it); no symlink is followed."""
    facts = os.lstat(root)
    yield root, facts
    if not stat.S_ISDIR(facts.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), root)
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            found = sorted(_not_too_many(entries, root), key=_name)
        for entry in found:
            work.check()
            yield entry.path, os.lstat(entry.path)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


def _not_too_many(entries, root):
    for count, entry in enumerate(entries):
        if count >= MOST_FILES:
            raise _too_much(root, f"more than {MOST_FILES} files")
        yield entry


def _too_much(root, what):
    return OSError(errno.EFBIG, f"a plugin does not hold {what}", root)


class _NoWork:
    """Who looks at a folder without a Work of apart.py."""

    def check(self):
        pass

    def advance(self, amount):
        pass

    def begin(self, text, total=0):
        pass


_no_work = _NoWork()
_name = operator.attrgetter("name")


# -- what it holds -------------------------------------------------------------------------------------


class Fingerprint(NamedTuple):
    """What a folder holds: `hash` is that of everything, `files` those of its files by relative path."""

    hash: str
    files: "dict[str, str]"


def fingerprint(folder):
    """Returns the Fingerprint of a folder: SHA-256, in hexadecimal digits. OSError if a file cannot be read."""
    return Tree(folder).fingerprint()


class Read:
    """A source as it was when it was hashed; `code` is what it was compiled to, or None."""

    __slots__ = ("version", "data", "hash", "code")

    def __init__(self, version, data, hash):
        self.version = version  # version_of() it
        self.data = data
        self.hash = hash
        self.code = None


class Tree:
    """A folder at one moment. Each of its files is looked at once, and read once.

    `root` is its real path; `sources` are those that fingerprint() has read, by real path, as Read: as long as a file's
    version is the same, what was hashed need not be read again. So it is with `versions`, those of libraries when they
    were hashed. `work`, of apart.py, is told how far it is.
    """

    def __init__(self, folder, work=_no_work):
        self.folder = absolute(folder)
        self.root = os.path.realpath(self.folder)
        self.sources, self.versions = {}, {}
        self._work = work
        self._kept = self._steps = 0
        self._files, self._failure = [], None
        names = 0
        try:
            for each in _walk(self.root, work):
                self._files.append(each)
                names += len(each[0]) - len(self.root)
                if len(self._files) > MOST_FILES:
                    raise _too_much(self.root, f"more than {MOST_FILES} files")
                if names > MOST_NAMES:
                    raise _too_much(self.root, f"more than {MOST_NAMES >> 20} MB of names of files")
            if self.size > MOST_BYTES:
                raise _too_much(self.root, f"more than {MOST_BYTES >> 30} GB")
        except OSError as problem:
            self._failure = problem

    @property
    def size(self):
        """The bytes that its files hold."""
        return sum(facts.st_size for _, facts in self._files if stat.S_ISREG(facts.st_mode))

    def files(self):
        """The paths of the files in it."""
        return [path for path, facts in self._files if stat.S_ISREG(facts.st_mode)]

    def modules(self):
        """The paths of the sources in it; symlinks lead to others, or out of it."""
        return [path for path, facts in self._files if path.endswith(".py") and stat.S_ISREG(facts.st_mode)]

    def problems(self):
        """What the function problems() returns."""
        found, links = [], set()
        try:
            for path, facts in way(self.folder):
                if stat.S_ISLNK(facts.st_mode):
                    links.add(path)
                if path != self.root:
                    found += step_problems(path, facts)
            found = list(dict.fromkeys(found))
            if path != self.root:  # whose folders above nobody has looked at
                found.append(f"{self.folder}: it has led elsewhere a moment ago, to {self.root}; try again")
            for path, facts in self._files:
                self._work.check()
                found += self._problems_of(path, facts, links)
            self._check_whole()
        except OSError as problem:
            found.append(f"{problem.filename or self.root}: cannot be read: {problem.strerror}")
        return shortened(found)

    def _problems_of(self, path, facts, links):
        yield from _owner_problems(path, facts)
        if not stat.S_ISLNK(facts.st_mode):
            yield from _kind_problems(path, facts)
        elif where := _leaves(self._counted(way(path)), self.root, links):
            yield f"{path}: this symlink leads out of the plugin's folder, {where}; put a copy in its place"

    def _counted(self, steps):
        """The same steps. OSError if the symlinks have too many in all."""
        for step in steps:
            self._work.check()
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise _too_much(self.root, f"symlinks that lead by way of more than {_MOST_STEPS} others and folders")
            yield step

    def _check_whole(self):
        if self._failure is not None:
            raise self._failure

    def fingerprint(self):
        """What the function fingerprint() returns."""
        self._check_whole()
        files, start = {}, len(self.root.rstrip("/")) + 1
        for path, facts in self._files:
            self._work.check()
            if not stat.S_ISDIR(facts.st_mode) and not _is_byproduct(path):
                files[path[start:]] = self._hash_of(path, facts)
        whole = hashlib.sha256()
        for name in sorted(files):
            data = os.fsencode(name)
            whole.update(b"%d:%s %s\n" % (len(data), data, files[name].encode()))
        return Fingerprint(whole.hexdigest(), files)

    def _hash_of(self, path, facts):
        if stat.S_ISLNK(facts.st_mode):
            return hash_of_link(os.readlink(path))
        if not stat.S_ISREG(facts.st_mode):
            return "special"
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            facts = os.fstat(number)
            if _is_library(path, number) and is_being_written(number):  # it is loaded by its path
                raise OSError(errno.EBUSY, "another program has it open for writing", path)
            if not path.endswith(".py") or facts.st_size >= _CHUNK:
                digest = self._hash_of_file(number, facts, path)
                if path.endswith(".so") and version_of(os.fstat(number)) == version_of(facts):
                    self.versions[path] = version_of(facts)
                return digest
            data = b"".join(self._chunks(number, facts, path))
        finally:
            os.close(number)
        digest = hash_of_data(data)
        if self._kept + len(data) <= _MOST_KEPT:
            self._kept += len(data)
            self.sources[path] = Read(version_of(facts), data, digest)
        return digest

    def _hash_of_file(self, number, facts, path):
        digest = hashlib.sha256()
        for chunk in self._chunks(number, facts, path):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, number, facts, path):
        """What an open file holds. OSError if it grows meanwhile, which might have no end."""
        left = facts.st_size
        while chunk := os.read(number, _CHUNK):
            left -= len(chunk)
            if left < 0:
                raise OSError(errno.EBUSY, "it is being written to", path)
            self._work.advance(len(chunk))
            yield chunk

    def drop_changed(self):
        """Forgets what was read of files that have changed since; they are read again, and refused, when they are imported."""
        for path, read in list(self.sources.items()):
            self._work.check()
            try:
                same = version_of(os.lstat(path)) == read.version
            except OSError:
                same = False
            if not same:
                del self.sources[path]


def _is_library(path, number):
    """Whether an open file is one that the system loads or runs, whatever it is called."""
    return ".so" in os.path.basename(path) or os.pread(number, 4, 0) == b"\x7fELF"


def version_of(facts):
    """What tells a file from another one in its place, and from what it held before, of its os.stat_result."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def hash_of_data(data):
    """The hash of a file that holds these bytes, as a Fingerprint has it."""
    return hashlib.sha256(data).hexdigest()


def hash_of_link(target):
    """The hash of a symlink, as a Fingerprint has it."""
    return "symlink:" + hash_of_data(os.fsencode(target))


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
