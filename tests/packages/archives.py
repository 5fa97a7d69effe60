# SPDX-License-Identifier: BSD-3-Clause
"""Archives for tests, those that no honest program would make included."""

import pathlib
import stat
import tempfile
import unittest
import zipfile

MANIFEST = """
[plugin]
id = "{id}"
name = "A shop"
version = "{version}"
entry = "shop:Plugin"
"""
CODE = "class Plugin:\n    def activate(self, ctx):\n        pass\n"


class PackageCase(unittest.TestCase):
    """Has a folder that nobody else can write to."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name).resolve()

    def plugin(self, version="1.0.0", id="shop", base="sources", manifest="", **files):
        """Writes the folder of a plugin. Returns its path."""
        folder = self.base / base / id
        for name, text in {"plugin.toml": MANIFEST.format(id=id, version=version) + manifest, "shop.py": CODE, **files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            path.chmod(0o644)
        for path in (self.base / base, *(self.base / base).rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        return folder

    def archive(self, version="1.0.0", id="shop", *, name=None, extra=(), leave_out=(), manifest=""):
        """Writes an archive of a plugin, with `extra` entries: (name or ZipInfo, bytes), which come last. Returns its path."""
        path = self.base / (name or f"{id}-{version}.zip")
        entries = [(f"{id}/plugin.toml", MANIFEST.format(id=id, version=version) + manifest), (f"{id}/shop.py", CODE)]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for each, data in (*(entry for entry in entries if entry[0] not in leave_out), *extra):
                target.writestr(each, data)
        return path


def entry(name, mode=stat.S_IFREG | 0o644, **facts):
    """An entry of an archive that is not what it should be."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info


def replaced(path, before, after):
    """Changes all places of these bytes in a file, which keeps its length."""
    data = path.read_bytes()
    assert before in data and len(before) == len(after), (before, after)
    path.write_bytes(data.replace(before, after))
    return path
