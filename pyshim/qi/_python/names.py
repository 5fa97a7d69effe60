# SPDX-License-Identifier: BSD-3-Clause
"""What code, tasks and places are called, for a host that looks a name up and for a person who reads."""

import asyncio
import contextvars
import linecache
import os
import sys


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


def task_of_handle(handle):
    """The task whose step a handle of asyncio's is to run, or None."""
    task = getattr(getattr(handle, "_callback", None), "__self__", None)
    return task if isinstance(task, asyncio.Task) else None


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


# -- where something stands -----------------------------------------------------------------------------


def where_it_waits(task):
    """The innermost line of the coroutines that await each other, asyncio's own left out."""
    coroutine, found = task.get_coro(), None
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None)
        if frame is None:
            break
        if found is None or not frame.f_globals.get("__name__", "").startswith("asyncio."):
            found = frame
        coroutine = coroutine.cr_await
    return where(found) if found else "outside of coroutines"


def where(frame):
    code = frame.f_code
    text = f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"
    line = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return f"{text}: {line}" if line else text


# -- where modules are looked for -----------------------------------------------------------------------


def searched():
    """The folders in which an import has looked, for the message that it was in vain."""
    folders = [path + ("" if os.path.exists(path) else " (does not exist)") for path in map(os.path.abspath, sys.path)
               if not path.endswith(".zip") or os.path.exists(path)]
    return f"Python {sys.version.split()[0]} has searched {', '.join(folders) or 'no folder'}"
