# SPDX-License-Identifier: BSD-3-Clause
"""What JavaScript of QML looks like in Python: its functions can be called, and its errors raised.

    def load(done):          # QML: Python.call("desk:load", [function(rows) { … }])
        try:
            done([1, 2, 3])
        except qi.qml.JSError as error:
            print(error.file, error.line, error)

Names: JSFunction, JSError. Only applications that link libqi-qml, or whose QML imports Qi, ever make them.
"""

import inspect
import re

__all__ = ["JSError", "JSFunction"]


class JSError(RuntimeError):
    """An exception of JavaScript: what a function of it has thrown, or an Error that was given as a value.

    `name` is that of JavaScript ("TypeError"), `message` its text, `file` and `line` where it was made (line 0: nobody
    knows), `stack` the calls that led there, as JavaScript writes them.
    """

    def __init__(self, message="", name="Error", file="", line=0, stack=""):
        super().__init__(message, name, file, line, stack)
        self.message, self.name, self.file, self.line, self.stack = message, name, file, line, stack

    def __str__(self):
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.name}: {self.message}{place}"


class JSFunction:
    """A function of JavaScript. It is called in the GUI thread; in any other it raises RuntimeError."""

    __slots__ = ("__weakref__", "_function")

    def __init__(self, function):
        self._function = function

    def __call__(self, *args):
        answer = self._function.call(list(args))
        if "error" in answer:
            raise JSError(*answer["error"])
        if "refused" in answer:
            raise RuntimeError(answer["refused"])
        return answer["value"]

    def __repr__(self):
        return f"<qi.qml.JSFunction {self._function.name or '(anonymous)'}>"


_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


def _pattern(source, flags):
    """A RegExp, with Python's way to write the names of groups. What only JavaScript's can do is a ValueError."""
    source = re.sub(r"(?<!\\)((?:\\\\)*)\(\?<(?![=!])", r"\1(?P<", source)
    source = re.sub(r"(?<!\\)((?:\\\\)*)\\k<(\w+)>", r"\1(?P=\2)", source)
    try:
        return re.compile(source, sum(_FLAGS[flag] for flag in set(flags) if flag in _FLAGS))
    except re.error as error:
        raise ValueError(f"Python has no such pattern as /{source}/{flags}: {error}; pass its `source` on instead") from None


def _set(items):
    """A Set; a list where an item cannot be hashed."""
    try:
        return set(items)
    except TypeError:
        return items


def _kind(value):
    """What becomes of an object that Qt has no type for."""
    if isinstance(value, JSFunction):
        return "function"
    if isinstance(value, (set, frozenset)):
        return "set"
    if isinstance(value, BaseException):
        return "error"
    if isinstance(value, int):
        return "int"
    if isinstance(value, re.Pattern):
        return "pattern"
    if not callable(value):
        return "opaque"
    either = value if hasattr(value, "__code__") else getattr(value, "__call__", value)
    return "async" if inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(either) else "callable"


def _expression(pattern):
    """A pattern as JavaScript writes it: source and flags."""
    source = pattern.pattern.replace("(?P<", "(?<")
    source = re.sub(r"\(\?P=(\w+)\)", r"\\k<\1>", source)
    return [source, "".join(letter for letter, flag in _FLAGS.items() if pattern.flags & flag)]


async def _awaited(function, *args, **named):
    """What a coroutine function that JavaScript has is launched by."""
    return await function(*args, **named)


def _name(function):
    """What messages call such a function."""
    return f"{getattr(function, '__module__', None) or '?'}:{getattr(function, '__qualname__', type(function).__qualname__)}"


def _told(error):
    """The type and the text of an exception."""
    if isinstance(error, JSError):
        return [error.name, error.message]
    return [type(error).__qualname__, str(error)]
