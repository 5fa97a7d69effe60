# SPDX-License-Identifier: BSD-3-Clause
"""What a JSON document may cost its reader, looked at before it is parsed.

The parser does not let other threads go on before it is done, so a window stands still for as long as it takes, and its stack grows
with the depth. check(data) goes through a document in pieces, between which others do go on, whatever is in it.
"""

import re

VALUES = 50_000  # of a document; a list or an object counts as two
DEPTH = 16  # of its lists and objects
_PIECE = 64 << 10  # bytes
_TOKEN = re.compile(rb'\\.?|["\[\]{},]', re.DOTALL)


class TooMuch(ValueError):
    """A document that costs more than it may."""


def check(data):
    """TooMuch if a document has too many values, or is nested too deeply."""
    begin, depth, values, is_text = 0, 0, 1, False
    while begin < len(data):
        end = begin + _PIECE
        for match in _TOKEN.finditer(data, begin, end):
            token = match[0]
            if token == b'"':
                is_text = not is_text
            elif token == b"\\":  # what it stands before begins the next piece
                end += 1
            elif not is_text and token[0] != 0x5C:
                depth += (token in b"[{") - (token in b"]}")
                values += token in b",[{"
                if values > VALUES:
                    raise TooMuch(f"it has more than {VALUES} values")
                if depth > DEPTH:
                    raise TooMuch("it is nested too deeply")
        begin = end
