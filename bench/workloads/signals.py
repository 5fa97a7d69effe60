# SPDX-License-Identifier: BSD-3-Clause
"""From a signal of C++ to a coroutine, against the bare calls of C and against a Task that Python makes.

Peers with a bridge of their own have their signals emitted by the same C++, and asyncio and uvloop, which
have none, make tasks in Python.
"""

import asyncio
import time

import _bench
import session
from loads import in_qt
from loops import stock_tasks
from workload import Target, workload

CARGOES = {
    "1 argument": "changed(int)",
    "5 arguments": "changed(int,int,int,int,int)",
    "a QString": "changed(QString)",
    "a QVariantMap": "changed(QVariantMap)",
}
INT = 0  # the number of the first, which is how _bench names them


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


async def complete(*values):
    pass


async def complete_counted(*values):
    gathering.one()


async def suspend(*values):
    await asyncio.sleep(0)
    gathering.one()


async def stamped(value):
    _bench.mark_first_step()


# -- libqi --------------------------------------------------------------------------------------------------


def emitting(function, cargo, figure):
    """A body that emits; the subject is made at its first round."""
    subjects = []

    async def body(count):
        if not subjects:
            subjects.append(_bench.subject(f"{__name__}:{function}", cargo))
        return await figure(subjects[0], cargo, count)

    return body


async def whole_emission(subject, cargo, count):
    started, ended, _ = await in_qt(_bench.emit, subject, cargo, count, False)
    return ended - started


async def until_first_step(subject, cargo, count):
    return (await in_qt(_bench.emit, subject, cargo, count, True))[2]


async def until_last_resumed(subject, cargo, count):
    over = gathering.expect(count)
    started, _, _ = await in_qt(_bench.emit, subject, cargo, count, False)
    return await over - started


# -- the floor ----------------------------------------------------------------------------------------------


def floor(function, cargo):
    async def body(count):
        with stock_tasks():
            started, ended, _ = await in_qt(_bench.floor, function, cargo, count, False)
        return ended - started

    return body


async def floor_first_step(count):
    with stock_tasks():
        return (await in_qt(_bench.floor, stamped, INT, count, True))[2]


# -- the others ---------------------------------------------------------------------------------------------


def bound(peer, function, cargo, signature):
    """What a peer with a bridge does; timed until the last coroutine has ended, wherever that may be."""
    subjects = []

    async def body(count):
        if not subjects:
            subjects.append(peer.subject(function, signature))
        over = gathering.expect(count)
        started, _, _ = await in_qt(_bench.emit_on, subjects[0][1], signature, cargo, count)
        return await over - started

    return body


def bridges(function, cargo, signature):
    return {name: bound(loop, function, cargo, signature)
            for name, loop in session.LOOPS.items() if getattr(loop, "subject", None)}


def burst(function, values):
    """What Python does without a signal: makes the tasks, and lets the loop run them."""

    async def body(count):
        over = gathering.expect(count)
        create_task = asyncio.get_running_loop().create_task
        started = time.perf_counter()
        tasks = [create_task(function(*values)) for _ in range(count)]
        seconds = await over - started
        await asyncio.wait(tasks[-1:])
        return seconds

    return body


def values_of(cargo):
    text = "a line that a user may have typed"
    return [(1000,), (1000, 1001, 1002, 1003, 1004), (text,),
            ({"name": text, "row": 1000, "share": 0.25},)][cargo]


# -- the workloads ------------------------------------------------------------------------------------------


for number, (cargo_name, cargo_signature) in enumerate(CARGOES.items()):
    workload(
        f"signal to completed coroutine, {cargo_name}", count=1000,
        target=[Target(1.3, "floor"), Target(1 / 8, "qtinter")], owner=None,
        libqi=emitting("complete", number, whole_emission), floor=floor(complete, number),
        **bridges(complete_counted, number, cargo_signature),
    )(burst(complete_counted, values_of(number)))

workload("signal to first line of the coroutine", count=1000, only=(),
         libqi=emitting("stamped", INT, until_first_step), floor=floor_first_step)(None)

for number, (cargo_name, cargo_signature) in enumerate(CARGOES.items()):
    workload(
        f"signal to suspended and resumed, {cargo_name}", count=1000, owner=None,
        libqi=emitting("suspend", number, until_last_resumed),
        **bridges(suspend, number, cargo_signature),
    )(burst(suspend, values_of(number)))
