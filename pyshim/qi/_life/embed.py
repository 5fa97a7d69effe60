# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of qi_runtime_init(): the loop, and the hooks that send to the host what nobody takes.

runtime.c calls start() and stop() in pairs. What is changed outside of `qi` in between is put back by
stop(), unless somebody else has changed it meanwhile.
"""

import io
import linecache
import logging
import os
import sys
import threading

import _qi

from .._loop import hosts
from .._loop.loop import QiLoopMode, new_event_loop
from .._objects import bindings
from .._python import lines, report
from .._python.ends import Changes, at_stop

changes = Changes()
inserted_paths = []  # as they stand in sys.path


def start(paths, ours, slice_us, nested, nested_limit, debug):
    io.TextIOBase.register(_qi.LineWriter)
    inserted_paths[:] = [os.path.abspath(path) for path in paths]
    sys.path[:0] = inserted_paths
    # Hooks that the host or an earlier library has set stay.
    changes.set(sys, "excepthook", report.uncaught, only_if=sys.__excepthook__)
    changes.set(sys, "unraisablehook", _qi._counting_hook(report.unraisable), only_if=sys.__unraisablehook__)
    changes.set(threading, "excepthook", report.thread_exception, only_if=threading.__excepthook__)
    # Programs hand to these what they have looked at.
    changes.set(sys, "__excepthook__", report.shown)
    changes.set(sys, "__unraisablehook__", report.unraisable_shown)
    changes.set(threading, "__excepthook__", report.thread_exception_shown)
    changes.set(logging, "lastResort", report.HostLog(logging.WARNING))
    changes.set(linecache, "updatecache", lines.updatecache)
    bindings.guard_imports()
    at_stop.append(bindings.stop_guarding)
    if ours:
        write_lines_at_once()
    tell_of_missing(inserted_paths)
    return start_loop(slice_us, nested, nested_limit, debug)


def tell_of_missing(paths):
    """A relative path means another folder when the program is started elsewhere, and Python itself says nothing."""
    for path in paths:
        if not os.path.exists(path):
            logging.getLogger("qi").warning("module_paths: there is no folder %s; modules in it will not be found", path)


def write_lines_at_once():
    """The interpreter may never be finalised, so nothing may wait in the buffers of the process's streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


def start_loop(slice_us, nested, nested_limit, debug):
    loop = new_event_loop()
    try:
        loop.set_mode(QiLoopMode.GUEST)
        loop.set_slice(slice_us)
        loop.nested = nested
        loop.nested_limit = nested_limit
        if debug:
            loop.set_debug(True)
        loop.default_exception_handler = report.report_context
        loop._is_hosts = True
        loop.start()
        hosts.guard(loop)
    except BaseException:
        drop(loop)
        raise
    return loop


def drop(loop):
    """A loop in which nothing has run yet."""
    hosts.release(loop)
    if loop.is_running():
        loop.stop()
    loop.close()


def stop(loop):
    """Undoes start(). `loop` is what it returned, closed by now unless the runtime could not begin; or None."""
    if loop is not None and not loop.is_closed():
        drop(loop)
    while at_stop:
        at_stop.pop()()
    changes.undo()
    for path in inserted_paths:
        if path in sys.path:
            sys.path.remove(path)
    inserted_paths.clear()
