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
from .place import write_file

_LARGEST = 3 * index.LARGEST  # bytes of what is kept of an index; its copy has at most twice as many
_MOST = 100  # indexes of a folder


class Source(NamedTuple):
    """An index that was read. `address` is what it is known by, `key` what it is signed with, "" if it is not, `bases` where its files
    are looked for, one after another."""

    address: str
    index: index.Index
    key: str
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
    except (ValueError, AttributeError, RecursionError, files.TooLarge):
        pass
    raise InstallError(f"{path} is damaged; remove it, and name the key of its index by --key")


def _source(folder, address, trust, notes, work):
    path = _path(folder, address)
    kept = _kept(path)
    data, etag, base = _fetch(address, kept, notes, work)
    sealed = index.unseal(data, address)
    _check_key(address, base, sealed.key, kept, trust, notes)
    found = index.parse(sealed, address)
    if kept is not None and kept["key"] == sealed.key:
        _check_serial(address, found.serial, sealed.data, kept)
    new = {"address": address, "key": sealed.key, "serial": found.serial, "etag": etag, "copy": data.decode(),
           "order": kept["order"] if kept else len(os.listdir(folder))}
    if new != kept:
        _keep(path, new)
    return Source(address, found, sealed.key, tuple(dict.fromkeys([base, address, *found.mirrors])))


def _keep(path, new):
    """What would not be read again is not written."""
    data = json.dumps(new, indent=1, sort_keys=True, ensure_ascii=False).encode()
    if len(data) > _LARGEST:
        raise InstallError(f"the index {new['address']} is refused: what is to be kept of it is larger than {_LARGEST >> 20} MB")
    write_file(path, data)


def _fetch(address, kept, notes, work):
    """The bytes of an index, its ETag, and where it was found. Without a network it is the copy that was kept."""
    mirrors = index.read(kept["copy"].encode(), address).mirrors if kept else ()
    problem = None
    for base in (address, *mirrors):
        try:
            answer = fetch.get(base, index.LARGEST, kept["etag"] if kept and base == address else "", work)
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


def _check_key(address, base, key, kept, trust, notes):
    if trust.keys:
        if key not in trust.keys:
            raise InstallError(f"the index {address} is refused: it is signed with {key or 'nothing'}, which is none of the keys that --key names")
        return
    if kept is not None and kept["key"]:
        if key != kept["key"]:
            raise InstallError(f"the index {address} is refused: it is signed with {key or 'nothing'}, and was with {kept['key']}. If its "
                               "publisher says, where you can trust it, that the key is another one now, name that by --key")
        return
    if not key:
        if not trust.unsigned:
            raise InstallError(f"the index {address} is refused: it is not signed; --unsigned takes it, if nobody else can change it")
        if fetch.is_plain(address) or fetch.is_plain(base):
            raise InstallError(f"the index {address} is refused: it is not signed, and everybody on the way could change it; an index by http is "
                               "to be signed")
        return
    notes.append(f"the index {address} is signed with {key}, which is seen for the first time and will be expected from now on")


def _check_serial(address, serial, data, kept):
    if serial < kept["serial"]:
        raise InstallError(f"the index {address} is refused: it is an old one, number {serial}, and number {kept['serial']} was seen before")
    if serial == kept["serial"] and data != index.unseal(kept["copy"].encode(), address).data:
        raise InstallError(f"the index {address} is refused: there are two of number {serial}, which differ")
