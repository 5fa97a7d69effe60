# SPDX-License-Identifier: BSD-3-Clause
"""Where the libraries of a plugin have the loader look for others: the entries of their RPATH and RUNPATH.

An empty or relative entry is looked for below the folder in which somebody has started the application, which may be
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
        found = entries(number)
    except elf.TooMany:
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
    read = elf.Elf(number)
    dynamic = read.dynamic()
    values = dict.fromkeys(value for tag, value, _ in dynamic if tag in (elf.RPATH, elf.RUNPATH))
    table = read.strings(dynamic) if values else 0
    found, left = {}, _MOST_TEXTS
    for value in values:
        text = read.text(table + value)
        left -= len(os.fsencode(text)) + 1
        if left < 0:
            raise elf.TooMany
        found.update(dict.fromkeys(text.split(":")))
    return list(found)
