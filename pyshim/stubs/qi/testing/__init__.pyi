# SPDX-License-Identifier: BSD-3-Clause
"""Tests of plugins and of coroutines, without the application."""

import asyncio
import os
import unittest
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, TypeVar, overload

__all__ = [
    "AsyncTestCase",
    "Busy",
    "Call",
    "Clock",
    "Emission",
    "FakeObject",
    "LeakError",
    "PluginFailed",
    "Property",
    "Signal",
    "SignalRecorder",
    "fake_host",
    "leak_check",
    "load_plugin",
    "run",
    "settle",
    "stand_in",
]

from ..plugin import Context

_T = TypeVar("_T")
_P = ParamSpec("_P")
_Kind = type[Any]

class AsyncTestCase(unittest.TestCase):
    """A TestCase whose tests may be coroutine functions; they run in a guest loop of qi."""

    def __init__(self, methodName: str = "runTest") -> None: ...
    async def asyncSetUp(self) -> None: ...
    async def asyncTearDown(self) -> None: ...
    def addAsyncCleanup(
        self, function: Callable[_P, Awaitable[object]], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> None: ...
    async def enterAsyncContext(self, manager: AbstractAsyncContextManager[_T]) -> _T: ...
    def settle(self, timeout: float = 10) -> None: ...
    @property
    def loop(self) -> asyncio.AbstractEventLoop: ...
    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None: ...

class Busy(TimeoutError):
    """The loop or the application did not come to rest in time; the text says what kept it busy."""

async def settle(timeout: float = 10, *, soon: float = 0.02) -> None:
    """Waits until the loop and the application have nothing left to do."""

class Clock:
    """The clock of a loop, which stands still until it is advanced."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None: ...
    def __enter__(self) -> Clock: ...
    def __exit__(self, *exc_info: object) -> None: ...
    def time(self) -> float: ...
    async def advance(self, seconds: float) -> None: ...

class Emission(NamedTuple):
    """One emission that a SignalRecorder has seen."""

    signal: str
    args: tuple[Any, ...]

class SignalRecorder:
    """Keeps the emissions of signals, in their order."""

    emissions: list[Emission]

    def __init__(self, *signals: Any) -> None: ...
    @property
    def args(self) -> list[tuple[Any, ...]]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Emission]: ...
    def __getitem__(self, index: int) -> Emission: ...
    def clear(self) -> None: ...
    async def wait(self, count: int = 1, *, timeout: float = 10) -> list[Emission]: ...
    def close(self) -> None: ...
    def __enter__(self) -> SignalRecorder: ...
    def __exit__(self, *exc_info: object) -> None: ...

class LeakError(AssertionError):
    """Something was left behind; `leaks` says what."""

    leaks: dict[str, list[str]]

    def __init__(self, leaks: dict[str, list[str]]) -> None: ...

class leak_check:
    """Checks that a block leaves nothing behind, and raises LeakError, which says what it has left."""

    def __init__(self, *, ignore: Iterable[str] = (), modules: Iterable[str] = ()) -> None: ...
    def __enter__(self) -> leak_check: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    async def __aenter__(self) -> leak_check: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

class PluginFailed(AssertionError):
    """A plugin could not be started, or has failed; the text says why, with the traceback of its code."""

class _LoadedPlugin:
    """What load_plugin() gives."""

    id: str
    errors: list[str]
    report: dict[str, Any] | None

    @property
    def module(self) -> Any: ...
    @property
    def object(self) -> Any: ...
    @property
    def ctx(self) -> Context: ...
    def info(self) -> dict[str, Any]: ...
    def trigger(self, action: str) -> asyncio.Task[Any] | None: ...
    def set_setting(self, key: str, value: Any) -> None: ...
    async def reload(self) -> None: ...

class load_plugin:
    """Activates a plugin for the time of a block, without an application."""

    def __init__(
        self, folder: str | os.PathLike[str], *, settings: Mapping[str, Any] | None = None
    ) -> None: ...
    async def __aenter__(self) -> _LoadedPlugin: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

class Call(NamedTuple):
    """One call of a stand-in's method."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

class Signal:
    """A signal of a FakeObject, as an attribute of its class."""

    types: tuple[Any, ...]
    name: str

    def __init__(self, *types: Any) -> None: ...
    def __set_name__(self, owner: type, name: str) -> None: ...
    @overload
    def __get__(self, fake: None, owner: type | None = None) -> Signal: ...
    @overload
    def __get__(self, fake: FakeObject, owner: type | None = None) -> Any: ...
    def __set__(self, fake: FakeObject, value: Any) -> None: ...

class Property:
    """A property of a FakeObject, as an attribute of its class."""

    initial: Any
    notify: str | None
    readonly: bool
    type: _Kind | None
    name: str

    def __init__(
        self,
        initial: Any = None,
        *,
        notify: str | None = None,
        type: _Kind | None = None,
        readonly: bool = False,
    ) -> None: ...
    def __set_name__(self, owner: Any, name: str) -> None: ...
    def __get__(self, fake: FakeObject | None, owner: Any = None) -> Any: ...
    def __set__(self, fake: FakeObject, value: Any) -> None: ...
    def assign(self, fake: FakeObject, value: Any) -> None: ...

class FakeObject:
    """Stands in for an object that the application shows to Python."""

    class_name: str
    destroyed: Signal

    def __init_subclass__(cls, **keywords: Any) -> None: ...
    def __init__(self, **values: Any) -> None: ...
    def parent(self) -> FakeObject | None: ...
    def children(self) -> list[FakeObject]: ...
    def setProperty(self, name: str, value: Any) -> None: ...
    def inherits(self, class_name: str) -> bool: ...
    def blockSignals(self, blocked: bool) -> bool: ...
    def deleteLater(self) -> None: ...
    @property
    def alive(self) -> bool: ...
    @property
    def calls(self) -> list[Call]: ...
    def calls_of(self, name: str) -> list[tuple[Any, ...]]: ...
    def answer(self, name: str, value: Any = None, *, raises: BaseException | None = None) -> None: ...
    def set(self, **values: Any) -> None: ...
    def addChild(self, child: FakeObject) -> FakeObject: ...
    def delete(self) -> None: ...
    def __getattribute__(self, name: str) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def property(self, name: str) -> Any: ...

def stand_in(
    spec: type | str | os.PathLike[str], name: str | None = None, /, **values: Any
) -> FakeObject:
    """Makes a FakeObject after a class, or after one of a stub file."""

def fake_host(objects: Mapping[str, Any] | None = None, /, **names: Any) -> AbstractContextManager[Any]:
    """Puts stand-ins, or any other objects and functions, into qi.host for the time of a block."""

def run(coro: Coroutine[Any, Any, _T], *, context: Any = None) -> _T:
    """Runs a coroutine and returns its result, from code that is no coroutine."""
