# SPDX-License-Identifier: BSD-3-Clause
"""Files from a path, or from a web server, which may send what it likes for as long as it likes: what is read is bounded, and who
has cancelled the work does not wait for the rest."""

import contextlib
import os
import re
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ..._python import files
from .errors import InstallError, told_of

_CHUNK = 64 << 10
_PATIENCE = 30.0  # seconds in which a server says nothing
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Unreachable(InstallError):
    """There is no answer now; there may be one later, or elsewhere."""


class Answer(NamedTuple):
    """What an address has. `data` is None where it is still what the `etag` of the question said."""

    data: "bytes | None"
    etag: str


def is_address(text):
    """Whether this is an address, and no path; of which kind, whole() looks at."""
    return _ADDRESS.match(text) is not None


def scheme(place):
    """What the parser that opens an address takes for its scheme; "" of a path."""
    return _parts(place).scheme if is_address(place) else ""


def _parts(place):
    try:
        return urlsplit(place)
    except ValueError:
        raise InstallError(f"{place[:200]!r} is no address") from None


def whole(place):
    """An address of the web in its one spelling, or a path from the root. InstallError for addresses of all other kinds."""
    if not is_address(place):
        return os.path.abspath(place)
    parts = _parts(place)
    if parts.scheme != "file":
        if not parts.hostname or parts.username is not None or not place.isprintable() or " " in place:
            raise InstallError(f"{place[:200]!r} is no address")
        if parts.scheme not in ("http", "https"):
            raise InstallError(f"{place[:200]!r} is refused: an address is one by https, http or file")
        return parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()
    if parts.netloc not in ("", "localhost"):
        raise InstallError(f"{place[:200]!r} names another machine; file:///path is a file of this one")
    return os.path.abspath(unquote(parts.path))


def is_plain(place):
    """Whether everybody on the way to an address could put something else there, as with all but https."""
    return is_address(place) and scheme(place) not in ("https", "file")


def beside(place, name):
    """The address of a file of this name beside the one that is at an address."""
    return f"{place.partition('?')[0].rpartition('/')[0]}/{quote(name)}" if is_address(place) else os.path.join(os.path.dirname(place), name)


def get(place, most, etag="", work=None):
    """Returns the Answer of an address or path, at most so many bytes. Unreachable if there is none."""
    if not is_address(place):
        try:
            return Answer(files.read(place, most), "")
        except OSError as problem:
            raise Unreachable(told_of(problem)) from None
    with _open(place, {"If-None-Match": etag} if etag else {}) as answer:
        if answer is None:
            return Answer(None, etag)
        return Answer(b"".join(_chunks(answer, place, most, work)), answer.headers.get("ETag", "")[:200])


def to_file(place, path, most, work=None):
    """Writes what an address has into a new file."""
    with _open(place, {}) as answer, open(path, "xb") as target:
        for chunk in _chunks(answer, place, most, work):
            target.write(chunk)


def _chunks(answer, place, most, work):
    length = answer.headers.get("Content-Length", "")
    length = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
    if work is not None:
        work.begin(f"fetching {place}", length or 0)
    count = 0
    while chunk := _read(answer, place):
        count += len(chunk)
        if count > most:
            raise InstallError(f"{place} is refused: it is larger than {most >> 20} MB")
        if work is not None:
            work.advance(len(chunk))
        yield chunk
    if length is not None and count != length:
        raise Unreachable(f"{place}: it was cut off after {count} of {length} bytes")


def _read(answer, place):
    import http.client

    try:
        return answer.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as problem:
        raise Unreachable(f"{place}: {problem}") from None


@contextlib.contextmanager
def _open(place, headers):
    """The open answer of a server; None if nothing has changed."""
    import http.client
    import urllib.error
    import urllib.request

    class Redirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, request, file, code, message, headers, address):
            scheme = urlsplit(address).scheme
            if scheme != "https" and not (scheme == "http" and request.type == "http"):
                raise InstallError(f"{place} is refused: it leads to {address[:200]}, which is not as safe")
            return super().redirect_request(request, file, code, message, headers, address)

    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), Redirects(),
                    urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    try:
        answer = opener.open(urllib.request.Request(place, headers={"User-Agent": "qi-run", **headers}), timeout=_PATIENCE)
    except urllib.error.HTTPError as problem:
        with problem:
            if problem.code == 304 and headers:
                answer = None
            else:
                raise Unreachable(f"{place}: the server says {problem.code} {problem.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", problem)
        raise Unreachable(f"{place}: {getattr(reason, 'strerror', None) or reason}") from None
    if answer is None:
        yield None
        return
    with answer:
        yield answer
