# SPDX-License-Identifier: BSD-3-Clause
"""An index: which plugins there are, in which versions, and the hashes of their files. It is one file, index.json, beside these.

    {"key": "ed25519:…", "signature": "…",
    "index": {"format": 1, "serial": 3, "mirrors": [], "plugins": {"feeds": {…, "versions": [{"version": "1.2.0", …}]}}}}

What is signed are the bytes of the value of "index", so its signature is looked at before anything is parsed; therefore the rest is
written just so. Its serial grows with each change, so that who has seen one knows an older one. One that is read may be a
stranger's: what it may cost has limits, signed or not.
"""

import json
import os
import re
import tempfile
from typing import NamedTuple

from ..._python import files
from ..._python.plain import plain_line
from .. import packages
from ..manifest import Manifest, ManifestError
from . import mirrors as places, signing, weight
from .archive import Archive
from .errors import InstallError, told
from .pack import sha256_of
from .place import write_file

NAME = "index.json"
LARGEST = 8 << 20  # bytes of an index
_MOST = 10_000  # plugins, and versions of all
_LONGEST_CHANGELOG = 64 << 10  # bytes
_CHANGELOGS = ("CHANGELOG.md", "CHANGELOG", "CHANGES.md", "NEWS.md")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,199}")  # a name beside the index, on any server
_SIGNED = re.compile(rb'\{"key": "(ed25519:[A-Za-z0-9+/]{43}=)", "signature": "([A-Za-z0-9+/]{86}==)",\n"index": ')
_END = b"}\n"
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Release(NamedTuple):
    """A version of a plugin, and its file."""

    version: str
    file: str
    sha256: str
    size: int
    qi: str = ""  # ranges of versions; "" is any
    python: str = ""
    dependencies: "tuple[str, ...]" = ()


class Listing(NamedTuple):
    """A plugin in an index, in the words of its newest version; `versions` are Releases, the newest first."""

    id: str
    name: str
    description: str
    homepage: str
    license: str
    authors: "tuple[str, ...]"
    changelog: str
    versions: "tuple[Release, ...]"


class Sealed(NamedTuple):
    """An index of which nothing is parsed yet. `key` is what `data` is signed with; "" if it is not signed, then `data` is all."""

    key: str
    data: bytes


class Index(NamedTuple):
    """What was read. `mirrors` are whole addresses, or paths."""

    serial: int
    mirrors: "tuple[str, ...]"
    plugins: "dict[str, Listing]"


# -- reading --------------------------------------------------------------------------------------------


def unseal(data, name):
    """Looks at the signature of an index, if it has one. Returns Sealed; InstallError if it is wrong, or there is too much of it."""
    if len(data) > LARGEST:
        raise InstallError(f"the index {name} is refused: it is larger than {LARGEST >> 20} MB")
    head = _SIGNED.match(data)
    if head is not None and data.endswith(_END):
        key, signature, body = head[1].decode(), head[2].decode(), data[head.end():-len(_END)]
        if signing.is_signed(body, key, signature):
            return Sealed(key, body)
    elif b'"signature":' not in data:  # within a text its quotation marks would have backslashes
        return Sealed("", data)
    raise InstallError(f"the index {name} is refused: its signature is wrong, so somebody has changed it")


def parse(sealed, name):
    """Reads an index that lies, or is known, at an address or path. Returns Index; InstallError if anything is wrong with it."""
    try:
        index = _body(sealed)
        if index.get("format") != 1:
            raise _Wrong("it is of a format that this qi does not know")
        mirrors = places.found(name, map(_text_of, _list(index, "mirrors", 20)), bool(sealed.key))
        return Index(_integer(index, "serial"), mirrors, _plugins(index))
    except (_Wrong, weight.TooMuch, places.Unsafe) as wrong:
        raise InstallError(f"the index {name} is refused: {wrong}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise InstallError(f"the index {name} is refused: it is damaged, or none ({type(wrong).__name__}: {plain_line(str(wrong))[:200]})") from None


def read(data, name):
    """Both."""
    return parse(unseal(data, name), name)


def _body(sealed):
    weight.check(sealed.data)
    document = json.loads(sealed.data.decode(), object_pairs_hook=_without_twins, parse_float=_no_number, parse_constant=_no_number)
    if sealed.key:
        return document
    if "key" in document or "signature" in document:
        raise _Wrong("its signature is wrong, so somebody has changed it")
    return document["index"]


class _Wrong(ValueError):
    """What a person can be told."""


def _without_twins(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Wrong("a name in it is there twice")
    return found


def _no_number(text):
    raise _Wrong(f"{text[:30]} is no number of an index")


def _plugins(index):
    plugins = index["plugins"]
    if not isinstance(plugins, dict) or len(plugins) > _MOST:
        raise _Wrong(f"it has no more than {_MOST} plugins")
    return {id: _listing(id, entry) for id, entry in plugins.items()}


def _listing(id, entry):
    if not _ID.fullmatch(id):
        raise _Wrong(f"{ascii(id[:100])} is no plugin's id")
    versions = tuple(_release(each) for each in _list(entry, "versions", _MOST))
    return Listing(id, *(_text(entry, field) for field in ("name", "description", "homepage", "license")),
                   tuple(map(_text_of, _list(entry, "authors", 200))), _text(entry, "changelog"), versions)


def _release(entry):
    release = Release(_text(entry, "version"), _text(entry, "file"), _text(entry, "sha256"), _integer(entry, "size"), _text(entry, "qi"),
                      _text(entry, "python"), tuple(map(_text_of, _list(entry, "dependencies", 200))))
    if not _FILE.fullmatch(release.file):
        raise _Wrong(f"{ascii(release.file[:100])} is no file beside it")
    if not _SHA256.fullmatch(release.sha256):
        raise _Wrong(f"{ascii(release.sha256[:100])} is no SHA-256")
    return release


def _text(entry, name):
    return _text_of(entry.get(name, ""))


def _text_of(value):
    if not isinstance(value, str):
        raise _Wrong(f"there is {ascii(value)[:100]} where a text is to be")
    value.encode()  # half of a pair of surrogates is no text
    return value


def _integer(entry, name):
    value = entry.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise _Wrong(f"its {name} is no number")
    return value


def _list(entry, name, most):
    value = entry.get(name, [])
    if not isinstance(value, list) or len(value) > most:
        raise _Wrong(f"its {name} are no list of at most {most}")
    return value


# -- choosing ---------------------------------------------------------------------------------------------


def choose(listing, fits, wanted=""):
    """The newest Release for which fits(release) says "", or the `wanted` version; and the newer ones that do not fit, pairs (Release, why).
    Versions that come before a release (1.0rc1) are taken when they are asked for, or if there are no others."""
    reasons, early = [], None
    for version, release in _in_order(listing):
        if wanted:
            if version != packages.version(wanted):
                continue
        reason = fits(release)
        if reason:
            reasons.append((release, reason))
        elif wanted or not version.is_prerelease:
            return release, reasons
        else:
            early = early or release
    return early, reasons


def _in_order(listing):
    """Versions that are none are left out: nobody can say which is newer."""
    found = []
    for release in listing.versions:
        try:
            found.append((packages.version(release.version), release))
        except ValueError:
            continue
    return sorted(found, key=lambda each: each[0], reverse=True)


# -- writing ----------------------------------------------------------------------------------------------


class Written(NamedTuple):
    """An index that was written. `key` is "" if it is not signed."""

    path: str
    serial: int
    plugins: int
    versions: int
    key: str


def write(folder, key=None, *, mirrors=(), serial=None, work=None):
    """Writes the index of the packed plugins in a folder. key: the file of the private key to sign it with. The serial grows by one if
    anything has changed. Returns Written."""
    with told():
        folder = os.path.abspath(folder)
        plugins = _gather(folder, work)
        path = os.path.join(folder, NAME)
        body = {"format": 1, "mirrors": list(mirrors), "plugins": plugins}
        body["serial"] = _next_serial(path, body) if serial is None else serial
        data, public = _sealed(body, key)
        if len(data) > LARGEST:
            raise InstallError(f"{path} would be larger than {LARGEST >> 20} MB; leave out older versions")
        read(data, path)  # what nobody could read is not written
        write_file(path, data, 0o644)
        return Written(path, body["serial"], len(plugins), sum(len(each["versions"]) for each in plugins.values()), public)


def _sealed(body, key):
    """The bytes of an index, and the public key."""
    data = json.dumps(body, indent=1, sort_keys=True).encode()
    if key is None:
        return b'{"index": ' + data + _END, ""
    public, signature = signing.sign(data, key)
    return f'{{"key": "{public}", "signature": "{signature}",\n"index": '.encode() + data + _END, public


def _next_serial(path, body):
    if not os.path.lexists(path):
        return 1
    sealed = unseal(files.read(path, LARGEST), path)
    serial = parse(sealed, path).serial
    return serial if body | {"serial": serial} == _body(sealed) else serial + 1


def _gather(folder, work):
    found = {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".zip") or name.startswith("."):
            continue
        if work is not None:
            work.check()
        if not _FILE.fullmatch(name):
            raise InstallError(f"{name} cannot be in an index: letters of ASCII, digits and . _ + - make a name that all servers know")
        manifest, changelog = _look_into(os.path.join(folder, name))
        release = {"version": manifest.version, "file": name, "sha256": sha256_of(os.path.join(folder, name)),
                   "size": os.path.getsize(os.path.join(folder, name)), "qi": manifest.qi, "python": manifest.python,
                   "dependencies": list(manifest.dependencies)}
        found.setdefault(manifest.id, []).append((packages.version(manifest.version), release, manifest, changelog))
    return {id: _entry(id, versions) for id, versions in found.items()}


def _entry(id, versions):
    versions.sort(key=lambda each: each[0], reverse=True)
    for (one, release, *_), (other, second, *_) in zip(versions, versions[1:]):
        if one == other:
            raise InstallError(f"{release['file']} and {second['file']} are both {id} {release['version']}; remove one")
    _, _, manifest, changelog = versions[0]
    return {"name": manifest.name, "description": manifest.description, "homepage": manifest.homepage, "license": manifest.license,
            "authors": list(manifest.authors), "changelog": changelog, "versions": [release for _, release, *_ in versions]}


def _look_into(path):
    """The manifest of a packed plugin, and its list of changes or ""."""
    with tempfile.TemporaryDirectory() as folder, Archive(path) as archive:
        archive.unpack(folder)
        plugin = os.path.join(folder, archive.id)
        try:
            manifest = Manifest.read(plugin)
        except ManifestError as wrong:
            raise InstallError(f"{os.path.basename(path)}: its manifest cannot be used: {wrong.problems[0].field}: {wrong.problems[0].text}") from None
        for name in _CHANGELOGS:
            if os.path.isfile(os.path.join(plugin, name)):
                with open(os.path.join(plugin, name), "rb") as file:
                    return manifest, file.read(_LONGEST_CHANGELOG).decode(errors="ignore")
        return manifest, ""
