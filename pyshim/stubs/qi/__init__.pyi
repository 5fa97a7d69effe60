# SPDX-License-Identifier: BSD-3-Clause
"""Type stubs of the package `qi`, which travels inside libqi. Point your editor at the folder above this one."""

import asyncio
import contextvars
import enum
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, NoReturn, ParamSpec, Protocol, TypeVar, final, overload

from . import QtAsyncio as QtAsyncio
from . import host as host

_T = TypeVar("_T")
_P = ParamSpec("_P")

_Overlap = Literal["concurrent", "drop", "queue", "restart", "latest"]
_TaskRunner = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]

class _BoundSignal(Protocol):
    """A signal of qi's, PyQt6's or PySide6's objects, or anything that connects and disconnects as they do."""

    def connect(self, slot: Callable[..., Any], /) -> Any: ...
    def disconnect(self, slot: Any, /) -> Any: ...

def run_task(
    coro: Coroutine[Any, Any, _T],
    *,
    allow_task_nesting: bool = True,
    name: str | None = None,
    context: contextvars.Context | None = None,
) -> asyncio.Task[_T]:
    """Makes a Task of a coroutine and runs it, before returning, up to its first suspension."""

@overload
def asyncslot(
    *,
    task_runner: _TaskRunner = ...,
    overlap: Literal["concurrent"] = "concurrent",
    owner: None = None,
) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, asyncio.Task[_T]]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    *, task_runner: _TaskRunner = ..., overlap: _Overlap = "concurrent", owner: object | None = None
) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, asyncio.Task[_T] | None]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    fn: Callable[_P, Coroutine[Any, Any, _T]],
    *,
    task_runner: _TaskRunner = ...,
    overlap: Literal["concurrent"] = "concurrent",
    owner: None = None,
) -> Callable[_P, asyncio.Task[_T]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    fn: Callable[_P, Coroutine[Any, Any, _T]],
    *,
    task_runner: _TaskRunner = ...,
    overlap: _Overlap = "concurrent",
    owner: object | None = None,
) -> Callable[_P, asyncio.Task[_T] | None]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

async def asyncsignal(signal: _BoundSignal, *, timeout: float | None = None) -> tuple[Any, ...]:
    """Waits until a signal is emitted and returns its arguments."""

def modal(fn: Callable[_P, _T]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Makes a coroutine function of a function that runs a Qt event loop of its own."""

def to_binding(obj: Object, binding: Literal["PyQt6", "PySide6"] | None = None) -> Any:
    """Returns the PyQt6 or PySide6 wrapper of one of the application's objects."""

def from_binding(wrapper: Any) -> Object:
    """Returns the proxy of a QObject that PyQt6 or PySide6 has wrapped."""

def new_event_loop() -> QiSelectorEventLoop:
    """Returns a new loop in owner mode; fits as `loop_factory` of `asyncio.Runner`."""

@contextmanager
def using_asyncio_from_qt(
    *, debug: bool | None = None, loop_factory: Callable[[], QiBaseEventLoop] | None = None
) -> Iterator[QiBaseEventLoop]:
    """Context manager in which code that Qt drives may use asyncio."""

class QiRunner:
    """using_asyncio_from_qt() as a class."""

    def __init__(
        self, *, debug: bool | None = None, loop_factory: Callable[[], QiBaseEventLoop] | None = None
    ) -> None: ...
    def __enter__(self) -> QiBaseEventLoop: ...
    def __exit__(self, *exception: Any) -> bool | None: ...

@contextmanager
def using_qt_from_asyncio() -> Iterator[None]:
    """Context manager in which code that asyncio drives may use Qt."""

class SenderDestroyed(ReferenceError):
    """The object whose signal was awaited has been destroyed."""

class QiLoopMode(enum.Enum):
    """How a loop gets to run."""

    OWNER = 0
    GUEST = 1
    NATIVE = 2

class QiBaseEventLoop(asyncio.BaseEventLoop):
    """What all of qi's loops have in common: modes, eager tasks, interleaved modal functions."""

    nested: Literal["run", "hold"]
    nested_limit: int

    def start(self) -> None:
        """Puts the loop into running state and returns; guest mode only."""
    def set_mode(self, mode: QiLoopMode, /) -> None: ...
    def get_mode(self) -> QiLoopMode: ...
    def set_slice(self, microseconds: int, /) -> None:
        """Sets how long callbacks may take turns before Qt gets its own."""
    def exec_modal(self, fn: Callable[[], object], /) -> None:
        """Calls `fn` as soon as the current callback has returned, outside of asyncio's callbacks."""
    def run_task(
        self,
        coro: Coroutine[Any, Any, _T],
        /,
        *,
        allow_task_nesting: bool = True,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[_T]: ...

class QiSelectorEventLoop(QiBaseEventLoop, asyncio.SelectorEventLoop):
    """`asyncio.SelectorEventLoop` on top of a Qt event loop."""

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None: ...

class QiProactorEventLoop(QiBaseEventLoop):
    """`asyncio.ProactorEventLoop` on top of a Qt event loop; NotImplementedError off Windows."""

    def __new__(cls, proactor: Any = None) -> NoReturn: ...

QiDefaultEventLoop = QiSelectorEventLoop

class QiSelectorEventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Event loop policy whose loops are `QiSelectorEventLoop`."""

class QiProactorEventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Event loop policy whose loops are `QiProactorEventLoop`; NotImplementedError off Windows."""

QiDefaultEventLoopPolicy = QiSelectorEventLoopPolicy

class Point(NamedTuple):
    x: int
    y: int

class PointF(NamedTuple):
    x: float
    y: float

class Size(NamedTuple):
    width: int
    height: int

class SizeF(NamedTuple):
    width: float
    height: float

class Rect(NamedTuple):
    x: int
    y: int
    width: int
    height: int

class RectF(NamedTuple):
    x: float
    y: float
    width: float
    height: float

@final
class Variant:
    """A value of a C++ type that Python has nothing for; it goes back to Qt unchanged."""

    @property
    def type_name(self) -> str: ...

@final
class Connection:
    """A callable that is connected to a signal. True while it is."""

    @property
    def connected(self) -> bool: ...
    def disconnect(self) -> None:
        """Ends the connection; does nothing if it has ended."""
    def __bool__(self) -> bool: ...
    def __call__(self, *args: Any) -> Any: ...

@final
class _Signal(Awaitable[tuple[Any, ...]]):
    """A signal of one object, as `object.clicked` gives it."""

    @property
    def name(self) -> str: ...
    @property
    def sender(self) -> Object: ...
    def connect(self, callable: Callable[..., Any], /) -> Connection:
        """Calls the callable in each emission, with as many arguments as it takes.

        A bound method is held weakly. Coroutine functions go into asyncslot() first.
        """
    def disconnect(self, callable_or_connection: Callable[..., Any] | Connection | None = None, /) -> None:
        """Ends the connections with a callable, one connection, or all that Python has made."""
    def emit(self, *args: Any) -> None: ...
    def __getitem__(self, types: str | tuple[str, ...]) -> _Signal:
        """One of several overloads, chosen by its C++ types: `signal["int"]`."""
    def __await__(self) -> Generator[Any, Any, tuple[Any, ...]]:
        """Waits for one emission, as asyncsignal() does."""

@final
class Object:
    """A QObject of the host. Its properties, signals, slots and invokables are attributes.

    It does not keep the QObject alive; once that is destroyed, every use raises ReferenceError.
    """

    @property
    def class_name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def parent(self) -> Object | None: ...
    def children(self) -> list[Object]: ...
    def findChild(
        self, name: str | None = None, *, class_name: str | None = None, recursive: bool = True
    ) -> Object | None: ...
    def findChildren(
        self, name: str | None = None, *, class_name: str | None = None, recursive: bool = True
    ) -> list[Object]: ...
    def inherits(self, class_name: str, /) -> bool: ...
    def setProperty(self, name: str, value: Any, /) -> None: ...
    def property(self, name: str, /) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
