# SPDX-License-Identifier: BSD-3-Clause
"""What the tasks of a loop are doing, for qi.monitor and its counterpart in C.

Nothing of this costs a task anything while nobody asks. What launched a task is found in the done-callback by
which libqi follows it; where a task waits, in its coroutine; whose it is, in its context. Only what would be lost
otherwise is noted when a task is made, and that only while somebody traces.

All of it may run in a thread other than the loop's, which then goes on in between: what is found may be a moment
old, but is never wrong about which task it belongs to.
"""

import asyncio
import gc
import itertools
import linecache
import os
import sys
import time
import weakref

import _qi

from .._python import scope

MOST_FRAMES = 200  # of one stack
_HERE = os.path.dirname(os.path.dirname(__file__))  # the package: its own frames are not shown

_numbers = itertools.count(1)
_notes = weakref.WeakKeyDictionary()  # of tasks that were seen
_traced = weakref.WeakKeyDictionary()  # loop: how many want it


class Note:
    """What is known of a task beyond what it says itself."""

    def __init__(self, made, parent):
        self.number = next(_numbers)
        self.seen = time.monotonic()
        self.made = made  # time, or None
        self.parent = parent  # number of a task, or None


def note_of(task):
    note = _notes.get(task)
    if note is None:
        note = _notes[task] = Note(None, None)
    return note


def number_of(task):
    """By which the list and cancel() know a task."""
    return note_of(task).number


# -- who made it -----------------------------------------------------------------------------------------


def trace(loop, on):
    """Note of each task that is made by loop.create_task() when and by whom. Calls count."""
    count = _traced.get(loop, 0) + (1 if on else -1)
    if count < 0:
        return
    if on and count == 1:
        install(loop)
    elif count == 0:
        _traced.pop(loop, None)
        if getattr(loop.__dict__.get("create_task"), "_qi_traces", False):
            del loop.create_task
        return
    _traced[loop] = count


def install(loop):
    """Stands before the loop's own method, as an attribute of the object, so that it is gone without a trace."""
    own = loop.create_task
    reference = weakref.ref(loop)

    def create_task(*args, **keywords):
        task = own(*args, **keywords)
        try:
            parent = asyncio.current_task(reference())
            _notes[task] = Note(time.monotonic(), None if parent is None else note_of(parent).number)
        except (TypeError, RuntimeError):  # a task of somebody else's, or a thread without a loop
            pass
        return task

    create_task._qi_traces = True
    loop.create_task = create_task


# -- what launched it ------------------------------------------------------------------------------------


def callbacks_of(task):
    return [callback for callback, _ in getattr(task, "_callbacks", None) or ()]


def launch_of(task):
    """(signal, target, age) of a task that libqi launched and follows; else three times None."""
    for callback in callbacks_of(task):
        info = _qi._pending_info(callback)
        if info is not None:
            return info
    return None, None, None


def awaited_by(task):
    """The task that waits for this one, directly or in a gather()."""
    for callback in callbacks_of(task):
        waiter = getattr(callback, "__self__", None)
        if isinstance(waiter, asyncio.Task):
            return waiter
        parent = closure_value(callback, "outer")
        if parent is not None:
            return awaited_by(parent)
    return None


def closure_value(function, name):
    code = getattr(function, "__code__", None)
    if code is None or name not in code.co_freevars:
        return None
    try:
        return function.__closure__[code.co_freevars.index(name)].cell_contents
    except ValueError:
        return None


# -- where it is -----------------------------------------------------------------------------------------


def describe_frame(frame):
    code = frame.f_code
    line = frame.f_lineno or code.co_firstlineno
    return {
        "file": code.co_filename,
        "line": line,
        "function": code.co_qualname,
        "text": source_line(code.co_filename, line),
    }


def source_line(filename, line):
    """Without the module's loader, which could be anybody's code."""
    try:
        return linecache.getline(filename, line).strip()
    except Exception:  # a file that is being written, of some other encoding, …
        return ""


def frame_of(thing):
    for name in ("cr_frame", "gi_frame", "ag_frame"):
        frame = getattr(thing, name, None)
        if frame is not None:
            return frame
    return None


def awaited(thing):
    """What a coroutine, a generator, or one of the objects that stand between them waits for."""
    for name in ("cr_await", "gi_yieldfrom", "ag_await"):
        if hasattr(thing, name):
            return getattr(thing, name)
    if isinstance(thing, asyncio.Future):
        return None
    kind = type(thing).__name__
    if kind.startswith(("async_generator_", "anext_", "coroutine_wrapper")):
        return next((inner for inner in gc.get_referents(thing) if frame_of(inner) or is_between(inner)), None)
    return None


def is_between(thing):
    return type(thing).__name__.startswith(("async_generator_", "anext_", "coroutine_wrapper"))


def is_running(coroutine):
    return any(getattr(coroutine, name, False) for name in ("cr_running", "gi_running", "ag_running"))


def suspended_frames(coroutine):
    frames, thing = [], coroutine
    while thing is not None and len(frames) < MOST_FRAMES:
        frame = frame_of(thing)
        if frame is not None:
            frames.append(frame)
        thing = awaited(thing)
    return frames


def running_frames(coroutine, thread, others):
    """Those on the thread's stack from the coroutine's own up to where the next task's begin."""
    first, frames = frame_of(coroutine), []
    frame = sys._current_frames().get(thread)
    while frame is not None and frame is not first:
        if frame in others:
            frames = []
        elif not frame.f_code.co_filename.startswith(_HERE):
            frames.append(frame)
        frame = frame.f_back
    if frame is None:
        return [first] if first is not None else []
    return [first, *reversed(frames)][:MOST_FRAMES]


def stack_of(task, thread, others):
    coroutine = task.get_coro()
    if is_running(coroutine):
        return running_frames(coroutine, thread, others - {frame_of(coroutine)})
    return suspended_frames(coroutine)


# -- in words --------------------------------------------------------------------------------------------


def name_of_coroutine(coroutine):
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__qualname__
    frame = frame_of(coroutine)
    module = frame.f_globals.get("__name__") if frame is not None else None
    return f"{module}:{name}" if module else name


def state_of(task):
    if is_running(task.get_coro()):
        return "running"
    if task.cancelling() or getattr(task, "_must_cancel", False):
        return "cancelling"
    return "ready" if getattr(task, "_fut_waiter", None) is None else "waiting"


def waiting_for(task, stack):
    future = getattr(task, "_fut_waiter", None)
    if future is None or is_running(task.get_coro()):
        return None
    if isinstance(future, asyncio.Task):
        return f"the task {future.get_name()}"
    children = getattr(future, "_children", None)
    if children is not None:
        return f"{sum(not child.done() for child in children)} of {len(children)} tasks"
    return f"{stack[-1]['function']}()" if stack else type(future).__qualname__


def describe(task, thread, current, others):
    note = note_of(task)
    signal, target, age = launch_of(task)
    if age is None and note.made is not None:
        age = time.monotonic() - note.made
    stack = [describe_frame(frame) for frame in stack_of(task, thread, others)]
    parent = note.parent
    if parent is None and (waiter := awaited_by(task)) is not None:
        parent = note_of(waiter).number
    return {
        "id": note.number,
        "name": task.get_name(),
        "state": state_of(task),
        "current": task is current,
        "age": time.monotonic() - note.seen if age is None else age,
        "age_known": age is not None,
        "coroutine": name_of_coroutine(task.get_coro()),
        "waiting_for": waiting_for(task, stack),
        "plugin": scope.plugin_of_task(task),
        "signal": signal,
        "target": target,
        "parent": parent,
        "stack": stack,
    }


def tasks(loop):
    """All tasks of the loop that have not ended, the oldest first, each as a dictionary."""
    thread = getattr(loop, "_thread_id", None)
    current = asyncio.current_task(loop)
    found = asyncio.all_tasks(loop)
    others = {frame_of(task.get_coro()) for task in found if is_running(task.get_coro())}
    return sorted((describe(task, thread, current, others) for task in found), key=lambda item: item["id"])


def cancel(loop, number):
    """Ask the task with that id to end. False: there is none."""
    for task in asyncio.all_tasks(loop):
        note = _notes.get(task)
        if note is not None and note.number == number:
            task.cancel()
            return True
    return False


def cancel_soon(loop, number):
    """The same from another thread."""
    loop.call_soon_threadsafe(cancel, loop, number)


# -- what holds the thread now ---------------------------------------------------------------------------


def launching():
    """(signal, target) of the slot whose call, or whose task's first step, is the innermost on a stack."""
    return _qi._launching()


def what_runs(loop, context):
    """(task, plugin, signal, target) of what runs on the loop's thread, each a str or None."""
    task = asyncio.current_task(loop) if loop is not None else None
    signal = target = name = None
    if task is not None:
        name = task.get_name()
        signal, target, _ = launch_of(task)
        target = target or name_of_coroutine(task.get_coro())
    if signal is None:
        signal, by_slot = launching()
        target = by_slot if signal is not None else target
    plugin = scope.plugin_of(context) if context is not None else None
    if plugin is None and task is not None:
        plugin = scope.plugin_of_task(task)
    return name, plugin, signal, target
