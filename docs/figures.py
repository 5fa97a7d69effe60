# SPDX-License-Identifier: BSD-3-Clause
"""Draws the pictures of docs/design.md, and writes its table of the layers.

figures.py [--check]

What can be read from the sources is: the layers, their ports, the states of plugins, numbers. --check writes nothing,
and fails where the page or a picture is not what would be written now, or names a file that is not there.
"""

import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "pictures"))  # -I leaves it out

import emission  # noqa: E402
import layers  # noqa: E402
import plugin_life  # noqa: E402
import sources  # noqa: E402
import turn  # noqa: E402

PICTURES = {"layers.svg": layers, "emission.svg": emission, "turn.svg": turn, "plugin-life.svg": plugin_life}
PAGE = DOCS / "design.md"
TABLE = re.compile(r"(<!-- layers -->\n).*?(<!-- /layers -->)", re.S)
NAMED = re.compile(r"`([\w/.]+\.(?:c|h|hpp|cpp|py|toml))`")


def table():
    """The layers for the page, highest first."""
    lines = ["| layer | what it holds | uses | knows | begin with |", "|---|---|---|---|---|"]
    for layer in reversed(sources.layers()):
        folder, begin = layer["folder"], layer["begin"]
        uses, knows = (", ".join(layer[what]) or "-" for what in ("uses", "knows"))
        lines.append(f"| `{folder}` | {layer['holds']} | {uses} | {knows} | [{begin}](../runtime/{folder}/{begin}) |")
    return "\n".join(lines) + "\n"


def made():
    """path -> what it has to hold, and what is wrong with the pictures."""
    wanted, wrong = {}, []
    for name, module in PICTURES.items():
        drawing = module.draw()
        wanted[DOCS / "images" / name] = drawing.svg()
        wrong += [f"{name}: {problem}" for problem in drawing.problems()]
        wrong += [f"{name}: {problem}" for problem in missing(drawing.files)]
    page = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(page):
        wrong.append(f"{PAGE.name}: the markers of the table of layers are gone")
    wanted[PAGE] = TABLE.sub(lambda match: match[1] + table() + match[2], page)
    wrong += [f"{PAGE.name}: {problem}" for problem in missing(NAMED.findall(page))]
    return wanted, wrong


def missing(files):
    return [f"there is no file {file}" for file in sorted(set(files)) if not sources.exists(file)]


def main(arguments):
    if arguments not in ([], ["--check"]):
        raise SystemExit(__doc__)
    wanted, wrong = made()
    for path, text in wanted.items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments:
            wrong.append(f"{path.relative_to(DOCS.parent)}: is not what docs/figures.py makes now; run it")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{len(PICTURES)} pictures, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
