# SPDX-License-Identifier: BSD-3-Clause
"""The stubs describe what the package really has: run by qi-run.

stubs.py STUBS_DIR
"""

import ast
import inspect
import pathlib
import sys

import qi


def check(condition, text):
    if not condition:
        print(text)
    return not condition


def stub_names(tree):
    """The public names that a stub defines, with their nodes."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield node.targets[0].id, node
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from ((alias.asname, node) for alias in node.names if alias.asname)


def parameters(node):
    arguments = node.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return [name for name in names if name != "self"]


def members(node):
    return {
        item.name: item
        for item in node.body
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and not item.name.startswith("__")
    }


def main(folder):
    tree = ast.parse((folder / "qi/__init__.pyi").read_text(encoding="utf-8"))
    ast.parse((folder / "qi/host.pyi").read_text(encoding="utf-8"))
    stubs = {name: node for name, node in stub_names(tree) if not name.startswith("_")}
    wrong = check(set(stubs) == set(qi.__all__), f"names differ: {sorted(set(stubs) ^ set(qi.__all__))}")
    for name, node in stubs.items():
        real = getattr(qi, name, None)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            have = list(inspect.signature(real).parameters)
            wrong |= check(parameters(node) == have, f"{name}{have} is described as {parameters(node)}")
        elif isinstance(node, ast.ClassDef):
            for member in members(node):
                wrong |= check(hasattr(real, member), f"{name} has no {member}")
    print(f"{len(stubs)} names checked")
    return 1 if wrong else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
