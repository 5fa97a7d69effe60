# SPDX-License-Identifier: BSD-3-Clause
"""stand_in(): a FakeObject after a class, or after one that a stub file describes."""

import ast
import contextlib
import difflib
import enum
import inspect
import pathlib

from .._python import files
from .standins import KINDS, FakeObject, Property, Signal, is_signal

_LARGEST = 16 << 20  # bytes of a file of stubs, which may be anybody's


def stand_in(spec, name=None, /, **values):
    """Makes a FakeObject after a class, or after one of a stub file.

        window = qi.testing.stand_in(Window, title="Orders")
        window = qi.testing.stand_in("stubs/host.pyi", "Window")

    spec: a class, whose annotated and assigned attributes become properties, its functions methods, and
    what is annotated as Signal a signal; or the path of a .py or .pyi file, of which nothing is run, and the
    name of a class in it. values: what properties are. Raises TypeError for other specs, LookupError for
    a class that is not in the file.
    """
    if isinstance(spec, type):
        if issubclass(spec, FakeObject):
            return spec(**values)
        kind = _from_class(spec)
    elif isinstance(spec, (str, pathlib.PurePath)):
        if not isinstance(name, str):
            raise TypeError(f"stand_in() wants the name of a class in {spec}")
        kind = _from_stub(ast.parse(files.read(spec, _LARGEST).decode(), str(spec)), spec, name)
    elif isinstance(spec, ast.Module):  # one that was read already
        kind = _from_stub(spec, "the stub", name)
    else:
        raise TypeError(f"stand_in() wants a class, or the path of a stub and a name, not {spec!r}")
    return kind(**values)


def _from_class(spec):
    names, annotations = {}, {}
    for base in reversed(spec.__mro__[:-1]):
        annotations |= inspect.get_annotations(base)
        names |= {name: value for name, value in vars(base).items() if not name.startswith("_")}
    names = {name: (Signal(*value.types) if isinstance(value, Signal) else value) for name, value in names.items()
             if not isinstance(value, property) or not _note(annotations, name, value)}
    return type(spec.__name__, (FakeObject,), {"__annotations__": annotations, "__module__": spec.__module__, **names})


def _note(annotations, name, value):
    """A property of Python's becomes one of the stand-in's, of the type that it says."""
    annotations[name] = getattr(value.fget, "__annotations__", {}).get("return", "Any")
    return True


def _from_stub(tree, path, name):
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    if name not in classes:
        near = difflib.get_close_matches(name, classes, 3) or sorted(classes)
        raise LookupError(f"{path} has no class {name}; it has {', '.join(near)}")
    names, annotations = {}, {}
    _read_class(classes, name, names, annotations, set())
    return type(name, (FakeObject,), {"__annotations__": annotations, **names})


def _read_class(classes, name, names, annotations, seen):
    """The class and its bases, as far as the stub has them."""
    if name not in classes or name in seen:
        return
    seen.add(name)
    node = classes[name]
    for base in node.bases:
        _read_class(classes, ast.unparse(base).rpartition(".")[2], names, annotations, seen)
    enums = {item.name: made for item in node.body if isinstance(item, ast.ClassDef) and (made := _enum_of(item))}
    names |= enums
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            _read_annotation(item, names, annotations)
        elif isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            decorators = [ast.unparse(each).rpartition(".")[2] for each in item.decorator_list]
            if "property" in decorators:
                _read_property(item, names, annotations)
            elif "overload" in decorators:
                names[item.name] = _of_any_form
            elif not decorators:
                names[item.name] = _function_of(item)
    _begin_enums(node, enums, names, annotations)


def _of_any_form(self, *args): ...


def _enum_of(node):
    """The enumeration that a class inside of another is, or None."""
    base = ast.unparse(node.bases[0]).rpartition(".")[2] if node.bases else ""
    if base not in ("Enum", "IntEnum", "Flag", "IntFlag"):
        return None
    members = [(item.targets[0].id, item.value.value) for item in node.body
               if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)]
    return getattr(enum, base)(node.name, members)


def _begin_enums(node, enums, names, annotations):
    """A property of such a type begins with its first member."""
    for name, annotation in annotations.items():
        scope, _, kind = annotation.rpartition(".") if isinstance(annotation, str) else ("", "", "")
        if scope == node.name and len(enums.get(kind, ())):
            names.setdefault(name, Property(next(iter(enums[kind])), type=object))  # names and numbers are taken, too


def _read_property(item, names, annotations):
    text = ast.unparse(item.returns) if item.returns else "Any"
    annotations[item.name] = text
    if is_signal(text) and "[" in text:
        names[item.name] = _signal_of(text)


def _signal_of(text):
    """`Signal[int, str]`, or `Signal[tuple[int, str]]` as applications write it."""
    inner = text[text.index("[") + 1 : text.rindex("]")].strip()
    inner = inner[6:-1] if inner.startswith("tuple[") else inner.strip("[]")
    parts = [part.strip() for part in inner.split(",") if part.strip() not in ("", "()", "...")]
    return Signal(*(KINDS.get(part, object) for part in parts))


def _read_annotation(item, names, annotations):
    text = ast.unparse(item.annotation)
    annotations[item.target.id] = text
    if is_signal(text) and "[" in text:
        names[item.target.id] = _signal_of(text)
    elif item.value is not None and not (isinstance(item.value, ast.Constant) and item.value.value is ...):
        with contextlib.suppress(ValueError):
            names[item.target.id] = ast.literal_eval(item.value)


def _function_of(item):
    """A function with the stub's parameters, which does nothing; defaults and types of the stub are not run."""
    arguments = item.args
    for group in (arguments.posonlyargs, arguments.args, arguments.kwonlyargs):
        for argument in group:
            argument.annotation = None
    for argument in filter(None, (arguments.vararg, arguments.kwarg)):
        argument.annotation = None
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [each and ast.Constant(None) for each in arguments.kw_defaults]
    returns = ast.unparse(item.returns) if item.returns else None
    item.returns, item.body = None, [ast.Pass()]
    module = ast.fix_missing_locations(ast.Module([item], []))
    names = {}
    exec(compile(module, "<stub>", "exec"), names)
    function = names[item.name]
    if returns is not None:
        function.__annotations__["return"] = returns
    return function
