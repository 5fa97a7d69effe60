# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for signals, of the application's objects and of PyQt6's and PySide6's.

How the end of a sender is noticed: the slot is a function to which only the connection refers, so that it
is freed when the connection goes. That is so for every binding, though none of them tells otherwise.
"""

import asyncio
import threading
import weakref

from ._bindings import check_signal


class SenderDestroyed(ReferenceError):
    """The object whose signal was waited for was destroyed, so the signal can never come."""


#: Tasks that have waited for the application's aboutToQuit. The shutdown lets them end first.
_quit_waiters = weakref.WeakSet()


async def asyncsignal(signal, *, timeout=None):
    """Waits until `signal` is emitted and returns the tuple of its arguments.

    `signal` is a signal of one of the application's objects, a bound signal of PyQt6 or PySide6, or
    anything whose connect() and disconnect() work like theirs. It is connected when the coroutine first
    runs, and disconnected when that ends, whichever way: by an emission, cancellation or `timeout`
    (seconds; raises TimeoutError). If the sender is destroyed meanwhile, SenderDestroyed is raised.
    """
    check_signal(signal, "asyncsignal()")
    if is_about_to_quit(signal):
        _quit_waiters.add(asyncio.current_task())
    waiting = asyncio.get_running_loop().create_future()
    slot = connect(signal, waiting)
    try:
        async with asyncio.timeout(timeout):
            return await waiting
    finally:
        connected = slot()
        if connected is not None:
            signal.disconnect(connected)


def connect(signal, waiting):
    """Makes the next emission the future's result; returns a weak reference to the slot."""
    check_signal(signal)
    loop = waiting.get_loop()
    thread = threading.get_ident()

    def in_loop(function, *args):
        if loop.is_closed():
            return
        # A binding may call slots and forget them in the thread of the sender.
        if threading.get_ident() == thread:
            function(*args)
        else:
            loop.call_soon_threadsafe(function, *args)

    def emitted(args):
        if not waiting.done():
            waiting.set_result(args)

    def gone():
        if not waiting.done():
            waiting.set_exception(SenderDestroyed(f"the sender was destroyed while {description} was awaited"))

    def slot(*args):
        in_loop(emitted, args)

    description = describe(signal)
    reference = weakref.ref(slot, lambda _: in_loop(gone))
    signal.connect(slot)
    return reference


def check_signal(signal, who):
    """Raises TypeError for what cannot be connected to, such as a signal of a class."""
    if callable(getattr(signal, "connect", None)):
        return
    unbound = type(signal).__name__ in ("pyqtSignal", "Signal")  # PyQt6's and PySide6's, as classes have them
    hint = "; it is unbound: take it from an object, not from its class" if unbound else ""
    raise TypeError(f"{who} wants a signal, which has connect() and disconnect(), not {signal!r}{hint}")


def describe(signal):
    name = getattr(signal, "name", None) or getattr(signal, "signal", None)
    return f"its signal {name.lstrip('2')}" if isinstance(name, str) else "its signal"


def is_about_to_quit(signal):
    name = getattr(signal, "name", None) or getattr(signal, "signal", None)
    if not isinstance(name, str):
        name = repr(signal)
    return "aboutToQuit" in name
