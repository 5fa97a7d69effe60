# SPDX-License-Identifier: BSD-3-Clause
"""Stand-ins of an application's objects in qi.host, so that a plugin runs without it: `qi-run plugin run --host`.

They come from a module of Python, whose names are those of qi.host, or from the stubs that the application has written, of which
nothing is run: each object there becomes a FakeObject with its properties, signals and methods.
"""

import ast
import errno
import inspect
import pathlib
import sys
import types

from .. import host
from .._python import files, private
from ..testing.specs import stand_in

MODULE = "qi_stand_ins"
MOST = 16 << 20  # bytes of a file


def show(path):
    """Puts the stand-ins into qi.host, to the end of the process; a name that is there stays what it is."""
    for name, value in load(path).items():
        if name not in dir(host):
            host._register(name, value)


def load(path):
    """The stand-ins by name. FileNotFoundError, ValueError or whatever the module raises."""
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}, which is to have stand-ins, is not there")
    if path.is_dir():
        path = stubs_in(path)
    if path.suffix == ".pyi":
        return _from_stubs(path)
    if path.suffix != ".py":
        raise ValueError(f"{path} is neither a module of Python, host.py, nor a folder of stubs that an application has written")
    return _from_module(path)


def stubs_in(folder):
    """The file that tells of qi.host, in a folder of stubs."""
    for found in (folder / "qi/host.pyi", folder / "typings/qi/host.pyi", folder / "host.pyi"):
        if found.is_file():
            return found
    raise FileNotFoundError(f"{folder} has no qi/host.pyi; name the folder that an application's qi_stubs_write() has filled")


def _from_module(path):
    if problem := private.who_could_change(path):
        raise PermissionError(errno.EACCES, f"{problem}; a module with stand-ins is run, so it must be yours alone to write", str(path))
    module = types.ModuleType(MODULE)
    module.__file__ = str(path)
    code = compile(files.read(path, MOST), str(path), "exec", dont_inherit=True)
    sys.modules[MODULE] = module
    exec(code, vars(module))
    return {name: value for name, value in vars(module).items() if _is_shown(name, value)}


def _is_shown(name, value):
    """Classes and what was imported are what stand-ins are made of."""
    if name.startswith("_") or inspect.ismodule(value) or inspect.isclass(value):
        return False
    return getattr(value, "__module__", MODULE) == MODULE or not inspect.isroutine(value)


def read_stub(path):
    """The text of a file of stubs, which may be anybody's."""
    return files.read(path, MOST, follow=False).decode()


def _from_stubs(path):
    tree = ast.parse(read_stub(path), str(path))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    found = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            scope, _, kind = ast.unparse(node.annotation).rpartition(".")
            file = path.with_name(f"{scope}.pyi") if scope else path
            found[node.target.id] = stand_in(file, kind) if kind != "Any" else None
    if functions:
        members = ast.ClassDef("Functions", [], [], [_method(node) for node in functions], [])
        made = stand_in(ast.fix_missing_locations(ast.Module([members], [])), "Functions")
        found |= {node.name: getattr(made, node.name) for node in functions}
    return found


def _method(node):
    node.args.posonlyargs.insert(0, ast.arg("self"))
    return node
