# SPDX-License-Identifier: BSD-3-Clause
"""The text of stubs: classes, functions, docstrings."""

import keyword
import re

INDENT = "    "


def is_writable(name):
    """Whether code could say `object.name`, and a reader should see it."""
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")


def indented(lines):
    return [INDENT + line if line else line for line in lines]


def docstring(text):
    """The lines of a docstring, or `...` where there is none."""
    if not text:
        return ["..."]
    lines = text.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"').splitlines()
    if lines[-1].endswith('"'):
        lines[-1] += " "
    return [f'"""{lines[0]}"""'] if len(lines) == 1 else [f'"""{lines[0]}', *lines[1:], '"""']


def function(name, parameters, result, doc="", decorators=()):
    """The lines of a function; parameters: texts, with annotations and defaults."""
    body = docstring(doc)
    head = f"def {name}({', '.join(parameters)}) -> {result}:"
    if body == ["..."]:
        return [*decorators, f"{head} ..."]
    return [*decorators, head, *indented(body)]


def attribute(name, annotation, doc="", readonly=False):
    """The lines of an attribute."""
    if readonly:
        return function(name, ["self"], annotation, doc, ["@property"])
    return [f"{name}: {annotation}", *(docstring(doc) if doc else [])]


def class_(name, bases, doc, members):
    """The lines of a class; members: lists of lines."""
    names = {re.split(r"\W", line.removeprefix("def "), 1)[0] for member in members for line in member if not line.startswith((" ", '"', "@"))}
    body = [*(docstring(doc) if doc else []), *(line for member in members for line in _told(member, names))]
    return [f"class {name}({', '.join(bases)}):" if bases else f"class {name}:", *indented(body or ["..."]), ""]


_BUILTIN = re.compile(r"(?<![\w.])(bool|int|float|str|bytes|list|dict|tuple|set|object|property)\b")


def _told(lines, names):
    """A member called `list` or `property` hides what the annotations of its class mean by it."""
    hidden = names & {"bool", "int", "float", "str", "bytes", "list", "dict", "tuple", "set", "object", "property"}
    if not hidden:
        return lines
    return [_unhidden(line, hidden) for line in lines]


def _unhidden(line, hidden):
    if line.startswith(("def ", "@")):
        head, bracket, rest = line.partition("(")
        if line.startswith("@"):
            head, bracket, rest = "", "", line
        return head + bracket + _BUILTIN.sub(lambda found: _full(found, hidden), rest)
    name, colon, rest = line.partition(": ")
    return name + colon + _BUILTIN.sub(lambda found: _full(found, hidden), rest) if colon and name.isidentifier() else line


def _full(found, hidden):
    return f"builtins.{found[0]}" if found[0] in hidden else found[0]
