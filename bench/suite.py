# SPDX-License-Identifier: BSD-3-Clause
"""The suite: every workload of workloads/, round by round.

Each round is short, and the contestants take turns round by round, in an order that is turned by one each
time, so that what slows the machine down for a while slows all of them. What is quoted is the best round,
the one that was disturbed least.

A contestant that cannot do a workload is left out of it, with the reason; libqi has to do them all.
"""

import dataclasses
import faulthandler
import importlib
import pathlib
import sys
import time

import session
from figures import summary
from session import LOOPS
from workload import WORKLOADS

HERE = pathlib.Path(__file__).parent


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
