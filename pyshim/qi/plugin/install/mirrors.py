# SPDX-License-Identifier: BSD-3-Clause
"""Where else an index lies, in its own words. One that is not signed is believed wherever it is found, so its mirrors are to be as
safe as it is itself; a signature is looked at wherever one is found.

A mirror that is no whole address begins where the index is, and never in the current folder.
"""

import os
from urllib.parse import urljoin

from . import fetch


class Unsafe(ValueError):
    """A mirror that an index may not name."""


def found(place, texts, is_signed):
    """The whole addresses, or paths, of the mirrors of the index at an address or path. Unsafe if it may not name one of them."""
    place = fetch.whole(place)
    return tuple(_found(place, text, is_signed) for text in texts)


def _found(place, text, is_signed):
    name = ascii(text[:200])
    if not text or not text.isprintable():
        raise Unsafe(f"its mirror {name} is no address")
    if fetch.is_address(place):  # a server has no say in what is read of this machine
        text = urljoin(place, text)
        if fetch.scheme(text) not in ("http", "https"):
            raise Unsafe(f"its mirror {name} is none of the web")
    elif not fetch.is_address(text):
        text = os.path.join(os.path.dirname(place), text)
    mirror = fetch.whole(text)
    if not is_signed and not _is_as_safe(place, mirror):
        raise Unsafe(f"its mirror {name} is neither by https nor in the index's own folder, and the index is not signed")
    return mirror


def _is_as_safe(place, mirror):
    if fetch.is_address(mirror):
        return not fetch.is_plain(mirror)
    folder = os.path.dirname(place)
    return os.path.commonpath((folder, mirror)) == folder
