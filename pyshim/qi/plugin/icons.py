# SPDX-License-Identifier: BSD-3-Clause
"""The icons of actions: a file in the plugin's folder, or a name of the icon theme's."""

import os
import pathlib


def checked(icon):
    """The icon as it was given. ValueError for a path out of the plugin's folder, whose files nobody has agreed to."""
    path = pathlib.PurePath(icon) if isinstance(icon, str) else None
    if path is not None and (path.is_absolute() or ".." in path.parts or "\0" in icon):
        raise ValueError(f"the icon {icon!r} is not in the plugin's folder")
    return icon


def found(folder, icon):
    """What the application is told: the path of the file, where there is one, else the name."""
    path = os.path.join(folder, icon) if icon else ""
    return path if os.path.isfile(path) else icon
