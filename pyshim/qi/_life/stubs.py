# SPDX-License-Identifier: BSD-3-Clause
"""Stubs of the package with all that an application shows, in a folder for editors and type checkers.

What is written has three parts, each replaced by whoever knows it: the package's own stubs, qi.host (by the application, or
after stand-ins), and what a plugin.toml declares.
"""

import importlib
import os
import pathlib

FOLDER = "typings"  # where Pyright looks by itself
HOST = ("qi/host.pyi", "qi/host_types.pyi")
DECLARED = "qi/plugin/_declared.pyi"


def write(folder):
    """qi_stubs_write(): all that qi.host has now."""
    from . import stub_host

    _write(pathlib.Path(folder), stub_host.texts(), pathlib.Path(folder))


def write_for_plugin(folder, manifest, host_texts):
    """What a Manifest declares, if there is one; qi.host stays as somebody has written it where `host_texts` is empty.
    Returns the folder of the stubs, which is in the plugin's."""
    from . import stub_plugin

    typings = pathlib.Path(folder) / FOLDER
    declared = {DECLARED: stub_plugin.text(manifest)} if manifest else {}
    _write(typings, {**declared, **host_texts}, pathlib.Path(folder))
    return typings


def _write(folder, known, within):
    """PermissionError if a symlink leads out of the folder `within`, which may be a stranger's plugin."""
    for name, text in {**_package(), **known}.items():
        if name in (*HOST, DECLARED) and name not in known and (folder / name).exists():
            continue
        path = folder / name
        if not path.parent.resolve().is_relative_to(within.resolve()):
            raise PermissionError(f"{path.parent} leads out of {within.absolute()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")  # an editor may read it now
        beside.unlink(missing_ok=True)
        with open(beside, "x", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)


def _package():
    """The stubs that travel inside the library; beside the package where that is files."""
    try:
        return importlib.import_module("qi._stub_texts").TEXTS
    except ModuleNotFoundError:
        root = pathlib.Path(__file__).parent.parent
        found = {f"qi/{path.relative_to(root)}": path.read_text(encoding="utf-8") for path in root.rglob("*.pyi")}
        if not found:
            raise RuntimeError("there are no stubs of the package qi beside it, nor in the library") from None
        return found
