# SPDX-License-Identifier: BSD-3-Clause
"""Programs and libraries as files: what they tell the loader. The files may be a stranger's: what is read is bounded.

    elf = Elf(number)     an open file; ValueError, struct.error or OverflowError if it is none, or a broken one
    elf.dynamic()         its entries, as (tag, value, place in the file)
    elf.strings(dynamic)  where in the file the texts begin, at which values point
    elf.text(place)       the one there
    elf.loader()          the loader that it asks for, "" if it is a library
"""

import os
import struct

MOST_HEADERS = 1 << 10
MOST_DYNAMIC = 1 << 20  # bytes of all tables
MOST_TEXT = 1 << 16
NEEDED, STRINGS, RPATH, RUNPATH = 1, 5, 15, 29  # tags of entries
OTHERS = (NEEDED, 0x6ffffefb, 0x6ffffefc, 0x7ffffffd, 0x7fffffff)  # that name libraries: also DEPAUDIT, AUDIT, AUXILIARY, FILTER
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3  # kinds of segments


class TooMany(Exception):
    """A file names more than is looked at."""


class Elf:
    def __init__(self, number):
        head = os.pread(number, 64, 0)
        if head[:4] != b"\x7fELF" or head[4:5] not in (b"\x01", b"\x02"):
            raise ValueError("this is no ELF file")
        self.number = number
        self.order = "<" if head[5] == 1 else ">"
        self.wide = head[4] == 2
        self.word = "Q" if self.wide else "I"
        kind, self.machine = struct.unpack_from(self.order + "HH", head, 16)
        start, = struct.unpack_from(self.order + self.word, head, 32 if self.wide else 28)
        size, count = struct.unpack_from(self.order + "HH", head, 54 if self.wide else 42)
        self.segments = [self._segment(os.pread(number, size, start + index * size)) for index in range(min(count, MOST_HEADERS))]

    def _segment(self, data):
        """(kind, place in the file, address, bytes in the file)"""
        if self.wide:
            kind, _, offset, address, _, length = struct.unpack_from(self.order + "IIQQQQ", data)
        else:
            kind, offset, address, _, length = struct.unpack_from(self.order + "IIIII", data)
        return kind, offset, address, length

    def dynamic(self):
        """TooMany if there is too much of it."""
        found, left, entry = [], MOST_DYNAMIC, struct.Struct(f"{self.order}{self.word}{self.word}")
        for kind, offset, _, length in self.segments:
            if kind != _DYNAMIC:
                continue
            data = os.pread(self.number, min(length, left + 1), offset)
            left -= len(data)
            if left < 0:
                raise TooMany
            whole = len(data) // entry.size * entry.size
            found += [(*each, offset + index * entry.size) for index, each in enumerate(entry.iter_unpack(data[:whole]))]
        return found

    def strings(self, dynamic):
        """Where in the file the texts are, at which values of those entries point. ValueError if there are none."""
        address = next((value for tag, value, _ in dynamic if tag == STRINGS), None)
        if address is None:
            raise ValueError("there is no table of texts")
        return self._offset(address)

    def text(self, place):
        return os.fsdecode(os.pread(self.number, MOST_TEXT, place).partition(b"\0")[0])

    def loader(self):
        for kind, offset, _, length in self.segments:
            if kind == _INTERPRETER:
                return os.fsdecode(os.pread(self.number, min(length, MOST_TEXT), offset).partition(b"\0")[0])
        return ""

    def _offset(self, address):
        """Where in the file is what will be at an address."""
        for kind, offset, begin, length in self.segments:
            if kind == _LOAD and begin <= address < begin + length:
                return address - begin + offset
        raise ValueError("the address is in no segment")
