# SPDX-License-Identifier: BSD-3-Clause
"""One activation of a plugin: from the import of its modules until nothing of it is left.

Whatever code of the plugin is called from here may raise anything, or nothing ever; it becomes Failed, or a line in
the report, and what is left to be done is done.
"""

import asyncio
import contextvars
import gc
import inspect
import sys

import _qi

from .. import host
from .._loop.loop import run_task
from .._python.names import where_it_waits
from .._python.scope import PACKAGE, Scope, current
from . import entry, leftovers
from .footprint import registrations
from .footprint.ledger import LIBRARY
from .context import Context
from .modules import Modules
from .tracebacks import describe, headline, prune


THREADS_SECONDS = 1.0  # that a plugin's threads have to end by themselves


class Failed(Exception):
    """The plugin cannot go on: why, and what its code has raised, if it did."""

    def __init__(self, reason, exception=None):
        super().__init__(reason)
        self.reason = reason
        self.exception = exception
        self.traceback = "" if exception is None else describe(prune(exception))


class Targets:
    """What the application's targets "ID:name" name: functions that are exposed, else what the entry's module has."""

    def __init__(self, activation):
        self.__activation = activation

    def __getattr__(self, name):
        activation = self.__activation
        if name in activation.exposed:
            return activation.exposed[name]
        return getattr(sys.modules[activation.entry], name)

    def __dir__(self):
        return sorted({*self.__activation.exposed, *dir(sys.modules.get(self.__activation.entry))})


class Activation:
    """A plugin that is being started, is on, or is being ended."""

    def __init__(self, manager, plugin, checked):
        self.manager = manager
        self.plugin = plugin
        self.manifest = checked.manifest  # the plugin's may be a later one by now, which nobody has agreed to
        self.values = manager.values(plugin)
        self.data_folder = manager.data_folder / plugin.id
        self.actions = {}
        self.exposed = {}
        self.loading = True
        self.activated = False  # activate() has ended, and without an exception
        self.ended = False
        self.scope = Scope(plugin.id)
        _qi._memory_follow(self.scope)
        self.scope.written = plugin.written
        self.folder = checked.tree.root  # the real one, which its modules have as theirs
        self._context = contextvars.copy_context()
        self._context.run(current.set, self.scope)
        tree = checked.tree
        self._modules = Modules(self.manifest, checked.fingerprint.files, tree.sources, tree.root, tree.versions,
                                checked.private, self._around_import)
        self._undo = {}  # token -> (what, function), in the order in which they were made
        self._object = None
        self._ctx = None
        self._starting = None  # the task of activate()
        self._ledger = manager.ledger

    @property
    def entry(self):
        """The name in sys.modules of the entry's module."""
        return self._modules.entry

    # -- running code of the plugin --

    def run(self, function, *args, **options):
        """Calls in the plugin's Context: in a copy, since it may be entered further down the stack."""
        if current.get() is self.scope:
            return function(*args, **options)
        return self._context.copy().run(function, *args, **options)

    def _guarded(self, what, function, *args):
        """Calls code of the plugin. Failed, whatever it raises."""
        try:
            return self.run(function, *args)
        except BaseException as exception:
            raise Failed(f"{what}: {headline(exception)}", exception) from None

    def _watched(self, what, function, *args):
        """The same for the start, where all that changes meanwhile is the plugin's."""
        self._ledger.others_ran()
        try:
            return self._guarded(what, function, *args)
        finally:
            self._ledger.ran(self)

    def _around_import(self, load, is_own):
        """An import of what is not the plugin's: it stays, and so does what it changes."""
        self._ledger.others_ran()
        try:
            return load()
        finally:
            self._ledger.ran(self if is_own() else LIBRARY)

    async def _finish(self, what, outcome, seconds):
        """Waits for what a function of the plugin has returned, if that can be awaited. Failed if it raises or is late."""
        if not inspect.isawaitable(outcome):
            return outcome
        task = self._guarded(what, self._launch, what, outcome)
        self._starting = task
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            self._starting = None
        if not task.done():
            late = f"{what} had not ended after {seconds:g} s; it waited at {where_it_waits(task)}"
            task.cancel(late)
            raise Failed(late)
        if task.cancelled():
            raise Failed(f"{what} was cancelled")
        if task.exception() is not None:
            raise Failed(f"{what}: {headline(task.exception())}", task.exception())
        return task.result()

    def _launch(self, what, outcome):
        async def wait():
            return await outcome

        return run_task(outcome if inspect.iscoroutine(outcome) else wait(), name=f"{self.plugin.id}: {what}")

    # -- the start --

    async def begin(self, seconds):
        """Imports the plugin and calls its activate(). Failed if that does not come to a good end."""
        self._ledger.begin(self)
        try:
            await self._begin(seconds)
        finally:
            self._ledger.started(self)

    async def _begin(self, seconds):
        self._modules.begin()
        _qi._plugins[self.plugin.id] = (Targets(self), self._context)
        self._ledger.ran(LIBRARY)  # what the line above has changed is no plugin's
        module = self._watched(f"importing {self.manifest.module!r}", self._modules.load)
        self._object = self._watched(f"making {self.manifest.entry!r}", self._find_object, module)
        self._ctx = Context(self)
        activate = self._guarded("activate()", lambda: self._object.activate)
        outcome = self._watched("activate()", activate, self._ctx)
        await self._finish("activate()", outcome, seconds)
        self._modules.all_loaded()
        self.activated = True
        self.loading = False

    def _find_object(self, module):
        found = entry.find(module, self.manifest)
        return found() if inspect.isclass(found) else found

    def abandon(self):
        """Has a start that is under way come to its end."""
        self.loading = False
        if self._starting is not None:
            self._starting.cancel("the plugin was disabled while it was being started")

    # -- the end --

    async def end(self, seconds):
        """Ends all that the plugin has. Returns the report of what was left, a dict."""
        self.loading = False
        report = leftovers.Report()
        self._ledger.ending(self)
        await self._say_goodbye(seconds)
        await self._undo_all(seconds)
        self.ended = True
        self.actions.clear()
        self.exposed.clear()
        await self._stage(leftovers.end_connections, self.scope)
        await self._stage(leftovers.end_timers, self.scope, False)
        await self._stage(leftovers.end_tasks, self.scope, report, seconds)
        await self._stage(leftovers.end_timers, self.scope)  # of the tasks' own clean-up
        await asyncio.sleep(0)  # what was closed says so
        await asyncio.sleep(0)
        report.state += await self._stage(self._ledger.end, self) or []
        report.state += await self._stage(registrations.end, self.scope) or []
        _qi._plugins.pop(self.plugin.id, None)
        remains = leftovers.Remains(await self._stage(self._modules.end) or {})
        await self._stage(self._ledger.ran, LIBRARY)  # modules that are forgotten are no other plugin's doing
        self._object = self._ctx = None
        await self._stage(gc.collect)  # executors end their threads when they go
        await self._stage(leftovers.end_threads, self.scope, report, min(seconds, THREADS_SECONDS))
        await self._stage(leftovers.let_go, remains)
        await self._stage(leftovers.look, self.scope, remains, report)
        return report.describe()

    async def _stage(self, function, *args):
        """Calls what must not keep the others from being done, whatever comes in between: an interrupt, a clean-up."""
        try:
            outcome = function(*args)
            return await outcome if inspect.isawaitable(outcome) else outcome
        except asyncio.CancelledError:
            raise
        except BaseException as exception:
            self.manager.failed_quietly(self.plugin, Failed(f"ending the plugin: {headline(exception)}", exception))
            return None

    async def _say_goodbye(self, seconds):
        """What has not come to its beginning has no end: a deactivate() would find half of what it expects."""
        deactivate = getattr(self._object, "deactivate", None) if self.activated else None
        if deactivate is not None:
            await self._attempt("deactivate()", deactivate, seconds)

    async def _undo_all(self, seconds):
        while self._undo:
            token, (what, function) = self._undo.popitem()
            await self._attempt(f"undoing {what}", function, seconds)

    async def _attempt(self, what, function, seconds):
        """Calls code that may fail, without an effect on what is left to be done."""
        try:
            await self._finish(what, self._guarded(what, function), seconds)
        except Failed as failed:
            self.manager.failed_quietly(self.plugin, failed)

    # -- what belongs to it --

    def check_open(self):
        if self.ended:
            raise RuntimeError(f"the plugin {self.plugin.id!r} has been ended, and its context with it")

    def owns(self, what, undo):
        """Notes how to undo something. Returns the token for lets_go()."""
        self.check_open()
        token = object()
        self._undo[token] = (what, undo)
        return token

    def lets_go(self, token):
        self._undo.pop(token, None)

    def counts(self):
        return leftovers.counts(self.scope)

    def add_action(self, action):
        self.check_open()
        if action.name in self.actions:
            raise ValueError(f"the plugin {self.plugin.id!r} has an action {action.name!r} already")
        self.actions[action.name] = action
        action._undo = self.owns(f"the action {action.name!r}", action.remove)
        self.actions_changed()
        return action

    def remove_action(self, action):
        if self.actions.get(action.name) is action:
            del self.actions[action.name]
            self.lets_go(action._undo)
            self.actions_changed()

    def actions_changed(self):
        self.manager.tell("actions", self.plugin)

    def expose(self, name, function):
        self.check_open()
        if name in self.exposed:
            raise ValueError(f"the plugin {self.plugin.id!r} exposes {name!r} already")
        self.exposed[name] = function
        self.owns(f"the exposed {name!r}", lambda: self.exposed.pop(name, None) and None)

    def register(self, name, object):
        self.check_open()
        host._register(name, object)
        self.owns(f"qi.host.{name}", lambda: host._unregister(name, object))

    def change_setting(self, key, value):
        self.manager.change_setting(self.plugin, key, value)

    def setting_changed(self, key, value):
        """Tells the plugin."""
        for listener in list(self._ctx._listeners) if self._ctx else ():
            if listener.key in (None, key) and listener in self._ctx._listeners:
                self._call_listener(listener, key, value)

    def _call_listener(self, listener, key, value):
        def call():
            result = listener.function(key, value)
            if inspect.iscoroutine(result):
                run_task(result, name=f"{self.plugin.id}: setting {key}")

        try:
            self._run_watched(call)
        except BaseException as exception:
            _qi._report(exception, None, None, None, self.plugin.id)

    def trigger(self, action):
        """Runs an action. Returns its task, or None where it has ended."""

        def run():
            outcome = action._run()
            return run_task(outcome, name=f"{self.plugin.id}: {action.name}") if inspect.iscoroutine(outcome) else None

        return self._run_watched(run)

    def _run_watched(self, function):
        """Calls what the user has asked for, and sees what it changes."""
        self._ledger.others_ran()
        try:
            return self.run(function)
        finally:
            self._ledger.ran(self)

    def begin_action(self, action):
        """Returns what runs an action, for whoever launches it in the plugin's Context, and calls action_began() then."""

        once = [action]

        def run():  # the host may keep it for as long as it likes, but not the plugin by it
            return once.pop()._run()

        run.__module__, run.__qualname__ = f"{PACKAGE}.{self.plugin.id}", action.name  # by which libqi finds the Context
        self._ledger.others_ran()
        return run

    def action_began(self):
        self._ledger.ran(self)
