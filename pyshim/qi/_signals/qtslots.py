# SPDX-License-Identifier: BSD-3-Clause
"""asyncslot() in a class of PyQt6 or PySide6: the slot is one of Qt's too, which the class's meta-object names.

connectSlotsByName(), invokeMethod() and QML find it then, and a signal with a default argument, which bindings show as
two, runs it once. A decorator of the binding's own, above asyncslot(), stays as it is.
"""

import functools
import inspect
import re
import sys
import typing

#: What each binding calls its decorator, and the attribute in which that keeps what it was told.
_DECORATORS = {"PyQt6": ("pyqtSlot", "__pyqtSignature__"), "PySide6": ("Slot", "_slots")}

#: Signals of Qt that give an argument or none: the only ones that a slot without parameters can be found for by name.
_GIVES_NONE_OR_ONE = {"clicked", "triggered", "destroyed"}


def declare(slot, owner, name):
    """Called when a class has been made with the slot as its attribute."""
    for binding, (decorator, mark) in _DECORATORS.items():
        core = sys.modules.get(f"{binding}.QtCore")
        if core is not None and issubclass(owner, core.QObject):
            _declare(slot, owner, name, getattr(core, decorator), mark, binding)


def _declare(slot, owner, name, decorate, mark, binding):
    if hasattr(slot, mark):
        return
    told = slot.__dict__.get("_types")
    types = _types(slot.callable, name, binding) if told is None else told
    if types is None:
        return
    # Qt calls what the class has, with the object first. A policy that counts wants the object's own slot.
    target = slot if slot.overlap == "concurrent" else _forwarder(slot)
    try:
        decorate(*types, name=name)(target)
    except (TypeError, ValueError):  # an annotation that is no type of Qt's
        if told is not None:
            raise
        return
    if target is not slot:
        setattr(owner, name, target)


def _forwarder(slot):
    def forward(self, *args):
        return slot.__get__(self)(*args)

    return functools.update_wrapper(forward, slot)


def _types(function, name, binding):
    """The types of the parameters behind the object; None where they cannot be told.

    PyQt6 connects a slot that has types to signals of these types only, so annotations count there only where the name says
    which signal is meant. PySide6 connects it to any.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())[1:]
    except (TypeError, ValueError):
        return None
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None
    parameters = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    by_name = re.fullmatch(r"on_.+_([^_]+)", name)
    if not parameters:
        # PyQt6 wants the signal's very arguments there, PySide6 as many as the slot takes.
        return None if by_name and binding == "PyQt6" and by_name[1] not in _GIVES_NONE_OR_ONE else ()
    if binding == "PyQt6" and not by_name:
        return None
    known = _annotations(function)
    types = [known.get(each.name) for each in parameters]
    if all(isinstance(each, type) for each in types):
        return types
    return None if by_name else [each if isinstance(each, type) else "QVariant" for each in types]


def _annotations(function):
    try:
        return typing.get_type_hints(function)
    except Exception:  # names that exist for type checkers only
        return {name: value for name, value in getattr(function, "__annotations__", {}).items() if not isinstance(value, str)}
