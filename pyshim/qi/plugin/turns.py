# SPDX-License-Identifier: BSD-3-Clause
"""Whose turn it is, where an action is triggered again while it runs: what signals/overlap.c is to emissions."""

import asyncio
import collections

OVERLAPS = ("concurrent", "drop", "queue", "restart", "latest")


class Turns:
    """The calls of one coroutine function that run, and those that wait."""

    def __init__(self, overlap):
        self.overlap = overlap
        self._running = set()  # tasks, and those whose turn has come but which have not gone on yet
        self._waiting = collections.deque()  # (task, a future that is done when it is its turn)

    async def take(self, function):
        """Awaits what a function returns, when it is its turn. CancelledError: that will not come."""
        task = asyncio.current_task()
        if self._running or self._waiting:
            await self._wait(task)
        self._running.add(task)
        try:
            return await function()
        finally:
            self._leave(task)

    async def _wait(self, task):
        if self.overlap == "drop":
            raise asyncio.CancelledError("it runs already")
        if self.overlap == "restart":
            for earlier in list(self._running):
                earlier.cancel("it was triggered again")
            return
        if self.overlap == "latest":
            for _, turn in self._waiting:
                turn.cancel("it was triggered again")
            self._waiting.clear()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((task, turn))
        try:
            await turn
        except BaseException:
            self._give_up(task, turn)
            raise

    def _give_up(self, task, turn):
        if (task, turn) in self._waiting:
            self._waiting.remove((task, turn))
        if task in self._running:  # its turn had come
            self._leave(task)

    def _leave(self, task):
        self._running.discard(task)
        while self._waiting and not self._running:
            task, turn = self._waiting.popleft()
            if not turn.done():
                self._running.add(task)  # at once: who comes next must not overtake it
                turn.set_result(None)
