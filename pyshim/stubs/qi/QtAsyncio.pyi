# SPDX-License-Identifier: BSD-3-Clause
"""What PySide6.QtAsyncio offers, with any binding or none, on qi's loops."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal, TypeVar, overload

from . import QiSelectorEventLoop, QiSelectorEventLoopPolicy

__all__ = [
    "QAsyncioEventLoop",
    "QAsyncioEventLoopPolicy",
    "QAsyncioFuture",
    "QAsyncioHandle",
    "QAsyncioTask",
    "QAsyncioTimerHandle",
    "run",
]

_T = TypeVar("_T")

QAsyncioFuture = asyncio.Future
QAsyncioTask = asyncio.Task
QAsyncioHandle = asyncio.Handle
QAsyncioTimerHandle = asyncio.TimerHandle

@overload
def run(
    coro: Coroutine[Any, Any, _T],
    keep_running: Literal[False],
    quit_qapp: bool = True,
    *,
    handle_sigint: bool = False,
    debug: bool | None = None,
) -> _T:
    """Runs the application with asyncio in it until the coroutine has ended; returns its result."""

@overload
def run(
    coro: Coroutine[Any, Any, _T],
    *,
    keep_running: Literal[False],
    quit_qapp: bool = True,
    handle_sigint: bool = False,
    debug: bool | None = None,
) -> _T:
    """Runs the application with asyncio in it until the coroutine has ended; returns its result."""

@overload
def run(
    coro: Coroutine[Any, Any, _T] | None = None,
    keep_running: Literal[True] = True,
    quit_qapp: bool = True,
    *,
    handle_sigint: bool = False,
    debug: bool | None = None,
) -> _T | asyncio.Task[_T] | None:
    """Runs the application with asyncio in it until it quits, or joins the one that runs."""

@overload
def run(
    coro: Coroutine[Any, Any, _T],
    keep_running: bool,
    quit_qapp: bool = True,
    *,
    handle_sigint: bool = False,
    debug: bool | None = None,
) -> _T | asyncio.Task[_T] | None:
    """Runs the application with asyncio in it until it quits, or joins the one that runs."""

class QAsyncioEventLoop(QiSelectorEventLoop):
    """A loop whose run_forever() runs the application: its exec(), with asyncio as a guest."""

    def __init__(
        self, application: object | None = None, quit_qapp: bool = True, handle_sigint: bool = False
    ) -> None: ...

class QAsyncioEventLoopPolicy(QiSelectorEventLoopPolicy):
    """Event loop policy whose loops are `QAsyncioEventLoop`."""

    def __init__(self, quit_qapp: bool = True, handle_sigint: bool = False) -> None: ...
