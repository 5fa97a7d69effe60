# SPDX-License-Identifier: BSD-3-Clause
"""The binary interface of the C API beside the one that was promised: docs/guide/api-policy.md.

abi.py INCLUDE_DIR CC PROMISED [--update]

PROMISED is a text that people can read, in which each line is a promise: where a member of a structure lies and how
long it is, what a constant's value is, how a function is declared. Each has to be kept; more may be added, and structures may
grow at their ends. --update writes the promises of today, for a version that has not been released.
"""

import pathlib
import re
import subprocess
import sys


def plain(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M | re.S)


def without_braces(body):
    while "{" in body:
        body = re.sub(r"\{[^{}]*\}", "", body)
    return body


def members(body):
    for declaration in without_braces(body).split(";"):
        pointer = re.search(r"\(\*(\w+)\)", declaration)
        if pointer:
            yield pointer[1]
        elif declaration.strip():
            yield from (re.search(r"(\w+)(?:\[\w+\])?$", part.strip())[1] for part in declaration.split(","))


def structures(text):
    """(name, members) of each structure that is declared with its members."""
    for found in re.finditer(r"\bstruct (qi_\w+) \{", text):
        depth, end = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield found[1], list(members(text[found.end() : end - 1]))


def constants(text):
    for body in re.findall(r"\benum\b[^{;]*\{(.*?)\}", text, re.S):
        yield from (name for name in re.findall(r"\b(QI_[A-Z0-9_]+)\b(?=\s*(?:=|,|$))", body) if not name.endswith("_"))


def functions(text):
    for declaration in re.findall(r"\bQI_API\b([^;{]*);", text):
        yield without_names(" ".join(declaration.split()))


def without_names(declaration):
    """What parameters are called is no promise."""
    return re.sub(r"(?<=[ *])(?!void\b)\w+(?=[,)])", "", declaration)


def callbacks(text):
    for declaration in re.findall(r"\btypedef ([^;{]*\(\*qi_\w+\)[^;{]*);", text):
        yield without_names("typedef " + " ".join(declaration.split()))


def measure(names, statuses, include, compiler):
    """What the compiler says of structures and constants: lines of "struct.member offset size" and "CONSTANT value"."""
    lines = ["#include <stdio.h>", "#include <stddef.h>", "#include <qi/qi.h>", "int main(void) {"]
    for struct, each in names:
        lines.append(f'printf("{struct} %zu\\n", sizeof(struct {struct}));')
        for member in each:
            lines.append(
                f'printf("{struct}.{member} %zu %zu\\n", offsetof(struct {struct}, {member}), '
                f"sizeof(((struct {struct} *)0)->{member}));"
            )
    lines += [f'printf("{name} %ld\\n", (long){name});' for name in statuses]
    program = pathlib.Path(subprocess.run(["mktemp"], capture_output=True, text=True, check=True).stdout.strip())
    try:
        source = "\n".join([*lines, "return 0; }"])
        # Of the inline functions none is used, so that nothing has to be linked.
        command = [compiler, "-x", "c", f"-I{pathlib.Path(include).parent}", "-DQI_NO_DEPRECATED", "-o", str(program), "-"]
        subprocess.run(command, input=source, text=True, check=True)
        return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.splitlines()
    finally:
        program.unlink()


def today(include, compiler):
    texts = [
        plain(path.read_text(encoding="utf-8"))
        for path in sorted(pathlib.Path(include).glob("*.h"))
        if path.name != "deprecated.h"
    ]
    names = [each for text in texts for each in structures(text)]
    values = [name for text in texts for name in constants(text)]
    statuses = re.findall(r"X\((QI_\w+),", (pathlib.Path(include) / "base.h").read_text(encoding="utf-8"))
    lines = measure(names, statuses + values, include, compiler)
    lines += [line for text in texts for line in [*functions(text), *callbacks(text)]]
    return lines


def broken(promised, kept):
    """The promises that are not kept. A structure with a size may be longer than it was."""
    sizes = {line.split()[0]: int(line.split()[1]) for line in kept if re.fullmatch(r"qi_\w+ \d+", line)}
    for line in promised:
        grown = re.fullmatch(r"(qi_\w+) (\d+)", line)
        if grown and f"{grown[1]}.size 0 8" in kept and sizes.get(grown[1], 0) >= int(grown[2]):
            continue
        if line not in kept:
            yield line


def main():
    include, compiler, path = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    lines = today(include, compiler)
    if len(lines) < 300:
        print(f"only {len(lines)} facts were found in {include}")
        return 1
    if "--update" in sys.argv:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    promised = path.read_text(encoding="utf-8").splitlines()
    problems = list(broken(promised, set(lines)))
    for line in problems:
        print(f"{path.name} promises, and it is not so any more: {line}")
    if not problems:
        print(f"{len(promised)} promises are kept, {len(set(lines) - set(promised))} facts are new")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
