# SPDX-License-Identifier: BSD-3-Clause
"""What a reader has on each page of the site: its file, blocks in colour to copy, and the way to other versions.

site.py SOURCE SITE

SITE is what docs/build.py has made.
"""

import html.parser
import json
import pathlib
import re
import sys
import tempfile

SKIPPED = 77
#: Languages whose blocks are highlighted, and pages that have them.
COLOURED = {"sh": "docs/quickstart", "cmake": "docs/quickstart", "cpp": "docs/guide/embedding", "python": "docs/guide/plugins", "toml": "docs/guide/plugins",
            "yaml": "docs/guide/debugging", "json": "docs/guide/debugging"}


class Page(html.parser.HTMLParser):
    """Classes of elements, and their attributes."""

    def __init__(self, path):
        super().__init__()
        self.scripts, self.classes, self.versions = [], {}, None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "script" and given.get("src"):
            self.scripts.append(given["src"])
        for name in (given.get("class") or "").split():
            self.classes.setdefault(name, given)


def problems_of_page(site, path, source):
    page, place = Page(path), path.relative_to(site)
    script = next((path.parent / each for each in page.scripts if each.partition("?")[0].endswith("site.js")), None)
    if not script or not pathlib.Path(str(script).partition("?")[0]).resolve().is_file():
        yield "has no script"
    versions = page.classes.get("qi-versions", {})
    root = (path.parent / versions.get("data-root", "nowhere")).resolve()
    if root != site.resolve() or versions.get("data-page") != str(place.with_suffix("")):
        yield f"does not know where it is: {versions}"
    if (source / place).with_suffix(".md").is_file() and "edit-this-page" not in page.classes:
        yield "does not say where it is edited"


def problems_of_colours(site):
    for language, name in COLOURED.items():
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        blocks = re.findall(rf'highlight-{language} notranslate"><div class="highlight"><pre>(.*?)</pre>', text, re.S)
        if not any('<span class="' in block.replace('<span class="w">', "") for block in blocks):
            yield f"{name}: no block of {language} is in colour"


def problems_of_versions(source):
    """Each version is a folder, and all know of all, the newest first."""
    sys.path.insert(0, str(source / "docs"))
    sys.dont_write_bytecode = True
    import build

    with tempfile.TemporaryDirectory() as folder:
        one, all_versions = pathlib.Path(folder, "site"), pathlib.Path(folder, "all")
        (one / "docs").mkdir(parents=True)
        all_versions.mkdir()
        for version in ("0.9.0", "0.10.0", "0.9.0"):
            (one / "docs/index.html").write_text(version)
            build.publish(one, all_versions, version)
        told = json.loads((all_versions / "versions.js").read_text().partition("=")[2].rstrip(";\n"))
        if told != ["0.10.0", "0.9.0"] or (all_versions / "0.9.0/docs/index.html").read_text() != "0.9.0":
            yield f"versions are told as {told}"
        if "0.10.0/docs/index.html" not in (all_versions / "index.html").read_text():
            yield "the root does not lead to the newest version"


def main(source, site):
    wrong, count = [*problems_of_colours(site), *problems_of_versions(source)], 0
    for path in sorted((site / "docs").rglob("*.html")):
        count += 1
        wrong += [f"{path.relative_to(site)}: {problem}" for problem in problems_of_page(site, path, source)]
    print(*wrong, f"{count} pages, {len(wrong)} problems", sep="\n")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    if not (pathlib.Path(sys.argv[2]) / "searchindex.js").is_file():
        print("skipped: the site was not built")
        sys.exit(SKIPPED)
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
