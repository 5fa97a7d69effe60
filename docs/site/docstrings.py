# SPDX-License-Identifier: BSD-3-Clause
"""Docstrings as Sphinx wants them. They are written for help(): prose, indented code, and `name: what it is`."""

import re

PARAMETER = re.compile(r"^(\w[\w, *]*): (\S.*)$")
SPECIAL = re.compile(r"([*|\\]|\b_|_\b)")
CODE = re.compile(r"`([^`]+)`")


def prose(text):
    """A line with its special characters escaped, and code in backticks as code."""
    parts = CODE.split(text)
    for index, part in enumerate(parts):
        parts[index] = f"``{part}``" if index % 2 else SPECIAL.sub(r"\\\1", part)
    return "".join(parts)


def process(app, what, name, thing, options, lines):
    """Replaces the lines of a docstring by reStructuredText, in place."""
    lines[:] = convert(lines)


def convert(lines):
    result, state = [], None  # None, "text", "parameter" or "code"
    blank = True
    for line in lines:
        if not line.strip():
            result.append("")
            blank = True
            continue
        indented = line.startswith("    ")
        if indented and state == "parameter" and not blank:
            result.append("  " + prose(line.strip()))
        elif indented:
            if state != "code":
                result += ["", "::", ""]
            result.append("    " + line)
            state = "code"
        elif match := PARAMETER.match(line):
            if state != "parameter":
                result.append("")
            result.append(f"- **{SPECIAL.sub(chr(92) + chr(92) + 'g<1>', match[1])}**: {prose(match[2])}")
            state = "parameter"
        else:
            if state in ("parameter", "code") and (blank or state == "code"):
                result.append("")
                state = "text"
            elif state == "parameter":
                result.append("")
            result.append(prose(line))
            state = "text"
        blank = False
    return [*result, ""]
