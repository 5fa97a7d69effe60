# SPDX-License-Identifier: BSD-3-Clause
"""The law of the layers: who may include and call whom. layers.toml beside this file is its table.

layers.py SOURCE_DIR [OBJECTS_DIR]

Reads the includes of every file and, where it is given the folder of libqi's object files, the symbols that
each defines and needs: a declaration that stands in for an include is seen there.
"""

import pathlib
import re
import subprocess
import sys
import tomllib

PYTHON = re.compile(r'^\s*#\s*include\s*[<"](Python|pycore_\w+|structmember|internal/\S+)\.h[>"]')
QT = re.compile(r'^\s*#\s*include\s*[<"](Q[A-Z]\w*|Qt\w*/\S+|q[a-z]+\.h)[>"]')
INTERNAL_PYTHON = re.compile(r"Py_BUILD_CORE|pycore_|internal/pycore")
OWN = re.compile(r'^\s*#\s*include\s*"([^"]+)"')

# Of the folder itself, so without a path: the rest of runtime/ is libqi's own.
INSIDE = re.compile(r'^\s*#\s*include\s*"[^"]*/')

SOURCES = {".c", ".h", ".cpp", ".hpp"}
KNOWLEDGE = {"Python": PYTHON, "Qt": QT}

# Outside of the layers: pattern of the files, what they must not include, and why.
RULES = [
    ("include/qi/*.h", (PYTHON, QT), "public headers know neither Python nor Qt"),
    ("include/qi/*.hpp", (PYTHON,), "public headers of C++ do not know Python"),
    ("runtime/**/*", (INTERNAL_PYTHON,), "the public C API of CPython only"),
    ("runtime/widgets/*", (PYTHON, INSIDE), "the widgets are users of the public API"),
    ("runtime/qml/*", (PYTHON, INSIDE), "what is for Qt Quick is a user of the public API"),
    ("apps/**/*", (PYTHON,), "programs are users of the public API"),
    ("examples/**/*", (PYTHON,), "examples are users of the public API"),
]

# Libraries of their own, which use libqi as any host does.
APART = {"widgets", "qml"}


class Law:
    """The table, and what was found against it."""

    def __init__(self, table):
        self.layers = {layer["folder"]: layer for layer in table["layer"]}
        self.halves = [set(pair) for layer in table["layer"] for pair in layer.get("halves", [])]
        self.broken = []

    def may_use(self, folder, other):
        return folder == other or other in self.layers[folder]["uses"]

    def complain(self, text):
        self.broken.append(text)

    def check_table(self):
        below = set()
        for folder, layer in self.layers.items():
            for used in layer["uses"]:
                if used not in below:
                    self.complain(f"layers.toml: {folder} uses {used}, which does not stand below it")
            below.add(folder)


def lines_of(path):
    return enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


def sources(folder):
    return [path for path in sorted(folder.rglob("*")) if path.suffix in SOURCES]


# -- includes ---------------------------------------------------------------------------------------


def check_places(law, runtime):
    """Every file is in a layer, and every layer is there."""
    for path in sources(runtime):
        folder = path.relative_to(runtime).parts[0]
        if folder not in law.layers and folder not in APART:
            law.complain(f"runtime/{path.relative_to(runtime)}: it is in no layer of layers.toml")
    for folder, layer in law.layers.items():
        if not (runtime / folder / layer["begin"]).is_file():
            law.complain(f"layers.toml: there is no runtime/{folder}/{layer['begin']} to begin with")


def included(runtime, path):
    """What a file includes of this library, as (number of the line, path)."""
    for number, line in lines_of(path):
        if match := OWN.match(line):
            yield number, runtime / match[1]


def check_includes(law, runtime):
    arrows = {}
    for folder, layer in law.layers.items():
        forbidden = [expression for what, expression in KNOWLEDGE.items() if what not in layer["knows"]]
        for path in sources(runtime / folder):
            name = f"{folder}/{path.name}"
            for number, line in lines_of(path):
                if any(expression.search(line) for expression in forbidden):
                    law.complain(f"runtime/{name}:{number}: {line.strip()}: {folder} does not know that")
            for number, target in included(runtime, path):
                if not target.is_file():
                    if target.suffix != ".moc":
                        law.complain(f"runtime/{name}:{number}: written without its layer: {target.name}")
                    continue
                other = target.parent.name
                arrows.setdefault(name, {})[f"{other}/{target.name}"] = f"runtime/{name}:{number} includes it"
                if not law.may_use(folder, other):
                    law.complain(f"runtime/{name}:{number}: {folder} may not use {other}")
    return arrows


# -- symbols ----------------------------------------------------------------------------------------


def symbols(path):
    """What an object file defines for others, and what it needs."""
    defined, needed = set(), set()
    text = subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        *_, kind, name = line.split(None, 2)
        if kind == "U":
            needed.add(name)
        elif kind in "TDBRC":
            defined.add(name)
    return defined, needed


def check_symbols(law, runtime, objects):
    """Checks who calls whom, and returns the arrows between files."""
    owner, needs = {}, {}
    for folder in law.layers:
        for path in sorted((objects / folder).glob("*.o")):
            name = f"{folder}/{path.name.removesuffix('.o')}"
            if not (runtime / name).is_file():
                continue  # of a file that was there when this folder was built before
            defined, needs[name] = symbols(path)
            owner.update(dict.fromkeys(defined, name))
    arrows = {}
    for name, wanted in needs.items():
        for symbol in sorted(wanted):
            other = owner.get(symbol)
            if not other or other == name:
                continue
            arrows.setdefault(name, {}).setdefault(other, f"runtime/{name} needs {symbol}")
            if not law.may_use(name.split("/")[0], other.split("/")[0]):
                law.complain(f"runtime/{name} needs {symbol} of runtime/{other}: that way is closed")
    if not owner:
        law.complain(f"there are no object files in {objects}")
    return arrows


# -- circles ----------------------------------------------------------------------------------------


def circles(arrows):
    """The groups of files that reach each other (Tarjan's algorithm)."""
    index, low, stack, found = {}, {}, [], []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in arrows.get(name, ()):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            start = stack.index(name)
            found.append(stack[start:])
            del stack[start:]

    for name in arrows:
        if name not in index:
            visit(name)
    return [sorted(group) for group in found if len(group) > 1]


def check_circles(law, arrows):
    for group in circles(arrows):
        if {name.split("/")[1] for name in group} in law.halves:
            continue
        why = [arrows[name][other] for name in group for other in arrows.get(name, ()) if other in group]
        law.complain(f"a circle of {', '.join(group)}:\n    " + "\n    ".join(why))


# -- outside ----------------------------------------------------------------------------------------


def reachable(path, root, seen):
    """The lines of a file and of the files of this project that it includes, with where they stand."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for number, line in lines_of(path):
        yield f"{path.relative_to(root)}:{number}", line
        if match := OWN.match(line):
            for folder in (path.parent, root / "runtime", root / "include"):
                if (folder / match[1]).is_file():
                    yield from reachable((folder / match[1]).resolve(), root, seen)
                    break


def check_rules(law, root):
    for pattern, forbidden, why in RULES:
        for path in (path for path in sorted(root.glob(pattern)) if path.suffix in SOURCES):
            for place, line in reachable(path.resolve(), root, set()):
                if any(expression.search(line) for expression in forbidden):
                    law.complain(f"{path.relative_to(root)}: {line.strip()} (at {place}): {why}")


def main(root, objects=None):
    law = Law(tomllib.loads(pathlib.Path(__file__).with_name("layers.toml").read_text(encoding="utf-8")))
    runtime = root / "runtime"
    law.check_table()
    check_places(law, runtime)
    check_circles(law, check_includes(law, runtime))
    if objects:
        check_circles(law, check_symbols(law, runtime, objects))
    check_rules(law, root)
    print(*law.broken, sep="\n", end="\n" if law.broken else "")
    count = sum(len(sources(runtime / folder)) for folder in law.layers)
    print(f"{count} files in {len(law.layers)} layers, {len(law.broken)} times against the law")
    return 1 if law.broken or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:])))
