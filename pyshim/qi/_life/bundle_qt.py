# SPDX-License-Identifier: BSD-3-Clause
"""The plugins that Qt loads by itself: which of them a program gets follows from the libraries of Qt that it has."""

import fnmatch
import os
import re
import shutil

from . import bundle_elf

FOLDER = "lib/qt6/plugins"  # in the bundle; `plugins` alone may be the program's own
CONF = "# Where Qt's plugins are, from this file on.\n[Paths]\nPrefix = ..\nPlugins = lib/qt6/plugins\n"

#: library of Qt: the plugins that it loads
PLUGINS = {
    "Gui": ("platforms/libqxcb.so", "platforms/libqoffscreen.so", "platforms/libqminimal.so", "platforms/libqwayland*.so", "wayland-*/*.so",
            "xcbglintegrations/*.so", "platforminputcontexts/*.so", "imageformats/*.so", "iconengines/*.so"),
    "Widgets": ("styles/*.so",),
    "Network": ("tls/*.so", "networkinformation/*.so"),
    "PrintSupport": ("printsupport/*.so",),
    "Sql": ("sqldrivers/*.so",),
    "Multimedia": ("multimedia/*.so",),
}
#: Libraries of Qt that a plugin may bring along. One that needs others serves programs that have these.
MAY_COME = {"Core", "Gui", "DBus", "OpenGL", "Svg", "XcbQpa", "WaylandClient", "WlShellIntegration", "WaylandEglClientHwIntegration"}


def modules(names):
    """{"Core", "Gui"} of the names of Qt's libraries."""
    return {match[1] for name in names if (match := re.fullmatch(r"libQt6(\w+)\.so\.6", name))}


def choose(folder, libraries):
    """The paths, below Qt's folder of plugins, of those that are bundled, and what is told of those that are not."""
    has, found, told = modules(libraries.sources), [], []
    patterns = [pattern for module, patterns in PLUGINS.items() if module in has for pattern in patterns]
    for parent, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(parent, name), folder)
            if not any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns):
                continue
            facts = bundle_elf.read(os.path.join(folder, path))
            if facts is None or modules(facts.needed) - has - MAY_COME:
                continue
            before = dict(libraries.sources)
            try:
                libraries.need(os.path.join(folder, path))
                found.append(path)
            except bundle_elf.Problem as problem:
                libraries.sources = before
                told.append(f"Qt's plugin {path} is left out: {problem}")
    return found, told


def copy(folder, chosen, bundle):
    for path in chosen:
        target = os.path.join(bundle, FOLDER, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(folder, path), target)
        os.chmod(target, 0o644)
        bundle_elf.name_folders(target, lambda folders: [])
    with open(os.path.join(bundle, "bin/qt.conf"), "w", encoding="utf-8") as file:
        file.write(CONF)
