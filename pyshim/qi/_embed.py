# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of qi_runtime_init(): the loop, and where exceptions go that nobody awaits.

runtime.c calls start() and stop() in pairs. What is changed outside of `qi` in between is put back by
stop(), unless somebody else has changed it meanwhile.
"""

import asyncio
import contextvars
import io
import logging
import os
import sys
import threading

import _qi

from . import _bindings, _loop, _scope

ERROR = 3  # qi_log_level


# -- where something belongs to, as "module:callable" ---------------------------------------------------


def name_of(function):
    """What a host can look up: "module:callable", or a repr where there is no such name."""
    while hasattr(function, "func"):  # functools.partial
        through = isinstance(getattr(function.func, "__self__", None), contextvars.Context)  # asyncio.to_thread()
        function = function.args[0] if through and function.args else function.func
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    return f"{module}:{name}" if module and name else repr(function)


def name_of_frame(frame):
    return f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_qualname}"


def target_of_task(task):
    """The coroutine function that a task runs; its module is known as long as a frame of it is."""
    coroutine = task.get_coro()
    name = getattr(coroutine, "__qualname__", None)
    if name is None:
        return None
    frame = getattr(coroutine, "cr_frame", None)
    if frame is None:
        frame = first_frame(task, getattr(coroutine, "cr_code", None))
    return name_of_frame(frame) if frame else name


def first_frame(task, code):
    """The coroutine's frame in the traceback of the exception that ended the task."""
    exception = getattr(task, "_exception", None)  # exception() would count as retrieving it
    traceback = exception.__traceback__ if exception else None
    while traceback:
        if traceback.tb_frame.f_code is code:
            return traceback.tb_frame
        traceback = traceback.tb_next
    return None


# -- the loop's exceptions ------------------------------------------------------------------------------


def report_context(context):
    """Stands in for the loop's default_exception_handler()."""
    exception = context.get("exception")
    if exception is None:
        _qi._log(ERROR, "asyncio", describe_context(context))
        return
    task = context.get("task") or context.get("future")
    handle = context.get("handle")
    if isinstance(task, asyncio.Task):
        target = context.get("slot") or target_of_task(task)
        plugin = _scope.blame(exception, task=task)
        _qi._report(exception, task.get_name(), context.get("signal"), target, plugin)
    elif getattr(handle, "_callback", None) is not None:
        _qi._report(exception, None, None, name_of(handle._callback), _scope.blame(exception, handle=handle))
    else:
        _qi._report(exception, None, None, None)


def describe_context(context):
    lines = [context.get("message") or "an event without a message in the event loop"]
    lines += [f"  {key}: {value!r}" for key, value in context.items() if key != "message"]
    return "\n".join(lines)


# -- the hooks ------------------------------------------------------------------------------------------


def unraisable(args):
    exception = args.exc_value
    if exception is None:
        exception = args.exc_type()
    _qi._report(exception, None, None, None if args.object is None else name_of(args.object))


def thread_exception(args):
    if args.exc_type is SystemExit:  # ends that thread, as in Python
        return
    exception = args.exc_value if args.exc_value is not None else args.exc_type()
    traceback = args.exc_traceback  # the thread itself has forgotten its target by now
    while traceback and traceback.tb_frame.f_globals.get("__name__") == "threading":
        traceback = traceback.tb_next
    _qi._report(exception, None, None, name_of_frame(traceback.tb_frame) if traceback else None)


def uncaught(kind, exception, traceback):
    """Also what PyQt calls for an exception in a slot; with Python's own hook there it would abort."""
    _qi._report(exception if exception is not None else kind(), None, None, None)


class HostLog(logging.Handler):
    """Takes the place of logging.lastResort: what no handler wants goes to the host's log."""

    levels = ((logging.ERROR, 3), (logging.WARNING, 2), (logging.INFO, 1))

    def emit(self, record):
        level = next((to for least, to in self.levels if record.levelno >= least), 0)
        try:
            _qi._log(level, self._source(record.name), self.format(record))
        except Exception:
            self.handleError(record)

    @staticmethod
    def _source(name):
        """The logger's name, with the plugin's where it does not say that itself."""
        plugin = _scope.plugin_of()
        return name if plugin is None or name == f"plugin.{plugin}" else f"plugin.{plugin}: {name}"


# -- start and stop -------------------------------------------------------------------------------------


class Changes:
    """Attributes set for the time of a runtime."""

    def __init__(self):
        self._made = []

    def set(self, owner, name, value, only_if=None):
        """Set it, where only_if is given only in place of that very object."""
        old = getattr(owner, name)
        if only_if is not None and old is not only_if:
            return
        setattr(owner, name, value)
        self._made.append((owner, name, old, value))

    def undo(self):
        while self._made:
            owner, name, old, value = self._made.pop()
            if getattr(owner, name, None) is value:
                setattr(owner, name, old)


changes = Changes()
inserted_paths = []  # as they stand in sys.path
at_stop = []  # functions that stop() calls, once


def start(paths, ours, slice_us, nested, nested_limit, debug):
    io.TextIOBase.register(_qi.LineWriter)
    inserted_paths[:] = [os.path.abspath(path) for path in paths]
    sys.path[:0] = inserted_paths
    # Hooks that the host or an earlier library has set stay.
    changes.set(sys, "excepthook", uncaught, only_if=sys.__excepthook__)
    changes.set(sys, "unraisablehook", unraisable, only_if=sys.__unraisablehook__)
    changes.set(threading, "excepthook", thread_exception, only_if=threading.__excepthook__)
    changes.set(logging, "lastResort", HostLog(logging.WARNING))
    _bindings.guard_imports()
    at_stop.append(_bindings.stop_guarding)
    if ours:
        write_lines_at_once()
    return start_loop(slice_us, nested, nested_limit, debug)


def write_lines_at_once():
    """The interpreter may never be finalised, so nothing may wait in the buffers of the process's streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


def start_loop(slice_us, nested, nested_limit, debug):
    loop = _loop.new_event_loop()
    try:
        loop.set_mode(_loop.QiLoopMode.GUEST)
        loop.set_slice(slice_us)
        loop.nested = nested
        loop.nested_limit = nested_limit
        if debug:
            loop.set_debug(True)
        loop.default_exception_handler = report_context
        loop._is_hosts = True
        loop.start()
    except BaseException:
        loop.close()
        raise
    return loop


def stop():
    while at_stop:
        at_stop.pop()()
    changes.undo()
    for path in inserted_paths:
        if path in sys.path:
            sys.path.remove(path)
    inserted_paths.clear()
