# SPDX-License-Identifier: BSD-3-Clause
"""What the application exposes: signatures as text, and the namespaces of `qi.host`."""

import ast
import inspect
import sys

import _qi

# What an argument for a parameter of such an annotation has to be; parameters.c knows the letters.
_kinds = {"bool": "b", "int": "i", "float": "f", "str": "s", "bytes": "y", "list": "l", "dict": "d"}
_types = {kind.__name__: kind for kind in (bool, int, float, str, bytes, list, dict, tuple, set, object)}
_types["__builtins__"] = {}
_values = {"nan": float("nan"), "inf": float("inf"), "__builtins__": {}}


def read(text):
    """What parameters.c wants to know of a signature: the inspect.Signature, the parameters' names, defaults, which of
    them are required, of what kind they are, which take None, how many cannot be given by name, how many can be
    given by place, and whether more can.  ValueError if it is none, or has a part that no function here can have."""
    function = _parse(text)
    arguments = function.args
    if arguments.kwarg:
        raise ValueError("**kwargs")
    by_place = arguments.posonlyargs + arguments.args
    all_of_them = by_place + arguments.kwonlyargs
    defaults = [None] * (len(by_place) - len(arguments.defaults)) + arguments.defaults + arguments.kw_defaults
    values = [None if node is None else _value(node) for node in defaults]
    kinds, optional = zip(*map(_kind, all_of_them)) if all_of_them else ((), ())
    return (
        _signature(function, values, [node is None for node in defaults]),
        tuple(sys.intern(argument.arg) for argument in all_of_them),
        tuple(values),
        bytes(node is None for node in defaults),
        "".join(kinds).encode(),
        bytes(optional),
        len(arguments.posonlyargs),
        len(by_place),
        arguments.vararg is not None,
    )


def _parse(text):
    try:
        module = ast.parse(f"def f{text.strip()}: pass")
    except SyntaxError as error:
        raise ValueError(error.msg) from None
    function = module.body[0]
    # The text might have been more than a signature.
    if len(module.body) != 1 or not isinstance(function, ast.FunctionDef) or not isinstance(function.body[0], ast.Pass):
        raise ValueError("this is more than a signature")
    return function


def _value(node):
    """The default that an expression stands for; it was written by the application, as all of the signature was."""
    try:
        return eval(compile(ast.Expression(node), "<signature>", "eval"), dict(_values))
    except Exception as error:
        raise ValueError(str(error)) from None


def _kind(argument):
    """The letter of what a parameter takes, and whether None as well."""
    node, optional = argument.annotation, False
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_none(node.right):
        node, optional = node.left, True
    if isinstance(node, ast.Subscript):  # list[int]
        node = node.value
    return _kinds.get(node.id, "a") if isinstance(node, ast.Name) else "a", optional


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _signature(function, values, required):
    arguments, P = function.args, inspect.Parameter
    kinds = [P.POSITIONAL_ONLY] * len(arguments.posonlyargs) + [P.POSITIONAL_OR_KEYWORD] * len(arguments.args)
    by_place = arguments.posonlyargs + arguments.args
    rows = list(zip(by_place, kinds, values, required))
    if arguments.vararg:
        rows.append((arguments.vararg, P.VAR_POSITIONAL, None, True))
    place = len(by_place)
    rows += zip(arguments.kwonlyargs, [P.KEYWORD_ONLY] * len(arguments.kwonlyargs), values[place:], required[place:])
    parameters = [
        P(argument.arg, kind, default=P.empty if needed else value, annotation=_annotation(argument.annotation))
        for argument, kind, value, needed in rows
    ]
    result = inspect.Signature.empty if function.returns is None else _annotation(function.returns)
    return inspect.Signature(parameters, return_annotation=result)


def _annotation(node):
    """The type itself where only types of Python's own are in it, else its text."""
    if node is None:
        return inspect.Parameter.empty
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    try:
        return eval(compile(ast.Expression(node), "<annotation>", "eval"), dict(_types))
    except Exception:
        return ast.unparse(node)


def hint(name, known):
    """The end of a sentence which says that there is no such name."""
    import difflib

    near = difflib.get_close_matches(name, known)
    return "; did you mean " + " or ".join(map(repr, near)) + "?" if near else ""


class Namespace:
    """Functions of the application whose names have this one before a dot: `qi.host.desk.price` is in `qi.host.desk`."""

    __slots__ = ("_name",)

    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name):
        if (found := find(f"{self._name}.{name}")) is not None:
            return found
        names = dir(self)
        text = hint(name, names) or ("; there is " + ", ".join(names) if names else "; it is empty")
        raise AttributeError(f"the application has exposed no qi.host.{self._name}.{name}{text}", name=name, obj=self)

    def __setattr__(self, name, value):
        raise AttributeError(f"qi.host.{self._name} is the application's; nothing can be set there", name=name, obj=self)

    def __dir__(self):
        return names_below(self._name + ".")

    def __eq__(self, other):
        return isinstance(other, Namespace) and self._name == other._name

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f"<namespace qi.host.{self._name}: {', '.join(dir(self))}>"


def find(name):
    """The function or namespace of a whole name, or None."""
    function = _qi._host_function(name)
    if function is None and any(known.startswith(name + ".") for known in _qi._host_function_names()):
        return Namespace(name)
    return function


def names_below(prefix):
    """What can follow a prefix, up to the next dot."""
    return sorted({known[len(prefix) :].split(".")[0] for known in _qi._host_function_names() if known.startswith(prefix)})
