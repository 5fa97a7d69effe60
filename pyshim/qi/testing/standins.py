# SPDX-License-Identifier: BSD-3-Clause
"""Stand-ins for objects of the application: properties that notify, signals that emit, methods that remember."""

import asyncio
import builtins
import difflib
import inspect
from typing import Any, NamedTuple

from .._objects.types import Point, PointF, Rect, RectF, Size, SizeF
from .._signals.signals import asyncsignal
from .._signals.slots import asyncslot, get_positional_parameter_count

class Call(NamedTuple):
    """One call of a stand-in's method."""

    name: str
    """The method's name."""

    args: tuple[Any, ...]
    """Its arguments by position."""

    kwargs: dict[str, Any]
    """Those by name."""


class Signal:
    """A signal of a FakeObject, as an attribute of its class: Signal(bool), Signal(str, int).

    On an object it has connect(), disconnect() and emit(), and may be given to qi.asyncslot(), asyncsignal()
    and all else that takes signals. types: what its arguments are; emit() refuses others.
    """

    def __init__(self, *types):
        self.types = types
        self.name = "signal"

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, fake, owner=None):
        if fake is None:
            return self
        signals = fake.__dict__.setdefault("_signals", {})
        if self.name not in signals:
            signals[self.name] = _BoundSignal(fake, self.name, self.types)
        return signals[self.name]

    def __set__(self, fake, value):
        raise AttributeError(f"{self.name} is a signal of {fake!r} and cannot be set; use its connect() or emit()")


class _Connection:
    """What connect() returns: as qi.Connection."""

    def __init__(self, signal, slot, original):
        self._signal = signal
        self.slot = slot
        self.original = original

    @property
    def connected(self):
        """Whether the connection lives."""
        return self._signal is not None

    def disconnect(self):
        """Ends the connection; does nothing if it has ended."""
        signal, self._signal = self._signal, None
        if signal is not None:
            signal._connections.remove(self)
            self.slot = self.original = None  # that a slot is freed tells those who wait of the sender's end

    def __bool__(self):
        return self.connected


class _BoundSignal:
    """A signal of one stand-in."""

    def __init__(self, fake, name, types):
        self._fake_name = type(fake).__name__
        self.signal_name = name
        self.types = types
        self.name = f"{name}({','.join(getattr(kind, '__name__', str(kind)) for kind in types)})"
        self._connections = []
        self._blocked = lambda: fake.__dict__.get("_blocked", False)

    def connect(self, slot, type=None):
        """Connects a callable; a coroutine function is launched by each emission, as qi.asyncslot() does it."""
        if isinstance(slot, _BoundSignal):
            slot = slot.emit
        if not callable(slot):
            raise TypeError(f"{self._fake_name}.{self.name}: cannot be connected to {slot!r}, which is not callable")
        original = slot
        if inspect.iscoroutinefunction(slot):
            slot = asyncslot(slot)
        connection = _Connection(self, slot, original)
        self._connections.append(connection)
        return connection

    def disconnect(self, slot=None):
        """Ends the connections with a callable, or a connection that connect() returned, or all."""
        found = [each for each in self._connections
                 if slot is None or slot in (each, each.original, each.slot)]
        if not found and slot is not None:
            raise TypeError(f"{self._fake_name}.{self.name}: {slot!r} is not connected")
        for connection in found:
            connection.disconnect()

    def emit(self, *args):
        """Calls all that is connected, in the order in which it was, with as many arguments as each takes."""
        self._check(args)
        if self._blocked():
            return
        for connection in list(self._connections):
            if not connection.connected:
                continue  # an earlier slot has ended it
            slot, original = connection.slot, connection.original
            try:
                slot(*self._cut(slot, args))
            except Exception as exception:
                self._report(exception, original)

    __call__ = emit

    def __await__(self):
        return asyncsignal(self).__await__()

    def _check(self, args):
        if len(args) != len(self.types):
            raise TypeError(f"{self._fake_name}.{self.name}: emit() wants {len(self.types)} arguments, not {len(args)}")
        for number, (value, kind) in enumerate(zip(args, self.types), 1):
            if isinstance(kind, type) and not _fits(value, kind):
                raise TypeError(f"{self._fake_name}.{self.name}: argument {number} is {value!r}, which is no {kind.__name__}")

    @staticmethod
    def _cut(slot, args):
        try:
            count = get_positional_parameter_count(slot)
        except (TypeError, ValueError):
            return args
        return args if count < 0 else args[:count]

    def _report(self, exception, slot):
        """As in Qt, an exception in a slot is none of who emits."""
        loop = asyncio._get_running_loop()
        if loop is None:
            raise exception
        loop.call_exception_handler({
            "message": f"Exception in a slot of {self._fake_name}.{self.name}",
            "exception": exception,
            "slot": getattr(slot, "__qualname__", repr(slot)),
            "signal": self.name,
        })

    def __repr__(self):
        return f"<the signal {self.name} of a stand-in {self._fake_name}>"


def _fits(value, kind):
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


class Property:
    """A property of a FakeObject, as an attribute of its class: Property(""), Property(0, notify="valueChanged").

    initial: its first value. notify: the signal that tells of a change; None: its name and "Changed". type:
    what may be assigned; None: what the initial value is, anything if that is None. readonly: only the
    test sets it, by fake.set(name=value).
    """

    def __init__(self, initial=None, *, notify=None, type=None, readonly=False):
        self.initial = initial
        self.notify = notify
        self.readonly = readonly
        self.type = type if type is not None else (None if initial is None else _class_of(initial))
        self.name = "property"

    def __set_name__(self, owner, name):
        self.name = name
        self.notify = self.notify or f"{name}Changed"

    def __get__(self, fake, owner=None):
        if fake is None:
            return self
        return fake.__dict__["_values"].get(self.name, self.initial)

    def __set__(self, fake, value):
        if self.readonly:
            raise AttributeError(f"{self.name} of {fake!r} is read-only")
        self.assign(fake, value)

    def assign(self, fake, value):
        """Sets it, read-only or not, and emits its signal if that changes it."""
        if self.type is not None and not _fits(value, self.type):
            raise TypeError(f"{self.name} of {fake!r} is of type {self.type.__name__}, so it cannot be {value!r}")
        if fake.__dict__["_values"].get(self.name, self.initial) == value:
            return
        fake.__dict__["_values"][self.name] = value
        signal = getattr(fake, self.notify, None)
        if isinstance(signal, _BoundSignal):
            signal.emit(*[value][: len(signal.types)])


def _class_of(value):
    return type(value)


class FakeObject:
    """Stands in for an object that the application shows to Python.

        class Window(qi.testing.FakeObject):
            title: str = ""                    # a property; its signal is titleChanged
            progress = qi.testing.Property(0, notify="progressed")
            closed = qi.testing.Signal()
            def showMessage(self, text): ...   # remembered in calls

        window = Window(title="Orders")

    What is annotated or assigned in the class becomes a property with a notify signal, an ordinary function
    a method whose calls are kept. As of the real object, an attribute that does not exist cannot be set,
    and delete() makes every use of it raise ReferenceError. Keyword arguments set properties.
    """

    class_name = "QObject"

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        _complete(cls, vars(cls), inspect.get_annotations(cls))
        cls.class_name = cls.__dict__.get("class_name", cls.__name__)

    def __init__(self, **values):
        self.__dict__.update(_values={}, _signals={}, _calls=[], _answers={}, _alive=True, _children=[], _parent=None)
        self.set(**values)

    # -- what the real one has --------------------------------------------------------------------------

    @builtins.property
    def alive(self):
        """False after delete()."""
        return self.__dict__["_alive"]

    def parent(self):
        """The object that this one was given to as a child, or None."""
        return self.__dict__["_parent"]

    def children(self):
        """The objects that were given to it, by addChild()."""
        return list(self.__dict__["_children"])

    def property(self, name):
        """A property's value, by name; None if there is none of that name."""
        return getattr(self, name) if name in type(self)._properties else self.__dict__["_values"].get(name)

    def setProperty(self, name, value):
        """Sets a property; one that does not exist becomes a dynamic one."""
        if name in type(self)._properties:
            setattr(self, name, value)
        else:
            self.__dict__["_values"][name] = value

    def inherits(self, class_name):
        """Whether the object is of that class."""
        return class_name in [kind.__name__ for kind in type(self).__mro__] + [self.class_name, "QObject"]

    def blockSignals(self, blocked):
        """Holds signals back, or lets them go; returns whether they were held."""
        before, self.__dict__["_blocked"] = self.__dict__.get("_blocked", False), bool(blocked)
        return before

    def deleteLater(self):
        """delete(), in the next turn of the loop; at once where none runs."""
        loop = asyncio._get_running_loop()
        loop.call_soon(self.delete) if loop else self.delete()

    # -- what only a stand-in has -----------------------------------------------------------------------

    @builtins.property
    def calls(self):
        """The calls of its methods: a list of Call."""
        return list(self.__dict__["_calls"])

    def calls_of(self, name):
        """The arguments of each call of one method: a list of tuples."""
        self._method(name)
        return [call.args for call in self.__dict__["_calls"] if call.name == name]

    def answer(self, name, value=None, *, raises=None):
        """From now on a method returns `value`, or raises an exception."""
        self._method(name)
        self.__dict__["_answers"][name] = (value, raises)

    def set(self, **values):
        """Sets properties, read-only ones too, as the application would."""
        for name, value in values.items():
            found = type(self)._properties.get(name)
            if found is None:
                raise AttributeError(_no_such(self, name))
            found.assign(self, value)

    def addChild(self, child):
        """Makes another stand-in a child of this one, which is deleted with it. Returns it."""
        child.__dict__["_parent"] = self
        self.__dict__["_children"].append(child)
        return child

    def delete(self):
        """Ends it as the application would: its connections are gone, and every use raises ReferenceError."""
        if not self.__dict__["_alive"]:
            return
        for child in self.children():
            child.delete()
        destroyed = self.__dict__["_signals"].get("destroyed")
        if destroyed is not None:
            destroyed.emit()
        self.__dict__["_alive"] = False
        for signal in self.__dict__["_signals"].values():
            signal.disconnect()

    def _method(self, name):
        if name not in type(self)._methods:
            raise AttributeError(_no_such(self, name))

    def __getattribute__(self, name):
        fields = object.__getattribute__(self, "__dict__")
        if not fields.get("_alive", True) and not name.startswith("_") and name not in ("alive", "calls", "class_name", "calls_of"):
            raise ReferenceError(f"the {type(self).__name__} was deleted")
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]  # a dynamic property
        raise AttributeError(_no_such(self, name))

    def __setattr__(self, name, value):
        if not self.__dict__["_alive"]:
            raise ReferenceError(f"the {type(self).__name__} was deleted")
        if name not in type(self)._properties and not isinstance(getattr(type(self), name, None), Signal):
            raise AttributeError(_no_such(self, name))
        object.__setattr__(self, name, value)

    def __repr__(self):
        return f"<a stand-in {type(self).__name__}>"


FakeObject._properties, FakeObject._methods = {}, set()
FakeObject.destroyed = Signal()
FakeObject.destroyed.name = "destroyed"


def _no_such(fake, name):
    kind = type(fake)
    known = [*kind._properties, *kind._methods, *(each for each in dir(kind) if isinstance(getattr(kind, each, None), Signal))]
    near = difflib.get_close_matches(name, known, 3)
    hint = f"; did you mean {', '.join(near)}?" if near else f"; it has {', '.join(sorted(known))}" if known else ""
    return f"the stand-in {kind.__name__} has no {name!r}{hint}"


# -- making classes --------------------------------------------------------------------------------------


def _complete(cls, names, annotations):
    """Turns what stands in a class into properties, signals and methods that remember their calls."""
    properties = dict(getattr(cls, "_properties", {}))
    methods = set(getattr(cls, "_methods", ()))
    for name, annotation in annotations.items():
        if not name.startswith("_") and name not in names:
            _add(cls, name, Signal() if is_signal(annotation) else Property(_blank(annotation), type=_kind(annotation)))
    for name, value in list(vars(cls).items()):
        if name.startswith("_") or name == "class_name":
            continue
        if isinstance(value, Property):
            properties[name] = value
        elif inspect.isfunction(value):
            setattr(cls, name, _remembering(name, value))
            methods.add(name)
        elif not isinstance(value, (Signal, classmethod, staticmethod, property)) and not inspect.isclass(value):
            _add(cls, name, Property(value, type=_kind(annotations.get(name))))
            properties[name] = vars(cls)[name]
    for name, value in list(properties.items()):
        if not hasattr(cls, value.notify):
            _add(cls, value.notify, Signal(value.type or object))
    cls._properties, cls._methods = properties, methods


def _add(cls, name, member):
    member.__set_name__(cls, name)
    setattr(cls, name, member)


def is_signal(annotation):
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return text.partition("[")[0].rpartition(".")[2] in ("Signal", "SignalInstance", "pyqtSignal", "pyqtBoundSignal")


#: The types that a stub's annotations may name.
KINDS = {kind.__name__: kind for kind in
          (bool, int, float, str, bytes, list, dict, tuple, Point, PointF, Rect, RectF, Size, SizeF)}


def _kind(annotation):
    if isinstance(annotation, str):
        annotation = KINDS.get(annotation.partition("[")[0].rpartition(".")[2])
    origin = getattr(annotation, "__origin__", annotation)
    return origin if isinstance(origin, type) and origin is not object else None


def _blank(annotation):
    kind = _kind(annotation)
    return kind() if kind in (bool, int, float, str, bytes, list, dict, tuple) else None


def _remembering(name, function):
    signature = inspect.signature(function)
    answer = _blank(signature.return_annotation) if signature.return_annotation is not signature.empty else None

    def method(self, *args, **kwargs):
        signature.bind(self, *args, **kwargs)  # TypeError for what the real one would refuse
        self.__dict__["_calls"].append(Call(name, args, kwargs))
        if name in self.__dict__["_answers"]:
            value, raises = self.__dict__["_answers"][name]
            if raises is not None:
                raise raises
            return value
        result = function(self, *args, **kwargs)
        return answer if result is None or result is Ellipsis else result

    method.__name__, method.__qualname__, method.__doc__ = name, function.__qualname__, function.__doc__
    method.__signature__ = signature
    return method
