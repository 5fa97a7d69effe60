# SPDX-License-Identifier: BSD-3-Clause
"""Which plugins there are: the folders that hold a plugin.toml, in the folders where the application looks.

Nothing of a plugin is imported, compiled or written here. A plugin whose manifest is wrong is found all the same,
with what is wrong; the first of several plugins with one id is the one that counts.
"""

import logging
import os
import pathlib
from typing import NamedTuple

from .._python import files, importable
from .._python.plain import plain_line
from . import sources, trust
from .strangers import Common
from .manifest import FILE, LARGEST, Manifest, ManifestError, Problem, is_manifest_there
from .schema import near, values

_told = set()  # folders that are not there, once
SOURCES = ("application", "user", "system")
_MOST = 1000  # plugins in a folder, without those that the user has agreed to
_MOST_NAMES = 20_000  # in a folder of plugins
_MOST_HINTS = 1000  # folders that are no plugins, and are asked whether they were to be some
_LARGEST_BEFORE = 64 << 10  # bytes of the manifest of a stranger with the id of one that is to be started
_LONGEST_BEFORE = 0.2  # seconds of the processor for all of those, before what the user has agreed to is started
_MOST_WEIGHT = 8 << 20  # of those of a folder without them: the bytes of their manifests, and what _WEIGHTS adds
# Bytes that one of a manifest's parts counts for, since to list it costs the window more than to read it costs a thread.
_WEIGHTS = {"settings": 1000, "dependencies": 1000, "contributes": 100, "problems": 5000}
class Found(NamedTuple):
    """A plugin's folder. `manifest` is None where it cannot be used; `problems` then says why. `version` is that of its
    file, from before it was read."""

    folder: pathlib.Path
    source: str
    manifest: "Manifest | None"
    problems: "list[Problem]"
    version: "tuple | None" = None

    @property
    def id(self):
        """The plugin's id, which is its folder's name also where the manifest cannot be read."""
        return plain_line(os.fsencode(self.folder.name).decode(errors="replace"))


def discover(folders, check=lambda: None, known=(), common=None, is_agreed=lambda plugin: False):
    """Returns what is found in the folders, in their order, a list of Found.

    `folders` are pairs (folder, source), the source being one of SOURCES; a folder that does not exist holds nothing.
    check() is called now and then, and may raise what ends the search. `known` are ids of plugins that are found however
    much else somebody has put beside them. `common`: a strangers.Common, where more is looked at for the others. is_agreed() tells
    of a Found whether the user has agreed to that very one.
    """
    found, first, seen = [], {}, set()
    common = common or Common()
    for folder, source in folders:
        if source not in SOURCES:
            raise ValueError(f"the source of {folder} is {source!r}{near(source, SOURCES)}")
        for plugin in _look_into(pathlib.Path(folder).absolute(), source, check, known, common):
            same = plugin.id, os.path.realpath(plugin.folder)
            if same in seen:  # the application named a folder twice
                continue
            seen.add(same)
            before = first.get(plugin.id)
            if before is not None and before.manifest is None and is_agreed(plugin):
                found.remove(before)  # what cannot be used, and may be anybody's, is no reason to do without
                before = first[plugin.id] = plugin
            found.append(plugin if before in (None, plugin) else _second(plugin, before))
            if plugin.version is not None:  # what has no manifest takes no other's place
                first.setdefault(plugin.id, plugin)
    return [plugin for plugin in found if plugin.version is not None or plugin.id not in first]


def known(folders, check, ids, is_agreed=lambda id, folder: True):
    """Of plugins with these ids what discover() would find that can be used, without a look at anything else. What is_agreed()
    does not know has the name of one only: little of such is looked at, and nothing of what is large."""
    found, common = {}, Common(_LONGEST_BEFORE)
    for folder, source in folders:
        if _is_importable(folder):
            continue
        for id in sorted(ids - found.keys()):
            check()
            path = pathlib.Path(folder).absolute() / id
            if "/" in id or not os.path.isdir(path):
                continue
            if not is_agreed(id, path) and not (common.has_time() and _size(path) <= _LARGEST_BEFORE):
                continue
            plugin = look_at(path, source, hint=False)
            if plugin is not None and plugin.manifest is not None:
                found[id] = plugin
    return list(found.values())


def _is_importable(folder):
    return importable.is_importable(folder, is_known=sources.is_guarded)


class _Allowance:
    """How much of strangers' manifests is read and kept, however many plugins that is divided among."""

    def __init__(self):
        self._left = _MOST_WEIGHT

    def allows(self, folder):
        """Whether a plugin may still be read."""
        return _size(folder) <= self._left

    def take(self, plugin):
        self._left -= _size(plugin.folder) + _weight(plugin)


def _size(folder):
    """The bytes of a manifest, as far as it would be read."""
    try:
        return min(os.stat(os.path.join(folder, FILE)).st_size, LARGEST)
    except OSError:
        return 0


def _weight(plugin):
    manifest = plugin.manifest
    counts = {"problems": len(plugin.problems)}
    if manifest is not None:
        counts |= {"settings": len(manifest.settings), "dependencies": len(manifest.dependencies),
                   "contributes": sum(1 for _ in values(manifest.contributes))}
    return sum(_WEIGHTS[what] * count for what, count in counts.items())


def _look_into(folder, source, check, known, common):
    """The plugins in one folder, by name."""
    if _is_importable(folder):
        yield Found(folder, source, None, [Problem(str(folder), 0, "", importable.WHY)])
        return
    try:
        names, more = files.names(folder, _MOST_NAMES)
    except FileNotFoundError:
        _tell_of_missing(folder, source)
        return
    except OSError as problem:
        yield Found(folder, source, None, [Problem(str(folder), 0, "", f"cannot be searched: {problem.strerror}")])
        return
    known = {name for name in known if "/" not in name}
    may_be = {each.name for each in names if each.is_folder or each.is_link}
    left, hints, allowance = _MOST, _MOST_HINTS, _Allowance()
    for name in sorted(known | may_be):
        check()
        if name not in known and not (left and common.has_time()):
            more = True
            continue
        if name.startswith((".", "__")) or not os.path.isdir(folder / name):
            continue
        if name not in known and not allowance.allows(folder / name):
            more = True
            continue
        plugin = look_at(folder / name, source, hints > 0)
        if plugin is None:
            hints -= 1
            continue
        if name not in known:
            left -= 1
            allowance.take(plugin)
        yield plugin
    if more:
        text = (f"holds more than {_MOST} plugins, {_MOST_WEIGHT >> 20} MB of manifests, or {_MOST_NAMES} files and folders, or some "
                "of it takes very long to look at; only some of them are looked at")
        yield Found(folder, source, None, [Problem(str(folder), 0, "", text)])


def _tell_of_missing(folder, source):
    """A relative path means another folder when the program is started elsewhere. The user's own may well not be there."""
    if source == "application" and folder not in _told:
        _told.add(folder)
        logging.getLogger("qi").warning("application_folders: there is no folder %s; plugins in it will not be found", folder)


def look_at(folder, source, hint=True):
    """What one folder holds; None if it is no plugin. `hint`: or seems not to be meant as one."""
    version = version_of(folder)
    found = _read(folder, source, hint)
    return found and found._replace(version=version)


def version_of(folder):
    """What tells a manifest's file from another one in its place; None if there is none."""
    try:
        return trust.version_of(os.stat(os.path.join(folder, FILE)))
    except OSError:
        return None


def _read(folder, source, hint):
    try:
        if not is_manifest_there(folder):
            return _misspelt(folder, source) if hint else None
        return Found(folder, source, Manifest.read(folder), [])
    except ManifestError as wrong:
        return Found(folder, source, None, wrong.problems)
    except OSError as problem:
        return _broken(folder, source, f"cannot be read: {problem.strerror}")
    except Exception as problem:  # whatever is in it, it must not keep the others from being found
        return _broken(folder, source, f"cannot be read: {type(problem).__name__}: {problem}")


def _misspelt(folder, source):
    """A folder whose manifest nearly has the right name is a plugin that somebody will look for."""
    names = {"plugins.toml", "plugin.tml", "manifest.toml", "plugin.json", "plugin.yaml", "plugin.ini"}
    for name, _, _ in files.names(folder, 1000)[0]:
        if name.lower() == FILE or name.lower() in names:
            return _broken(folder, source, f"there is no {FILE}, but {name}; a manifest has that name and is TOML")
    return None


def _second(plugin, first):
    text = f"there is a plugin {plugin.id!r} already, in {first.folder}, which is the one that counts; remove or rename one"
    return plugin._replace(manifest=None, problems=[*plugin.problems, Problem(str(plugin.folder / FILE), 0, "plugin.id", text)])


def _broken(folder, source, text):
    return Found(folder, source, None, [Problem(str(folder / FILE), 0, "", text)])
