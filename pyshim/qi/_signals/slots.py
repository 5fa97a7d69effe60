# SPDX-License-Identifier: BSD-3-Clause
"""asyncslot(): coroutine functions as slots, on top of `_qi.Slot`.

What makes this more than a call of `_qi.Slot` is the lifetime of bound methods.  Bindings of Qt keep a
connected function alive, but hold a bound method by a weak reference to its object, so that a connection
ends with its receiver.  The wrapper of a bound method therefore has to be a bound method too, and its
object, which nobody but the wrapper knows, must live exactly as long as the receiver.
"""

import functools
import sys
import weakref
from types import MethodType

import _qi

from .._loop.loop import run_task
from .._objects.bindings import check_object
from . import qtslots

__all__ = ("asyncslot",)

_kept = {}  # id of a weak reference -> the SemiWeakRef that lives until that reference's object dies


class SemiWeakRef:
    """An object that is deleted when `o` is, but keeps `o` alive while somebody holds it strongly.

    `ref` is the class of weak reference that suits `o`: `weakref.WeakMethod` for bound methods.

    It begins by holding `o`.  When the last reference of others goes, it lets go of `o`, and if `o` is
    still there, because somebody else has it, puts itself where only the end of `o` will take it out.
    """

    def __init__(self, o, ref=weakref.ref):
        self._strong = o
        self._weak = ref(o, _forget)

    def referent(self):
        """Returns `o`, or None once it is gone."""
        return self._weak()

    def __del__(self):
        weak = getattr(self, "_weak", None)
        self._strong = None
        if weak is not None and _kept is not None and weak() is not None:
            _kept[id(weak)] = self


def _forget(weak):
    if _kept is not None:
        _kept.pop(id(weak), None)


def get_positional_parameter_count(fn):
    """Returns how many positional parameters `fn` has, or -1 if it takes any number of them.

    Raises TypeError if a keyword-only parameter has no default.
    """
    return _qi.positional_parameter_count(fn)


def sip_modules():
    """The sip modules that PyQt has loaded. In each, `simplewrapper` is the base of all wrapped classes."""
    names = ("PyQt6.sip", "PyQt5.sip", "sip")
    return [sys.modules[name] for name in names if hasattr(sys.modules.get(name), "simplewrapper")]


def is_deleted(o):
    """Whether an object of PyQt or PySide is but the shell of a QObject that was deleted."""
    for module in sip_modules():
        if isinstance(o, module.simplewrapper):
            return module.isdeleted(o)
    shiboken = sys.modules.get("shiboken6")
    return shiboken is not None and isinstance(o, shiboken.Object) and not shiboken.isValid(o)


def _copy_argument(arg, wrapper_types):
    # A QObject has an identity, and its binding refuses to copy it; everything else that sip wraps may
    # live in the emitter's stack frame.
    if isinstance(arg, wrapper_types) and not hasattr(arg, "metaObject"):
        try:
            return type(arg)(arg)
        except TypeError:
            pass  # not to be copied; it is the emitter's until the slot returns
    return arg


def copy_signal_arguments(args):
    """Returns the arguments of a signal with those copied that exist during the emission only.

    Those are the values that PyQt wraps, such as QPoint. PySide and the application's objects give copies
    from the start.
    """
    if all(type(type(arg)) is type for arg in args):
        return args  # the classes of bindings have a metaclass
    wrapper_types = tuple(module.simplewrapper for module in sip_modules())
    return tuple([_copy_argument(arg, wrapper_types) for arg in args])


class _MethodReceiver(SemiWeakRef):
    """Stands behind the wrapper of a bound method; `function` is called with the method first."""

    def __init__(self, method, function):
        super().__init__(method, weakref.WeakMethod)
        self._function = function

    def call(self, *args):
        method = self.referent()
        if method is None or is_deleted(method.__self__):
            return None
        return self._function(method, args)


def transform_slot(slot, transform, *extras):
    """Returns a callable that, called with `*args`, returns `transform(slot, args, *extras)`.

    That of a bound method is itself a bound method, and lives as long as the method's object; a strong
    reference to it keeps that object alive.  Any other is a function that holds `slot`.
    """
    if isinstance(slot, MethodType):
        return _MethodReceiver(slot, lambda method, args: transform(method, args, *extras)).call

    def wrapper(*args):
        return transform(slot, args, *extras)

    return wrapper


class _MethodSlot(_qi.Slot, SemiWeakRef):
    """The slot of a bound method, which it holds as a SemiWeakRef does."""

    def __new__(cls, method, **options):
        return super().__new__(cls, method, weak=True, **options)

    def __init__(self, method, **options):
        SemiWeakRef.__init__(self, method.__self__)


def _call_slot(slot, *args):
    # A function of Python, since PySide6 looks at the code of a bound method's function. Signals of the
    # application's objects call the slot itself.
    return slot(*args)


def _as_method(slot):
    """The slot as a bound method, so that bindings hold it weakly."""
    return MethodType(_call_slot, slot)


def asyncslot(fn=..., *, task_runner=run_task, overlap="concurrent", owner=None, types=None):
    """Wraps the coroutine function `fn` so that it can be connected to a signal.

        window.clicked.connect(qi.asyncslot(greet))

    It is a decorator too, with or without options, of functions and in classes. A decorated function is an
    ordinary one that returns a task: inside the program, await the task.

        @qi.asyncslot(overlap="drop")
        async def on_clicked(checked): ...

    Each call of the wrapper calls `fn` with as many of the arguments as it takes, and runs the coroutine,
    before it returns, up to its first suspension.  It returns the task, which is kept alive until it has
    ended.  An exception of the task that nobody retrieves reaches the loop's exception handler, once; the
    context says which "slot" it came from and, for signals of the application's objects, which "signal".

    task_runner: makes a task of the coroutine instead of `run_task`.
    overlap: what a call does while the task of an earlier one has not ended: "concurrent" launches
        another, "drop" ignores the call, "queue" lets it wait, "restart" cancels the earlier task,
        "latest" lets it wait in place of one that waits already.  The wrapper returns None for a call
        that launches nothing at once.  In a class each object counts for itself.
    owner: a QObject; when it is destroyed, the tasks are cancelled and the wrapper does nothing any more.
    types: of the arguments, as the slot decorators of PyQt6 and PySide6 take them; see below.

    As a decorator in a QObject class of PyQt6 or PySide6 it makes a slot of Qt's, which connectSlotsByName(),
    invokeMethod() and QML find. Its types are those of `types`; without them, a method that has no parameters gets none,
    and `on_<object>_<signal>` those of its annotations. PyQt6 connects a slot that has types to signals of these types only.

    The wrapper of a bound method is a bound method that lives as long as the method's object, so that
    bindings end the connection with it; holding the wrapper keeps the object alive.

    Raises TypeError for what cannot be a slot, such as a function with a keyword-only parameter that has no
    default, and ValueError for a policy that does not exist.  A call raises RuntimeError where no loop
    runs or one of another kind than qi's, and TypeError if `fn` returns no coroutine or `task_runner` no task.
    """
    if fn is ...:
        return functools.partial(asyncslot, task_runner=task_runner, overlap=overlap, owner=owner, types=types)
    if not callable(fn):
        raise TypeError(f"asyncslot() needs a coroutine function, not {fn!r}")
    if not callable(task_runner):
        raise TypeError(f"asyncslot() needs a callable as task_runner, not {task_runner!r}")
    if not isinstance(overlap, str):
        raise TypeError(f"asyncslot() needs the name of a policy as overlap, not {overlap!r}")
    options = {
        "overlap": overlap,
        "task_runner": None if task_runner is run_task else task_runner,
        "owner": owner,
    }
    if isinstance(fn, MethodType):
        check_object(fn.__self__)  # a receiver of another Qt would have its signals there
    if isinstance(fn, MethodType) and _can_be_weak(fn.__self__):
        return _as_method(_MethodSlot(fn, **options))
    slot = functools.update_wrapper(_qi.Slot(fn, **options), fn)
    for mark in ("_is_coroutine", "_is_coroutine_marker"):
        slot.__dict__.pop(mark, None)  # `fn` is a coroutine function; the wrapper is none
    slot.__dict__["_options"] = options
    slot.__dict__["_types"] = types
    slot.__dict__["__code__"] = _call_slot.__code__  # as above, for a slot that is the method of an object
    return slot


def _named(slot, owner, name):
    qtslots.declare(slot, owner, name)


def _can_be_weak(o):
    return type(o).__weakrefoffset__ != 0


_bound_slots = weakref.WeakKeyDictionary()  # object -> {slot of its class: its own slot}


def _bind(slot, o):
    """What `o.name` is, where `name` is a slot of its class with a policy that counts tasks."""
    try:
        own = _bound_slots.setdefault(o, {})
    except TypeError:
        return MethodType(slot, o)  # neither hashable nor weak: all such objects count together
    bound = own.get(slot)
    if bound is None:
        method = MethodType(slot.callable, o)
        bound = own[slot] = _qi.Slot(method, weak=True, **slot.__dict__.get("_options", {}))
    return _as_method(bound)
