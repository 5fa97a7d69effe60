# SPDX-License-Identifier: BSD-3-Clause
"""The kinds of signals that everything which takes a signal must take alike.

A test case that derives from nothing but `SignalCase` is multiplied by `for_each_kind`: once for the proxies
of the application's objects, for PyQt6, for PySide6, and for objects of Python whose connect() is like theirs.
"""

import importlib
import sys
import types
import unittest
import weakref

import qi


class Binding:
    """PyQt6 or PySide6: the signals of its own objects."""

    def __init__(self, name):
        self.name = name
        self.QtCore = importlib.import_module(f"{name}.QtCore")
        pyqt = name == "PyQt6"
        self.Signal = self.QtCore.pyqtSignal if pyqt else self.QtCore.Signal
        self.Slot = self.QtCore.pyqtSlot if pyqt else self.QtCore.Slot
        self.delete = importlib.import_module("PyQt6.sip" if pyqt else "shiboken6").delete
        signal, point_type = self.Signal, self.QtCore.QPointF

        class Sender(self.QtCore.QObject):
            plain = signal()
            number = signal(int)
            pair = signal(int, str)
            point = signal(point_type)

        self.Sender = Sender

    def sender(self):
        return self.Sender()

    def signal(self, sender, name):
        return getattr(sender, name)


class Proxies(Binding):
    """The same objects, seen as the application's."""

    def signal(self, sender, name):
        return getattr(qi.from_binding(sender), name)


class PlainSignal:
    """What the documents ask of anything that is used as a signal."""

    def __init__(self, name):
        self.name = name
        self._slots = []

    def connect(self, slot):
        weak = isinstance(slot, types.MethodType)
        self._slots.append(weakref.WeakMethod(slot) if weak else lambda: slot)

    def disconnect(self, slot):
        for each in self._slots:
            if each() == slot:
                self._slots.remove(each)
                return
        raise TypeError("not connected")

    def emit(self, *args):
        for each in list(self._slots):
            slot = each()
            if slot is not None:
                slot(*args)


class Plain:
    name = "Plain"

    def sender(self):
        return types.SimpleNamespace(**{name: PlainSignal(name) for name in ("plain", "number", "pair")})

    def signal(self, sender, name):
        return getattr(sender, name)

    def delete(self, sender):
        for signal in vars(sender).values():
            signal._slots.clear()


def binding(name, kind=Binding):
    try:
        importlib.import_module(f"{name}.QtCore")
    except ImportError:
        return None
    return kind(name)


def bindings():
    """Those that are installed."""
    return [found for found in (binding("PyQt6"), binding("PySide6")) if found]


def proxies():
    """The objects of whichever binding there is."""
    return binding("PyQt6", Proxies) or binding("PySide6", Proxies)


class SignalCase(unittest.TestCase):
    """Has `self.kind`, and a sender of it with its signals."""

    make_kind = None

    def setUp(self):
        self.kind = self.make_kind()
        if self.kind is None:
            self.skipTest("the binding is not installed for this Python")
        self.sender = self.kind.sender()

    def signal(self, name):
        return self.kind.signal(self.sender, name)

    def delete_sender(self):
        sender, self.sender = self.sender, None
        self.kind.delete(sender)


def for_each_kind(case, *, plain=True):
    """Class decorator: replaces a case by one for each kind of signals."""
    kinds = {
        "Proxies": proxies,
        "PyQt6": lambda: binding("PyQt6"),
        "PySide6": lambda: binding("PySide6"),
    }
    if plain:
        kinds["Plain"] = Plain
    module = sys.modules[case.__module__]
    for name, make in kinds.items():
        members = {"make_kind": staticmethod(make), "__module__": case.__module__}
        setattr(module, f"{case.__name__}_{name}", type(f"{case.__name__}_{name}", (case,), members))
    return None
