# SPDX-License-Identifier: BSD-3-Clause
"""asyncsignal(): waiting for one emission."""

import asyncio
import warnings

from .._loop.loop import quit_waiters
from .listener import Listener, SenderDestroyed, check, in_thread_of, name_of


class _OneArgument(tuple):
    """The tuple of a signal that has one argument. Programs compare it with a bare value, and take the answer for a "no"."""

    __slots__ = ()
    __hash__ = tuple.__hash__

    def __eq__(self, other):
        self._check(other)
        return tuple.__eq__(self, other)

    def __ne__(self, other):
        self._check(other)
        return tuple.__ne__(self, other)

    def _check(self, other):
        (argument,) = self
        if not isinstance(other, tuple) and (isinstance(other, type(argument)) or argument == other):
            warnings.warn(
                f"asyncsignal() gives a tuple of the signal's arguments, here {tuple(self)!r}, which never equals {other!r}; write "
                "(value,) = await qi.asyncsignal(…)", RuntimeWarning, stacklevel=3)


async def asyncsignal(signal, *, timeout=None):
    """Waits until `signal` is emitted and returns the tuple of its arguments.

        (checked,) = await qi.asyncsignal(window.clicked)

    `signal` is a signal of one of the application's objects, a bound signal of PyQt6 or PySide6, a
    `multisignal`, or anything whose connect() works like theirs. It is connected when the coroutine first
    runs, and disconnected when that ends, whichever way: by an emission, cancellation or `timeout`
    (seconds; raises TimeoutError). If the sender is destroyed meanwhile, SenderDestroyed is raised.

    Emissions in other threads count. Whoever emits does not wait for what the coroutine does next, so this
    does not suit signals whose receivers must answer before they return.
    """
    check(signal, "asyncsignal()")
    if not isinstance(timeout, int | float | None) and not _is_real(timeout):
        raise TypeError(f"asyncsignal() wants a number of seconds or None as timeout, not {timeout!r}")
    loop = asyncio.get_running_loop()
    if "aboutToQuit" in name_of(signal):
        quit_waiters.add(asyncio.current_task())
    waiting = loop.create_future()
    in_loop = in_thread_of(loop)
    name = name_of(signal)

    def emitted(args):
        if not waiting.done():
            waiting.set_result(_OneArgument(args) if len(args) == 1 else args)

    def gone():
        if not waiting.done():
            waiting.set_exception(SenderDestroyed(f"the sender was destroyed while its signal {name} was awaited"))

    def ended():
        # Behind the emissions in other threads that are on their way.
        if not loop.is_closed():
            loop.call_soon_threadsafe(gone)

    listener = Listener(signal, lambda args: in_loop(emitted, args), ended)
    try:
        async with asyncio.timeout(timeout):
            return await waiting
    except TimeoutError:
        raise TimeoutError(f"the signal {name} was not emitted within {timeout} s") from None
    finally:
        listener.close()


def _is_real(value):
    import numbers  # that nobody else needs at the start, and hardly anybody here

    return isinstance(value, numbers.Real)
