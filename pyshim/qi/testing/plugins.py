# SPDX-License-Identifier: BSD-3-Clause
"""load_plugin(): a plugin, activated for the time of a test."""

import asyncio
import pathlib
import sys
import tempfile

from .leaks import LeakError


class PluginFailed(AssertionError):
    """A plugin could not be started, or has failed; the text says why, with the traceback of its code."""


class _Services:
    """What a manager wants of Qt: settings that nobody else sees, and a folder that is removed afterwards."""

    def __init__(self, folder):
        self._folder = folder
        self._values = {}

    def setting(self, key):
        return self._values.get(key)

    def setSetting(self, key, value):
        self._values[key] = value

    def removeSetting(self, key):
        self._values.pop(key, None)

    def store(self):
        return True

    def configFolder(self):
        return self._folder

    def dataFolders(self):
        return [self._folder]


class LoadedPlugin:
    """What load_plugin() gives."""

    def __init__(self, manager, id):
        self._manager = manager
        self.id = id
        self.errors = []
        self.report = None

    @property
    def module(self):
        """The module that the manifest's entry names."""
        return sys.modules[self._activation.entry]

    @property
    def object(self):
        """The object with activate(): the entry's, or its module."""
        return self._activation._object

    @property
    def ctx(self):
        """The Context that activate() has got."""
        return self._activation._ctx

    @property
    def _activation(self):
        plugin = self._manager._plugins.get(self.id)
        if plugin is None or plugin.activation is None:
            raise RuntimeError(f"the plugin {self.id!r} is not active any more")
        return plugin.activation

    def info(self):
        """Describes it, as qi.plugin.manager.info() does."""
        return self._manager.info(self.id)

    def trigger(self, action):
        """Runs one of its actions, as the application's menu does. Returns its task, or None where it has ended."""
        return self._manager.trigger(self.id, action)

    def set_setting(self, key, value):
        """Changes one of its settings, as the user does."""
        self._manager.set_setting(self.id, key, value)

    async def reload(self):
        """Ends it and starts it again with its code as it is now."""
        await self._manager.reload(self.id)
        self._check()

    def _check(self):
        info = self.info()
        if info["state"] != "active":
            raise PluginFailed(f"the plugin {self.id!r} is {info['state']}: {info['reason']}\n{info['traceback']}")


class load_plugin:
    """Activates a plugin for the time of a block, without an application.

        async with qi.testing.load_plugin("plugins/orders", settings={"interval": 5}) as plugin:
            plugin.trigger("send")
            ...

    folder: the plugin's, which has its plugin.toml. settings: what they are in place of their defaults. The
    checks before a start are the application's own, but for the user's consent. It has no data and no
    settings of before. What it gives has ctx, module, object, info(), trigger(), set_setting(), reload()
    and errors.

    Raises PluginFailed where it cannot be started. At the end of the block it is deactivated: LeakError says
    what it has left behind, and PluginFailed what was raised in it and handled by nobody.
    """

    def __init__(self, folder, *, settings=None):
        self._folder = pathlib.Path(folder).resolve()
        self._settings = dict(settings or {})
        self._data = None

    async def __aenter__(self):
        from ..plugin import manifest
        from ..plugin._manager import Manager

        if not manifest.is_manifest_there(self._folder):
            raise FileNotFoundError(f"{self._folder} is no plugin: there is no {manifest.FILE} in it")
        self._data = tempfile.TemporaryDirectory(prefix="qi-testing-")
        self._manager = _make(Manager)
        plugin = self._plugin = LoadedPlugin(self._manager, self._folder.name)
        self._manager.told = plugin
        try:
            await self._begin(plugin)
        except BaseException:
            await self._end()
            raise
        return plugin

    async def _begin(self, plugin):
        from .._python import importable

        services = _Services(self._data.name)
        importable.work_at_the_desk()  # the plugin's tests are beside it
        self._manager.start(services, application_folders=[str(self._folder.parent)], user_folder="",
                            system_folder="", settings_file=str(pathlib.Path(self._data.name, "settings.ini")),
                            data_folder=self._data.name)
        for key, value in self._settings.items():
            plugin.set_setting(key, value)
        await self._manager.enable(plugin.id)
        plugin._check()

    async def _end(self):
        try:
            if self._plugin.id in self._manager._plugins:
                info = await self._manager.disable(self._plugin.id)
                self._plugin.report = info["report"]
            await self._manager.stop()
        finally:
            self._data.cleanup()

    async def __aexit__(self, kind, exception, traceback):
        failed = self._plugin.info()
        await self._end()
        if exception is not None:
            return
        if failed["state"] == "failed":
            raise PluginFailed(f"the plugin {self._plugin.id!r} has failed: {failed['reason']}\n{failed['traceback']}")
        if self._plugin.errors:
            raise PluginFailed(f"the plugin {self._plugin.id!r}: " + "\n".join(self._plugin.errors))
        report = self._plugin.report
        if report and not report["clean"]:
            raise LeakError({key: texts for key, texts in report.items() if key != "clean" and texts})


def _make(base):
    class TestManager(base):
        """Tells no application, and needs no user."""

        async def _ask(self, plugin, work, fingerprint, decision):
            await asyncio.sleep(0)
            return True

        def failed_to_start(self, plugin, failed):
            """PluginFailed says it."""

        def tell(self, kind, plugin, before=None, reason="", traceback="", detail=None):
            if kind == "error" and plugin.id == self.told.id:
                self.told.errors.append(f"{reason}\n{traceback}".rstrip())

        def _tell(self, *event):
            pass

    return TestManager()
