# SPDX-License-Identifier: BSD-3-Clause
"""Watching the loop while it works: what its tasks are doing, what it has counted, and who holds up the window.

    for task in qi.monitor.tasks():
        print(task["name"], task["state"], f"{task['age']:.1f} s", task["waiting_for"])

    def stuck(stall):
        print(f"{stall.plugin or 'Python'} hangs for {stall.seconds:.1f} s\\n{stall.stack}")
        return stall.seconds > 10  # interrupt it then

    qi.monitor.watch(limit=1.0, repeat=1.0, stalled=stuck)

Names: tasks(), cancel(), trace(), counters(), watch(), unwatch(), interrupt(); Stall and SlowStep are what
callables of watch() get. In an application the host's own watchdog is this one: who starts it last has it.
"""

import asyncio

import _qi

from ._watch import inspection
from ._watch.interrupted import Interrupted
from ._watch.told import SlowStep, Stall

__all__ = ["Interrupted", "SlowStep", "Stall", "cancel", "counters", "interrupt", "tasks", "trace", "unwatch", "watch"]


def _loop():
    loop = asyncio._get_running_loop() or _qi._watched_loop()
    if loop is None:
        raise RuntimeError("no event loop runs in this thread, and none is an application's; pass one as loop=")
    return loop


def tasks(loop=None):
    """Return all tasks that have not ended, the oldest first, as dictionaries.

    Their keys are id, name, state ("running", "ready", "waiting", "cancelling"), current, age (seconds), age_known,
    coroutine, waiting_for, plugin, signal, target, parent (an id), and stack: a list of dictionaries with file, line,
    function and text, the outermost call first. Where a signal or the host has launched a task its age, signal and
    target are known; of others age and parent only while somebody has called trace().
    """
    return inspection.tasks(loop or _loop())


def cancel(task_id, loop=None):
    """Ask the task with that id to end, as Task.cancel() does. LookupError: there is none any more."""
    if not inspection.cancel(loop or _loop(), task_id):
        raise LookupError(f"there is no task with the id {task_id} (any more); tasks() tells those that there are")


def trace(on=True, loop=None):
    """Note of each task that is made from now on when, and by which task, it was made; False: do so no more.

    It costs a microsecond or two for each task. Calls count.
    """
    inspection.trace(loop or _loop(), bool(on))


def counters(loop=None):
    """Return what the loop has counted, as a dictionary: see qi_loop_counters; times are seconds.

    turns, callbacks, polls, slice_overruns, slow_steps, nested_turns; busy, idle, longest_step, lag, lag_max; and what
    there is now: ready, timers, descriptors, tasks, connections.
    """
    return _qi._counters(loop or _loop())


def _milliseconds(name, seconds):
    if seconds is None:
        return 0
    if not 0 < seconds < 1e6:
        raise ValueError(f"{name} must be a positive number of seconds or None, not {seconds!r}")
    return max(1, round(seconds * 1000))


def watch(limit=1.0, *, repeat=None, interrupt=None, slow_step=None, stalled=None, slow=None, loop=None):
    """Start the watchdog of this thread, in place of one that runs. All times are seconds.

    When Python has not given the thread back for `limit`, `stalled` is called with a Stall, in a thread of the
    watchdog's, while the thread is stuck; again after each `repeat`, and once when it is over. If it returns a true
    value, or `interrupt` has passed, qi.Interrupted is raised in the code that holds the thread. Callbacks that take
    longer than `slow_step` are told to `slow`, as a SlowStep, when they have ended. Where a callable is None, the
    host's log is told.

    A Python function cannot be called while native code holds the GIL: a host's watchdog in C can tell of that too.
    """
    for name, function in (("stalled", stalled), ("slow", slow)):
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be a callable or None, not {function!r}")
    times = (("limit", limit), ("repeat", repeat), ("interrupt", interrupt), ("slow_step", slow_step))
    _qi._watchdog_start(loop or _loop(), *(_milliseconds(*time) for time in times), stalled, slow)


def unwatch():
    """Stop the watchdog; a callable that is running is waited for. If there is none, nothing happens.

    Like watch(), it belongs to the thread of the event loop: RuntimeError in others, that of `stalled` among them.
    """
    _qi._watchdog_stop()


def interrupt(reason=None):
    """Raise qi.Interrupted in the Python code that holds the GUI thread; callable from any thread.

    RuntimeError: none does.
    """
    _qi._interrupt(reason)
