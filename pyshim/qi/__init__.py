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

qi.host              the objects that the application shows to Python
asyncslot()          makes a coroutine function fit to be connected to a signal
asyncsignal()        waits for a signal
asyncsignalstream()  all emissions of a signal, for `async for`
multisignal()        several signals as one
run_task()           launches a coroutine and runs its first step at once
modal()              runs a function that has a Qt event loop of its own, such as a dialog's exec()
to_binding()         an object of the application as PyQt6 or PySide6 see it; from_binding() is the reverse
using_asyncio_from_qt()  for programs of your own that Qt drives; using_qt_from_asyncio() if asyncio does
new_event_loop()     the loop itself, as asyncio.Runner(loop_factory=qi.new_event_loop) takes it
"""

import sys

from _qi import Connection, Gadget, HostFuture, Model, Object, Variant

from . import host
from ._bindings import from_binding, to_binding
from ._context import QiRunner, using_asyncio_from_qt, using_qt_from_asyncio
from ._enums import ConnectionType
from ._loop import (
    QiBaseEventLoop,
    QiDefaultEventLoop,
    QiLoopMode,
    QiProactorEventLoop,
    QiSelectorEventLoop,
    new_event_loop,
    run_task,
)
from ._modal import modal
from ._models import Row, Rows
from ._policies import (
    QiDefaultEventLoopPolicy,
    QiProactorEventLoopPolicy,
    QiSelectorEventLoopPolicy,
)
from ._listener import SenderDestroyed
from ._multisignal import multisignal
from ._signals import asyncsignal
from ._slots import asyncslot
from ._streams import SignalOverflow, SignalStream, asyncsignalstream
from ._types import Point, PointF, Progress, Rect, RectF, Size, SizeF

__all__ = [
    "Connection",
    "ConnectionType",
    "Gadget",
    "HostFuture",
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
    "from_binding",
    "host",
    "modal",
    "multisignal",
    "new_event_loop",
    "run_task",
    "to_binding",
    "using_asyncio_from_qt",
    "using_qt_from_asyncio",
]

_LATER = ("QtAsyncio", "compat")  # modules of the package that few programs need


def __getattr__(name):
    if name in _LATER:
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__():
    return sorted({*globals(), *_LATER})
