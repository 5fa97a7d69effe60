# SPDX-License-Identifier: BSD-3-Clause
"""qi-bench operations.py LOOP OPERATION COUNT: does one thing so many times, for bench/callgrind.py to count."""

import asyncio
import functools
import gc
import sys
import threading

import _bench
import loads

OPERATIONS = {}
SIGNALS = {}


def operation(name):
    def decorate(function):
        OPERATIONS[name] = function
        return function

    return decorate


OPERATIONS["call_soon, chain"] = loads.chain


def nothing():
    pass


async def call_in_batches(count, size):
    loop = asyncio.get_running_loop()
    for _ in range(count // size):
        for _ in range(size):
            loop.call_soon(nothing)
        await asyncio.sleep(0)


@operation("call_soon, batch of 10,000")
async def batch(count):
    await call_in_batches(count, 10_000)


@operation("call_soon, batch of 100")
async def small_batch(count):
    await call_in_batches(count, 100)


async def sleep_many(count, tasks):
    await asyncio.gather(*(loads.sleep_zero(count // tasks) for _ in range(tasks)))


OPERATIONS["sleep(0), 1 task"] = loads.sleep_zero
OPERATIONS["sleep(0), 100 tasks"] = functools.partial(sleep_many, tasks=100)
OPERATIONS["sleep(0), 10,000 tasks"] = functools.partial(sleep_many, tasks=10_000)


@operation("timer, create and cancel")
async def timers(count):
    call_later = asyncio.get_running_loop().call_later
    for _ in range(count):
        call_later(60, nothing).cancel()


@operation("timer, create and expire")
async def expiring(count):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    for _ in range(count - 1):
        loop.call_later(0, nothing)
    loop.call_later(0, over.set_result, None)
    await over


@operation("call_soon_threadsafe, other thread")
async def from_thread(count):
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def work():
        for _ in range(count - 1):
            loop.call_soon_threadsafe(nothing)
        loop.call_soon_threadsafe(over.set_result, None)

    threading.Thread(target=work).start()
    await over


@operation("executor, round trip")
async def executor(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await loop.run_in_executor(None, nothing)


@operation("future, set and awaited")
async def futures(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await future


@operation("create_task, awaited")
async def tasks(count):
    async def child():
        pass

    for _ in range(count):
        await asyncio.ensure_future(child())


async def complete(value):
    return value


async def suspend(value):
    await asyncio.sleep(0)


async def emit(function, count):
    over = asyncio.get_running_loop().create_future()
    subject = _bench.subject(f"__main__:{function}", 0)
    _bench.emit(subject, 0, count, False, over.set_result)
    await over
    await asyncio.sleep(0)
    await asyncio.sleep(0)


SIGNALS["signal to completed coroutine"] = functools.partial(emit, "complete")
SIGNALS["signal to suspended and resumed"] = functools.partial(emit, "suspend")


async def as_guest(body, count):
    await body(count)
    _bench.quit(0)


def in_thread(factory, body, count):
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(body(count))
    _bench.quit(0)


def begin(loop, name, count):
    body = (OPERATIONS | SIGNALS)[name]
    gc.freeze()
    if loop in ("libqi", "watched"):
        global main
        if loop == "watched":
            from qi import monitor

            monitor.watch()
        main = asyncio.get_running_loop().create_task(as_guest(body, count))
        return
    if loop == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    else:
        factory = asyncio.SelectorEventLoop
    threading.Thread(target=in_thread, args=(factory, body, count)).start()


if __name__ == "__main__":
    begin(sys.argv[1], sys.argv[2], int(sys.argv[3]))
