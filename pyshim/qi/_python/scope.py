# SPDX-License-Identifier: BSD-3-Clause
"""Whose code runs: the plugin behind a Context, a task, or an exception.

Code of a plugin runs in a Context in which `current` is the plugin's Scope. What asyncio makes there, tasks,
timers and callbacks, inherits it, as do threads of asyncio.to_thread() and the connections of signals. Where
no Context tells, as in an exception that left a slot of another binding, the modules that it passed do.
"""

import _qi

PACKAGE = "qi_plugins"  # modules of the plugin "orders" are qi_plugins.orders and below

current = _qi._scope_variable  # a ContextVar: the Scope that code runs for, or None


class Scope:
    """What belongs to one activation of a plugin."""

    __slots__ = ("plugin", "threads", "paths", "written", "sockets", "touched", "registered", "processes", "__weakref__")

    def __init__(self, plugin):
        self.plugin = plugin
        self.threads = []  # weak references to those that its code has started
        self.paths = set()  # of the files that it has opened: belongings.c
        self.written = set()  # of those that it has written, or may have
        self.sockets = []  # weak references to those that it has made
        self.touched = set()  # what it has changed of the current folder and the environment: belongings.c
        self.registered = []  # (the module atexit or codecs, function)
        self.processes = []  # (pid, what it was started with)

    def __repr__(self):
        return f"<the scope of the plugin {self.plugin!r}>"


def scope_of(context=None):
    """The Scope of a Context, of the running code by default, or None."""
    return current.get() if context is None else context.get(current)


def plugin_of(context=None):
    """The id of the plugin that a Context belongs to, the running code's by default, or None."""
    scope = scope_of(context)
    return None if scope is None else scope.plugin


def context_of(task):
    """The Context that a task of asyncio's runs in, or None where it cannot be found."""
    get = getattr(task, "get_context", None)  # Python 3.12
    if get is not None:
        return get()
    import contextvars
    import gc

    found = (referent for referent in gc.get_referents(task) if type(referent) is contextvars.Context)
    return next(found, None)


def scope_of_task(task):
    """The Scope that a task of asyncio's belongs to, or None."""
    context = context_of(task)
    return None if context is None else scope_of(context)


def plugin_of_task(task):
    """The id of the plugin that a task of asyncio's belongs to, or None."""
    context = context_of(task)
    return None if context is None else plugin_of(context)


def plugin_of_module(name):
    """The id of the plugin that a module belongs to by its name, or None."""
    package, _, rest = name.partition(".")
    return rest.partition(".")[0] or None if package == PACKAGE else None


def plugin_of_exception(exception):
    """The id of the plugin whose code the exception passed first of all plugins, seen from the caller."""
    plugin = getattr(exception, "_qi_plugin", None)  # scope.c has seen it leave a Context
    if plugin is not None:
        return plugin
    traceback = exception.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_globals.get("__name__")
        plugin = plugin_of_module(name) if isinstance(name, str) else None
        if plugin is not None:
            return plugin
        traceback = traceback.tb_next
    return None


def blame(exception, task=None, handle=None):
    """The id of the plugin that an exception is reported under: that of the task or handle which it ended,
    else of the modules that it passed, else of the running code. None: no plugin's."""
    context = context_of(task) if task is not None else getattr(handle, "_context", None)
    plugin = None if context is None else plugin_of(context)
    return plugin or plugin_of_exception(exception) or plugin_of()
