# SPDX-License-Identifier: BSD-3-Clause
"""Where in a TOML document its values are, which tomllib does not tell.

lines(text) goes through a document that tomllib has accepted, so it needs no errors of its own: it looks only at
what decides where a value ends (strings, brackets, comments) and where a key belongs (tables, arrays of tables,
dotted keys, inline tables).
"""

import re
import tomllib

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{1,2}(?!"))?', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{1,2}(?!'))?", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines(text):
    """Returns {path: line} of a valid document; a path is a tuple of keys and of indexes into arrays."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.places


def line_of(places, path):
    """The line of a path, or of the nearest table around it that is written out; 1 if there is none."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)


class _Scanner:
    def __init__(self, text):
        self.text = text
        self.at = 0
        self.places = {}
        self._tables = {}  # path of an array of tables -> how many it has so far
        self._counted = (0, 1)  # an offset, and its line: counting goes on from there

    def document(self):
        table = ()
        while self._blank():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self):
        line, array = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self._keys("]")
        self.at += 2 if array else 1
        path = ()
        for key in keys[:-1]:
            path = self._latest((*path, key))
            self.places.setdefault(path, line)
        path = (*path, keys[-1])
        if array:
            self.places.setdefault(path, line)
            self._tables[path] = self._tables.get(path, 0) + 1
        path = self._latest(path)
        self.places[path] = line
        return path

    def _latest(self, path):
        """An array of tables stands for the last table in it."""
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _pair(self, table):
        """key = value, in a table or between the braces of one."""
        line = self._line()
        path = table
        for key in self._keys("="):
            path = (*path, key)
            self.places.setdefault(path, line)
        self.at += 1
        self._blank()
        self._value(path)

    def _keys(self, end):
        keys = []
        while self._blank() and self.text[self.at] != end:
            if self.text[self.at] == ".":
                self.at += 1
            elif bare := _BARE.match(self.text, self.at):
                keys.append(self._take(bare))
            else:
                quoted = (_BASIC if self.text[self.at] == '"' else _LITERAL).match(self.text, self.at)
                keys.append(tomllib.loads(f"key = {self._take(quoted)}")["key"])
        return keys

    def _value(self, path):
        first = self.text[self.at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        elif first == '"':
            self._take((_LONG_BASIC if self.text.startswith('"""', self.at) else _BASIC).match(self.text, self.at))
        elif first == "'":
            self._take((_LONG_LITERAL if self.text.startswith("'''", self.at) else _LITERAL).match(self.text, self.at))
        else:
            self._take(_SCALAR.match(self.text, self.at))

    def _array(self, path):
        self.at += 1
        index = 0
        while self._blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            item = (*path, index)
            self.places[item] = self._line()
            self._value(item)
            index += 1
        self.at += 1

    def _inline(self, path):
        self.at += 1
        while self._blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(path)
        self.at += 1

    def _blank(self):
        """Skips blanks, line ends and comments; false at the end of the document."""
        self.at = _BLANK.match(self.text, self.at).end()
        return self.at < len(self.text)

    def _take(self, match):
        self.at = match.end()
        return match[0]

    def _line(self):
        offset, line = self._counted
        line += self.text.count("\n", offset, self.at)
        self._counted = (self.at, line)
        return line
