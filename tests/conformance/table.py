# SPDX-License-Identifier: BSD-3-Clause
"""Writes what run.py has counted as a table of docs/conformance.md: a row a file, a column a loop.

    table.py DOCUMENT RESULT.json...

The table between the marks for that version of Python is replaced.
"""

import json
import re
import sys

BEGIN, END = "<!-- table {} -->", "<!-- end of table {} -->"


def cell(counts):
    if counts is None:
        return "-"
    others = [f"{counts[what]} {what}" for what in ("failed", "skipped", "excluded") if counts[what]]
    return ", ".join([str(counts["passed"]), *others])


def total(files):
    return {what: sum(counts[what] for counts in files.values()) for what in ("passed", "failed", "skipped", "excluded")}


def table(results):
    names = sorted({name for result in results for name in result["files"]} - {"canary"})
    lines = [
        f"| Python {results[0]['python']} | " + " | ".join(result["loop"] for result in results) + " |",
        "|---|" + "---:|" * len(results),
    ]
    for name in names:
        lines.append(f"| {name} | " + " | ".join(cell(result["files"].get(name)) for result in results) + " |")
    without = [{name: counts for name, counts in result["files"].items() if name != "canary"} for result in results]
    lines.append("| **all** | " + " | ".join(f"**{cell(total(files))}**" for files in without) + " |")
    return "\n".join(lines)


def main(document, *paths):
    results = []
    for path in paths:
        with open(path) as file:
            results.append(json.load(file))
    versions = {result["python"] for result in results}
    if len(versions) != 1:
        raise SystemExit(f"table.py: results of several versions of Python: {', '.join(sorted(versions))}")
    version = versions.pop()
    minor = ".".join(version.split(".")[:2])
    begin, end = BEGIN.format(minor), END.format(minor)
    block = f"{begin}\n{table(results)}\n{end}"
    with open(document) as file:
        text = file.read()
    if begin not in text:
        raise SystemExit(f"table.py: {document} has no place for Python {minor}: a line {begin} and a line {end}")
    text = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: block, text, flags=re.DOTALL)
    with open(document, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
