# SPDX-License-Identifier: BSD-3-Clause
"""The modules of plugins: each plugin has its own, whatever they are called, and they go when it does.

The folder of the plugin "orders" is the package qi_plugins.orders, and its module util is qi_plugins.orders.util, so
that two plugins may both have one. A plugin still writes `import util`: its modules have an __import__ of their own
among their builtins, which looks into the folder first. That is where Python asks, in functions and in exec(), too;
and since it is the importing module that decides, nothing changes for anybody else's imports.

What is in a private folder of dependencies is not renamed, since libraries of some size find their own parts by their
names. It is on sys.path while the plugin is on; dependencies.py sees to it that there are no two of a kind.

Files are read by the loaders of sources.py, which take nothing but what the user has agreed to.
"""

import builtins
import functools
import importlib
import importlib.machinery
import linecache
import os
import sys
import types

from .._python.scope import PACKAGE
from . import sources
from .trust import is_below

_active = {}  # package name -> the Modules that it belongs to


class _Finder:
    """Finds the modules below qi_plugins, of which no other finder may have an opinion."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top != PACKAGE:
            return None
        modules = _active.get(f"{PACKAGE}.{rest.partition('.')[0]}")
        if modules is None:
            raise ModuleNotFoundError(f"there is no active plugin {rest.partition('.')[0]!r}", name=name)
        return modules.find(name, path)


_finder = _Finder()


def _is_new(name, fromlist):
    """Whether an import has something to load."""
    module = sys.modules.get(name)
    return module is None or any(each != "*" and each not in getattr(module, "__dict__", ()) for each in fromlist or ())


class Modules:
    """The modules of one activation of a plugin."""

    def __init__(self, manifest, files, read=None, root=None, versions=None, private=None,
                 around_import=lambda load, is_own: load()):
        """`around_import` calls the import of a module that is not one of the folder's, and may ask whether it was of
        the private folder."""
        self.package = f"{PACKAGE}.{manifest.id}"
        self.folder = root or os.path.realpath(manifest.folder)  # the real one: symlinks may be others tomorrow
        self.private = private or (os.path.realpath(os.path.join(self.folder, manifest.private)) if manifest.private else None)
        self._id = manifest.id
        self._files = files
        self._read = read
        self._versions = versions
        self._init = os.path.join(self.folder, "__init__.py")
        self._is_package = "__init__.py" in files
        self._builtins = {**vars(builtins), "__import__": self._import}
        self._names = None  # of the modules in the folder itself
        self._around_import = around_import
        self._own = {}  # first part of a name -> the module that it means here, or None: somebody else's
        self.entry = self._full(manifest.module)

    # -- names --

    def _full(self, name):
        """The name in sys.modules of what the plugin calls `name`."""
        if self._is_package and name.partition(".")[0] == self._id and not self._has(self._id):
            return PACKAGE + "." + name
        return f"{self.package}.{name}"

    def _has(self, name):
        """Whether there is a module of that name in the folder itself."""
        if self._names is None:
            self._names = set(_top_level(self._files, self.folder))
        return name in self._names

    def _meaning(self, first):
        """The module that the first part of an absolute name means in this plugin; None: that of everybody."""
        try:
            return self._own[first]
        except KeyError:
            is_own = self._has(first) or (self._is_package and first == self._id)
            self._own[first] = found = self._full(first) if is_own else None
            return found

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        """__import__ as the plugin's modules have it."""
        if level == 0:
            first, dot, rest = name.partition(".")
            own = self._meaning(first)
            if own is not None:
                found = importlib.import_module(own + dot + rest)
                if not fromlist:  # `import util.sub` gives a name to util
                    return sys.modules[own]
                return builtins.__import__(own + dot + rest, globals, locals, fromlist, 0) if found else found
            if _is_new(name, fromlist):
                return self._around_import(functools.partial(builtins.__import__, name, globals, locals, fromlist, level),
                                           lambda: self.private and self._is_private(first, sys.modules.get(first)))
        return builtins.__import__(name, globals, locals, fromlist, level)

    # -- finding and running --

    def find(self, name, path):
        if name == self.package:
            return self._package_spec()
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None:
            raise ModuleNotFoundError(f"the plugin {self._id!r} has no module {name[len(self.package) + 1:]!r}", name=name)
        return self._isolate(spec)

    def _package_spec(self):
        if not self._is_package:
            spec = importlib.machinery.ModuleSpec(self.package, None, is_package=True)
            spec.submodule_search_locations.append(self.folder)
            return spec
        loader = sources.loader(self.package, self._init)
        spec = importlib.util.spec_from_file_location(
            self.package, self._init, loader=loader, submodule_search_locations=[self.folder]
        )
        return self._isolate(spec)

    def _isolate(self, spec):
        """Has a module run with the plugin's own __import__."""
        loader = spec.loader
        if isinstance(loader, importlib.machinery.SourceFileLoader):
            loader.exec_module = functools.partial(self._exec, loader.exec_module)
            spec.cached = None
        return spec

    def _exec(self, exec_module, module):
        module.__builtins__ = self._builtins
        exec_module(module)

    # -- the time that they are there --

    def begin(self):
        """Makes them importable."""
        if _finder not in sys.meta_path:  # or no more: a plugin may take out what it likes
            sys.meta_path.insert(0, _finder)
        if PACKAGE not in sys.modules:
            package = sys.modules[PACKAGE] = types.ModuleType(PACKAGE, "The packages of active plugins.")
            package.__path__ = []
        sources.guard(self.folder + "/", self._files, self._read, self._versions)
        self._read = None
        _active[self.package] = self
        if self.private:
            sys.path.insert(0, self.private)

    def load(self):
        """Imports the entry. Raises whatever its code raises."""
        return importlib.import_module(self.entry)

    def all_loaded(self):
        """The start is over: what was read for it need not be kept."""
        sources.all_loaded(self.folder + "/")

    def loaded(self):
        """The modules that were imported, by name."""
        inside = self.package + "."
        own = {n: m for n, m in list(sys.modules.items()) if n == self.package or n.startswith(inside)}
        if self.private:
            own |= {n: m for n, m in list(sys.modules.items()) if self._is_private(n, m)}
        return own

    def _is_private(self, name, module):
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and name != "__main__" and is_below(file, self.private)

    def end(self):
        """Makes them forgotten. Returns those that were imported, by name; a private package with an extension
        module, which cannot be loaded a second time, stays."""
        found = self.loaded()
        fixed = {name.partition(".")[0] for name, module in found.items() if self._stays(name, module)}
        gone = {name: module for name, module in found.items() if name.partition(".")[0] not in fixed}
        for name in gone:
            sys.modules.pop(name, None)
        getattr(sys.modules.get(PACKAGE), "__dict__", {}).pop(self._id, None)
        for path in {file for module in gone.values() if isinstance(file := getattr(module, "__file__", None), str)}:
            linecache.cache.pop(path, None)
        for clear in getattr(sys.modules.get("typing"), "_cleanups", ()):  # caches of what was subscripted
            clear()
        _active.pop(self.package, None)
        if not fixed:  # what stays may import more of its files later
            sources.unguard(self.folder + "/")
        if self.private in sys.path:
            sys.path.remove(self.private)
        if not _active:
            if _finder in sys.meta_path:
                sys.meta_path.remove(_finder)
            sys.modules.pop(PACKAGE, None)
        return gone

    def _stays(self, name, module):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        return not name.startswith(self.package) and isinstance(loader, importlib.machinery.ExtensionFileLoader)


def _top_level(files, folder):
    """The names of the modules that lie in a folder, by the names of its files; symlinks are asked what they are."""
    suffixes = (*importlib.machinery.SOURCE_SUFFIXES, *importlib.machinery.EXTENSION_SUFFIXES)
    for path, digest in files.items():
        first, _, rest = path.partition("/")
        if not rest:
            yield from (first[: -len(suffix)] for suffix in suffixes if first.endswith(suffix))
        elif rest.endswith(".py") and "/" not in rest:
            yield first
        if digest.startswith("symlink:") and not rest and os.path.isdir(os.path.join(folder, first)):
            if any(entry.endswith(".py") for entry in os.listdir(os.path.join(folder, first))):
                yield first
