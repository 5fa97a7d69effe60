# SPDX-License-Identifier: BSD-3-Clause
"""Watching the loop while it works: what its tasks are doing, what it has counted, and who holds up the window."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from . import Interrupted as Interrupted

__all__ = ["Interrupted", "SlowStep", "Stall", "cancel", "counters", "interrupt", "tasks", "trace", "unwatch", "watch"]

class Stall(NamedTuple):
    """A stretch in which Python does not give the GUI thread back."""

    seconds: float
    reports: int
    native: bool
    over: bool
    stack: str | None
    task: str | None
    plugin: str | None
    signal: str | None
    target: str | None

class SlowStep(NamedTuple):
    """A callback of the loop, or the first step of a task, that took long."""

    seconds: float
    task: str | None
    coroutine: str | None
    plugin: str | None
    signal: str | None
    target: str | None

def tasks(loop: asyncio.AbstractEventLoop | None = None) -> list[dict[str, Any]]:
    """Return all tasks that have not ended, the oldest first, as dictionaries."""

def cancel(task_id: int, loop: asyncio.AbstractEventLoop | None = None) -> None:
    """Ask the task with that id to end, as Task.cancel() does."""

def trace(on: bool = True, loop: asyncio.AbstractEventLoop | None = None) -> None:
    """Note of each task that is made from now on when, and by which task, it was made."""

def counters(loop: asyncio.AbstractEventLoop | None = None) -> dict[str, Any]:
    """Return what the loop has counted, as a dictionary; times are seconds."""

def watch(
    limit: float = 1.0,
    *,
    repeat: float | None = None,
    interrupt: float | None = None,
    slow_step: float | None = None,
    stalled: Callable[[Stall], object] | None = None,
    slow: Callable[[SlowStep], object] | None = None,
    loop: asyncio.AbstractEventLoop | None = None,
) -> None:
    """Start the watchdog of this thread, in place of one that runs."""

def unwatch() -> None:
    """Stop the watchdog; a callable that is running is waited for."""

def interrupt(reason: str | None = None) -> None:
    """Raise qi.Interrupted in the Python code that holds the GUI thread; callable from any thread."""
