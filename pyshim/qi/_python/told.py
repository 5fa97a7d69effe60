# SPDX-License-Identifier: BSD-3-Clause
"""The text of an exception as its author wants to see it: it begins at a line of somebody's own, and names what was
meant where a name is misspelt, which Python before 3.12 does at its own prompt only."""

import builtins
import difflib
import inspect
import os
import traceback

#: Where the lines of this package and of importlib lie.
_INSIDE = ("/<qi>/", "<frozen importlib", os.path.dirname(os.path.dirname(__file__)) + os.sep)

_CANDIDATES = 750  # names that are looked at, as CPython's limit is
_LONGEST = 40  # letters of a name that is looked for


def format_exception(exception, trace=None):
    """The lines that traceback.format_exception() would return. trace: a traceback instead of the exception's own."""
    trace = exception.__traceback__ if trace is None else trace
    told = traceback.TracebackException(type(exception), exception, trace, compact=True)
    for each, about in _chain(told, exception):
        each.stack[:] = _from_the_author(each.stack)
        _add_hint(each, about)
    return list(told.format())


def _chain(told, exception):
    """A TracebackException with what it was made of, and those that it came from."""
    waiting, seen = [(told, exception)], set()
    while waiting:
        each, about = waiting.pop()
        if each is None or about is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each, about
        waiting += [(each.__cause__, about.__cause__), (each.__context__, about.__context__)]
        if isinstance(about, BaseExceptionGroup):  # others may have anything under that name
            waiting += zip(each.exceptions or (), about.exceptions)


def _from_the_author(stack):
    """Without the lines that lead to the first one of somebody's; all of them, where there are no others."""
    first = next((number for number, line in enumerate(stack) if not line.filename.startswith(_INSIDE)), 0)
    return stack[first:]


# -- what was meant -----------------------------------------------------------------------------------------


def _add_hint(told, exception):
    if isinstance(exception, (AttributeError, TypeError)) and "'coroutine'" in str(told):
        told._str = f"{told._str}. Is an 'await' missing before the call that has made the coroutine?"
        return
    if "id you mean" in str(told):  # Python since 3.12, or the author, has said it
        return
    try:
        meant = _meant(exception)
    except Exception:  # an object that is no more what its class says
        return
    if meant:
        told._str = f"{told._str}. Did you mean: {meant!r}?"


def _meant(exception):
    name = getattr(exception, "name", None)
    if not isinstance(name, str) or len(name) > _LONGEST:
        return None
    if isinstance(exception, AttributeError):
        return None if getattr(exception, "obj", None) is None else _near(name, _names(exception.obj))
    if type(exception) is NameError and exception.__traceback__ is not None:
        return _near_in_frame(name, exception.__traceback__)
    return None


def _names(obj):
    """As dir() has them, but without running a __dir__() or __getattr__() of somebody's, which may do anything."""
    kind = type(obj)
    if kind.__module__.partition(".")[0] in ("qi", "_qi"):
        return dir(obj)
    classes = [*kind.__mro__, *(type.mro(obj) if isinstance(obj, type) and obj is not type else ())]
    own = inspect.getattr_static(obj, "__dict__", None)
    own = object.__getattribute__(obj, "__dict__") if inspect.isgetsetdescriptor(own) or isinstance(own, dict) else {}
    return [*own, *(name for each in classes for name in vars(each))]


def _near_in_frame(name, trace):
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    owner = frame.f_locals.get("self")
    if owner is not None and name in _names(owner):
        return f"self.{name}"
    return _near(name, [*frame.f_locals, *frame.f_globals, *dir(builtins)])


def _near(name, known):
    known = [each for each in known if isinstance(each, str) and each != name][:_CANDIDATES]
    near = [each for each in known if len(each) == len(name) and sorted(each) == sorted(name)]  # fingers were too fast
    near = near or difflib.get_close_matches(name, known, 1, 0.7)
    return near[0] if near else None
