# SPDX-License-Identifier: BSD-3-Clause
"""Builds the reference from the headers and the pages from Markdown. A warning is an error.

build.py OUTPUT_DIR, in the project's folder
"""

import html
import pathlib
import re
import shutil
import subprocess
import sys

import markdown

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md", "bench/README.md"]
LINK = re.compile(r'(href|src)="([^"#:]+)(#[^"]*)?"')
FENCE = re.compile(r"^(```\w+)[ \t]+\S+[ \t]*$", re.M)
TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 16px/1.55 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em;
       color: #1b2330; background: #fff; }}
pre {{ background: #f2f4f8; padding: .8em 1em; border-radius: 8px; overflow-x: auto; font-size: 14px; }}
code {{ font-family: ui-monospace, "DejaVu Sans Mono", monospace; }}
table {{ border-collapse: collapse; }} td, th {{ border-bottom: 1px solid #dde2ea; padding: .35em .8em;
       text-align: left; vertical-align: top; }}
a {{ color: #2f66d8; }} img {{ max-width: 100%; }} nav {{ font-size: 14px; }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e6eaf0; background: #151920; }}
       pre {{ background: #272f3a; }} td, th {{ border-color: #323b48; }} a {{ color: #5b8def; }} }}
</style></head><body><nav><a href="{root}README.html">libqi</a> ·
<a href="{root}docs/quickstart.html">quickstart</a> · <a href="{root}reference/index.html">reference</a></nav>
{body}</body></html>
"""


def render(root, page, output, problems):
    """Writes one page, with its links turned to where the linked things are in the output."""
    source = (root / page).read_text(encoding="utf-8")
    body = markdown.markdown(FENCE.sub(r"\1", source), extensions=["fenced_code", "tables", "toc"])

    def turn(match):
        kind, target, anchor = match[1], match[2], match[3] or ""
        linked = ((root / page).parent / target).resolve()
        if not linked.exists():
            problems.append(f"{page}: nothing is at {target}")
            return match[0]
        place = linked.relative_to(root)
        up = "../" * (len(pathlib.PurePath(page).parts) - 1)
        if place.suffix == ".md":
            place = place.with_suffix(".html")
        elif place.parts[:2] == ("include", "qi"):
            place = pathlib.PurePath("reference", place.name.replace(".", "_8") + ".html")
        elif linked.is_file():
            (output / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(linked, output / place)
        return f'{kind}="{up}{place}{anchor}"'

    heading = re.search(r"^# (.+)$", source, re.M)
    if not heading:
        problems.append(f"{page}: has no title")
    target = output / pathlib.PurePath(page).with_suffix(".html")
    target.parent.mkdir(parents=True, exist_ok=True)
    up = "../" * (len(pathlib.PurePath(page).parts) - 1)
    title = html.escape(heading[1] if heading else page)
    target.write_text(TEMPLATE.format(title=title, root=up, body=LINK.sub(turn, body)), encoding="utf-8")


def undocumented(root):
    """Exported functions that have no comment directly above them."""
    for header in sorted((root / "include/qi").glob("*.h")):
        lines = header.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("QI_API ") and not lines[number - 1].rstrip().endswith("*/"):
                yield f"{header.relative_to(root)}:{number + 1}: no comment above: {line}"


def main(output):
    root, output = pathlib.Path.cwd(), pathlib.Path(output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    settings = (root / "docs/Doxyfile").read_text(encoding="utf-8")
    settings = settings.replace("/usr/bin/python3", sys.executable)
    version = re.search(r"VERSION ([\d.]+)", (root / "CMakeLists.txt").read_text(encoding="utf-8").split("project(")[1])
    settings += f'\nOUTPUT_DIRECTORY = "{output}"\nPROJECT_NUMBER = {version[1]}\n'
    doxygen = subprocess.run(["doxygen", "-"], input=settings, text=True)

    problems = list(undocumented(root))
    pages = PAGES + [str(page.relative_to(root)) for page in sorted((root / "docs").rglob("*.md"))]
    for page in pages:
        render(root, page, output, problems)
    (output / "index.html").write_text('<meta http-equiv="refresh" content="0; url=README.html">\n', encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(pages)} pages and the reference in {output}")
    return 1 if problems or doxygen.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
