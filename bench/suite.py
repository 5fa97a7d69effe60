# SPDX-License-Identifier: BSD-3-Clause
"""The harness: workloads and their rounds.

Each round is short, and the contestants take turns round by round, in an order that is turned by one each
time, so that what slows the machine down for a while slows all of them. What is quoted is the best round,
the one that was disturbed least.

A contestant that cannot do a workload is left out of it, with the reason; libqi has to do them all.
"""

import argparse
import asyncio
import dataclasses
import faulthandler
import importlib
import json
import pathlib
import statistics
import sys
import time

import _bench
import loops
import session
from session import LOOPS

HERE = pathlib.Path(__file__).parent


# -- workloads ----------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Target:
    """What libqi is to reach: so many times the figure of another contestant, or, without one, a figure."""

    most: float
    of: str = ""


@dataclasses.dataclass
class Part:
    """One of several figures that a workload yields."""

    name: str
    unit: str
    targets: tuple = ()
    steady: bool = True  # fit to be compared with an earlier run


@dataclasses.dataclass
class Workload:
    name: str
    count: int  # operations a round
    bodies: dict  # contestant -> async function of the count, which returns figures, one for each part
    parts: list
    rounds: int | None  # None: as many as there is time for
    scale: float  # how much of the usual time it gets
    fixed: bool  # the count is part of what is measured
    apart: bool  # its contestants are no loops but programs


WORKLOADS = []

UNITS = {"ns": 1e9, "µs": 1e6, "ms": 1e3}


def seconds_each(body, unit):
    """Turns a body that times itself, or is timed as a whole, into one that returns the unit."""

    async def measured(count):
        started = time.perf_counter()
        seconds = await body(count)
        if seconds is None:
            seconds = time.perf_counter() - started
        return [seconds / count * UNITS[unit]]

    return measured


def as_list(body):
    async def measured(count):
        return [await body(count)]

    return measured


def workload(name, *, count, unit="µs", target=(), parts=None, rounds=None, scale=1.0, fixed=False,
             steady=True, apart=False, only=None, **others):
    """Makes a workload of an async function of a count.

    It runs on every loop. It returns the seconds that it took, or None to be timed from outside; where the
    unit is none of time, it returns the figure itself, and with `parts` a list of figures, one for each.
    Other contestants are given as keywords: an async function of the count each; None takes one away.
    only: the names of the loops that it runs on, or "qt" for those on top of Qt
    rounds, scale: how often at most, and how much of the usual time it gets
    fixed: the count stays what it is, also for a contestant that is slow
    steady: whether the figure is fit to be compared with an earlier run's
    apart: all contestants are given as keywords and are programs, which the functions start and wait for
    """
    targets = (target,) if isinstance(target, Target) else tuple(target)

    def decorate(body):
        names = [key for key, loop in LOOPS.items() if not apart
                 if only is None or (loop.in_qt if only == "qt" else key in only)]
        bodies = {key: body for key in names} | others
        order = [*LOOPS, *(other for other in others if other not in LOOPS)]
        bodies = {key: bodies[key] for key in order if bodies.get(key)}
        if parts is None:
            wrap = (lambda body: seconds_each(body, unit)) if unit in UNITS else as_list
            bodies = {key: wrap(body) for key, body in bodies.items()}
        figures = parts or [Part("", unit, targets, steady)]
        WORKLOADS.append(Workload(name, count, bodies, figures, rounds, scale,
                                  fixed or parts is not None, apart))
        return body

    return decorate


async def in_qt(function, *args):
    """Awaits a function of _bench that takes a callback last, which is called beside the loop."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    function(*args, lambda outcome: loop.call_soon_threadsafe(future.set_result, outcome))
    return await future


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# -- measuring ----------------------------------------------------------------------------------------------


def summary(figures, count):
    ordered = sorted(figures)
    middle = statistics.median(ordered)
    quarter = len(ordered) // 4
    spread = (ordered[-1 - quarter] - ordered[quarter]) / middle if middle else 0.0
    return {"best": ordered[0], "median": middle, "spread": spread, "rounds": len(ordered), "count": count}


class Entry:
    """A contestant in one workload."""

    def __init__(self, work, name):
        self.work, self.name = work, name
        self.count = session.options.count(work)
        self.rounds = []
        self.failed = None

    async def round(self, count):
        """One round; its figures, or None when the contestant cannot do it."""
        loop = LOOPS["libqi"] if self.work.apart else LOOPS.get(self.name, LOOPS["libqi"])
        coroutine = self.work.bodies[self.name](count)
        try:
            figures = await loop.run(coroutine)
        except Exception as error:
            self.failed = f"{error}" if type(error) is RuntimeError else f"{type(error).__name__}: {error}"
            return None
        for figure in figures:
            if not isinstance(figure, (int, float)) or figure < 0:
                raise RuntimeError(f"{self.work.name}: {self.name} gave no figure but {figure!r}")
        return figures

    async def warm_up(self):
        """A first, small round that does not count, and tells how large the others may be."""
        small = max(1, self.count // 20)
        started = time.perf_counter()
        if await self.round(small) is None:
            return
        whole = (time.perf_counter() - started) / small * self.count
        if whole > session.options.LONGEST:
            self.count = max(small, int(self.count * session.options.LONGEST / whole))

    async def measure(self):
        if (figures := await self.round(self.count)) is not None:
            self.rounds.append(figures)

    def outcome(self, part):
        if self.failed:
            return {"failed": self.failed}
        return summary([figures[part] for figures in self.rounds], self.count)


async def measure(work):
    """The figures of all contestants: a result for each part."""
    entries = [Entry(work, name) for name in work.bodies]
    if not session.options.quick and not work.fixed:
        for entry in entries:
            await entry.warm_up()
    until = time.monotonic() + session.options.SECONDS * work.scale
    most = session.options.most_rounds(work)
    number = 0
    while number < most and (number < 3 or time.monotonic() < until):
        start = number % len(entries)
        for entry in entries[start:] + entries[:start]:
            if not entry.failed:
                await entry.measure()
        number += 1
    for entry in entries:
        if entry.failed:
            print(f"    {entry.name}: {entry.failed}", file=sys.stderr)
    for index, part in enumerate(work.parts):
        yield {
            "name": f"{work.name}, {part.name}" if part.name else work.name,
            "unit": part.unit,
            "contestants": {entry.name: entry.outcome(index) for entry in entries},
            "targets": [dataclasses.asdict(target) for target in part.targets],
            "steady": part.steady,
        }


async def run_all(only):
    results = []
    for work in WORKLOADS:
        if only and not any(text in work.name for text in only):
            continue
        print(f"  {work.name} …", file=sys.stderr, flush=True)
        session.tidy()
        faulthandler.dump_traceback_later(600, exit=True)
        results += [result async for result in measure(work)]
    faulthandler.cancel_dump_traceback_later()
    return results


FIRST = ["signals", "scheduling", "echo"]  # what the product is about heads the table
LAST = ["timers"]  # QtAsyncio leaves cancelled ones behind in Qt, which burden all that comes after


def load():
    names = sorted(path.stem for path in (HERE / "workloads").glob("*.py"))
    order = [*FIRST, *(name for name in names if name not in FIRST + LAST), *LAST]
    for name in order:
        importlib.import_module(f"workloads.{name}")


# -- the whole ----------------------------------------------------------------------------------------------


def failures_of_ours(results):
    for result in results:
        if failed := result["contestants"].get("libqi", {}).get("failed"):
            yield f"{result['name']}: {failed}"


async def run(arguments, missing):
    try:
        if arguments.growth:
            import growth

            data = {"growth": await growth.run_all(arguments.only)}
        else:
            load()
            data = {"workloads": await run_all(arguments.only)}
            for failure in failures_of_ours(data["workloads"]):
                print(f"qi-bench: libqi failed at {failure}", file=sys.stderr)
        data = {"versions": dict(loops.versions(LOOPS)), "missing": missing,
                "dispatcher": _bench.dispatcher()} | data
        pathlib.Path(arguments.json).write_text(json.dumps(data, indent=1), encoding="utf-8")
        status = 1 if any(failures_of_ours(data.get("workloads", ()))) else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    session.end()
    _bench.quit(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--without", action="append", default=[])
    arguments = parser.parse_args()
    found, missing = loops.available(arguments.without)
    session.begin(session.Options(arguments.quick, arguments.build, arguments.rounds), found)
    for name, reason in missing.items():
        print(f"qi-bench: without {name}: {reason}", file=sys.stderr)
    main.task = asyncio.get_running_loop().create_task(run(arguments, missing))
