# SPDX-License-Identifier: BSD-3-Clause
"""The metadata of packages in a private folder, read as what a stranger has written.

importlib.metadata, which does the same for the packages of the system, opens whatever lies there, and reads it whole.
"""

import email.parser
import importlib.metadata
import os
import pathlib

from . import files

_MOST_PACKAGES = 1000
_MOST_ENTRIES = 20_000  # of a private folder
_LARGEST = {"METADATA": 1 << 20, "PKG-INFO": 1 << 20, "RECORD": 8 << 20}
_KINDS = (".dist-info", ".egg-info")


class Unreadable(ValueError):
    """A private folder that costs more to look at than it may."""


class _Distribution(importlib.metadata.Distribution):
    """A package whose metadata is in a folder."""

    def __init__(self, path):
        self._path = pathlib.Path(path)
        self._fields = None

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
            self._fields = email.parser.HeaderParser().parsestr(text)
        return self._fields

    @property
    def version(self):
        return self.metadata.get("Version") or ""

    @property
    def requires(self):
        return self.metadata.get_all("Requires-Dist") or []


def distributions(folder):
    """The packages whose metadata is in a folder and has a name. Unreadable if there are too many."""
    try:
        names, more = files.names(folder, _MOST_ENTRIES)
    except OSError:
        return
    found = [name for name in names if name.endswith(_KINDS)]
    if more or len(found) > _MOST_PACKAGES:
        raise Unreadable(f"{folder} holds more than {_MOST_ENTRIES} files, or more than {_MOST_PACKAGES} packages, side by side")
    for name in found:
        distribution = _Distribution(os.path.join(folder, name))
        if distribution.metadata.get("Name"):
            yield distribution


def modules(distribution):
    """The names of the modules that a package has installed, as far as it says so."""
    found = set((distribution.read_text("top_level.txt") or "").split())
    for line in (distribution.read_text("RECORD") or "").splitlines():
        found.add(line.partition(",")[0].partition("/")[0].partition(".")[0].strip('"'))
    return found
