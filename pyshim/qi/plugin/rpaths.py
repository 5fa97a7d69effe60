# SPDX-License-Identifier: BSD-3-Clause
"""Where the libraries of a plugin have the loader look for others: the entries of their RPATH and RUNPATH.

An empty or relative entry is looked for below the folder in which somebody has started the application, which may be
anybody's. The files are a stranger's: what is read of them is bounded, and what is no such file has no entries.
"""

import os
import struct

from .._python import files
from . import trust

_MOST_HEADERS = 1 << 10
_MOST_DYNAMIC = 1 << 20  # bytes of all tables
_MOST_TEXT = 1 << 16  # of an entry
_MOST_TEXTS = 1 << 20  # of all
_LOAD, _DYNAMIC = 1, 2  # kinds of segments
_STRINGS, _RPATH, _RUNPATH = 5, 15, 29  # kinds of dynamic entries


class TooMany(Exception):
    """A file names more than is looked at."""


def problems(path):
    """Why the libraries that a file asks for could be somebody else's, as texts."""
    try:
        number = files.open_file(path, follow=False)
    except OSError:  # of which others tell
        return []
    try:
        found = entries(number)
    except TooMany:
        return [f"{path}: it names more folders to the loader of libraries than are looked at; link it with less"]
    except (OSError, ValueError, struct.error, OverflowError):  # no library, or a broken one, which the loader refuses
        return []
    finally:
        os.close(number)
    return trust.shortened([f"{path}: its RUNPATH has the entry {entry!r}, which depends on the folder in which the application is started; link it "
            "with $ORIGIN" for entry in found if depends_on_the_current_folder(entry)])


def depends_on_the_current_folder(entry):
    return not entry.startswith(("/", "$ORIGIN", "${ORIGIN}"))


def entries(number):
    """The folders that an open ELF file names, each once, in its order. struct.error or ValueError if it is none."""
    head = os.pread(number, 64, 0)
    if head[:4] != b"\x7fELF" or head[4:5] not in (b"\x01", b"\x02"):
        raise ValueError("this is no ELF file")
    order = "<" if head[5] == 1 else ">"
    wide = head[4] == 2
    word = "Q" if wide else "I"
    start, = struct.unpack_from(order + word, head, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
    segments = [_segment(order, wide, os.pread(number, size, start + index * size)) for index in range(min(count, _MOST_HEADERS))]
    tags, left = [], _MOST_DYNAMIC
    for kind, offset, _, length in segments:
        if kind == _DYNAMIC:
            data = os.pread(number, min(length, left + 1), offset)
            left -= len(data)
            if left < 0:
                raise TooMany
            tags += struct.iter_unpack(f"{order}{word}{word}", data[:len(data) // struct.calcsize(word * 2) * struct.calcsize(word * 2)])
    strings = next((value for tag, value in tags if tag == _STRINGS), None)
    values = dict.fromkeys(value for tag, value in tags if tag in (_RPATH, _RUNPATH)) if strings is not None else {}
    table = _offset(segments, strings) if values else 0
    found, left = {}, _MOST_TEXTS
    for value in values:
        text = os.pread(number, _MOST_TEXT, table + value).partition(b"\0")[0]
        left -= len(text) + 1
        if left < 0:
            raise TooMany
        found.update(dict.fromkeys(os.fsdecode(text).split(":")))
    return list(found)


def _segment(order, wide, data):
    """(kind, place in the file, address, bytes in the file)"""
    if wide:
        kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", data)
    else:
        kind, offset, address, _, length = struct.unpack_from(order + "IIIII", data)
    return kind, offset, address, length


def _offset(segments, address):
    """Where in the file is what will be at an address."""
    for kind, offset, begin, length in segments:
        if kind == _LOAD and begin <= address < begin + length:
            return address - begin + offset
    raise ValueError("the address is in no segment")
