# SPDX-License-Identifier: BSD-3-Clause
"""Coroutine functions that tests launch from C, and what they have done."""

import asyncio
import contextvars
import ctypes
import functools
import threading

calls = []
cancelled = []
gates = []
threads = []


async def record(*args):
    calls.append(args)


async def returns(value=None):
    return value


async def returns_later(value=None):
    await asyncio.sleep(0)
    return value


async def waits(value=None):
    """Goes on when `open_gate()` is called."""
    calls.append(value)
    gate = asyncio.get_running_loop().create_future()
    gates.append(gate)
    try:
        await gate
    except asyncio.CancelledError:
        cancelled.append(value)
        raise
    return value


def open_gate():
    gates.pop(0).set_result(None)


async def raises(text="at once"):
    raise ValueError(text)


async def raises_later(text="later"):
    await asyncio.sleep(0)
    raise ValueError(text)


async def cancels_itself():
    await asyncio.sleep(0)
    raise asyncio.CancelledError


async def exits():
    raise SystemExit(3)


async def survives():
    """Ends with a result, though it was cancelled."""
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        return "survived"


async def task_name():
    return asyncio.current_task().get_name()


async def thread_is_main():
    threads.append(threading.current_thread() is threading.main_thread())
    return threads[-1]


variable = contextvars.ContextVar("variable", default="nothing")


async def calls_host(address):
    """Calls a C function of the host from inside a running task, as a slot of the host would be."""
    variable.set("outer")
    me = asyncio.current_task()
    try:
        async with asyncio.timeout(10):
            ctypes.CFUNCTYPE(None)(address)()
            assert asyncio.current_task() is me
        await asyncio.sleep(0)
    finally:
        assert asyncio.current_task() is me
    return variable.get()


async def sees_context():
    seen = variable.get()
    variable.set("inner")
    return seen


async def two(a, b):
    calls.append((a, b))


async def one_of_two(a, b=None):
    calls.append((a, b))


async def keyword_only(*, needed):
    pass


def plain(*args):
    calls.append(args)
    return len(args)


def plain_raises():
    raise KeyError("plain")


def makes_coroutine(value):
    return returns_later(value)


@functools.wraps(returns)
def decorated(*args):
    return returns(*args)


class Desk:
    class Inner:
        @staticmethod
        async def send(value):
            return value

    async def work(self, value):
        return value

    async def __call__(self):
        return "desk"


desk = Desk()
partial = functools.partial(returns_later, "partial")
number = 3


def wait_holding_gil(library, task):
    """qi_task_wait() called from a thread of Python that holds the GIL."""
    wait = ctypes.PyDLL(library).qi_task_wait
    wait.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    waited = []
    thread = threading.Thread(target=lambda: waited.append(wait(task, -1, None)))
    thread.start()
    return waited, thread


async def alive(given):
    return given.alive
