# SPDX-License-Identifier: BSD-3-Clause
"""Where the libraries of a plugin have the loader look for others: the entries of their RPATH and RUNPATH, and names with a slash.

An empty or relative one is looked for below the folder in which somebody has started the application, which may be
anybody's. The files are a stranger's: what is read of them is bounded, and what is no such file has no entries.
"""

import os
import struct

from .._python import elf, files
from . import trust

_MOST_TEXTS = 1 << 20  # bytes of all entries


def problems(path):
    """Why the libraries that a file asks for could be somebody else's, as texts."""
    try:
        number = files.open_file(path, follow=False)
    except OSError:  # of which others tell
        return []
    try:
        found, names = entries(number), needed(number)
    except elf.TooMany:
        return [f"{path}: it names more folders to the loader of libraries than are looked at; link it with less"]
    except (OSError, ValueError, struct.error, OverflowError):  # no library, or a broken one, which the loader refuses
        return []
    finally:
        os.close(number)
    told = [f"{path}: its RUNPATH has the entry {entry!r}, which depends on the folder in which the application is started; link it "
            "with $ORIGIN" for entry in found if depends_on_the_current_folder(entry)]
    told += [f"{path}: it needs the library {name!r}, which depends on the folder in which the application is started; give that one a "
             "soname, and link again" for name in names if "/" in name and depends_on_the_current_folder(name)]
    return trust.shortened(told)


def depends_on_the_current_folder(entry):
    return not entry.startswith(("/", "$ORIGIN", "${ORIGIN}"))


def entries(number):
    """The folders that an open ELF file names, each once, in its order. struct.error or ValueError if it is none."""
    return list(dict.fromkeys(entry for text in _texts(number, (elf.RPATH, elf.RUNPATH)) for entry in text.split(":")))


def needed(number):
    """The libraries that it names, likewise."""
    return _texts(number, elf.OTHERS)


def _texts(number, tags):
    read = elf.Elf(number)
    dynamic = read.dynamic()
    values = dict.fromkeys(value for tag, value, _ in dynamic if tag in tags)
    table = read.strings(dynamic) if values else 0
    found, left = [], _MOST_TEXTS
    for value in values:
        found.append(read.text(table + value))
        left -= len(os.fsencode(found[-1])) + 1
        if left < 0:
            raise elf.TooMany
    return found
