# SPDX-License-Identifier: BSD-3-Clause
"""settle(): waiting until nothing is left to do."""

import asyncio
import time

import _qi

from .._loop.modal import modal
from .._python.names import name_of

SOON = 0.02  # seconds; timers that are due within them are waited for
QUIET = 3  # how often nothing must have been found in a row


class Busy(TimeoutError):
    """The loop or the application did not come to rest in time; the text says what kept it busy."""


async def settle(timeout=10, *, soon=SOON):
    """Waits until the loop and the application have nothing left to do.

    That is so when no callback of asyncio is ready, none of its timers is due within `soon` seconds, and no
    event waits in Qt's queue, deferred deletions included. What others have still to do, a peer behind a
    socket or a thread, is not waited for: await what tells of it.

    Raises Busy (a TimeoutError) if that is not so after `timeout` seconds, with what there was to do;
    RuntimeError outside of a loop of qi.
    """
    loop = asyncio.get_running_loop()
    if not isinstance(loop, _qi.Loop):
        raise RuntimeError(f"settle() needs an event loop of qi, but {type(loop).__qualname__} is running")
    await modal(come_to_rest)(loop, timeout, soon)


def come_to_rest(loop, timeout, soon):
    """The same from outside of callbacks, without a coroutine."""
    end = time.monotonic() + timeout
    quiet = 0
    while quiet < QUIET:
        processed = _qi._process_events(0)
        if processed or loop._ready:
            quiet = 0
        elif wait := due_within(loop, soon):
            _qi._process_events(max(1, int(wait * 1000)))
            quiet = 0
        else:
            quiet += 1
        if time.monotonic() > end:
            raise Busy(f"not idle after {timeout} s: {what_is_left(loop, soon)}")


def due_within(loop, soon):
    """Seconds until the first timer that is due within `soon`; something small if it is due now; 0: none is."""
    times = [handle.when() for handle in list(loop._scheduled) if not handle.cancelled()]
    if not times:
        return 0
    left = min(times) - loop.time()
    if left > soon:
        return 0
    return max(left, 0.0005)


def what_is_left(loop, soon):
    callbacks = [handle for handle in list(loop._ready) if handle is not None and not handle.cancelled()]
    callbacks += [handle for handle in list(loop._scheduled)
                  if not handle.cancelled() and handle.when() - loop.time() <= soon]
    names = sorted({name_of(handle._callback) for handle in callbacks if handle._callback is not None})
    tasks = sorted(task.get_name() for task in asyncio.all_tasks(loop))
    if names:
        return f"callbacks of {', '.join(names)} come again and again; tasks: {', '.join(tasks) or 'none'}"
    return f"Qt's events come again and again, as of a timer without an interval; tasks: {', '.join(tasks) or 'none'}"
