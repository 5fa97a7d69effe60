# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of slots share."""

import asyncio
import contextlib
import functools
import gc
import sys

from qi._loop.loop import new_event_loop


def on_loop(test):
    """Runs a coroutine test on a fresh loop of qi; what nobody awaited must have been expected."""

    @functools.wraps(test)
    def run(self):
        self.unhandled = []
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.get_loop().set_exception_handler(lambda _, context: self.unhandled.append(context))
            runner.run(asyncio.wait_for(test(self), 20))
        gc.collect()
        self.assertEqual(self.unhandled, [])

    return run


@contextlib.contextmanager
def catch_unraisable():
    """The list of what is raised meanwhile where nobody can get it."""
    caught, hook = [], sys.unraisablehook
    sys.unraisablehook = caught.append
    try:
        yield caught
    finally:
        sys.unraisablehook = hook


async def settle(turns=4):
    """Lets everything that is ready run."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Gate:
    """A coroutine function that records its calls and goes on when told to."""

    def __init__(self):
        self.started, self.ended, self.cancelled = [], [], []
        self._futures = []

    async def __call__(self, value=None):
        self.started.append(value)
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        try:
            await future
        except asyncio.CancelledError:
            self.cancelled.append(value)
            raise
        self.ended.append(value)
        return value

    def open(self):
        self._futures.pop(0).set_result(None)
