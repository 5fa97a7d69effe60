# SPDX-License-Identifier: BSD-3-Clause
"""What the tables of features say of libqi has a test, and what they say of others a source.

features.py SOURCE

In docs/guide/why.md and in the README, a cell of libqi's links to the file of a test, with the test's name as the link's title; "no" links to
the page that says so. A cell of another's names a note with a source and a version, in why.md, or is a dash: the question does not arise.
"""

import pathlib
import re
import sys

PAGES = ("docs/guide/why.md", "README.md")
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)(?: "([^"]*)")?\)')
NOTE = re.compile(r"\[\^([\w-]+)\]")
WORDS = ("yes", "no", "part")


def tables(text):
    """The tables, each a list of rows, which are lists of cells; the first one is the head."""
    table = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip("|\n").split(" | ")] if not re.match(r"\|(-+\|)+$", line) else None)
        elif table:
            yield [[cell.strip("| ") for cell in row] for row in table if row]
            table = []


def has_test(path, name):
    """Whether the file has a test of this name; those of C++ may be broken over two lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return re.search(rf"\bdef {re.escape(name)}\(", text) is not None
    return re.search(r"TEST_CASE\w*\([^\"]*\"" + re.escape(name) + r"\"", re.sub(r"\"\s*\"", "", text)) is not None


def problems_of_own(page, cell):
    links = LINK.findall(cell)
    if not links:
        yield f"{cell!r} names no test"
    for target, name in links:
        path = (page.parent / target).resolve()
        if not path.is_file():
            yield f"nothing is at {target}"
        elif path.suffix == ".md":
            if not cell.startswith("[no]"):
                yield f"{target} is no test"
        elif not name or not has_test(path, name):
            yield f"{target} has no test {name!r}"


def problems_of_peer(notes, cell):
    words = cell.split(" ", 1)
    if cell == "–":
        return
    if words[0] not in WORDS:
        yield f"{cell!r} is none of {WORDS}"
    named = NOTE.findall(cell)
    if not named:
        yield f"{cell!r} has no source"
    for note in named:
        if note not in notes:
            yield f"there is no note {note!r}"
        else:
            used.add(note)


def problems_of_notes(notes):
    for name, text in notes.items():
        if name not in used:
            yield f"nobody names the note {name!r}"
        if not re.search(r"https://|`[\w/]+\.(py|h|md)`|\brun\b", text) or not re.search(r"\d\.\d|for Qt \d", text):
            yield f"the note {name!r} has no source with a version"


used = set()


def main(source):
    wrong, count = [], 0
    notes = dict(re.findall(r"^\[\^([\w-]+)\]: (.+)$", (source / PAGES[0]).read_text(encoding="utf-8"), re.M))
    for name in PAGES:
        page = source / name
        for head, *rows in tables(page.read_text(encoding="utf-8")):
            if head[0] != "feature":
                continue
            for row in rows:
                count += 1
                found = [*problems_of_own(page, row[1])]
                if name == PAGES[0]:
                    found += [problem for cell in row[2:] for problem in problems_of_peer(notes, cell)]
                elif any(cell not in (*WORDS, "–") for cell in row[2:]):
                    found.append(f"{row[2:]} are none of {WORDS}")
                if len(row) != len(head):
                    found.append("has not as many cells as the head")
                wrong += [f"{name}: {row[0]}: {problem}" for problem in found]
    wrong += [f"{PAGES[0]}: {problem}" for problem in problems_of_notes(notes)]
    print(*wrong, f"{count} features, {len(notes)} sources", sep="\n")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
