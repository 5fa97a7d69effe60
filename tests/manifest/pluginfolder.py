# SPDX-License-Identifier: BSD-3-Clause
"""Plugins on disk, for tests."""

import pathlib
import tempfile
import textwrap
import unittest

MANIFEST = """
[plugin]
id = "{id}"
name = "A shop"
version = "1.2.0"
entry = "shop:Plugin"
"""


class PluginCase(unittest.TestCase):
    """Has a folder for plugins, which only this user can write to."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name).resolve()

    def plugin(self, id="shop", manifest="", *, base=None, whole=None, files=None):
        """Writes a plugin: a manifest that is right, and what is appended to it (or `whole` in its place)."""
        folder = (base or self.base) / id
        folder.mkdir(parents=True, exist_ok=True)
        text = MANIFEST.format(id=id) if whole is None else whole
        self.write(folder / "plugin.toml", text + textwrap.dedent(manifest))
        self.write(folder / "shop.py", "class Plugin:\n    pass\n")
        for name, content in (files or {}).items():
            self.write(folder / name, content)
        return folder

    def write(self, path, content=""):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        path.chmod(0o644)
        return path

    def distribution(self, folder, name, version, *, requires=(), extras=(), modules=None):
        """Installs a package into a folder, as pip --target does: its module and its metadata."""
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {each}" for each in requires] + [f"Provides-Extra: {each}" for each in extras]
        modules = {f"{name.replace('-', '_')}.py": f"__version__ = {version!r}\n"} if modules is None else modules
        for path, text in modules.items():
            self.write(folder / path, text)
        info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        self.write(info / "METADATA", "\n".join(lines) + "\n")
        self.write(info / "RECORD", "".join(f"{path},,\n" for path in modules))
        return folder
