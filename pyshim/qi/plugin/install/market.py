# SPDX-License-Identifier: BSD-3-Clause
"""Plugins from an index, or from an address. All that is here waits for servers and disks.

The first index that has a plugin is the one that counts, and where one was installed from is where it is updated from: another
index cannot put its own in the place of it by a higher version.
"""

import os
import platform
import re
from typing import NamedTuple

import _qi

from .. import packages
from . import fetch, index, known, shelf
from .archive import Limits
from .errors import InstallError, told
from .pack import sha256_of

_WANTED = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63})(?:==(.{1,100}))?")


class Found(NamedTuple):
    """A plugin that search() has found. `version` is the newest that fits here, or "", then `problem` says why none does; `changelog` is what its
    publisher says of changes."""

    id: str
    version: str
    name: str
    description: str
    homepage: str
    license: str
    authors: "tuple[str, ...]"
    changelog: str
    installed: str
    source: str  # the address of the index
    problem: str


class Updated(NamedTuple):
    """What update() has done: the plugins that have `changed`, as Installed; `notes` for the user, and `problems`, why others have not."""

    changed: "list[shelf.Installed]"
    notes: "list[str]"
    problems: "list[str]"


def install(place, what, *, addresses=(), trust=known.Trust(), sha256="", older=False, force=False, work=None):
    """Installs a plugin from an archive, which is a path or an address, or from an index, then it is an id, or id==version. Returns Installed."""
    if fetch.is_address(what):
        return _install_address(place, what, sha256, older, force, work)
    wanted = _WANTED.fullmatch(what)
    if wanted is None:
        return shelf.install_file(place, what, sha256=sha256, older=older, force=force, work=work)
    id, version = wanted[1], wanted[2] or ""
    with told(), place.locked():
        found, notes = known.sources(place, addresses, trust, work)
        source = _source_of(id, found)
        release, reasons = index.choose(source.index.plugins[id], _fits, _checked_version(version))
        if release is None:
            raise InstallError(_told(id, reasons) or f"the index {source.address} has no {what}")
        before = place.known(id)
        if before and before["sha256"] == release.sha256 and not force:
            return shelf.Installed(id, release.version, (place.known_before(id) or {}).get("version", ""), (*notes, "it was installed already"))
        return _noted(_put(place, id, source, release, older, force, work), notes)


def _install_address(place, address, sha256, older, force, work):
    where = fetch.whole(address)
    if not fetch.is_address(where):
        return shelf.install_file(place, where, sha256=sha256, older=older, force=force, work=work)
    if fetch.is_plain(where) and not sha256:
        raise InstallError(f"{where} is refused: everybody on the way could change it; take https, or say by --sha256 which file is meant")
    with told(), place.locked(), place.work_folder() as folder:
        name = where.partition("?")[0].rpartition("/")[2]
        path = os.path.join(folder, re.sub(r"[^A-Za-z0-9._+-]", "_", name)[:100].lstrip(".") or "archive")
        fetch.to_file(where, path, Limits().archive, work)
        return shelf.put(place, folder, path, shelf.Origin(where, sha256), older=older, force=force, work=work)


def update(place, ids=(), *, addresses=(), trust=known.Trust(), force=False, work=None):
    """Updates plugins, or all that were installed from an index, to the newest versions that fit. Returns Updated: one that cannot be
    updated does not keep the others from it."""
    with told(), place.locked():
        each = [shelf.checked_id(id) for id in ids] or [id for id in place.ids() if place.known(id).get("index")]
        if not each:
            return Updated([], [], [])
        found, notes = known.sources(place, addresses, trust, work)
        result, by_address = Updated([], notes, []), {source.address: source for source in found}
        for id in each:
            try:
                _update(place, id, by_address, trust, force, work, result)
            except InstallError as problem:
                result.problems.append(f"{id}: {problem}")
        return result


def _update(place, id, by_address, trust, force, work, result):
    before = place.known(id)
    if before is None:
        raise InstallError("it is not installed here, or was put there by hand")
    if not before["index"]:
        raise InstallError("it was installed from a file, not from an index; `plugin install` takes it from one")
    source = by_address.get(before["index"])
    if source is None:
        raise InstallError(f"it was installed from the index {before['index']}, which was not named")
    if before["key"] and before["key"] != source.key and source.key not in trust.keys:
        raise InstallError(f"the index {source.address} is signed with another key than when it was installed; name the new one by --key, if you trust it")
    listing = source.index.plugins.get(id)
    if listing is None:
        return result.notes.append(f"{id}: the index {source.address} does not have it any more")
    for release in listing.versions:
        if release.version == before["version"] and release.sha256 != before["sha256"]:
            raise InstallError(f"the index {source.address} has another file as version {release.version} than the one that was installed from it")
    have = packages.version(before["version"])
    release, reasons = index.choose(listing, _fits)
    result.notes.extend(_told(id, [each for each in reasons if packages.version(each[0].version) > have]).splitlines())
    if release is not None and packages.version(release.version) > have:
        result.changed.append(_put(place, id, source, release, False, force, work))


def _told(id, reasons):
    """Why versions do not fit, in lines."""
    return "\n".join(f"{id} {release.version} does not fit: {reason}" for release, reason in reasons)


def search(place, word="", *, addresses=(), trust=known.Trust(), work=None):
    """Plugins of the indexes whose id, name or description has a word, whatever its case. Returns a list of Found, and notes."""
    with told(), place.locked():
        sources, notes = known.sources(place, addresses, trust, work)
        seen, result = set(), []
        for source in sources:
            for id, listing in sorted(source.index.plugins.items()):
                texts = f"{id}\n{listing.name}\n{listing.description}".casefold()
                if id not in seen and word.casefold() in texts:
                    result.append(_described(place, source, listing))
                seen.add(id)
        return result, notes


def _described(place, source, listing):
    release, reasons = index.choose(listing, _fits)
    return Found(listing.id, release.version if release else "", listing.name, listing.description, listing.homepage, listing.license, listing.authors,
                 listing.changelog, (place.known(listing.id) or {}).get("version", ""), source.address, "" if release else _told(listing.id, reasons))


def _source_of(id, sources):
    for source in sources:
        if id in source.index.plugins:
            return source
    near = [other for source in sources for other in source.index.plugins if other.casefold() == id.casefold()]
    names = ", ".join(source.address for source in sources)
    raise InstallError(f"there is no plugin {id} in {names}{f'; did you mean {near[0]}?' if near else ''} (a file of that name is ./{id})")


def _checked_version(text):
    try:
        return text and str(packages.version(text))
    except ValueError as wrong:
        raise InstallError(str(wrong)) from None


def _fits(release):
    """Why a version does not fit here, or ""."""
    for what, wanted, have in (("qi", release.qi, _qi.__version__), ("Python", release.python, platform.python_version())):
        try:
            if wanted and not packages.specifier(wanted).contains(have, prereleases=True):
                return f"it needs {what} {wanted}, but this is {what} {have}"
        except ValueError as wrong:
            return str(wrong)
    return ""


def _put(place, id, source, release, older, force, work):
    with place.work_folder() as folder:
        path = os.path.join(folder, release.file)
        _fetch(source, release, path, work)
        origin = shelf.Origin(f"{source.address}", release.sha256, id, release.version, source.address, source.key)
        return shelf.put(place, folder, path, origin, older=older, force=force, work=work)


def _fetch(source, release, path, work):
    """Gets the file of a release from where its index is, or from a mirror of that. One of another size or hash is none."""
    problem = None
    for base in source.bases:
        try:
            where = fetch.beside(base, release.file)
            most = min(release.size, Limits().archive)
            if fetch.is_address(where):
                fetch.to_file(where, path, most, work)
            else:
                shelf.copy_archive(where, path, work)
            if sha256_of(path) == release.sha256:
                return
            raise InstallError(f"{where} is refused: it is another file than the index says, or damaged: its SHA-256 is not {release.sha256}")
        except InstallError as wrong:  # of a mirror as well, which may be broken or evil
            problem = problem or wrong
            if os.path.lexists(path):
                os.unlink(path)
    raise problem


def _noted(installed, notes):
    return installed._replace(notes=(*notes, *installed.notes))
