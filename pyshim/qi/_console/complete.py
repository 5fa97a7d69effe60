# SPDX-License-Identifier: BSD-3-Clause
"""Completion and call tips for the script console, from the live objects and without running their code.

Attributes are looked at statically: what a property, a `__getattr__` or a `__dir__` written in Python would
answer stays unknown, since asking could do anything. Only what is asked for at the cursor is looked at, so it
is quick enough for each key.
"""

import ast
import builtins
import inspect
import io
import keyword
import pathlib
import re
import sys
import tokenize
import types

import _qi

from .. import host

MOST = 500  # completions that are worth showing
DOC_LINES, DOC_WIDTH = 12, 1200

_opening, _closing = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
_missing = object()
_skipped = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
# Descriptors of C code, which answers without side effects.
_harmless = (
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.BuiltinFunctionType,
    types.FunctionType,
    staticmethod,
    classmethod,
)
_routines = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    staticmethod,
    classmethod,
)
_literal_types = (str, bytes, int, float, complex, list, dict, set, tuple)


# -- what stands before the cursor ----------------------------------------------------------------------


def _tokens(text):
    """The tokens of a text that need not be complete, and whether it ends inside a string."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            found.append(token)
    except (tokenize.TokenError, SyntaxError) as error:
        return found, "string" in str(error)
    return found, False


def _in_string_or_comment(text):
    tokens, in_string = _tokens(text)
    if in_string:
        return True
    last = next((token for token in reversed(tokens) if token.type not in _skipped), None)
    # An unfinished string of one line is an ERRORTOKEN up to 3.11.
    if last is None or last.end[0] != text.count("\n") + 1:
        return False
    if last.type == tokenize.COMMENT:
        return True
    line = text.rpartition("\n")[2]
    return any(token.type == tokenize.ERRORTOKEN and token.string[:1] in "'\"" for token in tokens
               if token.start[0] == last.end[0]) and bool(line)


_word = re.compile(r"(?:[^\W\d]\w*)?$")


def _expression_before(text):
    """The primary expression that `text`, which a dot followed, ends with, or None."""
    text = text.rstrip(" ")
    depth, at = 0, len(text)
    while at > 0:
        character = text[at - 1]
        if character in _closing:
            depth += 1
        elif character in _opening:
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and character in "'\"":
            start = _string_start(text[:at])
            if start is None:
                return None
            at = start + 1
        elif depth == 0 and not (character.isalnum() or character in "_."):
            break
        at -= 1
    return text[at:].strip() or None


def _string_start(text):
    """Where the string that `text` ends with begins, if it is on one line."""
    quote = text[-1]
    at = text.rfind(quote, 0, len(text) - 1)
    return at if at >= 0 and "\n" not in text[at:] else None


def _call_before(text):
    """The innermost call that is open at the end: the text of what is called, how many commas, and the
    keywords that are given already."""
    tokens, _ = _tokens(text)
    stack = []
    lines = text.splitlines(keepends=True)
    for index, token in enumerate(tokens):
        if token.type != tokenize.OP:
            continue
        if token.string in _opening:
            before = tokens[index - 1] if index else None
            stack.append([token, before, 0, []])
        elif token.string in _closing and stack:
            stack.pop()
        elif token.string == "," and stack:
            stack[-1][2] += 1
        elif token.string == "=" and stack and index and tokens[index - 1].type == tokenize.NAME:
            stack[-1][3].append(tokens[index - 1].string)
    while stack:
        opened, before, commas, given = stack.pop()
        called = before and (before.type == tokenize.NAME and not keyword.iskeyword(before.string)
                             or before.string in (")", "]"))
        if opened.string == "(" and called and before.end == opened.start:
            offset = sum(map(len, lines[: opened.start[0] - 1])) + opened.start[1]
            name = _expression_before(text[:offset])
            defined = re.search(r"\b(def|class)\s+$", text[: offset - len(name or "")])
            return None if defined or not name else (name, commas, given)
        if opened.string == "(":
            continue
        return None
    return None


# -- looking without touching ---------------------------------------------------------------------------


def _is(value, kinds):
    """isinstance() of what the object really is: the other asks for __class__, which may be anybody's code."""
    return issubclass(type(value), kinds)



def _is_ours(value):
    """Objects of the application: their names come from a meta-object, and asking runs nothing of it."""
    return type(value).__module__ == "_qi" or value is host


def _attribute(owner, name):
    """An attribute, if it can be had without running anybody's code; else _missing."""
    if owner is host:
        return owner.__getattr__(name) if name in _qi._host_names() else _missing
    if _is(owner, _qi.Object):
        value = _member_of(owner, name)
        if value is not _missing:
            return value
    try:
        found = inspect.getattr_static(owner, name)
    except (AttributeError, TypeError):
        return _missing
    if _is(owner, types.ModuleType) or _in_instance(owner, name, found):
        return found
    if _is(found, types.GetSetDescriptorType):
        return getattr(owner, name) if _is(owner, _literal_types) else _missing
    if _is(found, _harmless):
        return _bind(owner, name, found)
    if _is(found, property) or hasattr(type(found), "__get__"):
        return _missing
    return found


def _member_of(owner, name):
    """A method or signal of an application's object; a property would call the application."""
    kind = _qi._member_kind(owner, name)
    return getattr(owner, name) if kind in ("signal", "method") else _missing


def _in_instance(owner, name, found):
    own = _dictionary(owner)
    return not _is(owner, type) and own is not None and own.get(name, _missing) is found


def _bind(owner, name, found):
    """What getattr() would give, for a class whose way of finding attributes is Python's own."""
    kind = owner if _is(owner, type) else type(owner)
    getter = inspect.getattr_static(type(owner), "__getattribute__", None)
    if getter not in (object.__getattribute__, type.__getattribute__, types.ModuleType.__getattribute__,
                      super.__getattribute__):
        return found
    try:
        return found.__get__(None if _is(owner, type) else owner, kind)
    except Exception:
        return found


def _dictionary(value):
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return own if isinstance(own, (dict, types.MappingProxyType)) else None


def _names(value):
    """The names of the attributes."""
    if _is_ours(value):
        return set(dir(value))
    found = set()
    if _is(value, type):
        for base in type.__dict__["__mro__"].__get__(value):
            found.update(type.__dict__["__dict__"].__get__(base))
        return found
    found.update(_dictionary(value) or ())
    if _is(value, types.ModuleType):
        found.update(_module_later(value))
        return found
    for base in type.__dict__["__mro__"].__get__(type(value)):
        found.update(type.__dict__["__dict__"].__get__(base))
    return found


def _module_later(module):
    """Names that a module promises but has not imported yet."""
    own = vars(module)
    listed = own.get("__all__")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, (list, tuple)) else []
    return [*names, *_submodules(own.get("__path__"))]


def _resolve(text, names):
    """The object that an expression stands for, or _missing; nothing is called."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _missing
    return _resolve_node(tree, names)


def _resolve_node(node, names):
    match node:
        case ast.Name(id=name):
            return names[name] if name in names else getattr(builtins, name, _missing)
        case ast.Attribute(value=value, attr=attribute):
            owner = _resolve_node(value, names)
            return owner if owner is _missing else _attribute(owner, attribute)
        case ast.Constant(value=value):
            return value
        case ast.List() | ast.ListComp():
            return []
        case ast.Dict() | ast.DictComp():
            return {}
        case ast.Set() | ast.SetComp():
            return set()
        case ast.Tuple():
            return ()
        case ast.JoinedStr():
            return ""
        case ast.Subscript(value=value, slice=ast.Constant(value=key)):
            owner = _resolve_node(value, names)
            if type(owner) in (list, tuple, dict, str, bytes):
                try:
                    return owner[key]
                except (LookupError, TypeError):
                    return _missing
    return _missing


# -- modules --------------------------------------------------------------------------------------------

_modules_seen = {}  # path of a folder: (its time, names)


def _modules_in(folder):
    try:
        path = pathlib.Path(folder)
        time = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return ()
    known = _modules_seen.get(folder)
    if known is None or known[0] != time:
        found = set()
        for entry in path.iterdir():
            name = entry.name.partition(".")[0]
            suffix = entry.name[len(name):]
            if name.isidentifier() and (suffix == ".py" or suffix.endswith(".so") or not suffix and entry.is_dir()):
                found.add(name)
        known = _modules_seen[folder] = (time, found - {"__init__", "__pycache__"})
    return known[1]


def _submodules(folders):
    if not isinstance(folders, (list, tuple)) and type(folders).__name__ != "_NamespacePath":
        return ()
    return {name for folder in list(folders) if isinstance(folder, str) for name in _modules_in(folder)}


def _all_modules():
    return {*sys.stdlib_module_names, *sys.builtin_module_names, "qi", *_submodules([path or "." for path in sys.path])}


def _package_folders(dotted):
    """Where the modules of a package are, without importing it."""
    if dotted in sys.modules:
        return _dictionary(sys.modules[dotted]).get("__path__")
    folders = list(sys.path)
    for part in dotted.split("."):
        folders = [str(pathlib.Path(folder) / part) for folder in folders if part in _modules_in(folder)]
    return folders


_import_module = re.compile(r"(?:^|;|:)\s*(?:import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*|from\s+)([\w.]*)$", re.ASCII)
_import_name = re.compile(r"(?:^|;|:)\s*from\s+([\w.]+)\s+import\s+\(?\s*(?:\w+(?:\s+as\s+\w+)?\s*,\s*)*(\w*)$")


def _complete_import(line):
    """(the word, its completions) where the line imports something; else None."""
    if found := _import_module.search(line):
        package, _, word = found[1].rpartition(".")
        names = _submodules(_package_folders(package)) if package else _all_modules()
        return word, [(name, "module") for name in names]
    if found := _import_name.search(line):
        module = sys.modules.get(found[1])
        own = _dictionary(module) or {} if module is not None else {}
        names = {name: _kind(own[name]) for name in own}
        for name in _submodules(_package_folders(found[1])):
            names.setdefault(name, "module")
        if module is not None:
            for name in _module_later(module):
                names.setdefault(name, "name")
        return found[2], list(names.items())
    return None


# -- completion -----------------------------------------------------------------------------------------


def _kind(value):
    if _is(value, types.ModuleType):
        return "module"
    if _is(value, type):
        return "class"
    if type(value).__name__ == "Signal" and type(value).__module__ == "_qi":
        return "signal"
    kind = type(value)
    if _is(value, _routines) or _is_ours(value) and kind.__name__ == "Method":
        return "function"
    if hasattr(kind, "__get__") and not hasattr(kind, "__set__"):  # functions of compilers, for example
        return "function"
    if _is(value, (property, types.GetSetDescriptorType, types.MemberDescriptorType)):
        return "property"
    return "name"


def _member_kind(owner, name):
    if _is(owner, _qi.Object):
        kind = _qi._member_kind(owner, name)
        if kind is not None:
            return {"method": "function"}.get(kind, kind)
    try:
        return _kind(inspect.getattr_static(owner, name))
    except (AttributeError, TypeError):
        return "name"


def complete(names, source, cursor):
    """What could stand at the cursor: {"start": where the word begins, "matches": [[text, kind]…]}."""
    before = source[:cursor]
    if _in_string_or_comment(before):
        return {"start": cursor, "matches": []}
    line = before.rpartition("\n")[2]
    imported = _complete_import(line)
    if imported is not None:
        word, found = imported
    else:
        word = _word.search(before)[0]
        rest = before[: len(before) - len(word)].rstrip(" ")
        if rest.endswith(".") and not rest.endswith(".."):
            found = _complete_attribute(names, rest[:-1])
        else:
            found = _complete_name(names, before, word)
    return {"start": cursor - len(word), "matches": _matching(found, word)}


def _complete_attribute(names, text):
    expression = _expression_before(text)
    if expression and expression.isdigit() and not text.endswith(" "):
        return []  # the beginning of a float
    owner = _resolve(expression, names) if expression else _missing
    if owner is _missing:
        return []
    return [(name, _member_kind(owner, name)) for name in _names(owner) if isinstance(name, str)]


def _complete_name(names, before, word):
    found = {name: _kind(value) for name, value in vars(builtins).items()}
    found |= {name: "keyword" for name in (*keyword.kwlist, *keyword.softkwlist) if name != "_"}
    found |= {name: _kind(value) for name, value in list(names.items()) if type(name) is str}
    call = _call_before(before[: len(before) - len(word)])
    if call:
        for parameter in _keywords(_resolve(call[0], names)):
            if parameter not in call[2]:
                found[parameter + "="] = "argument"
    return list(found.items())


def _keywords(value):
    signature = _signature(value) if value is not _missing else None
    if signature is None:
        return []
    wanted = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [parameter.name for parameter in signature.parameters.values() if parameter.kind in wanted]


def _matching(found, word):
    """Those that begin with the word, in its case or another; private ones only when they are asked for."""
    lower = word.lower()
    fitting = [(name, kind) for name, kind in found if name.lower().startswith(lower)
               and (word.startswith("_") or not name.startswith("_"))
               and name.rstrip("=").isidentifier()]
    fitting.sort(key=lambda each: (each[1] != "argument", not each[0].startswith(word), each[0].lower(), each[0]))
    return [list(each) for each in fitting[:MOST]]


# -- call tips ------------------------------------------------------------------------------------------


def _signature(value):
    try:
        own = inspect.getattr_static(value, "__signature__", None)
        if isinstance(own, property) or isinstance(own, types.FunctionType):
            return None
        options = {}
        if sys.version_info >= (3, 14):  # annotations are code, which is not to run
            import annotationlib

            options["annotation_format"] = annotationlib.Format.STRING
        return inspect.signature(value, **options)
    except Exception:  # whatever inspect says of things that are none of Python's
        return None


def _documentation(value):
    if _is(value, _literal_types):
        return ""
    found = inspect.getattr_static(value, "__doc__", None)
    if _is(found, (types.GetSetDescriptorType, types.MemberDescriptorType)):
        found = value.__doc__
    if not isinstance(found, str) and _is_ours(value):
        found = value.__doc__
    if not isinstance(found, str):
        return ""
    lines = inspect.cleandoc(found).splitlines()
    text = "\n".join(lines[:DOC_LINES])
    return text[:DOC_WIDTH] + ("\n…" if len(lines) > DOC_LINES or len(text) > DOC_WIDTH else "")


def _tip(name, value):
    signature = _signature(value) if callable(value) or _is(value, type) else None
    shown = name.rpartition(".")[2]
    if signature is not None:
        shown += str(signature)
    elif callable(value):
        shown += "(…)"
    else:
        shown += f": {type(value).__name__}"
    return {"signature": shown, "doc": _documentation(value)}


def describe(names, expression):
    """Signature and documentation of what an expression stands for, or None."""
    value = _resolve(expression, names)
    return None if value is _missing else _tip(expression, value)


def call_tip(names, source, cursor):
    """The same for the call whose parentheses the cursor is in, with `argument`, the number of commas."""
    call = _call_before(source[:cursor])
    tip = describe(names, call[0]) if call else None
    return tip and {**tip, "argument": call[1]}
