# SPDX-License-Identifier: BSD-3-Clause
"""The names of the package qasync."""

import concurrent.futures
from collections.abc import Callable, Coroutine
from typing import Any, Literal, ParamSpec, Self, TypeVar

from .. import QiSelectorEventLoop, QiSelectorEventLoopPolicy

__all__ = [
    "DefaultQEventLoopPolicy",
    "QEventLoop",
    "QSelectorEventLoop",
    "QThreadExecutor",
    "asyncClose",
    "asyncSlot",
    "asyncWrap",
    "run",
]

_P = ParamSpec("_P")
_T = TypeVar("_T")

class QEventLoop(QiSelectorEventLoop):
    """qi's loop, which runs the application: run_forever() ends when the application quits, or by stop()."""

    def __init__(
        self, app: object = None, set_running_loop: bool = False, already_running: bool = False, qtparent: object = None
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: Any) -> None: ...

QSelectorEventLoop = QEventLoop

class DefaultQEventLoopPolicy(QiSelectorEventLoopPolicy):
    """Event loop policy whose loops are QEventLoop."""

def run(main: Coroutine[Any, Any, _T], *, debug: bool | None = None) -> _T:
    """Runs a coroutine, as asyncio.run() does, on a loop that runs the application."""

def asyncSlot(
    *types: object, overlap: Literal["concurrent", "drop", "queue", "restart", "latest"] = "concurrent"
) -> Callable[[Callable[_P, Coroutine[Any, Any, Any]]], Callable[_P, Any]]:
    """Makes a slot of a coroutine function; what the coroutine raises goes to sys.excepthook."""

def asyncClose(fn: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, _T | None]:
    """Makes a coroutine method fit to be a closeEvent()."""

async def asyncWrap(fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Calls a function that runs a Qt event loop of its own outside of the coroutine."""

class QThreadExecutor(concurrent.futures.ThreadPoolExecutor):
    """concurrent.futures.ThreadPoolExecutor."""

    def __init__(self, max_workers: int = 10, stack_size: int | None = None) -> None: ...
