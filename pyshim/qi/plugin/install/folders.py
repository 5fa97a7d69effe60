# SPDX-License-Identifier: BSD-3-Clause
"""Where an application keeps the plugins of its user, and their data: the folders that QStandardPaths::AppDataLocation leads to."""

import os

from .errors import InstallError


def of_application(name):
    """The folders of plugins and of their data, of an application ORGANISATION/APPLICATION, or APPLICATION if it names no
    organisation."""
    parts = name.split("/")
    if len(parts) > 2 or any(part in ("", ".", "..") or not part.isprintable() for part in parts):
        raise InstallError(f"{name!r} is no application: it is ORGANISATION/APPLICATION, as the application calls itself")
    data = os.environ.get("XDG_DATA_HOME", "")
    base = data if os.path.isabs(data) else os.path.join(os.path.expanduser("~"), ".local/share")
    if not os.path.isabs(base):
        raise InstallError("nobody knows where the home of this user is; name the folder by --to")
    return os.path.join(base, *parts, "plugins"), os.path.join(base, *parts, "plugin-data")
