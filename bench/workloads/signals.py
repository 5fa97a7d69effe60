# SPDX-License-Identifier: BSD-3-Clause
"""From a signal of C++ to a coroutine, against the bare calls of C and against a Task that Python makes."""

import asyncio
import time

import _bench
from suite import Target, in_qt, stock_tasks, workload


async def complete(value):
    return value


async def stamped(value):
    _bench.mark_first_step()


class Gathering:
    """Counts coroutines that end and tells when the last one has."""

    def expect(self, count):
        self.left = count
        self.over = asyncio.get_running_loop().create_future()
        return self.over

    def one(self):
        self.left -= 1
        if not self.left:
            self.over.set_result(time.perf_counter())


gathering = Gathering()


async def suspend(value):
    await asyncio.sleep(0)
    gathering.one()


async def burst(coroutine_function, count):
    """What Python does without libqi: makes the tasks, and lets the loop run them."""
    create_task = asyncio.get_running_loop().create_task
    for value in range(count):
        task = create_task(coroutine_function(value))
    await task


def emitting(function, figure):
    """A body that emits; the subject is made at its first round."""
    subjects = []

    async def body(count):
        if not subjects:
            subjects.append(_bench.subject(f"{__name__}:{function}"))
        return await figure(subjects[0], count)

    return body


async def whole_emission(subject, count):
    started, ended, _ = await in_qt(_bench.emit, subject, count, False)
    return ended - started


async def until_first_step(subject, count):
    return (await in_qt(_bench.emit, subject, count, True))[2]


async def until_last_resumed(subject, count):
    over = gathering.expect(count)
    started, _, _ = await in_qt(_bench.emit, subject, count, False)
    return await over - started


async def floor_complete(count):
    with stock_tasks():
        started, ended, _ = await in_qt(_bench.floor, complete, count, False)
    return ended - started


async def floor_first_step(count):
    with stock_tasks():
        return (await in_qt(_bench.floor, stamped, count, True))[2]


@workload("signal to completed coroutine", count=2000, target=Target(1.5, "floor"),
          libqi=emitting("complete", whole_emission), floor=floor_complete)
async def task_complete(count):
    await burst(complete, count)


@workload("signal to first step", count=2000, libqi=emitting("stamped", until_first_step),
          floor=floor_first_step, asyncio=None, uvloop=None)
async def task_first_step(count):
    raise NotImplementedError


@workload("signal to suspended and resumed", count=2000,
          libqi=emitting("suspend", until_last_resumed))
async def task_resumed(count):
    over = gathering.expect(count)
    started = time.perf_counter()
    await burst(suspend, count)
    return await over - started
