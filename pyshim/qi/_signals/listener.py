# SPDX-License-Identifier: BSD-3-Clause
"""How `qi` listens to a signal: of the application's objects, of PyQt6's and PySide6's, or of anything else.

How the end of a sender is noticed: the slot is a function to which only the connection refers, so that it
is freed when the connection goes. That is so for every binding, though none of them tells otherwise.
"""

import sys
import threading
import weakref

import _qi

from .._objects.bindings import check_signal
from .slots import copy_signal_arguments


class SenderDestroyed(ReferenceError):
    """The object whose signal was waited for was destroyed, so the signal can never come."""


SenderDestroyed.__module__ = "qi"  # where everybody gets it from


def name_of(signal):
    """The name of a signal, for messages: what its binding calls it, or its repr()."""
    for attribute in ("name", "signal"):  # the application's objects; PyQt's
        name = getattr(signal, attribute, None)
        if isinstance(name, str):
            return name.lstrip("2")
    text = repr(signal)
    if text.startswith("<PySide"):  # "<PySide6.QtCore.SignalInstance clicked(bool) at 0x…>"
        return text[1:-1].split(" ", 1)[1].rsplit(" at ", 1)[0]
    return text


def check(signal, user):
    """Raises TypeError for what cannot be connected to, RuntimeError for a signal of another Qt."""
    # PySide6's have a connect(), which is QObject's own.
    is_object = isinstance(signal, _qi.Object) or hasattr(signal, "metaObject")
    if is_object or not callable(getattr(signal, "connect", None)):
        unbound = type(signal).__name__ in ("pyqtSignal", "Signal")  # PyQt6's and PySide6's, as classes have them
        hint = "; it is unbound: take it from an object, not from its class" if unbound else ""
        hint = "; it is an object: take one of its signals" if is_object else hint
        raise TypeError(f"{user} wants a signal of an object, or what has a connect() like it, not {signal!r}{hint}")
    check_signal(signal)


def connect(signal, slot, *kind):
    """Connects, and returns what the signal says of the connection."""
    try:
        return signal.connect(slot, *kind)
    except ReferenceError as error:
        raise SenderDestroyed(str(error)) from error
    except RuntimeError as error:
        if "deleted" not in str(error):  # what PySide6 says of a sender that is gone
            raise
        raise SenderDestroyed(f"the sender of {name_of(signal)} was destroyed: {error}") from error


def is_connected(connection):
    """False if a connection is known to have ended, which nobody may have heard of yet."""
    kind = type(connection)
    if kind.__module__.startswith("PyQt"):  # it cannot be asked in Python
        return _qi._is_connected(connection)
    if kind is _qi.Connection or kind.__module__.startswith("PySide"):
        return bool(connection)
    return True


def disconnect(signal, slot, connection):
    """Ends a connection, if it has not ended by itself."""
    if not is_connected(connection):
        return  # the bound signals of PyQt crash where the sender is gone
    if isinstance(connection, _qi.Connection):
        connection.disconnect()
        return
    try:
        signal.disconnect(slot)
    except TypeError:
        pass  # there is no such connection any more
    except RuntimeError:
        if is_connected(connection):
            raise


class Listener:
    """Calls `arrived(args)` for each emission, and `ended()` once when the sender is gone.

    Arguments are copied where they would not outlive the emission. In which thread the two are called is
    the signal's choice, or that of the ConnectionType `kind`, where one is given; nothing is called for its
    own sake after close(). The listener must be kept; the connection keeps what is to be called.
    """

    def __init__(self, signal, arrived, ended, *kind):
        def slot(*args):
            arrived(copy_signal_arguments(args))

        self._signal = signal
        self._receiver = None
        self._slot = weakref.ref(slot, lambda _: ended())
        if hasattr(signal, "disconnect"):
            self._connection = connect(signal, slot, *kind)
        else:
            # What cannot be asked to disconnect does so when the object of a bound method goes.
            self._receiver = _Receiver(slot)
            self._connection = connect(signal, self._receiver.receive, *kind)

    def is_alive(self):
        """Whether emissions can still arrive."""
        return self._slot() is not None and is_connected(self._connection)

    def close(self):
        """Disconnects; does nothing where that is done or has happened."""
        slot, self._receiver = self._slot(), None
        self._slot = _nothing
        if slot is not None and hasattr(self._signal, "disconnect"):
            disconnect(self._signal, slot, self._connection)


def _nothing():
    return None


class _Receiver:
    def __init__(self, slot):
        self._slot = slot

    def receive(self, *args):
        self._slot(*args)


def in_thread_of(loop):
    """Returns a function that calls others in the thread of a running loop, at once or soon."""
    thread = threading.get_ident()

    def call(function, *args):
        if threading.get_ident() == thread:
            function(*args)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(function, *args)

    return call
