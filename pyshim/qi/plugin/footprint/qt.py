# SPDX-License-Identifier: BSD-3-Clause
"""State of the application object: its properties, and what the modules of a binding let a plugin set.

Nobody can list the application's event filters; one whose object is a plugin's is named with that object.
"""

import sys

from .kinds import ABSENT, Kind

PROPERTIES = ("styleSheet", "layoutDirection", "quitOnLastWindowClosed", "cursorFlashTime", "doubleClickInterval",
              "keyboardInputInterval", "wheelScrollLines", "startDragTime", "startDragDistance", "applicationName",
              "applicationVersion", "organizationName", "organizationDomain", "applicationDisplayName", "desktopFileName")


class Properties(Kind):
    """Those of the application object. `application` returns its proxy, or None."""

    def __init__(self, application):
        self.name = "the application"
        self._application = application

    def read(self):
        application = self._application()
        if application is None:
            return {}
        return {name: _plain(getattr(application, name)) for name in PROPERTIES if hasattr(application, name)}

    def put(self, key, value):
        setattr(self._application(), key, value)
        return True

    def describe(self, key, old, new):
        return f"the application's {key}: {new!r:.60} in place of {old!r:.60}"


def _plain(value):
    return value if isinstance(value, (str, bool)) else int(value)


def _class(module, name):
    """A class of the binding that is imported, or None."""
    for binding in ("PyQt6", "PySide6"):
        found = getattr(sys.modules.get(f"{binding}.{module}"), name, None)
        if found is not None:
            return found
    return None


class _Values(Kind):
    """Values of a binding, which are equal where they are not the same."""

    def __init__(self, name, module, owner, get, put):
        self.name = name
        self._where = module, owner
        self._get, self._put = get, put
        self._before = None

    def read(self):
        owner = _class(*self._where)
        if owner is None or owner.instance() is None:
            return {}
        value = getattr(owner, self._get)()
        if self._before is None or self._before != value:
            self._before = type(value)(value)
        return {"": self._before}

    def put(self, key, value):
        getattr(_class(*self._where), self._put)(value)
        return True

    def describe(self, key, old, new):
        return f"the application's {self.name} was changed"


class _Cursors(Kind):
    """Override cursors, which are a stack."""

    def read(self):
        owner = _class("QtGui", "QGuiApplication")
        cursor = owner.overrideCursor() if owner is not None else None
        return {"": ABSENT if cursor is None else int(getattr(cursor.shape(), "value", cursor.shape()))}

    def put(self, key, value):
        owner = _class("QtGui", "QGuiApplication")
        for _ in range(100):
            if self.read()[""] == value or owner.overrideCursor() is None:
                break
            owner.restoreOverrideCursor()
        return self.read()[""] == value

    def describe(self, key, old, new):
        return "the application's override cursor was set"


KINDS = [
    _Values("palette", "QtGui", "QGuiApplication", "palette", "setPalette"),
    _Values("font", "QtGui", "QGuiApplication", "font", "setFont"),
    _Cursors("the override cursor", None),
]
