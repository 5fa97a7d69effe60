# SPDX-License-Identifier: BSD-3-Clause
"""The settings of plugins: declared in the manifest, checked here, kept by QSettings.

    ctx.settings.interval                     # or ctx.settings["interval"]
    ctx.settings.interval = 5
    ctx.settings.on_change(update)            # update(key, value), whoever changes it
"""

import collections.abc

from .schema import near


class NoSuchName(LookupError):
    """There is no plugin, setting or action of that name."""


class Store:
    """QSettings, as the manager sees it: the keys of one plugin are a group."""

    def __init__(self, services):
        self._services = services

    def close(self):
        """The runtime ends. A plugin that is left behind may still have its settings, but not what keeps them."""
        self._services = None

    def _open(self):
        if self._services is None:
            raise RuntimeError("the settings are not to be had any more: the application has ended the plugins")
        return self._services

    def get(self, id, key):
        return self._open().setting(f"plugins/{id}/{key}")

    def set(self, id, key, value):
        self._open().setSetting(f"plugins/{id}/{key}", value)

    def remove(self, id, key):
        self._open().removeSetting(f"plugins/{id}/{key}")


def read(stored, setting):
    """The value of a setting from what QSettings has kept, which in a file is text. The default if it does not fit."""
    if stored is None:
        return _fresh(setting.default)
    try:
        return setting.check(_READERS.get(setting.type, _read_text)(stored))
    except (TypeError, ValueError, OverflowError):  # the manifest has changed, or somebody has edited the file
        return _fresh(setting.default)


def _fresh(value):
    return list(value) if isinstance(value, (list, tuple)) else value


def _read_bool(stored):
    if isinstance(stored, str):
        return {"true": True, "1": True, "false": False, "0": False}[stored.lower()]
    return bool(stored)


def _read_list(stored):
    return [stored] if isinstance(stored, str) else list(stored)


def _read_bool_or_fail(stored):
    try:
        return _read_bool(stored)
    except KeyError:
        raise ValueError(f"{stored!r} is neither true nor false") from None


def _read_text(stored):
    return ", ".join(map(str, stored)) if isinstance(stored, list) else str(stored)  # who edits the file forgets the quotes


_READERS = {"bool": _read_bool_or_fail, "int": int, "float": float, "list": _read_list}


class Values:
    """The settings of one plugin and their values."""

    def __init__(self, id, declared, store):
        self._id = id
        self._declared = declared
        self._store = store
        self._known = {}

    def declaration(self, key):
        try:
            return self._declared[key]
        except KeyError:
            there = near(key, self._declared) if self._declared else "; it has none"
            raise NoSuchName(f"the plugin {self._id!r} has no setting {key!r}{there}") from None

    def get(self, key):
        setting = self.declaration(key)
        if key not in self._known:
            self._known[key] = read(self._store.get(self._id, f"settings/{key}"), setting)
        return _fresh(self._known[key])

    def set(self, key, value):
        """Returns whether the value is another one now. None resets the setting."""
        setting = self.declaration(key)
        before = self.get(key)
        try:
            after = _fresh(setting.default) if value is None else setting.check(value)
        except (TypeError, ValueError) as wrong:
            raise type(wrong)(f"the setting {key!r} of the plugin {self._id!r}: {wrong}") from None
        if value is None:
            self._store.remove(self._id, f"settings/{key}")
        elif before != after or type(before) is not type(after):
            self._store.set(self._id, f"settings/{key}", after)
        self._known[key] = after
        return before != after

    def keys(self):
        return self._declared.keys()

    def describe(self):
        return [{**setting.describe(), "value": self.get(key)} for key, setting in self._declared.items()]


class Settings(collections.abc.MutableMapping):
    """A plugin's settings by key, as items or attributes. What does not fit raises TypeError or ValueError."""

    __slots__ = ("_values", "_change", "_listeners")

    def __init__(self, values, change, listeners):
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_change", change)
        object.__setattr__(self, "_listeners", listeners)

    def __getitem__(self, key):
        try:
            return self._values.get(key)
        except NoSuchName as wrong:
            raise KeyError(str(wrong)) from None

    def __setitem__(self, key, value):
        try:
            self._change(key, value)
        except NoSuchName as wrong:
            raise KeyError(str(wrong)) from None

    def __delitem__(self, key):
        """Sets the setting to its default again."""
        self[key] = None

    def __iter__(self):
        return iter(self._values.keys())

    def __len__(self):
        return len(self._values.keys())

    def __getattr__(self, name):
        try:
            return self._values.get(name)
        except NoSuchName as wrong:
            raise AttributeError(str(wrong), name=name, obj=self) from None

    def __setattr__(self, name, value):
        try:
            self._change(name, value)
        except NoSuchName as wrong:
            raise AttributeError(str(wrong), name=name, obj=self) from None

    def __dir__(self):
        return [*super().__dir__(), *self._values.keys()]

    def __repr__(self):
        return f"Settings({dict(self)!r})"

    def on_change(self, function, key=None):
        """Has function(key, value) called whenever a setting gets another value, by whom ever; with `key`, whenever
        that one does. A coroutine function runs as a task. Returns what ends it with .cancel()."""
        if key is not None:
            self._values.declaration(key)
        return self._listeners(function, key)
