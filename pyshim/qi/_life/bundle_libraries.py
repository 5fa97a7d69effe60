# SPDX-License-Identifier: BSD-3-Clause
"""The libraries of a bundle: all that its programs, plugins and modules need, in one folder, each by the name that is asked for."""

import os
import shutil

from . import bundle_elf, bundle_system
from .bundle_elf import Problem


class Libraries:
    def __init__(self, program, folder):
        facts = bundle_elf.read(program)
        self.loader, self.machine = facts.loader, facts.machine
        self.folder = folder
        self.sources = {}  # name: the file that is copied
        self.copied = set()  # names
        self.of_the_system = set()  # names
        self.inside = []  # folders that are copied as they are: a library of theirs is there already

    def need(self, file):
        """Remembers what a file needs, and what that needs. Problem if something is not found."""
        facts = bundle_elf.read(file)
        if facts is None or facts.machine != self.machine or not facts.needed:
            return
        paths = bundle_elf.resolved(file, self.loader)
        waiting, seen = [(name, file) for name in facts.needed], set()
        while waiting:
            name, who = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if "/" in name:
                raise Problem(f"{who} needs {name} by its whole path, which is another one on another machine; link it by its name")
            if bundle_system.stays_out(name):
                self.of_the_system.add(name)
                continue
            path = self.sources.get(name) or paths.get(name)
            if path is None:
                raise Problem(f"{name}, which {who} needs, is not found")
            if not self._is_inside(path):
                self.sources.setdefault(name, os.path.realpath(path))
            waiting += [(each, path) for each in bundle_elf.read(path).needed]

    def _is_inside(self, path):
        return any(os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep) for folder in self.inside)

    def copy(self):
        """What is not yet there."""
        os.makedirs(self.folder, exist_ok=True)
        for name, source in self.sources.items():
            target = os.path.join(self.folder, name)
            if name in self.copied:
                continue
            if os.path.lexists(target):
                raise Problem(f"{target} is there already, and {source} would have to be put there")
            self.copied.add(name)
            shutil.copyfile(source, target)
            os.chmod(target, 0o644)
            bundle_elf.name_folders(target, lambda folders: [])


def settle(path):
    """Of the folders that a file in a copied tree names, those stay that lie beside it."""
    bundle_elf.name_folders(path, lambda folders: [folder for folder in folders if folder.startswith(("$ORIGIN", "${ORIGIN}"))])


def elf_files(folder):
    """The programs and libraries in a tree."""
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(parent, name)
            if not os.path.islink(path) and os.path.isfile(path) and bundle_elf.read(path) is not None:
                yield path
