# SPDX-License-Identifier: BSD-3-Clause
"""Checks that each promise of a page's table has a test, and that the test is there.

promises.py SOURCE_DIR

The last column of a table names the tests. A promise, in the column before it, that begins with "none" needs no test.
"""

import pathlib
import re
import sys

#: Pages below docs/guide, and how their tables begin.
TABLES = {
    "security.md": "| attacker | asset | promise | test |",
    "why.md": "| feature | test |",
}


def rows(text, head):
    """The cells of each row of the table."""
    lines = text.partition(head)[2].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]


def problem_of(row, root, cells):
    if len(row) != cells:
        return f"it has {len(row)} cells instead of {cells}"
    tests = re.findall("`([^`]+)`", row[-1])
    if not tests and not row[-2].startswith("none"):
        return "it names no test"
    missing = [test for test in tests if not (root / test).is_file()]
    return f"there is no {missing[0]}" if missing else None


def check(root, page, head):
    """Prints what is wrong with a table. Returns whether all is well."""
    found = rows((root / "docs" / "guide" / page).read_text(encoding="utf-8"), head)
    problems = [(row, problem) for row in found if (problem := problem_of(row, root, head.count(" |")))]
    for row, problem in problems:
        print(f"{page}: {' | '.join(row)}: {problem}")
    print(f"{page}: {len(found)} promises, {len(problems)} without a test")
    return bool(found) and not problems


def main(root):
    return 0 if all([check(root, page, head) for page, head in TABLES.items()]) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
