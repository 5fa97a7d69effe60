# SPDX-License-Identifier: BSD-3-Clause
"""Putting plugins into a folder, and taking them out again. All that is here waits for disks.

What comes from a stranger is copied to where nobody else reaches it, hashed there, looked at as an archive, unpacked beside the
plugins under a name that no application looks for, looked at as a plugin, and then renamed.
"""

import hashlib
import os
import re
import shutil
from typing import NamedTuple

from ..._python import files
from .. import dependencies, discovery, packages, trust
from ..manifest import Manifest, ManifestError
from .archive import Archive, Limits
from .errors import InstallError, told, told_of
from .place import Place

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_CHUNK = 1 << 20
_AGAIN = ("the application asks again whether it may run: its files are others now",)


class Installed(NamedTuple):
    """What has become of a plugin. `version` is the one that is there now, `before` the one that rollback() goes to, or ""; `notes` are
    texts for the user."""

    id: str
    version: str
    before: str = ""
    notes: "tuple[str, ...]" = ()


class Entry(NamedTuple):
    """A plugin in a folder. `source` is where it was installed from, "" if it was put there by hand; `problem` says why it
    cannot be used, or is ""."""

    id: str
    version: str
    source: str
    before: str
    problem: str


class Origin(NamedTuple):
    """Where an archive is from, and what it was said to be; "" is anything."""

    source: str  # the path or address, as the user may see it
    sha256: str = ""
    id: str = ""
    version: str = ""
    market: str = ""  # the address of the index
    key: str = ""  # that the index was signed with


def checked_id(id):
    """The id of a plugin, if it can be one."""
    if not _ID.fullmatch(id):
        raise InstallError(f"{id[:200]!r} is no plugin's id: letters of ASCII, digits, '_' and '-', at most 64, a letter first")
    return id


# -- in ---------------------------------------------------------------------------------------------------


def install_file(place, path, *, sha256="", older=False, force=False, work=None):
    """Installs an archive. `older`: in place of a newer version, too. `force`: also in place of what was put there by hand, or has
    been changed since. Returns Installed."""
    with told(), place.locked(), place.work_folder() as folder:
        copy = os.path.join(folder, os.path.basename(path) or "archive")
        copy_archive(path, copy, work)
        return put(place, folder, copy, Origin(os.path.abspath(path), sha256), older=older, force=force, work=work)


def copy_archive(path, copy, work=None):
    """Copies a file that may be somebody else's to where nobody else can change it."""
    try:
        number = files.open_file(path)
    except OSError as problem:
        raise InstallError(told_of(problem)) from None
    left = Limits().archive
    with open(number, "rb", buffering=0) as source, open(copy, "xb") as target:
        if work is not None:
            work.begin(f"copying {os.path.basename(path)}", os.fstat(number).st_size)
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise InstallError(f"{os.path.basename(path)} is refused: it is larger than {Limits().archive >> 20} MB")
            target.write(chunk)
            if work is not None:
                work.advance(len(chunk))


def put(place, folder, archive, origin, *, older, force, work):
    """Installs an archive that lies in a work folder of the place, whose lock is held."""
    name = os.path.basename(archive)
    with open(archive, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if origin.sha256 and origin.sha256.lower() != sha256:
        raise InstallError(f"{name} is refused: its SHA-256 is {sha256}, and not {origin.sha256}, so it is another file than was meant, or damaged")
    staged = os.path.join(folder, "staged")
    os.mkdir(staged, 0o700)
    with Archive(archive) as opened:
        id = opened.id
        if origin.id and id != origin.id:
            raise InstallError(f"{name} is refused: it holds {id}, and not {origin.id}")
        _check_place(place, id, force, work)
        if work is not None:
            work.begin(f"unpacking {id}", opened.size)
        opened.unpack(staged, work)
    unpacked = os.path.join(staged, id)
    manifest = _check_plugin(unpacked, name, origin)
    before = place.known(id)
    _check_order(manifest, before, older)
    record = {"version": manifest.version, "sha256": sha256, "source": origin.source, "index": origin.market, "key": origin.key,
              "files": trust.fingerprint(unpacked).hash}
    if work is not None:
        work.check()
    place.put(id, unpacked, record)
    missing = dependencies.check_one(Manifest.read(place.plugin(id)))  # which can come later
    return Installed(id, manifest.version, (before or {}).get("version", ""), (*missing, *(_AGAIN if before else ())))


def _check_plugin(folder, name, origin):
    """The manifest of what was unpacked, if an application would take it."""
    try:
        manifest = Manifest.read(folder)
    except ManifestError as wrong:
        lines = "\n".join(str(each._replace(file=os.path.join(os.path.basename(folder), os.path.basename(each.file)))) for each in wrong.problems)
        raise InstallError(f"{name} is refused: its manifest cannot be used:\n{lines}") from None
    if origin.version and manifest.version != origin.version:
        raise InstallError(f"{name} is refused: it is {manifest.version}, and not {origin.version}")
    for problem in (*trust.problems(folder), *dependencies.range_problems(manifest)):
        raise InstallError(f"{name} is refused: {problem}")
    return manifest


def _check_place(place, id, force, work=None):
    """Whether what is in the place of a plugin may be taken away."""
    path = place.plugin(id)
    if force or not os.path.lexists(path):
        return
    known = place.known(id)
    if known is None:
        raise InstallError(f"{path} was put there by hand, and may be somebody's work; move it away, or say --force")
    if os.path.islink(path) or trust.fingerprint(path).hash != known.get("files"):
        raise InstallError(f"{path}: its files have been changed since it was installed; move it away, or say --force")


def _check_order(manifest, known, older):
    if older or known is None:
        return
    if packages.version(manifest.version) < packages.version(known["version"]):
        raise InstallError(f"{manifest.id} {known['version']} is installed, which is newer than {manifest.version}; `rollback` goes to the version "
                           "before, and --older puts any older one there")


# -- out, and back --------------------------------------------------------------------------------------------


def remove(place, id, *, data=None, force=False):
    """Removes a plugin, and the version before; `data`: and the folder of its data, which is this path."""
    checked_id(id)
    with told(), place.locked():
        if not os.path.lexists(place.plugin(id)):
            raise InstallError(f"there is no plugin {id} in {place.folder}")
        _check_place(place, id, force)
        place.remove(id)
        if data and os.path.lexists(data):
            if os.path.islink(data):
                raise InstallError(f"{id} is removed, but not its data: {data} is a symbolic link, which leads elsewhere; remove that yourself")
            shutil.rmtree(data)


def rollback(place, id, *, force=False):
    """Goes back to the version before; once more goes forth again. Returns Installed. `force`: also from one that was changed."""
    checked_id(id)
    with told(), place.locked():
        known, before = place.known(id), place.known_before(id)
        if known is None:
            raise InstallError(f"{id} is not installed in {place.folder}" if not os.path.lexists(place.plugin(id)) else
                               f"{id} was put there by hand, so there is no version before")
        if before is None:
            raise InstallError(f"there is no version before {id} {known['version']}")
        _check_place(place, id, force)
        place.take_back(id)
        return Installed(id, before["version"], known["version"], _AGAIN)


def entries(place):
    """What is in a folder of plugins, a list of Entry."""
    found = []
    if not os.path.isdir(place.folder):
        return found
    if _is_left(place):
        with told(), place.locked():
            pass
    for each in discovery.discover([(place.folder, "user")]):
        known = place.known(each.id) or {}
        before = place.known_before(each.id) or {}
        version = each.manifest.version if each.manifest else known.get("version", "")
        found.append(Entry(each.id, version, known.get("source", ""), before.get("version", ""), "; ".join(map(str, each.problems))))
    return found


def _is_left(place):
    """Whether somebody has not come to the end."""
    try:
        return bool(os.listdir(os.path.join(place.hidden, "next")))
    except OSError:
        return False
