# SPDX-License-Identifier: BSD-3-Clause
"""The loop of an application that hosts Python is the application's: no plugin ends it for all others.

Add-ons that bring a loop of their own, and the pump of others (`loop.stop(); loop.run_forever()` from a timer), find
this one running. What would end it is refused, and the message says who called and what to do instead.
"""

import sys

_INSTEAD = {
    "stop": "to end work of your own, cancel its task; to end the application, call what the application offers",
    "close": "close what you have opened yourself; the loop is closed when the application shuts Python down",
    "run_forever": "it runs already, and goes on while Qt's event loop does; take the call out",
}


def guard(loop):
    """From now on Python code can neither stop nor close the loop, nor run it."""
    for name, instead in _INSTEAD.items():
        setattr(loop, name, _refuser(name, instead))


def release(loop):
    """The runtime ends it: it is a loop as any other."""
    for name in _INSTEAD:
        vars(loop).pop(name, None)


def _refuser(name, instead):
    def refuse():
        caller = sys._getframe(1)
        raise RuntimeError(
            f"{caller.f_code.co_filename}:{caller.f_lineno} calls {name}() of the application's event loop, which all its "
            f"plugins share; only the application ends it: {instead}"
        )

    refuse.__name__ = name
    refuse.__qualname__ = f"QiSelectorEventLoop.{name}"
    refuse.__doc__ = f"Refused: the loop is the application's. Instead of {name}(), {instead}."
    return refuse
