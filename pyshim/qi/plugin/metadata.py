# SPDX-License-Identifier: BSD-3-Clause
"""The metadata of packages in a private folder, read as what a stranger has written.

importlib.metadata, which does the same for the packages of the system, opens whatever lies there, and reads it whole.
"""

import email.parser
import importlib.metadata
import os
import pathlib
import re

from .._python import files

_MOST_PACKAGES = 1000
_MOST_ENTRIES = 20_000  # of a private folder
_LARGEST = {"METADATA": 1 << 20, "PKG-INFO": 1 << 20, "RECORD": 8 << 20}
_MOST_FIELDS = 256 << 10  # characters of a package's fields, without the description below them
_MOST_LINES = 5000  # of them, and a field has one at least
_MOST_OF_ALL = 4 << 20  # of those of all packages, which are parsed line by line
_MOST_LISTED = 32 << 20  # of the lists of their files
_MOST_FILES = 200_000  # of a package, a line each
_KINDS = (".dist-info", ".egg-info")
_BLANK_LINE = re.compile(r"\r?\n\r?\n")


class Unreadable(ValueError):
    """A private folder that costs more to look at than it may."""


class _Allowance:
    """How much may be read of a private folder, however many packages that is divided among."""

    def __init__(self, folder, common):
        self._folder, self.left = folder, {"fields": _MOST_OF_ALL, "files": _MOST_LISTED}
        self.common = common
        self._most = dict(self.left)

    def take(self, what, amount):
        if self.common is not None:
            self.common.take(what, amount, self._most[what])
        self.left[what] -= amount
        if self.left[what] < 0:
            raise Unreadable(f"{self._folder} holds more metadata of packages, of their {what}, than is read")


class _Distribution(importlib.metadata.Distribution):
    """A package whose metadata is in a folder."""

    def __init__(self, path, allowance):
        self._path = pathlib.Path(path)
        self._allowance = allowance
        self._fields = None
        self.modules = None  # once they are asked for

    def read_text(self, filename):
        """What a file of the metadata holds, None if that cannot be said; other bytes than UTF-8 are shown as such."""
        try:
            data = files.read(self._path / filename, _LARGEST.get(filename, 1 << 20))
        except (OSError, ValueError):
            return None
        return data.decode(errors="backslashreplace")

    def locate_file(self, path):
        return self._path.parent / path

    @property
    def metadata(self):
        if self._fields is None:
            text = self.read_text("METADATA") or self.read_text("PKG-INFO") or self.read_text("") or ""  # the last of old eggs
            if self._allowance.common is not None:
                self._allowance.common.take("read", len(text), _MOST_LISTED)
            end = _BLANK_LINE.search(text)
            head = text[: end.start()] if end else text
            if len(head) > _MOST_FIELDS:
                raise Unreadable(f"{self._path} has more than {_MOST_FIELDS >> 10} kB of fields")
            if head.count("\n") >= _MOST_LINES:
                raise Unreadable(f"{self._path} has more than {_MOST_LINES} lines of fields")
            self._allowance.take("fields", len(head))
            self._fields = email.parser.HeaderParser().parsestr(head)
        return self._fields

    @property
    def version(self):
        return self.metadata.get("Version") or ""

    @property
    def requires(self):
        return self.metadata.get_all("Requires-Dist") or []


def distributions(folder, common=None):
    """The packages whose metadata is in a folder and has a name. Unreadable if there are too many, or too much of it."""
    try:
        names, more = files.names(folder, _MOST_ENTRIES)
    except OSError:
        return
    if common is not None:
        common.take("entries", len(names), _MOST_ENTRIES)
    found = [each.name for each in names if each.name.endswith(_KINDS) and not each.is_link]
    if more or len(found) > _MOST_PACKAGES:
        raise Unreadable(f"{folder} holds more than {_MOST_ENTRIES} files, or more than {_MOST_PACKAGES} packages, side by side")
    allowance = _Allowance(folder, common)
    for name in found:
        distribution = _Distribution(os.path.join(folder, name), allowance)
        if distribution.metadata.get("Name"):
            yield distribution


def modules(distribution):
    """The names of the modules that a package has installed, as far as it says so."""
    if distribution.modules is None:
        lists = [distribution.read_text(name) or "" for name in ("top_level.txt", "RECORD")]
        distribution._allowance.take("files", sum(map(len, lists)))
        if lists[1].count("\n") > _MOST_FILES:
            raise Unreadable(f"{distribution._path} lists more than {_MOST_FILES} files")
        distribution.modules = set(lists[0].split())
        for line in lists[1].splitlines():
            distribution.modules.add(line.partition(",")[0].partition("/")[0].partition(".")[0].strip('"'))
    return distribution.modules
