# SPDX-License-Identifier: BSD-3-Clause
"""The layering rule of docs/design.md: which room may include what.

layers.py SOURCE_DIR
"""

import pathlib
import re
import sys

PYTHON = re.compile(r'^\s*#\s*include\s*[<"](Python|pycore_\w+|structmember|internal/\S+)\.h[>"]')
QT = re.compile(r'^\s*#\s*include\s*[<"](Q[A-Z]\w*|Qt\w*/\S+|q[a-z]+\.h)[>"]')
INTERNAL_PYTHON = re.compile(r"Py_BUILD_CORE|pycore_|internal/pycore")
ANY = re.compile(r'^\s*#\s*include\s*"([^"]+)"')

# Of the folder itself, so without a path: the rest of runtime/ is libqi's own.
INSIDE = re.compile(r'^\s*#\s*include\s*"[^"]*/')

SOURCES = {".c", ".h", ".cpp", ".hpp"}

# Pattern of the files, what they must not include, and why.
RULES = [
    ("include/qi/*.h", (PYTHON, QT), "public headers know neither Python nor Qt"),
    ("include/qi/*.hpp", (PYTHON,), "public headers of C++ do not know Python"),
    ("runtime/core/timers.[ch]", (PYTHON, QT), "timers know neither Python nor Qt"),
    ("runtime/core/ring.[ch]", (PYTHON, QT), "the ready queue knows neither Python nor Qt"),
    ("runtime/core/poller*.[ch]", (PYTHON, QT), "the poller knows neither Python nor Qt"),
    ("runtime/core/pulse.h", (PYTHON, QT), "the pulse knows neither Python nor Qt"),
    ("runtime/core/status.[ch]", (PYTHON, QT), "status knows neither Python nor Qt"),
    ("runtime/core/handles.[ch]", (PYTHON, QT), "handles know neither Python nor Qt"),
    ("runtime/core/host.h", (PYTHON, QT), "the host port knows neither Python nor Qt"),
    ("runtime/*/*.c", (QT,), "Qt stays in runtime/qt/"),
    ("runtime/**/*", (INTERNAL_PYTHON,), "the public C API of CPython only"),
    ("runtime/widgets/*", (PYTHON, INSIDE), "the widgets are users of the public API"),
    ("apps/**/*", (PYTHON,), "programs are users of the public API"),
    ("examples/**/*", (PYTHON,), "examples are users of the public API"),
]


def includes(path, root, seen):
    """The lines of a file and of the files of this project that it includes, with where they stand."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield f"{path.relative_to(root)}:{number}", line
        if match := ANY.match(line):
            for folder in (path.parent, root / "runtime", *(root / "runtime").glob("*/"), root / "include"):
                if (folder / match[1]).is_file():
                    yield from includes((folder / match[1]).resolve(), root, seen)
                    break


def main(root):
    broken = 0
    for pattern, forbidden, why in RULES:
        files = [path for path in sorted(root.glob(pattern)) if path.suffix in SOURCES]
        for path in files:
            for place, line in includes(path.resolve(), root, set()):
                if any(expression.search(line) for expression in forbidden):
                    print(f"{path.relative_to(root)}: {line.strip()} (at {place}): {why}")
                    broken += 1
    checked = {path for pattern, _, _ in RULES for path in root.glob(pattern) if path.suffix in SOURCES}
    print(f"{len(checked)} files checked, {broken} rules broken")
    return 1 if broken or len(checked) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
