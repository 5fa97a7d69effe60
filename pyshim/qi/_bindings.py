# SPDX-License-Identifier: BSD-3-Clause
"""The application's objects as PyQt6 or PySide6 see them, and theirs as proxies."""

import sys

import _qi


def to_binding(obj, binding=None):
    """Returns the PyQt6 or PySide6 wrapper of one of the application's objects.

    `binding` is "PyQt6" or "PySide6"; by default the one that is imported already. Both the wrapper and
    the proxy may be used then; neither keeps the object alive.
    """
    return _wrappers[binding or _imported()](_qi._address(obj))


def from_binding(wrapper):
    """Returns the proxy of a QObject that PyQt6 or PySide6 has wrapped."""
    return _qi._wrap(wrapper)


def _imported():
    for name in _wrappers:
        if f"{name}.QtCore" in sys.modules:
            return name
    raise RuntimeError("neither PyQt6 nor PySide6 is imported; import one, or name it")


def _pyqt6(address):
    from PyQt6 import QtCore, sip

    return sip.wrapinstance(address, QtCore.QObject)


def _pyside6(address):
    import shiboken6
    from PySide6 import QtCore

    return shiboken6.wrapInstance(address, QtCore.QObject)


_wrappers = {"PyQt6": _pyqt6, "PySide6": _pyside6}
