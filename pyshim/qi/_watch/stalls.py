# SPDX-License-Identifier: BSD-3-Clause
"""What the watchdog says of a thread that is stuck. Runs in a thread of the watchdog's.

The stuck thread may hold the lock of a module that it imports, or of a handler of logging. So all that is needed
here is imported before, and nothing is logged.
"""

import faulthandler
import linecache
import sys
import tokenize  # linecache imports it when it is needed
import traceback

from .._python import scope
from .._python.names import name_of, name_of_frame
from .._python.plain import plain_line
from . import inspection
from .told import SlowStep, Stall

NEEDED = (linecache, tokenize)
MOST_FRAMES = 60  # of each end


def frames_of(thread):
    """The thread's frames, the outermost first, without those of this package below the code that it runs."""
    frames, frame = [], sys._current_frames().get(thread)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames[::-1]


def stack_text(frames):
    summary = traceback.StackSummary.from_list(
        (plain_line(frame.f_code.co_filename), frame.f_lineno or 0, plain_line(frame.f_code.co_name), source_line(frame))
        for frame in frames  # code may have any name, also one of several lines
    )
    lines = summary.format()
    if len(lines) > 2 * MOST_FRAMES:
        left_out = f"  … {len(lines) - 2 * MOST_FRAMES} calls …\n"
        lines = [*lines[:MOST_FRAMES], left_out, *lines[-MOST_FRAMES:]]
    return "".join(lines)


def source_line(frame):
    return inspection.source_line(frame.f_code.co_filename, frame.f_lineno or 0)


def describe(thread, loop, context, base):
    """(stack, task, plugin, signal, target) of a thread, the last four str or None.

    `base` is the frame that runs the event loop in which all this happens, or None.
    """
    frames = frames_of(thread)
    task, plugin, signal, target = inspection.what_runs(loop, context)
    above = frames[frames.index(base) + 1 :] if base in frames else frames
    if target is None and above:
        target = name_of_frame(above[0])
    if plugin is None:
        modules = (frame.f_globals.get("__name__") for frame in reversed(frames))
        found = (scope.plugin_of_module(name) for name in modules if isinstance(name, str))
        plugin = next((name for name in found if name), None)
    return stack_text(frames), task, plugin, signal, target


# -- native code that holds the GIL -----------------------------------------------------------------------


def dump_on(number, descriptor):
    """Have the signal write the stack of the thread that gets it, which needs no GIL."""
    faulthandler.register(number, file=descriptor, all_threads=False, chain=False)


def dump_no_more(number):
    faulthandler.unregister(number)


# -- slow steps -------------------------------------------------------------------------------------------


def describe_step(callback, context):
    """(task, coroutine, plugin, signal, target) of a callback that has run, each str or None."""
    task = getattr(callback, "__self__", None)
    task = task if hasattr(task, "get_coro") and hasattr(task, "get_name") else None
    plugin = scope.plugin_of(context) if context is not None else None
    if task is None:
        return None, None, plugin, None, name_of(callback) if callable(callback) else None
    return describe_task(task, plugin)


def describe_task(task, plugin=None):
    coroutine = task.get_coro()
    signal, target, _ = inspection.launch_of(task)
    name = inspection.name_of_coroutine(coroutine)
    return task.get_name(), name, plugin or scope.plugin_of_task(task), signal, target or name


# -- for callables of Python ------------------------------------------------------------------------------


def call_stalled(function, milliseconds, reports, native, over, stack, task, plugin, signal, target):
    return function(Stall(milliseconds / 1000, reports, native, over, stack, task, plugin, signal, target))


def call_slow(function, microseconds, task, coroutine, plugin, signal, target):
    function(SlowStep(microseconds / 1e6, task, coroutine, plugin, signal, target))
