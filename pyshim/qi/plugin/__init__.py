# SPDX-License-Identifier: BSD-3-Clause
"""Plugins: folders with a plugin.toml and a package, which the user enables.

    manager           all plugins of the application: list(), info(), enable(), disable(), reload()
    Context           what a plugin's activate(ctx) gets
    Manifest          what plugin.toml says; ManifestError, with its problems, if it cannot be used
    Installer         puts plugins from files and indexes into a folder, and takes them out again; InstallError says why it does not
    pack, write_index, make_key    make one file of a plugin's folder, an index of such files, and the keys to sign it with

A plugin's entry is a module, or an object in one, with these two functions, which may be coroutine functions:

    def activate(ctx): ...      # ctx is a Context; what is made through it is undone by itself
    def deactivate(): ...       # need not be there
"""

__all__ = ["Context", "InstallError", "Installer", "Manifest", "ManifestError", "make_key", "manager", "pack",
           "write_index"]


_PLACES = {"Context": "context", "Manifest": "manifest", "ManifestError": "manifest", "manager": "_manager",
           "InstallError": "install.errors", "Installer": "install.installer", "pack": "install.installer",
           "make_key": "install.installer", "write_index": "install.installer"}


def __getattr__(name):
    if name in _PLACES:
        import importlib

        found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__():
    return sorted({*globals(), *__all__})
