# SPDX-License-Identifier: BSD-3-Clause
"""No modules of a folder import each other in a circle, not even from inside a function.

imports.py FOLDER...

Each folder is looked at by itself. Its modules have the names that they have where it is on sys.path, or, if it is a
package, where its parent is. What `if TYPE_CHECKING:` guards does not count, since it is not executed. A name that is
made at run counts as all that it may be: import_module(f"workloads.{name}") imports all modules of workloads/.
"""

import ast
import collections
import importlib.util
import pathlib
import sys


def modules(folder):
    """Module name -> file, of all below the folder."""
    root = folder
    while (root / "__init__.py").is_file():
        root = root.parent
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if path.name == "__init__.py" else parts)] = path
    return found


def is_for_type_checkers(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def executed(node):
    """The node and all below it, but for what only type checkers read."""
    yield node
    for child in node.orelse if is_for_type_checkers(node) else ast.iter_child_nodes(node):
        yield from executed(child)


def is_import_call(node):
    return isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith("import_module")


def loaded(name, known):
    """What importlib.import_module() is given: one name, or all that begin as its f-string does."""
    if isinstance(name, ast.Constant):
        yield name.value
    elif isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
        yield from (other for other in known if other.startswith(name.values[0].value))


def wanted(node, package, known):
    """The names of what a node imports, the known modules and others."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:  # each is a module of its own, or something in the one that is named
            inside = f"{base}.{alias.name}"
            yield inside if inside in known else base
    elif is_import_call(node):
        yield from loaded(node.args[0], known)


def graph(folder):
    """Module -> module that it imports -> "file:line" of the first place where it does."""
    known = modules(folder)
    imports = {name: {} for name in known}
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in executed(ast.parse(path.read_text(encoding="utf-8"), path)):
            for other in wanted(node, package, known):
                if other in known:
                    imports[name].setdefault(other, f"{path.relative_to(folder.parent)}:{node.lineno}")
    return imports


def way_back(imports, start):
    """The shortest way from a module to itself, [start, ..., start]; None if there is none."""
    before = {}
    ahead = collections.deque([start])
    while ahead:
        module = ahead.popleft()
        for other in imports[module]:
            if other == start:
                way = [start, module]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before:
                before[other] = module
                ahead.append(other)
    return None


def circles(imports):
    """For each module that is in a circle the shortest one, as way_back() has it; each circle once."""
    found = {}
    for module in imports:
        if way := way_back(imports, module):
            found.setdefault(frozenset(way), way)
    return list(found.values())


def described(imports, circle):
    """The circle, and below it where each of its imports is."""
    places = [f"\n    {imports[module][other]} imports {other}" for module, other in zip(circle, circle[1:])]
    return " -> ".join(circle) + "".join(places)


def main(folders):
    graphs = {folder: graph(folder) for folder in folders}
    found = 0
    for folder, imports in graphs.items():
        for circle in circles(imports):
            print(f"{folder.name}: imported in a circle: {described(imports, circle)}")
            found += 1
    print(f"{sum(map(len, graphs.values()))} modules checked, {found} circles")
    return 1 if found or not graphs or not all(graphs.values()) else 0


if __name__ == "__main__":
    sys.exit(main([pathlib.Path(name).resolve() for name in sys.argv[1:]]))
