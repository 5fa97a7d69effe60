# SPDX-License-Identifier: BSD-3-Clause
"""The layers: what each holds and knows, whom it uses, and the ports that are the only ways up.

All of it is read from tests/packaging/layers.toml and runtime/life/wiring.c. In the matrix a row looks to the left at
the layers that it uses, and a port leads from its row up to the layer that is behind it.
"""

import sources
from drawing import MARGIN, WIDTH, Area, Drawing, number, width_of, wrapped

CELL = 19
NAMES = MARGIN + 12
TEXT = 124
GAP = 14  # between text and matrix


def draw():
    layers = sources.layers()
    ports = sources.ports()
    names = [layer["folder"] for layer in layers]
    matrix = WIDTH - MARGIN - 10 - CELL * len(layers)
    drawing = Drawing("The layers of libqi", _described(layers, ports))

    y = _users(drawing, MARGIN)
    columns = {name: matrix + CELL * (index + 0.5) for index, name in enumerate(names)}
    heading = y + 78
    for name, x in columns.items():
        drawing.upright(x, heading - 10, name)
    drawing.text(NAMES, heading - 28, "libqi.so, lowest layer at the bottom", "strong")
    drawing.text(NAMES, heading - 11, "folders of runtime/; a layer uses those that have a dot in its row", "small")
    rows, y = {}, heading
    for layer in reversed(layers):
        rows[layer["folder"]], y = _row(drawing, layer, ports, names, y, matrix - GAP - TEXT)
    _matrix(drawing, layers, ports, columns, rows)
    _legend(drawing, y + 24)
    drawing.height = y + 24 + MARGIN
    return drawing


def _described(layers, ports):
    """The picture in words."""
    sentences = ["Applications, libqi-widgets, libqi-qml and Python code use the public API. Below it are the layers, highest first."]
    for layer in reversed(layers):
        uses = ", ".join(layer["uses"]) or "no other layer"
        knows = " and ".join(layer["knows"]) or "neither Python nor Qt"
        sentences.append(f"{layer['folder']} knows {knows} and uses {uses}.")
    for header, behind in ports.items():
        sentences.append(f"{header} is a port, behind which is {', '.join(behind) or 'every layer'}.")
    return " ".join(sentences)


# -- who uses it ------------------------------------------------------------------------------------------


def _users(drawing, y):
    """Those above, and the API that they use. Returns where that ends."""
    api = y + 80
    for x, width, kind, words, small in [
        (MARGIN, 232, "plain", "C and C++ applications", "the hosts: programs with Qt 6"),
        (MARGIN + 244, 232, "qt", "libqi-widgets, libqi-qml", "users as any host: runtime/widgets/, qml/"),
        (MARGIN + 488, 232, "python", "Python: scripts and plugins", "import qi, asyncio"),
    ]:
        box = drawing.box(x, y, width, [("strong", words, f"{kind}-ink"), ("small", small)], kind)
        drawing.arrow([box.at("bottom"), (box.at("bottom")[0], api)])
    of_c = drawing.box(MARGIN, api, 476, [
        ("strong", "the public API", "qi-ink"),
        ("file", "qi/qi.h qi/runtime.h qi/task.h qi/connection.h qi/plugin.h"),
        ("small", "and over it, in templates only, that of C++: qi/qi.hpp")], "qi")
    drawing.box(MARGIN + 488, api, 232, [
        ("strong", "the package qi", "qi-ink"), ("file", "qi/__init__.py"),
        ("small", "it travels inside the library")], "qi", height=of_c.bottom - of_c.top)
    drawing.files.append("qi/qi.hpp")
    return of_c.bottom


# -- the stack --------------------------------------------------------------------------------------------


def _row(drawing, layer, ports, names, y, width):
    """A layer's row, without its part of the matrix. Returns its Area, and where it ends."""
    text = y + 9
    lines = _shortened(layer["holds"], width)
    for index, line in enumerate(lines):
        drawing.text(TEXT, text + 12 + 15 * index, line, "small", ink="ink")
    text += 15 * len(lines)
    own = {header.split("/")[1]: behind for header, behind in ports.items() if header.startswith(layer["folder"] + "/")}
    if own:
        text = _ports(drawing, own, names, text + 14, width) + 10
    bottom = max(text + 7, y + (49 if layer["knows"] else 38))
    kind = "qt" if "Qt" in layer["knows"] else "python" if "Python" in layer["knows"] else "plain"
    drawing.bar(MARGIN + 2, y + 2, bottom - 2, 4, f"{kind}-edge", 2)
    drawing.line([(MARGIN, bottom), (WIDTH - MARGIN, bottom)], faint=True)
    drawing.text(NAMES, y + 20, layer["folder"], "name", ink=f"{kind}-ink")
    x = NAMES
    for what in layer["knows"]:
        x = drawing.pill(x, y + 35, what, what.lower(), "note").right + 4
    return Area(MARGIN, y, WIDTH - MARGIN, bottom), bottom


def _shortened(holds, width):
    """Two lines of it, cut at a comma."""
    items = holds.split(", ")
    for count in range(len(items), 0, -1):
        lines = wrapped(", ".join(items[:count]) + (" …" if count < len(items) else ""), "small", width)
        if len(lines) <= 2:
            break
    return lines


def _ports(drawing, own, names, y, width):
    """The ports of a layer, each with the layers behind it. Returns the middle of the last line."""
    x = TEXT
    for header, behind in own.items():
        words = f"{header} ↑ {' '.join(sorted(behind, key=names.index)) or 'all'}"
        if x > TEXT and x + width_of(words, "file") + 14 > TEXT + width:
            x, y = TEXT, y + 21
        x = drawing.pill(x, y, words, "qi", "note", dashed=True).right + 6
    return y


def _matrix(drawing, layers, ports, columns, rows):
    def middle(name):
        return (rows[name].top + rows[name].bottom) / 2

    ways = {}  # layer -> those that it is behind a port of
    for header, behind in ports.items():
        for name in behind:
            ways.setdefault(name, {})[header.split("/")[0]] = True  # no set, whose order differs
    for name, below in ways.items():
        x = columns[name]
        lowest = max(below, key=middle)
        drawing.arrow([(x, middle(lowest)), (x, middle(name) + 6)], "qi", dashed=True)
    for layer in layers:
        name, y = layer["folder"], middle(layer["folder"])
        for used in layer["uses"]:
            drawing.shape(f"<circle class='tip' cx='{number(columns[used])}' cy='{number(y)}' r='3.2'/>")
        drawing.bar(columns[name], y - 5.5, y + 5.5, 11, "box plain", 2.5)
    for name, below in ways.items():
        for lower in below:
            drawing.shape(f"<circle class='box qi' cx='{number(columns[name])}' cy='{number(middle(lower))}' r='4.5'/>")


def _legend(drawing, y):
    x = NAMES
    for mark, words in [
        ("<circle class='tip' cx='{x}' cy='{y}' r='3.2'/>", "uses it"),
        ("<rect class='box plain' x='{left}' y='{top}' width='11' height='11' rx='2.5'/>", "the layer itself"),
        ("<circle class='box qi' cx='{x}' cy='{y}' r='4.5'/>", "has a port for it: the way up, which life/wiring.c opens"),
    ]:
        drawing.shape(mark.format(x=x + 5, y=number(y - 4), left=x - 0.5, top=number(y - 9.5)))
        x = drawing.text(x + 17, y, words, "small", ink="dim").right + 26
    drawing.files.append("life/wiring.c")
