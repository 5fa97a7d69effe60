# SPDX-License-Identifier: BSD-3-Clause
"""The plugins of the application: which there are, which are on, and how that changes.

    from qi.plugin import manager
    await manager.enable("orders")

A change of a plugin is a task of the manager's own, and those of one plugin come one after another. Whoever asks waits
for it, and may go away meanwhile, as a plugin does that disables itself.
"""

import asyncio
import contextvars
import os
import pathlib
import threading

import _qi

from .._python.ends import Changes
from .._python.plain import plain_line
from .._python.scope import plugin_of
from . import dependencies, discovery, log, threads, trust
from .containment import Memory, Storm
from .lifecycle import Activation, Failed, describe, headline
from .record import STATES, Plugin, c_text
from .schema import near
from .settings import NoSuchName, Store, Values
from .watchfiles import Watch

EVENTS = ("added", "removed", "state", "actions", "setting", "error")  # qi_plugin_event_kind


class ActionError(RuntimeError):
    """An action, or a plugin, that is there but cannot do what is asked for now."""


class Blocked(Exception):
    """A check that is made before any code of the plugin runs has failed."""


class Manager:
    """The plugins of the application. There is one, `qi.plugin.manager`."""

    def __init__(self):
        self._clear()

    def _clear(self):
        self._running = False
        self._plugins = {}
        self._values = {}
        self._order = []  # of the active ones
        self._changes = {}  # task -> the plugin
        self._watch = self._memory = self._looking = None
        self._undo = Changes()

    # -- start and stop --

    def start(self, services, *, application_folders=(), user_folder=None, system_folder=None, settings_file=None,
              data_folder=None, activate_seconds=10.0, deactivate_seconds=5.0, storm_limit=20, storm_seconds=10.0,
              memory_limit=0, watch_files=False):
        """Looks for plugins and starts those that the user has enabled. The application calls this."""
        if self._running:
            raise RuntimeError("the plugins are started already")
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.Context()
        self._services = services
        self._store = Store(services)
        self._activate_seconds = activate_seconds
        self._deactivate_seconds = deactivate_seconds
        self._folders = self._places(application_folders, user_folder, system_folder)
        self.data_folder = pathlib.Path(data_folder or os.path.join(services.dataFolders()[0], "plugin-data"))
        self._consents = trust.Consents(self._consents_file(settings_file))
        self._storm = storm_limit, storm_seconds
        self._memory_limit = memory_limit
        self._thread = threading.get_ident()
        self._running = True
        try:
            self._follow(watch_files)
            self.rescan()
        except BaseException:
            self._unfollow()
            self._clear()
            raise
        for plugin in sorted(self._plugins.values(), key=lambda plugin: plugin.id):
            if plugin.wanted:
                self._change(plugin, "enable", self._enable(plugin))

    def _follow(self, watch_files):
        """Begins what goes on as long as there are plugins."""
        threads.follow(self._undo)
        _qi._scope_follow_files()
        log.begin(self._undo)
        if self._memory_limit:
            self._memory = Memory(self._memory_limit, self._holds_too_much)
            self._looking = self._loop.create_task(self._memory.watch(), name="qi memory of plugins",
                                                   context=self._context.copy())
        if watch_files:
            self._watch = Watch(self._services, self._watched_folders, self._written, self._files_changed)

    def _unfollow(self):
        self._undo.undo()
        if self._looking is not None:
            self._looking.cancel()
            self._memory.stop()
        if self._watch is not None:
            self._watch.stop()

    def _places(self, application, user, system):
        data = self._services.dataFolders()
        users = [os.path.join(data[0], "plugins")] if user is None else [user]
        systems = [os.path.join(folder, "plugins") for folder in data[1:]] if system is None else [system]
        places = [(folder, "application") for folder in application]
        places += [(folder, "user") for folder in users if folder]
        places += [(folder, "system") for folder in systems if folder]
        return places

    def _consents_file(self, settings_file):
        if settings_file:
            return os.path.splitext(os.path.abspath(settings_file))[0] + "-consents.json"
        return os.path.join(self._services.configFolder(), "plugin-consents.json")

    async def stop(self):
        """Ends all plugins, the one that was started last first. A shutdown of the runtime calls this."""
        if not self._running:
            return
        self._running = False
        for plugin in self._plugins.values():
            if plugin.activation is not None and plugin.activation.loading:
                plugin.activation.abandon()
        # One that waits for the user's answer has begun nothing; the others come to their own end.
        waiting = {change for change, plugin in self._changes.items() if plugin.activation is None}
        for change in waiting:
            change.cancel("the runtime shuts down")
        if self._changes:
            await asyncio.wait(list(self._changes), timeout=3 * self._deactivate_seconds)
        for id in reversed(self._order.copy()):
            await self._end(self._plugins[id], "disabled", "the application is closing")
        self._unfollow()
        self._services.store()
        self._clear()

    def rescan(self):
        """Looks for plugins again."""
        self._check_running()
        found = {}
        for each in discovery.discover(self._folders):
            found.setdefault(each.id, each)
        for id in self._plugins.keys() - found.keys():
            if id in self._plugins:  # a listener that is told may look again, too
                self._forget(self._plugins[id])
        for id, each in found.items():
            if not self._running:  # or end the runtime
                return
            if id in self._plugins:
                self._see_again(self._plugins[id], each)
            else:
                self._add(each)

    def _add(self, found):
        plugin = self._plugins[found.id] = Plugin(found)
        enabled = self._store.get(found.id, "enabled")
        plugin.wanted = str(enabled).lower() == "true"
        if found.manifest is None:
            plugin.state, plugin.reason = "blocked", "\n".join(map(str, found.problems))
        elif enabled is not None and not plugin.wanted:
            plugin.state = "disabled"
        self.tell("added", plugin)

    def _see_again(self, plugin, found):
        if plugin.activation is not None:  # what is on stays as it is until it is reloaded
            return
        self._take_manifest(plugin, found)

    def _take_manifest(self, plugin, found):
        if found is plugin.found and found.manifest is not None:
            return
        plugin.found = found
        plugin.described = None
        self._values.pop(plugin.id, None)
        if found.manifest is None:
            self._set(plugin, "blocked", "\n".join(map(str, found.problems)))
        elif plugin.state == "blocked":
            self._set(plugin, "disabled" if self._store.get(plugin.id, "enabled") is not None else "discovered")

    def _forget(self, plugin):
        async def forget():
            async with plugin.changing:
                await self._end(plugin, "disabled", "its folder is gone")
                if self._plugins.pop(plugin.id, None) is not None:
                    self.tell("removed", plugin)

        if plugin.activation is None and not plugin.changing.locked():
            del self._plugins[plugin.id]
            self.tell("removed", plugin)
        else:
            self._change(plugin, "remove", forget())

    # -- asking --

    def _check_running(self):
        if not self._running:
            raise RuntimeError("there are no plugins: the application has not started them, or is closing")

    def _plugin(self, id):
        self._check_running()
        try:
            return self._plugins[id]
        except KeyError:
            hint = near(id, self._plugins) if self._plugins else "; there is none"
            raise NoSuchName(f"there is no plugin {id!r}{hint}") from None

    def list(self):
        """Describes all plugins, by name: a list of what info() returns."""
        self._check_running()
        plugins = sorted(self._plugins.values(), key=lambda plugin: (plugin.name.casefold(), plugin.id))
        return [self.info(plugin.id) for plugin in plugins]

    def info(self, id):
        """Describes a plugin, a dict: see qi_plugin_info() for its keys."""
        return self._describe(self._plugin(id))

    def _describe(self, plugin):
        return plugin.info(self.values(plugin).describe())

    def state(self, id):
        """The state of a plugin, as "active"; "unknown" is none."""
        return self._plugin(id).state

    # -- changing --

    async def enable(self, id):
        """Starts a plugin, now and with the application. Returns what info() does: its "state" says what came of it."""
        plugin = self._plugin(id)
        self._check_caller(plugin)
        return await self._wait(self._change(plugin, "enable", self._enable(plugin)))

    async def disable(self, id):
        """Ends a plugin, until it is enabled again. Returns what info() does."""
        plugin = self._plugin(id)
        if plugin.activation is not None and plugin.activation.loading:
            plugin.activation.abandon()
        else:
            self._check_caller(plugin)
        return await self._wait(self._change(plugin, "disable", self._disable(plugin)))

    async def reload(self, id):
        """Ends a plugin, if it is on, and starts it with its code as it now is. Returns what info() does."""
        plugin = self._plugin(id)
        self._check_caller(plugin)
        return await self._wait(self._change(plugin, "reload", self._reload(plugin)))

    def _check_caller(self, plugin):
        """What a plugin does while it is being started or ended cannot wait for the end of just that."""
        if plugin.changing.locked() and plugin_of() == plugin.id:
            raise RuntimeError(f"the plugin {plugin.id!r} is being started or ended, and cannot change that itself meanwhile")

    def _change(self, plugin, verb, work):
        """Runs a change as a task that belongs to nobody's plugin."""
        context = self._context.copy()
        for variable, value in contextvars.copy_context().items():
            if variable.name == "qi.progress":  # whoever asked for the change is told how far it is
                context.run(variable.set, value)
        task = self._loop.create_task(work, name=f"{verb} the plugin {plugin.id}", context=context)
        self._changes[task] = plugin
        task.add_done_callback(self._changed)
        return task

    def _changed(self, task):
        """Nobody may wait for a change any more, and what went wrong with it is libqi's."""
        plugin = self._changes.pop(task, None)
        if plugin is not None and not task.cancelled() and task.exception() is not None:
            self._loop.call_exception_handler({
                "message": f"a change of the plugin {plugin.id!r} failed", "exception": task.exception(), "task": task})

    async def _wait(self, change):
        return await asyncio.shield(change)

    async def _enable(self, plugin):
        async with plugin.changing:
            self._want(plugin, True)
            if plugin.state != "active":
                await self._begin(plugin)
            return self._describe(plugin)

    async def _disable(self, plugin):
        async with plugin.changing:
            self._want(plugin, False)
            await self._end(plugin, "disabled")
            return self._describe(plugin)

    async def _reload(self, plugin):
        async with plugin.changing:
            self._want(plugin, True)
            await self._end(plugin, "loading", "reloading")
            await self._begin(plugin)
            return self._describe(plugin)

    def _want(self, plugin, wanted):
        if plugin.wanted != wanted or self._store.get(plugin.id, "enabled") is None:
            plugin.wanted = wanted
            self._store.set(plugin.id, "enabled", wanted)

    async def _begin(self, plugin):
        """Starts a plugin that is off; whatever comes of it is in its state. `plugin.changing` is held."""
        self._set(plugin, "loading", "starting")
        problem = None
        try:
            await self._try_to_begin(plugin)
        except Blocked as blocked:
            problem = "blocked", str(blocked), ""
        except Failed as failed:
            problem = "failed", failed.reason, failed.traceback
        except Exception as exception:  # of libqi's own, or of a file that has gone meanwhile
            problem = "failed", headline(exception), describe(exception)
        except BaseException:
            await self._end(plugin, "disabled", "the start was broken off")
            raise
        # Out of the handlers, whose exceptions hold the plugin's frames.
        if problem:
            await self._end(plugin, *problem)
        else:
            self._order.append(plugin.id)
            self._set(plugin, "active")

    async def _try_to_begin(self, plugin):
        if not self._running:
            raise Blocked("the application is closing")
        if self._watch is not None:
            self._watch.renew_one(plugin.id)
        self._take_manifest(plugin, self._look_again(plugin))
        files, read = await self._check(plugin)
        plugin.errors = 0
        plugin.storm = Storm(*self._storm)
        plugin.activation = Activation(self, plugin, files, read)
        await plugin.activation.begin(self._activate_seconds)

    async def _end(self, plugin, state, reason="", traceback=""):
        """Ends a plugin that is on. `plugin.changing` is held."""
        activation = plugin.activation
        if activation is not None:
            self._set(plugin, "loading", "ending", plugin.traceback)
            if plugin.id in self._order:
                self._order.remove(plugin.id)
            plugin.report = await activation.end(self._deactivate_seconds)
            plugin.activation = None
        self._set(plugin, state, reason, traceback)

    def _look_again(self, plugin):
        """The plugin's manifest as it is now, read again if it is another file."""
        seen = _version_of(plugin.found.folder / "plugin.toml")
        if seen is None:
            raise Blocked(f"its folder is gone: {plugin.found.folder}")
        if seen == plugin.seen and plugin.manifest is not None:
            return plugin.found
        plugin.seen = seen
        return discovery.look_at(plugin.found.folder, plugin.found.source) or plugin.found

    # -- checks before any code runs --

    async def _check(self, plugin):
        """Returns the hashes of the plugin's files, and the sources that were read. Blocked if it must not run."""
        if plugin.manifest is None:
            raise Blocked("\n".join(map(str, plugin.found.problems)))
        tree = trust.Tree(plugin.found.folder)
        problems = tree.problems()
        if problems:
            raise Blocked("\n".join(problems))
        others = [self._plugins[id].manifest for id in self._order if id != plugin.id]
        problems = dependencies.check_one(plugin.manifest, active=others)
        if problems:
            raise Blocked("\n".join(problems))
        return await self._consent(plugin, tree)

    async def _consent(self, plugin, tree):
        try:
            fingerprint = tree.fingerprint()
            decision = self._consents.ask_real(plugin.id, tree.root, fingerprint)
            plugin.consented = bool(decision)
            if not decision:
                plugin.consented = await self._ask(plugin, fingerprint, decision)
                if plugin.consented:
                    self._consents.give(plugin.id, plugin.found.folder, fingerprint)
        except OSError as problem:
            raise Blocked(f"{problem.filename or plugin.found.folder}: {problem.strerror or problem}") from None
        if not plugin.consented:
            what = "its files have changed since the user agreed to it" if decision.reason == "changed" else "the user has not agreed to it"
            raise Blocked(what)
        return fingerprint.files, tree.sources

    async def _ask(self, plugin, fingerprint, decision):
        """Asks the user, outside of asyncio's callbacks: the answer may come from a dialog's event loop."""
        from .._loop.modal import modal

        manifest = plugin.manifest
        return await modal(_qi._plugin_ask)(plugin.id, plain_line(manifest.name), plain_line(manifest.version), c_text(str(plugin.found.folder)),
                                            fingerprint.hash, decision.reason, tuple(map(c_text, decision.changed)))

    # -- settings and actions --

    def values(self, plugin):
        if plugin.id not in self._values:
            declared = plugin.manifest.settings if plugin.manifest else {}
            self._values[plugin.id] = Values(plugin.id, declared, self._store)
        return self._values[plugin.id]

    def setting(self, id, key):
        """The value of a plugin's setting."""
        return self.values(self._plugin(id)).get(key)

    def set_setting(self, id, key, value):
        """Sets a plugin's setting; None resets it. TypeError or ValueError if the value does not fit."""
        self.change_setting(self._plugin(id), key, value)

    def change_setting(self, plugin, key, value):
        values = self.values(plugin)
        if values.set(key, value):
            self.tell("setting", plugin, detail=key)
            if plugin.activation is not None:
                plugin.activation.setting_changed(key, values.get(key))

    def trigger(self, id, name):
        """Runs an action of an active plugin."""
        plugin = self._plugin(id)
        if plugin.activation is None or plugin.state != "active":
            raise ActionError(f"the plugin {id!r} is not active, but {plugin.state}")
        action = plugin.activation.actions.get(name)
        if action is None:
            known = plugin.activation.actions
            raise NoSuchName(f"the plugin {id!r} has no action {name!r}{near(name, known) if known else '; it has none'}")
        if not action.enabled:
            raise ActionError(f"the action {name!r} of the plugin {id!r} is disabled")
        plugin.activation.trigger(action)

    # -- telling --

    def _set(self, plugin, state, reason="", traceback=""):
        before, plugin.state = plugin.state, state
        plugin.reason, plugin.traceback = reason, traceback
        self.tell("state", plugin, before=before, reason=reason, traceback=traceback)

    def tell(self, kind, plugin, before=None, reason="", traceback="", detail=None):
        """Tells the application's listeners."""
        state = STATES.index(plugin.state)
        _qi._plugin_tell(EVENTS.index(kind), plugin.id, state, state if before is None else STATES.index(before),
                         c_text(reason) or None, c_text(traceback) or None, detail)

    def failed_quietly(self, plugin, failed):
        """Reports what failed while a plugin was being ended."""
        plugin.errors += 1
        self.tell("error", plugin, reason=failed.reason, traceback=failed.traceback)
        _qi._log(2, f"plugin.{plugin.id}", c_text(f"{failed.reason}\n{failed.traceback}".rstrip()))

    # -- containment --

    def noted(self, id, message, traceback):
        """Counts an error of a plugin, in any thread. Returns whether it is to be reported."""
        plugin = self._plugins.get(id)
        if plugin is None:
            return True
        plugin.errors += 1
        shown = plugin.storm.count() if plugin.storm else True
        if threading.get_ident() == self._thread:
            self._weigh(plugin, shown, message, traceback)
        else:
            self._loop.call_soon_threadsafe(self._weigh, plugin, shown, message, traceback, context=self._context.copy())
        return shown

    def _weigh(self, plugin, shown, message, traceback):
        if shown:
            self.tell("error", plugin, reason=message, traceback=traceback)
        storm = plugin.storm
        if storm and storm.breaks() and plugin.activation is not None and self._running:
            self._stop_failing(plugin, f"{storm}, the last of them: {message}", traceback)

    def _stop_failing(self, plugin, reason, traceback=""):
        """Ends a plugin that costs too much."""
        activation = plugin.activation

        async def stop():
            async with plugin.changing:
                if plugin.activation is activation:
                    await self._end(plugin, "failed", reason, traceback)

        if activation.loading:
            activation.abandon()
        self._change(plugin, "stop", stop())

    def _holds_too_much(self, id, size):
        plugin = self._plugins.get(id)
        if plugin is not None and plugin.state == "active":
            reason = f"its Python code holds {size >> 20} MB; it may have {self._memory_limit >> 20} MB"
            self._stop_failing(plugin, reason)

    # -- files --

    def _watched_folders(self):
        return {id: plugin.found.folder for id, plugin in self._plugins.items() if plugin.wanted}

    def _written(self, id):
        """Files that the plugin's own code writes are no reason to reload it, which would write them again."""
        return self._plugins[id].written if id in self._plugins else set()

    def _files_changed(self, ids):
        for id in ids:
            plugin = self._plugins.get(id)
            if plugin is not None and plugin.wanted and self._running:
                _qi._log(1, "plugin", f"the files of {id} have changed")
                self._change(plugin, "reload", self._reload_changed(plugin))

    async def _reload_changed(self, plugin):
        """The user may have disabled the plugin before this comes to be."""
        async with plugin.changing:
            if plugin.wanted:
                await self._end(plugin, "loading", "reloading")
                await self._begin(plugin)


def _version_of(path):
    """What tells a file from another one in its place; None if there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino


manager = Manager()
