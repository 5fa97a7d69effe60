# SPDX-License-Identifier: BSD-3-Clause
"""What is copied into a bundle: files and folders, never a pipe or a device.

    copy_tree(tree, target)    Python's own and packages: what links lead to; everybody may read it
    copy_added(path, target)   what somebody has named, into which others may have dropped something: links stay links, and lead
                               nowhere out of it; whom a file is kept from, its copy is kept from
"""

import os
import shutil
import stat

from .._python import files
from .._python.way import way
from .bundle_elf import Problem

CACHES = ("__pycache__",)
DEEPEST = 100  # folders in each other
READ, ENTER = 0o044, 0o055  # what others may do with a file, and with a folder


def is_below(path, folder):
    """Whether a path is in a folder, or the folder, wherever links lead."""
    return is_inside(os.path.realpath(path), os.path.realpath(folder))


def is_inside(path, root):
    return path == root or path.startswith(root.rstrip("/") + "/")


# -- what everybody may read ----------------------------------------------------------------------------


def copy_tree(tree, target, ignored=None, above=()):
    """`ignored` is asked, with a folder and the names in it, which ones to leave out. A link that leads nowhere is left out, too."""
    real = os.path.realpath(tree)
    refuse_deep(tree, len(above))
    if real in above:
        raise Problem(f"{tree} is a symbolic link that leads to a folder in which it lies")
    os.makedirs(target, exist_ok=True)
    os.chmod(target, 0o755)
    names = os.listdir(tree)
    for name in sorted(set(names) - set(ignored(tree, names) if ignored else ())):
        path, copy = os.path.join(tree, name), os.path.join(target, name)
        if os.path.isdir(path):
            copy_tree(path, copy, ignored, (*above, real))
        elif os.path.exists(path):
            copy_file(path, copy)


def copy_file(path, target):
    with opened(path) as file, open(target, "wb") as copy:
        shutil.copyfileobj(file, copy, 1 << 20)
        os.chmod(target, 0o755 if os.fstat(file.fileno()).st_mode & 0o111 else 0o644)


def opened(name, path=None, **how):
    try:
        return open(files.open_file(name, **how), "rb", buffering=0)
    except OSError as error:
        raise Problem(f"{path or name} cannot be copied: {error.strerror}") from None


def refuse_deep(path, depth):
    if depth > DEEPEST:
        raise Problem(f"{path}: there are more than {DEEPEST} folders in each other")


# -- what somebody has named ----------------------------------------------------------------------------


def copy_added(path, target):
    """Nothing that is there is replaced. Returns the files and folders, as paths in `target`, that others cannot read."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    added = _Added(os.path.realpath(path))
    if os.path.isdir(path):
        added.folder(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), "", target)
    else:
        added.file(path, "", target)
    return added.kept


class _Added:
    def __init__(self, root):
        self.root = root
        self.kept = []

    def folder(self, number, inside, target, shut=False, depth=0):
        """By its descriptor, which is closed: whatever is put in its place meanwhile, the copy is of this one. `shut`: what is in it
        is for its owner alone."""
        try:
            refuse_deep(os.path.join(self.root, inside), depth)
            mode = copied_mode(os.fstat(number).st_mode, shut) | 0o700
            if os.path.islink(target) or not os.path.isdir(target):
                make(os.mkdir, target, mode)
                os.chmod(target, mode)
                self.note(mode, ENTER, inside)
            else:  # one that everybody enters: who could not enter this one is kept from each thing in it
                shut = shut or not mode & 0o001
            for name in sorted(set(os.listdir(number)) - set(CACHES)):
                self.entry(name, number, os.path.join(inside, name), os.path.join(target, name), shut, depth)
        finally:
            os.close(number)

    def entry(self, name, folder, inside, target, shut, depth):
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(facts.st_mode):
            self.link(os.readlink(name, dir_fd=folder), inside, target)
        elif stat.S_ISDIR(facts.st_mode):
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            self.folder(os.open(name, flags, dir_fd=folder), inside, target, shut, depth + 1)
        else:
            self.file(name, inside, target, shut, follow=False, folder=folder)

    def file(self, name, inside, target, shut=False, **how):
        with opened(name, os.path.join(self.root, inside).rstrip("/"), **how) as file:
            mode = copied_mode(os.fstat(file.fileno()).st_mode, shut) | 0o600
            with open(make(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb") as copy:
                shutil.copyfileobj(file, copy, 1 << 20)
            os.chmod(target, mode)
        self.note(mode, READ, inside)

    def link(self, text, inside, target):
        if where := self.leads_out(text, inside):
            raise Problem(f"{os.path.join(self.root, inside)} is a symbolic link that leads {where}: only what is in {self.root} is copied. "
                          "Remove it, or put a file in its place")
        make(os.symlink, text, target)

    def leads_out(self, text, inside):
        """Where to, or "". Neither by its words nor by the links that it leads through, be it to come back."""
        if text.startswith("/"):
            return f"to {text}, which is another place on another machine"
        if os.path.normpath(os.path.join(os.path.dirname(inside), text)).split(os.sep)[0] == "..":
            return f"to {text}, which is out of the folder"
        last, arrived = self.root, False
        try:
            for last, _ in way(os.path.join(self.root, os.path.dirname(inside), text)):
                arrived = arrived or last == self.root
                if arrived and not is_inside(last, self.root):
                    return f"to {last}, which is out of the folder"
        except (FileNotFoundError, NotADirectoryError):  # it leads nowhere
            pass
        except OSError as error:
            return f"nowhere: {error.strerror}"
        return ""

    def note(self, mode, wanted, inside):
        if mode & wanted != wanted:
            self.kept.append(inside)


def copied_mode(mode, shut):
    """The group of the copy may be another one: it can do what everybody can."""
    return mode & 0o700 | (0 if shut else mode & mode << 3 & 0o050 | mode & 0o005)


def make(how, *arguments):
    """What must not be there yet. Its path is the last text of the arguments."""
    try:
        return how(*arguments)
    except FileExistsError:
        raise Problem(f"{[each for each in arguments if isinstance(each, str)][-1]} is there already") from None
