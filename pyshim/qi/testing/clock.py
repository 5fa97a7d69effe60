# SPDX-License-Identifier: BSD-3-Clause
"""Clock: the time of a loop, advanced by hand."""

import asyncio
import math

import _qi

from .settling import settle


class Clock:
    """The clock of a loop, which stands still until it is advanced.

        with qi.testing.Clock() as clock:
            task = asyncio.create_task(asyncio.sleep(3600))
            await clock.advance(3600)
            assert task.done()

    It is what loop.time(), and with it call_later(), asyncio.sleep(), asyncio.timeout() and the like, go
    by in this one loop; time.monotonic() and timers of Qt are as ever. At the end of the block what is left
    of each timer is what its clock had left.

    loop: whose clock; the running one by default. Raises RuntimeError if it has a Clock already.
    """

    def __init__(self, loop=None):
        self._loop = loop
        self._now = None

    def __enter__(self):
        loop = self._loop or asyncio.get_running_loop()
        if not isinstance(loop, _qi.Loop):
            raise RuntimeError(f"a Clock needs an event loop of qi, but {type(loop).__qualname__} is running")
        if "time" in vars(loop):
            raise RuntimeError(f"the time of {loop!r} is set by somebody else already; a Clock cannot be in another")
        self._loop = loop
        self._now = loop.time()
        loop.time = self.time
        return self

    def __exit__(self, *exc_info):
        loop = self._loop
        del loop.time
        loop._shift_timers(loop.time() - self._now)

    def time(self):
        """What loop.time() returns now."""
        return self._now

    async def advance(self, seconds):
        """Moves the clock on, and lets everything happen that is due on the way, each at its time.

        It returns when nothing is left to do at the new time; what runs meanwhile may set new timers. Raises
        ValueError for what is no number or negative, TypeError for what is no number, Busy if it does not
        come to rest.
        """
        if not (0 <= seconds < math.inf):
            raise ValueError(f"a clock is advanced by seconds from 0 on, not by {seconds!r}")
        if self._now is None or vars(self._loop).get("time") != self.time:
            raise RuntimeError("the Clock is not in use; advance it inside of its `with` block")
        target = self._now + seconds
        await settle(soon=0)
        while (due := self._next()) is not None and due <= target:
            self._now = max(self._now, due)
            await self._look()
        self._now = target
        await self._look()

    def _next(self):
        times = [handle.when() for handle in list(self._loop._scheduled) if not handle.cancelled()]
        return min(times, default=None)

    async def _look(self):
        await asyncio.sleep(0)  # a turn, which finds what is due
        await settle(soon=0)
