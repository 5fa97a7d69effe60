# SPDX-License-Identifier: BSD-3-Clause
"""leak_check(): what a piece of code has left behind."""

import asyncio
import gc
import os
import sys
import threading
import time

import _qi

from .._python.names import where_it_waits
from .settling import Busy, come_to_rest, settle

KINDS = ("tasks", "connections", "threads", "descriptors", "objects", "modules")

GRACE = 1.0  # seconds that threads have to end


class LeakError(AssertionError):
    """Something was left behind. `leaks` says what: a dict of kinds ("tasks", "threads", …) to lists of texts."""

    def __init__(self, leaks):
        self.leaks = leaks
        lines = [f"  {kind}: {text}" for kind, texts in leaks.items() for text in texts]
        super().__init__("left behind:\n" + "\n".join(lines))


class leak_check:
    """Checks that a block leaves nothing behind, and raises LeakError, which says what it has left.

        async with qi.testing.leak_check():
            await plugin.work()

    What is looked for: tasks that have not ended, connections to signals, threads (those of the default
    executor are the loop's), open descriptors, QObjects (those below the application, and those that PyQt6
    or PySide6 have made and Python owns), and, where `modules` says whose, modules. In coroutines use
    `async with`, elsewhere `with`; before it looks, what is ready is done, and garbage is collected.

    ignore: kinds that are not looked at, of "tasks", "connections", "threads", "descriptors", "objects".
    modules: names of packages whose modules must not stay imported.
    """

    def __init__(self, *, ignore=(), modules=()):
        unknown = set(ignore) - set(KINDS)
        if unknown:
            raise ValueError(f"leak_check() can ignore {', '.join(KINDS)}, not {', '.join(sorted(unknown))}")
        self._kinds = [kind for kind in KINDS if kind not in ignore]
        self._modules = tuple(modules)
        self._before = None

    def _snapshot(self):
        return {kind: _finders[kind](self) for kind in self._kinds}

    def __enter__(self):
        gc.collect()
        self._before = self._snapshot()
        return self

    def __exit__(self, kind, exception, traceback):
        loop = asyncio._get_running_loop()
        if exception is not None:
            return  # it says more than what it left
        if isinstance(loop, _qi.Loop) and asyncio.current_task() is None:
            _rest(come_to_rest, loop, 2, 0)
        self._compare()

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, kind, exception, traceback):
        if exception is not None:
            return
        try:
            await settle(2, soon=0)
        except Busy:
            pass  # what keeps it busy is told as a leak
        self._compare()

    def _compare(self):
        gc.collect()
        self._wait_for_threads()
        after = self._snapshot()
        leaks = {}
        for kind in self._kinds:
            left = [text for key, text in after[kind].items() if key not in self._before[kind]]
            if left:
                leaks[kind] = sorted(left)
        self._before = None
        if leaks:
            raise LeakError(leaks)

    def _wait_for_threads(self):
        """A thread that was told to end may need a moment for it."""
        end = time.monotonic() + GRACE
        if "threads" not in self._kinds:
            return
        for key in _threads(self):
            thread = key[1]
            if key not in self._before["threads"] and thread is not threading.current_thread():
                thread.join(max(0, end - time.monotonic()))


def _rest(function, *args):
    try:
        function(*args)
    except Busy:
        pass


# -- each kind: a dict of what identifies it to how it is told -------------------------------------------


def _tasks(check):
    loop = asyncio._get_running_loop()
    if loop is None:
        return {}
    current = asyncio.current_task(loop)
    return {("task", task): f"{task.get_name()}: {where_it_waits(task)}"
            for task in asyncio.all_tasks(loop) if task is not current and not task.done()}


def _connections(check):
    return {("connection", connection): repr(connection) for connection in _qi._connections() if connection}


def _threads(check):
    loop = asyncio._get_running_loop()
    executor = getattr(loop, "_default_executor", None)
    own = set(getattr(executor, "_threads", ()))
    return {("thread", thread): f"{thread.name}{', a daemon' if thread.daemon else ''}"
            for thread in threading.enumerate() if thread not in own and thread.is_alive()}


def _descriptors(check):
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # that of the listing itself
        found[int(name), target] = f"{name}: {target}"
    return found


def _objects(check):
    found = {}
    for kind, is_ours in _binding_objects():
        for thing in gc.get_objects():
            if isinstance(thing, kind) and is_ours(thing):
                found["wrapped", id(thing)] = f"{type(thing).__name__} {thing.objectName()!r}"
    for thing in _host_objects():
        found["host", thing] = repr(thing)
    return found


def _binding_objects():
    """The QObject classes of bindings that are loaded, and whether one of their objects lives and is Python's."""
    if core := sys.modules.get("PyQt6.QtCore"):
        sip = sys.modules["PyQt6.sip"]
        yield core.QObject, lambda thing: not sip.isdeleted(thing) and sip.ispyowned(thing)
    if core := sys.modules.get("PySide6.QtCore"):
        shiboken = sys.modules["shiboken6"]
        yield core.QObject, lambda thing: shiboken.isValid(thing) and shiboken.ownedByPython(thing)


def _host_objects():
    """All QObjects below the application, as proxies, which are equal for the same object."""
    try:
        application = _qi._host_get("app")
    except (KeyError, ReferenceError, RuntimeError):
        return []
    return application.findChildren()


def _modules(check):
    return {("module", name): name for name in list(sys.modules)
            if any(name == each or name.startswith(each + ".") for each in check._modules)}


_finders = {"tasks": _tasks, "connections": _connections, "threads": _threads,
            "descriptors": _descriptors, "objects": _objects, "modules": _modules}
