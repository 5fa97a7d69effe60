# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for an object of the application whose class is registered for that: what `await` does with it."""

import asyncio

from .._objects.enums import ConnectionType
from .listener import Listener, SenderDestroyed, in_thread_of


async def wait(awaiting):
    """Waits until the object has come to something, and returns or raises that.

    A cancellation of the waiting task asks the object to end, where its class can be asked.
    """
    loop = asyncio.get_running_loop()
    waiting = loop.create_future()
    in_loop = in_thread_of(loop)

    def settle(*end):
        if not waiting.done():
            waiting.set_result(end)

    def look(*emission):
        # In the thread of the object, as the application may destroy it when its signal has been emitted.
        if waiting.done():
            return
        try:
            outcome = awaiting.look(*emission)
        except BaseException as raised:
            in_loop(settle, None, raised)
        else:
            if outcome is not None:
                in_loop(settle, outcome[0], None)

    def ended():
        # Behind what emissions in other threads have brought.
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, None, _destroyed(awaiting))

    listeners = []
    try:
        for number, signal in enumerate(awaiting.signals()):
            listeners.append(_listen(awaiting, signal, look, number, ended))
        look()  # what it has come to before; from here on it tells
        outcome, error = await waiting
    except asyncio.CancelledError:
        if waiting.cancelled():
            _cancel(awaiting, loop)
        raise
    finally:
        for listener in listeners:
            listener.close()
    if error is None:
        return outcome
    try:
        raise error
    finally:
        del error  # whose traceback has this frame


def _listen(awaiting, signal, look, number, ended):
    kind = ConnectionType.Auto if awaiting.is_here() else ConnectionType.Direct
    return Listener(signal, lambda args: look(number, args), ended, kind)


def _destroyed(awaiting):
    return SenderDestroyed(f"the {awaiting.class_name} was destroyed while it was awaited")


def _cancel(awaiting, loop):
    try:
        awaiting.cancel()
    except Exception as error:
        # The task is to learn that it was cancelled, whatever has become of the object.
        loop.call_exception_handler(
            {"message": f"the {awaiting.class_name} that a task awaited was not asked to end", "exception": error, "task": asyncio.current_task()}
        )
