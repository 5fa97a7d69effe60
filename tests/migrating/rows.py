# SPDX-License-Identifier: BSD-3-Clause
"""Each row of the tables of docs/guide/migrating*.md is a pair of programs.

rows.py SOURCE

A row links to both, and each program of docs/code/migrating belongs to a row. Both say what they print: the same.
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[(before|after)\]\(([^)]+)\)")
MODULE = "_before.py"  # beside a _before.qml, what that imports


def printed(program):
    return re.findall(r"^(?://|#) prints: (.*)$", program.read_text(encoding="utf-8"), re.M)


def rows(page):
    """The rows of all tables, but their heads."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        is_head = number < len(lines) and re.match(r"\|(-+\|)+$", lines[number])
        if line.startswith("| ") and not is_head:
            yield number, line


def problems_of_row(page, line):
    links = dict(LINK.findall(line))
    if set(links) != {"before", "after"}:
        yield "has no pair of programs"
        return
    before, after = ((page.parent / links[which]).resolve() for which in ("before", "after"))
    for program in (before, after):
        if not program.is_file():
            yield f"{program.name} is not there"
            return
    if before.stem.removesuffix("_before") != after.stem.removesuffix("_after") or before.parent != after.parent:
        yield f"{before.name} and {after.name} are no pair"
    if not printed(after) or not set(printed(before)):
        yield "does not say what its programs print"
    used.update((before, after))


used = set()


def main(source):
    pages = sorted((source / "docs/guide").glob("migrating*.md"))
    count, wrong = 0, []
    for page in pages:
        for number, line in rows(page):
            count += 1
            wrong += [f"{page.name}:{number}: {problem}: {line}" for problem in problems_of_row(page, line)]
    for program in sorted((source / "docs/code/migrating").rglob("*.*")):
        is_module = program.suffix == ".py" and program.with_suffix(".qml").is_file()
        if program.is_file() and program.suffix != ".pyc" and program.resolve() not in used and not is_module:
            wrong.append(f"{program.relative_to(source)} belongs to no row")
    print(*wrong, f"{count} rows of {len(pages)} pages", sep="\n")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
