# SPDX-License-Identifier: BSD-3-Clause
"""The layering rule of the package qi: its modules import from their own room and from those below, in no circle.

python_layers.py SOURCE_DIR

layers-python.toml names the rooms. An import counts wherever it stands, inside of functions too, and so does looking
for a module of the package in sys.modules, which is an import that nobody sees. `sys.modules["qi"]` does not: the
package is always there, and may be shown to a user by who is below it. Nor do the names that a package imports when
they are asked for: it is the user who does.
"""

import ast
import pathlib
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # -I leaves it out

import imports  # noqa: E402

TABLE = pathlib.Path(__file__).with_name("layers-python.toml")


def looked_up(node):
    """The name that a node looks for in sys.modules, or None."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "sys.modules":
        wanted = node.slice
    elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == "sys.modules.get":
        wanted = node.args[0]
    else:
        return None
    return wanted.value if isinstance(wanted, ast.Constant) else None


def graph(package):
    """What imports.graph() returns, and what is looked for in sys.modules."""
    found = imports.graph(package)
    for name, path in imports.modules(package).items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), path)):
            other = looked_up(node)
            if other in found and other != package.name:
                found[name].setdefault(other, f"{path.relative_to(package.parent)}:{node.lineno}")
    return found


def room_of(module):
    """"_loop" of qi._loop.tls, "host" of qi.host, "qi" of qi itself."""
    return [module, *module.split(".")[1:2]][-1]


def wrong_rooms(rooms, arrows):
    """What the table and the folder do not agree in."""
    known = [room["name"] for room in rooms]
    there = {room_of(module) for module in arrows}
    yield from (f"{name} is twice in {TABLE.name}" for name in sorted(set(known)) if known.count(name) > 1)
    yield from (f"{name}: {TABLE.name} does not say what it holds" for name, room in zip(known, rooms) if not room.get("holds"))
    yield from (f"{name} is in {TABLE.name}, but there is no such room" for name in known if name not in there)
    yield from (f"{module} is in no room of {TABLE.name}" for module in arrows if room_of(module) not in known)


def wrong_arrows(rooms, arrows):
    """The imports of what is above."""
    height = {room["name"]: number for number, room in enumerate(rooms)}
    for module, others in arrows.items():
        for other, place in others.items():
            own, its = room_of(module), room_of(other)
            if height.get(its, 0) > height.get(own, len(rooms)):
                yield f"{place} imports {other}: {its} is above {own}"


def wrong_inits(package):
    """A room is entered by its modules; its __init__ only tells of it, and so costs whoever wants one of them nothing."""
    for path in sorted(package.glob("_*/__init__.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), path)
        if len(tree.body) != 1 or not ast.get_docstring(tree):
            yield f"{path.relative_to(package.parent)}: a docstring is expected, and nothing else"


def main(source):
    package = source / "pyshim/qi"
    rooms = tomllib.loads(TABLE.read_text(encoding="utf-8"))["room"]
    arrows = graph(package)
    wrong = [*wrong_rooms(rooms, arrows), *wrong_arrows(rooms, arrows), *wrong_inits(package)]
    wrong += [f"imported in a circle: {imports.described(arrows, circle)}" for circle in imports.circles(arrows)]
    print(*wrong, f"{len(arrows)} modules in {len(rooms)} rooms checked, {len(wrong)} rules broken", sep="\n")
    return 1 if wrong or len(arrows) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
