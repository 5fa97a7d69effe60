# SPDX-License-Identifier: BSD-3-Clause
"""What asyncio has one of for the process, or for the GUI thread, is no plugin's to set: the event loop policy, the
child watcher, the thread's default loop. All plugins, and asyncio's subprocesses, go by them.

A plugin that tries is told no, and what to do instead; so is a library that it calls, as uvloop.install(). In threads
of its own it may set the default loop, as asyncio.run() does there. The application may do all of it.
"""

import asyncio
import functools
import sys
import threading
from asyncio import events

from .._loop import policies
from .._python.scope import plugin_of

_INSTEAD = ("All plugins of the application share it; run a loop of another kind in a thread of your own, with "
            "asyncio.Runner(loop_factory=...)")


def guard(changes):
    """Refuses it from now on, until `changes` are undone."""
    gui = threading.get_ident()
    for name in ("set_event_loop_policy", "_set_event_loop_policy"):
        _replace(changes, name, _refusing("the policy of event loops"))
    _replace(changes, "set_event_loop", _refusing("the default event loop of the GUI thread", gui))
    _replace(changes, "set_child_watcher", _refusing("asyncio's child watcher"))
    policy = policies.find_policy()
    if policy is not None:  # which some ask directly
        kind = type(policy)
        changes.set(kind, "set_event_loop", _refusing("the default event loop of the GUI thread", gui)(kind.set_event_loop))
        if hasattr(kind, "set_child_watcher"):
            changes.set(kind, "set_child_watcher", _refusing("asyncio's child watcher")(kind.set_child_watcher))


def _replace(changes, name, refusing):
    """In both modules that have a function: asyncio's own code calls that of asyncio.events."""
    function = vars(events).get(name)
    if function is None:
        return
    refuses = refusing(function)
    for module in (events, asyncio):
        if vars(module).get(name) is function:
            changes.set(module, name, refuses)


def _refusing(what, thread=None):
    """A decorator. `thread` is the only one where it matters; None: all."""

    def decorate(function):
        @functools.wraps(function)
        def refuses(*args, **options):
            plugin = plugin_of()
            if plugin is not None and thread in (None, threading.get_ident()) and not _changes_nothing(args):
                raise RuntimeError(f"the plugin {plugin!r} may not set {what}, as {_caller()} does. {_INSTEAD}")
            return function(*args, **options)

        return refuses

    return decorate


def _changes_nothing(args):
    """Whether it is the application's own loop that is set."""
    return bool(args) and args[-1] is not None and args[-1] is asyncio._get_running_loop()


def _caller():
    """The line that has called, asyncio's own left out."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("asyncio", "qi"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
