# SPDX-License-Identifier: BSD-3-Clause
"""What the pictures know of the sources: the layers, the ports, numbers and names, as they are now."""

import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "runtime"
PLACES = [RUNTIME, ROOT / "pyshim/qi", ROOT / "pyshim", ROOT / "include", ROOT]  # where a file that is named may be


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def exists(name):
    return any((place / name).is_file() for place in PLACES)


def layers():
    """The table of the layers, lowest first."""
    return tomllib.loads(text_of("tests/packaging/layers.toml"))["layer"]


def constant(name, word):
    """A number that a source gives a name: WORD = 75000, or #define WORD 75000."""
    found = re.search(rf"\b{word}\b\s*=?\s*(\d+)", text_of(name))
    if not found:
        raise LookupError(f"{name}: it says no number for {word}")
    return int(found[1])


def names_of_enum(name, prefix):
    """The values of an enumeration of C, as the rest of their names in small letters."""
    text = re.sub(r"/\*.*?\*/", "", text_of(name), flags=re.S)
    bodies = re.findall(r"\benum\b[^{;]*\{(.*?)\}", text, re.S)
    found = [word.lower() for body in bodies for word in re.findall(rf"\b{prefix}(\w+)", body)]
    if not found:
        raise LookupError(f"{name}: no enumeration has values whose names begin with {prefix}")
    return found


# -- the ports --------------------------------------------------------------------------------------------


def _declarations():
    """What the headers of the layers declare: name -> the header, as "core/host.h"."""
    found = {}
    for header in sorted(RUNTIME.glob("*/*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
        for name in re.findall(r"\b(qip_\w+)\s*(?:\(|;|\[)", text):
            found.setdefault(name, set()).add(str(header.relative_to(RUNTIME)))
    return found


def _home_of(name, declarations):
    """The one header that declares it, and does not just use it."""
    declares = re.compile(rf"^extern .*\b{name}\b|^\S.*\b{name}\(", re.M)
    homes = [header for header in sorted(declarations.get(name, ())) if declares.search(text_of(f"runtime/{header}"))]
    if len(homes) != 1:
        raise LookupError(f"life/wiring.c: {name} is declared in {homes or 'no header'}")
    return homes[0]


def ports():
    """The ways up, as life/wiring.c fills them: header of the port -> the layers behind it; none: all of them."""
    text = re.sub(r"/\*.*?\*/", "", text_of("runtime/life/wiring.c"), flags=re.S)
    declarations, found = _declarations(), {}
    for body in re.findall(r"^static void fill_ports_of_\w+\(void\)\n\{(.*?)^\}", text, re.M | re.S):
        for statement in filter(str.strip, body.split(";")):
            port, *fillers = re.findall(r"\bqip_(?!\w+_functions\b)\w+", statement)
            behind = found.setdefault(_home_of(port, declarations), [])
            for filler in fillers:
                layer = _home_of(filler, declarations).split("/")[0]
                if layer not in behind:
                    behind.append(layer)
    return found
