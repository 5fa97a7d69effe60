# SPDX-License-Identifier: BSD-3-Clause
"""The indexes that a folder of plugins knows, and what was learnt of each when it was last seen.

    FOLDER/.qi/indexes/….json      address, key, serial, ETag, and the index itself, for when there is no network

The key of an index is what the user has named, or the one that it had when it was first seen. From then on the index is refused
with another key, without one, and with a serial that is lower than one that was seen: somebody would show an old one again.
"""

import hashlib
import json
import os
from typing import NamedTuple

from ..._python import files, private
from . import fetch, index
from .errors import InstallError
from .place import write_json

_LARGEST = 3 * index.LARGEST  # bytes of what is kept of an index
_MOST = 100  # indexes of a folder


class Source(NamedTuple):
    """An index that was read. `address` is what it is known by, `bases` where its files are looked for, one after another."""

    address: str
    index: index.Index
    bases: "tuple[str, ...]"


class Trust(NamedTuple):
    """What the user says of indexes: keys that they are signed with, or that one need not be signed."""

    keys: "tuple[str, ...]" = ()
    unsigned: bool = False


def sources(place, addresses, trust, work=None):
    """Reads the indexes at these addresses, or all that the folder knows; in their order. The place is locked. Returns a list of
    Source, and notes, texts for the user."""
    folder = os.path.join(place.hidden, "indexes")
    private.make_own_folder(folder)
    addresses = [_file_of(each) for each in addresses] or _addresses(folder)
    if not addresses:
        raise InstallError(f"no index is known in {place.folder}; name one by --index, an address or a path")
    notes = []
    return [_source(folder, address, trust, notes, work) for address in addresses], notes


def _file_of(address):
    """The address of an index; a folder, or an address that ends with "/", has it under its usual name."""
    address = fetch.whole(address)
    if fetch.is_address(address):
        return address + index.NAME if address.endswith("/") else address
    return os.path.join(address, index.NAME) if os.path.isdir(address) else address


def _path(folder, address):
    return os.path.join(folder, hashlib.sha256(os.fsencode(address)).hexdigest()[:40] + ".json")


def _addresses(folder):
    kept = [_kept(os.path.join(folder, each.name)) for each in files.names(folder, _MOST)[0] if each.name.endswith(".json")]
    return [each["address"] for each in sorted(filter(None, kept), key=lambda each: each["order"])]


def _kept(path):
    """What is known of an index; None if nothing is. What is damaged is refused, since its key was in it."""
    try:
        kept = json.loads(files.read(path, _LARGEST, follow=False))
        if {"address": str, "key": str, "serial": int, "etag": str, "copy": str, "order": int} == {name: type(value) for name, value in kept.items()}:
            return kept
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError, RecursionError):
        pass
    raise InstallError(f"{path} is damaged; remove it, and name the key of its index by --key")


def _source(folder, address, trust, notes, work):
    path = _path(folder, address)
    kept = _kept(path)
    text, etag, base = _fetch(address, kept, notes, work)
    found = index.read(text, address)
    _check_key(address, found, kept, trust, notes)
    same_key = kept is not None and kept["key"] == found.key
    if same_key:
        _check_serial(address, found, kept)
    new = {"address": address, "key": found.key, "serial": found.serial, "etag": etag, "copy": text.decode(),
           "order": kept["order"] if kept else len(os.listdir(folder))}
    if new != kept:
        write_json(path, new)
    return Source(address, found, tuple(dict.fromkeys([base, address, *found.mirrors])))


def _fetch(address, kept, notes, work):
    """The text of an index, its ETag, and where it was found. Without a network it is the copy that was kept."""
    mirrors = index.read(kept["copy"], address).mirrors if kept else ()
    problem = None
    for base in (address, *mirrors):
        try:
            answer = fetch.get(fetch.whole(base), index.LARGEST, kept["etag"] if kept and base == address else "", work)
        except fetch.Unreachable as unreachable:
            problem = problem or unreachable
            continue
        if answer.data is None:
            return kept["copy"].encode(), kept["etag"], base
        return answer.data, answer.etag if base == address else "", base
    if kept is None:
        raise problem
    notes.append(f"{problem}; going on with the copy of the index from before")
    return kept["copy"].encode(), kept["etag"], address


def _check_key(address, found, kept, trust, notes):
    if trust.keys:
        if found.key not in trust.keys:
            raise InstallError(f"the index {address} is refused: it is signed with {found.key or 'nothing'}, which is none of the keys that --key names")
        return
    if kept is not None and kept["key"]:
        if found.key != kept["key"]:
            raise InstallError(f"the index {address} is refused: it is signed with {found.key or 'nothing'}, and was with {kept['key']}. If its "
                               "publisher says, where you can trust it, that the key is another one now, name that by --key")
        return
    if not found.key:
        if not trust.unsigned:
            raise InstallError(f"the index {address} is refused: it is not signed; --unsigned takes it, if nobody else can change it")
        if fetch.is_plain(address):
            raise InstallError(f"the index {address} is refused: it is not signed, and everybody on the way could change it; an index by http is "
                               "to be signed")
        return
    notes.append(f"the index {address} is signed with {found.key}, which is seen for the first time and will be expected from now on")


def _check_serial(address, found, kept):
    if found.serial < kept["serial"]:
        raise InstallError(f"the index {address} is refused: it is an old one, number {found.serial}, and number {kept['serial']} was seen before")
    if found.serial == kept["serial"] and found.data != index.read(kept["copy"], address).data:
        raise InstallError(f"the index {address} is refused: there are two of number {found.serial}, which differ")
