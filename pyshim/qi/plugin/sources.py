# SPDX-License-Identifier: BSD-3-Clause
"""How the modules in a plugin's folder are loaded: from the files that were hashed, and from nothing else.

guard(folder, files) makes every import from below the folder go through the loaders here, whichever package, entry of
sys.path or finder leads there. They read the source, compare its hash with that of the fingerprint which the user
agreed to, and compile it. So a file that was changed between the question and the import is refused, and bytecode that
lies in the folder, which could say anything, is not looked at. What was compiled is kept by bytecode.py.

A module is found by the names of the files that were hashed, and what was read to be hashed is not read again. So
while a plugin is being started its modules cost no look at the disk, which may be slow.
"""

import functools
import importlib.machinery
import importlib.util
import os
import sys
import threading
import zipimport

from .._python import files
from . import bytecode
from .trust import hash_of_data, hash_of_link, is_below, version_of

_roots = {}  # folder as guard() was told -> its real path then
_guards = {}  # real path of a plugin's folder -> its _Guard


class _Guard:
    """A folder whose modules are loaded here. `files` is that of trust.Fingerprint, or None: they are as they are."""

    def __init__(self, root, hashes, read, versions):
        self.root = root
        self.versions = dict(versions or ()) if hashes is not None else {}  # of extension modules, when they were hashed
        self.files = None if hashes is None else dict(hashes)
        self.read = dict(read or ()) if hashes is not None else {}  # path -> trust.Read, until all_loaded()
        self.whole = bool(self.read)  # what is there is known without a look at the disk
        self.linked = False
        self._folders = set()  # relative paths of those that hold files
        for name, digest in (self.files or {}).items():
            self.linked = self.linked or digest.startswith("symlink:")
            while name := os.path.dirname(name):
                self._folders.add(name)
        self.archives = {}  # path of an archive -> the version whose hash was the right one

    def relative(self, path):
        return "" if path == self.root else path[len(self.root.rstrip("/")) + 1:]

    def has_folder(self, path):
        return path == self.root or self.relative(path) in self._folders

    def check(self, name, path, digest):
        """ImportError if a file's hash is not the one that the user agreed to, or it is not in the folder."""
        if self.files is None:
            return
        agreed = self.files.get(self.relative(self._real(name, path)))
        if agreed != digest:
            what = "was not there when" if agreed is None else "has changed since"
            raise _refused(f"{path} {what} the user agreed to this plugin; it is not loaded", name, path)

    def _real(self, name, path):
        """The file itself. Symlinks on the way, below the folder, are those that the user agreed to."""
        at, waiting, links = self.root, self.relative(path).split("/")[::-1], 0
        while waiting:
            here = os.path.normpath(os.path.join(at, waiting.pop()))
            if not is_below(here, self.root) or links > 40:
                raise _refused(f"{path} leads out of the plugin's folder; it is not loaded", name, path)
            try:
                target = os.readlink(here)
            except OSError:  # no symlink
                at = here
                continue
            links += 1
            if self.files.get(self.relative(here)) != hash_of_link(target):
                raise _refused(f"{path} leads through a symlink that was not there when the user agreed to this plugin; "
                               "it is not loaded", name, path)
            if target.startswith("/"):
                target = os.path.relpath(os.path.realpath(os.path.dirname(target)) + "/" + os.path.basename(target), self.root)
                at = self.root
            waiting += target.split("/")[::-1]
        return at


def _refused(text, name, path):
    return ImportError(text, name=name, path=path)


def guard(folder, files=None, read=None, versions=None):
    """From now on modules below the folder are loaded from their sources alone.

    `files` is that of trust.fingerprint(); a module that is not in it, or differs, raises ImportError. None: as they are.
    `read` is the `sources` of a trust.Tree: what was read to be hashed is compiled from there, until all_loaded().
    `versions` is that of a trust.Tree: extension modules that are still the same need not be hashed again.
    """
    if _hook not in sys.path_hooks:
        sys.path_hooks.insert(0, _hook)
    if _gate not in sys.meta_path:
        sys.meta_path.insert(0, _gate)
    root = _roots[os.fspath(folder)] = _real_path(folder)
    _guards[root] = _Guard(root, files, read, versions)
    _forget_finders(folder, root)


def all_loaded(folder):
    """What was read for guard() need not be kept any longer."""
    known = _guards.get(_roots.get(os.fspath(folder)))
    if known is not None:
        known.read, known.whole = {}, False


def unguard(folder):
    """Ends what guard() began."""
    root = _roots.pop(os.fspath(folder), None) or _real_path(folder)
    _guards.pop(root, None)
    _forget_finders(folder, root)
    if not _guards:
        for hooks, own in ((sys.path_hooks, _hook), (sys.meta_path, _gate)):
            if own in hooks:
                hooks.remove(own)


def _real_path(folder):
    """The real path; whoever has it gives it as `folder`, with a slash at its end, and the disk is not asked."""
    folder = os.fspath(folder)
    return folder.rstrip("/") if folder.endswith("/") else os.path.realpath(folder)


def is_guarded(path):
    """Whether a real path is in the folder of a plugin that is being started, or on."""
    return _innermost(path) is not None


def loader(name, path):
    """The loader of one source below a guarded folder, for a spec that is made by hand."""
    return _Source(name, path)


def _forget_finders(folder, root):
    _real_folder.cache_clear()
    roots = {root, os.path.abspath(folder)}
    below = tuple(f"{each}/" for each in roots)
    for path in list(sys.path_importer_cache):
        if isinstance(path, str) and (path in roots or path.startswith(below)):
            sys.path_importer_cache.pop(path, None)


# -- whose a path is -----------------------------------------------------------------------------------


def _innermost(path):
    root = max((root for root in list(_guards) if is_below(path, root)), key=len, default=None)
    return _guards.get(root)


def _guard_of(path):
    """The guard of a path, the innermost, and the path's real one in it; (None, path) if there is none."""
    known = _innermost(path)
    if known is not None and os.path.normpath(path) == path:
        return known, path
    real = os.path.join(_real_folder(os.path.dirname(path)), os.path.basename(path))
    known = _innermost(real)
    if known is None:  # the file itself may be a symlink
        real = os.path.realpath(path)
        known = _innermost(real)
    return (known, real) if known is not None else (None, path)


@functools.lru_cache(maxsize=4096)
def _real_folder(path):
    return os.path.realpath(path)


# -- finding -------------------------------------------------------------------------------------------


class _Gate:
    """The first finder: whatever another one has found below a guarded folder is loaded by the loaders here."""

    def __init__(self):
        self._asking = threading.local()

    def find_spec(self, name, path=None, target=None):
        if getattr(self._asking, "name", None) == name:  # a finder that asks the others, too
            return None
        before, self._asking.name = getattr(self._asking, "name", None), name
        try:
            for finder in list(sys.meta_path):
                find = getattr(finder, "find_spec", None)
                spec = find(name, path, target) if find is not None and finder is not self else None
                if spec is not None:
                    return _own(spec)
        finally:
            self._asking.name = before
        return None

    def invalidate_caches(self):
        _real_folder.cache_clear()


_gate = _Gate()


def _own(spec):
    """A spec whose loader is one of ours, if what it names is below a guarded folder."""
    loader, origin = spec.loader, spec.origin
    if loader is None or isinstance(loader, _OURS) or not isinstance(origin, str):
        return spec
    if not (spec.has_location or os.path.isabs(origin)):  # as "built-in"
        return spec
    archive = getattr(loader, "archive", None)
    place = archive if isinstance(loader, zipimport.zipimporter) and isinstance(archive, str) else origin
    known, real = _guard_of(place)
    if known is None or known.files is None:
        return spec
    if place is archive:
        _check_archive(known, spec.name, real)
        return spec
    kind = next((own for suffixes, own in _KINDS if real.endswith(tuple(suffixes))), None)
    if kind is None or not type(loader).__module__.startswith(("_frozen_importlib", "importlib")):
        raise _refused(f"{origin} is in a plugin's folder and would be loaded by {type(loader).__qualname__}, which does "
                       "not know what the user agreed to; it is not loaded", spec.name, origin)
    found = importlib.util.spec_from_file_location(
        spec.name, real, loader=kind(spec.name, real), submodule_search_locations=_real_places(spec, real))
    found.cached = None
    return found


def _real_places(spec, real):
    return None if spec.submodule_search_locations is None else [os.path.dirname(real)]


def _check_archive(known, name, path):
    number = files.open_file(path)
    try:
        version = version_of(os.fstat(number))
        if known.archives.get(path) == version:
            return
        _refuse_writers(number, name, path)
        known.check(name, path, hash_of_data(files.read_descriptor(number, 1 << 30, path)))
        known.archives[path] = version
    finally:
        os.close(number)


def _refuse_writers(number, name, path):
    """ImportError if what is loaded by its path could become something else after it was hashed."""
    if files.is_being_written(number):
        raise _refused(f"{path} is open for writing in another program; it is not loaded", name, path)


def _hook(path):
    """An entry of sys.path_hooks: the finder of a folder below one that is guarded."""
    if not isinstance(path, str):
        raise ImportError("not a path")
    known = _innermost(path) if os.path.normpath(path) == path else None
    if known is None or not (known.whole and known.has_folder(path)):
        path = os.path.realpath(path)
        known = _innermost(path)
        if known is None or not os.path.isdir(path):
            raise ImportError("not below a plugin's folder", path=path)
    return _Finder(path, known)


class _Finder(importlib.machinery.FileFinder):
    """The finder of a folder that is below a guarded one."""

    def __init__(self, path, known):
        details = [(_Extension, importlib.machinery.EXTENSION_SUFFIXES), (_Source, importlib.machinery.SOURCE_SUFFIXES)]
        if os.path.basename(path) != "__pycache__":
            details.append((_Bytecode, importlib.machinery.BYTECODE_SUFFIXES))
        super().__init__(path, *details)
        self._known = known
        self._details = details

    def find_spec(self, fullname, target=None):
        if not self._known.whole or self._known.linked:
            return super().find_spec(fullname, target)
        return self._find_among_hashed(fullname)

    def _find_among_hashed(self, fullname):
        """The same by the names of what was hashed."""
        base = os.path.join(self.path, fullname.rpartition(".")[2])
        for place, folder in ((os.path.join(base, "__init__"), base), (base, None)):
            for loader, suffixes in self._details:
                for suffix in suffixes:
                    path = place + suffix
                    if self._known.relative(path) in self._known.files:
                        return importlib.util.spec_from_file_location(
                            fullname, path, loader=loader(fullname, path), submodule_search_locations=folder and [folder])
        if not self._known.has_folder(base):
            return None
        spec = importlib.machinery.ModuleSpec(fullname, None)
        spec.submodule_search_locations = [base]
        return spec


# -- loading -------------------------------------------------------------------------------------------


class _Checked:
    """What the loaders have in common: they know of which guard a file was when they were made."""

    def __init__(self, fullname, path):
        super().__init__(fullname, path)
        self._known, self._real = _guard_of(path)

    def _check(self, digest):
        """ImportError if the file is not what the user agreed to, or nobody has agreed to anything any more."""
        if self._known is None or _guards.get(self._known.root) is not self._known:
            raise _refused(f"{self.path} is in the folder of no active plugin; it is not loaded", self.name, self.path)
        self._known.check(self.name, self._real, digest)

    def _read(self):
        return files.read(self.path, 1 << 30)


class _Source(_Checked, importlib.machinery.SourceFileLoader):
    """Loads a module from its source."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        read = self._read_before(path)
        if read is not None and read.code is not None:
            return read.code
        data = self.get_data(path) if read is None else read.data
        digest = hash_of_data(data) if read is None else read.hash
        if read is None:
            self._check(digest)
        code = bytecode.recall(path, digest)
        if code is None:
            code = self.source_to_code(data, path)
            bytecode.keep(path, digest, code)
        return code

    def _read_before(self, path):
        """What was read to be hashed, and has not changed until everything was ready for the import."""
        known = self._known
        return known.read.get(path) if known is not None and _guards.get(known.root) is known else None

    def get_data(self, path):
        return self._read() if path == self.path else super().get_data(path)


class _Bytecode(_Checked, importlib.machinery.SourcelessFileLoader):
    """Loads a module that is bytecode without a source."""

    def get_data(self, path):
        data = self._read() if path == self.path else super().get_data(path)
        if path == self.path:
            self._check(hash_of_data(data))
        return data


class _Extension(_Checked, importlib.machinery.ExtensionFileLoader):
    """Loads an extension module, if the file that was hashed is the one at its path, before and after.

    It is loaded by its path and not by the descriptor, since the libraries that it needs are found from there. In between
    nobody can change it but this user and root: who else could have is told before the plugin is enabled, and who still has
    it open for writing here.
    """

    def create_module(self, spec):
        number = files.open_file(self.path)
        try:
            before = version_of(os.fstat(number))
            _refuse_writers(number, self.name, self.path)
            self._check(self._hash(number, before))
            self._check_place(before)
            module = super().create_module(spec)
            self._check_place(before)
            return module
        finally:
            os.close(number)

    def _check_place(self, version):
        if version_of(os.stat(self.path)) != version:
            raise _refused(f"{self.path} has changed while it was loaded; it is not used", self.name, self.path)

    def _hash(self, number, version):
        known = self._known
        if known is not None and known.files is not None and known.versions.get(self._real) == version:
            return known.files.get(known.relative(self._real))
        return hash_of_data(files.read_descriptor(number, 4 << 30, self.path))


_OURS = (_Source, _Bytecode, _Extension)
_KINDS = ((importlib.machinery.EXTENSION_SUFFIXES, _Extension), (importlib.machinery.SOURCE_SUFFIXES, _Source),
          (importlib.machinery.BYTECODE_SUFFIXES, _Bytecode))
