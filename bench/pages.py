# SPDX-License-Identifier: BSD-3-Clause
"""Puts a run into docs/performance.md, between its markers, and draws its plots into docs/images.

As a program: pages.py BENCH_JSON [GROWTH_JSON]. A run on a version of Python that has markers of its own in
the page (results 3.13) goes between these, and has no plots.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import plot  # noqa: E402
import report  # noqa: E402

DOCS = pathlib.Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"
IMAGES = DOCS / "images"

# file -> (title, what the names of its figures begin with)
GROUPS = {
    "performance.svg": (
        "What the loop does, beside libqi as a guest",
        ("signal", "call_soon", "sleep", "timer", "future", "tasks,", "queue", "executor", "subprocess"),
    ),
    "performance-echo.svg": (
        "Echo: processor time of the server for a message, beside libqi as a guest",
        ("TCP", "Unix", "TLS"),
    ),
    "performance-rest.svg": (
        "The window, memory and the start, beside libqi as a guest",
        ("window", "memory", "qi_runtime"),
    ),
}


def replaced(text, name, contents):
    """The text with the contents between the markers of that name."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- bench:{name} ends -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise SystemExit(f"pages.py: {PAGE.name} needs one line {begin} and after it one line {end}")
    return (text[: text.index(begin)] + f"{begin}\n\n{contents.strip()}\n\n" + text[text.index(end):])


def draw(file_name, svg):
    """Writes a drawing; nothing if there is nothing to draw."""
    if svg is not None:
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / file_name).write_text(svg, encoding="utf-8")


def section(bench, text):
    """The name of the markers that a run belongs to."""
    version = ".".join(bench["versions"]["python"].split(".")[:2])
    own = f"results {version}"
    return own if f"<!-- bench:{own} -->" in text else "results"


def draw_results(bench):
    for file_name, (title, beginnings) in GROUPS.items():
        chosen = [result for result in bench["workloads"] if result["name"].startswith(beginnings)]
        draw(file_name, plot.beside(chosen, title))


def write(bench, growth=None):
    text = PAGE.read_text(encoding="utf-8")
    name = section(bench, text)
    text = replaced(text, name, report.markdown(bench))
    if name == "results":
        draw_results(bench)
        if growth is not None:
            text = replaced(text, "growth", report.markdown(growth))
            draw("growth.svg", plot.by_number(growth["growth"], "Cost of one operation, by number"))
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name} is written: {name}")


if __name__ == "__main__":
    write(*(json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3]))
