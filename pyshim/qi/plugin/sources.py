# SPDX-License-Identifier: BSD-3-Clause
"""How the modules in a plugin's folder are loaded: from the files that were hashed, and from nothing else.

guard(folder, files) makes every import from below the folder go through the loaders here, whichever package or entry of
sys.path leads there. They read the source, compare its hash with that of the fingerprint which the user agreed to, and
compile it. So a file that was changed between the question and the import is refused, and bytecode that lies in the
folder, which could say anything, is not looked at. What was compiled is kept in a folder of the user's cache, by the
hash of its source, so that it costs no more than Python's own cache, and no file is ever found to be older than it is.
"""

import functools
import hashlib
import importlib.machinery
import importlib.util
import marshal
import os
import stat
import sys
import zlib

from .trust import hash_of_data, is_below, version_of

_guards = {}  # real path of a plugin's folder -> {relative path: hash}, or None: as they are
_read = {}  # real path of a plugin's folder -> {path of a source: trust.Read}


def guard(folder, files=None, read=None):
    """From now on modules below the folder are loaded from their sources alone.

    `files` is that of trust.fingerprint(); a module that is not in it, or differs, raises ImportError. None: as they are.
    `read` is the `sources` of a trust.Tree: what was read to be hashed is compiled from there, until all_loaded().
    """
    if _hook not in sys.path_hooks:
        sys.path_hooks.insert(0, _hook)
    root = os.path.realpath(folder)
    _guards[root] = None if files is None else dict(files)
    if files is not None and read:
        _read[root] = read
    _forget_finders(folder, root)


def all_loaded(folder):
    """What was read for guard() need not be kept any longer."""
    _read.pop(os.path.realpath(folder), None)


def unguard(folder):
    """Ends what guard() began."""
    root = os.path.realpath(folder)
    _guards.pop(root, None)
    _read.pop(root, None)
    _forget_finders(folder, root)
    if not _guards and _hook in sys.path_hooks:
        sys.path_hooks.remove(_hook)


def loader(name, path):
    """The loader of one source below a guarded folder, for a spec that is made by hand."""
    return _Source(name, path)


def _forget_finders(folder, root):
    roots = (root, os.path.abspath(folder))
    below = tuple(each.rstrip("/") + "/" for each in roots)
    for path in list(sys.path_importer_cache):
        if isinstance(path, str) and (path in roots or path.startswith(below)):
            sys.path_importer_cache.pop(path, None)


def _hook(path):
    """An entry of sys.path_hooks: the finder of a folder below one that is guarded."""
    if not isinstance(path, str) or _root_of(path) is None or not os.path.isdir(path):
        raise ImportError("not below a plugin's folder", path=path)
    details = [(_Extension, importlib.machinery.EXTENSION_SUFFIXES), (_Source, importlib.machinery.SOURCE_SUFFIXES)]
    if os.path.basename(path) != "__pycache__":
        details.append((_Bytecode, importlib.machinery.BYTECODE_SUFFIXES))
    return importlib.machinery.FileFinder(path, *details)


def _innermost(path):
    return max((root for root in list(_guards) if is_below(path, root)), key=len, default=None)


def _root_of(path):
    """The guarded folder that a path is below, the innermost; None if there is none."""
    return _innermost(os.path.realpath(path))


def _check(name, path, digest):
    """ImportError if a file's hash is not the one that the user agreed to."""
    root = _innermost(path)  # mostly paths are real
    agreed = root and _guards.get(root)
    if agreed and agreed.get(path[len(root.rstrip("/")) + 1:]) == digest:
        return
    root = _root_of(path)
    files = _guards.get(root)
    if files is not None:
        agreed = files.get(os.path.relpath(os.path.realpath(path), root))
        if agreed != digest:
            what = "was not there when" if agreed is None else "has changed since"
            raise ImportError(f"{path} {what} the user agreed to this plugin; it is not loaded", name=name, path=path)


class _Source(importlib.machinery.SourceFileLoader):
    """Loads a module from its source."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        data, digest = _read_before(path)
        if data is None:
            data = self.get_data(path)
            digest = hash_of_data(data)
        _check(fullname, path, digest)
        code = _recall(path, digest)
        if code is None:
            code = self.source_to_code(data, path)
            _keep(path, digest, code)
        return code


def _read_before(path):
    """(what a source held when it was hashed, its hash), if it has not changed since; else (None, None)."""
    for read in list(_read.values()):
        if path in read:
            try:
                if version_of(os.stat(path)) == read[path].version:
                    return read[path].data, read[path].hash
            except OSError:
                pass  # reading it again says so
    return None, None


class _Bytecode(importlib.machinery.SourcelessFileLoader):
    """Loads a module that is bytecode without a source."""

    def get_data(self, path):
        data = super().get_data(path)
        _check(self.name, path, hash_of_data(data))
        return data


class _Extension(importlib.machinery.ExtensionFileLoader):
    """Loads an extension module."""

    def create_module(self, spec):
        with open(self.path, "rb") as file:
            _check(self.name, self.path, hash_of_data(file.read()))
        return super().create_module(spec)


# -- what was compiled before --------------------------------------------------------------------------


def _recall(path, digest):
    """The code of a source with that hash, if it was compiled before by this Python."""
    name = _cache_file(path)
    try:
        with open(name, "rb") as file:
            data = file.read()
    except (OSError, TypeError):  # there is no folder for it
        return None
    head, _, code = data.partition(_END)
    whole = head == _head(digest, code) and code  # a damaged one could crash marshal
    return marshal.loads(code) if whole else None


def _keep(path, digest, code):
    name = None if sys.dont_write_bytecode else _cache_file(path)
    if name is None:
        return
    import tempfile

    data = marshal.dumps(code)
    try:
        number, temporary = tempfile.mkstemp(dir=os.path.dirname(name))
        with open(number, "wb") as file:
            file.write(_head(digest, data) + _END + data)
        os.replace(temporary, name)
    except OSError:
        pass  # a full disk is no reason not to go on


_END = b"\n"


def _head(digest, code):
    """Who could write a wrong one is the user: against a disk that fails, a quick sum does."""
    return b"%s %s %08x" % (importlib.util.MAGIC_NUMBER.hex().encode(), digest.encode(), zlib.crc32(code))


def _cache_file(path):
    folder = _cache_folder(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if folder is None:
        return None
    key = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:32]
    return os.path.join(folder, f"{key}.{sys.implementation.cache_tag}-{sys.flags.optimize}")


@functools.lru_cache(maxsize=1)
def _cache_folder(base):
    """A folder that nobody but this user can write to; None if there is none."""
    folder = os.path.join(base, "qi", "bytecode")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        facts = os.lstat(folder)
    except OSError:
        return None
    safe = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022
    return folder if safe and os.path.isabs(folder) else None
