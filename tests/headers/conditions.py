# SPDX-License-Identifier: BSD-3-Clause
"""No header of C++ has a function that is one thing in this file of a program and another in that.

conditions.py INCLUDE_DIR

The linker keeps one of the definitions of an inline function or template, so what depends on the flags of a file must
not stand within one: neither #if nor assert. Whole things may be there or not; they are those of ALLOWED.
"""

import pathlib
import re
import sys

# The condition, and the things that it may decide about.
ALLOWED = {
    "coroutine.hpp": {"defined(__cpp_impl_coroutine) && __has_include(<coroutine>)"},
    "signal.hpp": {"defined(__cpp_impl_coroutine) && __has_include(<coroutine>)"},
    "future.hpp": {"QT_NO_EXCEPTIONS"},
    "runtime.hpp": {"QT_GUI_LIB"},  # includes a header
    "connect.hpp": {"Q_CC_MSVC"},  # a compiler, which is the same for all files
    "widgets_api.hpp": {  # the same for all files of a program
        "defined(__GNUC__) || defined(__clang__)",
        "defined(_WIN32) && defined(QI_BUILDING_WIDGETS)",
        "defined(_WIN32)",
    },
    "qml_api.hpp": {
        "defined(__GNUC__) || defined(__clang__)",
        "defined(_WIN32) && defined(QI_BUILDING_QML)",
        "defined(_WIN32)",
    },
}
EVERYWHERE = {"QI_NO_DEPRECATED"}  # whether old names, which only pass on, are there
WITHIN = {"connect.hpp"}  # where that stands within a function
CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.S)
SCOPE = re.compile(r"(?:namespace(?:\s+[\w:]+)?|extern)\s*$")


def problems_of(header, text):
    text = CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
    scopes = []  # True: of a namespace
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        directive = re.match(r"\s*#\s*(ifdef|ifndef|if|elif)\s+(.*?)\s*$", line)
        if directive and not directive[2].endswith("_HPP"):
            if directive[2] not in ALLOWED.get(header, set()) | EVERYWHERE:
                yield f"{header}:{number}: #{directive[1]} {directive[2]}: code that depends on the flags of a file"
            elif not all(scopes) and header not in WITHIN:
                yield f"{header}:{number}: #{directive[1]} {directive[2]} stands within a function or a class"
        if re.search(r"\b(Q_ASSERT\w*|assert)\s*\(", line):
            yield f"{header}:{number}: an assertion, which is there in one file and not in another"
        if line.lstrip().startswith("#"):
            continue
        for part in re.split(r"([{}])", line):
            if part == "{":
                scopes.append(bool(SCOPE.search(before)))
                before = ""
            elif part == "}":
                scopes.pop()
                before = ""
            else:
                before = f"{before} {part}".rsplit(";", 1)[-1]


def main(include):
    headers = sorted((pathlib.Path(include) / "qi").glob("*.hpp"))
    problems = [problem for path in headers for problem in problems_of(path.name, path.read_text(encoding="utf-8"))]
    print("\n".join(problems) or f"{len(headers)} headers mean the same in every file")
    return 1 if problems or not headers else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
