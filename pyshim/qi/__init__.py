# SPDX-License-Identifier: BSD-3-Clause
"""qi: asyncio as a guest in a running Qt application.

The application has started an asyncio loop in its own event loop, so everything of asyncio works, and
`asyncio.get_running_loop()` answers wherever Python runs on the GUI thread:

    import asyncio, qi

    async def greet():
        qi.host.window.setStatus("one moment…")
        await asyncio.sleep(1)
        qi.host.window.setStatus("hello")

    qi.host.window.clicked.connect(qi.asyncslot(greet))

The application's objects
    host              the objects and functions that it shows to Python, by name
    Object            one of them: properties, signals and methods are attributes
    Connection        what its signals' connect() returns; ConnectionType is what that takes
    Variant           a value that Python has nothing for
    HostFunction      a function of the application's, as host.<name>
    Buffer            memory that it shares, such as an image's
    ListModel         rows of Python as a model for views, of QML and Widgets
    Gadget, Model, Rows, Row, HostFuture, Progress, Point, PointF, Size, SizeF, Rect, RectF
                      what its properties and methods take and give
    to_binding()      the object as PyQt6 or PySide6 see it; from_binding() is the reverse

Signals and coroutines, with any binding's signals too
    asyncslot()       makes a coroutine function fit to be connected to a signal
    asyncsignal()     waits for a signal; SenderDestroyed says that it can never come
    asyncsignalstream()  all emissions of a signal, for `async for`: a SignalStream; SignalOverflow where the
                      buffer is bounded and nobody reads
    multisignal()     several signals as one
    run_task()        launches a coroutine and runs its first step at once
    progress()        tells the application how far a task has come that it launched
    modal()           runs a function that has a Qt event loop of its own, such as a dialog's exec()
    qml               what functions and errors of JavaScript are in Python, in applications of Qt Quick

Programs of your own
    using_asyncio_from_qt()   asyncio inside app.exec()
    using_qt_from_asyncio()   Qt inside asyncio.run()
    QtAsyncio                 QtAsyncio.run(main()), as in PySide6
    compat                    the names of older packages
    jupyter                   jupyter.start(), a Jupyter kernel inside the application

Help with problems
    debug                     debug.listen() lets a debugger attach
    doctor                    doctor.examine() says what is wrong with the installation, and how to put it right
    monitor                   monitor.tasks() and .counters() tell what the loop does, .watch() what makes it hang
    Interrupted               what ends code that has held the window for too long
    testing                   settle, clock, signal recorder, leak check, stand-ins: tests without the application

Plugins
    plugin                    plugin.manager, which starts and ends them, and what they get

Event loops
    new_event_loop()          for asyncio.Runner(loop_factory=qi.new_event_loop)
    QiBaseEventLoop, QiSelectorEventLoop, QiLoopMode, QiSelectorEventLoopPolicy
                              the loop, its modes, and a policy, for all that the above does not do

__version__ is the version of libqi as text, version_info as numbers that can be compared: qi.version_info >= (0, 1).

All of it belongs to the thread that runs the loop, in a host the GUI thread; from other threads there is
loop.call_soon_threadsafe() and asyncio.run_coroutine_threadsafe(). help(qi.asyncslot) and the like tell the
parameters and exceptions of each.
"""

import sys

from _qi import Buffer, Connection, Gadget, HostFunction, HostFuture, Model, Object, Variant, __version__, progress

from . import host
from ._loop.context import QiRunner, using_asyncio_from_qt, using_qt_from_asyncio
from ._loop.loop import (
    QiBaseEventLoop,
    QiDefaultEventLoop,
    QiLoopMode,
    QiProactorEventLoop,
    QiSelectorEventLoop,
    new_event_loop,
    run_task,
)
from ._loop.modal import modal
from ._loop.policies import (
    QiDefaultEventLoopPolicy,
    QiProactorEventLoopPolicy,
    QiSelectorEventLoopPolicy,
)
from ._objects.bindings import from_binding, to_binding
from ._objects.enums import ConnectionType
from ._objects.list_model import ListModel
from ._objects.models import Row, Rows
from ._objects.types import Point, PointF, Progress, Rect, RectF, Size, SizeF
from ._signals.listener import SenderDestroyed
from ._signals.multisignal import multisignal
from ._signals.signals import asyncsignal
from ._signals.slots import asyncslot
from ._signals.streams import SignalOverflow, SignalStream, asyncsignalstream
from ._watch.interrupted import Interrupted

__all__ = [
    "Buffer",
    "Connection",
    "ConnectionType",
    "Gadget",
    "HostFunction",
    "HostFuture",
    "Interrupted",
    "ListModel",
    "Model",
    "Object",
    "Point",
    "PointF",
    "Progress",
    "QiBaseEventLoop",
    "QiDefaultEventLoop",
    "QiDefaultEventLoopPolicy",
    "QiLoopMode",
    "QiProactorEventLoop",
    "QiProactorEventLoopPolicy",
    "QiRunner",
    "QiSelectorEventLoop",
    "QiSelectorEventLoopPolicy",
    "QtAsyncio",
    "Rect",
    "RectF",
    "Row",
    "Rows",
    "SenderDestroyed",
    "SignalOverflow",
    "SignalStream",
    "Size",
    "SizeF",
    "Variant",
    "asyncsignal",
    "asyncsignalstream",
    "asyncslot",
    "debug",
    "doctor",
    "from_binding",
    "host",
    "jupyter",
    "modal",
    "monitor",
    "multisignal",
    "new_event_loop",
    "plugin",
    "progress",
    "qml",
    "run_task",
    "testing",
    "to_binding",
    "using_asyncio_from_qt",
    "using_qt_from_asyncio",
]

version_info = tuple(map(int, __version__.split(".")))

_LATER = ("QtAsyncio", "compat", "debug", "doctor", "jupyter", "monitor", "plugin", "qml", "testing")  # that few programs need

# What qtinter has for itself, and documents.
_PRIVATE = ("SemiWeakRef", "copy_signal_arguments", "get_positional_parameter_count", "transform_slot")


def __getattr__(name):
    if name in _LATER:
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    if name in _PRIVATE:
        from ._signals import slots

        return getattr(slots, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__():
    return sorted({*globals(), *_LATER})
