# SPDX-License-Identifier: BSD-3-Clause
"""Programs and libraries of a bundle: what they need, as the loader tells it, and the folders that they name to it.

A program names `$ORIGIN/../lib` by an entry of the old kind, RPATH. Those of the new kind, RUNPATH, count for what that file itself
needs; the old ones are inherited by all that the program loads, directly or not, as long as that has no RUNPATH of its own.
So nothing but programs has to name a folder, and of what else is copied the entries are removed, or made old. Both are
changes of one number in the file. A text is changed where the new one fits into the place of the old one; only
where it does not is patchelf needed, which moves parts of the file.
"""

import os
import re
import shutil
import struct
import subprocess
from typing import NamedTuple

from .._python import elf

LIMIT = 60  # seconds that the loader, or patchelf, may take
TO_LIBRARIES = "$ORIGIN/../lib"  # from the folder of programs


class Problem(Exception):
    """What keeps a bundle from being made, as a text for whoever wants it."""


class Facts(NamedTuple):
    needed: list  # names of libraries
    loader: str  # "" of a library
    machine: tuple  # of which kind of machine it is


def read(path):
    """Facts of a file; None if it is no program and no library."""
    try:
        with open(path, "rb", buffering=0) as file:
            found = elf.Elf(file.fileno())
            dynamic = found.dynamic()
            names = [value for tag, value, _ in dynamic if tag == elf.NEEDED]
            table = found.strings(dynamic) if names else 0
            return Facts([found.text(table + value) for value in names], found.loader(), (found.machine, found.wide, found.order))
    except (elf.TooMany, ValueError, struct.error, OverflowError):
        return None


def resolved(path, loader):
    """{name: path} of all that the loader would load with a file, None for what it does not find."""
    try:
        told = subprocess.run([loader, "--list", os.path.realpath(path)], capture_output=True, text=True, timeout=LIMIT,
                              env={**os.environ, "LC_ALL": "C"})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"the loader cannot tell what {path} needs: {error}") from None
    found = {}
    for line in told.stdout.splitlines():
        if match := re.match(r"\s+(\S+) => (?:(not found)|(/.*) \(0x[0-9a-f]+\))$", line):
            found[match[1]] = match[3]
        elif match := re.match(r"\s+(/.*) \(0x[0-9a-f]+\)$", line):  # a library that is named by a path
            found[match[1]] = match[1]
    return found


# -- the folders that a file names ----------------------------------------------------------------------


def name_folders(path, choose):
    """Has a file name those folders to the loader that `choose` makes of those that it names now, by an entry that is inherited."""
    with open(path, "r+b", buffering=0) as file:
        found = elf.Elf(file.fileno())
        dynamic = found.dynamic()
        entries = [entry for entry in dynamic if entry[0] in (elf.RPATH, elf.RUNPATH)]
        entries.sort(key=lambda entry: -entry[0])  # where there are both, the loader goes by the new one alone
        place = found.strings(dynamic) + entries[0][1] if entries else 0
        old = found.text(place) if entries else ""
        new = ":".join(choose([folder for folder in old.split(":") if folder]))
        if not new:
            _remove(found, dynamic, entries)
            return
        if fits(old, new):
            _remove(found, dynamic, entries[1:])
            if new != old:
                os.pwrite(file.fileno(), os.fsencode(new) + b"\0", place)
            os.pwrite(file.fileno(), struct.pack(found.order + found.word, elf.RPATH), entries[0][2])
            return
    _patch(path, new)


def fits(old, new):
    """Whether a text may be written over another, which may share its end with names of functions: linkers store a text that is
    the end of another one only once. The name of a folder from its last slash on stays as it is."""
    last = max(old.rfind("/"), old.rfind(":")) + 1
    return bool(old) and (old == new or len(os.fsencode(new)) + 1 <= len(os.fsencode(old[:last])) or not old[last:] and len(new) <= len(old))


def _remove(found, dynamic, entries):
    """Takes entries out of the table, which ends with the first that is empty."""
    gone = {place for _, _, place in entries}
    kept = [(tag, value) for tag, value, place in dynamic if place not in gone]
    kept += [(0, 0)] * len(gone)
    if gone:
        for (tag, value), (_, _, place) in zip(kept, dynamic, strict=True):
            os.pwrite(found.number, struct.pack(f"{found.order}{found.word}{found.word}", tag, value), place)


def _patch(path, text):
    program = shutil.which("patchelf", path=os.pathsep.join(filter(os.path.isabs, os.environ.get("PATH", os.defpath).split(os.pathsep))))
    if program is None:
        raise Problem(f"{os.path.basename(path)} does not look for libraries in {text}, and there is no room in it to say so: link it "
                      f"with -Wl,-rpath,'{text}' (qi_bundle() in CMake does), or install patchelf (on Debian: apt-get install patchelf)")
    try:
        done = subprocess.run([program, "--force-rpath", "--set-rpath", text, path], capture_output=True, text=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"patchelf does not work: {error}") from None
    if done.returncode:
        raise Problem(f"patchelf cannot change {os.path.basename(path)}: {done.stderr.strip()}")
