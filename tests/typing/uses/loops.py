# SPDX-License-Identifier: BSD-3-Clause
"""Loops, context managers, policies and QtAsyncio as a program uses them; never run."""

import asyncio
from typing import assert_type

import qi
import qi.QtAsyncio
from qi.compat import qasync
from qi.compat.asyncslot import AsyncSlotEventLoop, AsyncSlotRunner, asyncSlot


async def main() -> int:
    return 1


def context_managers() -> None:
    with qi.using_asyncio_from_qt(debug=True) as loop:
        assert_type(loop, qi.QiBaseEventLoop)
    with qi.using_asyncio_from_qt(loop_factory=qi.new_event_loop):
        pass
    with qi.using_asyncio_from_qt(loop_factory=asyncio.new_event_loop):  # E: Argument "loop_factory"
        pass
    with qi.using_asyncio_from_qt(True):  # E: Too many positional arguments
        pass
    with qi.using_qt_from_asyncio():
        asyncio.run(main())
    with qi.QiRunner(debug=False) as loop:
        assert_type(loop, qi.QiBaseEventLoop)


@qi.using_asyncio_from_qt()
def decorated(number: int) -> str:
    return str(number)


def decorated_keeps_its_type() -> None:
    assert_type(decorated(1), str)
    decorated("1")  # E: Argument 1 to "decorated"


def loop_factory() -> None:
    with asyncio.Runner(loop_factory=qi.new_event_loop) as runner:
        assert_type(runner.run(main()), int)


def loops() -> None:
    loop = qi.QiSelectorEventLoop()
    loop.set_mode(qi.QiLoopMode.GUEST)
    loop.set_mode("guest")  # E: Argument 1 to "set_mode"
    assert_type(loop.get_mode(), qi.QiLoopMode)
    assert_type(loop.run_task(main()), asyncio.Task[int])
    loop.exec_modal(lambda: 3)
    loop.exec_modal(main())  # E: Argument 1 to "exec_modal"
    loop.nested = "hold"
    loop.nested = "stop"  # E: Incompatible types in assignment
    base: asyncio.AbstractEventLoop = loop
    base.close()


def policies() -> None:
    asyncio.set_event_loop_policy(qi.QiDefaultEventLoopPolicy())


def qtasyncio() -> None:
    assert_type(qi.QtAsyncio.run(main(), keep_running=False), int)
    assert_type(qi.QtAsyncio.run(main(), False, False), int)
    assert_type(qi.QtAsyncio.run(main()), int | asyncio.Task[int] | None)
    qi.QtAsyncio.run()
    qi.QtAsyncio.run(keep_running=False)  # E: No overload variant
    qi.QtAsyncio.run(main)  # E: No overload variant


def older_names() -> None:
    with AsyncSlotRunner() as loop:
        assert_type(loop, qi.QiBaseEventLoop)
    with AsyncSlotEventLoop() as attached:
        assert_type(attached, AsyncSlotEventLoop)
    assert_type(asyncSlot(main)(), asyncio.Task[int])


class OfQasync:
    @qasync.asyncSlot(int)
    async def number(self, value: int) -> None: ...

    @qasync.asyncClose
    async def closeEvent(self, event: object) -> int:
        return await qasync.asyncWrap(len, "four")


def qasync_names() -> None:
    assert_type(qasync.run(main()), int)
    with qasync.QEventLoop(None, already_running=True) as loop:
        loop.stop()
    assert_type(OfQasync().closeEvent(None), int | None)
    qasync.asyncSlot(overlap="twice")  # E: Argument "overlap"
