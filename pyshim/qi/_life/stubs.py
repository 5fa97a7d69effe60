# SPDX-License-Identifier: BSD-3-Clause
"""Stubs of the package with all that an application shows, in a folder for editors and type checkers.

What is written has three parts, each replaced by whoever knows it: the package's own stubs, qi.host (by the application, or
after stand-ins), and what a plugin.toml declares.
"""

import importlib
import os
import pathlib

from .._python.folder import Folder

FOLDER = "typings"  # where Pyright looks by itself
HOST = ("qi/host.pyi", "qi/host_types.pyi")
DECLARED = "qi/plugin/_declared.pyi"


def write(folder):
    """qi_stubs_write(): all that qi.host has now."""
    from . import stub_host

    os.makedirs(folder, exist_ok=True)
    _write(folder, "", stub_host.texts())


def write_for_plugin(folder, manifest, host_texts):
    """What a Manifest declares, if there is one; qi.host stays as somebody has written it where `host_texts` is empty.
    Returns the folder of the stubs, which is in the plugin's."""
    from . import stub_plugin

    declared = {DECLARED: stub_plugin.text(manifest)} if manifest else {}
    _write(folder, FOLDER + "/", {**declared, **host_texts})
    return pathlib.Path(folder) / FOLDER


def _write(folder, below, known):
    """PermissionError if there is a symlink on the way to a file in the folder, which may be a stranger's plugin."""
    with Folder(folder) as opened:
        for name, text in {**_package(), **known}.items():
            if name in known or name not in (*HOST, DECLARED) or not opened.has(below + name):
                opened.write(below + name, text)


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
