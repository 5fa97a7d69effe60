# SPDX-License-Identifier: BSD-3-Clause
"""Ends what belongs to a plugin by its Context, and finds what is left of it when it should be gone.

A plugin need not have made a thing through ctx: asyncio.create_task() and the like inherit the Context, and so do
threads; files and sockets are noted when they are opened. What can be ended is ended without a word. What cannot, or
is still held by somebody, is named in the report.
"""

import asyncio
import gc
import os
import sys
import time
import types
import weakref
from asyncio.base_subprocess import BaseSubprocessTransport

import _qi

from .._python.ends import leave_task, left_behind
from .._python.names import where
from .._python.scope import scope_of, scope_of_task
from . import threads
from .footprint import registrations
from .footprint.provenance import is_a

KINDS = ("tasks", "connections", "timers", "modules", "threads", "descriptors", "objects", "processes", "state")
MOST = 20  # lines of a kind


class Report:
    """What was left behind, by kind, each as a text."""

    def __init__(self):
        for kind in KINDS:
            setattr(self, kind, [])

    def describe(self):
        """The map that qi_plugin_describe() promises."""
        found = {kind: _shorten(getattr(self, kind)) for kind in KINDS}
        return {"clean": not any(found.values()), **found}


def _shorten(lines):
    return lines if len(lines) <= MOST else [*lines[:MOST], f"and {len(lines) - MOST} more"]


def descriptors():
    """The descriptors of the process, without the one that is needed to see them."""
    try:
        return [fd for fd in map(int, os.listdir("/proc/self/fd")) if _is_open(fd)]
    except OSError:  # no Linux
        return []


def _is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False


def _leads_to(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return None


# -- what is ended by its Context -------------------------------------------------------------------------


def tasks_of(scope):
    loop = asyncio.get_running_loop()
    return {task for task in asyncio.all_tasks(loop) if scope_of_task(task) is scope}


def counts(scope):
    """How many tasks and connections a scope has."""
    return {"tasks": len(tasks_of(scope).difference(left_behind)), "connections": len(_qi._scope_links(scope))}


async def end_tasks(scope, report, seconds):
    """Cancels the tasks of a scope and waits for them; those that do not end are named, and never resumed."""
    end = time.monotonic() + seconds
    asked = set()
    while True:
        alive = tasks_of(scope).difference(left_behind)
        for task in alive - asked:  # clean-up may start further tasks
            if not _connects_pipes(task):
                task.cancel("the plugin is being ended")
        asked |= alive
        left = end - time.monotonic()
        if not alive or left <= 0:
            break
        await asyncio.wait(alive, timeout=left)
    report.tasks += sorted(leave_task(task) for task in alive)


def _connects_pipes(task):
    """Whether a task is asyncio's own, which connects the pipes of a child process and ends by itself: without it, who has
    started the process and is cancelled meanwhile would wait for ever, in Python before 3.13."""
    return getattr(task.get_coro(), "cr_code", None) is BaseSubprocessTransport._connect_pipes.__code__


def end_connections(scope):
    for link in _qi._scope_links(scope):
        link.disconnect()
    _qi._scope_cut(scope)


def end_timers(scope, children=True):
    """Timers of asyncio, and callbacks that wait for a descriptor, with the transports and servers behind these. children: also
    those by which asyncio learns that a child process has ended, for which a task that is being cancelled may wait."""
    loop = asyncio.get_running_loop()
    for handle in list(loop._scheduled):
        if not handle.cancelled() and scope_of(handle._context) is scope:
            handle.cancel()
    for fd, (_, reader, writer) in loop._watched().items():
        for handle, remove in ((reader, loop.remove_reader), (writer, loop.remove_writer)):
            if _is_of(handle, scope) and (children or not _waits_for_child(handle)):
                _end_watch(loop, fd, handle, remove)


def _is_of(handle, scope):
    context = getattr(handle, "_context", None)
    return context is not None and scope_of(context) is scope


def _waits_for_child(handle):
    watcher = type(getattr(handle._callback, "__self__", None))
    return watcher.__module__ == "asyncio.unix_events" and watcher.__name__.endswith("ChildWatcher")


def _end_watch(loop, fd, handle, remove):
    owner = loop._transports.get(fd)
    server = next((each for each in handle._args or () if isinstance(each, asyncio.AbstractServer)), None)
    try:
        if server is not None:
            server.close()
        elif owner is not None:
            owner.abort()
        else:
            remove(fd)
    except Exception as exception:  # a transport of somebody else's
        _qi._report(exception, None, None, None, scope_of(handle._context).plugin)


async def end_threads(scope, report, seconds):
    """Waits for the threads; nothing can end them."""
    loop = asyncio.get_running_loop()
    end, pause = time.monotonic() + seconds, 0.0005
    while alive := threads.alive(scope, loop):
        left = end - time.monotonic()
        if left <= 0:
            break
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 2, 0.05)
    report.threads += sorted(f"{thread.name}: {_where_is(thread)}" for thread in alive)


def _where_is(thread):
    frame = sys._current_frames().get(thread.ident)
    return where(frame) if frame else "outside of Python"


# -- what is still there ----------------------------------------------------------------------------------


class Remains:
    """Weak references to what a plugin's modules have defined, before they are forgotten."""

    def __init__(self, modules):
        self._found = {}  # "module:name" -> weak reference
        for name, module in modules.items():
            for key, value in list(vars(module).items()):
                if is_a(value, (type, types.FunctionType)) and value.__module__ == name:
                    self._found[f"{name}:{key}"] = weakref.ref(value)

    def left(self):
        """Those that somebody still holds, with who it is."""
        alive = {key: value for key, reference in self._found.items() for value in [reference()] if value is not None}
        inside = {id(alive), *map(id, alive.values())}
        return [f"{key} is held by {_holder(alive[key], inside)}" for key in alive]  # items() would hold them, too

    def are_there(self):
        return any(reference() is not None for reference in self._found.values())

    def classes(self):
        return [value for reference in self._found.values() for value in [reference()] if is_a(value, type)]


def _holder(value, inside):
    """Who holds an object, apart from its own module and the others that are left of the plugin."""
    for referrer in gc.get_referrers(value):
        if is_a(referrer, types.FrameType) or id(referrer) in inside or _is_of_itself(referrer, value):
            continue
        return _name_of_holder(referrer)
    return "something that Python does not follow"


def _is_of_itself(referrer, value):
    """What a module, function or class consists of, and our own lists."""
    if is_a(referrer, dict):
        return referrer.get("__name__") == value.__module__
    if is_a(referrer, tuple):
        return is_a(value, type) and referrer is value.__mro__
    return is_a(referrer, types.GetSetDescriptorType) or (
        is_a(referrer, (types.FunctionType, types.MethodDescriptorType)) and getattr(referrer, "__module__", "") == value.__module__)


def _name_of_holder(referrer):
    if is_a(referrer, dict) and is_a(referrer.get("__name__"), str):
        return f"the module {referrer['__name__']}"
    if is_a(referrer, (dict, list, set, tuple)):
        return f"a {type(referrer).__name__} with {len(referrer)} items"
    return f"{type(referrer).__module__}.{type(referrer).__qualname__}"


def _objects_of(classes):
    """Objects of bindings, whose class is one of the plugin's, that have not gone."""
    bases = [base for name, attribute in (("PyQt6.sip", "simplewrapper"), ("shiboken6", "Object"), ("Shiboken", "Object"))
             if isinstance(base := getattr(sys.modules.get(name), attribute, None), type)]
    wanted = tuple(each for each in classes if bases and issubclass(each, tuple(bases)))
    if not wanted:
        return []
    return [f"an object of {type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects()
            if is_a(each, wanted) and not _is_deleted(each)]


def _is_deleted(wrapper):
    """Whether only the wrapper is left of a binding's object, as somebody's exception or list may hold it."""
    sip, shiboken = sys.modules.get("PyQt6.sip"), sys.modules.get("shiboken6")
    try:
        if sip is not None and isinstance(wrapper, sip.simplewrapper):
            return sip.isdeleted(wrapper)
        return shiboken is not None and not shiboken.isValid(wrapper)
    except TypeError:
        return False


def _open_files(scope):
    """What it has opened and not closed."""
    sockets = [held for reference in scope.sockets if (held := reference()) is not None]
    open_sockets = {held.fileno(): held for held in sockets if held.fileno() >= 0}
    paths = {os.path.realpath(path) for path in scope.paths}
    for fd in sorted(descriptors() if paths or open_sockets else ()):
        if fd in open_sockets:
            yield f"{fd}: {_describe_socket(open_sockets[fd])}"
        elif paths and _leads_to(fd) in paths:
            yield f"{fd}: {_leads_to(fd)}"


def _describe_socket(held):
    try:
        return f"a socket, {held.getsockname()}"
    except OSError:
        return "a socket"


async def let_go(remains):
    """Gives Qt time for what is to be deleted later: objects of the plugin's, and those by which a binding calls a
    connected method, which hold the method's object and are deleted in Qt's event loop after it."""
    for _ in range(4):
        gc.collect()
        if not remains.are_there():
            break
        await asyncio.sleep(0.005)


def look(scope, remains, report):
    """Looks for what is left. Call it when nothing of the manager's own refers to the plugin any more."""
    gc.collect()
    report.modules += remains.left()
    report.objects += _objects_of(remains.classes())
    report.descriptors += _open_files(scope)
    report.processes += registrations.processes(scope)
    report.connections += [repr(link) for link in _qi._scope_links(scope)]
