# SPDX-License-Identifier: BSD-3-Clause
"""Work that waits for disks, in a thread of its own, so that the window goes on.

    work = Work(told)
    files = await work.run(hash_them, folder, work)     # in the thread; it calls work.check() and work.advance()
    work.cancel()                                       # run() raises Cancelled at once

A disk that does not answer holds nobody but the work's thread, which is a daemon. What runs in it touches nothing of Qt
or of a loop.
"""

import asyncio
import contextvars
import threading
import time

_PAUSE = 0.1  # seconds between two reports of how far it is


class Cancelled(Exception):
    """The work was cancelled."""


class Work:
    """Something that takes a while. `done` and `total` say how far it is, in a unit of its own; total 0: unknown."""

    def __init__(self, told=None):
        self.text, self.done, self.total = "", 0, 0
        self._told = told  # told(self), in the loop's thread, now and then
        self._cancelled = threading.Event()
        self._loop = self._outcome = None
        self._last = time.monotonic()  # what is done in a moment tells nothing

    # -- in the loop's thread --

    def start(self, ended, function, *args):
        """Calls the function in a thread, then ended(result, exception) in the loop. Returns an Event, which is set
        before that, and the list [result, exception], which is filled then."""
        self._loop = asyncio.get_running_loop()
        ready, outcome = threading.Event(), []
        thread = threading.Thread(target=self._call, args=(ready, outcome, ended, function, args), name="qi plugins",
                                  daemon=True)
        contextvars.Context().run(thread.start)  # no plugin's
        return ready, outcome

    async def run(self, function, *args):
        """Calls the function in a thread. Returns or raises what it does; Cancelled, at once, after cancel()."""
        if self._cancelled.is_set():
            raise Cancelled
        outcome = self._outcome = asyncio.get_running_loop().create_future()

        def ended(result, exception):
            if outcome.done():
                return
            if exception is not None:
                outcome.set_exception(exception)
            else:
                outcome.set_result(result)

        self.start(ended, function, *args)
        try:
            return await outcome
        except asyncio.CancelledError:
            self._cancelled.set()
            raise
        finally:
            self._outcome = None

    async def wait(self, awaitable):
        """Awaits what somebody else does, in the loop. Cancelled, at once, after cancel(); then that is cancelled, too."""
        outcome = self._outcome = asyncio.get_running_loop().create_future()
        other = asyncio.ensure_future(awaitable)
        other.add_done_callback(lambda _: outcome.done() or outcome.set_result(None))
        try:
            if self._cancelled.is_set():
                raise Cancelled
            await outcome
            return other.result()
        finally:
            other.cancel()
            self._outcome = None

    def cancel(self):
        """Ends it."""
        self._cancelled.set()
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(Cancelled())

    @property
    def fraction(self):
        """From 0 to 1; None if that is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    def __str__(self):
        if not self.total:
            return self.text
        size, unit = (20, "MB") if self.total >= 1 << 20 else (10, "kB")
        return f"{self.text}, {self.done >> size} of {self.total >> size} {unit}"

    # -- in its own thread --

    def _call(self, ready, outcome, ended, function, args):
        try:
            outcome[:] = function(*args), None
        except BaseException as exception:
            outcome[:] = None, exception
        ready.set()
        self.post(ended, *outcome)

    def post(self, function, *args):
        """Has a function called in the loop."""
        try:
            self._loop.call_soon_threadsafe(function, *args, context=contextvars.Context())
        except RuntimeError:  # the loop has been closed meanwhile
            pass

    def check(self):
        """Raises Cancelled if nobody wants the rest any more."""
        if self._cancelled.is_set():
            raise Cancelled

    def begin(self, text, total=0):
        """What is done from now on, and how much there is of it."""
        self.check()
        self.text, self.done, self.total = text, 0, total

    def advance(self, amount):
        """So much of it is done."""
        self.check()
        self.done += amount
        now = time.monotonic()
        if self._told is not None and now - self._last >= _PAUSE:
            self._last = now
            self.post(self._told, self)
