# SPDX-License-Identifier: BSD-3-Clause
"""The harness: workloads, the loops that they run on, and the rounds.

A workload is run by contestants. Each round is short, and the contestants take turns round by round, in an
order that is turned by one each time, so that what slows the machine down for a while slows all of them.
What is quoted is the best round, the one that was disturbed least.

libqi runs as a guest of the application's own event loop. Its peers run in threads of the same process,
while the GUI thread waits in Qt's event loop without the GIL.
"""

import argparse
import asyncio
import concurrent.futures
import contextlib
import dataclasses
import gc
import importlib
import json
import pathlib
import statistics
import sys
import time

import _bench

HERE = pathlib.Path(__file__).parent


# -- loops --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stock_tasks():
    """Gives asyncio its own way of registering tasks back, which libqi has made faster on 3.11 for all."""
    tasks = getattr(asyncio.tasks, "_all_tasks", None)
    if tasks is None or type(tasks.data) is set:
        yield
        return
    faster, kept = tasks.add, tasks.data
    del tasks.add
    tasks.data = set(kept)
    try:
        yield
    finally:
        kept.update(reference for reference in tasks.data if reference() is not None)
        tasks.data, tasks.add = kept, faster


class Guest:
    """The loop that runs already, in the GUI thread."""

    async def run(self, body, count):
        return await body(count)


class Peer:
    """A loop of its own, in a thread of its own, which it keeps from round to round."""

    def __init__(self, factory):
        self.thread = concurrent.futures.ThreadPoolExecutor(1)
        self.loop = factory()

    async def run(self, body, count):
        def in_thread():
            asyncio.set_event_loop(self.loop)
            return self.loop.run_until_complete(body(count))

        future = asyncio.get_running_loop().run_in_executor(self.thread, in_thread)
        with stock_tasks():
            return await future


def peers():
    """The peers that can be imported, each as the factory of its loop."""
    yield "asyncio", asyncio.SelectorEventLoop
    try:
        import uvloop
    except ImportError:
        print("qi-bench: uvloop cannot be imported; it is left out", file=sys.stderr)
    else:
        yield "uvloop", uvloop.new_event_loop


# -- workloads ----------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Target:
    """What libqi is to reach: so many times the peer's figure, or, without a peer, a figure."""

    most: float
    of: str = ""


@dataclasses.dataclass
class Workload:
    name: str
    unit: str
    count: int  # operations a round
    bodies: dict  # contestant -> async function of the count, which returns the figure of one operation
    target: Target | None
    rounds: int | None  # None: as many as there is time for
    scale: float = 1.0  # how much of the usual time it gets


WORKLOADS = []

UNITS = {"ns": 1e9, "µs": 1e6, "ms": 1e3}


def seconds_each(body, unit):
    """Turns a body that times itself, or is timed as a whole, into one that returns the unit."""

    async def measured(count):
        started = time.perf_counter()
        seconds = await body(count)
        if seconds is None:
            seconds = time.perf_counter() - started
        return seconds / count * UNITS[unit]

    return measured


def workload(name, *, count, unit="µs", target=None, rounds=None, scale=1.0, **others):
    """Makes a workload of an async function of a count.

    It runs on every loop. It returns the seconds that it took, or None to be timed from outside; where the
    unit is none of time, it returns the figure itself. Other contestants are given as keywords: an async
    function of the count each; None takes one away.
    """

    def decorate(body):
        bodies = {"libqi": body} | dict.fromkeys(LOOPS.keys() - {"libqi"}, body) | others
        order = [*LOOPS, *(other for other in others if other not in LOOPS)]
        bodies = {key: bodies[key] for key in order if bodies[key]}
        if unit in UNITS:
            bodies = {key: seconds_each(body, unit) for key, body in bodies.items()}
        WORKLOADS.append(Workload(name, unit, count, bodies, target, rounds, scale))
        return body

    return decorate


LOOPS = {}


async def in_qt(function, *args):
    """Awaits a function of _bench that takes a callback last."""
    future = asyncio.get_running_loop().create_future()
    function(*args, future.set_result)
    return await future


# -- measuring ----------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Options:
    quick: bool
    build: pathlib.Path

    @property
    def seconds(self):
        """How long one workload may take."""
        return 0.4 if self.quick else 7.0


options = None


def summary(figures):
    ordered = sorted(figures)
    middle = statistics.median(ordered)
    quarter = len(ordered) // 4
    spread = (ordered[-1 - quarter] - ordered[quarter]) / middle if middle else 0.0
    return {"best": ordered[0], "median": middle, "spread": spread, "rounds": len(ordered)}


async def measure(work):
    """Figures of all contestants, by name."""
    names = list(work.bodies)
    figures = {name: [] for name in names}
    least = 1 if work.rounds else 3
    until = time.monotonic() + options.seconds * work.scale
    number = 0
    while number < least or (time.monotonic() < until and number < (work.rounds or 1000)):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            loop = LOOPS.get(name, LOOPS["libqi"])
            count = max(1, work.count // (5 if options.quick else 1))
            figure = await loop.run(work.bodies[name], count)
            if not isinstance(figure, (int, float)) or figure < 0:
                raise RuntimeError(f"{work.name}: {name} gave no figure but {figure!r}")
            figures[name].append(figure)
        number += 1
    return {name: summary(values) for name, values in figures.items()}


async def run_all(only):
    results = []
    for work in WORKLOADS:
        if only and only not in work.name:
            continue
        print(f"  {work.name} …", file=sys.stderr, flush=True)
        gc.collect()
        gc.freeze()  # what is there already is not to be looked through in somebody's round
        contestants = await measure(work)
        target = dataclasses.asdict(work.target) if work.target else None
        results.append({"name": work.name, "unit": work.unit, "contestants": contestants, "target": target})
    return results


FIRST = ["signals", "scheduling"]  # what the product is about heads the table


def load():
    names = sorted(path.stem for path in (HERE / "workloads").glob("*.py"))
    for name in sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
        importlib.import_module(f"workloads.{name}")


def versions():
    found = {"python": sys.version.split()[0]}
    for name in LOOPS:
        module = sys.modules.get(name)
        if version := getattr(module, "__version__", None):
            found[name] = version
    return found


async def session(arguments):
    try:
        results = await run_all(arguments.only)
        data = {"versions": versions(), "workloads": results}
        pathlib.Path(arguments.json).write_text(json.dumps(data, indent=1), encoding="utf-8")
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    for loop in LOOPS.values():
        if isinstance(loop, Peer):
            loop.loop.close()
            loop.thread.shutdown()
    _bench.quit(status)


def main():
    global options

    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    options = Options(arguments.quick, arguments.build)
    LOOPS["libqi"] = Guest()
    LOOPS.update((name, Peer(factory)) for name, factory in peers())
    load()
    task = asyncio.get_running_loop().create_task(session(arguments))
    main.task = task
