# SPDX-License-Identifier: BSD-3-Clause
"""Where exceptions and records of the log go that nobody takes: to the host."""

import asyncio
import logging
import sys
import threading
from traceback import print_exception

import _qi

from . import names, scope

ERROR = 3  # qi_log_level


# -- the loop's exceptions ------------------------------------------------------------------------------


def report_context(context):
    """Stands in for the loop's default_exception_handler()."""
    exception = context.get("exception")
    if exception is None:
        _qi._log(ERROR, "asyncio", describe_context(context))
        return
    task = context.get("task") or context.get("future")
    handle = context.get("handle")
    if isinstance(task, asyncio.Task) and handle is not None and task.done():
        # SystemExit of a step. It is the task's result, and reported as any other: once those have had their turn
        # who wait for the task, and if none of them does.
        task.get_loop().call_soon(report_unseen, task)
    elif isinstance(task, asyncio.Task):
        target = context.get("slot") or names.target_of_task(task)
        plugin = scope.blame(exception, task=task)
        _qi._report(exception, task.get_name(), context.get("signal"), target, plugin)
    elif getattr(handle, "_callback", None) is not None:
        _qi._report(exception, None, None, names.name_of(handle._callback), scope.blame(exception, handle=handle))
    else:
        _qi._report(exception, None, None, None)


def report_unseen(task):
    if task._log_traceback:
        task._log_traceback = False  # else asyncio would say it again, when the task goes
        task.get_loop().call_exception_handler({
            "message": "a task asked for the end of the program; in an application that hosts Python, it goes on",
            "exception": task._exception,
            "task": task,
        })


def describe_context(context):
    lines = [context.get("message") or "an event without a message in the event loop"]
    lines += [f"  {key}: {value!r}" for key, value in context.items() if key != "message"]
    return "\n".join(lines)


# -- the hooks ------------------------------------------------------------------------------------------


def unraisable(args):
    exception = args.exc_value
    if exception is None:
        exception = args.exc_type()
    _qi._report(exception, None, None, None if args.object is None else names.name_of(args.object))


def thread_exception(args):
    if args.exc_type is SystemExit:  # ends that thread, as in Python
        return
    exception = args.exc_value if args.exc_value is not None else args.exc_type()
    traceback = args.exc_traceback  # the thread itself has forgotten its target by now
    while traceback and traceback.tb_frame.f_globals.get("__name__") == "threading":
        traceback = traceback.tb_next
    _qi._report(exception, None, None, names.name_of_frame(traceback.tb_frame) if traceback else None)


def uncaught(kind, exception, traceback):
    """Also what PyQt calls for an exception in a slot; with Python's own hook there it would abort."""
    exception = exception if exception is not None else kind()
    while traceback and traceback.tb_frame.f_globals.get("__name__", "").startswith("qi."):
        traceback = traceback.tb_next
    _qi._report(exception, None, None, names.name_of_frame(traceback.tb_frame) if traceback else None)


# -- what Python's own hooks do, by the rules of lines.py: those in C read lines from the current folder up to 3.12 ------------


def shown(kind, exception, traceback, /):
    """sys.__excepthook__."""
    if sys.stderr is not None:
        print_exception(kind, exception, traceback, file=sys.stderr)


def unraisable_shown(args, /):
    """sys.__unraisablehook__."""
    if sys.stderr is None:
        return
    message = args.err_msg or "Exception ignored in"
    try:
        what = "" if args.object is None else repr(args.object)
    except Exception:
        what = "<object repr() failed>"
    sys.stderr.write(f"{message}: {what}\n" if what else f"{message}:\n")
    print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=sys.stderr)
    sys.stderr.flush()


def thread_exception_shown(args, /):
    """threading.__excepthook__."""
    if args.exc_type is SystemExit or sys.stderr is None:
        return
    name = threading.get_ident() if args.thread is None else args.thread.name
    sys.stderr.write(f"Exception in thread {name}:\n")
    print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=sys.stderr)
    sys.stderr.flush()


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
        plugin = scope.plugin_of()
        return name if plugin is None or name == f"plugin.{plugin}" else f"plugin.{plugin}: {name}"
