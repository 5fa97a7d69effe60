# SPDX-License-Identifier: BSD-3-Clause
"""Coroutines run from ordinary code: in the running loop of an embedded runtime, or in one made for them."""

import asyncio
import contextlib
import inspect
from asyncio import events

import _qi

from .._loop.loop import QiLoopMode, new_event_loop, run_task

# The application that stands in where a program has none; kept, since Qt wants one for good.
_made_application = False


def run(coro, *, context=None):
    """Runs a coroutine and returns its result, from code that is no coroutine.

    Where a loop of qi runs, as under `qi-run`, it is used, in an event loop of Qt's inside of what runs now.
    Elsewhere a new one is made for the coroutine, after which it is cleaned up and closed; a
    QCoreApplication is made where there is none. What the coroutine raises is raised.

    Raises TypeError for what is no coroutine, RuntimeError where another kind of loop runs.
    """
    if not inspect.iscoroutine(coro):
        raise TypeError(f"run() wants a coroutine, not {coro!r}")
    with loop_of_test(coro) as loop:
        return run_in(loop, coro, context)


def run_in(loop, coro, context=None):
    """Runs a coroutine in a loop that runs as a guest, until it is done."""
    task = run_task(coro, context=context)
    return wait_for_task(task)


def wait_for_task(task):
    """Lets Qt's events be handled until a task is done, and returns or raises what it does."""
    if not task.done():
        inner = _qi._new_event_loop()
        task.add_done_callback(lambda _: _qi._quit_event_loop(inner))
        _qi._exec_event_loop(inner)
        if not task.done():
            task.cancel("the application has ended the event loop")
            raise RuntimeError(
                f"the application's event loop was ended, by quit() or exit() perhaps, while {task.get_name()} ran")
    return task.result()


@contextlib.contextmanager
def loop_of_test(coro=None):
    """The loop that runs, or one that runs for the time of the block."""
    running = events._get_running_loop()
    if running is None:
        with own_loop() as loop:
            yield loop
    elif isinstance(running, _qi.Loop) and running.get_mode() is QiLoopMode.GUEST:
        yield running
    else:
        if coro is not None:
            coro.close()
        raise RuntimeError(
            f"{type(running).__qualname__} is running in this thread, and no guest loop of qi; "
            "inside of coroutines use await in place of run()")


@contextlib.contextmanager
def own_loop():
    """A new loop that runs as a guest, and is cleaned up as asyncio.run() does it."""
    global _made_application
    if not _qi._has_application():
        _made_application = _qi._make_application()
    loop = new_event_loop()
    loop.set_mode(QiLoopMode.GUEST)
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        loop.set_mode(QiLoopMode.NATIVE)
        try:
            loop.run_until_complete(finish(loop))
        finally:
            loop.close()


async def finish(loop):
    others = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


@contextlib.contextmanager
def unhandled(loop):
    """Collects the exceptions of a loop that nobody handles, in place of its reporting them."""
    found = []
    before = loop.get_exception_handler()

    def keep(loop, context):
        found.append(context)

    loop.set_exception_handler(keep)
    try:
        yield found
    finally:
        if loop.get_exception_handler() is keep:
            loop.set_exception_handler(before)


class UnhandledError(AssertionError):
    """Exceptions in tasks or callbacks that nobody has awaited."""


def raise_unhandled(found):
    """Raises what was collected, if there is anything, as one error that tells all."""
    if not found:
        return
    first = next((context["exception"] for context in found if context.get("exception") is not None), None)
    lines = []
    for context in found:
        where = context.get("slot") or context.get("task") or context.get("future") or context.get("handle")
        exception = context.get("exception")
        lines.append(f"{context.get('message')}" + (f" in {where!r}" if where else "")
                     + (f": {type(exception).__qualname__}: {exception}" if exception is not None else ""))
    raise UnhandledError("nobody has handled:\n  " + "\n  ".join(lines)) from first
