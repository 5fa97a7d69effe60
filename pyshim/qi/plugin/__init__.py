# SPDX-License-Identifier: BSD-3-Clause
"""Plugins: folders with a plugin.toml and a package, which the user enables.

    manager           all plugins of the application: list(), info(), enable(), disable(), reload()
    Context           what a plugin's activate(ctx) gets
    Manifest          what plugin.toml says; ManifestError, with its problems, if it cannot be used

A plugin's entry is a module, or an object in one, with these two functions, which may be coroutine functions:

    def activate(ctx): ...      # ctx is a Context; what is made through it is undone by itself
    def deactivate(): ...       # need not be there
"""

__all__ = ["Context", "Manifest", "ManifestError", "manager"]


_PLACES = {"Context": "context", "Manifest": "manifest", "ManifestError": "manifest", "manager": "_manager"}


def __getattr__(name):
    if name in _PLACES:
        import importlib

        found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__():
    return sorted({*globals(), *__all__})
