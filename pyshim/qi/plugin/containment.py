# SPDX-License-Identifier: BSD-3-Clause
"""What a misbehaving plugin may cost the others: so many errors, and so much memory.

An error is reported under the plugin's name as long as there are few. Of many only half of those that a plugin may
have are reported, so that they do not bury what else is in the application's log.
"""

import collections
import os
import time

from .trust import is_below


class Storm:
    """The errors of one plugin in the recent past."""

    def __init__(self, limit, seconds):
        self._limit = limit
        self._seconds = seconds
        self._times = collections.deque()
        self._broken = False

    def count(self):
        """Counts an error. Returns whether it is to be reported."""
        now = time.monotonic()
        while self._times and now - self._times[0] > self._seconds:
            self._times.popleft()
        self._times.append(now)
        return not self._broken and len(self._times) <= max(1, self._limit // 2)

    def breaks(self):
        """Whether the limit was reached, which is said once."""
        if self._broken or len(self._times) < self._limit:
            return False
        self._broken = True
        return True

    def __str__(self):
        return f"{len(self._times)} errors within {self._seconds:g} s"


class Memory:
    """Looks from time to time how much the Python code of plugins holds."""

    INTERVAL = 1.0
    FRAMES = 16  # of a traceback, in which one of the plugin's lines makes an allocation its own

    def __init__(self, limit, plugins, exceeded):
        import tracemalloc

        self._tracemalloc = tracemalloc
        self._limit, self._plugins, self._exceeded = limit, plugins, exceeded
        self._started = not tracemalloc.is_tracing()
        if self._started:
            tracemalloc.start(self.FRAMES)

    def stop(self):
        if self._started:
            self._tracemalloc.stop()

    async def watch(self):
        """Runs until it is cancelled."""
        import asyncio

        while True:
            await asyncio.sleep(self.INTERVAL)
            self.look()

    def look(self):
        folders = {id: os.path.realpath(folder) for id, folder in self._plugins().items()}
        if not folders or self._tracemalloc.get_traced_memory()[0] < self._limit:
            return
        held = collections.Counter()
        for trace in self._tracemalloc.take_snapshot().traces:
            for id in {id for frame in trace.traceback for id, folder in folders.items() if is_below(frame.filename, folder)}:
                held[id] += trace.size
        for id, size in held.items():
            if size > self._limit:
                self._exceeded(id, size)
