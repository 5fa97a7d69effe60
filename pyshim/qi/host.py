# SPDX-License-Identifier: BSD-3-Clause
"""qi.host: the objects that the application shows to Python, by the names that it gave them.

    from qi import host
    host.window.setWindowTitle("hello")

A name that the application has not given raises AttributeError, one whose object was destroyed
ReferenceError.  In an interpreter that no application embeds there are none.
"""

import _qi


def __getattr__(name):
    try:
        return _qi._host_get(name)
    except KeyError:
        pass
    if not _qi.embedded:
        raise AttributeError(f"qi.host has no {name!r}: no application embeds this interpreter", name=name)
    raise AttributeError(f"the application has registered no object named {name!r}{_hint(name)}", name=name)


def __dir__():
    return sorted(_qi._host_names())


def _hint(name):
    import difflib

    known = _qi._host_names()
    near = difflib.get_close_matches(name, known)
    if near:
        return "; did you mean " + " or ".join(map(repr, near)) + "?"
    return "; there is " + ", ".join(sorted(known)) if known else "; there is none yet"
