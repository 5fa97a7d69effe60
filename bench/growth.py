# SPDX-License-Identifier: BSD-3-Clause
"""How the cost of one operation grows with the number of tasks, timers, sockets and connected signals.

Each point is the best of a few rounds, in which the contestants take turns. A round has so many operations
that its own beginning and end do not matter, also where the number is small.
"""

import asyncio
import dataclasses
import random
import resource
import sys
import time

import _bench
import loads
import session
from loads import in_qt
from session import LOOPS
from workloads import echo, signals

NUMBERS = (10, 100, 1_000, 10_000, 50_000)
LOOP_NAMES = ("libqi", "asyncio", "uvloop")
SPARE_DESCRIPTORS = 400


@dataclasses.dataclass
class Curve:
    name: str
    body: object  # async function of the number: seconds of one operation
    names: tuple  # contestants
    numbers: tuple
    rounds: int


CURVES = []


def curve(name, names=LOOP_NAMES, numbers=NUMBERS, rounds=5):
    def decorate(body):
        CURVES.append(Curve(name, body, names, numbers, rounds))
        return body

    return decorate


def times_for(number, operations):
    return max(1, operations // number)


# -- tasks --------------------------------------------------------------------------------------------------


@curve("a step of one of so many tasks")
async def step(number):
    each = max(3, times_for(number, 30_000))
    return await loads.steps(number, each) / (each * number)


@curve("a task, made and ended beside so many that sleep")
async def task_beside(number):
    loop = asyncio.get_running_loop()
    sleeping = [loop.create_task(asyncio.sleep(3600)) for _ in range(number)]
    await asyncio.sleep(0)

    async def nothing():
        pass

    made = 5_000
    started = time.perf_counter()
    tasks = [loop.create_task(nothing()) for _ in range(made)]
    await tasks[-1]
    seconds = time.perf_counter() - started
    for task in sleeping:
        task.cancel()
    await asyncio.wait(sleeping)
    return seconds / made


# -- timers -------------------------------------------------------------------------------------------------


def nothing():
    pass


@curve("a timer, created and cancelled beside so many")
async def timer_beside(number):
    call_later = asyncio.get_running_loop().call_later
    pending = [call_later(60 + random.random() * 60, nothing) for _ in range(number)]
    count = 10_000
    delays = [60 + random.random() * 60 for _ in range(count)]
    started = time.perf_counter()
    for delay in delays:
        call_later(delay, nothing).cancel()
    seconds = time.perf_counter() - started
    for timer in pending:
        timer.cancel()
    await asyncio.sleep(0)
    return seconds / count


@curve("a timer of so many, created and fired, CPU")
async def timer_fired(number):
    loop = asyncio.get_running_loop()
    times = min(20, times_for(number, 2_000))
    total = 0.0
    for _ in range(times):
        over = loop.create_future()
        left = number

        def fire():
            nonlocal left
            left -= 1
            if not left:
                over.set_result(None)

        delays = [random.random() * 0.02 for _ in range(number)]
        started = time.thread_time()
        for delay in delays:
            loop.call_later(delay, fire)
        await over
        total += time.thread_time() - started
    return total / (times * number)


# -- sockets ------------------------------------------------------------------------------------------------


def socket_numbers():
    """What the limit of descriptors allows; its own last point where that is less than all."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_DESCRIPTORS
    if most >= NUMBERS[-1]:
        return NUMBERS
    print(f"qi-bench: the limit of descriptors allows {most:,} sockets only", file=sys.stderr)
    return (*(number for number in NUMBERS if number < most), most)


SOCKETS = socket_numbers()


def sockets(active_of):
    async def body(number):
        active = active_of(number)
        each = max(2, times_for(active, 5_000))
        meter = echo.Meter(number)
        client = [session.options.build / "bench" / "qi-bench-client"]

        async def start():
            # The client uses some addresses of this machine, since one has not enough ports.
            server = await echo.protocol_server(meter, "server", host="0.0.0.0", port=0)
            return server, echo.port_of(server)

        seconds = await echo.serve(start, meter, client, [number, active, each, 1024])
        return seconds / (active * each)

    return body


curve("a message of 1 KiB, so many connections, all busy, CPU", numbers=SOCKETS, rounds=2)(
    sockets(lambda number: number))
curve("a message of 1 KiB, 10 of so many connections busy, CPU", numbers=SOCKETS, rounds=2)(
    sockets(lambda number: min(number, 10)))


# -- signals ------------------------------------------------------------------------------------------------

TARGET = f"{signals.__name__}:complete"


@curve("an emission of one of so many connected objects", names=("libqi",))
async def emission(number):
    subjects = [_bench.subject(TARGET, signals.INT) for _ in range(number)]
    times = times_for(number, 10_000)
    total = 0.0
    for _ in range(times):
        started, ended, _ = await in_qt(_bench.emit_each, subjects)
        total += ended - started
    return total / (times * number)


@curve("a coroutine of one signal connected so many times", names=("libqi",))
async def fan_out(number):
    subject = _bench.subject(TARGET, signals.INT, number)
    times = times_for(number, 10_000)
    started, ended, _ = await in_qt(_bench.emit, subject, signals.INT, times, False)
    return (ended - started) / (times * number)


@curve("an object, connected and destroyed", names=("libqi",))
async def connecting(number):
    times = times_for(number, 5_000)
    started = time.perf_counter()
    for _ in range(times):
        subjects = [_bench.subject(TARGET, signals.INT) for _ in range(number)]
        subjects.clear()
    return (time.perf_counter() - started) / (times * number)


# -- measuring ----------------------------------------------------------------------------------------------


async def measure(each, number, names):
    """name -> best cost in µs, None where the contestant failed."""
    figures = {name: [] for name in names}
    rounds = 1 if session.options.quick else min(each.rounds, session.options.rounds or each.rounds)
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            try:
                figures[name].append(await LOOPS[name].run(each.body(number)))
            except Exception as error:
                print(f"    {name}, {number:,}: {error}", file=sys.stderr)
    return {name: min(values) * 1e6 if values else None for name, values in figures.items()}


async def run_all(only):
    results = []
    for each in CURVES:
        if only and not any(text in each.name for text in only):
            continue
        print(f"  {each.name} …", file=sys.stderr, flush=True)
        names = [name for name in each.names if name in LOOPS]
        points = {name: [] for name in names}
        for number in each.numbers[:2] if session.options.quick else each.numbers:
            session.tidy()
            for name, cost in (await measure(each, number, names)).items():
                points[name].append({"number": number, "cost": cost})
        results += [{"name": each.name, "unit": "µs", "contestant": name, "points": points[name]}
                    for name in names]
    return results
