# SPDX-License-Identifier: BSD-3-Clause
"""Copies of Qt that a plugin brings along, and bindings of another Qt: found before they are imported.

The process has one Qt, the application's. Objects of a second one are none of the first, and crash where they meet.
"""

import os
import re

import _qi

from .._python.files import open_file

BINDINGS = {"PySide": 4, "PyQt4": 4, "PySide2": 5, "PyQt5": 5, "PySide6": 6, "PyQt6": 6}  # by the Qt that they are for
_MODULES = BINDINGS | {"shiboken2": 5, "shiboken6": 6}
_QT = re.compile(r"(?:lib)?Qt(\d)?Core(?:\.so(?:\.[\d.]+)?|\.dll|\.dylib)|QtCore\.framework")
_CHUNK, _LONGEST = 1 << 20, 32  # bytes; of the name that is looked for
_NEEDED = re.compile(rb"\0(libQt([456])Core\.so\.[456])\0")


def problems(folder, check=lambda: None):
    """Returns what below a plugin's folder is of another Qt, a list of texts that name both paths. check() is called now
    and then, and may raise what ends the search."""
    return list(_look_through(os.fspath(folder), *_qi._qt_copy(), check))


def binding_problem(name, place, count=lambda number: None):
    """Why a binding that is installed in a folder cannot be used, or None. `name` is that of its package, as "PyQt5".
    count() is told how much is looked at, and may raise what ends that."""
    version, library = _qi._qt_copy()
    if name not in BINDINGS:
        return None
    package = os.path.join(place, name)
    if BINDINGS[name] != int(version.partition(".")[0]):
        return f"{name} ({package}) is for Qt {BINDINGS[name]}, but the application runs Qt {version} ({library})"
    for parent, folders, names in _walk(package, count):
        for file in names:
            if _QT.fullmatch(file):
                return (f"{name} brings its own Qt ({os.path.join(parent, file)}), but the application runs Qt {version} "
                        f"({library}); use a {name} that is linked to that one, such as the system's")
    return None


def _look_through(root, version, library, check):
    ours = f"the application runs Qt {version} ({library})"
    for parent, folders, names in _walk(root):
        for name in sorted(folders):
            if name in _MODULES and os.path.exists(os.path.join(parent, name, "__init__.py")):
                yield f"{os.path.join(parent, name)} is a binding of Qt {_MODULES[name]}, but {ours}; use the system's binding"
                folders.remove(name)
        for name in sorted(names):
            check()
            path = os.path.join(parent, name)
            if _QT.fullmatch(name):
                yield f"{path} is a copy of Qt, but {ours}; there can be one"
            elif ".so" in name and (needed := _linked_to(path, check)) and needed[1] != version.partition(".")[0]:
                yield f"{path} is linked to {needed[0]}, but {ours}"


def _walk(root, count=lambda number: None):
    """What os.walk() yields, its `folders` to be shortened as there; that of Python 3.11 calls itself for each level.
    count() is told of each entry before it is looked at. Symlinks are files, unless they are modules of a binding."""
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as entries:
                found = [(entry.name, _is_folder(entry), entry.is_symlink()) for entry in entries if not count(1)]
        except OSError:
            continue
        links = {name for name, _, is_link in found if is_link}
        folders = [name for name, is_folder, _ in found if is_folder]
        yield parent, folders, [name for name, is_folder, _ in found if not is_folder]
        waiting += [os.path.join(parent, name) for name in sorted(folders, reverse=True) if name not in links]


def _is_folder(entry):
    """Where a symlink leads is looked at if its name matters: somebody may have made very many, of very long ways."""
    return entry.is_dir(follow_symlinks=entry.name in _MODULES)


def _linked_to(path, check):
    """The library of Qt that a library names, and its number. Names of libraries stand in a table of texts."""
    last = b""
    try:
        with open(open_file(path), "rb", buffering=0) as file:
            while chunk := file.read(_CHUNK):  # in pieces: a search holds the interpreter until it ends
                check()
                found = _NEEDED.search(last + chunk)
                if found:
                    return found[1].decode(), found[2].decode()
                last = chunk[-_LONGEST:]
    except OSError:
        pass
    return None
