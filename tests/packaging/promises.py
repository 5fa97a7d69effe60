# SPDX-License-Identifier: BSD-3-Clause
"""Checks that each promise of docs/guide/security.md has a test, and that the test is there.

promises.py SOURCE_DIR

The table has the columns attacker, asset, promise and test. A promise that begins with "none" needs no test.
"""

import pathlib
import re
import sys

HEAD = "| attacker | asset | promise | test |"


def rows(text):
    """The cells of each row of the table."""
    lines = text.partition(HEAD)[2].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]


def problem_of(row, root):
    if len(row) != 4:
        return f"it has {len(row)} cells instead of four"
    tests = re.findall("`([^`]+)`", row[3])
    if not tests and not row[2].startswith("none"):
        return "it names no test"
    missing = [test for test in tests if not (root / test).is_file()]
    return f"there is no {missing[0]}" if missing else None


def main(root):
    found = rows((root / "docs" / "guide" / "security.md").read_text(encoding="utf-8"))
    problems = [(row, problem) for row in found if (problem := problem_of(row, root))]
    for row, problem in problems:
        print(f"security.md: {' | '.join(row)}: {problem}")
    print(f"{len(found)} promises, {len(problems)} without a test")
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
