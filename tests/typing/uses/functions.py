# SPDX-License-Identifier: BSD-3-Clause
"""qi's functions as a program uses them; never run."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, assert_type

import qi


async def greet(name: str, times: int = 1) -> float:
    return times * 0.5


class Window:
    async def on_clicked(self, checked: bool) -> str:
        return str(checked)

    @qi.asyncslot
    async def on_pressed(self) -> int:
        return 1

    @qi.asyncslot(overlap="drop")
    async def on_dropped(self, text: str) -> int:
        return len(text)


def run_task() -> None:
    task = qi.run_task(greet("you"), name="greeting", context=contextvars.copy_context())
    assert_type(task, asyncio.Task[float])
    qi.run_task(greet)  # E: Argument 1 to "run_task" has incompatible type
    qi.run_task(greet("you"), "name")  # E: Too many positional arguments  # E: Argument 2 to "run_task"
    qi.run_task(greet("you"), allow_task_nesting=1)  # E: Argument "allow_task_nesting"


def asyncslot(window: Window, owner: qi.Object) -> None:
    slot = qi.asyncslot(greet)
    assert_type(slot("you", 2), asyncio.Task[float])
    slot(2)  # E: Argument 1 has incompatible type "int"; expected "str"
    method = qi.asyncslot(window.on_clicked)
    assert_type(method(True), asyncio.Task[str])
    method("True")  # E: Argument 1 has incompatible type "str"; expected "bool"
    assert_type(window.on_pressed(), asyncio.Task[int])
    assert_type(window.on_dropped("text"), asyncio.Task[int] | None)
    window.on_dropped(1)  # E: Argument 1
    assert_type(qi.asyncslot(greet, overlap="latest")("you"), asyncio.Task[float] | None)
    assert_type(qi.asyncslot(greet, owner=owner)("you"), asyncio.Task[float] | None)
    qi.asyncslot(greet, overlap="sometimes")  # E: No overload variant
    qi.asyncslot(print)  # E: Argument 1 to "asyncslot" has incompatible type


def task_runner(loop: asyncio.AbstractEventLoop) -> None:
    slot = qi.asyncslot(greet, task_runner=loop.create_task)
    assert_type(slot("you"), asyncio.Task[float])


async def modal(open_dialog: Callable[[str, int], bool]) -> None:
    function = qi.modal(open_dialog)
    assert_type(function, Callable[[str, int], Coroutine[Any, Any, bool]])
    assert_type(await function("title", 3), bool)
    await function("title")  # E: Too few arguments
    qi.modal(3)  # E: Argument 1 to "modal" has incompatible type "int"


async def asyncsignal(window: qi.Object) -> None:
    arguments = await qi.asyncsignal(window.clicked, timeout=3)
    assert_type(arguments, tuple[Any, ...])
    await qi.asyncsignal(3)  # E: Argument 1 to "asyncsignal" has incompatible type "int"


def bindings(window: qi.Object) -> None:
    qi.to_binding(window, "PyQt6")
    qi.to_binding(window, "PyQt5")  # E: Argument 2 to "to_binding"
    assert_type(qi.from_binding(object()), Any)


def host() -> None:
    assert_type(qi.host.window, Any)  # an object, a function, or a namespace of functions


def functions(price: qi.HostFunction, image: qi.Buffer) -> None:
    assert_type(price("ACME", count=3), Any)
    assert_type(image.shape, tuple[int, ...])
    assert_type(image.copy(), qi.Buffer)
    qi.Buffer(b"", format="RGB32")
    qi.Buffer()  # E: Too few arguments for "Buffer"
    qi.progress(1, 2, "half")
    qi.progress(qi.Progress(1, 0, 2, "half"))
    qi.progress("1")  # E: Argument 1 to "progress"


def types() -> None:
    point = qi.Point(1, 2)
    assert_type(point.x, int)
    qi.RectF(1, 2, 3)  # E: Missing positional argument "height"
