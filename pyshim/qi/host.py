# SPDX-License-Identifier: BSD-3-Clause
"""qi.host: the objects and functions that the application shows to Python, by the names that it gave them.

    from qi import host
    host.window.setWindowTitle("hello")
    host.desk.price("ACME", count=3)

    host.emit("document.loaded", "letter.odt", size=4711)      # for whoever listens in the application

help(qi.host.desk.price) tells what a function takes.  A name that the application has not given raises AttributeError, one whose object was destroyed
ReferenceError.  In an interpreter that no application embeds there are none.
"""

import sys
import types

import _qi


_objects = {}  # those that are no QObjects of the application, shown by plugins


def __getattr__(name):
    try:
        return _qi._host_get(name)
    except KeyError:
        pass
    if name in _objects:
        return _objects[name]
    if _qi._host_function_names() and (found := _expose().find(name)) is not None:
        return found
    if name == "emit":  # last: a name of the application's own goes first
        return _qi.emit
    if not _qi.embedded:
        raise AttributeError(f"qi.host has no {name!r}: no application embeds this interpreter", name=name)
    raise AttributeError(f"the application has registered no object named {name!r}{_hint(name)}", name=name)


def __dir__():
    functions = _expose().names_below("") if _qi._host_function_names() else []
    return sorted({*_qi._host_names(), *_objects, *functions})


class _Host(types.ModuleType):
    """A module that shows what the application has registered."""

    def __repr__(self):
        return f"<qi.host: {', '.join(__dir__()) or 'the application has registered nothing'}>"


sys.modules[__name__].__class__ = _Host


def _expose():
    from ._objects import expose

    return expose


def _register(name, object):
    """Shows an object under a name that nothing has."""
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{name!r} is no name of Python's that qi.host could have")
    if name in __dir__():
        raise ValueError(f"qi.host has a {name!r} already")
    _objects[name] = object


def _unregister(name, object):
    """Takes it out again, unless another one has its place."""
    if _objects.get(name) is object:
        del _objects[name]


def _hint(name):
    import difflib

    known = __dir__()
    near = difflib.get_close_matches(name, known)
    if near:
        return "; did you mean " + " or ".join(map(repr, near)) + "?"
    return "; there is " + ", ".join(sorted(known)) if known else "; there is none yet"
