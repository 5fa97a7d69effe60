# SPDX-License-Identifier: BSD-3-Clause
"""Texts of strangers as lines of a log or a terminal: what would steer one is written out.

The same rule as in the library's core/plain.h, where it is told what steers.
"""

_KEPT = "\n\t"
_STEERS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
           *range(0xD800, 0xE000)]
_LINES = {number: f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" for number in _STEERS}
_ONE_LINE = _LINES | {ord("\n"): "\\n", ord("\t"): "\\t"}
for _each in _KEPT:
    del _LINES[ord(_each)]


def plain(text):
    """The text with its line feeds and tabs; all other control characters, and what turns the order of a line, as
    \\x1b and \\u202e. Halves of surrogate pairs, too, so that it can be encoded."""
    return text.translate(_LINES)


def plain_line(text):
    """The same without an end of a line in it, for names."""
    return text.translate(_ONE_LINE)


def plain_lines(texts):
    """Each of these texts, of which any may name a file, in a line of its own."""
    return "\n".join(plain_line(str(text)) for text in texts)
