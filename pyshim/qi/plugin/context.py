# SPDX-License-Identifier: BSD-3-Clause
"""What activate(ctx) gets: everything that a plugin makes through it is undone when the plugin is ended."""

import asyncio
import inspect
import logging
import math
import pathlib

import _qi

from .. import host
from .._loop.loop import run_task
from .._python import private
from .._signals.slots import asyncslot
from . import icons, trust
from .schema import near
from .settings import Settings
from .turns import OVERLAPS, Turns


class Action:
    """Something that the plugin adds to the application's menus. What is changed here is shown at once."""

    __slots__ = ("_ctx", "_callback", "_shown", "_turns", "_undo", "name", "__weakref__")  # a misspelt name is an error

    def __init__(self, ctx, name, callback, shown):
        self._ctx = ctx
        self._callback = callback
        self._shown = shown
        self._turns = Turns(shown["overlap"])
        self.name = name

    def describe(self):
        """What qi_plugin_describe() says of it."""
        return {"name": self.name, **self._shown, "icon": icons.found(self._ctx.folder, self.icon)}

    def _change(self, key, value):
        kind = type(self._shown[key])
        if type(value) is not kind:
            raise TypeError(f"{key} of the action {self.name!r} is a {kind.__name__}, not {value!r}")
        if self._shown[key] != value:
            self._shown[key] = value
            self._ctx._actions_changed()

    text = property(lambda self: self._shown["text"], lambda self, value: self._change("text", value))
    tooltip = property(lambda self: self._shown["tooltip"], lambda self, value: self._change("tooltip", value))
    shortcut = property(lambda self: self._shown["shortcut"], lambda self, value: self._change("shortcut", value))
    menu = property(lambda self: self._shown["menu"], lambda self, value: self._change("menu", value))
    icon = property(lambda self: self._shown["icon"], lambda self, value: self._change("icon", icons.checked(value)))
    toolbar = property(lambda self: self._shown["toolbar"])
    overlap = property(lambda self: self._shown["overlap"])
    enabled = property(lambda self: self._shown["enabled"], lambda self, value: self._change("enabled", value))
    checkable = property(lambda self: self._shown["checkable"])
    checked = property(lambda self: self._shown["checked"], lambda self, value: self._change("checked", value))

    def __setattr__(self, name, value):
        if not hasattr(type(self), name):
            shown = [each for each in dir(type(self)) if not each.startswith("_")]
            raise AttributeError(f"an action has no {name!r}{near(name, shown)}", name=name)
        object.__setattr__(self, name, value)

    def remove(self):
        """Takes the action out again; does nothing a second time."""
        self._ctx._remove_action(self)

    def _run(self):
        """Runs it in the plugin's Context. Returns its result, or a coroutine that has it when it is its turn."""
        return self._call() if self.overlap == "concurrent" else self._turns.take(self._call)

    def _call(self):
        if self.checkable:
            self.checked = not self.checked
        takes = inspect.signature(self._callback).parameters if self.checkable else ()
        return self._callback(self.checked) if takes else self._callback()

    def __repr__(self):
        return f"<the action {self.name!r} of the plugin {self._ctx.id!r}>"


class Timer:
    """What call_later() and every() return."""

    def __init__(self, ctx, seconds, function, args, again):
        self._ctx, self._seconds, self._function, self._args, self._again = ctx, seconds, function, args, again
        self._handle = None
        self._task = None
        self._undo = ctx._owns(f"the timer of {function!r}", self.cancel)
        self._begin()

    def _begin(self):
        self._handle = asyncio.get_running_loop().call_later(self._seconds, self._fire)

    def _fire(self):
        self._handle = None
        if not self._again:
            self._ctx._lets_go(self._undo)
        try:
            result = self._function(*self._args)
            if inspect.iscoroutine(result):
                self._task = run_task(result, name=f"{self._ctx.id}: timer")
        finally:
            if self._again and self._undo is not None:
                self._wait()

    def _wait(self):
        """A coroutine that is slower than its timer delays the next."""
        if self._task is not None and not self._task.done():
            self._task.add_done_callback(lambda task: self._undo is not None and self._begin())
        elif self._handle is None:
            self._begin()

    def cancel(self):
        """Ends the timer; a coroutine that it has started goes on."""
        undo, self._undo = self._undo, None
        if undo is not None:
            self._ctx._lets_go(undo)
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class Link:
    """What connect() returns for the signals of other bindings: ends with disconnect(), as a Connection does."""

    def __init__(self, ctx, end):
        self._ctx, self._end = ctx, end
        self._undo = ctx._owns("a connection", self.disconnect)

    def disconnect(self):
        """Ends the connection; does nothing a second time."""
        undo, self._undo = self._undo, None
        if undo is not None:
            self._ctx._lets_go(undo)
            self._end()


class Listener:
    """What on_change() of the settings returns."""

    def __init__(self, ctx, function, key):
        self.function, self.key = function, key
        self._ctx = ctx
        self._undo = ctx._owns("a listener to settings", self.cancel)

    def cancel(self):
        """Ends it; does nothing a second time."""
        undo, self._undo = self._undo, None
        if undo is not None:
            self._ctx._lets_go(undo)
            self._ctx._listeners.remove(self)


class Context:
    """A plugin's view of the application, from activate() until the plugin is ended."""

    def __init__(self, activation):
        self._activation = activation
        self._listeners = []
        self._manifest = activation.manifest
        values, change = activation.values, activation.change_setting
        self._settings = Settings(values, change, self._listen)
        self.state = activation.plugin.kept
        self.log = logging.getLogger(f"plugin.{self.id}")

    # -- what it is --

    @property
    def id(self):
        """The plugin's id."""
        return self._manifest.id

    @property
    def manifest(self):
        """The plugin's Manifest."""
        return self._manifest

    @property
    def folder(self):
        """The plugin's folder, a pathlib.Path."""
        return pathlib.Path(self._manifest.folder)

    @property
    def data_folder(self):
        """A folder for the plugin's own files, which stays when the plugin is updated. It is made here, for this user alone;
        PermissionError if others could change what is in it."""
        folder = pathlib.Path(self._activation.data_folder)
        private.make_own_folder(folder, lambda place: next(trust.way_problems(place), ""))
        return folder

    @property
    def settings(self):
        """The plugin's settings, by key: see Settings."""
        return self._settings

    @property
    def host(self):
        """The application's objects, as qi.host has them."""
        return host

    # -- what it does --

    def run_task(self, coro, *, name=None):
        """Runs a coroutine as a task of the plugin, its first step at once. Returns the task."""
        return self._inside(run_task, coro, name=name)

    def create_task(self, coro, *, name=None):
        """The same, with its first step in the loop's next turn."""
        return self._inside(asyncio.get_running_loop().create_task, coro, name=name)

    def call_later(self, seconds, function, *args):
        """Calls function(*args) after so many seconds; a coroutine function becomes a task. Returns a Timer."""
        return self._inside(Timer, self, _seconds(seconds), _callable(function), args, False)

    def every(self, seconds, function, *args):
        """The same again and again, each time after so many seconds; a coroutine has ended before the next begins."""
        if _seconds(seconds) <= 0:
            raise ValueError(f"every() needs a time, not {seconds!r} seconds")
        return self._inside(Timer, self, seconds, _callable(function), args, True)

    def connect(self, signal, slot, *, overlap="concurrent"):
        """Connects a signal, of the application's objects or of any binding's, with a function or coroutine function.

        `overlap` is as that of qi.asyncslot(). The slot is kept until the connection ends, also a bound method.
        Returns the connection, which ends with disconnect().
        """
        if inspect.iscoroutinefunction(_callable(slot)):
            wrapped = asyncslot(slot, overlap=overlap)
        elif overlap != "concurrent":
            raise ValueError(f"overlap={overlap!r} is for coroutine functions, which {slot!r} is not")
        else:
            wrapped = slot
        return self._inside(self._connect, signal, wrapped, slot)

    def _connect(self, signal, wrapped, slot):
        connection = signal.connect(wrapped)

        def end(keeps=slot):
            if hasattr(connection, "disconnect"):
                connection.disconnect()
                return
            try:
                signal.disconnect(wrapped)
            except (RuntimeError, TypeError):  # the sender has gone, or the plugin has disconnected it itself
                pass

        return Link(self, end)

    def action(self, name, text=None, callback=None, *, shortcut=None, tooltip=None, menu=None, icon=None, toolbar=None,
               overlap=None, checkable=None, checked=False, enabled=True):
        """Adds an action to the application's menus, and returns it, an Action.

        What is left out is taken from the manifest's action of that name. The callback may be a coroutine function,
        and gets whether the action is checked, if it takes an argument and the action is checkable. `icon` is a file in
        the plugin's folder, or a name of the icon theme's. `overlap`, as that of qi.asyncslot(), says what becomes of a
        coroutine function that is triggered while it runs. Without a callback this is a decorator.
        """
        if callback is None:
            return lambda function: self.action(
                name, text, function, shortcut=shortcut, tooltip=tooltip, menu=menu, icon=icon, toolbar=toolbar,
                overlap=overlap, checkable=checkable, checked=checked, enabled=enabled) and function
        declared = self._declared_action(name)
        given = {"text": text, "tooltip": tooltip, "shortcut": shortcut, "menu": menu, "icon": icon}
        shown = {key: _text(key, value if value is not None else declared.get(key, "")) for key, value in given.items()}
        shown["text"] = shown["text"] or name
        shown["icon"] = icons.checked(shown["icon"])
        shown["toolbar"] = bool(declared.get("toolbar", False) if toolbar is None else toolbar)
        shown["overlap"] = _overlap(overlap or declared.get("overlap", "concurrent"), callback)
        shown["enabled"] = bool(enabled)
        shown["checkable"] = bool(declared.get("checkable", False) if checkable is None else checkable)
        shown["checked"] = bool(checked)
        return self._activation.add_action(Action(self, _text("name", name), _callable(callback), shown))

    def _declared_action(self, name):
        actions = self._manifest.contributes.get("actions", ())
        return next((action for action in actions if action["name"] == name), {})

    def expose(self, name, function=None):
        """Lets the application, and other plugins, call a function of this one as "ID:name". Also a decorator."""
        if function is None:
            return lambda found: self.expose(name, found) or found
        self._activation.expose(_text("name", name), _callable(function))

    def register(self, name, object):
        """Shows an object as qi.host.<name>, to all plugins."""
        self._activation.register(_text("name", name), object)

    def on_deactivate(self, function, *args):
        """Has function(*args), which may be a coroutine function, called when the plugin is ended; the last one first.
        May be used as a decorator."""
        self._owns(f"{function!r}", lambda: _callable(function)(*args))
        return function

    def progress(self, value, maximum=0, text=""):
        """As qi.progress()."""
        _qi.progress(value, maximum, text)

    # -- how --

    def _inside(self, function, *args, **options):
        """Calls in the plugin's Context, whoever has got hold of this object."""
        self._activation.check_open()
        return self._activation.run(function, *args, **options)

    def _owns(self, what, undo):
        return self._activation.owns(what, undo)

    def _lets_go(self, token):
        self._activation.lets_go(token)

    def _listen(self, function, key):
        self._activation.check_open()
        self._listeners.append(Listener(self, _callable(function), key))
        return self._listeners[-1]

    def _actions_changed(self):
        self._activation.actions_changed()

    def _remove_action(self, action):
        self._activation.remove_action(action)

    def __getattr__(self, name):
        names = [each for each in dir(type(self)) if not each.startswith("_")]
        raise AttributeError(f"ctx has no {name!r}{near(name, [*names, 'log', 'state'])}", name=name)

    def __repr__(self):
        return f"<the context of the plugin {self.id!r}>"


def _callable(function):
    if not callable(function):
        raise TypeError(f"a callable is needed, not {function!r}")
    return function


def _text(what, value):
    if not isinstance(value, str):
        raise TypeError(f"{what} is a text, not {value!r}")
    return value


def _overlap(overlap, callback):
    if overlap not in OVERLAPS:
        raise ValueError(f"there is no overlap {overlap!r}; it is one of {', '.join(OVERLAPS)}")
    if overlap != "concurrent" and not inspect.iscoroutinefunction(callback):
        raise ValueError(f"overlap={overlap!r} is for coroutine functions, which {callback!r} is not")
    return overlap


def _seconds(seconds):
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"seconds are a number, not {seconds!r}")
    if not math.isfinite(seconds):
        raise ValueError(f"{seconds!r} seconds will never be over")
    return seconds
