# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the code which the headers' comments show is code that compiles, as it is printed.

examples.py SOURCE_DIR

A block is what a comment indents by five to eight columns; what is further in goes on with a list. Its lines stand in a file of tests/headers/examples,
which the tests compile with warnings as errors, in order and without a gap; blanks and comments do not count, and
an ellipsis (… or ...) leaves something out. What follows a line that says "in Python" is Python, and is parsed.
A block that is neither, as a table or a diagram, is named below by its first words.
"""

import ast
import pathlib
import re
import sys
import textwrap

COMMENT = re.compile(r"/\*.*?\*/", re.S)
LINE = re.compile(r"[ \t]*\*     (.*)")
NOTE = re.compile(r"(?<!:)//.*|/\*.*?\*/|(?<=\S)\s+#.*")
ELLIPSIS = re.compile(r"…|\.\.\.")
PYTHON = "# in Python"

# What is indented and no code: how a header shows a table, a diagram, or a list that goes on.
NO_CODE = {
    "image.hpp": ["shape items format"],
    "plugin.h": ["DISCOVERED, DISABLED --enable-->", "id, name, version,"],
    "runtime.h": ["(none) --qi_runtime_init-->"],
}


def blocks_of(text):
    """The indented parts of a header's comments. An empty line inside of one belongs to it."""
    for comment in COMMENT.findall(text):
        block = []
        for line in [*comment.splitlines(), ""]:
            match = LINE.fullmatch(line)
            if match:
                block.append(match[1])
            elif block and line.strip() == "*":
                block.append("")
            elif block:
                if not block[0].startswith("    "):
                    yield "\n".join(block).rstrip()
                block = []


def squeeze(code):
    """Code without comments and blanks that do not matter."""
    return re.sub(r"\s+", "", NOTE.sub("", code))


def words(block):
    return " ".join(block.split())


def split(block):
    """The part of a block that is C or C++, and the one that is Python."""
    lines = block.splitlines()
    for at, line in enumerate(lines):
        if PYTHON in line:
            return "\n".join(lines[:at]), "\n".join(lines[at:])
    return block, ""


def stands_in(block, code):
    at = 0
    for part in filter(None, map(squeeze, ELLIPSIS.split(block))):
        found = code.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def is_python(block):
    if ";" in NOTE.sub("", block):
        return False
    source = textwrap.dedent(block)
    last = NOTE.sub("", source.splitlines()[-1]).rstrip()
    if last.endswith(":"):
        source += "\n    pass"
    try:
        compile(source, "<header>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    return True


def problem_of(header, block, codes):
    if any(words(block).startswith(start) for start in NO_CODE.get(header, ())):
        return None
    c, python = split(block)
    if python and not is_python(python):
        return "this is no Python"
    if c and not any(stands_in(c, code) for code in codes) and (python or not is_python(c)):
        return "no file of tests/headers/examples has these lines"
    return None


def main(root):
    files = sorted((root / "tests/headers/examples").glob("*.c*"))
    codes = [squeeze(file.read_text(encoding="utf-8")) for file in files]
    checked, wrong = 0, 0
    for header in sorted((root / "include/qi").glob("*.h*")):
        for block in blocks_of(header.read_text(encoding="utf-8")):
            checked += 1
            problem = problem_of(header.name, block, codes)
            if problem:
                wrong += 1
                print(f"{header.relative_to(root)}: {problem}:\n{textwrap.indent(block, '    ')}")
    print(f"{checked} blocks checked, {wrong} wrong")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
