# SPDX-License-Identifier: BSD-3-Clause
"""What a TOML document may cost its reader, looked at before it is parsed.

A parser's time grows with the square of a key's parts, and its stack with the depth of arrays. check(text) goes through
a document once, whatever is in it, and needs it to be neither right nor whole.
"""

import re

LARGEST = 1 << 20  # bytes of a manifest
PARTS = 32  # of a dotted key
DEPTH = 60  # of arrays and inline tables
ENTRIES = 5_000  # keys, tables, and items of arrays
LONGEST = 1000  # characters of a name or a number

# What ends where only itself says so, each in one go; then what counts.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)' r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)" r'|"(?:[^"\\\n]|\\.)*"?' r"|'[^'\n]*'?"
    r"|\#[^\n]*" r"|[^\[\]{}.,=\n\"'#]+" r"|.", re.DOTALL)


class TooMuch(ValueError):
    """A document that costs more than it may; `line` is where that is seen."""

    def __init__(self, text, line):
        super().__init__(text)
        self.line = line


def check(text):
    """TooMuch if a document has too many parts in a key, is nested too deeply, or has too many entries."""
    depth = parts = entries = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == ".":
            parts += 1
        elif token in "[]{},=\n":
            parts = 0
            depth = max(0, depth + (token in "[{") - (token in "]}"))
            entries += token in ",=["
        wrong = (f"a key has no more than {PARTS} parts" if parts >= PARTS else
                 "the values are nested too deeply" if depth > DEPTH else
                 f"there are more than {ENTRIES} values" if entries > ENTRIES else
                 f"a name or a number is no longer than {LONGEST} characters" if _is_long(token) else "")
        if wrong:
            raise TooMuch(wrong, text.count("\n", 0, match.start()) + 1)


def _is_long(token):
    return len(token) > LONGEST and token[0] not in "\"'#" and len(token.strip()) > LONGEST
