# SPDX-License-Identifier: BSD-3-Clause
"""What a misbehaving plugin may cost the others: so many errors, and so much memory.

An error is reported under the plugin's name as long as there are few. Of many only half of those that a plugin may
have are reported, so that they do not bury what else is in the application's log.
"""

import asyncio
import collections
import threading
import time

import _qi


class Storm:
    """The errors of one plugin in the recent past."""

    def __init__(self, limit, seconds):
        self._limit = limit
        self._seconds = seconds
        self._times = collections.deque()
        self._broken = False
        self._lock = threading.Lock()  # errors come from any thread

    def count(self):
        """Counts an error. Returns whether it is to be reported."""
        with self._lock:
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
    """Looks from time to time how much the Python code of plugins holds, which is counted as it is allocated and freed:
    runtime/plugins/memory.c."""

    INTERVAL = 1.0

    def __init__(self, limit, exceeded):
        self._limit, self._exceeded = limit, exceeded
        _qi._memory_watch(True)

    def stop(self):
        _qi._memory_watch(False)

    async def watch(self):
        """Runs until it is cancelled."""
        while True:
            await asyncio.sleep(self.INTERVAL)
            self.look()

    def look(self):
        for id, size in _qi._memory_held().items():
            if size > self._limit:
                self._exceeded(id, size)
