# SPDX-License-Identifier: BSD-3-Clause
"""Type stubs of the package `qi`, which travels inside libqi. Point your editor at the folder above this one."""

import asyncio
import contextvars
import enum
import inspect
import selectors
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from typing import (
    Any,
    Generic,
    Literal,
    NamedTuple,
    NoReturn,
    ParamSpec,
    Protocol,
    SupportsFloat,
    SupportsIndex,
    TypeVar,
    final,
    overload,
)

from . import QtAsyncio as QtAsyncio
from . import debug as debug
from . import doctor as doctor
from . import host as host
from . import jupyter as jupyter
from . import monitor as monitor
from . import plugin as plugin
from . import qml as qml
from . import testing as testing

__version__: str
version_info: tuple[int, ...]

_T = TypeVar("_T")
_P = ParamSpec("_P")
_Args = TypeVar("_Args", bound=tuple[Any, ...], covariant=True)

_Overlap = Literal["concurrent", "drop", "queue", "restart", "latest"]
_TaskRunner = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]

class _BoundSignal(Protocol):
    """A signal of qi's, PyQt6's or PySide6's objects, or anything that connects as they do."""

    def connect(self, slot: Callable[..., Any], /) -> Any: ...

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
    types: Sequence[object] | None = None,
) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, asyncio.Task[_T]]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    *,
    task_runner: _TaskRunner = ...,
    overlap: _Overlap = "concurrent",
    owner: object | None = None,
    types: Sequence[object] | None = None,
) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, asyncio.Task[_T] | None]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    fn: Callable[_P, Coroutine[Any, Any, _T]],
    *,
    task_runner: _TaskRunner = ...,
    overlap: Literal["concurrent"] = "concurrent",
    owner: None = None,
    types: Sequence[object] | None = None,
) -> Callable[_P, asyncio.Task[_T]]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

@overload
def asyncslot(
    fn: Callable[_P, Coroutine[Any, Any, _T]],
    *,
    task_runner: _TaskRunner = ...,
    overlap: _Overlap = "concurrent",
    owner: object | None = None,
    types: Sequence[object] | None = None,
) -> Callable[_P, asyncio.Task[_T] | None]:
    """Wraps a coroutine function so that it can be connected to a signal; a decorator, too."""

async def asyncsignal(signal: _BoundSignal, *, timeout: float | None = None) -> tuple[Any, ...]:
    """Waits until a signal is emitted and returns its arguments."""

def asyncsignalstream(
    signal: _BoundSignal,
    *,
    maxsize: int = 0,
    overflow: Literal["error", "drop-oldest", "drop-newest"] = "error",
) -> SignalStream:
    """Returns an asynchronous iterator over the emissions of a signal, each a tuple of its arguments."""

class SignalStream(AsyncIterator[tuple[Any, ...]]):
    """The emissions of a signal, in order, as asyncsignalstream() returns it."""

    def __init__(self, signal: _BoundSignal, maxsize: int, overflow: str) -> None: ...
    def __aiter__(self) -> SignalStream: ...
    async def __anext__(self) -> tuple[Any, ...]: ...
    async def __aenter__(self) -> SignalStream: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def aclose(self) -> None:
        """Disconnects and drops what was not asked for."""
    @property
    def maxsize(self) -> int: ...
    @property
    def dropped(self) -> int:
        """How many emissions were dropped because the stream was full."""
    def qsize(self) -> int:
        """Returns how many emissions wait to be asked for."""

class SignalOverflow(asyncio.QueueFull):
    """A bounded stream of emissions was full when another one came."""

class multisignal:
    """Collects several signals and emits their arguments together with a value that tells them apart."""

    def __init__(self, signal_map: Mapping[Any, Any]) -> None: ...
    def connect(self, slot: Callable[..., Any]) -> None:
        """Has `slot(value, arguments)` called for each emission of one of the signals."""
    def disconnect(self, slot: Callable[..., Any] | None = None) -> None:
        """Ends the connections with `slot`, or all of them."""

def progress(
    value: SupportsFloat | SupportsIndex | Progress, maximum: SupportsFloat | SupportsIndex | None = 0, text: str = ""
) -> None:
    """Tells the application how far the task has come that it launched.

    A Progress, as a HostFuture has it, stands alone.
    """

def modal(fn: Callable[_P, _T]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Makes a coroutine function of a function that runs a Qt event loop of its own.

    A task that is cancelled there, or runs into a timeout, closes what `fn` has opened, and ends when `fn` returns.
    """

def to_binding(
    obj: _Object | Variant | Point | PointF | Size | SizeF | Rect | RectF,
    binding: Literal["PyQt6", "PySide6"] | None = None,
) -> Any:
    """Returns the PyQt6 or PySide6 wrapper of one of the application's objects, or of a value."""

def from_binding(wrapper: Any) -> Any:
    """Returns the proxy of a QObject that PyQt6 or PySide6 has wrapped, or what Python has for a value."""

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
    def set_mode(self, mode: QiLoopMode) -> None:
        """Sets the mode; only while the loop is neither closed nor running and no stop is pending."""
    def get_mode(self) -> QiLoopMode:
        """The mode that set_mode() has set."""
    def set_slice(self, microseconds: int, /) -> None:
        """Sets how long callbacks may take turns before Qt gets its own; 0: 2000 µs.

        It is a quarter of that while the user does something, and twice as long when Qt is idle.
        """
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

class Progress(NamedTuple):
    """How far a QFuture of the application has come."""

    value: int
    minimum: int
    maximum: int
    text: str

class Variant:
    """A value of a C++ type that Python has nothing for; it goes back to Qt unchanged."""

    @property
    def type_name(self) -> str: ...

@final
class Gadget(Variant):
    """A value of a Q_GADGET type. Its properties, invokable methods and enumerations are attributes.

    It is a copy: what Python changes there, the application sees when the value is given back.
    """

    def __copy__(self) -> Gadget: ...
    def __deepcopy__(self, memo: Any, /) -> Gadget: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...

@final
class Buffer:
    """Memory that Python and the application share, such as an image's; it has the buffer protocol.

    What more the application tells of it, as `width`, `height`, `format` and `channels` of an image, are attributes.
    """

    def __new__(cls, object: Any, /, **attributes: Any) -> Buffer: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __len__(self) -> int: ...
    def __getattr__(self, name: str) -> Any: ...
    def copy(self) -> Buffer:
        """A copy with memory of its own, which may be written."""
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def item_format(self) -> str: ...
    @property
    def readonly(self) -> bool: ...
    @property
    def nbytes(self) -> int: ...

@final
class HostFunction:
    """A function of the application, as `qi.host.<name>` gives it; inspect.signature() tells what it takes."""

    __name__: str
    __qualname__: str
    __signature__: inspect.Signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

@final
class HostFuture(Awaitable[Any]):
    """A QFuture of the application. Await it for its result, or iterate over its results as they come."""

    def __await__(self) -> Generator[Any, Any, Any]: ...
    def __aiter__(self) -> AsyncIterator[Any]: ...
    def cancel(self) -> bool:
        """Asks the host to cancel it. False if it was done already."""
    def done(self) -> bool: ...
    def running(self) -> bool: ...
    def cancelled(self) -> bool: ...
    def result(self) -> Any:
        """The result; a list where there are none or several; None for QFuture<void>."""
    def exception(self) -> BaseException | None: ...
    def results(self) -> list[Any]:
        """The results that there are so far."""
    def result_count(self) -> int: ...
    def result_at(self, index: int, /) -> Any: ...
    @property
    def progress(self) -> Progress: ...
    @property
    def watcher(self) -> Object:
        """The QFutureWatcher, whose signals tell of progress, results and the end."""

class ConnectionType(enum.IntEnum):
    """How an emission reaches the callable: `connect(callable, type)`."""

    Auto = 0
    Direct = 1
    Queued = 2
    BlockingQueued = 3
    Unique = 0x80
    SingleShot = 0x100
    AutoConnection = 0
    DirectConnection = 1
    QueuedConnection = 2
    BlockingQueuedConnection = 3
    UniqueConnection = 0x80
    SingleShotConnection = 0x100

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
class _Signal(Awaitable[_Args], Generic[_Args]):
    """A signal of one object, as `object.clicked` gives it; `_Args` is the tuple of its arguments."""

    @property
    def name(self) -> str: ...
    @property
    def sender(self) -> _Object: ...
    def connect(self, callable: Callable[..., Any], /, type: ConnectionType | int = ...) -> Connection:
        """Calls the callable in each emission, with as many arguments as it takes.

        `type` is a ConnectionType, or PyQt6's or PySide6's Qt.ConnectionType.

        A bound method is held weakly. Coroutine functions go into asyncslot() first.
        """
    def disconnect(self, callable_or_connection: Callable[..., Any] | Connection | None = None, /) -> None:
        """Ends the connections with a callable, one connection, or all that Python has made."""
    def emit(self, *args: Any) -> None: ...
    def __getitem__(self, types: str | tuple[str, ...]) -> _Signal[tuple[Any, ...]]:
        """One of several overloads, chosen by its C++ types: `signal["int"]`."""
    def __await__(self) -> Generator[Any, Any, _Args]:
        """Waits for one emission, as asyncsignal() does."""

class _Object:
    """What all QObjects of the host have; the stubs that an application writes add the rest."""

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
    def dynamicPropertyNames(self) -> list[str]: ...

class Object(_Object):
    """A QObject of the host. Its properties, signals, slots and invokables are attributes.

    It does not keep the QObject alive; once that is destroyed, every use raises ReferenceError.
    """

    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...

class _Model(_Object):
    """What all models of the host have."""

    def rows(self, parent: Row | int | None = None, /) -> Rows:
        """The rows below a row of a tree, or those at the top."""
    @property
    def columns(self) -> list[Any]: ...
    @property
    def roles(self) -> dict[str, int]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Row]: ...
    @overload
    def __getitem__(self, key: int, /) -> Row: ...
    @overload
    def __getitem__(self, key: slice, /) -> list[Row]: ...
    @overload
    def __getitem__(self, key: tuple[int, int | str], /) -> Any: ...

@final
class Model(_Model, Object):
    """A QAbstractItemModel of the host: an Object that is also the sequence of its rows."""

@final
class ListModel(_Model):
    """A model made of rows: mappings by role names, dataclasses, or named tuples."""

    dataChanged: Any
    rowsInserted: Any
    rowsRemoved: Any
    rowsMoved: Any
    edited: Any

    def __new__(
        cls,
        rows: Iterable[Any] | AsyncIterable[Any] = (),
        *,
        roles: Mapping[str, Any] | Iterable[str] | type | None = None,
        editable: bool | Iterable[str] = False,
    ) -> ListModel: ...
    @overload
    def __setitem__(self, key: int, value: Any, /) -> None: ...
    @overload
    def __setitem__(self, key: slice, value: Iterable[Any], /) -> None: ...
    def __delitem__(self, key: int | slice, /) -> None: ...
    def append(self, row: Any) -> None:
        """Add a row at the end."""
    def extend(self, rows: Iterable[Any]) -> None:
        """Add rows at the end: all of them, or where one does not fit, none."""
    def insert(self, index: int, row: Any) -> None:
        """Add a row before another, or at the nearest end."""
    def pop(self, index: int = -1) -> dict[str, Any]:
        """Remove a row, and return it as a dict."""
    def clear(self) -> None:
        """Remove all rows."""
    def move(self, first: int, to: int, count: int = 1) -> None:
        """Move rows, so that the first of them comes to be row `to`."""
    def update(self, index: int, values: Any = (), /, **named: Any) -> None:
        """Edit some roles of a row."""
    def tell(self) -> None:
        """Tell views now of what has changed."""
    def feed(self, rows: AsyncIterable[Any]) -> asyncio.Task[None]:
        """Add what an async iterable gives, as it comes."""

class Row(Mapping[str | int, Any]):
    """A row of a model, or of one the cell that a signal tells of."""

    @property
    def model(self) -> _Model: ...
    @property
    def valid(self) -> bool: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def parent(self) -> Row | None: ...
    @property
    def value(self) -> Any:
        """What the cell shows."""
    def data(self, role: int | str = 0, column: int | None = None) -> Any: ...
    def rows(self) -> Rows:
        """The rows below this one, in a tree."""
    def __bool__(self) -> Literal[True]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str | int]: ...
    def __getitem__(self, key: str | int | tuple[str | int, str | int], /) -> Any: ...
    def __setitem__(self, key: str | int | tuple[str | int, str | int], value: Any, /) -> None: ...

class Rows(Sequence[Row]):
    """The rows below one parent. It is read anew at each use, so it follows the model."""

    model: _Model
    parent: Row | None

    def __init__(self, model: _Model, parent: Row | int | None = None) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int, /) -> Row: ...
    @overload
    def __getitem__(self, key: slice, /) -> list[Row]: ...
    @overload
    def __getitem__(self, key: tuple[int, int | str], /) -> Any: ...

class Interrupted(BaseException):
    """Ends code that has held the GUI thread for too long: a watchdog, or the user, has asked for it."""
