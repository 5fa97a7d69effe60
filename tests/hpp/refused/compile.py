# SPDX-License-Identifier: BSD-3-Clause
"""What does not fit is refused by the compiler, in words that help; and the rest needs neither exceptions nor RTTI.

compile.py COMPILER STANDARD INCLUDE_DIR QT_FLAG...

wrong.cpp compiles strictly without WRONG. With it, every line that ends in "// says: TEXT" is complained of, and each
text is among what the compiler says.
"""

import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).with_name("wrong.cpp")
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-DQT_NO_KEYWORDS", "-fPIC", "-fsyntax-only"]
SAYS = re.compile(r"// says: (.+)$")
# How compilers spell what the standard leaves to them.
WORDS = {"nodiscard": "nodiscard", "deleted": "deleted", "no matching": "no matching|could not convert|no viable"}


def run(compiler, flags):
    return subprocess.run([compiler, *flags, str(SOURCE)], text=True, capture_output=True)


def missing(output):
    """The expectations that the compiler has not met."""
    for number, line in enumerate(SOURCE.read_text(encoding="utf-8").splitlines(), 1):
        if match := SAYS.search(line):
            if f"wrong.cpp:{number}:" not in output:
                yield f"line {number} compiles: {line.strip()}"
            elif not re.search(WORDS.get(match[1], re.escape(match[1])), output):
                yield f"line {number}: nobody says: {match[1]}"


def main(compiler, standard, include, *qt):
    flags = [*STRICT, f"-std={standard}", "-I", include]
    flags += [flag.replace("-I", "-isystem", 1) if flag.startswith("-I") else flag for flag in qt]
    everything = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
    problems = []
    for extra in ([], ["-fno-exceptions", "-fno-rtti"]):
        right = run(compiler, flags + extra)
        if right.returncode:
            problems.append(f"does not compile with {extra}:\n{right.stderr}")
    wrong = run(compiler, [*flags, everything, "-DWRONG"])
    if not wrong.returncode:
        problems.append("compiles with WRONG")
    problems += missing(wrong.stderr)
    print("\n".join(problems) or f"all is as it should be, {compiler} {standard}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
