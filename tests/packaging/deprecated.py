# SPDX-License-Identifier: BSD-3-Clause
"""Each old name still works, warns with the new one, and stands in the table of docs/guide/renamed.md.

deprecated.py SOURCE_DIR CC CXX QT_FLAG...

The names of C are tried one by one. Those of C++ have a program, tests/hpp/deprecated.cpp, which shows that they work;
here it is given to the compiler to see that each one warns.
"""

import pathlib
import re
import subprocess
import sys


def pairs(header):
    """(old name, what to use instead) of each, functions and constants."""
    found = re.findall(r'QI_DEPRECATED\("use (\w+)\(?\)?"\)\s*static inline \w+ (\w+)\(', header)
    yield from ((old, new) for new, old in found)
    yield from re.findall(r'(\w+)\s+QI_DEPRECATED_CONSTANT\(\s*"use (\w+)"\s*\)', header)


def pairs_of_cpp(headers):
    """The same of C++: members, functions, variables and types."""
    for header in headers:
        text = header.read_text(encoding="utf-8")
        for new, brackets, old in re.findall(r'QI_DEPRECATED\(\s*"use (\w+)(\(\))?"\)[^;{]*?\b(\w+)(?:\(|\s+= )', text):
            yield old + brackets, new + brackets
        for old, new in re.findall(r'using (\w+)\s+QI_DEPRECATED\("use (\w+)"\)', text):
            yield old, new


def check_cpp(names, root, compiler, flags, table):
    program = root / "tests/hpp/deprecated.cpp"
    command = [compiler, "-std=c++17", "-fPIC", "-fsyntax-only", f"-I{root}", f"-I{root / 'include'}", *flags]
    command += ["-DQI_SHOW_DEPRECATED", '-DQI_TEST_PLUGINS=""', "-Wdeprecated-declarations", str(program)]
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode:
        yield f"{program.name} does not compile:\n{done.stderr}"
    for old, new in names:
        plain = re.escape(old.rstrip("()"))
        if not re.search(rf"\b{plain}\b.*is deprecated: use {re.escape(new)}", done.stderr):
            yield f"{old}: {program.name} does not use it, or it does not warn that it is {new} now"
        if f"| `{old}` | `{new}` |" not in table:
            yield f"{old}: docs/guide/renamed.md has no row for it and {new}"


def compiles(command, source, *flags):
    done = subprocess.run([*command, *flags, "-fsyntax-only", "-"], input=source, text=True, capture_output=True)
    return done.returncode == 0, done.stderr


def check(old, new, commands, table):
    use = f"long use(void) {{ return (long){old}; }}\n" if old.isupper() else f"void *use(void) {{ return (void *)&{old}; }}\n"
    for command in commands:
        source = "#include <qi/qi.h>\n" + use
        works, text = compiles(command, source, "-Wno-deprecated-declarations", "-Werror")
        if not works:
            yield f"{old} does not work with {command[0]} any more:\n{text}"
        warned, text = compiles(command, source, "-Wdeprecated-declarations")
        if not warned or new not in text or "deprecated" not in text:
            yield f"{old}: {command[0]} does not warn that it is {new} now"
    if f"| `{old}{'' if old.isupper() else '()'}` | `{new}{'' if new.isupper() else '()'}` |" not in table:
        yield f"{old}: docs/guide/renamed.md has no row for it and {new}"


def main():
    root = pathlib.Path(sys.argv[1])
    header = (root / "include/qi/deprecated.h").read_text(encoding="utf-8")
    table = (root / "docs/guide/renamed.md").read_text(encoding="utf-8")
    include = f"-I{root / 'include'}"
    commands = [[sys.argv[2], "-x", "c", include], [sys.argv[3], "-x", "c++", include]]
    found = list(pairs(header))
    problems = [problem for old, new in found for problem in check(old, new, commands, table)]
    of_cpp = sorted(set(pairs_of_cpp(sorted((root / "include/qi").glob("*.hpp")))))
    problems += check_cpp(of_cpp, root, sys.argv[3], sys.argv[4:], table)
    if len(found) < 10 or len(of_cpp) < 30:
        problems.append(f"only {len(found)} old names of C and {len(of_cpp)} of C++ were found")
    print("\n".join(problems) or f"{len(found)} and {len(of_cpp)} old names: each works, warns and is in the table")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
