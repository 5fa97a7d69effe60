# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the code which the documents show is code which is built and run.

excerpts.py SOURCE_DIR

A block of C, C++, Python, QML or TOML names its file after the language, as in ```cpp docs/code/readme.cpp```, and its
lines stand in that file, in order and without a gap; indentation as a whole may differ. A line that is only
a comment with an ellipsis leaves something out. Lines of the file between [test] and [/test], and lines that
only hold a mark such as [config], do not count.
"""

import pathlib
import re
import sys
import textwrap

FENCE = re.compile(r"^```(\w*)[ \t]*(\S*)(?:[ \t]+\S+)?[ \t]*\n(.*?)^```[ \t]*$", re.M | re.S)
TEST = re.compile(r"^[ \t]*(//|#) \[test\].*?\[/test\]\n", re.M | re.S)
MARK = re.compile(r"^[ \t]*(//|#) \[/?\w+\]\n", re.M)
GAP = re.compile(r"^[ \t]*(?://|#) …[ \t]*\n", re.M)
CHECKED = {"c", "cpp", "python", "qml", "toml"}


def flatten(text):
    """The lines of a text without the indentation that all of them share."""
    return [line.rstrip() for line in textwrap.dedent(text).strip("\n").splitlines()]


def find(part, lines, start):
    """Where the part's lines stand in the file's, whatever both are indented by; -1 if nowhere."""
    for at in range(start, len(lines) - len(part) + 1):
        if flatten("\n".join(lines[at : at + len(part)])) == part:
            return at
    return -1


def problem_of(block, path):
    if not path.is_file():
        return "there is no such file"
    lines = MARK.sub("", TEST.sub("", path.read_text(encoding="utf-8"))).splitlines()
    at = 0
    for part in GAP.split(block):
        wanted = flatten(part)
        found = find(wanted, lines, at) if wanted else at
        if found < 0:
            return "these lines are not in it:\n" + "\n".join(wanted)
        at = found + len(wanted)
    return None


def main(root):
    checked, wrong = 0, 0
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        for language, name, block in FENCE.findall(page.read_text(encoding="utf-8")):
            if language not in CHECKED:
                continue
            problem = problem_of(block, root / name) if name else "the block does not say which file it is from"
            checked += 1
            if problem:
                wrong += 1
                print(f"{page.relative_to(root)}: {name}: {problem}")
    print(f"{checked} excerpts checked, {wrong} wrong")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
