# SPDX-License-Identifier: BSD-3-Clause
"""The top level of a script under qi-run: it may run loops of its own, and it has an end.

The runtime's loop runs while the top level does, so that asyncio.get_running_loop() and qi.run_task() work there. A
script that calls asyncio.run(), as under python3, would be told that a loop runs already; so that one
stands aside meanwhile, and its tasks wait.
"""

import asyncio
import contextlib
import functools

import _qi

from .._loop import hosts
from .._loop.loop import QiBaseEventLoop

#: What runs a loop, each with the class or module that it is an attribute of.
_RUNNERS = (
    (asyncio, "run"),
    (asyncio.runners, "run"),
    (asyncio.Runner, "run"),
    (asyncio.BaseEventLoop, "run_until_complete"),
    (asyncio.BaseEventLoop, "run_forever"),
    (QiBaseEventLoop, "run_forever"),
)


_NESTED_LOOK = 0.05  # seconds between two looks at whether a nested event loop has returned


@contextlib.contextmanager
def loops_of_its_own(guest):
    """For the time of the block, code that is in no task and no callback may run another loop."""
    before = [(owner, name, vars(owner)[name]) for owner, name in _RUNNERS]
    for owner, name, runner in before:
        setattr(owner, name, _with_guest_aside(guest, runner))
    try:
        yield
    finally:
        for owner, name, runner in before:
            setattr(owner, name, runner)


def _with_guest_aside(guest, runner):
    @functools.wraps(runner)
    def run(*args, **kwargs):
        if asyncio._get_running_loop() is not guest or asyncio.current_task() or (args and args[0] is guest):
            return runner(*args, **kwargs)
        with _aside(guest):
            return runner(*args, **kwargs)

    return run


@contextlib.contextmanager
def _aside(guest):
    hosts.release(guest)
    guest.stop()
    try:
        yield
    finally:
        guest.start()
        hosts.guard(guest)


def when_nothing_is_left(loop, has_window, then):
    """Calls `then` once no task is pending and no window is open. A window that is open ends the program by its closing."""

    def look(_=None):
        pending = asyncio.all_tasks(loop)
        if pending:
            next(iter(pending)).add_done_callback(look)
        elif _qi._event_loops() > 1:  # a callback has a dialog open, or an event loop of its own, and will return
            loop.call_later(_NESTED_LOOK, look)
        elif not has_window():
            then()

    loop.call_soon(look)
