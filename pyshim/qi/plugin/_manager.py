# SPDX-License-Identifier: BSD-3-Clause
"""The plugins of the application: which there are, which are on, and how that changes.

    from qi.plugin import manager
    await manager.enable("orders")

A change of a plugin is a task of the manager's own, and those of one plugin come one after another. Whoever asks waits
for it, and may go away meanwhile, as a plugin does that disables itself.
"""

import asyncio
import contextvars
import functools
import logging
import os
import pathlib
import threading

import _qi

from .._python import importable
from .._python.ends import Changes, at_end
from .._python.plain import plain_line, plain_lines
from .._python.scope import plugin_of
from . import apart, checks, children, consents, log, policies, threads
from .containment import Memory, Storm
from .footprint import registrations
from .footprint.ledger import Ledger
from .lifecycle import Activation, Failed
from .record import STATES, Plugin, c_text, told
from .schema import near
from .settings import NoSuchName, Store, Values
from .tracebacks import describe, headline
from .watchfiles import Watch

EVENTS = ("added", "removed", "state", "actions", "setting", "error", "progress", "searched", "stopped")  # QI_PLUGIN_EVENT_…
_PATIENCE = 2.0  # seconds that plugins wait at the start for one whose files take long to check
_Task = asyncio.Task  # a plugin may have replaced it, or the loop's factory, by the time of the end
_ABREAST = 4  # plugins that are checked at the same time at the start


class ActionError(RuntimeError):
    """An action, or a plugin, that is there but cannot do what is asked for now."""


class NotStarted(RuntimeError):
    """There are no plugins to be asked about."""


class WrongPlace(ValueError):
    """No plugins may be in such a folder."""


class Blocked(Exception):
    """A check that is made before any code of the plugin runs has failed."""


class Manager:
    """The plugins of the application. There is one, `qi.plugin.manager`."""

    def __init__(self):
        self._clear()

    def _clear(self):
        self._running = False
        self._loop = self._services = self._store = None  # of the runtime
        self._plugins = {}
        self._values = {}
        self._order = []  # of the active ones
        self._changes = {}  # task -> the plugin
        self._watch = self._memory = self._looking = self.ledger = None
        self._search = None  # the _Search that is under way
        self._searched = False  # one has ended
        self._begun = set()  # ids of those that were started with the application
        self._joining = None  # held by whoever is compared with the plugins that are on
        self._failing = None  # the plugin whose failure to start is being reported
        self._stopping = None  # the task that ends them all
        self._undo = Changes()

    # -- start and stop --

    def start(self, services, *, application_folders=(), user_folder=None, system_folder=None, settings_file=None,
              data_folder=None, activate_seconds=10.0, deactivate_seconds=5.0, storm_limit=20, storm_seconds=10.0,
              memory_limit=0, watch_files=False):
        """Looks for plugins and starts those that the user has enabled. The application calls this."""
        if self._running:
            raise RuntimeError("the plugins are started already")
        if self._leave not in at_end:
            at_end.append(self._leave)  # for an end of the runtime in which stop() does not come to that
        try:
            self._loop = asyncio.get_running_loop()
            self._services = services
            self._store = Store(services)
            self._activate_seconds = activate_seconds
            self._deactivate_seconds = deactivate_seconds
            self._folders = self._places(application_folders, user_folder, system_folder)
            self.data_folder = pathlib.Path(data_folder or os.path.join(services.dataFolders()[0], "plugin-data"))
            self._consents = consents.Consents(self._consents_file(settings_file))
            self._storm = storm_limit, storm_seconds
            self._memory_limit = memory_limit
            self._thread = threading.get_ident()
            self._joining = asyncio.Lock()
            self.ledger = Ledger(self._application)
            self._running = True
            self._follow(watch_files)
            self.rescan()
        except BaseException:
            self._leave()
            raise

    def _start_wanted(self):
        """Starts those that the user has enabled, in the order of their ids."""
        turns = []
        if not self._running:
            return
        for plugin in sorted(self._plugins.values(), key=lambda plugin: plugin.id):
            if plugin.wanted and plugin.id not in self._begun and plugin.activation is None and not plugin.changing.locked():
                self._begun.add(plugin.id)
                turns.append(self._loop.create_future())
                self._change(plugin, "enable", self._enable(plugin, turns.copy()))

    def _follow(self, watch_files):
        """Begins what goes on as long as there are plugins."""
        threads.follow(self._undo)
        registrations.follow(self._undo)
        policies.guard(self._undo)
        children.guard(self._undo)
        _qi._scope_follow_files()
        log.begin(self._undo)
        if self._memory_limit:
            self._memory = Memory(self._memory_limit, self._holds_too_much)
            self._looking = self._loop.create_task(self._memory.watch(), name="qi memory of plugins",
                                                   context=contextvars.Context())
        if watch_files:
            self._watch = Watch(self._services, self._watched_folders, self._written, self._files_changed)

    def _unfollow(self):
        self._undo.undo()
        if self._looking is not None:
            self._looking.cancel()
            self._memory.stop()
        if self._watch is not None:
            self._watch.stop()

    def _leave(self):
        """Keeps nothing of the runtime, nor of its plugins, whatever has kept them from being ended."""
        if self._loop is None:
            return
        try:
            self._unfollow()
            if self._services is not None:
                self._services.store()
        finally:
            if self._store is not None:
                self._store.close()
            self._clear()

    def _application(self):
        """The application object's proxy, or None."""
        return getattr(self._services, "application", lambda: None)()

    def _places(self, application, user, system):
        data = self._services.dataFolders()
        users = [os.path.join(data[0], "plugins")] if user is None else [user]
        systems = [os.path.join(folder, "plugins") for folder in data[1:]] if system is None else [system]
        places = [(folder, "application") for folder in application]
        places += [(folder, "user") for folder in users if folder]
        places += [(folder, "system") for folder in systems if folder]
        problem = importable.problem(folder for folder, _ in places)
        if problem:
            raise WrongPlace(problem)
        return places

    def _consents_file(self, settings_file):
        if settings_file:
            return os.path.splitext(os.path.abspath(settings_file))[0] + "-consents.json"
        return os.path.join(self._services.configFolder(), "plugin-consents.json")

    def begin_stop(self, reason="the application is closing", over=None):
        """Begins to end all plugins, the one that was started last first, and calls `over` at the end. It goes on when
        whoever has asked goes away, as a plugin does."""
        if self._running:
            self._running = False
            self._stopping = _Task(self._stop(reason, over), loop=self._loop, name="qi the end of the plugins",
                                   context=contextvars.Context())

    async def stop(self):
        """Ends all plugins, and waits for that. A shutdown of the runtime calls this. Returns what info() says of each that
        was on."""
        self.begin_stop()
        if self._stopping is None:
            return []
        return await asyncio.shield(self._stopping)

    async def _stop(self, reason, over):
        if self._search is not None:
            self._search.work.cancel()
        for plugin in self._plugins.values():
            if plugin.work is not None:
                plugin.work.cancel()
            if plugin.activation is not None and plugin.activation.loading:
                plugin.activation.abandon()
        # One that waits for the user's answer has begun nothing; the others come to their own end.
        waiting = {change for change, plugin in self._changes.items() if plugin.activation is None}
        for change in waiting:
            change.cancel("the plugins are being ended")
        if self._changes:
            await asyncio.wait(list(self._changes), timeout=3 * self._deactivate_seconds)
        ended = self._still_on()
        for plugin in ended:
            try:
                await self._end(plugin, "disabled", reason)
            except asyncio.CancelledError:  # the time is up
                raise
            except BaseException as exception:  # as of a user who interrupts a listener; the others are ended all the same
                _qi._report(exception, None, None, None)
        for change in list(self._changes):  # what has not ended in its time has nothing to come back to
            change.cancel("the plugins have ended")
        told = [self._describe(plugin) for plugin in ended]
        self._leave()
        if over is not None:
            over()
        return told

    def _still_on(self):
        """The active plugins, the one that was started last first, and those whose change has come to nothing."""
        active = [self._plugins[id] for id in reversed(self._order)]
        return active + [plugin for plugin in self._plugins.values() if plugin.activation is not None and plugin not in active]

    def patience(self):
        """Seconds that stop() may take: each step of each plugin's end has a deadline."""
        return self._deactivate_seconds * (3 + 4 * (len(self._order) + len(self._changes))) if self._loop else 0

    # -- looking for plugins --

    def rescan(self):
        """Begins to look for plugins again; listeners are told of what is found, and "searched" at the end."""
        self.check_running()
        if self._search is not None:
            self._search.again = True
            return
        search = _Search(self._loop)
        first = None if self._searched else self._found_first
        search.begin(self._folders, self._consents, self._found, first)  # an interrupt may end this: then there is no search
        self._search = search

    def searching(self):
        """Whether it looks for plugins just now."""
        return self._search is not None

    async def _wait_for_search(self):
        while self._search is not None:
            await asyncio.shield(self._search.over)

    def _finish_search(self):
        """Waits until it is known which plugins there are. Nothing else goes on in this thread meanwhile."""
        while self._running and (search := self._search) is not None:
            search.ready.wait()
            self._found(search)

    def _found_first(self, search, seen):
        """Starts what the user has agreed to, and does not wait for strangers."""
        if self._search is search and self._running:
            for each in seen:
                if self._running and each.found.id not in self._plugins:
                    self._add(each)
            self._start_wanted()

    def _found(self, search):
        """Takes what was found. Called in the loop, or by whoever could not wait for that."""
        if self._search is not search or not self._running:
            return
        result, exception = search.outcome
        self._search = None
        if search.again:
            self.rescan()
        try:
            if exception is not None:
                self._loop.call_exception_handler({"message": "looking for plugins failed", "exception": exception})
            else:
                self._adopt(result)
        finally:
            if not search.over.done():
                search.over.set_result(None)
        if not self._running:
            return
        first, self._searched = not self._searched, True
        if first:
            self._start_wanted()
        self._loop.call_soon(self._tell_searched, context=contextvars.Context())

    def _tell_searched(self):
        if self._running and self._search is None:
            self._tell("searched", "", 0, 0)

    def _adopt(self, result):
        found = {}
        for each in result:
            found.setdefault(each.found.id, each)
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

    def _add(self, each):
        found = each.found
        plugin = self._plugins[found.id] = Plugin(found)
        plugin.seen, plugin.described, plugin.consented = each.seen, each.described, each.agreed
        enabled = self._store.get(found.id, "enabled")
        plugin.wanted = self._is_wanted(each)
        if found.manifest is None:
            plugin.state, plugin.reason = "blocked", plain_lines(found.problems)
        elif enabled is not None and not plugin.wanted:
            plugin.state = "disabled"
        self.tell("added", plugin)

    def _is_wanted(self, each):
        """Whether the user has enabled it; that one in another folder was says nothing of this one."""
        return str(self._store.get(each.found.id, "enabled")).lower() == "true" and not each.elsewhere

    def _see_again(self, plugin, each):
        if plugin.activation is not None or plugin.work is not None:  # what is on stays as it is until it is reloaded
            return
        if each.found.folder != plugin.found.folder:  # what was agreed to and wanted is that of the other folder
            plugin.consented = each.agreed
            plugin.wanted = self._is_wanted(each)
        if each.seen is None or each.seen != plugin.seen or each.found.manifest is None:
            plugin.seen = each.seen
            self._take_manifest(plugin, each.found)
        plugin.described = each.described

    def _take_manifest(self, plugin, found):
        if found is plugin.found and found.manifest is not None:
            return
        plugin.found = found
        self._values.pop(plugin.id, None)
        if found.manifest is None:
            self._set(plugin, "blocked", plain_lines(found.problems))
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
            if plugin.work is not None:  # else somebody is asked about what is not there
                plugin.work.cancel()
            self._change(plugin, "remove", forget())

    # -- asking --

    def check_running(self):
        """NotStarted where there are no plugins, or they are being ended."""
        if not self._running:
            raise NotStarted("there are no plugins: the application has not started them, or is ending them")

    def _plugin(self, id):
        self.check_running()
        if id not in self._plugins:
            self._finish_search()
            self.check_running()
        try:
            return self._plugins[id]
        except KeyError:
            hint = near(id, self._plugins) if self._plugins else "; there is none"
            raise NoSuchName(f"there is no plugin {id!r}{hint}") from None

    def knows(self, id):
        """Whether there is a plugin, or a search that may find it. Does not wait."""
        self.check_running()
        return self._search is not None or self._plugin(id) is not None

    def list(self):
        """Describes all plugins, by name: a list of what info() returns. Waits for the first search, if that goes on."""
        self.check_running()
        if not self._searched:
            self._finish_search()
        return self.found()

    def found(self):
        """Describes the plugins that are known by now, as list() does; it waits for nothing."""
        self.check_running()
        plugins = sorted(self._plugins.values(), key=lambda plugin: (plugin.name.casefold(), plugin.id))
        return [self.info(plugin.id) for plugin in plugins]

    def info(self, id):
        """Describes a plugin, a dict: see qi_plugin_describe() for its keys."""
        return self._describe(self._plugin(id))

    def _describe(self, plugin):
        return plugin.info(self.values(plugin).describe())

    def state(self, id):
        """The state of a plugin, as "active"; "unknown" is none."""
        return self._plugin(id).state

    # -- changing --

    async def enable(self, id):
        """Starts a plugin, now and with the application. Returns what info() does: its "state" says what came of it."""
        plugin = await self._find(id)
        self._check_caller(plugin)
        return await self._wait(self._change(plugin, "enable", self._enable(plugin)))

    async def disable(self, id):
        """Ends a plugin, until it is enabled again. Returns what info() does."""
        plugin = await self._find(id)
        self._stop_starting(plugin)
        return await self._wait(self._change(plugin, "disable", self._disable(plugin)))

    async def reload(self, id):
        """Ends a plugin, if it is on, and starts it with its code as it now is. Returns what info() does."""
        plugin = await self._find(id)
        self._check_caller(plugin)
        return await self._wait(self._change(plugin, "reload", self._reload(plugin)))

    async def withdraw(self, id):
        """Disables a plugin and forgets that the user has agreed to it, so that it is asked about again. Returns what
        info() does; OSError if that cannot be noted."""
        plugin = await self._find(id)
        self._stop_starting(plugin)
        return await self._wait(self._change(plugin, "withdraw", self._withdraw(plugin)))

    async def _find(self, id):
        """The plugin, once it is known whether there is one."""
        self.check_running()
        if id not in self._plugins:
            await self._wait_for_search()
        return self._plugin(id)

    def _stop_starting(self, plugin):
        if plugin.work is not None:
            self._want(plugin, False)  # before the start says that it was broken off
            plugin.work.cancel()
        elif plugin.activation is not None and plugin.activation.loading:
            plugin.activation.abandon()
        else:
            self._check_caller(plugin)

    def _check_caller(self, plugin):
        """What a plugin does while it is being started or ended cannot wait for the end of just that."""
        if plugin.changing.locked() and plugin_of() == plugin.id:
            raise RuntimeError(f"the plugin {plugin.id!r} is being started or ended, and cannot change that itself meanwhile")

    def _change(self, plugin, verb, work):
        """Runs a change as a task that belongs to nobody's plugin."""
        context = contextvars.Context()
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
            task.get_loop().call_exception_handler({
                "message": f"a change of the plugin {plugin.id!r} failed", "exception": task.exception(), "task": task})

    async def _wait(self, change):
        return await asyncio.shield(change)

    async def _enable(self, plugin, turns=()):
        """`turns` are futures of the plugins that were asked to start before, and of this one: each ends when the plugin
        has begun, or will not."""
        try:
            async with plugin.changing:
                self._want(plugin, True)
                if plugin.state != "active":
                    await self._begin(plugin, turns)
                return self._describe(plugin)
        finally:
            _pass(turns)

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

    async def _withdraw(self, plugin):
        async with plugin.changing:
            self._want(plugin, False)
            await self._end(plugin, "disabled")
            await apart.Work().run(self._consents.withdraw, plugin.id)
            plugin.consented = False
            return self._describe(plugin)

    def _want(self, plugin, wanted):
        if self._store is None:  # the runtime has ended, and did not wait for this change
            return
        if plugin.wanted != wanted or self._store.get(plugin.id, "enabled") is None:
            plugin.wanted = wanted
            self._store.set(plugin.id, "enabled", wanted)

    async def _begin(self, plugin, turns=()):
        """Starts a plugin that is off; whatever comes of it is in its state. `plugin.changing` is held."""
        self._set(plugin, "loading", "starting")
        problem = None
        try:
            await self._try_to_begin(plugin, turns)
        except apart.Cancelled:
            problem = "disabled", "the start was broken off", ""
        except Blocked as blocked:
            problem = "blocked", str(blocked), ""
        except Failed as failed:
            problem = "failed", failed.reason, failed.traceback
            self.failed_to_start(plugin, failed)
        except Exception as exception:  # of libqi's own, or of a file that has gone meanwhile
            problem = "failed", headline(exception), describe(exception)
            self._logged(3, plugin, problem[2])
        except BaseException:
            await self._end(plugin, "disabled", "the start was broken off")
            raise
        finally:
            plugin.work = plugin.progress = None
        # Out of the handlers, whose exceptions hold the plugin's frames.
        if problem:
            await self._end(plugin, *problem)
        else:
            self._order.append(plugin.id)
            self._set(plugin, "active")

    async def _try_to_begin(self, plugin, turns):
        if not self._running:
            raise Blocked("the application is closing")
        work = plugin.work = apart.Work(functools.partial(self._is_so_far, plugin, contextvars.copy_context()))
        await _wait_for(turns[:-_ABREAST])
        checked = await self._check(plugin, work, turns)
        await _wait_for(turns[:-1])
        async with self._joining:
            others = self._others(plugin, checked.others)
            if others:
                self._stop_if(await work.run(checks.compare, work, checked, others))
            work.check()
            if not self._running:
                raise Blocked("the application is closing")
            plugin.errors = 0
            plugin.storm = Storm(*self._storm)
            plugin.work = plugin.progress = None
            self._checked_all(plugin)
            plugin.activation = Activation(self, plugin, checked)
        _pass(turns)
        await plugin.activation.begin(self._activate_seconds)

    def _others(self, plugin, known=()):
        """The manifests of the other plugins that are on, or about to be."""
        return [other.manifest for other in self._plugins.values()
                if other.activation is not None and other is not plugin and other.id not in known]

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

    # -- checks before any code runs --

    async def _check(self, plugin, work, turns):
        """Returns the checks.Checked. Blocked if the plugin must not run."""
        checked = await work.run(checks.check, work, plugin.found, plugin.seen, self._consents, self._others(plugin),
                                 self._watch is not None)
        plugin.seen = checked.seen
        self._take_manifest(plugin, checked.found)
        if checked.described is not None:
            plugin.described = checked.described
        if checked.watched is not None and self._watch is not None:
            self._watch.take(plugin.id, checked.watched)
        self._stop_if(checked.problem)
        work.check()
        await self._consent(plugin, work, checked, turns)
        return checked

    def _stop_if(self, problem):
        if problem:
            raise Blocked(problem)

    async def _consent(self, plugin, work, checked, turns):
        asked = not checked.decision
        plugin.consented = not asked
        if asked:
            _pass(turns)  # nobody waits for a dialog
            plugin.consented = await self._ask(plugin, work, checked.fingerprint, checked.decision)
        if not plugin.consented:
            what = "its files have changed since the user agreed to it"
            raise Blocked(what if checked.decision.reason == "changed" else "the user has not agreed to it")
        self._stop_if(await work.run(checks.settle, work, checked, self._consents, asked))

    async def _ask(self, plugin, work, fingerprint, decision):
        """Asks the user by the host's callback: True is a yes."""
        manifest = plugin.manifest
        question = (plugin.id, plain_line(manifest.name), plain_line(manifest.version), plain_line(str(plugin.found.folder)),
                    fingerprint.hash, decision.reason, tuple(map(plain_line, decision.changed)))
        if _qi._plugin_asks() == "later":
            try:
                return await work.wait(_qi._plugin_ask_later(*question)) is True
            except apart.Cancelled:
                raise
            except Exception as error:
                logging.getLogger("qi").warning("plugin %s: nobody has answered whether it may run: %s", plugin.id, error)
                return False
        from .._loop.modal import modal

        # Outside of asyncio's callbacks: the answer may come from a dialog's event loop.
        return await modal(_qi._plugin_ask)(*question)

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
        """Runs an action of an active plugin. Returns its task, or None where it has ended."""
        activation, action = self.action(id, name)
        return activation.trigger(action)

    def action(self, id, name):
        """(the Activation, the Action) of an action that can be run now."""
        plugin = self._plugin(id)
        if plugin.activation is None or plugin.state != "active":
            raise ActionError(f"the plugin {id!r} is not active, but {plugin.state}")
        action = plugin.activation.actions.get(name)
        if action is None:
            known = plugin.activation.actions
            raise NoSuchName(f"the plugin {id!r} has no action {name!r}{near(name, known) if known else '; it has none'}")
        if not action.enabled:
            raise ActionError(f"the action {name!r} of the plugin {id!r} is disabled")
        return plugin.activation, action

    def action_began(self, id):
        """The plugin may have ended meanwhile, and all of them."""
        plugin = self._plugins.get(id)
        if plugin is not None and plugin.activation is not None:
            plugin.activation.action_began()

    # -- telling --

    def _set(self, plugin, state, reason="", traceback=""):
        before, plugin.state = plugin.state, state
        reason, traceback = plugin.reason, plugin.traceback = told(reason), told(traceback)
        self.tell("state", plugin, before=before, reason=reason, traceback=traceback)

    def tell(self, kind, plugin, before=None, reason="", traceback="", detail=None):
        """Tells the application's listeners."""
        state = STATES.index(plugin.state)
        self._tell(kind, plugin.id, state, state if before is None else STATES.index(before), reason, traceback, detail,
                   plugin.progress)

    def _tell(self, kind, id, state, before, reason="", traceback="", detail=None, progress=None):
        _qi._plugin_tell(EVENTS.index(kind), id, state, before, c_text(told(reason)) or None,
                         c_text(told(traceback)) or None, detail,
                         -1.0 if progress is None else progress)

    def _is_so_far(self, plugin, context, work):
        """Tells how far the checks of a plugin are."""
        if plugin.work is not work or not self._running:
            return
        plugin.reason, plugin.progress = str(work), work.fraction
        if work.total:
            context.copy().run(_qi.progress, work.done >> 10, max(work.done, work.total) >> 10, work.text)
        self.tell("progress", plugin, reason=plugin.reason)

    def _checked_all(self, plugin):
        """From now on it is the plugin that may tell how far it is."""
        if plugin.reason != "starting":
            plugin.reason = "starting"
            _qi.progress(0, 0, "")
            self.tell("progress", plugin, reason=plugin.reason)

    def failed_to_start(self, plugin, failed):
        """Reports what has kept a plugin from being started, before its end can raise anything else."""
        if failed.exception is None:  # it was late, or is not wanted any more: its state says so
            return
        if _qi._tells_errors():  # else the report is what is logged
            self._logged(3, plugin, f"{failed.reason}\n{failed.traceback}")
        self._failing = plugin
        try:
            _qi._report(failed.exception, None, None, None, plugin.id)
        finally:
            self._failing = None

    def failed_quietly(self, plugin, failed):
        """Reports what failed while a plugin was being ended."""
        plugin.errors += 1
        self.tell("error", plugin, reason=failed.reason, traceback=failed.traceback)
        self._logged(2, plugin, f"{failed.reason}\n{failed.traceback}")

    def _logged(self, level, plugin, text):
        _qi._log(level, f"plugin.{plugin.id}", c_text(told(text.rstrip())))

    # -- containment --

    def noted(self, id, message, traceback):
        """Counts an error of a plugin, in any thread. Returns whether it is to be reported."""
        plugin, loop = self._plugins.get(id), self._loop
        if plugin is None or loop is None or plugin is self._failing:  # of which the listeners hear as of a state
            return True
        plugin.errors += 1
        shown = plugin.storm.count() if plugin.storm else True
        if threading.get_ident() == self._thread:
            self._weigh(plugin, shown, message, traceback)
        else:
            loop.call_soon_threadsafe(self._weigh, plugin, shown, message, traceback, context=contextvars.Context())
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


class _Search:
    """A look for plugins that is under way."""

    def __init__(self, loop):
        self.again = False  # somebody has asked for another one meanwhile
        self.over = loop.create_future()
        self.work = apart.Work()
        self.ready = self.outcome = None

    def begin(self, folders, consents, found, first):
        """Calls found(search) at its end; and before that first(search, seen), if that is given."""
        self.ready, self.outcome = self.work.start(lambda *_: found(self), checks.search, self.work, list(folders), consents,
                                                   first and functools.partial(first, self))


async def _wait_for(turns):
    """Waits for plugins whose turn it is first, but not for ever."""
    waiting = [turn for turn in turns if not turn.done()]
    if waiting:
        await asyncio.wait(waiting, timeout=_PATIENCE)


def _pass(turns):
    """It is the next one's turn."""
    if turns and not turns[-1].done():
        turns[-1].set_result(None)


manager = Manager()
