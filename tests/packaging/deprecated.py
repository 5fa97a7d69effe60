# SPDX-License-Identifier: BSD-3-Clause
"""Each old name still works, warns with the new one, and stands in the table of docs/guide/renamed.md.

deprecated.py SOURCE_DIR CC CXX
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
    if len(found) < 10:
        problems.append(f"only {len(found)} old names were found in deprecated.h")
    print("\n".join(problems) or f"{len(found)} old names: each works, warns and is in the table")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
