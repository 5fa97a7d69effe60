# SPDX-License-Identifier: BSD-3-Clause
"""Builds the site: guides, the reference of the package qi, and that of the headers. A warning is an error.

build.py OUTPUT_DIR PYTHON_DIR [VERSIONS_DIR], in the project's folder

PYTHON_DIR holds the package qi with its extension module. Pages are copied to OUTPUT_DIR/source in the places where the
project has them, with links to files that are no pages turned, and pages for the headers are made beside them (reference.py);
Sphinx makes OUTPUT_DIR/html of all. At the end every link of the result is followed, anchors included. VERSIONS_DIR has the site of each
version, in a folder of its own; this one is put beside them.
"""

import html.parser
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md", "bench/README.md"]
LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]*)?((?: \"[^\"]*\")?\))")
FENCE = re.compile(r"^(```\w+)[ \t]+\S.*$", re.M)
SITE = "https://site.invalid/"  # stands for the root of the site until Sphinx, which knows only its pages, is done
GENERATED = {"reference-c.md", "reference-python.md"}  # pages that are made here
REPOSITORY = "files"  # where files that are linked to and are no pages are copied to, below html

SKIPPED = 77  # the exit status of a test that cannot run on this machine

#: The guides by whom they are for, as the sidebar shows them; those that stand in none come last.
CHAPTERS = {
    "Guides": ["quickstart", "guide/embedding", "guide/signals", "guide/objects", "guide/exposing", "guide/cpp",
               "guide/threads-and-gil", "guide/errors", "guide/shutdown", "guide/monitoring", "guide/widgets", "guide/quick", "guide/recipes", "guide/environments",
               "guide/deploying", "guide/troubleshooting", "guide/limits"],
    "Plugins": ["guide/first-host", "guide/plugins", "guide/authors-desk", "guide/debugging", "guide/plugin-packages", "guide/hosting-plugins", "guide/security"],
    "Python": ["guide/python", "guide/asyncio", "guide/libraries", "guide/migrating", "guide/migrating-pythonqt", "guide/migrating-pyotherside"],
    "Reference": ["reference-python", "reference-c"],
    "About": ["/README", "guide/why", "design", "performance", "conformance", "/examples/README", "/bench/README", "/CONTRIBUTING",
              "/CHANGELOG"],
}

#: What people search for, by the page that they are to find first; the search puts entries of the index before all else.
SEARCHED = {
    "quickstart": "install, begin, hello world, cmake, pkg-config",
    "guide/deploying": "deploy, deployment, ship, distribute, appimage, flatpak, rpath, relocatable",
    "guide/environments": "venv, virtual environment, virtualenv, pip, packages, dependencies, pythonpath",
    "guide/threads-and-gil": "thread, threads, gil, deadlock, worker",
    "guide/debugging": "crash, segfault, debug, debugger, breakpoint, gdb, pdb, vs code, continuous integration, ci",
    "guide/monitoring": "freeze, hang, watchdog, stuck, slow, stall, leak",
    "guide/recipes": "recipe, cookbook, how to, progress, cancel, download, timer, periodic, dialog, multiprocessing, process pool, qthread, dock",
    "guide/exposing": "numpy, qimage, image, expose, callback, buffer",
    "guide/troubleshooting": "faq, error message, modulenotfounderror, problem, cannot open shared object file",
    "guide/limits": "limit, limits, limitation, windows, macos",
    "guide/why": "compare, comparison, alternative, pybind11, qjsengine, why",
    "guide/migrating": "qasync, qtinter, migrate, asyncslot, quamash, asyncclose",
    "guide/migrating-pythonqt": "pythonqt",
    "guide/migrating-pyotherside": "pyotherside",
    "guide/authors-desk": "mypy, stubs, pyright, completion, editor, test, pytest, unittest, doctor",
    "guide/plugins": "plugin, plugin.toml, manifest, settings, activate",
    "guide/plugin-packages": "pack, zip, archive, rollback, update, plugin index",
    "guide/signals": "signal, connect, slot, overlap",
    "guide/errors": "exception, traceback, sys.exit, systemexit, exit",
    "guide/security": "sandbox, trust, consent, security",
    "guide/widgets": "console, task monitor, plugin manager, widgets",
    "guide/quick": "qml, qt quick, qtquick, javascript, promise",
    "guide/libraries": "jupyter, aiohttp, dask, tornado",
    "guide/shutdown": "shutdown, quit, fork",
    "guide/api-policy": "abi, version, compatibility, stability",
}

#: The modules of the package, in the order of their pages.
MODULES = ["qi", "qi.testing", "qi.debug", "qi.doctor", "qi.monitor", "qi.plugin", "qi.jupyter", "qi.host", "qi.qml", "qi.QtAsyncio",
           "qi.compat.asyncslot", "qi.compat.qasync"]


# -- the pages ------------------------------------------------------------------------------------------


class Stage:
    """Copies the project's pages to where Sphinx reads them."""

    def __init__(self, root, folder, site):
        self.root, self.folder, self.site = root, folder, site
        self.problems = []
        self.files = set()

    def page(self, name):
        source = (self.root / name).read_text(encoding="utf-8")
        if not re.search(r"^# .+$", source, re.M):
            self.problems.append(f"{name}: has no title")
        text = re.sub(r"^```gdb$", "```text", FENCE.sub(r"\1", source), flags=re.M)  # a language that Pygments does not know
        words = SEARCHED.get(name.removeprefix("docs/").removesuffix(".md"))
        if words:
            text = re.sub(r"^# .+$", rf"\g<0>\n\n```{{index}} {words}\n```", text, count=1, flags=re.M)
        parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
        parts[::2] = [LINK.sub(lambda match: self.turn(name, match), part) for part in parts[::2]]
        self.write(name, "".join(parts))

    def turn(self, page, match):
        """Links to headers go to the reference, links to other files to copies of them."""
        begin, target, anchor, end = match[1], match[2], match[3] or "", match[4]
        if re.match(r"\w+:", target) or target in GENERATED:
            return match[0]
        linked = ((self.root / page).parent / urllib.parse.unquote(target)).resolve()
        if not linked.exists() or not linked.is_relative_to(self.root):
            self.problems.append(f"{page}: nothing is at {target}")
            return match[0]
        place = linked.relative_to(self.root)
        if place.suffix == ".md":
            return match[0]
        if place.suffix in (".png", ".svg"):
            self.copy(linked, self.folder / place)
            return match[0]
        if place.parts[:2] == ("include", "qi"):
            there = pathlib.PurePath("docs/reference", place.name.replace(".", "_") + ".rst")
            return f"{begin}{os.path.relpath(there, pathlib.PurePath(page).parent)}{end}"
        if linked.is_dir():
            return f"{begin}<{SITE}{REPOSITORY}/{self.listing(linked)}>{end}"
        self.files.add(place)
        return f"{begin}<{SITE}{REPOSITORY}/{place}.txt{anchor}>{end}"

    def listing(self, folder):
        place = folder.relative_to(self.root) / "index.txt"
        names = subprocess.run(["git", "ls-files", "--", str(folder)], cwd=self.root, capture_output=True, text=True).stdout
        self.copy_text(names or "\n".join(sorted(path.name for path in folder.iterdir())) + "\n", place)
        return place

    def copy_text(self, text, place):
        target = self.site / REPOSITORY / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def copy(self, source, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def write(self, name, text):
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def finish(self):
        """After Sphinx: what the pages link to, and the links."""
        for page in self.site.rglob("*.html"):
            up = "../" * (len(page.relative_to(self.site).parts) - 1)
            text = page.read_text(encoding="utf-8")
            if SITE in text:
                page.write_text(text.replace(SITE, up), encoding="utf-8")
        for place in self.files:
            self.copy(self.root / place, self.site / REPOSITORY / f"{place}.txt")


def stage_all(stage):
    pages = PAGES + [str(page.relative_to(stage.root)) for page in sorted((stage.root / "docs").rglob("*.md"))]
    for page in pages:
        stage.page(page)
    there = {str(pathlib.PurePath(page).with_suffix("")) for page in pages} | {"docs/reference-python", "docs/reference-c"}
    trees, placed = [], set()
    for title, names in CHAPTERS.items():
        found = [name for name in names if (name[1:] if name.startswith("/") else f"docs/{name}") in there]
        placed |= {name[1:] if name.startswith("/") else f"docs/{name}" for name in found}
        trees.append(tree(title, found))
    rest = sorted(there - placed - {"docs/index"})
    if rest:
        trees.append(tree("More", [f"/{name}" for name in rest]))
    index = stage.folder / "docs/index.md"
    index.write_text(index.read_text(encoding="utf-8") + "\n" + "\n".join(trees), encoding="utf-8")
    stage_references(stage)
    for image in (stage.root / "docs/images").glob("*"):
        stage.copy(image, stage.folder / "docs/images" / image.name)
    return len(pages)


def tree(title, names):
    return f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n" + "\n".join(names) + "\n```\n"


def stage_references(stage):
    for name, text in sorted(reference.pages(stage.root, stage.folder.parent).items()):
        stage.write(f"docs/reference/{name}.rst", text)
    headers = sorted([*(stage.root / "include/qi").glob("*.h"), *(stage.root / "include/qi").glob("*.hpp")])
    rows = "\n".join(f"| [`qi/{path.name}`](reference/{reference.place(path.name)}.rst) | {first_sentence(path)} |" for path in headers)
    listed = "\n".join(f"reference/{reference.place(path.name)}" for path in headers)
    stage.write("docs/reference-c.md", f"# The headers\n\nWhat the public headers of libqi say, in C (`.h`) and in C++ (`.hpp`). The guides tell how "
                                       f"their parts go together.\n\n| header | what it is about |\n|---|---|\n{rows}\n\n"
                                       f"```{{toctree}}\n:hidden:\n\n{listed}\n```\n")
    stage.write("docs/reference-python.md", "# The package qi\n\n```{toctree}\n:maxdepth: 1\n\n" + "\n".join(
        f"python/{module}" for module in MODULES) + "\n```\n")
    for module in MODULES:
        line = "=" * len(module)
        stage.write(f"docs/python/{module}.rst", f"{module}\n{line}\n\n.. automodule:: {module}\n")


def first_sentence(path):
    """Of the essay that a header begins with."""
    text = path.read_text(encoding="utf-8")
    essay = re.search(r"/\*\s*\n?(?! SPDX)(.*?)\*/", text[text.index("\n"):], re.S)
    words = " ".join(line.strip(" *") for line in essay[1].splitlines()) if essay else ""
    return re.split(r"(?<=\.)\s|\s{2,}|:\s*$", words.strip())[0].rstrip(":").replace("|", "\\|").replace("<", "\\<")


# -- links ----------------------------------------------------------------------------------------------


class Links(html.parser.HTMLParser):
    """What a page links to, and where one can link to in it."""

    def __init__(self):
        super().__init__()
        self.targets, self.anchors = [], set()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.update(given[name] for name in ("id", "name") if given.get(name))
        for name in ("href", "src"):
            if given.get(name) and tag in ("a", "img", "link", "script"):
                self.targets.append(given[name])


def broken_links(site):
    """Every link to this site is followed."""
    parsed = {}

    def read(path):
        if path not in parsed:
            parsed[path] = Links()
            parsed[path].feed(path.read_text(encoding="utf-8", errors="replace"))
        return parsed[path]

    for page in sorted(site.rglob("*.html")):
        for target in read(page).targets:
            url = urllib.parse.urlsplit(target)
            if url.scheme or url.netloc:
                continue
            path = (page.parent / urllib.parse.unquote(url.path)).resolve() if url.path else page
            if not path.exists():
                yield f"{page.relative_to(site)}: nothing is at {target}"
            elif url.fragment and path.suffix == ".html" and urllib.parse.unquote(url.fragment) not in read(path).anchors:
                yield f"{page.relative_to(site)}: there is no anchor {target}"


# -- the references -------------------------------------------------------------------------------------


def undocumented(root):
    """Exported functions that have no comment directly above them."""
    for header in sorted((root / "include/qi").glob("*.h")):
        lines = header.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if line.startswith(("QI_API ", "QI_NODISCARD QI_API ")) and not lines[number - 1].rstrip().endswith("*/"):
                yield f"{header.relative_to(root)}:{number + 1}: no comment above: {line}"


def left_out(root, site):
    """Exported functions that the reference does not describe."""
    for header in sorted((root / "include/qi").glob("*.h")):
        page = Links()
        page.feed((site / "docs/reference" / f"{reference.place(header.name)}.html").read_text(encoding="utf-8"))
        for name in re.findall(r"^(?:QI_NODISCARD )?QI_API [^;(]*?\b(qi_\w+)\(", header.read_text(encoding="utf-8"), re.M):
            if f"c.{name}" not in page.anchors:
                yield f"{header.relative_to(root)}: the reference has no {name}()"


def repository(root):
    """Where the sources are shown, if git knows of a place in the web."""
    told = subprocess.run(["git", "config", "--get", "remote.origin.url"], cwd=root, capture_output=True, text=True).stdout.strip()
    told = re.sub(r"^git@([\w.-]+):", r"https://\1/", told).removesuffix(".git")
    return told if told.startswith("https://") else ""


def publish(site, folder, version):
    """Puts the site beside those of other versions, and lets each of them know of all."""
    target = folder / version
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site, target)
    number = lambda name: tuple(int(part) for part in name.split("."))
    versions = sorted((path.name for path in folder.iterdir() if re.fullmatch(r"\d+(\.\d+)*", path.name)), key=number, reverse=True)
    (folder / "versions.js").write_text(f"window.qiVersions = {json.dumps(versions)};\n", encoding="utf-8")
    (folder / "index.html").write_text(f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={versions[0]}/docs/index.html">\n', encoding="utf-8")


def run_sphinx(root, source, site, python, version):
    static = source.parent / "settings"
    shutil.rmtree(static, ignore_errors=True)
    shutil.copytree(root / "docs/site", static)
    (static / "static").rename(static / "_static")
    (static / "templates").rename(static / "_templates")
    environment = {"QI_REPOSITORY": repository(root)} | os.environ | {"PYTHONPATH": str(python), "QI_VERSION": version, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", "html", "-c", str(static),
               "-d", str(source.parent / "doctrees"), str(source), str(site)]
    return subprocess.run(command, env=environment).returncode


def missing():
    """What the site is built with and this machine has not."""
    modules = {"sphinx": "python3-sphinx", "furo": "furo", "myst_parser": "python3-myst-parser"}
    found = [package for module, package in modules.items() if importlib.util.find_spec(module) is None]
    return found + ([] if shutil.which("doxygen") else ["doxygen"])


def main(output, python, versions=None):
    global reference
    if missing():
        print(f"skipped: not installed: {', '.join(missing())}")
        return SKIPPED
    import reference  # which needs Sphinx

    root, output = pathlib.Path.cwd(), pathlib.Path(output).resolve()
    site, source = output / "html", output / "source"
    for folder in (site, source, output / "xml"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    version = re.search(r"VERSION ([\d.]+)", (root / "CMakeLists.txt").read_text(encoding="utf-8").split("project(")[1])[1]
    stage = Stage(root, source, site)
    failed = reference.read(root, output, version)
    pages = stage_all(stage)
    failed |= run_sphinx(root, source, site, pathlib.Path(python).resolve(), version)
    stage.finish()
    (site / "index.html").write_text('<!DOCTYPE html><meta http-equiv="refresh" content="0; url=docs/index.html">\n',
                                     encoding="utf-8")
    problems = [*undocumented(root), *left_out(root, site), *stage.problems, *broken_links(site)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{pages} pages and the references in {site}, {len(problems)} problems")
    if versions and not problems and not failed:
        publish(site, pathlib.Path(versions), version)
    return 1 if problems or failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
