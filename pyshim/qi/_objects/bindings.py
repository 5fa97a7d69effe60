# SPDX-License-Identifier: BSD-3-Clause
"""The application's objects as PyQt6 or PySide6 see them, and theirs as proxies.

A binding that uses another Qt than qi, be it of another major version or a second copy, is refused where it is
imported, and where its objects and signals are used if it was imported before.
"""

import importlib
import sys

import _qi

from .types import Point, PointF, Rect, RectF, Size, SizeF

_SHAPES = (Point, PointF, Rect, RectF, Size, SizeF)


def to_binding(obj, binding=None):
    """Returns the PyQt6 or PySide6 wrapper of one of the application's objects, or of a value.

    `binding` is "PyQt6" or "PySide6"; by default the one that is imported already. Both the wrapper and
    the proxy may be used then; neither keeps the object alive.  A value, which is a Variant, a Gadget, or a
    Point, Size or Rect, is copied.  RuntimeError if the binding uses another Qt than the application,
    TypeError if it has no class for a value.
    """
    name = binding or _imported()
    if name not in _wrappers:
        raise ValueError(f"binding is 'PyQt6' or 'PySide6', not {name!r}")
    core = importlib.import_module(f"{name}.QtCore")
    _qi._check_qt(sys.modules[f"{name}.QtCore"])
    wrap = _wrappers[name]()
    if isinstance(obj, _qi.Variant):
        cls = _class(name, obj.type_name)
        if cls is None:
            raise TypeError(f"{name} has no class {obj.type_name}, or the module that has it is not imported")
        return cls(wrap(_qi._value_address(obj), cls))
    if isinstance(obj, _SHAPES):
        return getattr(core, f"Q{type(obj).__name__}")(*obj)
    address = _qi._address(obj)
    classes = (_class(name, each, core.QObject) for each in _qi._class_names(obj))
    return wrap(address, next(filter(None, classes), core.QObject))


def from_binding(wrapper):
    """Returns the proxy of a QObject that PyQt6 or PySide6 has wrapped, or what Python has for a value.

    RuntimeError if the binding uses another Qt than the application.
    """
    return _qi._wrap(wrapper)


def _class(binding, name, base=object):
    """The binding's class of that name, in one of its modules that are imported."""
    for module in list(sys.modules):
        if module.startswith(f"{binding}.Qt"):
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and issubclass(found, base):
                return found
    return None


def _imported():
    for name in _wrappers:
        if f"{name}.QtCore" in sys.modules:
            return name
    raise RuntimeError("neither PyQt6 nor PySide6 is imported; import one, or name it")


def _pyqt6():
    from PyQt6 import sip

    return sip.wrapinstance


def _pyside6():
    import shiboken6

    return shiboken6.wrapInstance


_wrappers = {"PyQt6": _pyqt6, "PySide6": _pyside6}


# -- bindings of another Qt -----------------------------------------------------------------------------

#: What Python can have of Qt. Those of Qt 5 only to be refused.
_CORES = ("PyQt6.QtCore", "PySide6.QtCore", "PyQt5.QtCore", "PySide2.QtCore")


def check_signal(signal):
    """Raises RuntimeError if a bound signal is that of a binding which uses another Qt."""
    core = sys.modules.get(type(signal).__module__)
    if core is not None and core.__name__ in _CORES:
        _qi._check_qt(core)


def check_object(obj):
    """The same for an object, if it is a QObject."""
    for name in _CORES:
        core = sys.modules.get(name)
        if core is not None and isinstance(obj, getattr(core, "QObject", ())):
            _qi._check_qt(core)


def check_imported():
    """Raises ImportError if bindings are imported, and none of them uses qi's Qt."""
    refused = None
    for core in filter(None, map(sys.modules.get, _CORES)):
        try:
            _qi._check_qt(core)
        except RuntimeError as error:
            refused = error
        else:
            return
    if refused is not None:
        raise ImportError(str(refused), name="qi") from None


class _Guard:
    """A finder that has the modules of bindings checked once they are loaded: before, nobody knows their Qt."""

    def find_spec(self, name, path=None, target=None):
        if name not in _CORES:
            return None
        others = (finder for finder in list(sys.meta_path) if finder is not self)
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _CheckingLoader(spec.loader)
        return spec

    def __repr__(self):
        return "<qi's check that bindings use its Qt>"


class RefusedBinding(ModuleNotFoundError):
    """What `not installed` raises, so that libraries which try bindings in turn go on to the next one.

    To `from PySide2 import QtCore` a missing QtCore is no error of its own: importlib drops this exception if its name is
    that of the part, and says only that the name cannot be imported. So importlib is told the package's.
    """

    def __init__(self, text, module, path):
        super().__init__(text, name=module, path=path)
        self._module = module

    @property
    def name(self):
        asks = sys._getframe(1).f_code.co_filename
        return self._module.partition(".")[0] if asks.startswith("<frozen importlib") else self._module


class _CheckingLoader:
    """Stands in for a loader until the module is there."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        try:
            _qi._check_qt(module)
        except RuntimeError as error:
            raise RefusedBinding(str(error), module.__spec__.name, module.__spec__.origin) from None

    def __getattr__(self, name):
        return getattr(self._loader, name)


guard = _Guard()


def guard_imports():
    """Refuses bindings from now on; they may be imported already, then they are refused when they are used."""
    if guard not in sys.meta_path:
        sys.meta_path.insert(0, guard)


def stop_guarding():
    if guard in sys.meta_path:
        sys.meta_path.remove(guard)


if not _qi.embedded:  # else the runtime does it, and undoes it
    check_imported()
    guard_imports()
