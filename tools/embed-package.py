# SPDX-License-Identifier: BSD-3-Clause
"""Turns the Python package into C data, so that it travels inside the library.

    embed-package.py ROOT OUTPUT.c FILE.py FILE.pyi ...

Each file below ROOT becomes one entry: its module name, its source, which tracebacks and `inspect` show,
and its compiled code, which spares the compiler at run time where the interpreter is of the version that
did this. bootstrap.py is the loader of the others and is found by that name. Files *.pyi, which are below ROOT/stubs, become
one module of texts, qi._stub_texts.
"""

import importlib.util
import marshal
import pathlib
import sys

LINE = 64  # bytes of data on a line of C

# Every byte as three octal digits: what follows can never be taken for one more digit.
ESCAPED = [chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in range(256)]


def literal(data):
    lines = (data[i : i + LINE] for i in range(0, len(data), LINE))
    return "\n".join('        "' + "".join(ESCAPED[b] for b in line) + '"' for line in lines) or '        ""'


def module_name(path):
    """The dotted name of a file, and whether it is a package's."""
    parts = list(path.with_suffix("").parts)
    if parts[-1] == "__init__":
        return ".".join(parts[:-1]), True
    return ".".join(parts), False


def stub_texts(root, paths):
    """The source of the module qi._stub_texts."""
    texts = {path.relative_to(root / "stubs").as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return f"TEXTS = {texts!r}\n".encode()


def entry(root, path):
    return module(path.relative_to(root), path.read_bytes())


def module(relative, source):
    name, package = module_name(relative)
    # From the root on: who shows the line of a frame looks for a file of that name first, and a name such as "<qi>/…" is one
    # below the current folder, which may be anybody's. Below the root there is none unless its administrator wants it.
    filename = f"/<qi>/{relative.as_posix()}"
    code = marshal.dumps(compile(source, filename, "exec", dont_inherit=True, optimize=0))
    return name, "\n".join(
        [
            "    {",
            f'        "{name}", "{filename}", {"true" if package else "false"},',
            literal(source) + ",",
            f"        {len(source)},",
            literal(code) + ",",
            f"        {len(code)},",
            "    },",
        ]
    )


def main():
    root, output, *files = map(pathlib.Path, sys.argv[1:])
    stubs = sorted(path for path in files if path.suffix == ".pyi")
    entries = [entry(root, path) for path in files if path not in stubs]
    entries = sorted([*entries, module(pathlib.Path("qi/_stub_texts.py"), stub_texts(root, stubs))])
    magic = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")
    text = "\n".join(
        [
            "/* Made by tools/embed-package.py. */",
            '#include "python/package.h"',
            "",
            f"const long qip_package_magic = {magic};",
            "const qip_package_module qip_package_modules[] = {",
            *(text for _, text in entries),
            "};",
            f"const size_t qip_package_count = {len(entries)};",
            "",
        ]
    )
    output.write_text(text, encoding="ascii")


main()
