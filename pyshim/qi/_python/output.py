# SPDX-License-Identifier: BSD-3-Clause
"""sys.stdout and sys.stderr while the application listens to what is printed: see qi/output.h.

What is written goes on to the stream that stood there before, and to the listeners with its origin. A
script console also sees what its own input prints at once, before the end of the line.
"""

import contextvars
import io
import sys

import _qi

from . import scope
from .ends import at_stop

#: For code that a script console runs: that console's Sink.
sink = contextvars.ContextVar("qi.console", default=None)


class Sink:
    """Takes what is printed by code of a console; its origin is what other listeners hear."""

    def __init__(self, origin, take):
        self.origin = origin
        self.take = take  # take(stream, text), from any thread


def origin():
    """The plugin, or the console, whose code runs; None for the application's. Called by line.c."""
    plugin = scope.plugin_of()
    if plugin is not None:
        return plugin
    console = sink.get()
    return None if console is None else console.origin


def _console_here():
    """The console whose code runs. A plugin that a console has started is not the console's."""
    console = sink.get()
    return console if console is not None and scope.current.get() is None else None


class Tee:
    """A text stream that the listeners hear; for all else it is the stream that it stands for."""

    def __init__(self, number, stream):
        self._number = number
        self._stream = stream
        self._lines = _qi._listening_writer(number)

    def write(self, text):
        try:  # first, so that what a listener prints comes after the line that it has heard
            return self._stream.write(text)
        finally:  # also where the process's stream is closed
            self._lines.write(text)
            self._show(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    @property
    def buffer(self):
        return _BinaryTee(self, self._stream.buffer)

    def end(self):
        """Hands over what waits for the end of its line."""
        _qi._hand_over(self._lines)

    def _show(self, text):
        console = _console_here()
        if console is not None:
            console.take(self._number, text)

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass  # as closing a standard stream would be a mistake

    def __iter__(self):
        return iter(self._stream)

    def __repr__(self):
        return f"<qi output, heard by the application, on {self._stream!r}>"


class _BinaryTee:
    def __init__(self, text, stream):
        self._text = text
        self._stream = stream

    def write(self, data):
        try:
            return self._stream.write(data)
        finally:
            self._text._lines.buffer.write(data)
            self._text._show(bytes(data).decode("utf-8", "backslashreplace"))

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        return getattr(self._stream, name)


_names = {1: "stdout", 2: "stderr"}
_installed = {}  # name: the Tee


def start():
    for number, name in _names.items():
        stream = getattr(sys, name)
        if stream is None or name in _installed:
            continue
        _installed[name] = Tee(number, stream)
        setattr(sys, name, _installed[name])
    at_stop.append(stop)


def stop():
    while stop in at_stop:
        at_stop.remove(stop)
    while _installed:
        name, tee = _installed.popitem()
        tee.end()
        if getattr(sys, name) is tee:  # else somebody has put a stream of his own there
            setattr(sys, name, tee._stream)


io.TextIOBase.register(Tee)
io.BufferedIOBase.register(_BinaryTee)
