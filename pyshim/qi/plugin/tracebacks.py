# SPDX-License-Identifier: BSD-3-Clause
"""Exceptions of plugins as their authors want to see them: without the lines of this package and of importlib, which
lie between the application and the plugin's code, and between one module of a plugin and another."""

import traceback
import types

from .._python import told

_PACKAGE = __package__.partition(".")[0]


def prune(exception):
    """Takes such lines out of an exception, and of those that it came from. Returns it."""
    waiting, seen = [exception], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        # Not by what its class makes of that: one of a frozen dataclass lets nothing be set, and others have `exceptions`
        # of their own.
        BaseException.with_traceback(each, _shown(each.__traceback__))
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
    return exception


def _shown(line):
    """A copy of a traceback with the lines that are shown; None: there are none."""
    lines = []
    while line is not None:
        if not _is_internal(line.tb_frame):
            lines.append(line)
        line = line.tb_next
    shown = None
    for line in reversed(lines):
        shown = types.TracebackType(shown, line.tb_frame, line.tb_lasti, line.tb_lineno)
    return shown


def _is_internal(frame):
    name = frame.f_globals.get("__name__")
    package = name.partition(".")[0] if isinstance(name, str) else ""
    return package in (_PACKAGE, "importlib") or frame.f_code.co_filename.startswith("<frozen importlib")


def describe(exception):
    """The text of its traceback."""
    try:
        return "".join(told.format_exception(exception))
    except Exception:  # of the exception's own __str__()
        return f"{type(exception).__qualname__}\n"


def headline(exception):
    """The exception's type and text in a line."""
    try:
        if isinstance(exception, SyntaxError):  # of which a traceback shows the place in lines of their own
            return f"{type(exception).__qualname__}: {exception}"
        return "".join(traceback.format_exception_only(type(exception), exception)).strip()
    except Exception:
        return type(exception).__qualname__
